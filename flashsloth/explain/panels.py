"""What a drawing of an explanation shows, whoever draws it: panels in rows, their colors, and the legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.maps import AnswerMaps

Array = npt.NDArray[np.float32]

# cividis (Nuñez, Anderton, Renslow 2018), readable with any color vision, at even steps; linear between them
CIVIDIS = (
    *((0, 34, 78), (18, 53, 112), (59, 73, 108), (87, 93, 109), (112, 113, 115)),
    *((138, 134, 120), (165, 156, 116), (195, 179, 105), (225, 204, 85), (254, 232, 56)),
)
TOP = 6.0  # times chance from which on a map has the last color, for every picture and model
TICKS = ((0, "0"), (1, "chance"), (2, "2"), (4, "4"), (TOP, "6 times chance or more"))
OPACITY = 0.7  # of the colors, over the picture in grey
PANEL = 300  # pixels of a panel's longer side
SMALL = 150  # the same for a panel of a word
MAX_WORDS = 24
PER_ROW = 6  # panels of words
LOOKED, STOOD_OUT, KEPT = "where it looked", "what stood out", "what pooling kept"
HELD = "in few layers (dark) or in all (bright)"


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of this size in pixels, with a map over it or alone."""

    title: str
    picture: int  # which one of the explanation's
    size: tuple[int, int]
    values: Array | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing: its heading, and rows of panels."""

    heading: tuple[str, ...]
    rows: tuple[tuple[Panel, ...], ...]
    images: tuple[Image.Image, ...]


def arrange(explanation: AnswerMaps, *, tokens: bool, pooling: bool) -> Sheet:
    """Return the panels of an explanation, a row for each picture, then those of the words."""
    rows: list[tuple[Panel, ...]] = []
    for number, image in enumerate(explanation.images):
        maps = {"the picture": None, LOOKED: explanation.looked[number]}
        if explanation.stood_out is not None:
            maps[STOOD_OUT] = explanation.stood_out[number]
        if explanation.held is not None:
            maps[HELD] = explanation.held[number] * TOP
        if pooling:
            maps[KEPT] = explanation.kept[number]
        size = _fitted(image.size, PANEL)
        rows.append(tuple(Panel(title, number, size, values) for title, values in maps.items()))
    if tokens:
        rows += _rows_of_words(explanation)
    cut = len(explanation.words) - MAX_WORDS
    more = f" (the last {cut} words have no panel)" if tokens and cut > 0 else ""
    heading = (
        f"{one_line(explanation.question)} -> {one_line(explanation.answer)}",
        f"{explanation.share:.0%} of the attention before the answer goes to the pictures{more}",
    )
    return Sheet(heading, tuple(rows), explanation.images)


def _rows_of_words(explanation: AnswerMaps) -> list[tuple[Panel, ...]]:
    rows = []
    words = list(zip(explanation.words, explanation.by_word, strict=True))[:MAX_WORDS]
    for number, image in enumerate(explanation.images):
        size = _fitted(image.size, SMALL)
        panels = [Panel(one_line(word), number, size, maps[number]) for word, maps in words]
        rows += [tuple(panels[at : at + PER_ROW]) for at in range(0, len(panels), PER_ROW)]
    return rows


def one_line(text: str) -> str:
    """Return the text with a space for each control character, which neither XML nor a line allows."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _fitted(size: Sequence[int], longest: int) -> tuple[int, int]:
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def color(values: Array) -> npt.NDArray[np.uint8]:
    """Return the colors (..., 3) of values in times chance: red, green and blue of 0..255."""
    table = np.array(CIVIDIS, np.float32)
    shares = np.clip(values / TOP, 0, 1)
    at = shares * (len(table) - 1)
    low = np.minimum(at.astype(int), len(table) - 2)
    part = (at - low)[..., None]
    return (table[low] * (1 - part) + table[low + 1] * part).round().astype(np.uint8)
