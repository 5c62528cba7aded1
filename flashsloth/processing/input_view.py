"""One picture of what a model reads of pictures: what resizing, padding and tiles leave of them. Needs only Pillow."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from flashsloth.config.picture_scale import PictureScale
from flashsloth.processing.resizing import squares

GAP = 4  # pixels between two tiles
BACKGROUND = "white"  # padding is grey


def input_view(images: Sequence[Image.Image], scale: PictureScale, *, hd: bool) -> Image.Image:
    """Return the squares that the model reads of RGB pictures, one picture a row, in their own pixels. With `hd` the
    whole picture is on the left, and its tiles on the right.

    Raises: ValueError without a picture.
    """
    if not images:
        raise ValueError("there is no picture to show")
    rows = [_row(squares(image, scale, hd=hd), scale) for image in images]
    step = rows[0].height + GAP
    view = Image.new("RGB", (rows[0].width, step * len(rows) - GAP), BACKGROUND)
    for number, row in enumerate(rows):
        view.paste(row, (0, step * number))
    return view


def _row(squares: Sequence[Image.Image], scale: PictureScale) -> Image.Image:
    """Return the square of a whole picture, with its tiles beside it if there are any."""
    if len(squares) == 1:
        return squares[0]
    step = scale.side + GAP
    side = step * scale.grid - GAP
    row = Image.new("RGB", (step + side, side), BACKGROUND)
    for number, square in enumerate(squares):
        down, across = divmod(number - 1, scale.grid) if number else (0, -1)
        row.paste(square, (step * (across + 1), step * down))
    return row
