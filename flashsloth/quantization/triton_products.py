"""Products of a few rows with int4 and int8 weights in Triton: weights are dequantized in registers and read once.

Imported only where one is tried (card_kernels.py): Triton comes with torch's CUDA builds. M is the number of rows, at
most ROWS, N of outputs, K of inputs, G of the groups in a row. All products are summed in float32. K is dealt out to
several programs, so that a weight of few outputs occupies the whole card; torch adds their sums in a fixed order.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, valid-type"

from __future__ import annotations

import contextlib
import functools
import math
from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

from flashsloth.quantization.presets import TILE

ROWS = 5
INT8_OUTPUTS = 16  # of a program
PROGRAMS = 16  # for each multiprocessor
INTERPRETED = 1  # multiprocessors that Triton's interpreter pretends to have


def int4_product(rows: Tensor, weight: Tensor, scales_zeros: Tensor) -> Tensor:
    """Multiply by a weight in the stored order (rounding.pack_tiles).

    Shape: (M, K) of 16 bit, contiguous, uint8 (N, K/2), bfloat16 (G, N, 2) -> float32 (M, N).
    """
    groups, n, _ = scales_zeros.shape
    group = rows.shape[1] // groups
    return _launch(_int4_rows, n // TILE, _block(group, len(rows)), rows, weight, scales_zeros, n, GROUP=group)


def int8_product(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Multiply by int8 weights. Shape: (M, K) of 16 bit, contiguous, (N, K), (N,) -> float32 (M, N). N is a multiple of
    INT8_OUTPUTS, K of 32 (presets.fits)."""
    n, k = weight.shape
    block = math.gcd(k, 2 * _block(TILE, len(rows)))
    return _launch(_int8_rows, n // INT8_OUTPUTS, block, rows, weight, scales, n, OUTPUTS=INT8_OUTPUTS)


def dequantize_tiles(tiles: Tensor, affine: Tensor, dtype: torch.dtype) -> Tensor:
    """Dequantize tiles, in one pass, to the transposed part of the weight, as kernels.int4_dequantize does in several.

    Shape: uint8 (n, K, 32), scale and zero float32 (2, G, n*64) -> (K, n*64) of `dtype`.
    """
    n, k, _ = tiles.shape
    groups, width = affine.shape[1:]
    out = torch.empty(k, width, dtype=dtype, device=tiles.device)
    with _current(tiles.device):
        _int4_wide[(n, groups)](tiles, affine, out, k, width, groups, GROUP=k // groups)
    return out


def _launch(kernel: Any, tiles: int, block: int, rows: Tensor, weight: Tensor, scales: Tensor, n: int, **sizes: int):
    """Run a kernel for `tiles` groups of outputs, with K in parts of whole blocks, and add the parts."""
    count, k = rows.shape
    parts = min(k // block, max(1, PROGRAMS * _multiprocessors(rows.device) // tiles))
    part = block * math.ceil(k // block / parts)
    parts = math.ceil(k / part)
    out = torch.empty(parts, count, n, device=rows.device)
    sizes |= {"ROWS": count, "PADDED": triton.next_power_of_2(count), "BLOCK": block}
    with _current(rows.device):
        kernel[(tiles, parts)](rows, weight, scales, out, n, k, part, **sizes)
    return out[0] if parts == 1 else out.sum(0)


def _block(limit: int, rows: int) -> int:
    """Return how many inputs a program reads at a time; its sums have to stay in registers."""
    return min(limit, 64 if rows == 1 else 32 if rows == 2 else 16)


def _current(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Make a card the current one, on which Triton launches."""
    return torch.cuda.device(device) if device.type == "cuda" else contextlib.nullcontext()


@functools.cache
def _multiprocessors(device: torch.device) -> int:
    if device.type != "cuda":
        return INTERPRETED
    return torch.cuda.get_device_properties(device).multi_processor_count


@triton.jit
def _rows(rows, k, K, ROWS: tl.constexpr, PADDED: tl.constexpr):
    """Load columns k of the rows: float32 (PADDED, BLOCK)."""
    row = tl.arange(0, PADDED)[:, None]
    return tl.load(rows + row * K + k[None, :], mask=row < ROWS, other=0.0).to(tl.float32)


@triton.jit
def _store(out, sums, column, N, ROWS: tl.constexpr, PADDED: tl.constexpr):
    """Store this part's sums (PADDED, columns)."""
    row = tl.arange(0, PADDED)[:, None]
    tl.store(out + (tl.program_id(1) * ROWS + row) * N + column[None, :], sums, mask=row < ROWS)


@triton.jit
def _int4_rows(
    rows, weight, scales_zeros, out, N, K, PART,
    ROWS: tl.constexpr, PADDED: tl.constexpr, BLOCK: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """Write one part's sums of the 64 outputs of a tile."""
    tile = tl.program_id(0)
    byte = tl.arange(0, 32)
    column = tile * 64 + byte
    low = tl.zeros((PADDED, BLOCK, 32), tl.float32)
    high = tl.zeros((PADDED, BLOCK, 32), tl.float32)
    start = tl.program_id(1) * PART
    for first in range(start, tl.minimum(start + PART, K), BLOCK):
        k = first + tl.arange(0, BLOCK)
        codes = tl.load(weight + tile.to(tl.int64) * K * 32 + k[:, None] * 32 + byte[None, :])
        x = _rows(rows, k, K, ROWS, PADDED)[:, :, None]
        pair = scales_zeros + ((first // GROUP) * N + column) * 2
        low += x * _affine(codes & 15, tl.load(pair), tl.load(pair + 1))[None]
        high += x * _affine(codes >> 4, tl.load(pair + 64), tl.load(pair + 65))[None]
    _store(out, tl.sum(low, 1), column, N, ROWS, PADDED)
    _store(out, tl.sum(high, 1), column + 32, N, ROWS, PADDED)


@triton.jit
def _affine(codes, scale, zero):
    """Dequantize codes (BLOCK, 32) with a scale and a zero for each column: float32."""
    return (codes.to(tl.float32) - 8.0) * scale.to(tl.float32)[None, :] + zero.to(tl.float32)[None, :]


@triton.jit
def _int8_rows(
    rows, weight, scales, out, N, K, PART,
    ROWS: tl.constexpr, PADDED: tl.constexpr, BLOCK: tl.constexpr, OUTPUTS: tl.constexpr,
):  # fmt: skip
    """Write one part's sums of OUTPUTS outputs."""
    column = tl.program_id(0) * OUTPUTS + tl.arange(0, OUTPUTS)
    sums = tl.zeros((PADDED, OUTPUTS, BLOCK), tl.float32)
    start = tl.program_id(1) * PART
    for first in range(start, tl.minimum(start + PART, K), BLOCK):
        k = first + tl.arange(0, BLOCK)
        codes = tl.load(weight + column.to(tl.int64)[:, None] * K + k[None, :]).to(tl.float32)
        sums += _rows(rows, k, K, ROWS, PADDED)[:, None, :] * codes[None]
    scale = tl.load(scales + column).to(tl.float32)
    _store(out, tl.sum(sums, 2) * scale[None, :], column, N, ROWS, PADDED)


@triton.jit
def _int4_wide(tiles, affine, out, K, WIDTH, GROUPS, GROUP: tl.constexpr):
    """Dequantize a tile's weights of one group of inputs."""
    column = tl.program_id(0) * 64 + tl.arange(0, 32)
    k = tl.program_id(1) * GROUP + tl.arange(0, GROUP)
    codes = tl.load(tiles + tl.program_id(0).to(tl.int64) * K * 32 + k[:, None] * 32 + tl.arange(0, 32)[None, :])
    scale = affine + tl.program_id(1) * WIDTH + column
    zero = scale + GROUPS * WIDTH
    to = out + k.to(tl.int64)[:, None] * WIDTH + column[None, :]
    tl.store(to, _affine(codes & 15, tl.load(scale), tl.load(zero)))
    tl.store(to + 32, _affine(codes >> 4, tl.load(scale + 32), tl.load(zero + 32)))
