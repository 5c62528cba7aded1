"""A part of a picture: how it is written, which pixels it has, and its digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import photos
from flashsloth.chat import FlashSloth
from flashsloth.errors import CropOutside, ImageError, OptionError
from flashsloth.images.reader import crop_image, read_image
from flashsloth.images.sources import parse_crop
from images.helpers import gradient, noise

SIDE = st.integers(1, 5000)
PERCENT = st.decimals(0, 100, places=3).map(str)


@pytest.mark.parametrize(
    ("crop", "box"),
    [
        *((crop, (10, 20, 40, 35)) for crop in (" 10, 20 ,30,15", (10, 20, 30, 15))),
        ("0,0,100%,100%", (0, 0, 61, 40)),
        ("50%,50%,50%,50%", (30, 20, 61, 40)),  # half of a pixel is inside
        ("10,0,25.5%,1", (10, 0, 26, 1)),
        ("60,39,1,1", (60, 39, 61, 40)),
    ],
)
def test_written(crop: Any, box: tuple[int, ...]) -> None:
    assert parse_crop(crop).box(61, 40, "it") == box
    assert parse_crop(parse_crop(crop).text) == parse_crop(crop)


@given(SIDE, SIDE, PERCENT, PERCENT)
def test_percent_is_never_empty_nor_outside(width: int, height: int, start: str, length: str) -> None:
    if float(length) == 0 or float(start) + float(length) > 100:
        return
    left, top, right, bottom = parse_crop(f"{start}%,{start}%,{length}%,{length}%").box(
        width, height, "it"
    )
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@pytest.mark.parametrize(
    "crop",
    [
        *(
            "",
            ",,,",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "-1,0,5,5",
            "1.5,0,5,5",
            "1e2,0,5,5",
            "0,0,0x5,5",
            "0 0 5 5",
        ),
        *(
            "0,0,0,5",
            "0,0,5,0%",
            "0,0,5,0.000%",
            "50%,0,51%,5",
            "0,0.5%,1,100%",
            "0,0,101%,1",
            "0,0,inf%,5",
        ),
        *("٣,0,5,5", "1\n,0,5,x"),
        *("9999999999,0,1,1", (1, 2, 3), (1.5, 0, 5, 5), "1" * 5000),
    ],
)
def test_refused_before_a_picture_is_read(crop: Any) -> None:
    with pytest.raises(OptionError) as refused:
        read_image("missing.png", crop=crop)
    assert len(str(refused.value)) < 250
    assert "10%,10%,80%,80%" in refused.value.hint


@pytest.mark.parametrize(
    "crop", ["60,0,1,1", "0,40,1,1", "50,0,11,1", "0,0,100%,41", "999999999,0,999999999,1"]
)
def test_outside(crop: str) -> None:
    with pytest.raises(CropOutside, match=r"is 60x40 pixels; the part .* is not inside it") as refused:
        read_image(gradient(60, 40), name="a.png", crop=crop)
    assert isinstance(refused.value, ImageError)  # one row of a batch fails


def test_after_the_rotation() -> None:
    """The part is that of the picture as it is seen; reference pixels are not turned."""
    data = photos.turned(noise(64).crop((0, 0, 64, 40)), 6)
    whole, part = read_image(data, reference=True), read_image(data, crop="5,6,20,10", reference=True)
    assert part.image.tobytes() == whole.image.crop((5, 6, 25, 16)).tobytes()
    whole, part = read_image(data), read_image(data, crop="5,6,20,10")
    assert part.image.tobytes() == whole.image.crop((5, 6, 25, 16)).tobytes()
    assert (part.width, part.height, part.crop) == (20, 10, (5, 6, 20, 10))
    assert (part.format, part.orientation_applied) == (whole.format, whole.orientation_applied)


def test_a_part_has_a_digest_of_its_own(tmp_path: Path) -> None:
    """Also the part that is all of the picture; the same pixels have the same digest, however they were
    named."""
    path = tmp_path / "a.png"
    noise(50).save(path)
    crops = [None, "0,0,100%,100%", "0,0,25,50", "0,0,50,25"]
    digests = [read_image(path, crop=crop).sha256 for crop in crops]
    assert len(set(digests)) == len(crops)
    assert read_image(path, crop="0,0,50%,100%").sha256 == digests[2]
    assert read_image(path, crop="0,0,25,50").encoded is None
    assert read_image(Image.open(path), crop="0,0,25,50").sha256 == digests[2]
    # a part of a part has its place in the file
    part = crop_image(read_image(path, crop="5,10,40,40"), "50%,50%,10,10")
    assert (part.crop, part.sha256) == ((25, 30, 10, 10), read_image(path, crop="25,30,10,10").sha256)
    with pytest.raises(CropOutside):
        crop_image(part, "0,0,11,10")


def test_added_to_a_conversation(nano: FlashSloth) -> None:
    """From a picture, or from one that was read before."""
    picture, read = noise(50), read_image(noise(50))
    part = read_image(picture.crop((5, 0, 30, 50)))
    for source in (picture, read):
        chat = nano.chat()
        assert chat.add_image(source, crop="5,0,25,50").sha256 == part.sha256
        assert chat.add_image(source).sha256 == read.sha256  # only where it was asked for
        assert [image.sha256 for image in chat.images] == [part.sha256, read.sha256]
