"""GPTQ (arXiv:2210.17323): round a weight to int4 column by column, and compensate the error of each
column in the columns that follow, so that the outputs change least for inputs that were measured. The
format is that of rounding.py, whose search also finds the scales here.

N is the number of rows of a weight, K the number of its columns. The moments of its inputs x are the
sums of x_i * x_j over all measured positions. They are kept for blocks of at most BLOCK columns, and an
error is compensated within its block only.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from flashsloth.quantization import rounding

# The maximum number of columns of a block. A joined product of the released model has 12,800 columns.
# As one block its moments would take 0.7 GB, and several times that while they are inverted.
BLOCK = 4096
# What is added to the diagonal of the moments, as a fraction of its mean. It keeps small correlations
# in the data, which other inputs may not have, from being relied on.
DAMPING = 0.05
ATTEMPTS = 3  # how often the moments are inverted, each time with ten times the damping


def split_columns(x: Tensor, group: int) -> tuple[Tensor, ...]:
    """Split the last dimension (..., K) into blocks of about equal size, each of whole groups."""
    groups = x.shape[-1] // group
    blocks = -(-groups // (BLOCK // group))
    return torch.split(x, -(-groups // blocks) * group, dim=-1)


def quantize_int4(weight: Tensor, group: int, moments: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Round to int4, with a result as that of `rounding.quantize_int4`.

    Args:
        moments: the moments (B, B) of each block of `split_columns`. A block whose moments are not
            finite or cannot be inverted is rounded without compensation.

    Shape: weight (N, K), N a multiple of 64, K of `group`. Raises NonFiniteWeights.
    """
    shares = iter(
        rounding.column_shares(torch.cat([block.diagonal() for block in moments]), group)[:, None]
    )
    codes: list[Tensor] = []
    scales_zeros: list[Tensor] = []
    for block, columns in zip(moments, split_columns(weight, group), strict=True):
        factor = _compensation(block)
        # transposed, so that each column is contiguous
        left = rounding.check_finite(columns).t().float().contiguous()
        for start in range(0, len(left), group):
            # 1. Find the scale and zero of each row of the group. Its weights already compensate for
            #    the groups before.
            this, later = slice(start, start + group), slice(start + group, None)
            found = rounding.search_scale(left[this].t()[:, None], next(shares))
            scales_zeros.append(torch.cat(found, -1)[:, 0].bfloat16())
            # 2. Round its columns, and compensate the errors in the columns after the group.
            errors = _round_columns(left[this], scales_zeros[-1].float(), factor[this, this])
            left[later].addmm_(factor[this, later].t(), errors, alpha=-1)
        codes.append(left.to(torch.uint8))
    packed = rounding.pack_tiles(torch.cat(codes).t())
    return packed, rounding.check_finite(torch.stack(scales_zeros))


def _round_columns(columns: Tensor, scales_zeros: Tensor, factor: Tensor) -> Tensor:
    """Replace the columns of a group, (group, N), by their codes of 0 to 15. Each error is compensated
    in the columns that follow. Return the errors as the columns after the group must compensate them.

    Shape: scales_zeros (N, 2), factor (group, group) of `_compensation` -> (group, N).
    """
    scale, zero = scales_zeros.t().contiguous()
    errors = torch.empty_like(columns)
    for i, column in enumerate(columns):
        code = ((column - zero) / scale.clamp_min(rounding.TINY)).round_().clamp_(-8, 7)
        torch.sub(column, code * scale + zero, out=errors[i]).div_(factor[i, i])
        columns[i + 1 :].addr_(factor[i, i + 1 :], errors[i], alpha=-1)
        column.copy_(code.add_(8))
    return errors


def _compensation(moments: Tensor) -> Tensor:
    """Return the upper Cholesky factor of the inverse of the moments, (B, B) float32. An error e of
    column i is compensated by subtracting e / factor[i, i] * factor[i, j] from each later column j. If
    there is no such factor, return the identity, with which nothing is compensated.

    The inverse is computed in float64, because moments are nearly singular.
    """
    identity = torch.eye(len(moments), dtype=torch.float64)
    damping = moments.diagonal().double().mean().clamp_min(rounding.TINY) * DAMPING
    for attempt in range(ATTEMPTS):
        lower, failed = torch.linalg.cholesky_ex(moments + identity * (damping * 10**attempt))
        upper, also = torch.linalg.cholesky_ex(torch.cholesky_inverse(lower), upper=True)
        if not failed and not also and upper.isfinite().all():
            return upper.float()
    return identity.float()
