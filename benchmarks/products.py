"""Measure matrix products: one product with int4 or int8 weights by each instruction set of this
processor, or all products of a decode step.

python benchmarks/products.py [--format int4] [--rows 1 2 4 8 145] [--size 10240 2560] [--group 64]
[--threads N]

GB/s of one row: the bytes of weight and scales over the fastest run, once with weights that come from
memory, once with a weight that stays in the processor's cache. Milliseconds of several rows: the
fastest run, weights from memory. Error: the largest difference of five rows from float64, divided by
the largest result (with AMX, 48 or more rows of int4 have 1.4 times this error).

python benchmarks/products.py --presets int4 int8 none [--sizes flashsloth]

A decode step of each preset after 145 positions, in a model with random weights: the step, its products
alone, and a plain read of their weights, in turn; the fastest of each counts. GB/s: the bytes of these
weights over the time. `none` is bfloat16.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from unittest import mock

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads disturb a shared machine

import torch
from common import options_parser, table
from torch import Tensor, nn

from flashsloth.benchmark import measurement, random_weights
from flashsloth.benchmark.measurement import make_task
from flashsloth.benchmark.runner import Job
from flashsloth.generation.engine import Engine
from flashsloth.inference.packed_layers import JoinedLinear
from flashsloth.quantization import compiled, cpu, presets, rounding, torch_products
from flashsloth.quantization.linear import QuantizedLinear
from flashsloth.quantization.rounding import quantize_int4, quantize_int8

Product = Callable[[Tensor, Tensor, Tensor], Tensor]
SETS: tuple[compiled.InstructionSet, ...] = ("avx512_vnni", "avx_vnni", "avx2")
# minimum number of bytes of all weights together, which is more than a processor's cache
CACHE = 128 * 2**20
RUNS, POSITIONS = 40, 145


def milliseconds(
    product: Product, rows: int, weights: Sequence[tuple[Tensor, Tensor]], K: int
) -> float:
    x, times = torch.randn(rows, K).bfloat16(), []
    product(x, *weights[0])
    # if there are many weights, each comes from memory; a single one stays in the cache
    for weight in itertools.islice(itertools.cycle(weights), RUNS):
        began = time.perf_counter()
        product(x, *weight)
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


def error(product: Product, weight: tuple[Tensor, Tensor], exact: Tensor, K: int) -> float:
    x = torch.randn(5, K, generator=torch.Generator().manual_seed(0)).bfloat16()
    want = x.double() @ exact.double().t()
    return float((product(x, *weight).double() - want).abs().max() / want.abs().max())


def torch_product(format: compiled.Format, weight: Tensor) -> Product:
    if format == "int8":
        return torch_products.int8_kernel
    packed = {}  # by the address of the stored weight, because torch's kernel may need another order

    def product(x: Tensor, stored: Tensor, scales: Tensor) -> Tensor:
        address = stored.data_ptr()
        if address not in packed:
            packed[address] = torch_products.pack_int4(stored, torch.device("cpu"))
        return torch_products.int4_kernel(x, packed[address], scales)

    return product


def opened(preset: str, sizes: str) -> Engine:
    values = random_weights.read_sizes(sizes)[1]
    job = Job("flashsloth", sizes, sizes=values, quant=preset, dtype="bfloat16", device="cpu")
    return measurement.FlashSlothBackend(make_task(job)).engine


@torch.inference_mode()
def step_times(engine: Engine) -> tuple[float, list[float]]:
    """Return the MB of the weights that a step multiplies, and the ms of a step, of its products and of
    a read."""
    state, parts = engine.new_state(), engine.decoder.read_per_token
    engine.prefill([1 + number % 997 for number in range(POSITIONS)], state)
    kinds = nn.Linear | JoinedLinear | QuantizedLinear
    linears = [module for part in parts for module in part.modules() if isinstance(module, kinds)]
    rows = [
        torch.randn(1, getattr(m, "in_features", m.weight.shape[1])).to(engine.dtype) for m in linears
    ]
    # summing whole numbers of 8 bytes takes little longer than reading the memory
    weights = [
        tensor.view(-1).view(torch.int64)
        for tensor in measurement.tensors(linears)
        if tensor.nbytes % 8 == 0
    ]
    each: list[Callable[[], object]] = [
        lambda: engine.decode(5, state),
        lambda: [module(row) for module, row in zip(linears, rows, strict=True)],
        lambda: [weight.sum() for weight in weights],
    ]
    times = [[measurement.milliseconds(run, engine.device)[0] for run in each] for _ in range(RUNS)]
    return measurement.read_bytes(linears) / 1e6, list(map(min, zip(*times, strict=True)))


def step_cells(preset: str, sizes: str) -> list[str]:
    size, (step, products, read) = step_times(opened(preset, sizes))
    speeds = (f"{ms:.1f} ({size / ms:.1f})" for ms in (products, read))
    return [
        preset,
        f"{size / 1e3:.2f}",
        f"{step:.1f}",
        *speeds,
        f"{read / products:.0%}",
        f"{1 - products / step:.0%}",
    ]


def main() -> None:
    parser = options_parser(
        __doc__, rows=[1, 2, 4, 8, 145], group=64, threads=torch.get_num_threads(), sizes="flashsloth"
    )
    parser.add_argument("--format", choices=("int4", "int8"), default="int4")
    parser.add_argument("--size", type=int, nargs=2, default=[10240, 2560], metavar=("N", "K"))
    parser.add_argument("--presets", nargs="+", choices=("none", *presets.STORED))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.presets:
        head = (
            "weights",
            "GB",
            "step, ms",
            "products, ms (GB/s)",
            "read, ms (GB/s)",
            "of the read",
            "not products",
        )
        print("\n".join(table(head, [step_cells(preset, options.sizes) for preset in options.presets])))
        return
    (N, K), format = options.size, options.format
    dense = torch.randn(N, K) * 0.02
    first = quantize_int4(dense, options.group) if format == "int4" else quantize_int8(dense)
    exact = rounding.dequantize_int4(*first) if format == "int4" else rounding.dequantize_int8(*first)
    first = first[0], first[1].bfloat16()
    size = sum(tensor.numel() * tensor.element_size() for tensor in first)
    weights = [first, *((first[0].clone(), first[1].clone()) for _ in range(CACHE // size))]
    # SETS begins with the best set. The processor also has all sets after its own best set.
    ours = itertools.dropwhile(lambda each: each != compiled.instruction_set(), SETS)

    def cells(name: str, product: Product) -> list[str]:
        from_memory = size / milliseconds(product, 1, weights, K) / 1e6
        in_cache = size / milliseconds(product, 1, weights[:1], K) / 1e6
        several = (f"{milliseconds(product, count, weights, K):.2f}" for count in options.rows)
        return [
            name,
            f"{from_memory:.1f}",
            f"{in_cache:.1f}",
            *several,
            f"{error(product, first, exact, K):.4f}",
        ]

    found = []
    for instructions in ours:
        with mock.patch.object(compiled, "instruction_set", partial(str, instructions)):
            found.append(cells(instructions, lambda x, w, s: compiled.product(format, x, w, s)))
    found.append(cells(f"torch, {cpu.cpu_kind()}", torch_product(format, first[0])))
    print(f"{format}, {N} x {K}, {options.threads} threads\n")
    heading = ("kernel", "GB/s", "in cache", *(f"{count} rows, ms" for count in options.rows), "error")
    print("\n".join(table(heading, found)))


if __name__ == "__main__":
    main()
