"""Map the attention to patches onto the pictures, as arrays and as JSON. This module needs only NumPy.

The unit is "times chance": 1 means that a patch gets as much attention as if the attention were spread
evenly over all patches. HD tiles overlap the whole picture, and some patches lie on padding outside of
it; `Placement` takes both into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from flashsloth.sizes.model_sizes import PictureScale

Array = np.typing.NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, right, bottom; the picture itself is 0, 0, 1, 1


@dataclass(frozen=True, slots=True)
class Attention:
    """The attention of one answer to the patches of its pictures: M pictures of I tiles, each tile with
    `side` x `side` patches.

    read: (R, M, I, side, side), the decoder's attention to the visual tokens from the position before
        each of the answer's R tokens. It is averaged over heads and layers, and spread over the patches
        of a visual token by SAP's weights. A row sums to the share of the attention that goes to the
        pictures, at most 1.
    asked: (M, I, side, side), EmbQ's attention, averaged over heads and query tokens. It sums to one.
        It is None for a model without EmbQ.
    kept: (M, I, side, side), SAP's weight of each patch; each window sums to one.
    held: (M, I, side, side), the share of layers in which a patch's visual token takes part; None if no
        layer leaves tokens out.
    """

    read: Array
    asked: Array | None
    kept: Array
    held: Array | None = None


class Placement:
    """Maps values of patches onto pictures of these sizes (width, height). A tile has `side` x `side`
    patches."""

    def __init__(
        self, side: int, sizes: Sequence[tuple[int, int]], scale: PictureScale, *, hd: bool
    ) -> None:
        self.boxes = [tile_boxes(*size, scale, hd=hd) for size in sizes]
        self.cells = side * (scale.grid if hd else 1)

    def means(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture from the values (M, I, side, side) of its patches, averaged
        where patches of several tiles overlap."""
        return tuple(cell_means(*each, self.cells) for each in zip(patches, self.boxes, strict=True))

    def maps(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture, in times chance, from the attention (M, I, side, side) to its
        patches."""
        return self.means(patches * (patches.size / max(float(patches.sum()), 1e-12)))

    def inside(self, patches: Array) -> float:
        """Return how much of the attention (M, I, side, side) falls on the pictures and not on
        padding."""
        return sum(inside(*each) for each in zip(patches, self.boxes, strict=True))


@dataclass(frozen=True, slots=True)
class Maps:
    """Where the model looked before it answered.

    Every map is an array (rows, columns) over one picture. Its unit is times chance: 1 where a patch
    gets as much attention as if all patches of all pictures got the same.

    Attributes:
        looked: for each picture the decoder's attention from the last token of the prompt, just before
            the answer begins.
        stood_out: for each picture EmbQ's attention; None for a model without EmbQ.
        kept: for each picture SAP's weights within their windows, in times chance: the weight
            multiplied by the w*w patches of its window.
        held: for each picture the share of layers, 0 to 1, in which the visual token at each position
            takes part; None if no layer leaves tokens out.
        share: how much of the attention from the last token of the prompt goes to the pictures, 0 to 1.
        on_padding: how much of `share` falls on padding outside of the pictures, 0 to 1.
    """

    looked: tuple[Array, ...]
    stood_out: tuple[Array, ...] | None
    kept: tuple[Array, ...]
    held: tuple[Array, ...] | None
    share: float
    on_padding: float

    @classmethod
    def placed(
        cls,
        attention: Attention,
        sizes: Sequence[tuple[int, int]],
        scale: PictureScale,
        *,
        hd: bool,
        **more: Any,
    ) -> Self:
        """Map the attention onto pictures of these sizes (width, height). `more` are the fields of a
        subclass."""
        placement = Placement(attention.kept.shape[-1], sizes, scale, hd=hd)
        read = attention.read[0]
        stood_out = None if attention.asked is None else placement.maps(attention.asked)
        held = None if attention.held is None else placement.means(attention.held)
        share = float(read.sum())
        on_padding = max(0.0, 1 - placement.inside(read) / max(share, 1e-12))
        return cls(
            looked=placement.maps(read),
            stood_out=stood_out,
            kept=placement.maps(attention.kept),
            held=held,
            share=share,
            on_padding=on_padding,
            **more,
        )

    def document(self) -> dict[str, Any]:
        """Return the maps and numbers as JSON values, maps as lists of rows."""
        pictures: list[dict[str, Any]] = [
            {"looked": as_lists(looked), "stood_out": None} for looked in self.looked
        ]
        # `stood_out` is null without EmbQ, while `held` exists only if a layer leaves tokens out
        for name, maps in (("stood_out", self.stood_out), ("held", self.held)):
            for picture, values in zip(pictures, maps or (), strict=False):
                picture[name] = as_lists(values)
        return {
            "unit": "times chance",
            "share": round(self.share, 4),
            "on_padding": round(self.on_padding, 4),
            "pictures": pictures,
        }


def as_lists(values: Array) -> list[list[float]]:
    return [[round(float(value), 3) for value in row] for row in values]


def tile_boxes(width: int, height: int, scale: PictureScale, *, hd: bool) -> list[Box]:
    """Return the positions on the picture of the tiles that `processing.resizing.squares` makes. The
    parts outside of 0..1 are padding."""
    whole = (0.0, 0.0, 1.0, 1.0)
    side = max(width, height)
    left = -((side - width) // 2) / width
    top = -((side - height) // 2) / height
    across = side / width
    down = side / height
    if not hd:
        return [(left, top, left + across, top + down)] if scale.aspect == "pad" else [whole]
    # the whole picture first, then the tiles of its square row by row, which may lie on padding
    w = across / scale.grid
    h = down / scale.grid
    lefts = [left + w * column for column in range(scale.grid)]
    tops = [top + h * row for row in range(scale.grid)]
    return [whole, *((x, y, x + w, y + h) for y in tops for x in lefts)]


def cell_means(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Average the values (I, side, side) of all tiles' patches over each cell of a grid on the picture:
    (cells, cells)."""
    # how many patches fall on each cell, in fractions
    covered = _placed(np.ones_like(patches), boxes, cells)
    return (_placed(patches, boxes, cells) / np.maximum(covered, 1e-12)).astype(np.float32)


def inside(patches: Array, boxes: list[Box]) -> float:
    """Return how much of the attention to one picture's patches falls on it and not on padding."""
    return float(_placed(patches, boxes, 1).sum())


def _placed(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Return the sum of the attention that falls on each cell of the picture, (cells, cells)."""
    side = patches.shape[-1]
    placed = np.zeros((cells, cells), np.float32)
    for tile, (left, top, right, bottom) in zip(patches, boxes, strict=True):
        placed += _shares(top, bottom, side, cells) @ tile @ _shares(left, right, side, cells).T
    return placed


def _shares(start: float, end: float, parts: int, cells: int) -> Array:
    """Divide start..end into `parts` equal parts and 0..1 into `cells` equal cells. Return the share of
    each part that each cell covers, (cells, parts)."""
    edges = np.linspace(start, end, parts + 1)
    borders = np.linspace(0, 1, cells + 1)
    # the overlap of each part with each cell; negative if they do not overlap
    low = np.maximum(edges[None, :-1], borders[:-1, None])
    high = np.minimum(edges[None, 1:], borders[1:, None])
    return (np.clip(high - low, 0, None) / ((end - start) / parts)).astype(np.float32)
