"""Products of int4 and int8 by compiled kernels (cpp/). Where they cannot be used, torch's are
(torch_products.py)."""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Iterator
from typing import Literal, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.quantization import compiler, cpu, rounding
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
# multiplied at a time, to bound the scratch memory; the latter by cpp/many.cc
ROWS = 512
MANY_ROWS = 1024
CACHED = 2**20  # bytes of rounded rows that int4_tiles multiplies at a time: half of the second cache
OWNERS = 64  # of tiles, as in cpp/kernel.h
_Args = compiler.struct_class(
    "ptr weights scales bias x out scratch residual",
    "long M K N group groups gelu",
    *(f"long taken{owner}" for owner in range(OWNERS)),
)
# rows, from which int4_tiles and cpp/many.cc multiply, where the processor has tiles
TILES_FROM = 5
MANY_FROM = 48
TILES_NEED = "amx-int8", "amx-bf16", "avx512bf16"  # AMX, and what is used beside it
MANY_PART = 640  # of cpp/many.cc: k at a time, which are whole groups
INT8_BLOCK = 2048  # of cpp/int8.cc: numbers of a row with one unit, with AVX2; elsewhere half of them
# of a processor with tiles
NAMES = {"int4": ("int4", "int4_tiles", "int4_many"), "int8": ("int8", "int8_many")}
WIDTH = {"int4": MANY_PART + TILE, "int8": INT8_BLOCK + TILE}  # of trials, which every opening makes


def takes(
    format: Format, out_features: int, in_features: int, dtype: torch.dtype = torch.bfloat16
) -> bool:
    """Return whether `product` can be used here for weights of this size and rows of this dtype, and
    multiplies rightly."""
    step = 32 if "avx512" in str(compiler.instruction_set()) else 16
    fits = format == "int4" or in_features % step == out_features % 4 == 0
    return fits and compiler.can(_try, format, dtype)


def takes_in_tiles(format: Format, out_features: int, in_features: int) -> bool:
    """Return whether many rows of bfloat16 are multiplied by weights of this size in the processor's
    tiles here, and rightly."""
    return (
        in_features % 16 == out_features % 16 == 0
        and out_features >= TILE
        and compiler.can(_try_tiles, format)
    )


def product(
    format: Format,
    rows: Tensor,
    weight: Tensor,
    scales: Tensor,
    bias: Tensor | None = None,
    *,
    in_tiles: bool = False,
    gelu: bool = False,
    residual: Tensor | None = None,
) -> Tensor:
    """Multiply and add: (M, K), the weight and its scales as stored, (N,) -> (M, N). int4: uint8 (N,
    K/2) in tiles of 64 rows, bfloat16 (G, N, 2), rows and results in bfloat16. int8: int8 (N, K),
    bfloat16 (N,), rows and results in bfloat16 or float32. A row's result does not depend on the rows
    beside it, but in the processor's tiles on whether there are MANY_FROM: then int4's weight is
    rounded to bfloat16, an error as large as the result's rounding.

    Args:
        in_tiles: whether the tiles multiply however few rows there are, where `takes_in_tiles`.
        gelu: whether GELU in its tanh form is applied; needs `in_tiles`.
        residual: (M, N), added after it; needs `in_tiles`.

    Raises: TypeError, ValueError, RuntimeError for other tensors.
    """
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(rows.dtype)  # held until the end, as the residual
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=rows.dtype)
    residual = None if residual is None else residual.to(rows.dtype).reshape(out.shape).contiguous()
    name = f"{format}_many" if in_tiles else _name(format, rows, out.shape[1])
    most = {"_tiles": max(CACHED // (2 * rows.shape[1]), 16), "_many": MANY_ROWS}.get(name[4:], ROWS)
    for part in _parts(len(rows), most):
        args = _args(name, rows[part], weight, scales, bias, out[part])
        args.gelu = gelu
        args.residual = None if residual is None else residual[part].data_ptr()
        _run(name, args)
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
    """Return the kernel of a product for up to ROWS rows, and its arguments. They hold addresses, not
    the tensors."""
    name = _name(format, x, out.shape[1])
    args = _args(name, x, weight, scales, bias, out)
    return kernel(name), args


def _args(
    name: str, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> ctypes.Structure:
    M, K = x.shape
    N = out.shape[1]
    dtype = torch.float32 if name == "int8_wide" else torch.bfloat16
    if not all(tensor.is_contiguous() for tensor in (x, weight, scales, out)):
        raise ValueError("the tensors of a compiled product must be contiguous")
    if scales.dtype != torch.bfloat16 or not x.dtype == out.dtype == dtype:
        raise TypeError(
            "a compiled product has tensors in bfloat16; in int8 inputs and results can be float32"
        )
    if weight.numel() * weight.element_size() != N * K // (2 if name.startswith("int4") else 1):
        raise ValueError(f"a weight of {weight.numel()} bytes is not one of {N} x {K} for {name}")
    groups = scales.shape[0] if scales.dim() == 3 else 1
    if name == "int4_many" and MANY_PART % (K // groups):
        raise ValueError(f"groups of {K // groups} do not divide {MANY_PART}")
    scratch = torch.empty(_scratch(name, M, K, groups), dtype=torch.uint8)
    bias = _zeros(N, x.dtype) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, None, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # held as long as its address
    return made


def _scratch(name: str, M: int, K: int, groups: int) -> int:
    """Return the bytes of rounded rows, their units and sums; tiles read up to 16 rows more. For
    cpp/many.cc: of rows in tiles of 1 KB, and each thread's part of the weight and sums."""
    if name.endswith("_many"):
        return 2**11 * (
            math.ceil(M / 32) * math.ceil(K / 32)
            + 16 * torch.get_num_threads() * (10 + math.ceil(M / 32))
        )
    if name.startswith("int4"):
        return M * (2 * K + 8 * groups) + (32 * K if name == "int4_tiles" else 0)
    return M * (2 * K + 4 * math.ceil(2 * K / INT8_BLOCK))


@functools.cache
def _zeros(count: int, dtype: torch.dtype) -> Tensor:
    return torch.zeros(count, dtype=dtype)


def prepare(format: Format) -> None:
    """Compile what products of a format need. Raises: RuntimeError, OSError."""
    for name in NAMES[format] if _may_use_tiles() else [format]:
        kernel(name)


def _name(format: Format, rows: Tensor, out_features: int) -> str:
    """Return the kernel of a product, on a machine that gets one."""
    if rows.dtype == torch.float32:
        return f"{format}_wide"
    first = TILES_FROM if format == "int4" else MANY_FROM
    if len(rows) < first or not takes_in_tiles(format, out_features, rows.shape[1]):
        return format
    return f"{format}_many" if len(rows) >= MANY_FROM else f"{format}_tiles"


def _may_use_tiles() -> bool:
    has_them = compiler.instruction_set() == "avx512_vnni" and all(
        map(compiler.has_feature, TILES_NEED)
    )
    return has_them and cpu.allows_tiles()


@compiler.once
def kernel(name: str) -> compiler.CompiledKernel:
    """Return a kernel of a file of cpp/ that has its name, if not all of it. Raises: RuntimeError,
    OSError."""
    source = "many" if name.endswith("_many") else name.removesuffix("_wide")
    return compiler.compile_kernel(name, source, TILES=int(_may_use_tiles()))


def _try(format: Format, dtype: torch.dtype) -> bool:
    """Multiply blocks of every number of rows."""
    weight = getattr(rounding, f"quantize_{format}")(cpu.example(2 * TILE, WIDTH[format]))
    exact = getattr(rounding, f"dequantize_{format}")(*weight).t()
    rows = [cpu.example(count, WIDTH[format]).to(dtype) for count in (*range(1, 7), 13)]
    return all(cpu.close(product(format, x, *weight), x.float() @ exact) for x in rows)


def _try_tiles(format: Format) -> bool:
    """Multiply rows that fill no tile, of an N that leaves columns over: the result of each kernel must
    be close to that of the first, and that of int4_tiles the same."""
    if not _may_use_tiles():
        return False
    N = 2 * TILE if format == "int4" else 2 * TILE + 16
    weight, scales = getattr(rounding, f"quantize_{format}")(cpu.example(N, WIDTH[format]))
    x = cpu.example(35, WIDTH[format]).bfloat16()
    found = torch.empty(len(NAMES[format]), 35, N, dtype=torch.bfloat16)
    for name, out in zip(NAMES[format], found, strict=True):
        _run(name, _args(name, x, weight, scales, None, out))
    exact = F.gelu(found[0].float(), approximate="tanh") + found[0]
    after = product(format, x, weight, scales, in_tiles=True, gelu=True, residual=found[0])
    same = format == "int8" or torch.equal(found[0], found[1])
    return same and cpu.close(found[-1], found[0].float()) and cpu.close(after, exact)
