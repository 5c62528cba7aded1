"""Draw skies and landscapes."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB, scaled
from flashsloth_synthetic.everyday.drawing import (
    Picture,
    Point,
    claim,
    counted,
    disc,
    exists_some,
    fact,
    grey,
    photographed,
    scene_of,
)
from flashsloth_synthetic.grammar import article, capital, listing, plural
from flashsloth_synthetic.scene import Fact

Size = tuple[int, int]

# The colours of skies, from the top to the horizon, by the time of day.
SKIES: dict[str, tuple[tuple[RGB, ...], ...]] = {
    "day": (
        ((90, 150, 225), (190, 220, 245)), ((60, 130, 220), (150, 200, 245)), ((120, 165, 215), (225, 230, 235)),
        ((110, 180, 235), (215, 235, 250)),
    ),
    "evening": (
        ((40, 35, 95), (150, 70, 130), (250, 150, 90)), ((95, 50, 120), (230, 110, 110), (255, 200, 120)),
        ((60, 60, 120), (200, 90, 90), (250, 170, 80)), ((120, 60, 110), (240, 120, 70), (255, 215, 130)),
    ),
    "night": (((5, 8, 30), (25, 35, 80)), ((10, 10, 25), (20, 25, 60)), ((0, 0, 10), (40, 45, 90))),
}  # fmt: skip
SKY_HUES = {"day": "blue", "night": "dark blue"}
SUNS: dict[str, RGB] = {"day": (255, 225, 80), "evening": (255, 190, 80), "night": (245, 245, 225)}
DIM = {"day": 1.0, "evening": 0.75, "night": 0.4}  # how bright things on the ground are
LANDS: dict[str, tuple[RGB, ...]] = {
    "grass": ((95, 150, 70), (120, 160, 80), (70, 125, 60), (140, 170, 90)),
    "sand": ((230, 205, 150), (215, 190, 130)),
    "snow": ((240, 244, 250), (225, 232, 242)),
}
FAR_ROCK: RGB = (150, 165, 185)
NEAR_ROCKS: tuple[RGB, ...] = ((60, 75, 70), (85, 80, 75), (70, 85, 110))
WATERS: tuple[RGB, ...] = ((60, 120, 180), (80, 140, 190), (40, 90, 140), (110, 150, 180))
LEAVES: tuple[RGB, ...] = ((40, 100, 45), (60, 120, 50), (30, 80, 50))
WALLS: tuple[RGB, ...] = ((240, 230, 210), (220, 200, 170), (200, 210, 220))


def sky(rng: Random) -> Picture:
    """Draw nothing but a sky."""
    image, time, there = _outdoors(rng, any_size(rng))
    name = {"day": "a blue sky", "evening": "an evening sky", "night": "a night sky"}[time]
    found = [noun for noun, is_there in there.items() if is_there]
    named = [plural(noun) if noun in ("star", "cloud") else f"the {noun}" for noun in found]
    details = f"{name} with {listing(named)}" if found else name
    facts = _sky_facts(rng, time) + _darker(rng, image)
    if there["moon"]:  # it is always full
        full = rng.random() < 0.5
        facts.append(claim("full moon" if full else "crescent moon", full, "it is a full moon"))
    scene = scene_of(
        "sky", name, details, facts, shown=("sky", *found), unsure=("light", "horizon", "water")
    )  # fmt: skip
    return photographed(rng, image), scene


def landscape(rng: Random) -> Picture:
    """Draw mountains, land or water, trees, a house and a boat before a sky."""
    size = any_size(rng)
    width, height = size
    image, time, there = _outdoors(rng, size)
    draw, dim = ImageDraw.Draw(image), DIM[time]
    mountains = rng.random() < 0.5
    horizon = rng.uniform(0.5, 0.66) * height
    if mountains:
        _mountains(rng, draw, size, horizon, dim)
    water = rng.random() < 0.5
    land = rng.choices(tuple(LANDS), (6, 2, 2))[0]
    soil = scaled(rng.choice(LANDS[land]), dim)
    shore = horizon + (rng.uniform(0.0, 0.5) if water else 0.0) * (height - horizon)
    draw.rectangle((0, horizon, width, height), soil)
    sea = water and (shore < horizon + 0.12 * (height - horizon) or rng.random() < 0.4)
    if water:
        _water(rng, draw, size, horizon if sea else shore, dim)
    floor = (shore if water else height * 0.92) - 2
    trees = rng.choice((0, 0, 1, 2, 3, 5)) if not sea else 0
    for _ in range(trees):
        _tree(rng, draw, size, min(horizon + 4, floor), floor, dim)
    house = not sea and rng.random() < 0.3
    if house:
        _house(rng, draw, width, floor, dim)
    boat = water and rng.random() < 0.2
    if boat:
        _boat(rng, draw, size, shore)
    body = "sea" if sea else "lake"
    ground = not sea and not (water and shore < horizon + 6)
    there |= {"mountain": mountains, "tree": trees > 0, "house": house, "boat": boat, body: water}
    names = (
        ["mountains"] * mountains
        + ([f"the {body}" if sea else article(body)] if water else [])
        + (["a tree" if trees == 1 else "trees"] if trees else [])
        + ["a house"] * house
    )
    name = "the sea" if names == ["the sea"] else f"a landscape with {listing(names or [land])}"
    part = {"day": "under a blue sky", "evening": "in the evening", "night": "at night"}[time]
    lower = "water" if water else land
    facts = [
        exists_some("water", water),
        claim("exist some", True, "there is a sky", a="a sky", noun="sky")
        if mountains
        else exists_some("snow", ground and land == "snow"),
        fact("side", f"{capital(lower)} is at the bottom.", lower, "word", where="at the bottom", item="thing"),
        fact("side", "The sky is at the top.", "sky", "word", where="at the top", item="thing"),
    ]  # fmt: skip
    if trees:
        facts.append(counted(trees, "tree"))
    facts += _sky_facts(rng, time)[:2]
    facts.append(fact("landscape kind", f"{capital(name)}.", name.partition(" ")[2], "phrase"))
    unsure = (
        "sea", "lake", "river", "grass", "sand", "snow", "beach", "hill", "forest", "field",
        "plane" if mountains else "mountain", "landscape",
    )  # fmt: skip
    shown = ("sky", *(noun for noun, is_there in there.items() if is_there and noun != "sea"))
    scene = scene_of("landscape", name, f"{name} {part}", facts, shown=shown, unsure=unsure)
    return photographed(rng, image), scene


# The sky


def _outdoors(rng: Random, size: Size) -> tuple[Image.Image, str, dict[str, bool]]:
    """Draw the sky with what is in it; return the time of day, and what is there."""
    time = rng.choices(("day", "evening", "night"), (5, 3, 2))[0]
    image = _heavens(rng, size, time)
    draw, (width, height) = ImageDraw.Draw(image), size
    there = {
        "sun": time != "night" and rng.random() < 0.45,
        "moon": time == "night" and rng.random() < 0.7,
        "star": time == "night" and rng.random() < 0.8,
        "cloud": time == "day" and rng.random() < 0.5,
    }
    if there["star"]:
        for _ in range(rng.randint(20, 80)):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            disc(draw, x, y, rng.uniform(0.4, 1.2), (240, 240, 255))
    if there["sun"] or there["moon"]:
        x, y = rng.uniform(0.15, 0.85) * width, rng.uniform(0.1, 0.3) * height
        disc(draw, x, y, rng.uniform(0.05, 0.11) * height, SUNS[time])
    if there["cloud"]:
        for _ in range(rng.randint(1, 4)):
            x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.08, 0.32) * height
            _cloud(rng, draw, x, y, rng.uniform(0.15, 0.35) * width)
    return image, time, there


def _heavens(rng: Random, size: Size, time: str) -> Image.Image:
    """Draw colours that run into each other from the top to the bottom."""
    stops = rng.choice(SKIES[time])
    column = Image.new("RGB", (1, len(stops)))
    column.putdata(stops)
    image = column.resize((1, 64), Image.Resampling.BILINEAR).resize(size, Image.Resampling.BILINEAR)
    shift = rng.uniform(0.9, 1.1)
    return image.point([min(255, round(level * shift)) for level in range(256)] * 3)


def _cloud(rng: Random, draw: ImageDraw.ImageDraw, x: float, y: float, wide: float) -> None:
    paint = grey(rng, 235, 255)
    for i, size in enumerate((0.13, 0.2, 0.2, 0.2, 0.13)):
        down = y + rng.uniform(-0.06, 0.06) * wide
        disc(draw, x + (i - 2) * 0.22 * wide, down, wide * size, paint)


def _darker(rng: Random, image: Image.Image) -> list[Fact]:
    """Ask which end of a sky is darker, or brighter."""
    ends = image.convert("L").resize((1, 5), Image.Resampling.BOX)
    top, bottom = np.asarray(ends, int)[[0, -1], 0]
    if abs(top - bottom) < 25:
        return []
    darker, brighter = ("top", "bottom") if top < bottom else ("bottom", "top")
    end, name = rng.choice((("darker", darker), ("brighter", brighter)))
    plain = fact("which end", f"The {name} is {end}.", name, "word", end=end)
    asked = rng.choice(("top", "bottom"))
    return [plain, plain, claim("is end", asked == name, f"the {name} is {end}", which=asked, end=end)]


def _sky_facts(rng: Random, time: str) -> list[Fact]:
    asked = time if rng.random() < 0.5 else rng.choice([other for other in SKIES if other != time])
    full = "It is night." if time == "night" else f"It is {article(time)} sky."
    facts = [
        fact("day or night", full, time, "word"),
        claim("is time", asked == time, f"it is {time}", time=asked),
    ]
    if time == "evening":
        for where, hue in (("at the top", "purple"), ("at the bottom", "orange")):
            full = f"{capital(hue)} is {where}."
            facts.append(fact("colour at", full, hue, "word", where=where, item="part"))
    else:
        hue = SKY_HUES[time]
        facts.append(fact("colour", f"The sky is {hue}.", hue, "word", the="the sky"))
    return facts


# The ground


def _mountains(rng: Random, draw: ImageDraw.ImageDraw, size: Size, horizon: float, dim: float) -> None:
    """Draw ridges, the nearer the lower and darker; sometimes the farthest has snow."""
    width, height = size
    snowy, ridges = rng.random() < 0.3, rng.randint(1, 4)
    for layer in range(ridges):
        near = (layer + 1) / ridges
        level = horizon - height * rng.uniform(0.06, 0.3) * (1.2 - near)
        rock = rng.choice(NEAR_ROCKS)
        r, g, b = (
            round(dim * (a * (1 - near) + c * near)) for a, c in zip(FAR_ROCK, rock, strict=True)
        )
        line = _ridge(rng, width, level, rng.uniform(0.05, 0.14) * height)
        draw.polygon([(0, height), *line, (width, height)], (r, g, b))
        if snowy and layer == 0:
            draw.line(line, (245, 248, 252), max(2, height // 40))


def _ridge(rng: Random, width: int, level: float, rough: float) -> list[Point]:
    """Return a line across the picture that goes up and down around a level."""
    steps, heights = rng.randint(6, 14), [level]
    for _ in range(steps):
        heights.append(heights[-1] + rng.uniform(-rough, rough))
    lift = level - sum(heights) / len(heights)
    return [(i * width / steps, y + lift) for i, y in enumerate(heights)]


def _water(rng: Random, draw: ImageDraw.ImageDraw, size: Size, top: float, dim: float) -> None:
    width, height = size
    blue = scaled(rng.choice(WATERS), dim)
    draw.rectangle((0, top, width, height), blue)
    for _ in range(rng.randint(3, 14)):
        x, y, long = (
            rng.uniform(0, width),
            rng.uniform(top + 2, height),
            rng.uniform(0.03, 0.15) * width,
        )
        draw.line((x, y, x + long, y), scaled(blue, 1.2), 1)


def _tree(
    rng: Random, draw: ImageDraw.ImageDraw, size: Size, highest: float, lowest: float, dim: float
) -> None:
    """Draw a fir or a round tree, whose foot is between two levels."""
    x, base = rng.uniform(0.05, 0.95) * size[0], rng.uniform(highest, lowest)
    tall = rng.uniform(0.14, 0.3) * size[1]
    leaf, wood = scaled(rng.choice(LEAVES), dim), scaled((100, 70, 45), dim)
    draw.rectangle((x - 0.04 * tall, base - 0.4 * tall, x + 0.04 * tall, base), wood)
    if rng.random() < 0.5:
        left, right, low = x - 0.28 * tall, x + 0.28 * tall, base - 0.25 * tall
        draw.polygon([(x, base - tall), (left, low), (right, low)], leaf)
    else:
        disc(draw, x, base - 0.65 * tall, 0.3 * tall, leaf)


def _house(rng: Random, draw: ImageDraw.ImageDraw, width: int, base: float, dim: float) -> None:
    x, wide = rng.uniform(0.2, 0.8) * width, rng.uniform(0.14, 0.24) * width
    wall, eaves = scaled(rng.choice(WALLS), max(0.6, dim)), base - 0.6 * wide
    draw.rectangle((x - wide / 2, eaves, x + wide / 2, base), wall)
    roof = [(x - 0.6 * wide, eaves), (x, base - wide), (x + 0.6 * wide, eaves)]
    draw.polygon(roof, scaled((165, 60, 45), dim))
    door = (x - 0.08 * wide, base - 0.3 * wide, x + 0.08 * wide, base)
    draw.rectangle(door, scaled((90, 60, 40), dim))


def _boat(rng: Random, draw: ImageDraw.ImageDraw, size: Size, shore: float) -> None:
    width, height = size
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(shore + 0.4 * (height - shore), height - 8)
    long, keel = 0.1 * width, y + 0.04 * width
    hull = [(x - long, y), (x + long, y), (x + 0.7 * long, keel), (x - 0.7 * long, keel)]
    draw.polygon(hull, (120, 50, 40))
    draw.polygon([(x, y - 1.6 * long), (x, y - 2), (x + 0.8 * long, y - 2)], (245, 245, 240))
