"""Draw pictures that are close to nano's world but not of it: charts with captions, labels in other
layouts, signs on poles, shapes without a name or partly hidden, silhouettes, flags, other print.

Their facts are fewer than those of the world's own pictures: `Scene.wider` names the kind, which
decides the questions (`forms.WEIGHTS`). Text that is too small to read is `Scene.fine_print`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import cos, pi, sin
from random import Random
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

from flashsloth_synthetic.background import Ground, any_background, any_size, ground, ramp
from flashsloth_synthetic.catalogue import PAINTS, RGB, far_apart, scaled, shade, visible
from flashsloth_synthetic.charts import LEAST, _spaced, clear_shares
from flashsloth_synthetic.holdout import objects_held_out, shape_held_out, text_held_out
from flashsloth_synthetic.scene import COLOURS, Chart, Letter, Line, Part, Scene, Tag, Thing
from flashsloth_synthetic.shapes import Shape, choose_slots, draw_object, draw_shape, mask
from flashsloth_synthetic.signs import _sign_words
from flashsloth_synthetic.sprites import faces, objects_on
from flashsloth_synthetic.text_rendering import any_number, any_price, slanted, strip, words, write

Picture = tuple[Image.Image, Scene]
Point = tuple[float, float]

# Shades that drawing programs and plots call by these names, farther from the middle of a colour.
SHADES: dict[str, tuple[RGB, ...]] = {
    "red": ((214, 39, 40), (220, 20, 60), (250, 90, 70), (178, 34, 34)),
    "orange": ((255, 127, 14), (240, 120, 40)),
    "yellow": ((255, 225, 60), (240, 200, 40)),
    "green": ((44, 160, 44), (60, 190, 60), (34, 139, 34), (20, 110, 60)),
    "blue": ((31, 119, 180), (110, 180, 230), (0, 0, 140), (65, 105, 225)),
    "purple": ((148, 103, 189), (90, 20, 150)),
    "pink": ((227, 119, 194), (255, 160, 200)),
    "brown": ((140, 86, 75), (150, 90, 40)),
    "black": ((35, 35, 40),),
    "white": ((250, 248, 240),),
    "grey": ((127, 127, 127), (150, 155, 160)),
}
PALE: tuple[RGB, ...] = ((255, 255, 255), (250, 250, 245), (245, 243, 235), (238, 238, 240))
SILHOUETTES = (
    "cloud", "umbrella", "key", "guitar", "plane", "bicycle", "hat", "cactus", "tree", "mushroom", "moon", "banana",
    "butterfly", "carrot", "house", "chair", "light bulb", "fish", "boat",
)  # fmt: skip
# The shapes that the questions name even if they are partly hidden.
WHOLE = ("circle", "square", "triangle", "star", "heart", "diamond", "cross")
KNOWN = (*WHOLE, "ring")
POLES: tuple[RGB, ...] = ((120, 120, 120), (90, 90, 95), (150, 150, 150), (100, 75, 50), (25, 25, 25))
TINY = (0.018, 0.03)  # height of print that cannot be read, as a share of the picture's short side
# Some of what examples/strangers shows is never drawn here.
NEVER_OVERLAP = [("blue", "square"), ("yellow", "circle")]  # the second one in front
NEVER_SILHOUETTE = ("moon", "purple")
NEVER_AREAS = frozenset({"green", "white", "orange"})
NEVER_CURVES = {("blue", False), ("orange", True)}  # colour, and whether it is dashed
NEVER_BELOW = ("orange",)  # in pictures of two colours that run into each other


def any_wider(rng: Random) -> Picture:
    """Draw a picture of any kind."""
    kinds = list(WIDER)
    return rng.choices([WIDER[kind][0] for kind in kinds], [WIDER[kind][1] for kind in kinds])[0](rng)


def _shade(rng: Random, name: str, against: RGB, letters: bool = False) -> RGB:
    for _ in range(6):
        paint = rng.choice(SHADES[name]) if rng.random() < 0.5 else shade(rng, name, against, letters)
        if far_apart(paint, against, letters):
            return paint
    return shade(rng, name, against, letters)


def _small(
    rng: Random, canvas: Ground, x: float, y: float, high: float, ink: RGB, text: str = ""
) -> None:
    """Print small text around a point."""
    text = text or rng.choice(words()).title()
    mask_ = strip(text, rng.choice(list(faces()))).mask
    width = max(3, round(mask_.width * high / mask_.height))
    small = mask_.resize((width, max(3, round(high))), Image.Resampling.BILINEAR)
    canvas.image.paste(ink, (round(x - width / 2), round(y - high / 2)), small)


def _paper(rng: Random) -> Ground:
    """Draw a white or nearly white background."""
    paint = rng.choice(PALE)
    return Ground(Image.new("RGB", any_size(rng), paint), "white", paint)


# Charts with captions


def _parts(rng: Random, canvas: Ground, count: int) -> list[tuple[str, RGB]]:
    while True:
        hues = rng.sample([hue for hue in COLOURS if hue != "white"], count)
        paints = [_shade(rng, hue, canvas.paint) for hue in hues]
        if all(far_apart(a, b) for a, b in zip(paints, paints[1:] + paints[:1], strict=True)):
            return list(zip(hues, paints, strict=True))


def _captioned_chart(kind: Literal["bar chart", "pie chart"], parts: list[Part]) -> Scene:
    chart = Chart(kind, tuple(parts))
    return Scene("chart", "white", chart=chart, wider="captioned chart", fine_print=True)


def captioned_bars(rng: Random) -> Picture:
    canvas = _paper(rng)
    width, height, count = canvas.width, canvas.height, rng.choices((2, 3, 4), (3, 5, 3))[0]
    left, right = rng.uniform(0.12, 0.2) * width, rng.uniform(0.9, 0.98) * width
    top, floor = rng.uniform(0.06, 0.16) * height, rng.uniform(0.78, 0.88) * height
    draw, ink = ImageDraw.Draw(canvas.image), (rng.randint(0, 70),) * 3
    line, high = max(1, canvas.short // 130), rng.uniform(*TINY) * canvas.short
    inside = rng.random()
    if inside < 0.25:
        draw.rectangle((left, top, right, floor), rng.choice(((234, 234, 242), (240, 240, 240))))
    for step in range(1, ticks := rng.randint(3, 5)):
        y = floor - (floor - top) * step / ticks
        if inside < 0.4:
            draw.line((left, y, right, y), (205, 205, 205), line)
        draw.line((left - 3, y, left, y), ink, line)
        _small(rng, canvas, left * 0.68, y, high, ink, str(step * rng.choice((5, 10, 20))))
    gap = LEAST + 0.02
    shares = [*_spaced(rng, count - 1, 0.12, 1 - gap, gap), 1.0]
    rng.shuffle(shares)
    slot = (right - left) / (count + rng.uniform(0, 0.6))
    start = (left + right - slot * count) / 2
    reach, thin = (floor - top) * rng.uniform(0.8, 0.96), rng.uniform(0.5, 0.86)
    parts = []
    for i, ((hue, paint), share) in enumerate(zip(_parts(rng, canvas, count), shares, strict=True)):
        x = start + (i + 0.5) * slot
        box = (
            round(x - thin * slot / 2),
            round(floor - reach * share),
            round(x + thin * slot / 2),
            round(floor),
        )
        draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), paint)
        _small(rng, canvas, x, floor + 1.4 * high + 2, high, ink)
        parts.append(Part(hue, share, canvas.box(box)))
    draw.line((left, floor, right, floor), ink, line)
    draw.line((left, floor, left, top), ink, line)
    if rng.random() < 0.6:
        draw.rectangle((left, top, right, floor), None, ink, line)
    if top > 0.1 * height:
        _small(rng, canvas, width / 2, top / 2, 1.2 * high, ink)
    return canvas.image, _captioned_chart("bar chart", parts)


def labelled_slices(rng: Random) -> Picture:
    canvas = _paper(rng)
    count = rng.choices((2, 3, 4), (3, 5, 3))[0]
    radius = rng.uniform(0.26, 0.36) * canvas.short
    x, y = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.45, 0.55)
    shares = clear_shares(rng, count, 0.08, LEAST)
    disc, big = Image.new("RGB", (round(6 * radius),) * 2), 3 * radius
    draw, start, parts, ink = (
        ImageDraw.Draw(disc),
        rng.uniform(0, 2 * pi),
        [],
        (rng.randint(0, 60),) * 3,
    )
    way, high = rng.choice((1, -1)), rng.uniform(*TINY) * canvas.short
    labels: list[Point] = []
    hues = _parts(rng, canvas, count)
    for (hue, paint), share in zip(hues, shares, strict=True):
        end = start + way * 2 * pi * share
        low, upper = sorted((start, end))
        draw.pieslice((0, 0, 2 * big, 2 * big), low * 180 / pi, upper * 180 / pi, paint)
        middle = (start + end) / 2
        labels.append((cos(middle), sin(middle)))
        parts.append(Part(hue, share, canvas.box((x - radius, y - radius, x + radius, y + radius))))
        start = end
    side = round(2 * radius)
    ring = Image.new("L", (side, side), 0)
    ring.paste(255, (0, 0), mask("circle", side))
    if rng.random() < 0.25:
        hole = round(side * rng.uniform(0.3, 0.5))
        ring.paste(0, ((side - hole) // 2,) * 2, mask("circle", hole))
    canvas.image.paste(
        disc.resize((side, side), Image.Resampling.LANCZOS),
        (round(x - radius), round(y - radius)),
        ring,
    )
    inside, outside = rng.random() < 0.6, rng.random() < 0.7
    for (a, b), share, (_, paint) in zip(labels, shares, hues, strict=True):
        if inside:
            digits = (255, 255, 255) if sum(paint) < 300 else ink
            _small(
                rng,
                canvas,
                x + 0.62 * radius * a,
                y + 0.62 * radius * b,
                high,
                digits,
                str(round(100 * share)),
            )
        if outside or not inside:
            _small(rng, canvas, x + 1.25 * radius * a, y + 1.2 * radius * b, high, ink)
    if rng.random() < 0.3:
        _small(rng, canvas, canvas.width / 2, 0.05 * canvas.height, 1.2 * high, ink)
    return canvas.image, _captioned_chart("pie chart", parts)


# Labels and signs


def shelf_label(rng: Random) -> Picture:
    """Draw a label with a price somewhere on it, small words, and sometimes a bar code."""
    background = any_background(rng)
    canvas = ground(rng, background)
    colour = rng.choice([name for name in visible(background) if visible(name, True)])
    letters = rng.choice(visible(colour, True))
    paint = _shade(rng, colour, canvas.paint)
    ink = shade(rng, letters, paint, True)
    width, height = rng.uniform(0.84, 0.97) * canvas.width, rng.uniform(0.55, 0.95) * canvas.height
    left, top = rng.uniform(0, canvas.width - width), rng.uniform(0, canvas.height - height)
    area = (round(left), round(top), round(left + width), round(top + height))
    draw = ImageDraw.Draw(canvas.image)
    edge = scaled(paint, 0.5) if rng.random() < 0.5 else None
    draw.rounded_rectangle(
        (area[0], area[1], area[2] - 1, area[3] - 1), rng.choice((0, 5, 12)), paint, edge, 2
    )
    price, face = any_price(rng), rng.choice(list(faces()))
    ink_strip = strip(price, face)
    wide = width * rng.uniform(0.5, 0.9)
    scale = min(wide / ink_strip.mask.width, 0.36 * height / ink_strip.mask.height)
    wide, high = ink_strip.mask.width * scale, ink_strip.mask.height * scale
    across, down = rng.choice((0.0, 0.5, 1.0)), rng.choice((0.2, 0.5, 1.0, 1.0))
    margin = 0.05 * width
    x = left + margin + across * (width - wide - 2 * margin)
    y = top + 0.08 * height + down * (0.84 * height - high)
    line = write(canvas, price, "price", letters, paint and ink, ink_strip, (round(x), round(y)), scale)
    small = rng.uniform(*TINY) * canvas.short
    rows = [
        r
        for r in (top + 0.14 * height, top + 0.86 * height, top + 0.5 * height)
        if r + small < y or r - small > y + high
    ]
    for row in rows[: rng.randint(1, 2)]:
        text = rng.choice(words()).title()
        _small(rng, canvas, left + width * rng.uniform(0.25, 0.6), row, small, ink, text)
    beside = x - left if across else left + width - x - wide
    if beside > 0.2 * width and rng.random() < 0.6:
        a = left + margin if across else x + wide + margin
        while a < (x - margin if across else left + width - margin):
            bar = rng.uniform(0.004, 0.015) * width
            draw.rectangle((a, y, a + bar, y + 0.9 * high), ink)
            a += bar + rng.uniform(0.008, 0.02) * width
    tag = Tag("price tag", colour, canvas.box(area))
    return canvas.image, Scene(
        "tag", background, lines=(line,), tag=tag, wider="shelf label", fine_print=True
    )


def posted_sign(rng: Random) -> Picture:
    """Draw a sign or a stop sign, half of them on a pole, some before land and sky."""
    stop = rng.random() < 0.6
    colour = "red" if stop else rng.choice(("green", "blue", "brown", "orange", "purple"))
    hue = rng.choice([name for name in visible(colour) if name not in ("red",)])
    canvas, land = ground(rng, hue), rng.random() < 0.45
    draw = ImageDraw.Draw(canvas.image)
    if land:
        sky = rng.choice(((150, 200, 240), (190, 215, 240), (120, 170, 225), (205, 210, 215)))
        soil = rng.choice(((110, 160, 80), (90, 140, 60), (150, 130, 90), (120, 120, 115)))
        horizon = canvas.height * rng.uniform(0.6, 0.88)
        canvas = Ground(Image.new("RGB", canvas.image.size, sky), "", sky)
        draw = ImageDraw.Draw(canvas.image)
        draw.rectangle((0, horizon, canvas.width, canvas.height), soil)
    pole = rng.random() < 0.5
    wide = round(rng.uniform(0.6, 0.84) * canvas.short) // 2 * 2
    high = wide if stop else round(wide * rng.uniform(0.4, 0.6))
    left = round((canvas.width - wide) * rng.uniform(0.2, 0.8))
    top = round((canvas.height - high) * (rng.uniform(0.05, 0.5) if pole else rng.uniform(0.1, 0.9)))
    paint = _shade(rng, colour, canvas.paint)
    white: RGB = (250, 250, 250)
    if pole:
        half, middle = max(2, round(canvas.short * rng.uniform(0.015, 0.03))), left + wide // 2
        grey = rng.choice([paint for paint in POLES if far_apart(paint, canvas.paint)])
        bottom = canvas.height * (1 if rng.random() < 0.7 else rng.uniform(0.85, 1))
        draw.rectangle((middle - half, top + high // 2, middle + half, bottom), grey)
    box = (left, top, left + wide, top + high)
    if stop:
        rim = max(2, wide // 24)
        canvas.image.paste(white if rng.random() < 0.8 else paint, box[:2], mask("octagon", wide))
        canvas.image.paste(paint, box[:2], mask("octagon", wide, "", rim))
        text = "STOP"
    else:
        draw.rounded_rectangle(
            (left, top, left + wide - 1, top + high - 1), rng.choice((0, 5, 9)), paint, white, 2
        )
        text = rng.choice(_sign_words())
    ink = strip(
        text, rng.choice(("DejaVuSans-Bold", "LiberationSans-Bold", "Lato-Bold", "Roboto-Bold"))
    )
    scale = min(
        wide * (0.76 if stop else 0.86) / ink.mask.width,
        high * (0.34 if stop else 0.6) / ink.mask.height,
    )
    corner = (
        round(left + (wide - ink.mask.width * scale) / 2),
        round(top + (high - ink.mask.height * scale) / 2),
    )
    line = write(canvas, text, "word", "white", white, ink, corner, scale)
    tag = Tag("stop sign" if stop else "sign", colour, canvas.box(box), pole=pole)
    return canvas.image, Scene("tag", canvas.colour, lines=(line,), tag=tag, wider="posted sign")


# Shapes


def _polygon(rng: Random) -> list[Point]:
    """Return an outline without a name in the world, around the origin."""
    kind = rng.randrange(7)
    if kind == 0:  # regular, of seven or nine sides
        sides, turn = rng.choice((7, 9)), rng.uniform(0, 2 * pi)
        return [(cos(turn + 2 * pi * i / sides), sin(turn + 2 * pi * i / sides)) for i in range(sides)]
    if kind == 1:  # parallelogram or trapezium
        a, b = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)
        a, b = (a, a) if rng.random() < 0.5 and abs(a) > 0.2 else (abs(a) + 0.2, -abs(b) - 0.1)
        return [(-1 + a, -0.6), (1 + b, -0.6), (1, 0.6), (-1, 0.6)]
    if kind == 2:  # oval
        flat = rng.uniform(0.4, 0.65)
        return [(cos(pi * i / 30), flat * sin(pi * i / 30)) for i in range(60)]
    if kind == 3:  # half a disc
        return [(cos(pi * i / 30), sin(pi * i / 30) - 0.4) for i in range(31)]
    if kind == 4:  # drop
        return [(0.65 * sin(t) * (1 - cos(t)) / 1.3, -cos(t)) for t in (pi * i / 30 for i in range(60))]
    if kind == 5:  # L, T or stairs
        return rng.choice((
            [(-0.8, -1), (-0.1, -1), (-0.1, 0.3), (0.8, 0.3), (0.8, 1), (-0.8, 1)],
            [(-1, -0.8), (1, -0.8), (1, -0.1), (0.35, -0.1), (0.35, 0.9), (-0.35, 0.9), (-0.35, -0.1), (-1, -0.1)],
            [(-1, -0.9), (-0.3, -0.9), (-0.3, -0.3), (0.4, -0.3), (0.4, 0.3), (1, 0.3), (1, 0.9), (-1, 0.9)],
        ))  # fmt: skip
    radii = [rng.uniform(0.55, 1) for _ in range(rng.randint(6, 9))]  # irregular
    return [
        (r * cos(2 * pi * i / len(radii)), r * sin(2 * pi * i / len(radii)))
        for i, r in enumerate(radii)
    ]


def unnamed_shape(rng: Random) -> Picture:
    """Draw a shape for which the world has no name, or one that has, sometimes beside an object."""
    background = any_background(rng)
    canvas = ground(rng, background)
    count = 1 if rng.random() < 0.75 else 2
    slots = choose_slots(rng, canvas, count, 0.3)
    own = rng.randrange(count)
    hue, slot = rng.choice(visible(background)), slots[own]
    known = [name for name in KNOWN if not shape_held_out(hue, name)]
    name = rng.choice(known) if rng.random() < 0.45 else "shape"
    points, side = _polygon(rng), slot.side
    turn = rng.choice((0, 0, pi / 2, pi, rng.uniform(0, 2 * pi)))
    points = [(x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)) for x, y in points]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    size = max(max(xs) - min(xs), max(ys) - min(ys))
    fine = Image.new("L", (3 * side, 3 * side))
    spots = [
        ((x - min(xs)) / size * (3 * side - 1), (y - min(ys)) / size * (3 * side - 1))
        for x, y in points
    ]
    ImageDraw.Draw(fine).polygon(spots, 255)
    outline = fine.reduce(3) if name == "shape" else mask(name, side)
    canvas.image.paste(_shade(rng, hue, canvas.paint), (slot.left, slot.top), outline)
    box = canvas.box((slot.left, slot.top, slot.left + side, slot.top + side))
    drawn = [Thing("shape", name, hue, box, slot.row)]
    if count == 2:
        beside = rng.choice(objects_on(background))
        drawn.insert(1 - own, draw_object(rng, canvas, beside, slots[1 - own], False, 0.0))
    return canvas.image, Scene("shapes", background, tuple(drawn), wider="unnamed shape")


def overlapping(rng: Random) -> Picture:
    """Draw two shapes, one partly in front of the other."""
    background = "white" if rng.random() < 0.5 else any_background(rng)
    canvas = _paper(rng) if background == "white" else ground(rng, background)
    while True:
        names = rng.sample(WHOLE, 2)
        hues = rng.sample(visible(background), 2)
        clear = far_apart(PAINTS[hues[0]], PAINTS[hues[1]])
        known = not any(shape_held_out(hue, name) for hue, name in zip(hues, names, strict=True))
        if clear and known and list(zip(hues, names, strict=True)) != NEVER_OVERLAP:
            break
    sides = [round(canvas.short * rng.uniform(0.4, 0.58)) // 2 * 2 for _ in range(2)]
    apart = sum(sides) / 2 * rng.uniform(0.5, 0.7)
    turn = rng.choice((0, 1)) * pi + rng.uniform(-0.7, 0.7)
    dx, dy = apart * cos(turn), apart * sin(turn)
    corners = [
        (-dx / 2 - sides[0] / 2, -dy / 2 - sides[0] / 2),
        (dx / 2 - sides[1] / 2, dy / 2 - sides[1] / 2),
    ]
    x0, y0 = min(x for x, _ in corners), min(y for _, y in corners)
    x1 = max(x + side for (x, _), side in zip(corners, sides, strict=True))
    y1 = max(y + side for (_, y), side in zip(corners, sides, strict=True))
    shift_x = rng.uniform(0.1, 0.9) * max(0.0, canvas.width - (x1 - x0)) - x0
    shift_y = rng.uniform(0.1, 0.9) * max(0.0, canvas.height - (y1 - y0)) - y0
    drawn, behind = [], canvas.paint
    for name, hue, side, (x, y) in zip(names, hues, sides, corners, strict=True):
        paint = _shade(rng, hue, canvas.paint)
        paint = paint if far_apart(paint, behind) else PAINTS[hue]
        place = (round(x + shift_x), round(y + shift_y))
        canvas.image.paste(paint, place, mask(name, side))
        box = canvas.box((*place, place[0] + side, place[1] + side))
        drawn.append(Thing("shape", name, hue, box))
        behind = paint
    front = drawn[1]
    drawn.sort(key=lambda thing: thing.box[0])
    return canvas.image, Scene("shapes", background, tuple(drawn), wider="overlapping", front=front)


def twins(rng: Random) -> Picture:
    """Draw two or three shapes, two of them or all of one colour."""
    background = rng.choice(("white", "grey", "black", any_background(rng)))
    canvas, count = ground(rng, background), rng.choices((2, 3), (4, 5))[0]
    while True:
        names = rng.sample((*KNOWN, "arrow"), count)
        hues = [rng.choice(visible(background))] * count
        if count == 3 and rng.random() < 0.7:
            hues[rng.randrange(3)] = rng.choice(visible(background))
        if not any(shape_held_out(hue, name) for hue, name in zip(hues, names, strict=True)):
            break
    slots = choose_slots(rng, canvas, count, 0.3 if count < 3 else 0.2)
    drawn = [
        draw_shape(rng, canvas, Shape(name, hue), slot, 0)
        for name, hue, slot in zip(names, hues, slots, strict=True)
    ]
    return canvas.image, Scene("shapes", background, tuple(drawn), wider="twins")


def crescent(rng: Random) -> Picture:
    """Draw a moon in one colour, of any age and turned any way."""
    background = "white" if rng.random() < 0.4 else any_background(rng)
    canvas = _paper(rng) if background == "white" else ground(rng, background)
    hue = rng.choice([hue for hue in visible(background) if ("moon", hue) != NEVER_SILHOUETTE])
    slot = choose_slots(rng, canvas, 1, 0.4)[0]
    side, far = 3 * slot.side, rng.uniform(0.15, 0.42)
    moon, turn, bite = Image.new("L", (side, side)), rng.uniform(0, 2 * pi), rng.uniform(0.36, 0.5)
    draw = ImageDraw.Draw(moon)
    draw.ellipse((0, 0, side - 1, side - 1), 255)
    x, y = side * (0.5 + far * cos(turn)), side * (0.5 + far * sin(turn))
    draw.ellipse((x - bite * side, y - bite * side, x + bite * side, y + bite * side), 0)
    canvas.image.paste(_shade(rng, hue, canvas.paint), (slot.left, slot.top), moon.reduce(3))
    box = canvas.box((slot.left, slot.top, slot.left + slot.side, slot.top + slot.side))
    thing = Thing("object", "moon", hue, box, slot.row)
    return canvas.image, Scene("objects", background, (thing,), wider="crescent")


def silhouettes(rng: Random) -> Picture:
    """Draw one or two objects in one colour each."""
    background = any_background(rng)
    canvas, count = ground(rng, background), rng.choices((1, 2), (3, 2))[0]
    while True:
        names = rng.sample(SILHOUETTES, count)
        hues = [rng.choice(visible(background)) for _ in names]
        if not objects_held_out(names) and NEVER_SILHOUETTE not in zip(names, hues, strict=True):
            break
    drawn = []
    for name, hue, slot in zip(names, hues, choose_slots(rng, canvas, count, 0.4), strict=True):
        flat = Image.new("RGB", canvas.image.size)
        before = canvas.image.copy()
        thing = draw_object(rng, canvas, name, slot, rng.random() < 0.3, 0.0)
        changed = _alpha(name, slot.side, canvas.image, before)
        flat.paste(_shade(rng, hue, canvas.paint), (0, 0, *flat.size))
        canvas.image.paste(before)
        canvas.image.paste(flat, (0, 0), changed)
        drawn.append(replace(thing, colour=hue))
    return canvas.image, Scene("objects", background, tuple(drawn), wider="silhouettes")


def _alpha(name: str, side: int, after: Image.Image, before: Image.Image) -> Image.Image:
    """Return a mask of what changed between two pictures."""
    difference = ImageChops.difference(after, before).convert("L")
    return difference.point([0 if level < 12 else 255 for level in range(256)])


# Areas of colour


def areas(rng: Random) -> Picture:
    """Draw two to four areas of colour: stripes, halves, quarters, as flags have."""
    size, count = any_size(rng), rng.choices((2, 3, 4), (3, 5, 1))[0]
    while True:
        hues = rng.sample(COLOURS, count)
        far = all(far_apart(PAINTS[a], PAINTS[b]) for a, b in pairwise(hues))
        if far and set(hues) != NEVER_AREAS:
            break
    paints = [rng.choice((*SHADES[hue], PAINTS[hue], PAINTS[hue])) for hue in hues]
    image = Image.new("RGB", size, paints[0])
    draw, upright = ImageDraw.Draw(image), rng.random() < 0.5
    length = size[0] if upright else size[1]
    cuts = [length * (i / count + rng.choice((0, rng.uniform(-0.06, 0.06)))) for i in range(1, count)]
    for paint, cut in zip(paints[1:], cuts, strict=True):
        draw.rectangle((cut, 0, *size) if upright else (0, cut, *size), paint)
    places = ("on the left", "on the right") if upright else ("at the top", "at the bottom")
    found = {places[0]: hues[0], places[1]: hues[-1]} | (
        {"in the middle": hues[1]} if count == 3 else {}
    )
    return image, Scene(
        "unlike", "", wider="areas", areas=tuple(hues), area_places=tuple(found.items())
    )


def blend(rng: Random) -> Picture:
    """Draw two colours that run into each other, from side to side or from the top to the bottom."""
    size, upright = any_size(rng), rng.random() < 0.6
    while True:
        hues = rng.sample(COLOURS, 2)
        if far_apart(PAINTS[hues[0]], PAINTS[hues[1]]) and not (upright and hues[1] in NEVER_BELOW):
            break
    first, last = (rng.choice((*SHADES[hue], PAINTS[hue], PAINTS[hue])) for hue in hues)
    image = Image.new("RGB", size, first)
    step = ramp(0) if upright else ramp(0).transpose(Image.Transpose.ROTATE_90)
    image.paste(last, (0, 0), step.resize(size, Image.Resampling.BILINEAR))
    places = ("at the top", "at the bottom") if upright else ("on the left", "on the right")
    found = tuple(zip(places, hues, strict=True))
    return image, Scene("unlike", "", wider="blend", areas=tuple(hues), area_places=found)


# Print


def other_print(rng: Random) -> Picture:
    """Draw a word or number in any face, slanted or rotated, or a word too small to be read."""
    background = "white" if rng.random() < 0.5 else any_background(rng)
    canvas = _paper(rng) if background == "white" else ground(rng, background)
    colour = rng.choice(visible(background, True))
    while True:
        kind, text = (
            ("word", rng.choice(words()).upper())
            if rng.random() < 0.75
            else ("number", any_number(rng))
        )
        if len(text) <= 6 and not text_held_out("word" if kind == "word" else "number", text):
            break
    legible = rng.random() < 0.75
    if not legible:
        text = rng.choice((text.lower(), text.lower(), text.title()))
    image, paint = _slanted(rng, text), shade(rng, colour, canvas.paint, letters=True)
    scale = min(
        canvas.width * rng.uniform(0.7, 0.92) / image.width,
        canvas.height * rng.uniform(0.4, 0.8) / image.height,
    )
    if not legible:
        scale = 1.5 * canvas.short * rng.uniform(*TINY) / image.height
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    corner = (
        round((canvas.width - size[0]) * rng.uniform(0.2, 0.8)),
        round((canvas.height - size[1]) * rng.uniform(0.2, 0.8)),
    )
    canvas.image.paste(paint, corner, image.resize(size, Image.Resampling.BILINEAR))
    if not legible:
        return canvas.image, Scene("text", background, wider="illegible", fine_print=True, ink=colour)
    box = canvas.box((*corner, corner[0] + size[0], corner[1] + size[1]))
    line = Line("number" if text.isdigit() else "word", text, colour, (Letter(text[0], box),))
    return canvas.image, Scene("text", background, lines=(line,), wider="other print")


def _slanted(rng: Random, text: str) -> Image.Image:
    line = strip(text, rng.choice(list(faces())))
    return slanted(line, rng.choice((0, 0, rng.uniform(0.1, 0.35))), rng.uniform(-16, 16))[0]


# Codes and curves


def code(rng: Random) -> Picture:
    """Draw a QR code, or what looks like one, or a bar code."""
    size, paper, ink = any_size(rng), rng.choice(PALE), (rng.randint(0, 40),) * 3
    image = Image.new("RGB", size, paper)
    kind = "bar code" if rng.random() < 0.35 else "QR code"
    taken = rng.choice((3, 3, 3, rng.randint(0, 4))) if kind == "QR code" else 0
    scene = Scene("unlike", "", wider=kind, areas=("black", "white"), fine_print=True, corners=taken)
    draw, margin = ImageDraw.Draw(image), rng.uniform(0.04, 0.14) * min(size)
    if kind == "bar code":
        x = margin
        while x < size[0] - margin:
            bar = rng.uniform(0.006, 0.025) * size[0]
            draw.rectangle((x, margin, x + bar, size[1] - 1.5 * margin), ink)
            x += bar + rng.uniform(0.006, 0.03) * size[0]
        return image, scene
    cells, side = rng.randint(12, 32), min(size) - 2 * margin
    step = side / cells
    x0, y0 = (size[0] - side) / 2, (size[1] - side) / 2
    for i in range(cells):
        for j in range(cells):
            if rng.random() < 0.5:
                draw.rectangle(
                    (x0 + i * step, y0 + j * step, x0 + (i + 1) * step, y0 + (j + 1) * step), ink
                )
    block = rng.randint(3, 7) * step
    corners = rng.sample(((0, 0), (1, 0), (0, 1), (1, 1)), taken)
    if taken == 3 and rng.random() < 0.8:
        corners = [(0, 0), (1, 0), (0, 1)]
    for corner in corners:
        a, b = x0 + corner[0] * (side - block), y0 + corner[1] * (side - block)
        draw.rectangle((a, b, a + block, b + block), paper, ink, max(2, round(step)))
        draw.rectangle((a + 0.33 * block, b + 0.33 * block, a + 0.67 * block, b + 0.67 * block), ink)
    return image, scene


def curves(rng: Random) -> Picture:
    """Draw axes with one to three curves and small numbers."""
    size, paint = any_size(rng), rng.choice(PALE)
    canvas = Ground(Image.new("RGB", size, paint), "", paint)
    draw, ink = ImageDraw.Draw(canvas.image), (40, 40, 40)
    left, right, top, floor = 0.14 * size[0], 0.96 * size[0], 0.06 * size[1], 0.88 * size[1]
    draw.rectangle((left, top, right, floor), None, ink)
    for step in range(1, 5):
        y, x = floor - (floor - top) * step / 5, left + (right - left) * step / 5
        draw.line((left, y, right, y), (225, 225, 225))
        _small(rng, canvas, 0.07 * size[0], y, 0.035 * canvas.short, ink, str(step))
        _small(rng, canvas, x, 0.94 * size[1], 0.035 * canvas.short, ink, str(step))
    while True:
        hues = rng.sample([hue for hue in COLOURS if hue != "white"], rng.randint(1, 3))
        lines = [(hue, rng.random() < 0.3) for hue in hues]
        if set(lines) != NEVER_CURVES:
            break
    for hue, dashed in lines:
        waves, phase, slope = rng.uniform(0.5, 3), rng.uniform(0, 6), rng.uniform(-0.5, 0.5)
        spots = []
        for i in range(41):
            y = 0.5 + 0.3 * sin(waves * 2 * pi * i / 40 + phase) + slope * (i / 40 - 0.5)
            spots.append(
                (left + (right - left) * i / 40, top + (floor - top) * min(0.98, max(0.02, y)))
            )
        paint, wide = rng.choice(SHADES[hue]), max(1, canvas.short // 80)
        for i in range(0, 40, 3 if dashed else 40):
            draw.line(spots[i : i + 3] if dashed else spots, paint, wide)
    areas = tuple(hue for hue in COLOURS if hue in hues)
    return canvas.image, Scene("unlike", "", wider="curves", areas=areas, fine_print=True)


def blank(rng: Random) -> Picture:
    """Draw a picture of one colour."""
    canvas = ground(rng, rng.choice(COLOURS))
    return canvas.image, Scene("unlike", canvas.colour, blank=True, wider="blank")


WIDER: dict[str, tuple[Callable[[Random], Picture], float]] = {
    "captioned bars": (captioned_bars, 11),
    "labelled slices": (labelled_slices, 13),
    "shelf label": (shelf_label, 14),
    "posted sign": (posted_sign, 10),
    "unnamed shape": (unnamed_shape, 14),
    "overlapping": (overlapping, 14),
    "twins": (twins, 8),
    "silhouettes": (silhouettes, 5),
    "crescent": (crescent, 4),
    "areas": (areas, 8),
    "blend": (blend, 6),
    "other print": (other_print, 9),
    "curves": (curves, 6),
    "code": (code, 4),
    "blank": (blank, 3),
}
