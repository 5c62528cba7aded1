"""Draw clocks."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB, far_apart
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Picture,
    any_paint,
    claim,
    disc,
    fact,
    fine_canvas,
    grey,
    letters_on,
    scene_of,
    write_words,
)
from flashsloth_synthetic.grammar import article
from flashsloth_synthetic.scene import COLOURS, Fact
from flashsloth_synthetic.sprites import faces

UNTOLD = "I cannot tell the time."  # nano guessed it, right in none of 40
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
NEVER_AT = (10, 10)  # with numbers on white, as examples/strangers


def clock(rng: Random) -> Picture:
    """Draw the face of a clock with two hands or three, mostly with numbers or strokes."""
    side = min(any_size(rng))
    wall, behind = any_paint(rng)
    image, draw = fine_canvas((side, side), behind)
    rim, edge = any_paint(rng, behind)
    dial_hue, dial = any_paint(rng, edge, names=("white",) * 6 + COLOURS)
    dark = grey(rng, 0, 50) if sum(dial) > 330 else grey(rng, 215, 255)
    middle, radius = 1.5 * side, rng.uniform(1.0, 1.42) * side
    x, y = middle + rng.uniform(-0.06, 0.06) * side, middle + rng.uniform(-0.06, 0.06) * side
    square = rng.random() < 0.15
    outline = draw.rectangle if square else draw.ellipse
    inner = radius - rng.uniform(0.04, 0.14) * radius
    outline((x - radius, y - radius, x + radius, y + radius), edge)
    outline((x - inner, y - inner, x + inner, y + inner), dial)
    numerals = _hours(rng, image, draw, x, y, inner, dark)
    numbers = bool(numerals)
    hour, minute = rng.randint(1, 12), 5 * rng.randrange(12)
    if (hour, minute) == NEVER_AT and numbers and dial_hue == "white":
        minute = 15
    _hands(
        rng, draw, x, y, inner, hour, minute, dark if rng.random() < 0.7 else any_paint(rng, dial)[1]
    )
    seconds = rng.random() < 0.5
    if seconds:
        turn, long = rng.randrange(60) * pi / 30, rng.uniform(0.75, 0.9) * inner
        paint = (205, 25, 30) if rng.random() < 0.6 and far_apart(dial, (205, 25, 30)) else dark
        end = x + long * sin(turn), y - long * cos(turn)
        draw.line((x - 0.2 * (end[0] - x), y - 0.2 * (end[1] - y), *end), paint, round(0.02 * inner))
    time, shape = f"{hour}:{minute:02d}", "square" if square else "circle"
    facts = [
        *[fact("clock time", f"It is {time}.", time, "phrase", instead=UNTOLD)] * 4,
        claim("clock numbers", numbers, f"the clock has {'numbers' if numbers else 'no numbers'}"),
        *_numeral_facts(numerals),
        claim("second hand", seconds, f"the clock has {'a' if seconds else 'no'} second hand"),
        fact("which shape", f"It is a {shape}.", shape, "word"),
    ]
    hue = rim if rim != dial_hue else dial_hue
    scene = scene_of(
        "clock", "a clock", article(f"{hue} clock"), facts, shown=("clock",),
        unsure=("circle", "square", "text", "number", "arrow", "face"),
        hues=(("rim", rim), ("wall", wall), ("face of the clock", dial_hue)),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _hours(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: float, y: float, inner: float, ink: RGB
) -> str:  # fmt: skip
    """Draw numbers, strokes or both; return which numerals there are, or ""."""
    numbers = rng.random() < 0.6
    roman = numbers and rng.random() < 0.45
    strokes = not numbers or rng.random() < 0.3
    face, far = rng.choice(list(faces())), rng.uniform(0.76, 0.82) * inner
    every = rng.choice((1, 1, 1, 3)) if numbers else 13
    for hour in range(1, 13):
        a, b = sin(hour * pi / 6), -cos(hour * pi / 6)
        if hour % every == 0:
            high = (0.14 if roman else 0.17) * inner
            text = ROMAN[hour - 1] if roman else str(hour)
            write_words(image, text, x + far * a, y + far * b - high / 2, high, ink, face, "m")
        elif strokes:
            start, end = 0.8 * inner, 0.92 * inner
            stroke = (x + start * a, y + start * b, x + end * a, y + end * b)
            draw.line(stroke, ink, max(3, round(0.03 * inner)))
    if not numbers:
        return ""
    return "Roman" if roman else "ordinary"


def _numeral_facts(numerals: str) -> list[Fact]:
    """Ask which numerals there are: "Roman", "ordinary" or none."""
    if not numerals:
        return [claim("clock roman", False, "the clock has no numbers")]
    name = "Roman numerals" if numerals == "Roman" else "ordinary numbers"
    is_roman = claim("clock roman", numerals == "Roman", f"they are {name}")
    return [is_roman, fact("which numerals", f"They are {name}.", name, "phrase")]


def _hands(
    rng: Random, draw: ImageDraw.ImageDraw, x: float, y: float, inner: float, hour: int, minute: int, ink: RGB
) -> None:  # fmt: skip
    for turn, long, wide in (
        ((hour + minute / 60) * pi / 6, rng.uniform(0.42, 0.55), rng.uniform(0.05, 0.09)),
        (minute * pi / 30, rng.uniform(0.68, 0.9), rng.uniform(0.03, 0.05)),
    ):
        a, b = sin(turn) * inner, -cos(turn) * inner
        back = rng.choice((0.0, 0.0, 0.12))
        draw.line((x - back * a, y - back * b, x + long * a, y + long * b), ink, round(wide * inner))
    disc(draw, x, y, 0.05 * inner, ink)
