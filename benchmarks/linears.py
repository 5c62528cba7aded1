"""Measure the time of a decoder layer's two products in each preset.

python benchmarks/linears.py [--rows 1 9 32 145 458] [--presets none int4 int8 nf4 llm-int8] [--width 2560]

Milliseconds: the fastest run of both products of one packed Phi layer (width D: D -> 7D and 5D -> D), and in brackets
the least CPU time divided by the threads, which is the time on an idle machine. Several copies of the layer are used in
turn, so that weights come from memory as in a model. `none` is bfloat16.
"""

from __future__ import annotations

import copy
import itertools
import os
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads disturb a shared machine

import torch
from common import options_parser
from torch import Tensor, nn

from flashsloth import quantization
from flashsloth.quantization import PRESETS, kernels, processor

CACHE = 128 * 2**20  # bytes of all copies of a layer at least: more than a CPU cache
DTYPE = torch.bfloat16


def build(weights: list[Tensor], preset: quantization.Preset) -> list[list[nn.Module]]:
    """Return copies of a layer's linears, enough of them to exceed the CPU cache."""
    first = [
        quantization.quantize_linear(w, torch.zeros(w.shape[0]), preset, device="cpu", dtype=DTYPE) for w in weights
    ]
    size = sum(quantization.weight_bytes(*w.shape, preset) for w in weights)
    return [first, *(copy.deepcopy(first) for _ in range(CACHE // size))]


@torch.inference_mode()
def milliseconds(copies: list[list[nn.Module]], rows: int, seconds: float) -> tuple[float, float]:
    """Return the least wall time and the least CPU time per thread of both products together."""
    inputs = [torch.randn(rows, module.in_features, dtype=DTYPE) for module in copies[0]]
    layers = itertools.cycle(copies)
    times: list[float] = []
    busy: list[float] = []
    for _ in range(len(copies) + 1):  # bitsandbytes rearranges a weight at its first use
        for module, x in zip(next(layers), inputs, strict=True):
            module(x)
    while sum(times) < seconds * 1000 or len(times) < 5:
        layer = next(layers)
        began, worked = time.perf_counter(), time.process_time()
        for module, x in zip(layer, inputs, strict=True):
            module(x)
        times.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000 / torch.get_num_threads())
    return min(times), min(busy)


def speed(names: list[str], rows: list[int], width: int, seconds: float) -> None:
    weights = [torch.randn(7 * width, width) * 0.02, torch.randn(width, 5 * width) * 0.02]
    print(f"{'rows':>12}" + "".join(f"{count:>16}" for count in rows))
    for name in names:
        copies = build(weights, PRESETS[name])
        cells = ["{:.2f} ({:.2f})".format(*milliseconds(copies, count, seconds)) for count in rows]
        print(f"{name:>12}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
    print()


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 9, 32, 145, 458])
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--width", type=int, default=2560)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    torch.manual_seed(0)
    print(
        f"{torch.__version__}, {torch.get_num_threads()} threads, {processor.cpu_kind()}, {kernels.cpu_thresholds()}\n"
    )
    speed(options.presets, options.rows, options.width, options.seconds)


if __name__ == "__main__":
    main()
