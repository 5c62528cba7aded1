"""Round weights to 4 or 8 bits and back, with plain tensor arithmetic.

For given importances the result is the same on every CPU. CUDA adds numbers in another order than a
CPU, which may change the last bit of a scale.

N is the number of rows of a weight, K the number of its columns, G the number of groups in a row.
"""

from __future__ import annotations

import torch
from torch import Tensor

from flashsloth.errors import NonFiniteWeights
from flashsloth.quantization.presets import TILE

STARTS = (1.0, 0.88, 0.76)  # fractions of a group's range at which the scale search starts
ROUNDS = 4  # how often rounding and fitting are repeated from each start
# how many weights are rounded at a time on a CPU, few enough that their float32 copies stay in the
# processor's cache
WEIGHTS_AT_ONCE = 2**19
# how many weights are rounded at a time on a card, enough to keep it busy in each operation; their
# float32 copies take about 0.1 GB
CARD_WEIGHTS_AT_ONCE = 2**23
TINY = 1e-30  # replaces a scale of 0
MIN_VARIANCE = 1e-3  # the variance of a group's codes below which all codes are equal
# The least importance of a column, as a fraction of the largest one in its group. With a smaller
# fraction, the largest column alone would decide, and the codes of the others could be equal.
MIN_IMPORTANCE = 2**-14


def quantize_int4(
    weight: Tensor, group: int = 64, importance: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Round to 16 steps, with a scale and a zero for each `group` of neighbours in a row.

    `search_scale` finds the scales and zeros. The squared error is a seventh less than with 16 steps
    over the whole range of a group, from its smallest to its largest weight.

    Args:
        importance: how much the error of each column counts, (K,), such as the mean square of its
            input. If it is None or not finite, all columns count alike.

    Shape: weight (N, K) of any floating point type, N a multiple of 64, K of `group` -> codes uint8 (N,
    K/2) in tiles (`pack_tiles`), scales and zeros bfloat16 (K/group, N, 2): w = (code - 8) * scale +
    zero. Raises NonFiniteWeights.
    """
    n, k = weight.shape
    if n % TILE or k % group:
        raise ValueError(f"int4 needs multiples of {TILE} rows and {group} columns, got {n} x {k}")
    packed = torch.empty(n, k // 2, dtype=torch.uint8, device=weight.device)
    scales_zeros = torch.empty(k // group, n, 2, dtype=torch.bfloat16, device=weight.device)
    shares = column_shares(torch.ones(k) if importance is None else importance, group).to(weight.device)
    # Some rows are rounded at a time, to save memory.
    step = max(_at_once(weight) // k // TILE, 1) * TILE
    for row in range(0, n, step):
        # 1. Find the scale and zero of each group, and round these two numbers to bfloat16.
        groups = weight[row : row + step].float().view(-1, k // group, group)
        scale, zero = (x.bfloat16() for x in search_scale(groups, shares))
        # 2. Round the weights with these scales and zeros.
        # `codes` is assigned twice, so that its float32 form is freed before the next rows.
        codes = (groups - zero).div_(scale.float().clamp_min_(TINY)).round_()
        codes = codes.clamp_(-8, 7).add_(8).to(torch.uint8)
        # 3. Put the codes, and the scales and zeros, into the order in which they are stored.
        packed[row : row + step] = pack_tiles(codes.view(-1, k))
        scales_zeros[:, row : row + step] = torch.cat((scale, zero), -1).transpose(0, 1)
    # A weight that is not finite makes the scale or the zero of its group not finite.
    return packed, check_finite(scales_zeros)


def column_shares(importance: Tensor, group: int) -> Tensor:
    """Return the share of each column in the error of its group: (K,) -> (K/group, group), float32,
    each row with the sum 1. A column has at least MIN_IMPORTANCE of the largest importance in its
    group."""
    if not importance.isfinite().all():
        importance = torch.ones_like(importance)
    columns = importance.float().view(-1, group)
    columns = columns / columns.amax(1, keepdim=True).clamp_min(TINY)
    columns.clamp_min_(MIN_IMPORTANCE)
    return columns / columns.sum(1, keepdim=True)


def search_scale(groups: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Return the scale and zero with the least squared error of each group, by alternating
    minimisation. The columns of a group are weighted.

    Two steps alternate, and neither of them increases the squared error:

    1. For a given scale and zero, rounding gives the best codes.
    2. For given codes, the best scale and zero are the least-squares line through the points (code,
       weight).

    The result depends on the scale and zero at the start. There are three starts, and the best result
    is returned. In the first one the 16 steps cover the whole range of the weights, in the others a
    part of it (STARTS).

    Shape: groups (R, G, group) float32, shares (G, group) with the sum 1 in each row -> scale (R, G,
    1), zero (R, G, 1) float32, w = code * scale + zero, codes -8 to 7.
    """
    codes = torch.empty_like(groups)
    product = torch.empty_like(groups)
    mean = torch.mul(groups, shares, out=product).sum(-1, keepdim=True)
    groups = groups - mean  # makes the sums below more precise
    low, high = torch.aminmax(groups, dim=-1, keepdim=True)
    best: list[Tensor] = []
    for part in STARTS:
        scale = (high - low) * (part / 15)
        zero = (high + low) / 2 + scale / 2  # the mean of -8 and 7 is -1/2
        for _ in range(ROUNDS):
            # 1. Compute the codes.
            torch.sub(groups, zero, out=codes).div_(scale.clamp_min_(TINY)).round_().clamp_(-8, 7)
            # 2. Compute the least-squares line. Its slope is the covariance of codes and weights,
            #    divided by the variance of the codes.
            center = torch.mul(codes, shares, out=product).sum(-1, keepdim=True)
            covariance = product.mul_(groups).sum(-1, keepdim=True)
            variance = codes.square_().mul_(shares).sum(-1, keepdim=True).sub_(center.square())
            scale = torch.where(variance > MIN_VARIANCE, covariance / variance, 0)
            zero = -scale * center
        # 3. Keep the better result. A candidate has three numbers: how much the line lowers the squared
        #    error, the scale and the zero.
        candidate = [covariance * scale, scale, zero]
        if best:
            better = candidate[0] > best[0]
            candidate = [
                torch.where(better, new, old) for new, old in zip(candidate, best, strict=True)
            ]
        best = candidate
    return best[1], best[2] + mean


def dequantize_int4(packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """Reverse quantize_int4: (N, K/2), (G, N, 2) -> float32 (N, K). The kernels are compared with this
    function."""
    codes = unpack_tiles(packed)
    groups = codes.view(codes.shape[0], scales_zeros.shape[0], -1).float()
    scale, zero = scales_zeros.float().transpose(0, 1).unbind(-1)  # (N, G)
    return ((groups - 8) * scale[..., None] + zero[..., None]).view_as(codes)


def quantize_int8(weight: Tensor, multiple: int = 1) -> tuple[Tensor, Tensor]:
    """Round each row to 255 steps around 0, with the largest value at 127. Rows of zeros are appended
    until their number is a multiple.

    Shape: weight (N, K) of any floating point type -> int8 (N, K), scales bfloat16 (N,). Raises
    NonFiniteWeights.
    """
    n, k = weight.shape
    padded = n + -n % multiple
    rounded = torch.zeros(padded, k, dtype=torch.int8, device=weight.device)
    scales = torch.zeros(padded, dtype=torch.bfloat16, device=weight.device)
    step = max(_at_once(weight) // k, 1)
    for row in range(0, n, step):
        rows = weight[row : row + step].float()
        low, high = torch.aminmax(rows, dim=1, keepdim=True)
        # Round the scale first, so that the codes are computed with the scale that is stored.
        scale = (torch.maximum(high, -low) / 127).bfloat16()
        part = slice(row, row + len(rows))
        rounded[part] = (rows / scale.float().clamp_min_(TINY)).round_().clamp_(-127, 127)
        scales[part] = scale[:, 0]
    return rounded, check_finite(scales)


def dequantize_int8(rounded: Tensor, scales: Tensor) -> Tensor:
    """Reverse quantize_int8: (N, K), (N,) -> float32 (N, K). The kernels are compared with this
    function."""
    return rounded.float() * scales.float()[:, None]


def _at_once(weight: Tensor) -> int:
    return WEIGHTS_AT_ONCE if weight.device.type == "cpu" else CARD_WEIGHTS_AT_ONCE


def check_finite(weight: Tensor) -> Tensor:
    """Return the weight unchanged. Raises: NonFiniteWeights if it has a NaN or an infinity."""
    if not torch.stack(weight.aminmax()).isfinite().all():
        raise NonFiniteWeights("a weight holds NaN or infinite values")
    return weight


def pack_tiles(codes: Tensor, tile: int = TILE) -> Tensor:
    """Pack two codes into a byte, in the order in which a matrix product reads them.

    1. The rows are divided into tiles of `tile` rows.
    2. A tile is stored column by column, so that a product reads the weights of many rows for one
       input.
    3. Byte i of a column has row i in its lower half and row tile/2 + i in its upper half.

    torch's AVX-512 kernel and the kernels of cpp/ read tiles of 64 rows, so stored weights need no
    repacking for them. torch's AVX2 kernel reads tiles of 32 rows.

    Shape: codes uint8 (N, K) of 0 to 15, N a multiple of `tile` -> uint8 (N, K/2).
    """
    n, k = codes.shape
    columns = codes.view(n // tile, tile, k).transpose(1, 2)  # (tiles, K, tile)
    low = columns[..., : tile // 2]
    high = columns[..., tile // 2 :]
    return torch.bitwise_or(low, high << 4).reshape(n, k // 2)


def unpack_tiles(packed: Tensor, tile: int = TILE) -> Tensor:
    """Reverse pack_tiles: uint8 (N, K/2) -> uint8 (N, K) of 0 to 15."""
    n, half = packed.shape
    columns = packed.view(n // tile, half * 2, tile // 2)
    return torch.cat((columns & 15, columns >> 4), -1).transpose(1, 2).reshape(n, half * 2)
