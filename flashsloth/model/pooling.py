"""SAP, spatial attention pooling (arXiv:2412.04317, section 3): each window of patches becomes one
visual token. This module also has average pooling, for comparison."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.sizes.model_sizes import ModelSizes


class SpatialAttentionPooling(nn.Module):
    """Replace each `window x window` block of patches by its weighted average (arXiv:2412.04317, SAP).
    For the patches f_1 .. f_9 of a window of 3:

        a = softmax(mlp(f_1), ..., mlp(f_9))        v = sum_i a_i f_i

    An MLP scores each patch on its own, and a softmax over the window turns the scores into weights. A
    plain mean would blur small things, such as letters, with their background. Each visual token
    represents one window, so the visual tokens again form a grid over the image.

    Shape: features (I, side*side, V), row-major grid -> (I, ceil(side/window)^2, V), where I is the
    number of tiles. SigLIP-384: 729 -> 81. Reference outputs: tests/parity/data/golden_sap_*.npz.
    """

    def __init__(self, width: int, window: int = 3, dropout: float = 0.1) -> None:
        super().__init__()
        self.window = window
        self.mlp = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        return (self.weights(features) * to_windows(features, self.window)).sum(dim=2)

    def weights(self, features: Tensor) -> Tensor:
        """Return the weight of each patch in its window: (I, N, V) -> (I, P, w*w, 1)."""
        # Padding in a border window gets the score -inf, so its weight is 0.
        return to_windows(self.mlp(features), self.window, padding=-math.inf).softmax(dim=2)


class SpatialAveragePooling(nn.Module):
    """Replace each `window x window` block of patches by its mean. A window of 1 is the identity.

    Shape: as SpatialAttentionPooling. If the window does not divide the side, the windows at the right
    and lower border are smaller.
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
        scores = torch.zeros_like(features[..., :1])
        return to_windows(scores, self.window, padding=-math.inf).softmax(dim=2)


def make_pooling(config: ModelSizes) -> nn.Module:
    """Return the pooling that the configuration names."""
    if config.pooling == "average":
        return SpatialAveragePooling(config.pooling_window)
    return SpatialAttentionPooling(
        config.vision_config.hidden_size, config.pooling_window, config.pooling_dropout
    )


def side_of(patches: int) -> int:
    """Return the side of a square grid. Raises: ValueError if the number of patches is not a square."""
    side = math.isqrt(patches)
    if side * side != patches:
        raise ValueError(f"need a square patch grid, got {patches} patches")
    return side


def to_windows(patches: Tensor, w: int, padding: float = 0.0) -> Tensor:
    """Group the patches of a square grid by windows: (I, N, C) -> (I, P, w*w, C). If w does not divide
    the side, the windows at the right and lower border are padded."""
    I, N, C = patches.shape  # noqa: E741 - a letter of the legend in model/__init__
    side = side_of(N)
    count = -(-side // w)  # windows in a row
    border = count * w - side
    grid = F.pad(patches.view(I, side, side, C), (0, 0, 0, border, 0, border), value=padding)
    windows = grid.view(I, count, w, count, w, C).transpose(2, 3)
    return windows.reshape(I, count * count, w * w, C)
