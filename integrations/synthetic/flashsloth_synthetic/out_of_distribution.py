"""Draw pictures without anything to recognise, of families in training and of held-out families."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from flashsloth_synthetic.background import any_background, any_size, ground, ramp
from flashsloth_synthetic.catalogue import PAINTS, RGB, scaled
from flashsloth_synthetic.scene import COLOURS, Scene

Size = tuple[int, int]
Family = Callable[[Random, Size], Image.Image]

TRAIN_FAMILIES = ("noise", "scribble", "blobs", "gradient", "texture", "figure", "mosaic", "blank")
HELD_OUT_FAMILIES = ("plasma", "voronoi", "dots")
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


def _figure(rng: Random, size: Size) -> Image.Image:
    """Draw loops and strokes of a pen on paper."""
    image, ink = Image.new("RGB", size, (rng.randint(236, 255),) * 3), (rng.randint(20, 80),) * 3
    draw, wide = ImageDraw.Draw(image), max(2, min(size) // 60)
    for _ in range(rng.randint(3, 9)):
        x, y, r = (
            rng.uniform(0.2, 0.8) * size[0],
            rng.uniform(0.2, 0.8) * size[1],
            rng.uniform(0.04, 0.3) * min(size),
        )
        start, turn, flat = (
            rng.uniform(0, 6),
            rng.choice((2 * pi, 2 * pi, rng.uniform(1, 5))),
            rng.uniform(0.4, 1),
        )
        spots = []
        for i in range(25):
            t, wobble = start + turn * i / 24, r * rng.uniform(0.94, 1.06)
            spots.append((x + wobble * cos(t), y + flat * wobble * sin(t)))
        draw.line(spots, ink, wide)
    return image


def _mosaic(rng: Random, size: Size) -> Image.Image:
    """Draw areas in many colours, without gaps: rectangles, triangles, or shards that overlap."""
    image = Image.new("RGB", size, _paint(rng))
    draw, (width, height) = ImageDraw.Draw(image), size
    if rng.random() < 0.3:
        for _ in range(rng.randint(20, 90)):
            x, y, reach = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.1, 0.4) * width
            corners = [
                (x + rng.uniform(-reach, reach), y + rng.uniform(-reach, reach)) for _ in range(3)
            ]
            draw.polygon(corners, _paint(rng))
        return image
    # a grid whose corners are moved; each cell is one area or two triangles
    across, down, skew = rng.randint(3, 9), rng.randint(3, 9), rng.choice((0.0, 0.25, 0.45))
    split = rng.random() < 0.5

    def corner(i: int, j: int) -> tuple[float, float]:
        return (i + rng.uniform(-skew, skew)) * width / across, (
            j + rng.uniform(-skew, skew)
        ) * height / down

    places = {(i, j): corner(i, j) for i in range(-1, across + 2) for j in range(-1, down + 2)}
    for i in range(-1, across + 1):
        for j in range(-1, down + 1):
            a, b, c, d = (places[i + x, j + y] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
            draw.polygon([a, b, c, d], _paint(rng))
            if split:
                draw.polygon([a, b, c], _paint(rng))
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


FAMILIES: dict[str, Family] = {
    "noise": _static,
    "scribble": _scribble,
    "blobs": _blobs,
    "gradient": _gradient,
    "texture": _texture,
    "figure": _figure,
    "mosaic": _mosaic,
    "plasma": _plasma,
    "voronoi": _voronoi,
    "dots": _dots,
}
