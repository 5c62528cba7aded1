"""Draw street maps."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Picture,
    any_paint,
    any_words,
    disc,
    exists,
    fact,
    fine_canvas,
    grey,
    if_readable,
    letters_on,
    scene_of,
    text_width,
    unread,
    write_words,
)
from flashsloth_synthetic.grammar import article, listing
from flashsloth_synthetic.scene import Fact
from flashsloth_synthetic.sprites import faces

Size = tuple[int, int]

PARK_NAMES = (
    "Green", "Hill", "Garden", "River", "Old", "North", "South", "West", "East", "Rose", "Lake", "Castle", "Queen",
    "King", "Forest", "Town", "Central", "Victoria", "Palace", "Sunny", "Oak", "Station", "School", "Sports", "Market",
)  # fmt: skip

PARK_PRINT = (0.045, 0.06)  # height of its capitals, as a share of the picture

LANDS: tuple[RGB, ...] = ((240, 237, 230), (230, 235, 225), (245, 240, 225), (236, 236, 240))
PARKS: tuple[RGB, ...] = ((190, 222, 170), (175, 215, 160), (205, 230, 185))
WATERS: tuple[RGB, ...] = ((150, 195, 235), (165, 205, 240), (130, 180, 225))
ROADS: tuple[RGB, ...] = ((255, 255, 255), (255, 255, 255), (255, 255, 255), (250, 205, 110))
PINS = ("red", "red", "blue", "purple", "black", "orange")
# Where a pin is, by the shares of the picture's width and height.
PLACES = {
    (0.2, 0.25): "in the top left", (0.5, 0.25): "at the top", (0.8, 0.25): "in the top right",
    (0.2, 0.5): "on the left", (0.5, 0.5): "in the middle", (0.8, 0.5): "on the right",
    (0.2, 0.75): "in the bottom left", (0.5, 0.75): "at the bottom", (0.8, 0.75): "in the bottom right",
}  # fmt: skip


def street_map(rng: Random) -> Picture:
    """Draw roads, a river, a park, small names, and mostly a pin."""
    image, draw = fine_canvas(any_size(rng), rng.choice(LANDS))
    size, face = image.size, rng.choice(list(faces()))
    river, park, pin = rng.random() < 0.5, rng.random() < 0.6, rng.random() < 0.75
    if river:
        _river(rng, draw, size)
    _roads(rng, draw, size)
    park_name, above, below = _park(rng, image, draw, face) if park else ("", 0.0, 0.0)
    for _ in range(rng.randint(1, 5)):
        name = any_words(rng, rng.choice((1, 2))).title()
        x, y = rng.uniform(0.2, 0.8) * size[0], rng.uniform(0.05, 0.92) * size[1]
        high = rng.uniform(0.03, 0.05) * size[1]
        if not above - high < y < below:
            write_words(image, name, x, y, high, grey(rng, 60, 110), face, "m")
    facts = [
        exists("park", park),
        exists("river", river),
        exists("pin", pin),
        exists("lake", False),
        *unread("street name"),
    ]
    if park:
        named = fact("park name", f"It is {park_name}.", park_name, "text")
        facts += if_readable(PARK_PRINT[1], [named] * 3)
    parts = ["a river"] * river + ["a park"] * park
    if pin:
        hue, where = _pin(rng, draw, size)
        facts += _pin_facts(hue, where)
        parts.append(article(f"{hue} pin"))
    details = f"a street map{f' with {listing(parts)}' if parts else ''}"
    scene = scene_of(
        "map", "a street map", details, facts, shown=("map", "street", "text"),
        unsure=(
            "river", "park", "pin", "line", "city", "water", "lake", "sea", "tree", "sign", "circle", "square", "arrow",
        ),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _park(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, face: str
) -> tuple[str, float, float]:
    """Draw a park with its name; return the name, and where the park begins and ends, from above."""
    width, height = image.size
    wide, high = rng.uniform(0.32, 0.44) * width, rng.uniform(0.25, 0.4) * height
    x, y = rng.uniform(0, 0.55) * width, rng.uniform(0, 0.6) * height
    draw.rectangle((x, y, x + wide, y + high), rng.choice(PARKS))
    name = f"{rng.choice(PARK_NAMES)} Park"
    large = min(rng.uniform(*PARK_PRINT) * height, 0.9 * wide / text_width(name, 1, face))
    write_words(image, name, x + wide / 2, y + 0.45 * high, large, (60, 105, 55), face, "m")
    return name, y, y + high


def _river(rng: Random, draw: ImageDraw.ImageDraw, size: Size) -> None:
    upright = rng.random() < 0.5
    bends = [(i / 5, rng.uniform(-0.08, 0.08)) for i in range(-1, 7)]
    level = rng.uniform(0.2, 0.8)
    line = [(level + bend, along) if upright else (along, level + bend) for along, bend in bends]
    blue, wide = rng.choice(WATERS), round(rng.uniform(0.06, 0.12) * size[0])
    draw.line([(x * size[0], y * size[1]) for x, y in line], blue, wide, joint="curve")


def _roads(rng: Random, draw: ImageDraw.ImageDraw, size: Size) -> None:
    width, height = size
    for _ in range(rng.randint(4, 9)):
        upright, wide = rng.random() < 0.5, rng.uniform(0.015, 0.04) * width
        a, b = rng.uniform(-0.1, 1.1), rng.uniform(-0.25, 0.25)
        across = (0, a * height, width, (a + b) * height)
        ends = (a * width, 0, (a + b) * width, height) if upright else across
        draw.line(ends, (200, 195, 185), round(wide + 6))
        draw.line(ends, rng.choice(ROADS), round(wide))


def _pin(rng: Random, draw: ImageDraw.ImageDraw, size: Size) -> tuple[str, str]:
    """Draw a pin; return its colour and where it is."""
    hue, paint = any_paint(rng, LANDS[0], PARKS[0], names=PINS)
    across, down = rng.choice((0.2, 0.5, 0.8)), rng.choice((0.25, 0.5, 0.75))
    x, y, r = across * size[0], down * size[1], rng.uniform(0.05, 0.08) * size[1]
    draw.polygon([(x, y + 2.2 * r), (x - 0.9 * r, y + 0.4 * r), (x + 0.9 * r, y + 0.4 * r)], paint)
    disc(draw, x, y, r, paint)
    if rng.random() < 0.5:
        disc(draw, x, y, 0.4 * r, (255, 255, 255))
    return hue, PLACES[across, down]


def _pin_facts(hue: str, where: str) -> list[Fact]:
    return [
        fact("coloured thing", "It is a pin.", "pin", "word", colour=hue),
        fact("colour", f"The pin is {hue}.", hue, "word", the="the pin"),
        fact("where", f"The pin is {where}.", where, "phrase", the="the pin"),
    ]
