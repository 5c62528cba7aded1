"""The combinations that training never shows, chosen by a fixed rule, to test what a model generalises
to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from typing import Literal

Combination = Literal["shape", "objects", "word", "number", "price"]

# The salt of each rule, and how many of a thousand combinations it holds out.
RULES: dict[Combination, tuple[str, int]] = {
    "shape": ("shape74", 80),
    "objects": ("objects", 50),
    "word": ("word24", 50),
    "number": ("number", 80),
    "price": ("price", 80),
}


@cache
def _held_out(kind: Combination, *parts: str) -> bool:
    salt, permille = RULES[kind]
    return zlib.crc32("|".join((salt, *parts)).encode()) % 1000 < permille


def shape_held_out(colour: str, shape: str) -> bool:
    """Return whether a shape in this colour is held out."""
    return _held_out("shape", colour, shape)


def objects_held_out(names: Iterable[str]) -> bool:
    """Return whether any two different objects of a picture are held out."""
    return any(_held_out("objects", *pair) for pair in combinations(sorted(set(names)), 2))


def text_held_out(kind: Literal["word", "number", "price"], text: str) -> bool:
    """Return whether a line is held out: a word in any case, a number of three digits or more, a
    price."""
    if kind == "number":
        return len(text) >= 3 and _held_out("number", text)
    return _held_out(kind, text.lower())
