"""Draw pictures without anything to recognise, of families in training and of held-out families."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from flashsloth_synthetic.background import any_background, any_size, grain, ground, ramp
from flashsloth_synthetic.catalogue import PAINTS, RGB, scaled
from flashsloth_synthetic.scene import COLOURS, Scene
from flashsloth_synthetic.text_rendering import FACES, strip, words

Size = tuple[int, int]
Family = Callable[[Random, Size], Image.Image]

TRAIN_FAMILIES = ("noise", "scribble", "blobs", "gradient", "texture", "photo", "page", "blank")
HELD_OUT_FAMILIES = ("plasma", "voronoi", "dots", "terminal")
SKIES: tuple[RGB, ...] = (
    (120, 170, 230),
    (235, 160, 110),
    (170, 180, 190),
    (40, 50, 90),
    (200, 215, 230),
)
EARTHS: tuple[RGB, ...] = (
    (70, 100, 60), (110, 100, 75), (60, 75, 90), (150, 135, 100), (45, 60, 45), (200, 190, 160),
)  # fmt: skip
SMOOTH, HARD = Image.Resampling.BICUBIC, Image.Resampling.NEAREST


def any_unlike(rng: Random, families: tuple[str, ...] = TRAIN_FAMILIES) -> tuple[Image.Image, Scene]:
    family = rng.choices(families, [2 if name == "blank" else 1 for name in families])[0]
    if family == "blank":
        canvas = ground(rng, any_background(rng))
        return canvas.image, Scene("unlike", canvas.colour, blank=True, family=family)
    return FAMILIES[family](rng, any_size(rng)), Scene("unlike", "", family=family)


def _paint(rng: Random) -> RGB:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)


def _paints(rng: Random, count: int) -> list[RGB]:
    return [PAINTS[name] for name in rng.sample(COLOURS, count)]


def _static(rng: Random, size: Size) -> Image.Image:
    coarse, coloured = rng.choice((1, 1, 2, 3, 4, 6, 9)), rng.random() < 0.6
    width, height = -(-size[0] // coarse), -(-size[1] // coarse)
    mode, channels = ("RGB", 3) if coloured else ("L", 1)
    image = Image.frombytes(mode, (width, height), rng.randbytes(width * height * channels))
    image = image.resize((width * coarse, height * coarse), HARD).crop((0, 0, *size)).convert("RGB")
    return Image.blend(Image.new("RGB", size, _paint(rng)), image, rng.uniform(0.45, 1))


def _scribble(rng: Random, size: Size) -> Image.Image:
    paints = _paints(rng, 4)
    image = Image.new("RGB", size, paints[0])
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(1, 4)):
        x, y, points = rng.uniform(0, size[0]), rng.uniform(0, size[1]), []
        reach = rng.uniform(0.15, 0.6) * size[0]
        for _ in range(rng.randint(10, 40)):
            points.append((x, y))
            x = min(size[0], max(0, x + rng.uniform(-reach, reach)))
            y = min(size[1], max(0, y + rng.uniform(-reach, reach)))
        draw.line(points, rng.choice(paints[1:]), rng.randint(1, max(2, size[0] // 60)))
    return image


def _blobs(rng: Random, size: Size) -> Image.Image:
    paints = _paints(rng, 4)
    small = Image.new("RGB", (24, 24), paints[0])
    draw = ImageDraw.Draw(small)
    for _ in range(rng.randint(6, 14)):
        x, y, a, b = rng.uniform(-3, 27), rng.uniform(-3, 27), rng.uniform(2, 8), rng.uniform(2, 8)
        draw.ellipse((x - a, y - b, x + a, y + b), rng.choice(paints))
    return small.filter(ImageFilter.GaussianBlur(rng.uniform(1.6, 2.6))).resize(size, SMOOTH)


def _gradient(rng: Random, size: Size) -> Image.Image:
    paints = _paints(rng, 3)
    image = Image.new("RGB", size, paints[0])
    first, radial = rng.randrange(4), rng.randrange(8)
    for i, paint in enumerate(paints[1:]):  # one way alone would be a blend (wider_pictures)
        mask = Image.radial_gradient("L") if i == radial else ramp(first + i)
        image.paste(paint, (0, 0), mask.resize(size, HARD))
    return image


def _texture(rng: Random, size: Size) -> Image.Image:
    """Draw stripes, checks, weave or bricks: a repeated tile."""
    one, two = _paints(rng, 2)
    if rng.random() < 0.4:
        two = scaled(one, 0.75)
    a, b = rng.randint(4, 22), rng.randint(4, 22)
    kind = rng.choice(("across", "down", "slant", "checks", "weave", "bricks"))
    tile = Image.new("RGB", (2 * a, 2 * b), one)
    draw = ImageDraw.Draw(tile)
    if kind == "across":
        draw.rectangle((0, 0, 2 * a, b - 1), two)
    elif kind == "down":
        draw.rectangle((0, 0, a - 1, 2 * b), two)
    elif kind == "slant":
        for shift in (-2, 0, 2):
            x = shift * a
            draw.polygon([(x, 0), (x + a, 0), (x + 3 * a, 2 * b), (x + 2 * a, 2 * b)], two)
    elif kind == "checks":
        draw.rectangle((0, 0, a - 1, b - 1), two)
        draw.rectangle((a, b, 2 * a, 2 * b), two)
    elif kind == "weave":
        third = scaled(two, 0.7)
        draw.rectangle((1, 0, a - 2, b - 1), two)
        draw.rectangle((a, b + 1, 2 * a, 2 * b - 2), third)
    else:
        draw.line((0, 0, 2 * a, 0), two, 2)
        draw.line((0, b, 2 * a, b), two, 2)
        draw.line((0, 0, 0, b), two, 2)
        draw.line((a, b, a, 2 * b), two, 2)
    return _tiled(tile, size)


def _tiled(tile: Image.Image, size: Size) -> Image.Image:
    """Repeat a tile, by doubling."""
    image = Image.new("RGB", size)
    image.paste(tile, (0, 0))
    width, height = tile.size
    while width < size[0]:
        image.paste(image.crop((0, 0, width, height)), (width, 0))
        width *= 2
    while height < size[1]:
        image.paste(image.crop((0, 0, size[0], height)), (0, height))
        height *= 2
    return image


def _photo(rng: Random, size: Size) -> Image.Image:
    """Draw something like a landscape: sky, hills, soft patches, grain."""
    side = 36
    sky = rng.choice(SKIES)
    small = Image.new("RGB", (side, side), sky)
    small.paste(scaled(sky, rng.uniform(0.75, 1.3)), (0, 0), ramp(0).resize((side, side), HARD))
    draw = ImageDraw.Draw(small)
    for layer in range(rng.randint(1, 4)):
        level = side * (rng.uniform(0.3, 0.55) + 0.13 * layer)
        heights = [level + rng.uniform(-5, 5) for _ in range(5)]
        draw.polygon(
            [(0, side), *((i * side / 4, y) for i, y in enumerate(heights)), (side, side)],
            rng.choice(EARTHS),
        )
    for _ in range(rng.randint(4, 14)):
        x, y, a = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(0.8, 4)
        near = small.getpixel((min(side - 1, int(x)), min(side - 1, int(y))))
        if isinstance(near, tuple):
            paint = scaled((near[0], near[1], near[2]), rng.uniform(0.6, 1.4))
            draw.ellipse((x - a, y - a / 2, x + a, y + a / 2), paint)
    image = small.filter(ImageFilter.GaussianBlur(0.6)).resize(size, SMOOTH)
    return grain(rng, image, rng.uniform(0.04, 0.16))


@cache
def _print(high: int) -> tuple[Image.Image, ...]:
    """Return masks of long lines of tiny words."""
    random, lines = Random(high), []
    for _ in range(12):
        line, x, face = Image.new("L", (420, high + 1)), 0, random.choice(FACES)
        while x < 420:
            ink = strip(random.choice(words()), face).mask
            width = round(ink.width * high / 60)
            line.paste(ink.resize((width, round(ink.height * high / 60)), Image.Resampling.BOX), (x, 0))
            x += width + high // 3 + 1
        lines.append(line)
    return tuple(lines)


def _page(rng: Random, size: Size) -> Image.Image:
    """Draw a page or a screen of lines too small to read, with boxes for pictures."""
    dark = rng.random() < 0.15
    return _lines(
        rng,
        size,
        (30, 30, 34) if dark else (250, 250, 248),
        (210, 210, 210) if dark else (40, 40, 40),
        4,
    )


def _lines(rng: Random, size: Size, paper: RGB, ink: RGB, boxes: int) -> Image.Image:
    image = Image.new("RGB", size, paper)
    high = max(3, round(size[1] * rng.uniform(0.02, 0.03)))
    step, margin, columns = (
        round(high * rng.uniform(1.3, 1.9)),
        rng.randint(4, 16),
        rng.choice((1, 1, 2, 3)),
    )
    wide = (size[0] - margin * (columns + 1)) // columns
    for column in range(columns):
        x, y = margin + column * (wide + margin), rng.randint(4, 14)
        while y < size[1] - high - 4:
            length = wide if rng.random() < 0.8 else int(wide * rng.uniform(0.2, 0.9))
            shift = rng.randrange(100)
            line = rng.choice(_print(high)).crop((shift, 0, shift + length, high + 1))
            image.paste(ink, (x, y), line)
            y += step * (1 if rng.random() < 0.9 else 2)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randrange(boxes) if boxes else 0):
        x, y = rng.randrange(size[0] // 2), rng.randrange(size[1])
        a, b = rng.randint(size[0] // 6, size[0] // 2), rng.randint(6, size[1] // 5)
        draw.rectangle(
            (x, y, x + a, y + b),
            scaled(_paint(rng), 0.9) if rng.random() < 0.5 else scaled(paper, 0.85),
        )
    return image


# Families that training never shows


def _plasma(rng: Random, size: Size) -> Image.Image:
    """Draw interfering waves, some of them concentric."""
    y, x = np.mgrid[0:72, 0:72] / 72.0
    fields = []
    for _ in range(3):
        field = np.zeros((72, 72))
        for _ in range(3):
            a, b, phase = rng.uniform(-22, 22), rng.uniform(-22, 22), rng.uniform(0, 6.3)
            far = np.hypot(x - rng.random(), y - rng.random()) * rng.uniform(8, 40)
            field += np.sin(a * x + b * y + phase) + np.sin(far)
        fields.append(field)
    pixels = ((np.stack(fields, -1) / 6 + 1) * 127.5).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels).resize(size, SMOOTH)


def _voronoi(rng: Random, size: Size) -> Image.Image:
    """Draw Voronoi cells."""
    count = rng.randint(8, 60)
    y, x = np.mgrid[0 : size[1] : 2, 0 : size[0] : 2]
    points = [(rng.uniform(0, size[0]), rng.uniform(0, size[1])) for _ in range(count)]
    nearest = np.stack([(x - a) ** 2 + (y - b) ** 2 for a, b in points]).argmin(0)
    paints = np.array([_paint(rng) for _ in range(count)], np.uint8)
    return Image.fromarray(paints[nearest]).resize(size, HARD)


def _dots(rng: Random, size: Size) -> Image.Image:
    """Draw tiny dots, like stars or confetti."""
    ground_, *paints = _paints(rng, 4)
    image = Image.new("RGB", size, ground_)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(60, 400)):
        x, y, a = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0.4, 1.8)
        draw.ellipse((x - a, y - a, x + a, y + a), rng.choice(paints))
    return image


def _terminal(rng: Random, size: Size) -> Image.Image:
    """Draw a dark screen with small green, amber or blue lines."""
    ink = rng.choice(((60, 230, 90), (255, 190, 60), (90, 200, 250)))
    return _lines(rng, size, (8, 10, 14), ink, 0)


FAMILIES: dict[str, Family] = {
    "noise": _static,
    "scribble": _scribble,
    "blobs": _blobs,
    "gradient": _gradient,
    "texture": _texture,
    "photo": _photo,
    "page": _page,
    "plasma": _plasma,
    "voronoi": _voronoi,
    "dots": _dots,
    "terminal": _terminal,
}
