"""SAP and average pooling compared with an implementation window by window."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from flashsloth.explain.attention import from_windows
from flashsloth.model.pooling import (
    SpatialAttentionPooling,
    SpatialAveragePooling,
)

# (side, window): divisible, with a border, window as large as the grid or larger, one cell
SIZES = [(6, 3), (7, 3), (8, 3), (4, 2), (5, 4), (3, 3), (2, 9), (3, 1), (1, 1)]


def drawn(side: int, width: int = 5) -> Tensor:
    return torch.randn(2, side * side, width, generator=torch.Generator().manual_seed(side))


def sap(width: int, *more: float) -> SpatialAttentionPooling:
    """Return SAP with random weights, biases included, so that all scores differ."""
    pooling = SpatialAttentionPooling(width, *more).eval()  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in pooling.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return pooling


def windows(features: Tensor, window: int) -> list[Tensor]:
    """The patches (I, cells, V) of each window, row by row."""
    side = round(features.shape[1] ** 0.5)
    grid = features.unflatten(1, (side, side))
    starts = range(0, side, window)
    return [grid[:, r : r + window, c : c + window].flatten(1, 2) for r in starts for c in starts]


@pytest.mark.parametrize(("side", "window"), SIZES)
def test_sap_is_the_weighted_mean_of_each_window(side: int, window: int) -> None:
    features, pooling = drawn(side), sap(5, window)
    first, _, _, last = pooling.mlp
    expected = []
    for cells in windows(features, window):
        hidden = (cells @ first.weight.T + first.bias).clamp(min=0)
        weights = (hidden @ last.weight.T + last.bias).softmax(dim=1)
        expected.append((weights * cells).sum(dim=1))
    found = pooling(features)
    assert found.shape == (2, (-(-side // window)) ** 2, 5)
    torch.testing.assert_close(found, torch.stack(expected, dim=1), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("side", "window"), SIZES)
def test_average_pooling_is_the_mean_of_each_window(side: int, window: int) -> None:
    features, pooling = drawn(side), SpatialAveragePooling(window)
    expected = torch.stack([cells.mean(dim=1) for cells in windows(features, window)], dim=1)
    torch.testing.assert_close(pooling(features), expected, rtol=0, atol=1e-6)
    # as an explanation shows them
    weights = from_windows(pooling.weights(features), side).flatten(1, 2)
    for cells in windows(weights, window):
        torch.testing.assert_close(cells, torch.full_like(cells, 1 / cells.shape[1]))


@pytest.mark.parametrize("patches", [2, 3, 5, 8, 10, 728, 730])
def test_a_grid_that_is_not_square_is_refused(patches: int) -> None:
    for pooling in (SpatialAttentionPooling(2), SpatialAveragePooling()):
        with pytest.raises(ValueError, match=rf"square .*\b{patches}\b"):
            pooling(torch.zeros(1, patches, 2))
