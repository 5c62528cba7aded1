"""Trials of kernels: a small product is compared before a kernel is used."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

TOLERANCE = 0.02  # relative, against the dequantized weight; bfloat16 alone gives 0.005


def passes(trial: Callable[..., bool], *arguments: object) -> bool:
    """Return whether a trial succeeds. A missing or unsuitable kernel raises one of the errors below."""
    try:
        with torch.inference_mode(), torch.device("cpu"):
            return trial(*arguments)
    except (RuntimeError, AttributeError, TypeError):
        return False


def close(actual: Tensor, expected: Tensor) -> bool:
    """Return whether a result, of any dtype and device, is within TOLERANCE of one in float32 on the CPU."""
    return bool((actual.float().cpu() - expected).norm() <= TOLERANCE * expected.norm())


def example(rows: int, columns: int) -> Tensor:
    """Return numbers spread evenly over -1 to 1, without a random generator."""
    return (torch.arange(rows * columns) * 0.6180339887).remainder(2).sub(1).view(rows, columns)
