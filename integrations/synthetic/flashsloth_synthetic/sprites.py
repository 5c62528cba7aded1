"""The pictures of objects and printed characters that examples/nano/make_assets.py made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from PIL import Image

from flashsloth_synthetic.catalogue import KIND, KINDS, PAINTS
from flashsloth_synthetic.scene import COLOURS

ASSETS = files("flashsloth_synthetic") / "assets"
COLUMNS = 10  # of the atlas of objects
SOLID = 96  # least alpha of a pixel that belongs to an object


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character of a font face: its mask, the offset of its corner from the pen, and the pen's
    advance."""

    mask: Image.Image
    left: int
    top: int
    advance: float


def _image(name: str, mode: str) -> Image.Image:
    with (ASSETS / name).open("rb") as file:
        return Image.open(file).convert(mode)


@cache
def faces() -> dict[str, dict[str, Glyph]]:
    """Return the characters of each font face."""
    atlas = _image("letters.png", "L")
    placed: dict[str, dict[str, list[float]]] = json.loads(
        (ASSETS / "letters.json").read_text(encoding="utf-8")
    )

    def glyph(
        x: float, y: float, width: float, height: float, left: float, top: float, advance: float
    ) -> Glyph:
        return Glyph(
            atlas.crop((int(x), int(y), int(x + width), int(y + height))), int(left), int(top), advance
        )

    return {
        face: {char: glyph(*entry) for char, entry in chars.items()} for face, chars in placed.items()
    }


@cache
def things() -> dict[str, Image.Image]:
    """Return square RGBA pictures by glyph."""
    atlas = _image("things.png", "RGBA")
    side = atlas.width // COLUMNS
    glyphs = "".join(kind.glyphs for kind in KINDS)
    corners = ((glyph, i % COLUMNS * side, i // COLUMNS * side) for i, glyph in enumerate(glyphs))
    return {glyph: atlas.crop((x, y, x + side, y + side)) for glyph, x, y in corners}


def solid_box(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return the box of the opaque pixels of an RGBA picture."""
    return picture.getchannel("A").point([255 * (v >= SOLID) for v in range(256)]).getbbox() or (
        0,
        0,
        *picture.size,
    )


@cache
def thing_box(glyph: str) -> tuple[int, int, int, int]:
    return solid_box(things()[glyph])


@cache
def stands_out(name: str, background: str) -> bool:
    """Return whether most of an object's area differs from the background."""
    ground = np.asarray(PAINTS[background], np.int16)
    for glyph in KIND[name].glyphs:
        pixels = np.asarray(things()[glyph]).astype(np.int16)
        inside = pixels[pixels[..., 3] > 128][:, :3]
        if (np.abs(inside - ground).sum(1) > 110).mean() < 0.6:
            return False
    return True


@cache
def objects_on(background: str) -> tuple[str, ...]:
    """Return the objects that stand out from a background."""
    if background not in COLOURS:
        raise ValueError(f"unknown background: {background}")
    return tuple(kind.name for kind in KINDS if stands_out(kind.name, background))
