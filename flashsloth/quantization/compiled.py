"""Products of int4 and int8 by compiled kernels (int4_ir.py, int4_parts_ir.py, int8_ir.py, int8_rows_ir.py). Where they
cannot be used, torch's are (torch_products.py)."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from flashsloth.quantization import (
    compiler,
    int4_ir,
    int4_parts_ir,
    int8_ir,
    int8_rows_ir,
    processor,
    product_ir,
    rounding,
    torch_products,
)
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
ROWS = 512  # multiplied at a time, to bound the scratch memory
_Args = compiler.struct_class(product_ir.ARGS)


def most_rows(format: Format, in_features: int) -> int:
    """Return how many rows `product` takes here for weights of this width; 0 where it cannot be used or multiplies
    wrongly."""
    if format == "int4":
        return torch_products.NEVER - 1 if compiler.can(_try_int4) else 0
    return int8_ir.MOST_ROWS if in_features % int8_ir.STEP == 0 and compiler.can(_try_int8) else 0


def product(format: Format, rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply and add: bfloat16 (M, K), the weight and its scales as stored, (N,) -> bfloat16 (M, N). int4: uint8 (N,
    K/2) in tiles of 64 rows, bfloat16 (G, N, 2). int8: int8 (N, K), bfloat16 (N,), K a multiple of 64. A row's result
    does not depend on the rows beside it. Raises: TypeError, ValueError for other tensors."""
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(torch.bfloat16)  # held until the end
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=torch.bfloat16)
    for first in range(0, len(rows), ROWS):
        made = _args(format, rows[first : first + ROWS], weight, scales, bias, out[first : first + ROWS])
        kernel(format).run(ctypes.addressof(made), torch.get_num_threads())
    return out


def takes_many_rows(in_features: int, out_features: int) -> bool:
    """Return whether `many_rows` can be used here for a weight of this size, and multiplies rightly."""
    fits = in_features % int8_rows_ir.UNROLLED == out_features % int8_rows_ir.REST == 0
    return fits and compiler.can(_try_many_rows)


def many_rows(x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor) -> Tensor:
    """Multiply and add, with inputs rounded to 16 bits: float32 (M, K), int8 (K, N), (N,), (N,) -> float32 (M, N). K is
    a multiple of 8, N of 16. A row's result does not depend on the rows beside it. Raises: ValueError."""
    (M, K), N = x.shape, weight.shape[1]
    if weight.shape != (K, N) or (x.dtype, weight.dtype) != (torch.float32, torch.int8):
        raise ValueError("rows in float32 and a weight (K, N) of 8 bits are expected")
    x, weight, scales, bias = (each.contiguous() for each in (x, weight, scales.float(), bias.float()))
    out, scratch = torch.empty(M, N), torch.empty(int8_rows_ir.scratch_bytes(M, K), dtype=torch.uint8)
    args = _Args(*(tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch)), M, K, N, K, 1)
    _many_rows_kernel().run(ctypes.addressof(args), torch.get_num_threads())
    return out


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. They hold addresses, not the tensors."""
    return kernel(format), _args(format, x, weight, scales, bias, out)


def _args(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> ctypes.Structure:
    M, K = x.shape
    N = out.shape[1]
    if not all(tensor.is_contiguous() for tensor in (x, weight, scales, out)):
        raise ValueError("the tensors of a compiled product must be contiguous")
    if any(tensor.dtype != torch.bfloat16 for tensor in (x, scales, out)):
        raise TypeError("a compiled product has inputs, scales and results in bfloat16")
    if weight.numel() * weight.element_size() != N * K // (2 if format == "int4" else 1):
        raise ValueError(f"a weight of {weight.numel()} bytes is not one of {N} x {K} in {format}")
    groups = scales.shape[0] if scales.dim() == 3 else 1
    scratch = torch.empty(_source(format).scratch_bytes(M, K, groups), dtype=torch.uint8)
    bias = _zeros(N) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # held as long as its address
    return made


@functools.cache
def _zeros(count: int) -> Tensor:
    return torch.zeros(count, dtype=torch.bfloat16)


@compiler.once
def kernel(format: Format) -> compiler.CompiledKernel:
    """Return the compiled kernel of a product, on a machine that gets one. Raises: RuntimeError, OSError."""
    instructions = compiler.instruction_set()
    assert instructions is not None
    return compiler.compile_kernel(format, _source(format).product(instructions))


@compiler.once
def _many_rows_kernel() -> compiler.CompiledKernel:
    return compiler.compile_kernel("int8_rows", int8_rows_ir.product())


def _source(format: Format) -> Any:
    """Return the module that writes the kernel's text."""
    if format == "int8":
        return int8_ir
    return int4_ir if compiler.instruction_set() == "avx512_bf16" else int4_parts_ir


def _try_int4() -> bool:
    """Multiply blocks of every number of rows."""
    codes = (torch.arange(3 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(3 * TILE, 128)
    packed, scales_zeros = rounding.pack_tiles(codes), processor.example(12 * TILE, 1).view(2, 3 * TILE, 2).bfloat16()
    weight = rounding.dequantize_int4(packed, scales_zeros)
    rows = [processor.example(count, 128).bfloat16() for count in range(1, 2 * int4_ir.ROWS_AT_ONCE)]
    found = [product("int4", x, packed, scales_zeros) for x in rows]
    return all(processor.close(out, x.float() @ weight.t()) for out, x in zip(found, rows, strict=True))


def _try_int8() -> bool:
    """Multiply blocks of every number of rows."""
    weight, scales = rounding.quantize_int8(processor.example(68, 128))
    exact = rounding.dequantize_int8(weight, scales)
    rows = [processor.example(count, 128).bfloat16() for count in range(1, 2 * int8_ir.ROWS_AT_ONCE)]
    found = [product("int8", x, weight, scales) for x in rows]
    return all(processor.close(out, x.float() @ exact.t()) for out, x in zip(found, rows, strict=True))


def _try_many_rows() -> bool:
    """Multiply blocks of every number of rows, with tiles of both widths and more than a block of k."""
    K, N = int8_rows_ir.BLOCK + int8_rows_ir.UNROLLED, int8_rows_ir.TILE + int8_rows_ir.REST
    weight, scales = rounding.quantize_int8(processor.example(N, K))
    exact, bias = rounding.dequantize_int8(weight, scales), processor.example(1, N)[0]
    rows = [processor.example(count, K) for count in range(1, 2 * int8_rows_ir.ROWS_AT_ONCE)]
    return all(processor.close(many_rows(x, weight.t(), scales, bias), x @ exact.t() + bias) for x in rows)
