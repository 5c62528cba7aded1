"""Resize a picture to the square that the vision tower reads, or cut it into square tiles; and draw
these squares for the user. Needs only Pillow."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from flashsloth.images.decompression_limits import MAX_PIXELS
from flashsloth.sizes.picture_scale import PictureScale

GREY = (127, 127, 127)
PRESHRINK = 8  # a square of more than MAX_PIXELS is shrunk first, to this many times the final side
GAP = 4  # pixels between two tiles of a view
BACKGROUND = "white"  # of a view; padding is grey
MAX_ROWS = 65_536  # more than a JPEG can have


def squares(image: Image.Image, scale: PictureScale, *, hd: bool = False) -> list[Image.Image]:
    """Return the squares of an RGB picture that the tower reads: one, or with `hd` 1 + grid**2 of them,
    the whole picture resized and then the cells of the padded picture, row by row. Small pictures are
    scaled up. Goldens: golden_images.json "hd", hd_*."""
    side = scale.side
    if not hd:
        return [padded(image, side) if scale.aspect == "pad" else resize_to(image, side, side)]
    square = padded(image, scale.grid * side)
    edges = range(0, scale.grid * side, side)
    tiles = [square.crop((x, y, x + side, y + side)) for y in edges for x in edges]
    return [resize_to(image, side, side), *tiles]


def resize_to(image: Image.Image, width: int, height: int) -> Image.Image:
    """Resize to this size without keeping the aspect ratio: bicubic with antialiasing, on 8-bit
    values."""
    # Pillow resizes the width first. A picture with one column and millions of rows would then take
    # hundreds of times its memory.
    if image.height > MAX_ROWS:
        image = image.resize((image.width, MAX_ROWS), Image.Resampling.BICUBIC)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def padded(image: Image.Image, size: int) -> Image.Image:
    """Center the picture on a grey square with the length of its longer side, and resize the square. If
    that would exceed MAX_PIXELS, the picture is shrunk first."""
    side = max(image.size)
    if side * side > MAX_PIXELS:
        shrink = PRESHRINK * size / side
        image = resize_to(
            image, max(round(image.width * shrink), 1), max(round(image.height * shrink), 1)
        )
        side = max(image.size)
    square = Image.new("RGB", (side, side), GREY)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return resize_to(square, size, size)


def input_view(images: Sequence[Image.Image], scale: PictureScale, *, hd: bool) -> Image.Image:
    """Draw the squares that the model reads, in their original size, with one row for each picture.
    With `hd` the whole picture is on the left, and its tiles are on the right.

    Raises: ValueError without a picture.
    """
    if not images:
        raise ValueError("there is no picture to show")
    step = scale.side + GAP
    across = 1 + scale.grid if hd else 1
    down = scale.grid if hd else 1
    view = Image.new("RGB", (step * across - GAP, step * down * len(images) - GAP), BACKGROUND)
    for number, image in enumerate(images):
        for part, square in enumerate(squares(image, scale, hd=hd)):
            row, column = divmod(part - 1, scale.grid) if part else (0, -1)
            view.paste(square, (step * (column + 1), step * (down * number + row)))
    return view
