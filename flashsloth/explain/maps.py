"""Map the attention to patches onto the pictures, as arrays and as JSON. This module needs only NumPy.

The unit is "times chance": 1 means that a patch gets as much attention as if the attention were spread
evenly over all patches. Tiles overlap the whole picture, and some patches lie on padding outside of it;
a picture's Layout takes both into account.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from flashsloth.processing.resizing import Box, Layout  # imports Pillow

Array = np.typing.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Attention:
    """The attention of one answer to the N patches of its pictures, which come in the order of the
    pictures, of their tiles, and of the rows in a tile. Of a model without SAP a patch is a visual
    token.

    read: (R, N), the decoder's attention to the visual tokens from the position before each of the
        answer's R tokens. It is averaged over heads and layers, and spread over the patches of a visual
        token by SAP's weights. A row sums to the share of the attention that goes to the pictures, at
        most 1.
    asked: (N,), EmbQ's attention, averaged over heads and query tokens. It sums to one. It is None for
        a model without EmbQ.
    kept: (N,), SAP's weight of each patch; each window sums to one. It is None for a model without SAP.
    held: (N,), the share of layers in which a patch's visual token takes part; None if no layer leaves
        tokens out.
    """

    read: Array
    asked: Array | None
    kept: Array | None
    held: Array | None = None


def mean_maps(values: Array, layouts: Sequence[Layout]) -> tuple[Array, ...]:
    """Return a map of each picture from the values (N,) of all patches, averaged where patches of
    several tiles overlap."""
    return tuple(
        cell_means(patches, layout.boxes, layout.cells)
        for patches, layout in zip(_by_picture(values, layouts), layouts, strict=True)
    )


def chance_maps(values: Array, layouts: Sequence[Layout]) -> tuple[Array, ...]:
    """Return a map of each picture, in times chance, from the attention (N,) to all patches."""
    return mean_maps(values * (values.size / max(float(values.sum()), 1e-12)), layouts)


def _by_picture(values: Array, layouts: Sequence[Layout]) -> Iterator[Array]:
    """Split the values (N,) of all patches into those of each picture, (I, rows, columns)."""
    start = 0
    for layout in layouts:
        shape = (len(layout.boxes), *layout.tile)
        end = start + math.prod(shape)
        yield values[start:end].reshape(shape)
        start = end


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
            multiplied by the w*w patches of its window; None for a model without SAP.
        held: for each picture the share of layers, 0 to 1, in which the visual token at each position
            takes part; None if no layer leaves tokens out.
        share: how much of the attention from the last token of the prompt goes to the pictures, 0 to 1.
        on_padding: how much of `share` falls on padding outside of the pictures, 0 to 1.
    """

    looked: tuple[Array, ...]
    stood_out: tuple[Array, ...] | None
    kept: tuple[Array, ...] | None
    held: tuple[Array, ...] | None
    share: float
    on_padding: float

    @classmethod
    def placed(cls, attention: Attention, layouts: Sequence[Layout], **more: Any) -> Self:
        """Map the attention onto the pictures. `more` are the fields of a subclass."""
        read = attention.read[0]
        share = float(read.sum())
        on_pictures = sum(
            inside(patches, layout.boxes)
            for patches, layout in zip(_by_picture(read, layouts), layouts, strict=True)
        )
        return cls(
            looked=chance_maps(read, layouts),
            stood_out=None if attention.asked is None else chance_maps(attention.asked, layouts),
            kept=None if attention.kept is None else chance_maps(attention.kept, layouts),
            held=None if attention.held is None else mean_maps(attention.held, layouts),
            share=share,
            on_padding=max(0.0, 1 - on_pictures / max(share, 1e-12)),
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


def cell_means(patches: Array, boxes: Sequence[Box], cells: tuple[int, int]) -> Array:
    """Average the values (I, rows, columns) of all tiles' patches over each cell of a grid on the
    picture with these rows and columns."""
    # how many patches fall on each cell, in fractions
    covered = _placed(np.ones_like(patches), boxes, cells)
    return (_placed(patches, boxes, cells) / np.maximum(covered, 1e-12)).astype(np.float32)


def inside(patches: Array, boxes: Sequence[Box]) -> float:
    """Return how much of the attention to one picture's patches falls on it and not on padding."""
    return float(_placed(patches, boxes, (1, 1)).sum())


def _placed(patches: Array, boxes: Sequence[Box], cells: tuple[int, int]) -> Array:
    """Return the sum of the attention that falls on each cell of the picture, of the shape `cells`."""
    _, rows, columns = patches.shape
    down, across = cells
    placed = np.zeros(cells, np.float32)
    for tile, (left, top, right, bottom) in zip(patches, boxes, strict=True):
        placed += _shares(top, bottom, rows, down) @ tile @ _shares(left, right, columns, across).T
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
