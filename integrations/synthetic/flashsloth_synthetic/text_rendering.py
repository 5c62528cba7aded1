"""Choose words, numbers and prices, compose their characters, and draw pictures of one or two lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

import numpy as np
from PIL import Image

from flashsloth_synthetic.background import Ground, any_background, ground
from flashsloth_synthetic.catalogue import RGB, shade, visible
from flashsloth_synthetic.holdout import text_held_out
from flashsloth_synthetic.scene import Letter, Line, Scene
from flashsloth_synthetic.sprites import ASSETS, faces

Kind = Literal["word", "number", "price"]

LONGEST = 7
GAP = 2  # least pixels between the characters, at the atlas's size
CENTS = (0, 50, 99, 95)
# Capitals without serifs: a small model reads these well, or all kinds badly.
FACES = ("DejaVuSans-Bold", "LiberationSans-Bold", "Roboto-Bold", "Roboto-Regular", "OpenSans-Regular")


# Choosing


@cache
def words() -> tuple[str, ...]:
    listed = (ASSETS / "words.txt").read_text(encoding="utf-8").split()
    return tuple(word for word in dict.fromkeys(listed) if 3 <= len(word) <= LONGEST)


@cache
def _words(held_out: bool) -> tuple[str, ...]:
    return tuple(word for word in words() if text_held_out("word", word) == held_out)


def any_number(rng: Random, held_out: bool = False) -> str:
    digits = rng.choice((3, 4)) if held_out else rng.choices((1, 2, 3, 4), (2, 3, 3, 2))[0]
    while True:
        text = str(rng.randint(10 ** (digits - 1) if digits > 1 else 0, 10**digits - 1))
        if text_held_out("number", text) == held_out:
            return text


def any_price(rng: Random, held_out: bool = False) -> str:
    while True:
        dollars = rng.randint(0, 9) if rng.random() < 0.5 else rng.randint(10, 99)
        cents = rng.choice(CENTS) if rng.random() < 0.75 else rng.randint(0, 99)
        text = f"${dollars}.{cents:02d}"
        if 50 <= 100 * dollars + cents <= 9999 and text_held_out("price", text) == held_out:
            return text


def _entry(rng: Random, kind: Kind, held_out: bool) -> tuple[Kind, str]:
    return (
        (kind, rng.choice(_words(held_out)).upper())
        if kind == "word"
        else (kind, any_number(rng, held_out))
    )


# Composing


@dataclass(frozen=True, slots=True)
class Strip:
    """A line's mask at the atlas's size, and the box of each character in it (left, top, right,
    bottom)."""

    mask: Image.Image
    boxes: tuple[tuple[int, int, int, int], ...]


def strip(text: str, face: str) -> Strip:
    """Compose characters side by side, disjoint, cropped to their ink. Takes no spaces."""
    glyphs = [faces()[face][char] for char in text]
    top, bottom = min(g.top for g in glyphs), max(g.top + g.mask.height for g in glyphs)
    pen, edge, boxes = float(-glyphs[0].left), -GAP, []
    for glyph in glyphs:
        x = max(round(pen) + glyph.left, edge + GAP)
        edge = x + glyph.mask.width
        pen = x - glyph.left + glyph.advance
        boxes.append((x, glyph.top - top, edge, glyph.top - top + glyph.mask.height))
    mask = Image.new("L", (edge, bottom - top))
    for glyph, box in zip(glyphs, boxes, strict=True):
        mask.paste(glyph.mask, box[:2])
    return Strip(mask, tuple(boxes))


def slanted(line: Strip, slope: float, degrees: float) -> tuple[Image.Image, Image.Image]:
    """Slant a line, turn it to the left, and crop it to its ink. Return it, and where its characters
    are (`number_boxes`).

    Args:
        slope: how far the top goes to the right, as a share of the height.
    """
    turned = _slanted(line.mask, slope, degrees, Image.Resampling.BILINEAR)
    numbers = number_boxes(line.mask.size, line.boxes)
    places = _slanted(numbers, slope, degrees, Image.Resampling.NEAREST)
    box = turned.getbbox()
    return turned.crop(box), places.crop(box)


def _slanted(image: Image.Image, slope: float, degrees: float, smooth: Image.Resampling) -> Image.Image:
    wide = image.width + round(slope * image.height)
    slant = (1, slope, -slope * image.height, 0, 1, 0)
    image = image.transform((wide, image.height), Image.Transform.AFFINE, slant)
    return image.rotate(degrees, smooth, expand=True)


def number_boxes(size: tuple[int, int], boxes: Sequence[tuple[float, ...]]) -> Image.Image:
    """Fill box i with i + 1, 254 at most. The picture is turned as the print is, and says where each
    character is then (`numbered_letters`)."""
    numbers = Image.new("L", size)
    for i, (left, top, right, bottom) in enumerate(boxes[:254]):
        end = max(round(right), round(left) + 1), max(round(bottom), round(top) + 1)
        numbers.paste(i + 1, (round(left), round(top), *end))
    return numbers


def numbered_letters(numbers: Image.Image, text: str) -> tuple[Letter, ...]:
    """Return the characters of a text, without its spaces, where `number_boxes` has their numbers."""
    found = np.asarray(numbers)
    letters = []
    for i, char in enumerate(text[:254]):
        rows, columns = np.nonzero(found == i + 1)
        if len(rows):
            box = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
            shares = (float(edge) / span for edge, span in zip(box, numbers.size * 2, strict=True))
            letters.append(Letter(char, (next(shares), next(shares), next(shares), next(shares))))
    return tuple(letters)


def write(
    canvas: Ground,
    text: str,
    kind: Kind,
    colour: str,
    paint: RGB,
    ink: Strip,
    corner: tuple[int, int],
    scale: float,
) -> Line:
    """Print a composed line with its top left corner at `corner`."""
    size = max(1, round(ink.mask.width * scale)), max(1, round(ink.mask.height * scale))
    canvas.image.paste(paint, corner, ink.mask.resize(size, Image.Resampling.BILINEAR))
    (x, y), a, b = corner, size[0] / ink.mask.width, size[1] / ink.mask.height
    letters = (
        Letter(char, canvas.box((x + left * a, y + top * b, x + right * a, y + bottom * b)))
        for char, (left, top, right, bottom) in zip(text, ink.boxes, strict=True)
    )
    return Line(kind, text, colour, tuple(letters))


def any_face(rng: Random, bold: bool = False) -> str:
    return rng.choice([name for name in FACES if "Bold" in name] if bold else FACES)


# Pictures


def text(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    """Draw a word or a number, or a word above a word or number."""
    background = any_background(rng)
    colour = rng.choice(visible(background, True))
    canvas = ground(rng, background)
    paint = shade(rng, colour, canvas.paint, letters=True)
    if rng.random() < 0.8:
        entries = [_entry(rng, "word" if rng.random() < 0.68 else "number", held_out)]
    else:
        second: Kind = "word" if rng.random() < 0.5 else "number"
        first_held_out = held_out and rng.random() < 0.5
        entries = [
            _entry(rng, "word", first_held_out),
            _entry(rng, second, held_out and not first_held_out),
        ]
    face, down = any_face(rng), len(entries)
    band, lines = canvas.height / down, []
    for row, (kind, content) in enumerate(entries):
        ink = strip(content, face)
        tallest = rng.uniform(0.2, 0.36) if down == 1 else rng.uniform(0.18, 0.3)
        widest = rng.uniform(min(0.84, 0.5 + 0.055 * len(content)), 0.93)
        scale = min(widest * canvas.width / ink.mask.width, tallest * canvas.height / ink.mask.height)
        spare_x, spare_y = canvas.width - ink.mask.width * scale, band - ink.mask.height * scale
        x, y = rng.uniform(0.2, 0.8) * spare_x, row * band + rng.uniform(0.12, 0.88) * spare_y
        lines.append(write(canvas, content, kind, colour, paint, ink, (int(x), int(y)), scale))
    return canvas.image, Scene("text", background, lines=tuple(lines))
