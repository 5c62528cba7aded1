"""Products with int4 and int8 weights, computed by compiled kernels (cpp/). If the kernels cannot be
used, torch computes the products (torch_products.py).

Some processors multiply matrices in tiles (AMX). On such a processor the kernel depends on the number
of rows:

- few rows are multiplied with vector instructions (int4.cc, int8.cc);
- from TILES_FROM rows on, int4 uses tiles (int4_tiles.cc), with results that are equal bit for bit;
- from MANY_FROM rows on, int4 and int8 use tiles in bfloat16 (many.cc).

On other processors any number of rows is multiplied with vector instructions.
"""

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
# The maximum number of rows in one call, which limits the scratch memory. MANY_ROWS is for cpp/many.cc.
ROWS = 512
MANY_ROWS = 1024
# the maximum number of bytes of rounded rows in one call of int4_tiles, half of the second-level cache
CACHED = 2**20
OWNERS = 64  # the maximum number of threads that have their own tiles, as in cpp/kernel.h
# the struct Product of cpp/kernel.h
_Args = compiler.struct_class(
    "ptr weights scales bias x out scratch residual",
    "long M K N group groups gelu",
    *(f"long taken{owner}" for owner in range(OWNERS)),
)
# On a processor with tiles: the numbers of rows from which int4_tiles and cpp/many.cc are used.
TILES_FROM = 5
MANY_FROM = 48
TILES_NEED = "amx-int8", "amx-bf16", "avx512bf16"  # the processor's features that these kernels use
# how many columns of a weight cpp/many.cc converts at a time; a multiple of the number of weights that
# share a scale
MANY_PART = 640
# how many numbers of a row share a scale (unit) in cpp/int8.cc with AVX2; elsewhere half as many
INT8_BLOCK = 2048
# the kernels of each format on a processor with tiles
NAMES = {"int4": ("int4", "int4_tiles", "int4_many"), "int8": ("int8", "int8_many")}
# The number of columns of the weight in a trial of the kernels. It is larger than MANY_PART or
# INT8_BLOCK, so that a second part is computed, too, but only slightly, because trials run each time a
# model is opened.
WIDTH = {"int4": MANY_PART + TILE, "int8": INT8_BLOCK + TILE}


def takes(
    format: Format, out_features: int, in_features: int, dtype: torch.dtype = torch.bfloat16
) -> bool:
    """Return whether `product` can be used on this machine for weights of this size and rows of this
    dtype, and computes correctly."""
    step = 32 if "avx512" in str(compiler.instruction_set()) else 16
    fits = format == "int4" or in_features % step == out_features % 4 == 0
    return fits and compiler.can(_try, format, dtype)


def takes_in_tiles(format: Format, out_features: int, in_features: int) -> bool:
    """Return whether this processor's tiles can multiply many rows of bfloat16 by weights of this size,
    and compute correctly."""
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
    """Multiply rows (M, K) by a weight as it is stored, and add the bias (N,): (M, N).

    int4: weight uint8 (N, K/2) in tiles of 64 rows, scales bfloat16 (G, N, 2), rows and results in
    bfloat16. int8: weight int8 (N, K), scales bfloat16 (N,), rows and results in bfloat16 or float32.

    The result of a row does not depend on the other rows, with one exception: on a processor with
    tiles, a product of MANY_FROM rows or more uses cpp/many.cc, which rounds differently. It rounds an
    int4 weight to bfloat16, an error about as large as that of rounding the result.

    Args:
        in_tiles: use cpp/many.cc for any number of rows. `takes_in_tiles` must have returned True.
        gelu: apply GELU in its tanh form; needs `in_tiles`.
        residual: (M, N), added after GELU; needs `in_tiles`.

    Raises: TypeError, ValueError or RuntimeError if the tensors have other shapes or dtypes.
    """
    rows = rows.contiguous()
    # The kernel's arguments contain only addresses. These variables keep the converted tensors alive.
    bias = None if bias is None else bias.to(rows.dtype)
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
    """Divide `count` rows into parts of at most `most` rows and about the same size."""
    step = math.ceil(count / math.ceil(count / most)) if count else 1
    return (slice(first, first + step) for first in range(0, count, step))


def _run(name: str, args: ctypes.Structure) -> None:
    kernel(name).run(ctypes.addressof(args), torch.get_num_threads())


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. The arguments contain only
    addresses, so the caller must keep the tensors alive."""
    name = _name(format, x, out.shape[1])
    return kernel(name), _args(name, x, weight, scales, bias, out)


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
    size = _scratch(name, M, K, groups)
    if name.endswith("_many"):
        # the same memory for each product, so that it stays in the processor's cache
        scratch = cpu.scratch.take("many", (size,), torch.uint8, x.device)
    else:
        scratch = torch.empty(size, dtype=torch.uint8)
    bias = _zeros(N, x.dtype) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, None, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # keeps the scratch memory alive as long as the arguments
    return made


def _scratch(name: str, M: int, K: int, groups: int) -> int:
    """Return the bytes of scratch memory that a kernel needs.

    It holds the rounded rows with their scales (units) and sums; int4_tiles may read up to 16 rows
    after them. For cpp/many.cc it holds the rows in tiles of 1 KB, and for each thread a part of the
    weight and the sums of a panel.
    """
    if name.endswith("_many"):
        tiles = math.ceil(M / 32)
        return 2**11 * (tiles * math.ceil(K / 32) + 16 * torch.get_num_threads() * (10 + tiles))
    if name.startswith("int4"):
        return M * (2 * K + 8 * groups) + (32 * K if name == "int4_tiles" else 0)
    return M * (2 * K + 4 * math.ceil(2 * K / INT8_BLOCK))


@functools.cache
def _zeros(count: int, dtype: torch.dtype) -> Tensor:
    return torch.zeros(count, dtype=dtype)


def prepare(format: Format) -> None:
    """Compile the kernels for products of a format. Raises: RuntimeError, OSError."""
    for name in NAMES[format] if _may_use_tiles() else [format]:
        kernel(name)


def _name(format: Format, rows: Tensor, out_features: int) -> str:
    """Return the name of the kernel for a product, on a machine that has compiled kernels."""
    if rows.dtype == torch.float32:
        return f"{format}_wide"
    first = TILES_FROM if format == "int4" else MANY_FROM
    if len(rows) < first or not takes_in_tiles(format, out_features, rows.shape[1]):
        return format
    return f"{format}_many" if len(rows) >= MANY_FROM else f"{format}_tiles"


def _may_use_tiles() -> bool:
    return (
        compiler.instruction_set() == "avx512_vnni"
        and all(map(compiler.has_feature, TILES_NEED))
        and cpu.allows_tiles()
    )


@compiler.once
def kernel(name: str) -> compiler.CompiledKernel:
    """Return a compiled kernel. Raises: RuntimeError, OSError."""
    # many.cc has int4_many and int8_many; int8.cc has int8 and int8_wide
    source = "many" if name.endswith("_many") else name.removesuffix("_wide")
    return compiler.compile_kernel(name, source, TILES=int(_may_use_tiles()))


def _try(format: Format, dtype: torch.dtype) -> bool:
    """Compare products of the kernels with products of torch. The kernels multiply rows in blocks. The
    numbers of rows are chosen so that blocks of every size occur."""
    weight = getattr(rounding, f"quantize_{format}")(cpu.example(2 * TILE, WIDTH[format]))
    exact = getattr(rounding, f"dequantize_{format}")(*weight).t()
    rows = [cpu.example(count, WIDTH[format]).to(dtype) for count in (*range(1, 7), 13)]
    return all(cpu.close(product(format, x, *weight), x.float() @ exact) for x in rows)


def _try_tiles(format: Format) -> bool:
    """Try the kernels that use tiles, with rows and columns that do not fill the last tile. The results
    of int4_tiles must be equal to those of the kernel without tiles. The results of cpp/many.cc must be
    close to them.
    """
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
