"""The objects that are drawn, and the RGB values of each colour name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from flashsloth_synthetic.scene import COLOURS

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its name, group, glyphs, and its colour if that is unambiguous, else ""."""

    name: str
    group: str
    glyphs: str
    colour: str = ""


def _kinds(group: str, lines: str) -> tuple[Kind, ...]:
    """Parse "name/glyphs/colour, name/glyphs"."""
    return tuple(
        Kind(name, group, *rest)
        for name, *rest in (line.strip().split("/") for line in lines.split(","))
    )


KINDS: tuple[Kind, ...] = (
    *_kinds(
        "animal",
        "dog/🐶, cat/🐱, rabbit/🐰, frog/🐸/green, elephant/🐘/grey, penguin/🐧, owl/🦉/brown, fish/🐟/blue,"
        "butterfly/🦋, snail/🐌, turtle/🐢/green, ladybug/🐞/red",
    ),
    *_kinds(
        "food",
        "apple/🍎/red, banana/🍌/yellow, strawberry/🍓/red, watermelon/🍉, pizza/🍕, hamburger/🍔, carrot/🥕/orange,"
        "cake/🎂, ice cream/🍦, mushroom/🍄, pineapple/🍍",
    ),
    *_kinds("vehicle", "car/🚗/red, bus/🚌, bicycle/🚲, plane/✈, boat/⛵, rocket/🚀, train/🚂"),
    *_kinds(
        "object",
        "clock/⏰, key/🔑/yellow, book/📕/red, cup/☕, umbrella/☂/purple, shoe/👟/blue, light bulb/💡/yellow,"
        "guitar/🎸/red, chair/🪑/brown, house/🏠, balloon/🎈/red, hat/🎩/black, camera/📷",
    ),
    *_kinds(
        "nature",
        "tree/🌳/green, flower/🌸/pink, cactus/🌵/green, sun/🌞/yellow, moon/🌙/yellow, cloud/☁",
    ),
    *_kinds("face", "smiley/😀/yellow"),
)
KIND: dict[str, Kind] = {kind.name: kind for kind in KINDS}

PAINTS: dict[str, RGB] = {
    "red": (225, 25, 30),
    "orange": (250, 135, 15),
    "yellow": (250, 220, 25),
    "green": (30, 150, 50),
    "blue": (30, 60, 215),
    "purple": (130, 35, 165),
    "pink": (250, 120, 190),
    "brown": (120, 70, 30),
    "black": (18, 18, 18),
    "white": (248, 248, 248),
    "grey": (130, 130, 130),
}
JITTER = 9  # of each channel, up and down; the same for all channels of greys
# The same colours as web pages and drawing programs name them.
VARIANTS: dict[str, tuple[RGB, ...]] = {
    "red": ((255, 0, 0),),
    "orange": ((255, 165, 0), (255, 140, 0)),
    "yellow": ((255, 255, 0),),
    "green": ((0, 128, 0),),
    "blue": ((0, 0, 255),),
    "purple": ((128, 0, 128),),
    "pink": ((255, 192, 203), (255, 105, 180)),
    "brown": ((165, 42, 42), (139, 69, 19)),
    "black": ((0, 0, 0),),
    "white": ((255, 255, 255),),
    "grey": ((128, 128, 128),),
}
GREYS = frozenset({"black", "white", "grey"})
FAR = 38.0  # least CIELAB distance between a thing and its background
# least difference in lightness of letters; DARK if both are below MIDDLE
LIGHTER, MIDDLE, DARK = (28.0, 45.0, 36.0)


@cache
def lab(paint: RGB) -> tuple[float, float, float]:
    """Convert sRGB to CIELAB (D65)."""
    r, g, b = ((c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in paint)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def far_apart(a: RGB, b: RGB, letters: bool = False) -> bool:
    """Return whether two colours differ clearly; `letters` must differ in lightness too."""
    (l1, a1, b1), (l2, a2, b2) = lab(a), lab(b)
    if letters and abs(l1 - l2) < (LIGHTER if max(l1, l2) > MIDDLE else DARK):
        return False
    return (l1 - l2) ** 2 + (a1 - a2) ** 2 + (b1 - b2) ** 2 >= FAR**2


@cache
def visible(background: str, letters: bool = False) -> tuple[str, ...]:
    """Return the colours that stand out from a background."""
    return tuple(name for name in COLOURS if far_apart(PAINTS[name], PAINTS[background], letters))


def shade(rng: Random, name: str, against: RGB | None = None, letters: bool = False) -> RGB:
    """Choose a random shade of a colour, one that stands out from `against`."""
    if rng.random() < 0.4:
        paint = rng.choice(VARIANTS[name])
        if against is None or far_apart(paint, against, letters):
            return paint
    r, g, b = PAINTS[name]
    if name in GREYS:
        shift = rng.randint(-JITTER, JITTER)
        return _clip(r + shift), _clip(g + shift), _clip(b + shift)
    low, high = -JITTER, JITTER
    return (
        _clip(r + rng.randint(low, high)),
        _clip(g + rng.randint(low, high)),
        _clip(b + rng.randint(low, high)),
    )


def scaled(paint: RGB, by: float) -> RGB:
    """Make a colour darker (below 1) or brighter."""
    return _clip(int(paint[0] * by)), _clip(int(paint[1] * by)), _clip(int(paint[2] * by))


def _clip(level: int) -> int:
    return 0 if level < 0 else min(level, 255)
