"""SAP, spatial attention pooling: nine patches become one visual token. And the plain mean, to compare it with. Knows
nothing of text."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.config.model_config import FlashSlothConfig


class SpatialAttentionPooling(nn.Module):
    """Replace each `window x window` block of patches by its softmax-weighted average (arXiv:2412.04317, SAP).

    Shape: features (I, side*side, V), row-major grid -> (I, ceil(side/window)^2, V). SigLIP-384: 729 -> 81.
    Several tiles of a picture are pooled one by one: put them into the first axis. Golden: sap_*.
    """

    def __init__(self, width: int, window: int = 3, dropout: float = 0.1) -> None:
        super().__init__()
        self.window = window
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 1))

    def forward(self, features: Tensor) -> Tensor:
        I, N, V = features.shape  # noqa: E741 - I counts pictures everywhere in this package
        side, w = side_of(N), self.window
        grid = -(-side // w)  # border windows are smaller where w does not divide side: pad, and score the padding -inf
        border = grid * w - side
        pad = (0, 0, 0, border, 0, border)
        scores = F.pad(self.mlp(features).view(I, side, side, 1), pad, value=-math.inf)
        values = F.pad(features.view(I, side, side, V), pad)
        weights = to_windows(scores, w).softmax(dim=2)  # (I, grid*grid, w*w, 1): sums to 1 inside a window
        return (weights * to_windows(values, w)).sum(dim=2)


class SpatialAveragePooling(nn.Module):
    """Replace each `window x window` block of patches by its mean; a window of 1 changes nothing. No weights.

    Shape: as SpatialAttentionPooling, border windows too.
    """

    def __init__(self, window: int = 3) -> None:
        super().__init__()
        self.window = window

    def forward(self, features: Tensor) -> Tensor:
        I, N, V = features.shape  # noqa: E741
        side = side_of(N)
        grid = features.reshape(I, side, side, V).permute(0, 3, 1, 2)
        return F.avg_pool2d(grid, self.window, ceil_mode=True).flatten(2).transpose(1, 2)


def make_pooling(config: FlashSlothConfig) -> nn.Module:
    if config.pooling == "average":
        return SpatialAveragePooling(config.pooling_window)
    return SpatialAttentionPooling(config.vision_config.hidden_size, config.pooling_window, config.pooling_dropout)


def side_of(patches: int) -> int:
    """The side of a square grid. Raises ValueError for any other number of patches."""
    side = math.isqrt(patches)
    if side * side != patches:
        raise ValueError(f"need a square patch grid, got {patches} patches")
    return side


def to_windows(grid: Tensor, w: int) -> Tensor:
    """(I, rows*w, columns*w, C) -> (I, rows*columns, w*w, C): each window's cells side by side."""
    I, height, width, C = grid.shape  # noqa: E741
    cells = grid.view(I, height // w, w, width // w, w, C).transpose(2, 3)
    return cells.reshape(I, (height // w) * (width // w), w * w, C)
