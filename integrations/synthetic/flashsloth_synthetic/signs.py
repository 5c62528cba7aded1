"""Draw price tags and signs."""

from __future__ import annotations

from functools import cache
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import Ground, any_background, ground
from flashsloth_synthetic.catalogue import RGB, shade, visible
from flashsloth_synthetic.holdout import text_held_out
from flashsloth_synthetic.scene import COLOURS, Line, Scene, Tag
from flashsloth_synthetic.shapes import mask
from flashsloth_synthetic.text_rendering import any_face, any_price, strip, write

SIGNS = (
    "EXIT", "OPEN", "CLOSED", "SALE", "PUSH", "PULL", "TAXI", "HOTEL", "BUS", "CAFE", "SLOW", "WAIT",
    "FREE", "NEW", "DANGER", "POLICE", "ENTER", "TICKETS", "BANK", "PARK", "SCHOOL", "TOILET", "NO", "YES",
)  # fmt: skip
COLOURED = ("red", "orange", "green", "blue", "purple", "brown", "black")  # signs with white letters
DARK = ("red", "green", "blue", "purple", "brown", "black")  # letters of light signs
Area = tuple[int, int, int, int]


def any_tag(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    """Draw a price tag, a sign or a stop sign. Held-out combinations exist for prices only."""
    kind = "price tag" if held_out else rng.choices(("price tag", "sign", "stop sign"), (50, 35, 15))[0]
    if kind == "price tag":
        return _price_tag(rng, held_out)
    return _sign(rng) if kind == "sign" else _stop(rng)


def _price_tag(rng: Random, held_out: bool) -> tuple[Image.Image, Scene]:
    background = any_background(rng)
    colour = rng.choice([name for name in visible(background) if visible(name, True)])
    letters = rng.choice(visible(colour, True))
    canvas = ground(rng, background)
    paint = shade(rng, colour, canvas.paint)
    width, height = rng.uniform(0.84, 0.97) * canvas.width, rng.uniform(0.3, 0.55) * canvas.height
    area = _placed(rng, canvas, int(width), int(height))
    left, top, right, bottom = area
    point = int(rng.uniform(0.12, 0.2) * (right - left)) if rng.random() < 0.6 else 0
    hole = max(3, int(0.03 * width))
    draw = ImageDraw.Draw(canvas.image)
    middle = (top + bottom) / 2
    if point:
        shoulder, end, base = left + point, right - 1, bottom - 1
        draw.polygon(
            [(left, middle), (shoulder, top), (end, top), (end, base), (shoulder, base)], paint
        )
    else:
        draw.rounded_rectangle((left, top, right - 1, bottom - 1), rng.choice((0, 4, 10)), paint)
    near = left + (0.62 * point if point else 0.05 * width)
    draw.ellipse((near, middle - hole, near + 2 * hole, middle + hole), canvas.paint)
    inside = (int(near + 2 * hole + 0.02 * width), top, right - int(0.02 * width), bottom)
    line = _print(
        rng,
        canvas,
        inside,
        "price",
        any_price(rng, held_out),
        letters,
        shade(rng, letters, paint, True),
        0.78,
    )
    return _scene(canvas, Tag("price tag", colour, canvas.box(area)), line)


@cache
def _sign_words() -> tuple[str, ...]:
    return tuple(word for word in SIGNS if not text_held_out("word", word))


def _sign(rng: Random) -> tuple[Image.Image, Scene]:
    background = any_background(rng)
    light = rng.random() < 0.4
    usable = [
        name for name in (("white", "yellow") if light else COLOURED) if name in visible(background)
    ]
    colour = rng.choice(usable or [name for name in COLOURED if name in visible(background)])
    letters = "white" if colour in COLOURED else rng.choice(DARK)
    canvas = ground(rng, background)
    paint = shade(rng, colour, canvas.paint)
    ink = shade(rng, letters, paint, letters=True)
    area = _placed(
        rng,
        canvas,
        int(rng.uniform(0.78, 0.95) * canvas.width),
        int(rng.uniform(0.35, 0.62) * canvas.height),
    )
    inside = left, top, right, bottom = area
    draw, corner = ImageDraw.Draw(canvas.image), rng.choice((0, 0, 6, 14))
    draw.rounded_rectangle((left, top, right - 1, bottom - 1), corner, paint)
    if rng.random() < 0.45:
        inset, border = max(3, round(0.025 * canvas.short)), max(2, round(0.014 * canvas.short))
        inner = (left + inset, top + inset, right - 1 - inset, bottom - 1 - inset)
        draw.rounded_rectangle(inner, corner, None, ink, border)
        inside = (left + inset + border, top, right - inset - border, bottom)
    line = _print(rng, canvas, inside, "word", rng.choice(_sign_words()), letters, ink, 0.62)
    return _scene(canvas, Tag("sign", colour, canvas.box(area)), line)


def _stop(rng: Random) -> tuple[Image.Image, Scene]:
    background = rng.choice([name for name in COLOURS if name in visible("red")])
    if rng.random() < 0.35:
        background = "white"
    canvas = ground(rng, background)
    side = int(rng.uniform(0.74, 0.96) * canvas.short) // 2 * 2
    area = _placed(rng, canvas, side, side)
    red, white = shade(rng, "red", canvas.paint), shade(rng, "white")
    image, corner, edge, ring = canvas.image, area[:2], max(2, side // 40), max(3, side // 22)
    image.paste(red, corner, mask("octagon", side))
    if rng.random() < 0.75:
        image.paste(white, corner, mask("octagon", side, "", edge))
        image.paste(red, corner, mask("octagon", side, "", edge + ring))
    inset = edge + ring + side // 40
    inside = (area[0] + inset, area[1], area[2] - inset, area[3])
    line = _print(rng, canvas, inside, "word", "STOP", "white", white, 0.36)
    return _scene(canvas, Tag("stop sign", "red", canvas.box(area)), line)


def _placed(rng: Random, canvas: Ground, width: int, height: int) -> Area:
    left, top = rng.randint(1, canvas.width - width - 1), rng.randint(1, canvas.height - height - 1)
    return left, top, left + width, top + height


def _print(
    rng: Random,
    canvas: Ground,
    area: Area,
    kind: str,
    text: str,
    colour: str,
    paint: RGB,
    tallest: float,
) -> Line:
    """Print a line at the centre of an area, nearly as large as it fits."""
    left, top, right, bottom = area
    ink = strip(text, any_face(rng))
    wide, high = (
        (right - left) * rng.uniform(0.88, 0.95),
        (bottom - top) * tallest * rng.uniform(0.85, 1),
    )
    scale = min(wide / ink.mask.width, high / ink.mask.height)
    corner = (
        round((left + right - ink.mask.width * scale) / 2),
        round((top + bottom - ink.mask.height * scale) / 2),
    )
    return write(
        canvas, text, "price" if kind == "price" else "word", colour, paint, ink, corner, scale
    )


def _scene(canvas: Ground, tag: Tag, line: Line) -> tuple[Image.Image, Scene]:
    return canvas.image, Scene("tag", canvas.colour, lines=(line,), tag=tag)
