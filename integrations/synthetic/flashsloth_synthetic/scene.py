"""The facts of a drawn picture.

Boxes are (left, top, right, bottom) as shares of the picture's width and height, as in the picture
resized to a square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
Category = Literal["shapes", "objects", "mixed", "text", "chart", "tag", "unlike", "everyday"]
Split = Literal["train", "test", "combo", "unlike", "wider", "everyday"]

COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
)
SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond", "cross", "ring", "arrow")
DIRECTIONS = ("up", "down", "left", "right")
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789$.abcdefghijklmnopqrstuvwxyz"  # all that are printed


@dataclass(frozen=True, slots=True)
class Thing:
    """A shape or an object. An object's colour is "" if it is ambiguous."""

    kind: Literal["shape", "object"]
    name: str
    colour: str
    box: Box
    row: int = 0  # of the arrangement, from the top
    direction: str = ""  # of an arrow


@dataclass(frozen=True, slots=True)
class Letter:
    """A printed character, never a space."""

    char: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: a word or two, a number, a price."""

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
    """A bar, from left to right, or a slice, clockwise from the top.

    Args:
        share: its height or angle, as a share of the tallest bar or of the whole.
        value: the number printed above a bar, or None.
        letters: the digits of `value`.
    """

    colour: str
    share: float
    box: Box
    value: int | None = None
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars or slices of different colours and clearly different sizes."""

    kind: Literal["bar chart", "pie chart"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A price tag, a sign or a stop sign; its inscription is the scene's only line."""

    kind: Literal["price tag", "sign", "stop sign"]
    colour: str
    box: Box
    pole: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A question that only one kind of everyday picture answers, before it is worded.

    Args:
        phrasing: the key of its wordings.
        full, bare: the answer as a sentence, and as a word or two.
        words: fill the slots of the wordings.
        style: how a bare answer is asked for; "": as the phrasing says.
        instead: the answer that is asked for instead of `full`, which nano's tower cannot see.
    """

    phrasing: str
    full: str
    bare: str = ""
    words: tuple[tuple[str, str], ...] = ()
    style: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Everyday:
    """What an everyday picture shows: a clock, a receipt, a landscape.

    Args:
        kind: what it is, and the kind of its questions in results.
        name: the same in one noun phrase with an article, "the flag of Italy".
        details: the same in more words.
        facts: questions that only this kind answers.
        shown: nouns of what can be seen.
        unsure: nouns that are neither asked for nor denied.
        hues: the colours of its parts, as ("sky", "blue").
        letters: the characters printed on it, None if there are some that are not listed.
    """

    kind: str
    name: str
    details: str
    facts: tuple[Fact, ...]
    shown: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    hues: tuple[tuple[str, str], ...] = ()
    letters: tuple[Letter, ...] | None = ()


CODES = ("QR code", "bar code")  # kinds of `Scene.wider`


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts of a picture.

    Args:
        background: its colour, "" for category "unlike" and where it has several.
        things: in reading order; a column has a row for each thing.
        blank: whether there is nothing but background.
        wider: the kind of a picture of `wider_pictures`; the fields after it are of those alone.
        fine_print: whether there is text that is too small, or in too strange a face, to be read.
        ink: the colour of such text, where it is the only text.
        front: which of two overlapping shapes is in front.
        corners: how many corners of a QR code have a square in a square.
        areas: the colours of stripes, in their order.
        area_places: the colour at each place.
        everyday: the facts of category "everyday", which has no others.
    """

    category: Category
    background: str
    things: tuple[Thing, ...] = ()
    lines: tuple[Line, ...] = ()
    chart: Chart | None = None
    tag: Tag | None = None
    blank: bool = False
    family: str = ""  # of category "unlike": noise, scribble, ...
    wider: str = ""
    fine_print: bool = False
    ink: str = ""
    front: Thing | None = None
    corners: int = 0
    areas: tuple[str, ...] = ()
    area_places: tuple[tuple[str, str], ...] = ()
    everyday: Everyday | None = None
