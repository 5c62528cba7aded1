"""Splitting stdin into text and a picture."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.trust.image_samples import encode
from flashsloth.errors import InputError
from flashsloth.images.reader import looks_like_image
from flashsloth_cli.inputs.stdin_split import split

FORMATS = {
    "png": ("PNG", {}),
    "jpeg": ("JPEG", {}),
    "progressive jpeg": ("JPEG", {"progressive": True}),
    "jpeg with restarts": ("JPEG", {"restart_marker_blocks": 1}),
    "jpeg with a profile": ("JPEG", {"icc_profile": b"\xff\xd9 no end \xff\xda" * 9, "comment": b"\xff\xd9"}),
    "webp": ("WEBP", {}),
    "gif": ("GIF", {}),
    "bmp": ("BMP", {}),
    "animated gif": ("GIF", {"save_all": True, "append_images": [Image.new("L", (16, 16), 90)]}),
    "animated png": ("PNG", {"save_all": True, "append_images": [Image.new("RGB", (16, 16), "red")]}),
    "avif": ("AVIF", {}),
    "animated webp": ("WEBP", {"save_all": True, "append_images": [Image.new("RGB", (16, 16), "red")]}),
}


def encoded(name: str) -> bytes:
    format, options = FORMATS.get(name) or (name.upper(), {})
    image = Image.effect_noise((16, 16), 60).convert("L" if format == "GIF" else "RGB")
    return encode(image, format, **options)


@pytest.mark.parametrize("name", FORMATS)
def test_text_before_and_after(name: str) -> None:
    data = encoded(name)
    assert split(data, looks_like_image) == ("", data, "")
    assert split(data + b"What is this?\n", looks_like_image) == ("", data, "What is this?\n")
    assert split(b"Be brief.\nWhat?\n" + data, looks_like_image) == ("Be brief.\nWhat?\n", data, "")
    assert split(b"Look:\n" + data + "\nÄpfel?".encode(), looks_like_image) == ("Look:\n", data, "\nÄpfel?")


@pytest.mark.parametrize("name", FORMATS)
def test_binary_data_stays_with_the_picture(name: str) -> None:
    """Cameras and phones add data after a picture. Newlines alone are not text."""
    data = encoded(name)
    for more in (b"\0\xff\xfe more", b"\n\n", bytes(64), b"\n\0\0 padded"):
        assert split(data + more, looks_like_image) == ("", data + more, "")
    for end in range(32, len(data), max(1, len(data) // 40)):  # a truncated picture stays whole
        assert split(data[:end], looks_like_image)[1] == data[:end]


@pytest.mark.parametrize("name", [*FORMATS, "pdf"])
@pytest.mark.parametrize("other", ["png", "jpeg", "webp", "gif"])
def test_a_second_picture_is_refused(name: str, other: str) -> None:
    data = encoded(name)
    for between in (b"", b"\n", b"What is this?\n")[: 2 if name == "pdf" else 3]:
        with pytest.raises(InputError, match="more than one picture") as error:
            split(data + between + encoded(other), looks_like_image)
        assert "flashsloth ask a.png b.png" in error.value.hint


@pytest.mark.parametrize("order", ["<", ">"])
def test_pictures_that_belong_to_a_jpeg_stay_with_it(order: str) -> None:
    """Phones put a gain map or a second view after the picture, and count them in the segment MPF."""
    data = encoded("jpeg")
    mpf = b"MPF\0" + {"<": b"II*\0", ">": b"MM\0*"}[order]
    mpf += struct.pack(f"{order}IHHHI4sHHII", 8, 2, 0xB000, 7, 4, b"0100", 0xB001, 4, 1, 2)
    first = data[:2] + b"\xff\xe2" + struct.pack(">H", len(mpf) + 2) + mpf + data[2:]
    assert split(first + data, looks_like_image) == ("", first + data, "")
    assert split(first + data + b"What?\n", looks_like_image) == ("", first + data, "What?\n")
    assert split(first, looks_like_image) == ("", first, "")
    for more in (data, encoded("png")):
        with pytest.raises(InputError):
            split(first + data + more, looks_like_image)


def test_a_tiff_has_no_end() -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(out, "TIFF")
    data = out.getvalue() + b"What is this?\n"
    assert split(data, looks_like_image) == ("", data, "")


def test_a_text_may_mention_formats() -> None:
    for text in ("Look:\nGIF89a is a format.\n", "What is\n%PDF-1.4\n?"):
        assert split(text.encode(), looks_like_image) == (text, b"", "")


def test_data_that_is_neither_is_refused_quickly() -> None:
    """Each line is looked at once, and the long one not for every byte."""
    lines = []
    with pytest.raises(UnicodeDecodeError):
        split(b"ab 12 cd,\n" * 20_000 + b"x" * 20_000_000 + b"\xff", lambda start: lines.append(start) or False)
    assert len(lines) == 20_001


def test_a_byte_order_mark_is_removed() -> None:
    assert split(b"\xef\xbb\xbfWhat?\n" + encoded("png"), looks_like_image)[0] == "What?\n"
    assert split(b"\xef\xbb\xbfWhat?", looks_like_image) == ("What?", b"", "")


def test_text_alone() -> None:
    assert split(b"", looks_like_image) == ("", b"", "")
    assert split("Wörter\n".encode(), looks_like_image) == ("Wörter\n", b"", "")
    with pytest.raises(UnicodeDecodeError):
        split(b"words\n\xff\xfe\n", looks_like_image)


@given(st.binary(max_size=400), st.sampled_from(sorted(FORMATS)), st.integers(0, 300))
def test_nothing_is_lost_and_nothing_hangs(noise: bytes, name: str, cut: int) -> None:
    data = encoded(name)[:cut] + noise
    try:
        before, picture, after = split(data, looks_like_image)
    except (UnicodeDecodeError, InputError):
        return
    assert before.encode() + picture + after.encode() == data.removeprefix(b"\xef\xbb\xbf")
