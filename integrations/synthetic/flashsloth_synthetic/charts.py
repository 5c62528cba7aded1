"""Draw bar charts and pie charts."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import Ground, Pixels, ground
from flashsloth_synthetic.catalogue import PAINTS, RGB, far_apart, scaled, shade, visible
from flashsloth_synthetic.scene import Chart, Letter, Part, Scene
from flashsloth_synthetic.shapes import mask
from flashsloth_synthetic.text_rendering import any_face, strip

LEAST = 0.08  # least difference of two parts, as a share of the axis or of the whole
LIGHT = (196, 196, 196)  # the grey backgrounds
DIGIT = 0.12  # height of printed values, as a share of the picture's


def any_chart(rng: Random) -> tuple[Image.Image, Scene]:
    background = "white" if rng.random() < 0.75 else "grey"
    level = rng.randint(-5, 5)
    paint: RGB | None = (LIGHT[0] + level,) * 3 if background == "grey" else None
    canvas = ground(rng, background, paint, plain=rng.random() < 0.8)
    chart = _bars(rng, canvas) if rng.random() < 0.6 else _pie(rng, canvas)
    return canvas.image, Scene("chart", background, chart=chart)


def _colours(rng: Random, canvas: Ground, count: int, around: bool) -> list[str]:
    """Choose colours that stand out from the background and from their neighbours."""
    usable = [
        name
        for name in visible(canvas.colour)
        if name != "white" and far_apart(PAINTS[name], canvas.paint)
    ]
    while True:
        chosen = rng.sample(usable, count)
        pairs = list(zip(chosen, chosen[1:] + (chosen[:1] if around else []), strict=False))
        if all(b in visible(a) for a, b in pairs):
            return chosen


def _spaced(rng: Random, count: int, low: float, high: float, gap: float) -> list[float]:
    """Draw numbers between two bounds, at least `gap` apart, in random order."""
    spare = high - low - (count - 1) * gap
    numbers = [
        low + x + i * gap for i, x in enumerate(sorted(rng.uniform(0, spare) for _ in range(count)))
    ]
    rng.shuffle(numbers)
    return numbers


def clear_shares(rng: Random, count: int, smallest: float, least: float) -> list[float]:
    """Draw shares of a whole: the smallest one, and the difference of any two, are larger than that."""
    while True:
        parts = [rng.uniform(0.1, 1) for _ in range(count)]
        shares = sorted(part / sum(parts) for part in parts)
        if shares[0] > smallest and all(b - a > least for a, b in pairwise(shares)):
            rng.shuffle(shares)
            return shares


# Bars


def _heights(
    rng: Random, count: int, axis: float, printed: bool
) -> tuple[list[float], list[int | None]]:
    """Return heights as shares of the tallest bar, which takes `axis` of the axis, and the values to
    print."""
    top = rng.randint(20, 99) if rng.random() < 0.7 else rng.randint(10, 20)
    gap = LEAST / axis + (1 / top if printed else 0)
    shares = [*_spaced(rng, count - 1, 0.14, 1 - gap, gap), 1.0]
    rng.shuffle(shares)
    if not printed:
        return shares, [None] * count
    values = [max(1, round(share * top)) for share in shares]
    return [value / top for value in values], [*values]


def _bars(rng: Random, canvas: Ground) -> Chart:
    printed = rng.random() < 0.45
    count = rng.choices((2, 3) if printed else (2, 3, 4), (1, 1) if printed else (4, 4, 2))[0]
    left, right = rng.uniform(0.06, 0.12) * canvas.width, (1 - rng.uniform(0.04, 0.1)) * canvas.width
    top, floor = rng.uniform(0.05, 0.1) * canvas.height, (1 - rng.uniform(0.06, 0.12)) * canvas.height
    if printed:
        top += (DIGIT + 0.04) * canvas.height
    axis = rng.uniform(0.88, 1)
    shares, values = _heights(rng, count, axis, printed)
    draw, line = ImageDraw.Draw(canvas.image), max(1, round(canvas.short * 0.008))
    ink = scaled(canvas.paint, rng.uniform(0.1, 0.4))
    if rng.random() < 0.35:
        faint, steps = scaled(canvas.paint, 0.86), rng.randint(3, 5)
        for step in range(1, steps + 1):
            y = floor - (floor - top) * step / steps
            draw.line((left, y, right, y), faint, line)
    slot = (right - left) / count
    wide, parts = slot * rng.uniform(0.6, 0.82), []
    face = any_face(rng, bold=True)
    for i, (colour, share) in enumerate(zip(_colours(rng, canvas, count, False), shares, strict=True)):
        x0, x1 = round(left + i * slot + (slot - wide) / 2), round(left + i * slot + (slot + wide) / 2)
        y0, y1 = round(floor - (floor - top) * axis * share), round(floor)
        draw.rectangle((x0, y0, x1 - 1, y1 - 1), shade(rng, colour, canvas.paint))
        value = values[i]
        digits = (
            _value(canvas, str(value), face, ((x0 + x1) / 2, y0), slot) if value is not None else ()
        )
        parts.append(Part(colour, share, canvas.box((x0, y0, x1, y1)), value, digits))
    draw.line((left, floor, right, floor), ink, line + 1)
    if rng.random() < 0.5:
        draw.line((left, floor, left, top), ink, line)
    return Chart("bar chart", tuple(parts))


def _value(
    canvas: Ground, text: str, face: str, foot: tuple[float, float], slot: float
) -> tuple[Letter, ...]:
    """Print a value above a bar."""
    ink = strip(text, face)
    scale = DIGIT * canvas.height / ink.mask.height
    stretched = min(scale, 0.92 * slot / ink.mask.width)
    wide, high = ink.mask.width * stretched, ink.mask.height * scale
    x, y = int(foot[0] - wide / 2), int(foot[1] - high - 0.018 * canvas.height)
    digits = ink.mask.resize((max(1, round(wide)), max(1, round(high))), Image.Resampling.BILINEAR)
    canvas.image.paste((15, 15, 15), (x, y), digits)
    return tuple(
        Letter(
            char,
            canvas.box(
                (x + left * stretched, y + top * scale, x + right * stretched, y + bottom * scale)
            ),
        )
        for char, (left, top, right, bottom) in zip(text, ink.boxes, strict=True)
    )


# Pies


def _pie(rng: Random, canvas: Ground) -> Chart:
    count = rng.choices((2, 3, 4), (4, 4, 2))[0]
    shares = _slices(rng, count)
    side = int(rng.uniform(0.66, 0.94) * canvas.short) // 2 * 2
    x, y = rng.randint(2, canvas.width - side - 2), rng.randint(2, canvas.height - side - 2)
    disc = Image.new("RGB", (side, side))
    draw, radius, angle, parts = ImageDraw.Draw(disc), side / 2, -pi / 2, []
    rims = []
    for colour, share in zip(_colours(rng, canvas, count, True), shares, strict=True):
        end = angle + 2 * pi * share
        draw.polygon(_wedge(radius, angle, end, 1.5 * radius), shade(rng, colour, canvas.paint))
        left, top, right, bottom = _extent(radius, angle, end)
        parts.append(Part(colour, share, canvas.box((x + left, y + top, x + right, y + bottom))))
        rims.append(
            (radius, radius, radius + 1.5 * radius * cos(angle), radius + 1.5 * radius * sin(angle))
        )
        angle = end
    if rng.random() < 0.35:
        for rim in rims:
            draw.line(rim, canvas.paint, max(2, round(canvas.short * 0.012)))
    canvas.image.paste(disc, (x, y), mask("circle", side))
    return Chart("pie chart", tuple(parts))


def _slices(rng: Random, count: int) -> list[float]:
    """Return shares of a whole that differ clearly, none of them tiny."""
    while True:
        cuts = sorted(rng.random() for _ in range(count - 1))
        shares = [b - a for a, b in zip([0.0, *cuts], [*cuts, 1.0], strict=True)]
        ordered = sorted(shares)
        if ordered[0] >= 0.09 and all(b - a >= LEAST + 0.005 for a, b in pairwise(ordered)):
            return shares


def _wedge(radius: float, start: float, end: float, reach: float) -> list[tuple[float, float]]:
    """Return a slice as a polygon that reaches beyond its arc."""
    steps = max(2, int((end - start) / 0.4) + 1)
    angles = [start + (end - start) * i / steps for i in range(steps + 1)]
    return [(radius, radius), *((radius + reach * cos(a), radius + reach * sin(a)) for a in angles)]


def _extent(radius: float, start: float, end: float) -> Pixels:
    """Return the box of a slice, relative to the corner of its circle's square."""
    angles = [start, end, *(k * pi / 2 for k in range(-1, 4) if start < k * pi / 2 < end)]
    xs, ys = [0.0, *(cos(a) for a in angles)], [0.0, *(sin(a) for a in angles)]
    return (
        radius * (1 + min(xs)),
        radius * (1 + min(ys)),
        radius * (1 + max(xs)),
        radius * (1 + max(ys)),
    )
