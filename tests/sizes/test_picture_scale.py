"""The scale at which the model sees a picture, and the letters that become too small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.processing.resizing import GREY, squares
from flashsloth.sizes.model_sizes import PictureScale

FULL = PictureScale(384, 2, "square")
NANO = PictureScale(144, 2, "square", 22)
SIDES = st.integers(1, 9000)


@pytest.mark.parametrize(
    ("scale", "size", "hd", "seen"),
    [
        (FULL, (4032, 3024), False, (384, 384, 32, True)),
        (FULL, (4032, 3024), True, (768, 576, 16, True)),
        (PictureScale(384, 2, "pad"), (3024, 4032), False, (288, 384, 32, True)),
        (FULL, (1920, 1080), False, (384, 384, 15, True)),
        (FULL, (1535, 900), False, (384, 384, 12, False)),
        (FULL, (1536, 900), False, (384, 384, 12, True)),
        (FULL, (100, 50), False, (384, 384, 3, False)),  # lost in the picture itself
        (NANO, (4032, 3024), False, (144, 144, 616, True)),
        (NANO, (306, 241), False, (144, 144, 47, False)),  # the largest of the examples
    ],
)
def test_sizes(
    scale: PictureScale, size: tuple[int, int], hd: bool, seen: tuple[int, int, int, bool]
) -> None:
    """The width and height that the model sees, the smallest letters, and whether the picture is
    reduced strongly."""
    assert scale.seen(*size, hd=hd) == seen


@given(SIDES, SIDES, st.sampled_from([FULL, NANO, PictureScale(224, 3, "pad")]), st.booleans())
def test_a_letter_of_the_smallest_size_keeps_its_pixels(
    width: int, height: int, scale: PictureScale, hd: bool
) -> None:
    """In the direction that is reduced most. One pixel less would be too few, or was too few in the
    picture already."""
    letters = scale.seen(width, height, hd=hd).smallest_letters
    factor = scale.side * (scale.grid if hd else 1) / max(width, height)
    least = scale.readable or 3
    assert letters * factor >= least - 1e-6
    assert (letters - 1) * factor < least or letters == 3
    assert all(1 <= side <= scale.side * scale.grid for side in scale.seen(width, height, hd=hd)[:2])


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (50, 900)])
def test_seen_is_what_padding_leaves(size: tuple[int, int]) -> None:
    scale = PictureScale(96, 2, "pad")
    [square] = squares(Image.new("RGB", size, "blue"), scale, hd=False)
    blue = square.point(lambda value: 255 * (value != GREY[0])).convert("L").getbbox()
    assert blue is not None
    width, height, *_ = scale.seen(*size, hd=False)
    assert abs(blue[2] - blue[0] - width) <= 4  # the edge is blurred
    assert abs(blue[3] - blue[1] - height) <= 4


def test_nano_was_measured(nano: FlashSloth) -> None:
    assert nano.config.picture_scale == NANO
