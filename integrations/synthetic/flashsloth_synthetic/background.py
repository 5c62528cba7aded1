"""The background of a picture, and the noise and compression added at the end."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from random import Random

from PIL import Image, ImageFilter

from flashsloth_synthetic.catalogue import RGB, scaled, shade
from flashsloth_synthetic.scene import COLOURS, Box

Pixels = tuple[float, float, float, float]  # left, top, right, bottom in pixels

SMALLEST, LARGEST = 144, 320
SIDES = (144, 144, 152, 160, 168, 176, 192, 208, 224, 240, 272)
WIDEST = 1.33
NOISE = 384  # side of the stored noise


@dataclass(frozen=True, slots=True)
class Ground:
    """A background of one colour, to draw on."""

    image: Image.Image
    colour: str
    paint: RGB

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def short(self) -> int:
        return min(self.image.size)

    def box(self, pixels: Pixels) -> Box:
        """Convert pixels to shares of the picture's width and height."""
        width, height = self.image.size
        left, top, right, bottom = pixels
        return left / width, top / height, right / width, bottom / height


def any_size(rng: Random) -> tuple[int, int]:
    """Choose width and height; a third of all pictures are square."""
    base = rng.choice(SIDES)
    if rng.random() < 1 / 3:
        return base, base
    ratio = rng.uniform(1, WIDEST - 0.02)
    long, short = min(LARGEST, round(base * ratio**0.5)), max(SMALLEST, round(base / ratio**0.5))
    long = min(long, int(short * (WIDEST - 0.01)))
    return (long, short) if rng.random() < 0.5 else (short, long)


def any_background(rng: Random) -> str:
    return "white" if rng.random() < 0.4 else rng.choice(COLOURS)


def ground(rng: Random, colour: str, paint: RGB | None = None, plain: bool = False) -> Ground:
    """Draw a background: mostly plain, sometimes with a slight gradient or fine grain."""
    size, roll = any_size(rng), rng.random()
    paint = paint or shade(rng, colour)
    image = Image.new("RGB", size, paint)
    if plain:
        return Ground(image, colour, paint)
    if roll < 0.1:
        image.paste(
            scaled(paint, 0.9), (0, 0), ramp(rng.randrange(4)).resize(size, Image.Resampling.NEAREST)
        )
    elif roll < 0.2:
        image = grain(rng, image, rng.uniform(0.03, 0.07))
    return Ground(image, colour, paint)


@cache
def ramp(turns: int) -> Image.Image:
    """Return a linear gradient as a mask, rotated by quarter turns."""
    image = Image.linear_gradient("L")
    return image.rotate(90 * turns) if turns else image


@cache
def noise(fine: bool) -> Image.Image:
    """Return cached noise: `fine` in single coloured pixels, else coarser and grey."""
    random = Random(7 + fine)
    if fine:
        return Image.frombytes("RGB", (NOISE, NOISE), random.randbytes(NOISE * NOISE * 3))
    half = NOISE // 2
    grey = Image.frombytes("L", (half, half), random.randbytes(half * half))
    return grey.resize((NOISE, NOISE), Image.Resampling.BILINEAR).convert("RGB")


def grain(rng: Random, image: Image.Image, strength: float) -> Image.Image:
    """Blend noise into a picture."""
    x, y = rng.randrange(NOISE - LARGEST), rng.randrange(NOISE - LARGEST)
    sheet = noise(rng.random() < 0.5).crop((x, y, x + image.width, y + image.height))
    return Image.blend(image, sheet, strength)


def wear(rng: Random, image: Image.Image) -> Image.Image:
    """Sometimes add blur, noise, a change of brightness or JPEG compression."""
    roll = rng.random()
    if roll < 0.04:
        return image.filter(ImageFilter.BoxBlur(rng.uniform(0.3, 0.004 * min(image.size))))
    if roll < 0.09:
        return grain(rng, image, rng.uniform(0.03, 0.1))
    if roll < 0.14:
        return Image.blend(Image.new("RGB", image.size), image, rng.uniform(0.9, 1.06))
    if roll < 0.2:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randint(40, 90))
        return Image.open(buffer).convert("RGB")
    return image
