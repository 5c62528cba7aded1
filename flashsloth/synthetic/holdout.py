"""Which combinations training never shows, by a fixed rule, so that a model can be asked for what it has not seen."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from typing import Literal

from flashsloth.synthetic.scene import Scene

Combination = Literal["shape", "objects", "word", "number", "price"]

# The salt of each rule and how many of a thousand combinations it keeps out.
RULES: dict[Combination, tuple[str, int]] = {
    "shape": ("shape74", 80),
    "objects": ("objects", 50),
    "word": ("word24", 50),
    "number": ("number", 80),
    "price": ("price", 80),
}


@cache
def _held(kind: Combination, *parts: str) -> bool:
    salt, permille = RULES[kind]
    return zlib.crc32("|".join((salt, *parts)).encode()) % 1000 < permille


def held_shape(colour: str, shape: str) -> bool:
    """Whether a shape of that colour is kept out."""
    return _held("shape", colour, shape)


def held_objects(names: Iterable[str]) -> bool:
    """Whether any two different objects of a picture are kept out."""
    return any(_held("objects", *pair) for pair in combinations(sorted(set(names)), 2))


def held_text(kind: Literal["word", "number", "price"], text: str) -> bool:
    """Whether a line is kept out: a word in any case, a number of three digits or more, a price."""
    if kind == "number":
        return len(text) >= 3 and _held("number", text)
    return _held(kind, text.lower())


def held_scene(scene: Scene) -> bool:
    """Whether a picture shows any combination that training never shows."""
    return (
        any(held_shape(thing.colour, thing.name) for thing in scene.things if thing.kind == "shape")
        or held_objects(thing.name for thing in scene.things if thing.kind == "object")
        or any(held_text(line.kind, line.text) for line in scene.lines)
    )
