"""Weights to 4 or 8 bits and back: plain tensor arithmetic, the same on every machine. Knows no kernels and no modules.

N is the number of rows of a weight, K of its columns, G of the groups in a row.
"""

from __future__ import annotations

import torch
from torch import Tensor

from flashsloth.errors import NonFiniteWeights
from flashsloth.quantization.presets import TILE

STARTS = (1.0, 0.88, 0.76)  # parts of a group's range from which the scale search begins
ROUNDS = 4  # rounding and fitting, in turns, from each start
WORK = 2**19  # weights that are worked on at a time: their few copies in 32 bit stay in the cache
TINY = 1e-30  # instead of a scale of 0
SPREAD = 1e-3  # variance of a group's codes below which they are all the same


def quantize_int4(weight: Tensor, group: int = 64) -> tuple[Tensor, Tensor]:
    """Round to 16 steps, with a scale and a zero of its own for each `group` neighbours in a row.

    The scale is searched for: see `search_scale`. A few rows at a time, so that little more memory is needed than for
    the result. A seventh less squared error than with the smallest and the
    largest value as the ends of the range.

    Shape: weight (N, K) of any floating point type, N a multiple of 64, K of `group` -> codes uint8 (N, K/2) in tiles
    (`pack_tiles`), scales and zeros bfloat16 (K/group, N, 2): w = (code - 8) * scale + zero. Raises NonFiniteWeights.
    """
    n, k = weight.shape
    if n % TILE or k % group:
        raise ValueError(f"int4 needs rows in {TILE}s and columns in {group}s, got {n} x {k}")
    packed = torch.empty(n, k // 2, dtype=torch.uint8, device=weight.device)
    scales_zeros = torch.empty(k // group, n, 2, dtype=torch.bfloat16, device=weight.device)
    step = max(WORK // k // TILE, 1) * TILE
    for row in range(0, n, step):
        groups = finite(weight[row : row + step]).float().view(-1, group)
        scale, zero = (x.bfloat16() for x in search_scale(groups))
        codes = (groups - zero).div_(scale.float().clamp_min_(TINY)).round_().clamp_(-8, 7).add_(8).to(torch.uint8)
        packed[row : row + step] = pack_tiles(codes.view(-1, k))
        scales_zeros[:, row : row + step] = torch.cat((scale, zero), 1).view(-1, k // group, 2).transpose(0, 1)
    return packed, scales_zeros


def search_scale(groups: Tensor, starts: tuple[float, ...] = STARTS, rounds: int = ROUNDS) -> tuple[Tensor, Tensor]:
    """The scale and zero that reproduce each group best: least squares for the codes, the codes for that, in turns.

    A line through the points (code, weight) is the best scale and zero for given codes, and rounding gives the best
    codes for a given line, so the error falls with each turn; where it ends depends on the start, so there are some.
    The first is the whole range, the others clip its ends.

    Shape: groups (R, group) float32 -> scale (R, 1), zero (R, 1) float32, w = code * scale + zero, codes -8 to 7.
    """
    mean = groups.mean(1, keepdim=True)
    groups = groups - mean  # then the sums below lose no digits
    low, high = torch.aminmax(groups, dim=1, keepdim=True)
    codes, product = torch.empty_like(groups), torch.empty_like(groups)
    best: list[Tensor] = []
    for part in starts:
        scale = (high - low) * (part / 15)
        zero = (high + low) / 2 + scale / 2  # the middle of -8 and 7 is -1/2
        for _ in range(rounds):
            torch.sub(groups, zero, out=codes).div_(scale.clamp_min_(TINY)).round_().clamp_(-8, 7)
            covariance = torch.mul(codes, groups, out=product).mean(1, keepdim=True)
            middle = codes.mean(1, keepdim=True)
            variance = codes.square_().mean(1, keepdim=True).sub_(middle.square())
            scale = torch.where(variance > SPREAD, covariance / variance, 0)
            zero = -scale * middle
        found = [covariance * scale, scale, zero]  # the first: by how much the line lowers the mean squared error
        if best:
            better = found[0] > best[0]
            found = [torch.where(better, new, old) for new, old in zip(found, best, strict=True)]
        best = found
    return best[1], best[2] + mean


def dequantize_int4(packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """What quantize_int4 made, as a weight again: (N, K/2), (G, N, 2) -> float32 (N, K). The kernels' oracle."""
    codes = unpack_tiles(packed)
    groups = codes.view(codes.shape[0], scales_zeros.shape[0], -1).float()
    scale, zero = scales_zeros.float().transpose(0, 1).unbind(-1)  # (N, G)
    return ((groups - 8) * scale[..., None] + zero[..., None]).view_as(codes)


def quantize_int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row to 255 steps around 0, the largest value at 127.

    Shape: weight (N, K) of any floating point type -> int8 (N, K), scales bfloat16 (N,). Raises NonFiniteWeights.
    """
    n, k = weight.shape
    rounded = torch.empty(n, k, dtype=torch.int8, device=weight.device)
    scales = torch.empty(n, dtype=torch.bfloat16, device=weight.device)
    step = max(WORK // k, 1)
    for row in range(0, n, step):
        rows = finite(weight[row : row + step]).float()
        low, high = torch.aminmax(rows, dim=1, keepdim=True)
        scale = (torch.maximum(high, -low) / 127).bfloat16()  # rounded first, so that the codes make up for it
        rounded[row : row + step] = (rows / scale.float().clamp_min_(TINY)).round_().clamp_(-127, 127)
        scales[row : row + step] = scale[:, 0]
    return rounded, scales


def dequantize_int8(rounded: Tensor, scales: Tensor) -> Tensor:
    """What quantize_int8 made, as a weight again: (N, K), (N,) -> float32 (N, K). The kernels' oracle."""
    return rounded.float() * scales.float()[:, None]


def finite(weight: Tensor) -> Tensor:
    """The same weight; NonFiniteWeights if there is a NaN or an infinity in it."""
    if not all(torch.isfinite(x) for x in weight.aminmax()):
        raise NonFiniteWeights("a weight holds NaN or infinite values")
    return weight


def pack_tiles(codes: Tensor, tile: int = TILE) -> Tensor:
    """Two codes to a byte, in tiles of `tile` rows: the order in which a product reads them from memory.

    A tile holds its rows column by column: for column 0 the codes of its rows, then for column 1, … Of each column
    the byte i holds row i in its lower half and row tile/2 + i in its upper half. With 64 this is how torch's kernel
    for AVX-512 wants it, so that there nothing is moved on loading; with 32, for AVX2.

    Shape: codes uint8 (N, K) of 0 to 15, N a multiple of `tile` -> uint8 (N, K/2).
    """
    n, k = codes.shape
    columns = codes.view(n // tile, tile, k).transpose(1, 2)  # (tiles, K, tile)
    low, high = columns[..., : tile // 2], columns[..., tile // 2 :]
    return torch.bitwise_or(low, high << 4).reshape(n, k // 2)


def unpack_tiles(packed: Tensor, tile: int = TILE) -> Tensor:
    """The reverse of pack_tiles: uint8 (N, K/2) -> uint8 (N, K) of 0 to 15."""
    n, half = packed.shape
    columns = packed.view(n // tile, half * 2, tile // 2)
    return torch.cat((columns & 15, columns >> 4), -1).transpose(1, 2).reshape(n, half * 2)
