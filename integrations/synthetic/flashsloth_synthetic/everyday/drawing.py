"""What the drawings of everyday pictures share: colours, print, and the making of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from flashsloth_synthetic.background import grain
from flashsloth_synthetic.catalogue import RGB, far_apart, shade
from flashsloth_synthetic.grammar import plural, there_are
from flashsloth_synthetic.scene import COLOURS, Everyday, Fact, Letter, Scene
from flashsloth_synthetic.sprites import faces
from flashsloth_synthetic.text_rendering import strip, words

Picture = tuple[Image.Image, Scene]
Drawing = Callable[[Random], Picture]
Point = tuple[float, float]
Box = tuple[float, float, float, float]

UNREAD = "I cannot read the small text."
# The height of capitals, as a share of the picture's, that nano can read: 19 of the
# 144 pixels that its tower sees. Trained on smaller print for two hours it guessed (examples/nano,
# "Small print").
READABLE = 0.13
FINE = 3  # a canvas is drawn this many times as large, for smooth edges
SPACE = 0.45  # between words, as a share of the height of capitals


# Facts


def scene_of(
    kind: str,
    name: str,
    details: str,
    facts: list[Fact],
    *,
    shown: tuple[str, ...],
    unsure: tuple[str, ...] = (),
    hues: tuple[tuple[str, str], ...] = (),
    letters: tuple[Letter, ...] | None = (),
) -> Scene:
    """Return the scene of an everyday picture; the arguments are those of `scene.Everyday`."""
    found = Everyday(kind, name, details, tuple(facts), shown, unsure, hues, letters)
    return Scene("everyday", "", everyday=found)


def fact(
    phrasing: str, full: str, bare: str = "", style: str = "", *, instead: str = "", **slots: str
) -> Fact:
    return Fact(phrasing, full, bare, tuple(slots.items()), style, instead)


def claim(phrasing: str, yes: bool, true: str, **slots: str) -> Fact:
    """Return a yes-or-no question. `true`: what is true, the sentence after yes or no."""
    bare = "yes" if yes else "no"
    return fact(phrasing, f"{bare.capitalize()}, {true}.", bare, "yes or no", **slots)


def exists(noun: str, there: bool) -> Fact:
    true = f"there is {'a' if there else 'no'} {noun}"
    return claim("exist", there, true, a=f"a {noun}", noun=noun, nouns=plural(noun))


def exists_some(noun: str, there: bool) -> Fact:
    """Ask whether there is something that has no plural, such as water."""
    return claim("exist some", there, f"there is {'' if there else 'no '}{noun}", a=noun, noun=noun)


def has(whole: str, parts: str, there: bool) -> Fact:
    """Ask whether the whole has such parts. `parts`: with an article, or in the plural."""
    none = parts.removeprefix("a ")
    true = f"the {whole} has {parts if there else f'no {none}'}"
    return claim("has parts", there, true, parts=parts)


def counted(n: int, noun: str) -> Fact:
    return fact("count", there_are(n, noun), str(n), "number", nouns=plural(noun), noun=noun)


def unread(*phrasings: str) -> list[Fact]:
    """Return questions for text that is too small to be read."""
    return [fact(phrasing, UNREAD) for phrasing in ("fine print", *phrasings)]


def if_readable(high: float, facts: Iterable[Fact], instead: str = UNREAD) -> list[Fact]:
    """Return questions whose answers are printed. If the print is too small, `instead` is their answer.

    Args:
        high: of its capitals, as a share of the picture's height.
    """
    return [each if high >= READABLE else replace(each, instead=instead) for each in facts]


def background_fact(hue: str) -> Fact:
    return fact("background", f"The background is {hue}.", hue, "word")


# Paint


def any_paint(rng: Random, *against: RGB, names: tuple[str, ...] = COLOURS) -> tuple[str, RGB]:
    """Choose a colour, with its name, that differs from others."""
    while True:
        name = rng.choice(names)
        paint = shade(rng, name)
        if all(far_apart(paint, other) for other in against):
            return name, paint


def brightness(paint: RGB) -> float:
    """Return how bright a colour looks, from 0 to 255 (Rec. 601)."""
    return 0.299 * paint[0] + 0.587 * paint[1] + 0.114 * paint[2]


def grey(rng: Random, low: int, high: int) -> RGB:
    return (rng.randint(low, high),) * 3


def fine_canvas(size: tuple[int, int], paint: RGB) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a canvas of FINE times the size, to be reduced by FINE in the end."""
    image = Image.new("RGB", (FINE * size[0], FINE * size[1]), paint)
    return image, ImageDraw.Draw(image)


def disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, paint: RGB) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), paint)


def photographed(rng: Random, image: Image.Image) -> Image.Image:
    """Blur a drawing slightly and add grain, as photographs have it; sometimes leave it."""
    if rng.random() < 0.35:
        return image
    blurred = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0)))
    return grain(rng, blurred, rng.uniform(0.02, 0.1))


# Print


def text_width(text: str, high: float, face: str) -> float:
    """Return how wide `write_words` prints a text."""
    unit = strip("H", face).mask.height
    widths = [strip(word, face).mask.width for word in text.split()]
    return high / unit * (sum(widths) + SPACE * unit * (len(widths) - 1))


def write_words(
    image: Image.Image, text: str, x: float, y: float, high: float, ink: RGB, face: str, anchor: str
) -> float:
    """Print words with capitals `high` pixels high; return their width. The image remembers the
    characters (`letters_on`).

    Args:
        x, y: the top of the text, at its left ("l"), middle ("m") or right ("r") by `anchor`.
    """
    glyphs, unit = faces()[face], strip("H", face).mask.height
    scale, total = high / unit, text_width(text, high, face)
    left = x - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor] * total
    printed = image.info.setdefault("letters", [])
    for word in text.split():
        line = strip(word, face)
        size = max(1, round(line.mask.width * scale)), max(1, round(line.mask.height * scale))
        lower = min(glyphs[char].top for char in word) - glyphs["H"].top  # than a capital's top
        x0, y0 = round(left), round(y + lower * scale)
        image.paste(ink, (x0, y0), line.mask.resize(size, Image.Resampling.BOX))
        for char, (a, b, c, d) in zip(word, line.boxes, strict=True):
            printed.append((char, (x0 + a * scale, y0 + b * scale, x0 + c * scale, y0 + d * scale)))
        left += scale * (line.mask.width + SPACE * unit)
    return total


def letters_on(image: Image.Image) -> tuple[Letter, ...]:
    """Return the characters that `write_words` has printed on a canvas, with boxes as shares of it."""
    return tuple(
        Letter(char, (a / image.width, b / image.height, c / image.width, d / image.height))
        for char, (a, b, c, d) in image.info.get("letters", ())
    )


def write_percent(
    image: Image.Image, value: int, x: float, y: float, high: float, ink: RGB, face: str
) -> None:
    """Print a number with a percent sign, which no face has, around `x`."""
    wide = text_width(str(value), high, face)
    left = x - 0.5 * (wide + high)
    write_words(image, str(value), left, y, high, ink, face, "l")
    draw, left, thick = ImageDraw.Draw(image), left + wide + 0.15 * high, max(1, round(0.1 * high))
    draw.line((left + 0.15 * high, y + high, left + 0.7 * high, y), ink, thick)
    for a, b in ((0, 0), (0.5, 0.55)):
        corner = left + a * high, y + b * high
        draw.ellipse((*corner, corner[0] + 0.36 * high, corner[1] + 0.45 * high), None, ink, thick)


def any_words(rng: Random, count: int) -> str:
    return " ".join(rng.choice(words()) for _ in range(count)).capitalize()
