"""Products of int4 and int8 by compiled kernels (cpp/). Where they cannot be used, torch's are (torch_products.py)."""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Iterator
from typing import Literal, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.quantization import compiler, processor, rounding
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
ROWS, MANY_ROWS = 512, 1024  # multiplied at a time, to bound the scratch memory; the latter by cpp/many.cc
CACHED = 2**20  # bytes of rounded rows that are multiplied at a time in tiles: half of the second cache
OWNERS = 64  # of tiles, as in cpp/kernel.h
_Args = compiler.struct_class(
    "ptr weights scales bias x out scratch residual",
    "long M K N group groups gelu",
    *(f"long taken{owner}" for owner in range(OWNERS)),
)
TILES_FROM = 5  # rows, from which the processor's tiles (AMX) multiply, where it has them
MANY_FROM, MANY_GROUP = 48, 512  # rows, from which they multiply int4's weight rounded to bfloat16; its largest group
TILES_NEED = "amx-int8", "amx-bf16", "avx512bf16"
INT8_BLOCK = 2048  # of cpp/int8.cc: numbers of a row with one unit, with AVX2; elsewhere half of them
WIDTH = {"int4": MANY_GROUP + TILE, "int8": INT8_BLOCK + TILE}  # of trials, which every opening makes


def takes(format: Format, out_features: int, in_features: int, dtype: torch.dtype = torch.bfloat16) -> bool:
    """Return whether `product` can be used here for weights of this size and rows of this dtype, and multiplies
    rightly."""
    step = 32 if "avx512" in str(compiler.instruction_set()) else 16
    fits = format == "int4" or in_features % step == out_features % 4 == 0
    return fits and compiler.can(_try, format, dtype)


def takes_in_tiles(out_features: int, in_features: int) -> bool:
    """Return whether `product_in_tiles` can be used here for weights of this size, and multiplies rightly."""
    return in_features % 16 == out_features % 16 == 0 and out_features >= TILE and compiler.can(_try_in_tiles)


def product(format: Format, rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply and add: (M, K), the weight and its scales as stored, (N,) -> (M, N). int4: uint8 (N, K/2) in tiles of
    64 rows, bfloat16 (G, N, 2), rows and results in bfloat16. int8: int8 (N, K), bfloat16 (N,), rows and results in
    bfloat16 or float32. A row's result does not depend on the rows beside it, but for int4 in tiles on whether there
    are MANY_FROM: then the weight is rounded to bfloat16, an error as large as the result's rounding. Raises:
    TypeError, ValueError for other tensors."""
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(rows.dtype)  # held until the end
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=rows.dtype)
    name = _name(format, rows, out.shape[1])
    most = {"_tiles": max(CACHED // (2 * rows.shape[1]), 16), "_many": MANY_ROWS}.get(name[4:], ROWS)
    for part in _parts(len(rows), most):
        _run(name, _args(name, rows[part], weight, scales, bias, out[part]))
    return out


def product_in_tiles(
    rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, *, gelu: bool, residual: Tensor | None
) -> Tensor:
    """Multiply by int8 in the processor's tiles, and what follows in the block of a tower: GELU in its tanh form, a
    sum. (M, K), int8 (K, N), (N,), (N,), (M, N) -> (M, N), rows and result bfloat16. Raises: TypeError, ValueError,
    RuntimeError for other tensors."""
    rows, out = rows.contiguous(), torch.empty(len(rows), len(scales), dtype=rows.dtype)
    bias = None if bias is None else bias.to(rows.dtype)  # held until the end, as this:
    residual = None if residual is None else residual.to(rows.dtype).reshape(out.shape).contiguous()
    for part in _parts(len(rows), MANY_ROWS):
        args = _args("int8_many", rows[part], weight, scales, bias, out[part])
        args.gelu, args.residual = gelu, None if residual is None else residual[part].data_ptr()
        _run("int8_many", args)
    return out


def _parts(count: int, most: int) -> Iterator[slice]:
    """Yield even parts of some rows."""
    step = math.ceil(count / math.ceil(count / most)) if count else 1
    return (slice(first, first + step) for first in range(0, count, step))


def _run(name: str, args: ctypes.Structure) -> None:
    kernel(name).run(ctypes.addressof(args), torch.get_num_threads())


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. They hold addresses, not the tensors."""
    name = _name(format, x, out.shape[1])
    args = _args(name, x, weight, scales, bias, out)
    return kernel(name), args


def _args(name: str, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor) -> ctypes.Structure:
    (M, K), N, dtype = x.shape, out.shape[1], torch.float32 if name == "int8_wide" else torch.bfloat16
    if not all(tensor.is_contiguous() for tensor in (x, weight, scales, out)):
        raise ValueError("the tensors of a compiled product must be contiguous")
    if scales.dtype != torch.bfloat16 or not x.dtype == out.dtype == dtype:
        raise TypeError("a compiled product has tensors in bfloat16; in int8 inputs and results can be float32")
    if weight.numel() * weight.element_size() != N * K // (2 if name.startswith("int4") else 1):
        raise ValueError(f"a weight of {weight.numel()} bytes is not one of {N} x {K} for {name}")
    groups = scales.shape[0] if scales.dim() == 3 else 1
    if name == "int4_many" and MANY_GROUP % (K // groups):
        raise ValueError(f"groups of {K // groups} do not divide {MANY_GROUP}")
    scratch = torch.empty(_scratch(name, M, K, groups), dtype=torch.uint8)
    bias = _zeros(N, x.dtype) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, None, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # held as long as its address
    return made


def _scratch(name: str, M: int, K: int, groups: int) -> int:
    """Return the bytes of rounded rows, their units and sums; tiles read up to 16 rows more. For cpp/many.cc: of rows
    in tiles of 1 KB, and each thread's rounded weights and sums."""
    if name.endswith("_many"):
        return 2**11 * (math.ceil(M / 32) * math.ceil(K / 32) + 16 * torch.get_num_threads() * (9 + math.ceil(M / 32)))
    if name.startswith("int4"):
        return M * (2 * K + 8 * groups) + (32 * K if name == "int4_tiles" else 0)
    rounded = M * (2 * K + 4 * math.ceil(2 * K / INT8_BLOCK))
    return rounded + (2 * K * (M + 15) + 64 if name == "int8_tiles" else 0)


@functools.cache
def _zeros(count: int, dtype: torch.dtype) -> Tensor:
    return torch.zeros(count, dtype=dtype)


def prepare(format: Format) -> None:
    """Compile what products of a format need. Raises: RuntimeError, OSError."""
    for name in _names(format) if _may_use_tiles() else [format]:
        kernel(name)


def prepare_in_tiles() -> None:
    """Compile what `product_in_tiles` needs. Raises: RuntimeError, OSError."""
    if _may_use_tiles():
        kernel("int8_many")


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
    source = "many" if name.endswith("_many") else name.removesuffix("_wide")
    return compiler.compile_kernel(name, source, TILES=int(_may_use_tiles()))


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
        _run(name, _args(name, x, weight, scales, None, out))
    return torch.equal(found[0], found[1]) and processor.close(found[-1], found[0].float())


def _try_in_tiles() -> bool:
    """Multiply rows that fill no tile, of a K and an N that leave parts over."""
    if not _may_use_tiles():
        return False
    (weight, scales), x = rounding.quantize_int8(processor.example(80, 48)), processor.example(35, 48).bfloat16()
    residual = processor.example(35, 80).bfloat16()
    exact = F.gelu(x.float() @ rounding.dequantize_int8(weight, scales).t(), approximate="tanh") + residual.float()
    found = product_in_tiles(x, weight.t().contiguous(), scales, None, gelu=True, residual=residual)
    return processor.close(found, exact)
