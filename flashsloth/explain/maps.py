"""The maps of one answer over its pictures, as arrays and as JSON. Needs only NumPy.

The unit is times chance: 1 where a patch gets as much attention as if all patches got the same. Tiles
overlap, and padding lies outside of the picture; `Placement` takes both into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from flashsloth.sizes.picture_scale import PictureScale

Array = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, right, bottom; the picture is 0, 0, 1, 1


@dataclass(frozen=True, slots=True)
class Attention:
    """The attention of one answer to the patches of its M pictures, of I tiles each with `side` patches
    along a side.

    read: (R, M, I, side, side), the decoder's attention from the position before each of R tokens of
        the answer to the visual tokens, mean of heads and layers, spread over the patches of each token
        by SAP's weights. The sum of a row is the share of attention that goes to the pictures, at most
        1.
    asked: (M, I, side, side), EmbQ's attention, mean of heads and query tokens; sums to one. None
        without EmbQ.
    kept: (M, I, side, side), SAP's weight of each patch; each window sums to one.
    held: (M, I, side, side), the share of layers that compute a patch's visual token; None if no layer
        leaves any out.
    """

    read: Array
    asked: Array | None
    kept: Array
    held: Array | None = None


class Placement:
    """Places values of patches on pictures of these sizes (width, height). `side`: patches along a side
    of a tile."""

    def __init__(
        self, side: int, sizes: Sequence[tuple[int, int]], scale: PictureScale, *, hd: bool
    ) -> None:
        self.boxes = [tile_boxes(*size, scale, hd=hd) for size in sizes]
        self.cells = side * (scale.grid if hd else 1)

    def means(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture, of the mean of values (M, I, side, side) of its patches."""
        return tuple(cell_means(*each, self.cells) for each in zip(patches, self.boxes, strict=True))

    def maps(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture in times chance, of the attention (M, I, side, side) to its
        patches."""
        return self.means(patches * (patches.size / max(float(patches.sum()), 1e-12)))

    def inside(self, patches: Array) -> float:
        """Return how much of the attention (M, I, side, side) falls on the pictures, not on padding."""
        return sum(inside(*each) for each in zip(patches, self.boxes, strict=True))


@dataclass(frozen=True, slots=True)
class Maps:
    """Where the model looked before it answered.

    Every map is an array (rows, columns) over one picture. Its unit is times chance: 1 where a patch
    gets as much attention as if all patches of all pictures got the same.

    Attributes:
        looked: for each picture the decoder's attention from the last prompt token, before the answer
            begins.
        stood_out: for each picture EmbQ's attention; None for a model without EmbQ.
        kept: for each picture the pooling's weights within their windows; times chance is the weight
            times w*w.
        held: for each picture the share of layers, 0 to 1, that compute the visual token of each place;
            None without a recipe that leaves tokens out.
        share: how much of the attention of the last prompt token goes to the pictures at all, 0 to 1.
        on_padding: how much of that falls on padding, beside the pictures, 0 to 1.
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
        """Place the attention on pictures of these sizes (width, height). `more`: fields of a
        subclass."""
        placement = Placement(attention.kept.shape[-1], sizes, scale, hd=hd)
        read = attention.read[0]
        asked = attention.asked
        held = attention.held
        share = float(read.sum())
        return cls(
            looked=placement.maps(read),
            stood_out=None if asked is None else placement.maps(asked),
            kept=placement.maps(attention.kept),
            held=None if held is None else placement.means(held),
            share=share,
            on_padding=max(0.0, 1 - placement.inside(read) / max(share, 1e-12)),
            **more,
        )

    def document(self) -> dict[str, Any]:
        """Return the maps and numbers as JSON values, maps as lists of rows."""
        stood_out = self.stood_out or (None,) * len(self.looked)
        pictures: list[dict[str, Any]] = []
        for looked, stood in zip(self.looked, stood_out, strict=True):
            above_average = None if stood is None else as_lists(stood)
            pictures.append({"looked": as_lists(looked), "stood_out": above_average})
        for picture, held in zip(pictures, self.held or (), strict=False):
            picture["held"] = as_lists(held)
        return {
            "unit": "times chance",
            "share": round(self.share, 4),
            "on_padding": round(self.on_padding, 4),
            "pictures": pictures,
        }


def as_lists(values: Array) -> list[list[float]]:
    return [[round(float(value), 3) for value in row] for row in values]


def tile_boxes(width: int, height: int, scale: PictureScale, *, hd: bool) -> list[Box]:
    """Return the positions of the tiles of `processing.resizing.squares` on the picture; what lies
    beyond 0..1 is padding."""
    whole = (0.0, 0.0, 1.0, 1.0)
    side = max(width, height)
    left = -((side - width) // 2) / width
    top = -((side - height) // 2) / height
    across = side / width
    down = side / height
    if not hd:
        return [(left, top, left + across, top + down)] if scale.aspect == "pad" else [whole]
    edges = [number / scale.grid for number in range(scale.grid)]
    corners = [(left + across * x, top + down * y) for y in edges for x in edges]
    w = across / scale.grid
    h = down / scale.grid
    return [whole, *((x, y, x + w, y + h) for x, y in corners)]


def cell_means(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Average the values (I, side, side) of the patches of each tile over the cells of a grid on the
    picture: (cells, cells)."""
    covered = _placed(np.ones_like(patches), boxes, cells)
    return (_placed(patches, boxes, cells) / np.maximum(covered, 1e-12)).astype(np.float32)


def inside(patches: Array, boxes: list[Box]) -> float:
    """Return how much of the attention to patches falls on the picture, not on padding."""
    return float(_placed(patches, boxes, 1).sum())


def _placed(patches: Array, boxes: list[Box], cells: int) -> Array:
    """Return the attention that falls on each cell of the picture."""
    side = patches.shape[-1]
    placed = np.zeros((cells, cells), np.float32)
    for tile, (left, top, right, bottom) in zip(patches, boxes, strict=True):
        placed += _shares(top, bottom, side, cells) @ tile @ _shares(left, right, side, cells).T
    return placed


def _shares(start: float, end: float, parts: int, cells: int) -> Array:
    """Divide start..end into `parts`, and 0..1 into cells; return which share of each part each cell
    covers."""
    edges = np.linspace(start, end, parts + 1)
    borders = np.linspace(0, 1, cells + 1)
    low = np.maximum(edges[None, :-1], borders[:-1, None])
    high = np.minimum(edges[None, 1:], borders[1:, None])
    return (np.clip(high - low, 0, None) / ((end - start) / parts)).astype(np.float32)
