"""What a drawn picture holds, as facts. Knows no pixels and no English sentences.

Boxes are (left, top, right, bottom) in parts of the picture's width and height, 0 to 1, as they come out when the
picture is squashed to a square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
Category = Literal["shapes", "objects", "mixed", "text", "chart", "tag", "unlike"]
Split = Literal["train", "test", "combo", "unlike"]

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey")
SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond", "cross", "ring", "arrow")
DIRECTIONS = ("up", "down", "left", "right")
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789$."  # what is ever printed


@dataclass(frozen=True, slots=True)
class Thing:
    """One shape or everyday object. An object has a colour where it is plain to see ("a yellow banana"), else ""."""

    kind: Literal["shape", "object"]
    name: str
    colour: str
    box: Box
    row: int = 0  # of the arrangement, from the top
    direction: str = ""  # of an arrow


@dataclass(frozen=True, slots=True)
class Letter:
    """One printed character, never a space."""

    char: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: a word or two, a number, a price."""

    kind: Literal["word", "number", "price"]
    text: str
    colour: str
    letters: tuple[Letter, ...]

    @property
    def box(self) -> Box:
        boxes = [letter.box for letter in self.letters]
        return (
            min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A bar, from left to right, or a slice, clockwise from the top. `share`: its height or angle, the whole being 1.
    `value`: the number printed over a bar, None where none is; `letters`: its digits."""

    colour: str
    share: float
    box: Box
    value: int | None = None
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars or slices of different colours, whose sizes differ plainly."""

    kind: Literal["bar chart", "pie chart"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A price tag, a sign, or the eight-cornered stop sign; what is printed on it is the scene's only line."""

    kind: Literal["price tag", "sign", "stop sign"]
    colour: str
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """All that can be asked about.

    `background` is the colour of the ground ("" where there is none to speak of: pictures unlike the world). Things are
    in reading order: row by row, from left to right. A column has a row for each thing. `blank`: nothing but ground.
    """

    category: Category
    background: str
    things: tuple[Thing, ...] = ()
    lines: tuple[Line, ...] = ()
    chart: Chart | None = None
    tag: Tag | None = None
    blank: bool = False
    family: str = ""  # of a picture unlike the world: noise, scribble, ...
