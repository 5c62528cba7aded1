"""Measure products: those of int4 or int8 for each instruction set that this processor executes, or each preset's.

python benchmarks/kernels.py [--format int4] [--rows 1 2 4 8 145] [--size 10240 2560] [--group 64] [--threads N]

GB/s of one row: the bytes of weight and scales over the fastest run, once with weights that come from memory, once with
one that stays in the processor's cache. Milliseconds of several rows: the fastest run, weights from memory. Error: the
largest one of five rows against float64, over the largest result.

python benchmarks/kernels.py --presets none int4 [--rows 1 9 32 145 458] [--width 2560]

Milliseconds of a decoder layer's two products in each preset (width D, packed Phi: D -> 7D and 5D -> D): the fastest
run, and in brackets the least CPU time divided by the threads, which is the time on an idle machine. Several copies of
the layer are used in turn, so that weights come from memory as in a model. `none` is bfloat16.
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

from flashsloth.quantization import compiled, compiler, linear_builder, presets, processor, rounding, torch_products
from flashsloth.quantization.rounding import quantize_int4, quantize_int8

Product = Callable[[Tensor, Tensor, Tensor], Tensor]
SETS: tuple[compiler.InstructionSet, ...] = ("avx512_bf16", "avx512_vnni", "avx_vnni", "avx2")
CACHE = 128 * 2**20  # bytes of all weights at least: more than a processor's cache
RUNS = 40


def milliseconds(product: Product, rows: int, weights: Sequence[tuple[Tensor, Tensor]], K: int) -> float:
    x, times = torch.randn(rows, K).bfloat16(), []
    product(x, *weights[0])
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
    packed = {}  # by the address of the stored weight: torch's order may be another one

    def product(x: Tensor, stored: Tensor, scales: Tensor) -> Tensor:
        address = stored.data_ptr()
        if address not in packed:
            packed[address] = torch_products.pack_int4(stored, torch.device("cpu"))
        return torch_products.int4_kernel(x, packed[address], scales)

    return product


def copies_of_layer(weights: Sequence[Tensor], preset: presets.Preset) -> list[list[nn.Module]]:
    """Return copies of a layer's linears, enough of them to exceed the processor's cache."""
    how = {"device": "cpu", "dtype": torch.bfloat16}
    first = [linear_builder.quantize_linear(w, torch.zeros(w.shape[0]), preset, **how) for w in weights]
    size = sum(presets.weight_bytes(*w.shape, preset) for w in weights)
    copies = [first]
    for _ in range(CACHE // size):
        tensors = [{name: t.clone() for name, t in linear_builder.tensors(m).items()} for m in first]
        copies.append([linear_builder.from_tensors(t, preset, **how) for t in tensors])
    return copies


@torch.inference_mode()
def layer_milliseconds(copies: list[list[nn.Module]], rows: int) -> str:
    """Return the least time of both products together, and the least CPU time per thread."""
    inputs = [torch.randn(rows, module.in_features, dtype=torch.bfloat16) for module in copies[0]]
    times: list[tuple[float, float]] = []
    for number, layer in enumerate(itertools.cycle(copies)):
        began, worked = time.perf_counter(), time.process_time()
        for module, x in zip(layer, inputs, strict=True):
            module(x)
        taken = time.perf_counter() - began, (time.process_time() - worked) / torch.get_num_threads()
        if number > len(copies):
            times.append(taken)
        if len(times) >= 5 and sum(wall for wall, _ in times) > 1:
            break
    wall, busy = (1000 * min(each) for each in zip(*times, strict=True))
    return f"{wall:.2f} ({busy:.2f})"


def compare_presets(presets: Sequence[str], rows: Sequence[int], width: int) -> None:
    weights = [torch.randn(7 * width, width) * 0.02, torch.randn(width, 5 * width) * 0.02]
    threads = f"{torch.get_num_threads()} threads"
    print(f"{torch.__version__}, {threads}, {processor.cpu_kind()}\n")
    made = {name: copies_of_layer(weights, presets.PRESETS[name]) for name in presets}
    found = [(name, *(layer_milliseconds(copies, count) for count in rows)) for name, copies in made.items()]
    print("\n".join(table(("preset", *(f"{count} rows, ms" for count in rows)), found)))


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--format", choices=("int4", "int8"), default="int4")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 2, 4, 8, 145])
    parser.add_argument("--size", type=int, nargs=2, default=[10240, 2560], metavar=("N", "K"))
    parser.add_argument("--group", type=int, default=64)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--presets", nargs="+", choices=("none", *presets.STORED))
    parser.add_argument("--width", type=int, default=2560)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.presets:
        compare_presets(options.presets, options.rows, options.width)
        return
    (N, K), format = options.size, options.format
    dense = torch.randn(N, K) * 0.02
    first = quantize_int4(dense, options.group) if format == "int4" else quantize_int8(dense)
    exact = rounding.dequantize_int4(*first) if format == "int4" else rounding.dequantize_int8(*first)
    first = first[0], first[1].bfloat16()
    size = sum(tensor.numel() * tensor.element_size() for tensor in first)
    weights = [first, *((first[0].clone(), first[1].clone()) for _ in range(CACHE // size))]
    best = compiler.instruction_set(), processor.cpu_kind()  # Intel's execute avx512_bf16 and do not get it
    ours = itertools.dropwhile(lambda each: each not in best, SETS)

    def cells(name: str, product: Product) -> list[str]:
        from_memory = size / milliseconds(product, 1, weights, K) / 1e6
        in_cache = size / milliseconds(product, 1, weights[:1], K) / 1e6
        several = (f"{milliseconds(product, count, weights, K):.2f}" for count in options.rows)
        return [name, f"{from_memory:.1f}", f"{in_cache:.1f}", *several, f"{error(product, first, exact, K):.4f}"]

    found = []
    for instructions in ours:
        with mock.patch.object(compiler, "instruction_set", partial(str, instructions)):
            found.append(cells(instructions, lambda x, w, s: compiled.product(format, x, w, s)))
    found.append(cells(f"torch, {processor.cpu_kind()}", torch_product(format, first[0])))
    print(f"{format}, {N} x {K}, {options.threads} threads\n")
    heading = ("kernel", "GB/s", "in cache", *(f"{count} rows, ms" for count in options.rows), "error")
    print("\n".join(table(heading, found)))


if __name__ == "__main__":
    main()
