"""SAP, spatial attention pooling: each window of patches becomes one visual token. And average pooling."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.config.model_config import FlashSlothConfig


class SpatialAttentionPooling(nn.Module):
    """Replace each `window x window` block of patches by its softmax-weighted average (arXiv:2412.04317, SAP).

    Shape: features (I, side*side, V), row-major grid -> (I, ceil(side/window)^2, V), where I counts tiles.
    SigLIP-384: 729 -> 81. Golden: sap_*.
    """

    def __init__(self, width: int, window: int = 3, dropout: float = 0.1) -> None:
        super().__init__()
        self.window = window
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 1))

    def forward(self, features: Tensor) -> Tensor:
        I, N, V = features.shape  # noqa: E741 - a letter of the legend in model/__init__
        side, w = side_of(N), self.window
        border = -side % w
        values = F.pad(features.view(I, side, side, V), (0, 0, 0, border, 0, border))
        return (self.weights(features) * to_windows(values, w)).sum(dim=2)

    def weights(self, features: Tensor) -> Tensor:
        """Return the weight of each patch in its window: (I, N, V) -> (I, P, w*w, 1)."""
        return window_weights(self.mlp(features), self.window)


class SpatialAveragePooling(nn.Module):
    """Replace each `window x window` block of patches by its mean; a window of 1 is the identity.

    Shape: as SpatialAttentionPooling, with smaller windows at the border.
    """

    def __init__(self, window: int = 3) -> None:
        super().__init__()
        self.window = window

    def forward(self, features: Tensor) -> Tensor:
        I, N, V = features.shape  # noqa: E741
        side = side_of(N)
        grid = features.reshape(I, side, side, V).permute(0, 3, 1, 2)
        return F.avg_pool2d(grid, self.window, ceil_mode=True).flatten(2).transpose(1, 2)

    def weights(self, features: Tensor) -> Tensor:
        """Return the weight of each patch in its window, as SpatialAttentionPooling does."""
        return window_weights(torch.zeros_like(features[..., :1]), self.window)


def make_pooling(config: FlashSlothConfig) -> nn.Module:
    if config.pooling == "average":
        return SpatialAveragePooling(config.pooling_window)
    return SpatialAttentionPooling(config.vision_config.hidden_size, config.pooling_window, config.pooling_dropout)


def side_of(patches: int) -> int:
    """Return the side of a square grid. Raises: ValueError for any other number of patches."""
    side = math.isqrt(patches)
    if side * side != patches:
        raise ValueError(f"need a square patch grid, got {patches} patches")
    return side


def window_weights(scores: Tensor, w: int) -> Tensor:
    """Return the softmax of the scores (I, N, 1) within each window: (I, P, w*w, 1). If w does not divide the
    side, the padding of border windows has weight 0."""
    side = side_of(scores.shape[1])
    border = -side % w
    padded = F.pad(scores.view(len(scores), side, side, 1), (0, 0, 0, border, 0, border), value=-math.inf)
    return to_windows(padded, w).softmax(dim=2)


def to_windows(grid: Tensor, w: int) -> Tensor:
    """Group a grid by windows: (I, rows*w, columns*w, C) -> (I, rows*columns, w*w, C)."""
    I, height, width, C = grid.shape  # noqa: E741
    cells = grid.view(I, height // w, w, width // w, w, C).transpose(2, 3)
    return cells.reshape(I, (height // w) * (width // w), w * w, C)
