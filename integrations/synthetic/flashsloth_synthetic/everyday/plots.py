"""Draw plots of one to three lines with a legend, solid or dashed."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB, far_apart, shade
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Box,
    Picture,
    Point,
    claim,
    counted,
    fact,
    fine_canvas,
    grey,
    if_readable,
    letters_on,
    scene_of,
    text_width,
    write_words,
)
from flashsloth_synthetic.grammar import listing, number
from flashsloth_synthetic.scene import COLOURS, Fact
from flashsloth_synthetic.sprites import faces
from flashsloth_synthetic.text_rendering import words
from flashsloth_synthetic.wider_pictures import NEVER_CURVES

NAMES = (
    "cosine", "noise", "signal", "linear", "square", "random", "model", "data", "mean", "test", "train", "loss",
    "error", "speed", "price", "sales", "cost", "rain", "wind", "growth", "before", "after", "Rome", "Paris", "Oslo",
    "boys", "girls", "cats", "dogs", "tea", "coffee", "north", "south",
)  # fmt: skip
STEPS = 60


@dataclass(frozen=True)
class _Line:
    hue: str
    dashed: bool
    paint: RGB


def line_plot(rng: Random) -> Picture:
    """Draw axes with numbers, lines, and mostly a legend with their names."""
    size, paper = any_size(rng), grey(rng, 240, 255)
    image, draw = fine_canvas(size, paper)
    width, height = image.size
    face, ink = rng.choice(list(faces())), grey(rng, 0, 70)
    high = rng.uniform(0.04, 0.06) * height
    box = rng.uniform(0.1, 0.18) * width, rng.uniform(0.04, 0.1) * height, 0.96 * width, 0.86 * height
    _axes(rng, image, draw, box, ink, face, 0.75 * high)
    lines = _lines(rng, paper)
    for line in lines:
        _draw(draw, _curve(rng, box), line, max(4, round(rng.uniform(0.008, 0.018) * width)))
    names = rng.sample((*NAMES, *words()) if rng.random() < 0.2 else NAMES, len(lines))
    if rng.random() < 0.25:
        names = []
    if names:
        _legend(rng, image, draw, box, names, lines, high, ink, face)
    facts = _line_facts(lines)
    if names:
        facts += if_readable(high / height, _name_facts(rng, lines, names))
    count = len(lines)
    styled = listing([f"{'dashed ' if line.dashed else ''}{line.hue}" for line in lines])
    named = f"a chart of {number(count)} {'line' if count == 1 else 'lines'}"
    scene = scene_of(
        "line chart", named, f"{named}: {styled}", facts, shown=("chart", "line"),
        unsure=("text", "number", "word", "square", "wave", "arrow", "sign", "bar chart", *names),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _lines(rng: Random, paper: RGB) -> list[_Line]:
    """Choose colour, dashes and paint of each line."""
    while True:
        hues = rng.sample(
            [hue for hue in COLOURS if hue != "white"], rng.choices((1, 2, 3), (2, 5, 3))[0]
        )
        paints = [shade(rng, hue) for hue in hues]
        dashed = [rng.random() < 0.4 for _ in hues]
        apart = all(far_apart(a, b) for i, a in enumerate(paints) for b in (*paints[:i], paper))
        if apart and set(zip(hues, dashed, strict=True)) != NEVER_CURVES:
            return [_Line(*each) for each in zip(hues, dashed, paints, strict=True)]


def _line_facts(lines: list[_Line]) -> list[Fact]:
    """Ask how many lines there are, for their colours, and for the only dashed or solid one."""
    hues, any_dashed = [line.hue for line in lines], any(line.dashed for line in lines)
    colours = f"The {'lines are' if len(lines) > 1 else 'line is'} {listing(hues)}."
    facts = [
        *[counted(len(lines), "line")] * 2,
        fact("curve colours", colours, ", ".join(hues), "list"),
        claim("dashed exists", any_dashed, f"there is {'a' if any_dashed else 'no'} dashed line"),
        fact("kind", "It is a line chart.", "line chart", "phrase", base="chart"),
    ]
    for dash, weight in (("dashed", 3), ("solid", 2)):
        only = _only(lines, dash)
        if only is not None:
            full = f"The {dash} line is {hues[only]}."
            facts += [fact("dashed colour", full, hues[only], "word", dash=dash)] * weight
    return facts


def _only(lines: list[_Line], dash: str) -> int | None:
    """Return the index of the only dashed or solid one of several lines."""
    alike = [i for i, line in enumerate(lines) if line.dashed == (dash == "dashed")]
    return None if len(alike) != 1 or (dash == "solid" and len(lines) == 1) else alike[0]


def _name_facts(rng: Random, lines: list[_Line], names: list[str]) -> list[Fact]:
    """Ask for what the legend says."""
    name, line = rng.choice(list(zip(names, lines, strict=True)))
    colour = f"The line of {name} is {line.hue}."
    by_colour = f"The {line.hue} line is {name}."
    by_dash = [
        (dash, names[i]) for dash in ("dashed", "solid") if (i := _only(lines, dash)) is not None
    ]
    return [
        *(
            fact("dashed name", f"The {dash} line is {called}.", called, "word", dash=dash)
            for dash, called in by_dash
        ),
        *[fact("label colour", colour, line.hue, "word", name=name, part="line")] * 2,
        fact("colour label", by_colour, name, "word", colour=line.hue, part="line"),
        fact("labels", f"The lines are {listing(names)}.", ", ".join(names), "list", parts="lines"),
    ]


def _axes(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, box: Box, ink: RGB, face: str, high: float
) -> None:  # fmt: skip
    left, top, right, floor = box
    pale = grey(rng, 215, 230)
    grid, rows = rng.random() < 0.5, rng.randint(2, 5)
    for row in range(rows + 1):
        x, y = left + (right - left) * row / rows, floor - (floor - top) * row / rows
        if grid:
            draw.line((left, y, right, y), pale, 2)
            draw.line((x, top, x, floor), pale, 2)
        write_words(image, str(row), left - 0.5 * high, y - high / 2, high, ink, face, "r")
        write_words(image, str(5 * row), x, floor + 0.6 * high, high, ink, face, "m")
    if rng.random() < 0.6:
        draw.rectangle(box, None, ink, 3)
    else:
        draw.line((left, top, left, floor, right, floor), ink, 4)


def _curve(rng: Random, box: Box) -> list[Point]:
    """Return the points of a wave, a fading wave, or a slope."""
    left, top, right, floor = box
    waves, phase = rng.choice((0.0, rng.uniform(0.5, 3))), rng.uniform(0, 2 * pi)
    fading, slope = rng.choice((0.0, rng.uniform(1, 4))), rng.uniform(-0.6, 0.6)
    swing = rng.uniform(0.15, 0.45)
    points = []
    for i in range(STEPS + 1):
        t = i / STEPS
        y = 0.5 + swing * exp(-fading * t) * sin(2 * pi * waves * t + phase) + slope * (t - 0.5)
        y = min(0.97, max(0.03, y))
        points.append((left + (right - left) * t, top + (floor - top) * y))
    return points


def _draw(draw: ImageDraw.ImageDraw, points: list[Point], line: _Line, wide: int) -> None:
    if not line.dashed:
        draw.line(points, line.paint, wide, joint="curve")
        return
    for i in range(0, STEPS, 3):
        draw.line(points[i : i + 3], line.paint, wide)


def _legend(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, box: Box, names: list[str],
    lines: list[_Line], high: float, ink: RGB, face: str,
) -> None:  # fmt: skip
    """Draw a box in a corner, with a piece of each line beside its name."""
    left, top, right, floor = box
    step, piece = 1.8 * high, 2.6 * high
    wide = piece + 1.6 * high + max(text_width(name, high, face) for name in names)
    down = step * len(names) + 0.6 * high
    x = rng.choice((left + 0.4 * high, right - wide - 0.4 * high))
    y = rng.choice((top + 0.4 * high, floor - down - 0.4 * high))
    draw.rectangle((x, y, x + wide, y + down), grey(rng, 245, 255), grey(rng, 190, 220), 2)
    for row, (name, line) in enumerate(zip(names, lines, strict=True)):
        level = y + 0.6 * high + step * row
        start, middle, thick = x + 0.5 * high, level + high / 2, max(4, round(0.22 * high))
        ends = ((0.0, 0.4), (0.6, 1.0)) if line.dashed else ((0.0, 1.0),)
        for a, b in ends:
            draw.line((start + a * piece, middle, start + b * piece, middle), line.paint, thick)
        write_words(image, name, start + piece + 0.5 * high, level, high, ink, face, "l")
