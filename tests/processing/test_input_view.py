"""The picture of what a model gets."""

from __future__ import annotations

import numpy as np
import pytest

from flashsloth.processing.resizing import GAP, GREY, input_view, squares
from flashsloth.sizes.model_sizes import PictureScale
from images.helpers import gradient, noise


@pytest.mark.parametrize("aspect", ["square", "pad"])
def test_one_tile_is_the_square_itself(aspect: str) -> None:
    scale = PictureScale(48, 2, aspect)
    [square] = squares(gradient(), scale, hd=False)
    assert input_view([gradient()], scale, hd=False).tobytes() == square.tobytes()


@pytest.mark.parametrize("grid", [2, 3])
def test_every_tile_is_there_unchanged(grid: int) -> None:
    """The whole picture on the left, then the cells row by row with white between them; the next
    picture below."""
    scale, pictures = PictureScale(32, grid, "square"), [noise(), gradient(90, 30)]
    view = input_view(pictures, scale, hd=True)
    step = 32 + GAP
    height = step * grid - GAP
    assert view.size == (step * (grid + 1) - GAP, 2 * height + GAP)
    for number, picture in enumerate(pictures):
        top = number * (height + GAP)
        places = [
            (0, top),
            *((step * (x + 1), top + step * y) for y in range(grid) for x in range(grid)),
        ]
        for (x, y), tile in zip(places, squares(picture, scale, hd=True), strict=True):
            assert view.crop((x, y, x + 32, y + 32)).tobytes() == tile.tobytes()
    assert np.asarray(view)[:, 32 : 32 + GAP].min() == 255
    assert view.getpixel((step, height + GAP)) == GREY  # the padding of the second picture


def test_no_picture() -> None:
    with pytest.raises(ValueError, match="no picture"):
        input_view([], PictureScale(48, 2, "square"), hd=False)
