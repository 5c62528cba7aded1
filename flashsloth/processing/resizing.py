"""Resize a picture to the square that the vision tower reads, or cut it into square tiles. This module
also draws these squares for the user. It needs only Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from flashsloth.images.decoding_budget import MAX_PIXELS
from flashsloth.sizes.model_sizes import PictureScale

GREY = (127, 127, 127)
# if a square has more than MAX_PIXELS, its side is first reduced to this many times the final side
PRESHRINK = 8
GAP = 4  # number of pixels between two tiles of a view
ACROSS = 4  # number of tiles in a row of a view, for models that cut a picture in their own ways
BACKGROUND = "white"  # the background of a view; the padding of a picture is grey
MAX_ROWS = 65_536  # maximum number of rows; no JPEG has more

Box = tuple[float, float, float, float]  # left, top, right, bottom; the picture itself is 0, 0, 1, 1
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


class Layout(NamedTuple):
    """Where the patches of a picture lie on it: the boxes of its tiles in their order, the rows and
    columns of patches in each tile, and the rows and columns of a map that has their resolution."""

    boxes: Sequence[Box]
    tile: tuple[int, int]
    cells: tuple[int, int]


def centered(width: int, height: int, side: int) -> Box:
    """Return the box of the square with this side in the middle of a picture. What lies outside of 0..1
    is padding."""
    left = -((side - width) // 2) / width
    top = -((side - height) // 2) / height
    return left, top, left + side / width, top + side / height


def cut(box: Box, rows: int, columns: int) -> list[Box]:
    """Cut a box into equal tiles, row by row."""
    left, top, right, bottom = box
    w = (right - left) / columns
    h = (bottom - top) / rows
    lefts = [left + w * column for column in range(columns)]
    tops = [top + h * row for row in range(rows)]
    return [(x, y, x + w, y + h) for y in tops for x in lefts]


def tile_boxes(width: int, height: int, scale: PictureScale, *, hd: bool) -> list[Box]:
    """Return the boxes on a picture of the tiles that `squares` makes."""
    square = centered(width, height, max(width, height))
    if not hd:
        return [square] if scale.aspect == "pad" else [WHOLE]
    # the whole picture first, then the tiles of its square row by row, which may lie on padding
    return [WHOLE, *cut(square, scale.grid, scale.grid)]


def squares(image: Image.Image, scale: PictureScale, *, hd: bool | None = False) -> list[Image.Image]:
    """Return the squares of an RGB picture that the tower reads: one square, or 1 + grid**2 of them if
    `hd` is true. In that case the first square is the whole picture, resized, and the others are the
    cells of the padded picture, row by row. Small pictures are scaled up. Goldens: golden_images.json
    "hd", hd_*."""
    side = scale.side
    image = reduced(image, scale.max_side)
    if not hd:
        return [padded(image, side) if scale.aspect == "pad" else resize_to(image, side, side)]
    square = padded(image, scale.grid * side)
    edges = range(0, scale.grid * side, side)
    tiles = [square.crop((x, y, x + side, y + side)) for y in edges for x in edges]
    return [resize_to(image, side, side), *tiles]


def reduced(image: Image.Image, max_side: int | None) -> Image.Image:
    """Return a picture whose longest side has at most `max_side` pixels. None is no limit."""
    longest = max(image.size)
    if max_side is None or longest <= max_side:
        return image
    width, height = (max(1, round(each * max_side / longest)) for each in image.size)
    return resize_to(image, width, height)


def resize_to(image: Image.Image, width: int, height: int) -> Image.Image:
    """Resize to this size without keeping the aspect ratio. The method is bicubic with antialiasing,
    and works on 8-bit values."""
    # Pillow resizes the width first. For a picture with one column and millions of rows, the result
    # would take hundreds of times the picture's memory, so the rows are reduced first.
    if image.height > MAX_ROWS:
        image = image.resize((image.width, MAX_ROWS), Image.Resampling.BICUBIC)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def padded(image: Image.Image, size: int) -> Image.Image:
    """Center the picture on a grey square whose side is the picture's longer side, and resize the
    square. If the square would exceed MAX_PIXELS, the picture is reduced first."""
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


def input_view(images: Sequence[Image.Image], scale: PictureScale, *, hd: bool | None) -> Image.Image:
    """Draw the squares that the model reads, in their original size, with one row for each picture. If
    `hd` is true, the whole picture is on the left and its tiles are on the right.

    Raises: ValueError if there is no picture.
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


def tile_view(pictures: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Draw the tiles of pictures in their order, in rows from left to right. Each picture begins a new
    row. The tiles of a picture have one size, those of several pictures may differ.

    Raises: ValueError if there is no tile.
    """
    rows = [tiles[at : at + ACROSS] for tiles in pictures for at in range(0, len(tiles), ACROSS)]
    if not rows:
        raise ValueError("there is no picture to show")
    width = max(len(row) * (row[0].width + GAP) for row in rows) - GAP
    height = sum(row[0].height + GAP for row in rows) - GAP
    view = Image.new("RGB", (width, height), BACKGROUND)
    top = 0
    for row in rows:
        for column, tile in enumerate(row):
            view.paste(tile, (column * (tile.width + GAP), top))
        top += row[0].height + GAP
    return view
