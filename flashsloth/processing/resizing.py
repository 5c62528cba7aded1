"""Resize a picture to the square that the vision tower reads, or cut it into square tiles. Needs only Pillow."""

from __future__ import annotations

from PIL import Image

from flashsloth.config.picture_scale import PictureScale

GREY = (127, 127, 127)
MAX_SQUARE = 178_956_970  # pixels of a padded square, the limit for a picture
PRESHRINK = 8  # a larger square is shrunk first, to this many times the final side
MAX_ROWS = 65_536  # more than a JPEG can have


def squares(
    image: Image.Image, size: int, *, hd: bool = False, grid: int = 2, aspect: str = "square"
) -> list[Image.Image]:
    """Return the squares of size x size that the tower reads of an RGB picture: one, or with `hd` 1 + grid**2."""
    if hd:
        return tiles(image, size, grid)
    return [padded(image, size) if aspect == "pad" else resize_square(image, size)]


def scaled_squares(image: Image.Image, scale: PictureScale, *, hd: bool) -> list[Image.Image]:
    """Return the squares that a model with this scale reads."""
    return squares(image, scale.side, hd=hd, grid=scale.grid, aspect=scale.aspect)


def resize_square(image: Image.Image, size: int) -> Image.Image:
    """Resize to size x size pixels, whatever the aspect ratio: bicubic with antialiasing, on 8-bit values."""
    return resize_to(image, size, size)


def resize_to(image: Image.Image, width: int, height: int) -> Image.Image:
    """Resize, first the height of a picture with more than `MAX_ROWS` rows. Pillow resizes the width first, and would
    make hundreds of columns out of one with millions of rows."""
    if image.height > MAX_ROWS:
        image = image.resize((image.width, MAX_ROWS), Image.Resampling.BICUBIC)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def pad_to_square(image: Image.Image) -> Image.Image:
    """Center the picture on a grey square as wide as its longer side."""
    width, height = image.size
    side = max(width, height)
    square = Image.new("RGB", (side, side), GREY)
    square.paste(image, ((side - width) // 2, (side - height) // 2))
    return square


def padded(image: Image.Image, size: int) -> Image.Image:
    """Pad to a square and resize it; shrink the picture first if its square would exceed `MAX_SQUARE` pixels."""
    side = max(image.size)
    if side * side > MAX_SQUARE:
        shrink = PRESHRINK * size / side
        image = resize_to(image, max(round(image.width * shrink), 1), max(round(image.height * shrink), 1))
    return resize_square(pad_to_square(image), size)


def tiles(image: Image.Image, size: int, grid: int = 2) -> list[Image.Image]:
    """Return the HD tiles: the whole picture resized, then the padded square in grid x grid cells, row by row. Small
    pictures are scaled up; there are always 1 + grid**2 tiles. Goldens: golden_images.json "hd", hd_*."""
    square = padded(image, grid * size)
    corners = [(column * size, row * size) for row in range(grid) for column in range(grid)]
    return [resize_square(image, size), *(square.crop((x, y, x + size, y + size)) for x, y in corners)]
