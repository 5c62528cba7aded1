"""What a decoder layer's two products cost in each preset, by the number of rows, and how far rounding moves a weight.

python benchmarks/linears.py [--rows 1 9 32 145 458] [--presets none int4 int8 nf4 llm-int8] [--width 2560]

Milliseconds: both products of one layer (width D: D -> 7D and 5D -> D, as Phi packs them), the fastest run, and in
brackets the least processor time of a run over the threads: what the first would be if nothing else ran.
Several copies of the layer take turns, so that a weight comes from memory, as in a model. `none` is bfloat16.
Error: of the weight, root mean square over that of the weight itself, in percent; int4 also with the smallest and
largest value as the ends of the range instead of the search.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin while they wait disturb a shared machine

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from flashsloth import quantization
from flashsloth.quantization import PRESETS, kernels, rounding
from flashsloth.utils.paths import NANO_FOLDER

CACHE = 128 * 2**20  # bytes that the copies of a layer take together at least: more than a processor keeps
DTYPE = torch.bfloat16


def build(weights: list[Tensor], preset: quantization.Preset) -> list[list[nn.Module]]:
    """Copies of a layer's linears, enough of them to be read from memory."""
    first = [
        quantization.quantize_linear(w, torch.zeros(w.shape[0]), preset, device="cpu", dtype=DTYPE) for w in weights
    ]
    size = sum(quantization.weight_bytes(*w.shape, preset) for w in weights)
    copies = [first]
    for _ in range(CACHE // size):
        tensors = [{name: t.clone() for name, t in quantization.tensors(m).items()} for m in first]
        copies.append([quantization.from_tensors(t, preset, device="cpu", dtype=DTYPE) for t in tensors])
    return copies


@torch.inference_mode()
def milliseconds(copies: list[list[nn.Module]], rows: int, seconds: float) -> tuple[float, float]:
    """Of both products together: the least time by the clock, and the least by the processor over the threads."""
    inputs = [torch.randn(rows, module.in_features, dtype=DTYPE) for module in copies[0]]
    turn = itertools.cycle(copies)
    times: list[float] = []
    busy: list[float] = []
    for _ in range(len(copies) + 1):  # bitsandbytes rearranges a weight when it first meets it
        for module, x in zip(next(turn), inputs, strict=True):
            module(x)
    while sum(times) < seconds * 1000 or len(times) < 5:
        layer = next(turn)
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


def min_max(weight: Tensor, group: int) -> Tensor:
    """Plain rounding to 16 steps from the smallest to the largest value."""
    groups = weight.view(-1, group)
    low, high = torch.aminmax(groups, dim=1, keepdim=True)
    scale, low = ((high - low) / 15).bfloat16().float(), low.bfloat16().float()
    codes = ((groups - low) / scale.clamp_min(1e-30)).round().clamp(0, 15)
    return (codes * scale + low).view_as(weight)


def multiplied_out(weight: Tensor, form: str) -> Tensor:
    """The weight that a layer stands for, by what it makes of the identity."""
    layer = quantization.quantize_linear(weight, None, PRESETS[form], device="cpu", dtype=torch.float32)
    with torch.inference_mode():
        return layer(torch.eye(weight.shape[1])).t()


def errors() -> None:
    nano = [
        w.float()
        for name, w in load_file(NANO_FOLDER / "model.safetensors").items()
        if w.dim() == 2 and "language_model.layers" in name and w.shape[1] % 128 == 0
    ]
    columns = {
        "normal": [torch.randn(1024, 2048)],
        "heavy tails": [torch.distributions.StudentT(5.0).sample((1024, 2048))],
        "nano": nano,
    }
    ways: dict[str, Callable[[Tensor], Tensor]] = {}
    for group in (32, 64, 128):
        ways[f"int4, groups of {group}, min-max"] = lambda w, g=group: min_max(w, g)
        ways[f"int4, groups of {group}"] = lambda w, g=group: rounding.dequantize_int4(*rounding.quantize_int4(w, g))
    ways["nf4"] = lambda w: multiplied_out(w, "nf4")
    ways["int8"] = lambda w: rounding.dequantize_int8(*rounding.quantize_int8(w))
    ways["llm-int8"] = lambda w: multiplied_out(w, "llm-int8")
    print(f"{'error, %':32}" + "".join(f"{name:>14}" for name in columns))
    for name, way in ways.items():
        cells = []
        for weights in columns.values():
            off = sum(float((way(w) - w).square().sum()) for w in weights)
            cells.append(100 * (off / sum(float(w.square().sum()) for w in weights)) ** 0.5)
        print(f"{name:32}" + "".join(f"{cell:>14.2f}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 9, 32, 145, 458])
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--width", type=int, default=2560)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    torch.manual_seed(0)
    print(f"{torch.__version__}, {torch.get_num_threads()} threads, {kernels.cpu_kind()}, {kernels.cpu_thresholds()}\n")
    speed(options.presets, options.rows, options.width, options.seconds)
    errors()


if __name__ == "__main__":
    main()
