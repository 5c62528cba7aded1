"""Draw pictures of shapes and objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, pi, sin
from random import Random
from typing import TypeVar

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import Ground, Pixels, any_background, ground
from flashsloth_synthetic.catalogue import KIND, KINDS, scaled, shade, visible
from flashsloth_synthetic.holdout import objects_held_out, shape_held_out
from flashsloth_synthetic.scene import DIRECTIONS, SHAPES, Scene, Thing
from flashsloth_synthetic.sprites import objects_on, solid_box, thing_box
from flashsloth_synthetic.sprites import things as glyph_pictures

Point = tuple[float, float]
Choice = TypeVar("Choice")

FINE = 3  # masks are drawn this much larger, then reduced
# Layouts by number of things: how many in each row, and a weight.
ROWS: dict[int, tuple[tuple[tuple[int, ...], int], ...]] = {
    1: (((1,), 1),),
    2: (((2,), 3), ((1, 1), 2)),
    3: (((3,), 4), ((1, 1, 1), 2), ((2, 1), 2), ((1, 2), 2)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape and its colour."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The corner and side of a thing in pixels, and its row."""

    left: int
    top: int
    side: int
    row: int


# Masks: polygons that fill a square of side 1.


def _fitted(points: list[Point]) -> tuple[Point, ...]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    return tuple(((x - left) / width, (y - top) / height) for x, y in points)


def _star() -> tuple[Point, ...]:
    radii = (1.0, 0.42)
    return _fitted(
        [(radii[i % 2] * sin(pi * i / 5), -radii[i % 2] * cos(pi * i / 5)) for i in range(10)]
    )


def _heart() -> tuple[Point, ...]:
    angles = [2 * pi * i / 72 for i in range(72)]
    return _fitted(
        [(16 * sin(t) ** 3, 5 * cos(2 * t) + 2 * cos(3 * t) + cos(4 * t) - 13 * cos(t)) for t in angles]
    )


_A, _B = 0.33, 0.67
POLYGONS: dict[str, tuple[Point, ...]] = {
    "square": ((0, 0), (1, 0), (1, 1), (0, 1)),
    "triangle": ((0.5, 0), (1, 1), (0, 1)),
    "star": _star(),
    "heart": _heart(),
    "diamond": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    "cross": ((_A, 0), (_B, 0), (_B, _A), (1, _A), (1, _B), (_B, _B),
              (_B, 1), (_A, 1), (_A, _B), (0, _B), (0, _A), (_A, _A)),
    "arrow": ((0, 0.33), (0.5, 0.33), (0.5, 0), (1, 0.5), (0.5, 1), (0.5, 0.67), (0, 0.67)),
    "octagon": ((0.293, 0), (0.707, 0), (1, 0.293), (1, 0.707), (0.707, 1), (0.293, 1), (0, 0.707), (0, 0.293)),
}  # fmt: skip
HOLE = 0.56  # of a ring, as a share of its width
_TURNS: dict[str, Callable[[float, float], Point]] = {
    "": lambda x, y: (x, y),
    "right": lambda x, y: (x, y),
    "left": lambda x, y: (1 - x, y),
    "up": lambda x, y: (y, 1 - x),
    "down": lambda x, y: (y, x),
}


@lru_cache(maxsize=2000)
def mask(name: str, side: int, direction: str = "", rim: int = 0) -> Image.Image:
    """Return a shape's mask, which fills a square, without a rim of `rim` pixels."""
    large, border = side * FINE, rim * FINE
    image = Image.new("L", (large, large))
    draw = ImageDraw.Draw(image)
    if name in ("circle", "ring"):
        draw.ellipse((border, border, large - 1 - border, large - 1 - border), 255)
        if name == "ring":
            inset = large * (1 - HOLE) / 2 - border
            draw.ellipse((inset, inset, large - 1 - inset, large - 1 - inset), 0)
    else:
        turned = [_TURNS[direction](x, y) for x, y in POLYGONS[name]]
        corners = [(x * (large - 1), y * (large - 1)) for x, y in turned]
        draw.polygon(corners, 255)
        if border:
            draw.line([*corners, *corners[:2]], 0, 2 * border)
    return image.reduce(FINE)


# Arrangements


def choose_slots(
    rng: Random, canvas: Ground, count: int, least: float, rows: tuple[int, ...] | None = None
) -> list[Slot]:
    """Choose disjoint places in clear rows, in reading order, each at least `least` of the picture's
    short side."""
    if rows is None:
        layouts = [
            (rows, weight) for rows, weight in ROWS[count] if least <= 0.96 / max(*rows, len(rows))
        ]
        rows = rng.choices([rows for rows, _ in layouts], [weight for _, weight in layouts])[0]
    across, down = max(rows), len(rows)
    margin = 0.015 * canvas.short if across < 3 and down < 3 else 1
    wide, high = (canvas.width - 2 * margin) / across, (canvas.height - 2 * margin) / down
    most = min(wide, high) * 0.92
    low = min(least * canvas.short + 2, most)
    if count == 1:
        low, most = max(low, 0.36 * canvas.short), most
    same = rng.random() < 0.7
    common = rng.uniform(low, most)
    sides = [int(common if same else rng.uniform(low, most)) // 2 * 2 for _ in range(count)]
    largest = max(sides)
    shift_x, shift_y = (
        rng.uniform(-0.5, 0.5) * (wide - largest),
        rng.uniform(-0.5, 0.5) * (high - largest),
    )
    slots: list[Slot] = []
    for row, many in enumerate(rows):
        start = margin + rng.choice((0, 0.5, 0.5, 1)) * (across - many) * wide
        for column in range(many):
            side = sides[len(slots)]
            slack_x, slack_y = (wide - side) / 2, (high - side) / 2
            wobble_x, wobble_y = min(0.09 * wide, 0.3 * slack_x), min(0.06 * high, 0.3 * slack_y)
            x = max(-slack_x, min(slack_x, shift_x + rng.uniform(-wobble_x, wobble_x)))
            y = max(-slack_y, min(slack_y, shift_y + rng.uniform(-wobble_y, wobble_y)))
            left, top = start + column * wide + slack_x + x, margin + row * high + slack_y + y
            slots.append(Slot(int(left), int(top), side, row))
    return slots


# Drawing


def draw_shape(rng: Random, canvas: Ground, shape: Shape, slot: Slot, rim: int) -> Thing:
    direction = rng.choice(DIRECTIONS) if shape.name == "arrow" else ""
    paint = shade(rng, shape.colour, canvas.paint)
    corner = (slot.left, slot.top)
    if rim:
        canvas.image.paste(scaled(paint, 0.55), corner, mask(shape.name, slot.side, direction))
    canvas.image.paste(paint, corner, mask(shape.name, slot.side, direction, rim))
    box = canvas.box((*corner, slot.left + slot.side, slot.top + slot.side))
    return Thing("shape", shape.name, shape.colour, box, slot.row, direction)


def draw_object(rng: Random, canvas: Ground, name: str, slot: Slot, flip: bool, angle: float) -> Thing:
    kind, side = KIND[name], slot.side
    glyph = rng.choice(kind.glyphs)
    picture = glyph_pictures()[glyph]
    if flip:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if angle:
        inner = int(side / (abs(sin(angle)) + cos(angle)))
        picture = _rotated(picture, side, inner, angle)
        inner_box: Pixels = solid_box(picture)
    else:
        left, top, right, bottom = thing_box(glyph)
        scale = side / picture.width
        if flip:
            left, right = picture.width - right, picture.width - left
        picture = picture.resize((side, side), Image.Resampling.BILINEAR)
        inner_box = (left * scale, top * scale, right * scale, bottom * scale)
    canvas.image.paste(picture, (slot.left, slot.top), picture)
    x, y = slot.left, slot.top
    box = canvas.box((x + inner_box[0], y + inner_box[1], x + inner_box[2], y + inner_box[3]))
    return Thing("object", name, kind.colour, box, slot.row)


def _rotated(picture: Image.Image, side: int, inner: int, angle: float) -> Image.Image:
    """Return a square with the picture at its centre, `inner` wide, rotated by an angle in radians."""
    scale, old = picture.width / inner, picture.width / 2
    a, b = cos(angle) * scale, sin(angle) * scale
    matrix = (a, b, old - (a + b) * side / 2, -b, a, old - (a - b) * side / 2)
    return picture.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


# Choosing


@cache
def _shapes(background: str, held_out: bool) -> tuple[Shape, ...]:
    """Return the coloured shapes that stand out from a background."""
    pairs = (Shape(name, colour) for colour in visible(background) for name in SHAPES)
    return tuple(shape for shape in pairs if shape_held_out(shape.colour, shape.name) == held_out)


@cache
def _partners(held_out: bool) -> tuple[tuple[str, str], ...]:
    names = [kind.name for kind in KINDS]
    return tuple((a, b) for a in names for b in names if a < b and objects_held_out((a, b)) == held_out)


def _shape(rng: Random, background: str, held_out: bool = False) -> Shape:
    """Choose a coloured shape."""
    if held_out:
        return rng.choice(_shapes(background, True))
    while True:
        shape = Shape(rng.choice(SHAPES), rng.choice(visible(background)))
        if not shape_held_out(shape.colour, shape.name):
            return shape


def _objects(rng: Random, background: str, count: int) -> list[str]:
    """Choose objects that stand out from the background and are not held out together."""
    while True:
        kinds = (
            1 if count > 1 and rng.random() < 0.3 else 2 if count > 2 and rng.random() < 0.5 else count
        )
        chosen = rng.sample(objects_on(background), kinds)
        if not objects_held_out(chosen):
            return _fill_up(rng, chosen, count)


def _choose_held_out(rng: Random, count: int) -> tuple[str, list[str]]:
    """Choose objects of which two are held out together, and a background that they stand out from."""
    while True:
        pair, background = rng.choice(_partners(True)), any_background(rng)
        if all(name in objects_on(background) for name in pair):
            break
    chosen = list(pair)
    if count > 2 and rng.random() < 0.5:
        chosen += rng.sample(objects_on(background), count - 2)
    return background, _fill_up(rng, chosen, count)


def _fill_up(rng: Random, chosen: list[Choice], count: int) -> list[Choice]:
    """Repeat the chosen up to `count`, in random order."""
    many = chosen + [rng.choice(chosen) for _ in range(count - len(chosen))]
    rng.shuffle(many)
    return many


def _rim(rng: Random, canvas: Ground) -> int:
    return max(1, round(canvas.short * rng.uniform(0.008, 0.016))) if rng.random() < 0.12 else 0


def shapes(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    """Draw one to three shapes, some of them equal."""
    background = any_background(rng)
    if held_out:
        while not _shapes(background, True):
            background = any_background(rng)
    count = rng.choices((1, 2, 3), (36, 38, 26))[0]
    kinds = count
    if count > 1 and rng.random() < 0.3:
        kinds = rng.randint(1, min(2, count - 1))
    chosen = [_shape(rng, background, held_out and i == 0) for i in range(kinds)]
    canvas = ground(rng, background)
    rim = _rim(rng, canvas)
    slots = choose_slots(rng, canvas, count, 0.3 if count < 3 else 0.2)
    drawn = [
        draw_shape(rng, canvas, shape, slot, rim)
        for shape, slot in zip(_fill_up(rng, chosen, count), slots, strict=True)
    ]
    return canvas.image, Scene("shapes", background, tuple(drawn))


def objects(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    """Draw one to three objects."""
    if held_out:
        count = rng.choices((2, 3), (6, 4))[0]
        background, chosen = _choose_held_out(rng, count)
    else:
        count, background = rng.choices((1, 2, 3), (40, 35, 25))[0], any_background(rng)
        chosen = _objects(rng, background, count)
    canvas = ground(rng, background)
    slots = choose_slots(rng, canvas, count, 0.3)
    return canvas.image, Scene("objects", background, tuple(_draw_all(rng, canvas, chosen, slots)))


def mixed(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    """Draw an object and a shape, and mostly another one of either."""
    many_objects, many_shapes = rng.choices(((1, 1), (1, 2), (2, 1)), (2, 1, 1))[0]
    background, chosen, held_out_shape = any_background(rng), [""], held_out
    if held_out and many_objects == 2 and rng.random() < 0.5:
        background, chosen = _choose_held_out(rng, 2)
        held_out_shape = False
    else:
        while held_out and not _shapes(background, True):
            background = any_background(rng)
        chosen = _objects(rng, background, many_objects)
    picked: list[str | Shape] = [*chosen]
    picked += [_shape(rng, background, held_out_shape and i == 0) for i in range(many_shapes)]
    rng.shuffle(picked)
    canvas = ground(rng, background)
    slots = choose_slots(rng, canvas, len(picked), 0.3)
    return canvas.image, Scene("mixed", background, tuple(_draw_all(rng, canvas, picked, slots)))


def _draw_all(
    rng: Random, canvas: Ground, picked: list[str] | list[str | Shape], slots: list[Slot]
) -> list[Thing]:
    """Draw objects (by name) and shapes; copies of an object may look different."""
    rim = _rim(rng, canvas)
    drawn = []
    for one, slot in zip(picked, slots, strict=True):
        if isinstance(one, Shape):
            drawn.append(draw_shape(rng, canvas, one, slot, rim))
        else:
            angle = (
                rng.uniform(-10, 10) * pi / 180
                if slot.side > 0.36 * canvas.short and rng.random() < 0.3
                else 0.0
            )
            drawn.append(draw_object(rng, canvas, one, slot, rng.random() < 0.3, angle))
    return drawn
