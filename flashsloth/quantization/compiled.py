"""Products of int4 and int8 by compiled kernels (cpp/). Where they cannot be used, torch's are (torch_products.py)."""

from __future__ import annotations

import ctypes
import functools
import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from flashsloth.quantization import compiler, processor, rounding
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
ROWS = 512  # multiplied at a time, to bound the scratch memory
CACHED = 2**20  # bytes of rounded rows that are multiplied at a time in tiles: half of the second cache
_Args = compiler.struct_class("ptr weights scales bias x out scratch", "long M K N group groups taken")
DTYPES = {"int4": (torch.bfloat16,), "int8": (torch.bfloat16, torch.float32)}
TILES_FROM = 5  # rows, from which the processor's tiles (AMX) multiply, where it has them
MANY_FROM, MANY_GROUP = 48, 512  # rows, from which they multiply int4's weight rounded to bfloat16; its largest group
TILES_NEED = "amx-int8", "amx-bf16", "avx512bf16"
INT8_BLOCK = 1024  # of cpp/int8.cc: numbers of a row with one unit
WIDTH = {"int4": MANY_GROUP + TILE, "int8": INT8_BLOCK + TILE}  # of trials, which every opening makes


def takes(format: Format, out_features: int, in_features: int, dtype: torch.dtype = torch.bfloat16) -> bool:
    """Return whether `product` can be used here for weights of this size and rows of this dtype, and multiplies
    rightly."""
    step = 32 if "avx512" in str(compiler.instruction_set()) else 16
    fits = format == "int4" or in_features % step == out_features % 4 == 0
    return fits and compiler.can(_try, format, dtype)


def product(format: Format, rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply and add: (M, K), the weight and its scales as stored, (N,) -> (M, N). int4: uint8 (N, K/2) in tiles of
    64 rows, bfloat16 (G, N, 2), rows and results in bfloat16. int8: int8 (N, K), bfloat16 (N,), rows and results in
    bfloat16 or float32. A row's result does not depend on the rows beside it, but for int4 in tiles on whether there
    are MANY_FROM: then the weight is rounded to bfloat16, an error as large as the result's rounding. Raises:
    TypeError, ValueError for other tensors."""
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(rows.dtype)  # held until the end
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=rows.dtype)
    step = _rows_at_once(format, rows, out.shape[1])
    for first in range(0, len(rows), step):
        multiply, args = call(format, rows[first : first + step], weight, scales, bias, out[first : first + step])
        multiply.run(ctypes.addressof(args), torch.get_num_threads())
    return out


def _rows_at_once(format: Format, rows: Tensor, out_features: int) -> int:
    """Return how many rows are multiplied at a time: even parts of all."""
    (count, width), in_tiles = rows.shape, _name(format, rows, out_features).endswith("_tiles")
    most = max(CACHED // (2 * width), 16) if in_tiles else ROWS
    return math.ceil(count / math.ceil(count / most)) if count else 1


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. They hold addresses, not the tensors."""
    name = _name(format, x, out.shape[1])
    args = _args(name, x, weight, scales, bias, out)
    return kernel(name), args


def _args(name: str, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor) -> ctypes.Structure:
    (M, K), N, format = x.shape, out.shape[1], name[:4]
    if not all(tensor.is_contiguous() for tensor in (x, weight, scales, out)):
        raise ValueError("the tensors of a compiled product must be contiguous")
    if scales.dtype != torch.bfloat16 or x.dtype != out.dtype or x.dtype not in DTYPES[format]:
        raise TypeError("a compiled product has tensors in bfloat16; in int8 inputs and results can be float32")
    if weight.numel() * weight.element_size() != N * K // (2 if format == "int4" else 1):
        raise ValueError(f"a weight of {weight.numel()} bytes is not one of {N} x {K} in {format}")
    groups = scales.shape[0] if scales.dim() == 3 else 1
    if name == "int4_many" and MANY_GROUP % (K // groups):
        raise ValueError(f"groups of {K // groups} do not divide {MANY_GROUP}")
    scratch = torch.empty(_scratch(name, M, K, groups), dtype=torch.uint8)
    bias = _zeros(N, x.dtype) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # held as long as its address
    return made


def _scratch(name: str, M: int, K: int, groups: int) -> int:
    """Return the bytes of rounded rows, their units and sums; tiles read up to 16 rows more. For int4_many: of rows in
    tiles of 1 KB, and each thread's rounded weights and sums."""
    if name == "int4_many":
        return 2**11 * (math.ceil(M / 32) * K // 32 + 16 * torch.get_num_threads() * (8 + math.ceil(M / 32)))
    if name.startswith("int4"):
        return M * (2 * K + 8 * groups) + (32 * K if M >= TILES_FROM else 0)
    rounded = M * (2 * K + 4 * math.ceil(K / INT8_BLOCK))
    return rounded + (2 * K * (M + 15) + 64 if M >= TILES_FROM else 0)


@functools.cache
def _zeros(count: int, dtype: torch.dtype) -> Tensor:
    return torch.zeros(count, dtype=dtype)


def prepare(format: Format) -> None:
    """Compile what products of a format need. Raises: RuntimeError, OSError."""
    for name in _names(format) if _may_use_tiles() else [format]:
        kernel(name)


def _name(format: Format, rows: Tensor, out_features: int) -> str:
    """Return the kernel of a product, on a machine that gets one."""
    if rows.dtype == torch.float32:
        return f"{format}_wide"
    fits = len(rows) >= TILES_FROM and (format == "int4" or rows.shape[1] % 64 == out_features % 32 == 0)
    if not fits or not compiler.can(_try_tiles, format):
        return format
    return "int4_many" if format == "int4" and len(rows) >= MANY_FROM else f"{format}_tiles"


def _names(format: Format) -> list[str]:
    return [format, f"{format}_tiles"] + ["int4_many"] * (format == "int4")


def _may_use_tiles() -> bool:
    has_them = compiler.instruction_set() == "avx512_vnni" and all(map(compiler.has_feature, TILES_NEED))
    return has_them and processor.allows_tiles()


@compiler.once
def kernel(name: str) -> compiler.CompiledKernel:
    """Return a kernel of a file of cpp/ that has its name, if not all of it. Raises: RuntimeError, OSError."""
    return compiler.compile_kernel(name, name.removesuffix("_wide"))


def _try(format: Format, dtype: torch.dtype) -> bool:
    """Multiply blocks of every number of rows."""
    weight = getattr(rounding, f"quantize_{format}")(processor.example(2 * TILE, WIDTH[format]))
    exact = getattr(rounding, f"dequantize_{format}")(*weight).t()
    rows = [processor.example(count, WIDTH[format]).to(dtype) for count in (*range(1, 7), 13)]
    return all(processor.close(product(format, x, *weight), x.float() @ exact) for x in rows)


def _try_tiles(format: Format) -> bool:
    """Multiply rows that fill no tile: the result must be that of the other kernel, and close to it in int4_many."""
    if not _may_use_tiles():
        return False
    weight, scales = getattr(rounding, f"quantize_{format}")(processor.example(2 * TILE, WIDTH[format]))
    x = processor.example(35, WIDTH[format]).bfloat16()
    found = torch.empty(len(_names(format)), 35, 2 * TILE, dtype=torch.bfloat16)
    for name, out in zip(_names(format), found, strict=True):
        made = _args(name, x, weight, scales, None, out)
        kernel(name).run(ctypes.addressof(made), torch.get_num_threads())
    return torch.equal(found[0], found[1]) and processor.close(found[-1], found[0].float())
