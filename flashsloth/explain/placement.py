"""Place the attention to patches on the picture: tiles overlap, and padding lies outside it. Needs only NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from flashsloth.config.picture_scale import PictureScale

Array = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, right, bottom; the picture is 0, 0, 1, 1


def tile_boxes(width: int, height: int, scale: PictureScale, *, hd: bool) -> list[Box]:
    """Return where the tiles of `processing.resizing.squares` lie on the picture; beyond 0..1 is padding."""
    whole = (0.0, 0.0, 1.0, 1.0)
    side = max(width, height)
    left, top = -((side - width) // 2) / width, -((side - height) // 2) / height
    across, down = side / width, side / height
    if not hd:
        return [(left, top, left + across, top + down)] if scale.aspect == "pad" else [whole]
    grid = scale.grid
    cells = [(row / grid, column / grid) for row in range(grid) for column in range(grid)]
    parts = [(left + across * x, top + down * y, across / grid, down / grid) for y, x in cells]
    return [whole, *((x, y, x + w, y + h) for x, y, w, h in parts)]


def cell_means(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Return the mean over each cell of the picture of values (I, side, side) of the patches of each tile:
    (cells, cells), with so many parts of the picture's width and of its height."""
    covered = _placed(np.ones_like(patches), boxes, cells)
    return (_placed(patches, boxes, cells) / np.maximum(covered, 1e-12)).astype(np.float32)


def inside(patches: Array, boxes: list[Box]) -> float:
    """Return how much of the attention to patches falls on the picture, not on padding."""
    return float(_placed(patches, boxes, 1).sum())


def _placed(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Return the attention that falls on each cell of the picture."""
    side, placed = patches.shape[-1], np.zeros((cells, cells), np.float32)
    for tile, (left, top, right, bottom) in zip(patches, boxes, strict=True):
        placed += _shares(top, bottom, side, cells) @ tile @ _shares(left, right, side, cells).T
    return placed


def _shares(start: float, end: float, parts: int, cells: int) -> Array:
    """Return the share of each of `parts` between start and end that each of the cells between 0 and 1 covers."""
    edges, borders = np.linspace(start, end, parts + 1), np.linspace(0, 1, cells + 1)
    low = np.maximum(edges[None, :-1], borders[:-1, None])
    high = np.minimum(edges[None, 1:], borders[1:, None])
    return (np.clip(high - low, 0, None) / ((end - start) / parts)).astype(np.float32)
