"""Draw flags of countries."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import shade
from flashsloth_synthetic.everyday.drawing import Picture, counted, disc, fact, scene_of
from flashsloth_synthetic.grammar import article, listing
from flashsloth_synthetic.scene import Fact

# Country, the stripes in their order, whether they are upright. Flags that two countries share are
# left out.
FLAGS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("Ireland", ("green", "white", "orange"), True), ("Italy", ("green", "white", "red"), True),
    ("France", ("blue", "white", "red"), True), ("Belgium", ("black", "yellow", "red"), True),
    ("Romania", ("blue", "yellow", "red"), True), ("Nigeria", ("green", "white", "green"), True),
    ("Peru", ("red", "white", "red"), True), ("Mali", ("green", "yellow", "red"), True),
    ("Germany", ("black", "red", "yellow"), False), ("the Netherlands", ("red", "white", "blue"), False),
    ("Russia", ("white", "blue", "red"), False), ("Austria", ("red", "white", "red"), False),
    ("Hungary", ("red", "white", "green"), False), ("Bulgaria", ("white", "green", "red"), False),
    ("Estonia", ("blue", "black", "white"), False), ("Lithuania", ("yellow", "green", "red"), False),
    ("Poland", ("white", "red"), False), ("Ukraine", ("blue", "yellow"), False),
    ("Armenia", ("red", "blue", "orange"), False), ("Yemen", ("red", "white", "black"), False),
)  # fmt: skip
# Country, background, what is on it and its colour.
MARKED = (
    ("Sweden", "blue", "cross", "yellow"), ("Denmark", "red", "cross", "white"), ("Finland", "white", "cross", "blue"),
    ("England", "white", "cross", "red"), ("Japan", "white", "circle", "red"),
)  # fmt: skip


def flag(rng: Random) -> Picture:
    """Draw the flag of a country: stripes, a cross or a disc."""
    size = any_size(rng)
    image, country, details, facts = (_striped if rng.random() < 0.8 else _marked)(rng, size)
    full, bare = f"It is the flag of {country}.", country.removeprefix("the ")
    facts += [fact("which country", full, bare, "phrase") for _ in range(4)]
    name = f"the flag of {country}"
    scene = scene_of(
        "flag", name, f"{name} with {details}", facts, shown=("flag",), unsure=("stripe", "cross", "circle", "square")
    )  # fmt: skip
    return image, scene


def _striped(rng: Random, size: tuple[int, int]) -> tuple[Image.Image, str, str, list[Fact]]:
    """Return the picture, the country, what is on the flag, and facts."""
    country, hues, upright = rng.choice(FLAGS)
    image, (width, height) = Image.new("RGB", size), size
    draw = ImageDraw.Draw(image)
    for i, hue in enumerate(hues):
        start, end = i / len(hues), (i + 1) / len(hues)
        across = (0, start * height, width, end * height)
        draw.rectangle((start * width, 0, end * width, height) if upright else across, shade(rng, hue))
    order, once = "from left to right" if upright else "from top to bottom", tuple(dict.fromkeys(hues))
    facts = [
        fact("area order", f"It is {listing(hues)}.", ", ".join(hues), "list", order=order),
        fact("area colours", f"It is {listing(once)}.", ", ".join(once), "list"),
        counted(len(hues), "stripe"),
    ]
    return image, country, f"{listing(hues)} stripes", facts


def _marked(rng: Random, size: tuple[int, int]) -> tuple[Image.Image, str, str, list[Fact]]:
    """Do the same for a flag with a cross or a disc."""
    country, ground, mark, hue = rng.choice(MARKED)
    image, (width, height) = Image.new("RGB", size, shade(rng, ground)), size
    draw, paint = ImageDraw.Draw(image), shade(rng, hue)
    if mark == "circle":
        disc(draw, width / 2, height / 2, 0.3 * height, paint)
    else:
        x, thick = (0.5 if country == "England" else 0.38) * width, rng.uniform(0.07, 0.1) * height
        draw.rectangle((x - thick, 0, x + thick, height), paint)
        draw.rectangle((0, height / 2 - thick, width, height / 2 + thick), paint)
    facts = [
        fact("colour", f"The {mark} is {hue}.", hue, "word", the=f"the {mark}"),
        fact("area colours", f"It is {ground} and {hue}.", f"{ground}, {hue}", "list"),
    ]
    return image, country, f"{article(f'{hue} {mark}')} on {ground}", facts
