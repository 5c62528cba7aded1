"""Products of int4 and int8 by compiled kernels (cpp/). Where they cannot be used, torch's are (torch_products.py)."""

from __future__ import annotations

import ctypes
import functools
import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from flashsloth.quantization import compiler, processor, rounding, torch_products
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
ROWS = 512  # multiplied at a time, to bound the scratch memory
CACHED = 2**20  # bytes of rounded rows that are multiplied at a time in tiles: half of the second cache
_Args = compiler.struct_class("ptr weights scales bias x out scratch", "long M K N group groups taken")
TILES_FROM = 6  # rows, from which int4 is multiplied in the processor's tiles (AMX), where it has them
MOST_INT8_ROWS = 8  # from more on the product of integers is as fast (torch_products.int8_integer)


def most_rows(format: Format, in_features: int) -> int:
    """Return how many rows `product` takes here for weights of this width; 0 where it cannot be used or multiplies
    wrongly."""
    if format == "int4":
        return torch_products.NEVER - 1 if compiler.can(_try_int4) else 0
    return MOST_INT8_ROWS if in_features % 64 == 0 and compiler.can(_try_int8) else 0


def product(format: Format, rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply and add: bfloat16 (M, K), the weight and its scales as stored, (N,) -> bfloat16 (M, N). int4: uint8 (N,
    K/2) in tiles of 64 rows, bfloat16 (G, N, 2). int8: int8 (N, K), bfloat16 (N,), K a multiple of 64. A row's result
    does not depend on the rows beside it. Raises: TypeError, ValueError for other tensors."""
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(torch.bfloat16)  # held until the end
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=torch.bfloat16)
    step = _rows_at_once(format, *rows.shape)
    for first in range(0, len(rows), step):
        made = _args(format, rows[first : first + step], weight, scales, bias, out[first : first + step])
        kernel_for(format, made.M).run(ctypes.addressof(made), torch.get_num_threads())
    return out


def _rows_at_once(format: Format, rows: int, in_features: int) -> int:
    """Return how many rows are multiplied at a time: even parts of all."""
    most = max(CACHED // (2 * in_features), 16) if _in_tiles(format, rows) else ROWS
    return math.ceil(rows / math.ceil(rows / most)) if rows else 1


def takes_many_rows(in_features: int, out_features: int) -> bool:
    """Return whether `many_rows` can be used here for a weight of this size, and multiplies rightly."""
    return in_features % 8 == out_features % 16 == 0 and compiler.can(_try_many_rows)


def many_rows(x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor) -> Tensor:
    """Multiply and add, with inputs rounded to 16 bits: float32 (M, K), int8 (K, N), (N,), (N,) -> float32 (M, N). K is
    a multiple of 8, N of 16. A row's result does not depend on the rows beside it. Raises: ValueError."""
    (M, K), N = x.shape, weight.shape[1]
    if weight.shape != (K, N) or (x.dtype, weight.dtype) != (torch.float32, torch.int8):
        raise ValueError("rows in float32 and a weight (K, N) of 8 bits are expected")
    x, weight, scales, bias = (each.contiguous() for each in (x, weight, scales.float(), bias.float()))
    out, scratch = torch.empty(M, N), torch.empty(M * (2 * K + 4), dtype=torch.uint8)  # rounded rows, units
    args = _Args(*(tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch)), M, K, N, K, 1)
    kernel("int8_rows").run(ctypes.addressof(args), torch.get_num_threads())
    return out


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. They hold addresses, not the tensors."""
    return kernel_for(format, len(x)), _args(format, x, weight, scales, bias, out)


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
    scratch = torch.empty(_int4_scratch(M, K, groups) if format == "int4" else 0, dtype=torch.uint8)
    bias = _zeros(N) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # held as long as its address
    return made


def _int4_scratch(M: int, K: int, groups: int) -> int:
    """Return the bytes of parts, units and sums of rows; tiles read up to 16 rows more."""
    return M * (2 * K + 8 * groups) + (32 * K if M >= TILES_FROM else 0)


@functools.cache
def _zeros(count: int) -> Tensor:
    return torch.zeros(count, dtype=torch.bfloat16)


def prepare(format: Format) -> None:
    """Compile what products of a format need. Raises: RuntimeError, OSError."""
    kernel(format)
    if format == "int4" and _may_use_tiles():
        kernel("int4_tiles")


def kernel_for(format: Format, rows: int) -> compiler.CompiledKernel:
    """Return the compiled kernel of a product, on a machine that gets one. Raises: RuntimeError, OSError."""
    return kernel("int4_tiles" if _in_tiles(format, rows) else format)


def _in_tiles(format: Format, rows: int) -> bool:
    return format == "int4" and rows >= TILES_FROM and compiler.can(_try_tiles)


def _may_use_tiles() -> bool:
    is_best = compiler.instruction_set() == "avx512_vnni"
    return is_best and compiler.has_feature("amx-int8") and processor.allows_tiles()


@compiler.once
def kernel(name: str) -> compiler.CompiledKernel:
    """Return the kernel of a file of cpp/ with one. Raises: RuntimeError, OSError."""
    return compiler.compile_kernel(name, name)


def _try_int4() -> bool:
    """Multiply blocks of every number of rows."""
    codes = (torch.arange(3 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(3 * TILE, 128)
    packed, scales_zeros = rounding.pack_tiles(codes), processor.example(12 * TILE, 1).view(2, 3 * TILE, 2).bfloat16()
    weight = rounding.dequantize_int4(packed, scales_zeros)
    rows = [processor.example(count, 128).bfloat16() for count in range(1, 12)]
    found = [product("int4", x, packed, scales_zeros) for x in rows]
    return all(processor.close(out, x.float() @ weight.t()) for out, x in zip(found, rows, strict=True))


def _try_tiles() -> bool:
    """Multiply rows that fill no tile: the result must be that of the other kernel."""
    if not _may_use_tiles():
        return False
    weight, x = rounding.quantize_int4(processor.example(2 * TILE, 192), 64), processor.example(35, 192).bfloat16()
    want, found = torch.empty(2, 35, 2 * TILE, dtype=torch.bfloat16)
    for name, out in (("int4", want), ("int4_tiles", found)):
        made = _args("int4", x, *weight, None, out)
        kernel(name).run(ctypes.addressof(made), torch.get_num_threads())
    return torch.equal(want, found)


def _try_int8() -> bool:
    """Multiply blocks of every number of rows."""
    weight, scales = rounding.quantize_int8(processor.example(68, 128))
    exact = rounding.dequantize_int8(weight, scales)
    rows = [processor.example(count, 128).bfloat16() for count in range(1, 8)]
    found = [product("int8", x, weight, scales) for x in rows]
    return all(processor.close(out, x.float() @ exact.t()) for out, x in zip(found, rows, strict=True))


def _try_many_rows() -> bool:
    """Multiply blocks of every number of rows, with tiles of both widths and more than a block of k."""
    K, N = 256 + 8, 32 + 16
    weight, scales = rounding.quantize_int8(processor.example(N, K))
    exact, bias = rounding.dequantize_int8(weight, scales), processor.example(1, N)[0]
    rows = [processor.example(count, K) for count in range(1, 4)]
    return all(processor.close(many_rows(x, weight.t(), scales, bias), x @ exact.t() + bias) for x in rows)
