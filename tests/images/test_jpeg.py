"""The metadata of a JPEG is removed, and its pixels stay."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms

import photos
from flashsloth.images.jpeg import without_metadata
from flashsloth.images.reader import read_image

SECRETS = (
    b"Ada Lovelace",
    b"52 deg 31",
    b"a comment",
    b"after the end",
    b"<x:xmpmeta",
    b"Photoshop 3.0",
)


def private(image: Image.Image, **options: object) -> bytes:
    """Return a JPEG that says much of its origin."""
    exif = Image.Exif()
    exif[0x013B] = "Ada Lovelace"
    exif.get_ifd(0x8825)[0x1D] = "52 deg 31"
    out = io.BytesIO()
    xmp = b"<x:xmpmeta>Ada Lovelace</x:xmpmeta>"
    image.save(out, "JPEG", quality=90, exif=exif, comment=b"a comment", xmp=xmp, **options)
    data = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM Ada Lovelace"
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2) + iptc
    return data[:2] + segment + data[2:] + b"after the end"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"restart_marker_blocks": 3},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pixels_stay_and_metadata_goes(options: dict[str, object], mode: str) -> None:
    data = private(Image.open(photos.PATHS[0]).convert(mode), **options)
    assert all(secret in data for secret in SECRETS)
    sent = without_metadata(data)
    assert sent is not None
    assert not any(secret in sent for secret in SECRETS)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(sent))
    assert ImageChops.difference(before, after).getbbox() is None
    assert after.info.get("icc_profile") == options.get("icc_profile")
    assert not after.getexif()


@pytest.mark.parametrize(
    "path", [path for path in photos.PATHS if path.suffix == ".jpg"], ids=lambda p: p.name
)
def test_files_of_cameras(path: Path) -> None:
    sent = without_metadata(path.read_bytes())
    assert sent is not None
    assert read_image(sent).image.tobytes() == read_image(path).image.tobytes() or (
        read_image(path).orientation_applied
    )


def test_what_other_programs_may_not_read() -> None:
    image = Image.open(photos.PATHS[0]).convert("RGB").resize((64, 64))
    out = io.BytesIO()
    image.convert("CMYK").save(out, "JPEG")
    assert without_metadata(out.getvalue()) is None
    data = private(image)
    arithmetic = re.sub(rb"\xff\xc0(?=\0\x11\x08)", b"\xff\xc9", data, count=1)
    assert arithmetic != data
    for other in (
        arithmetic,
        data[: len(data) // 2],
        data[:2],
        b"",
        b"\xff\xd8" + b"\xff" * 9,
        data[:2] * 99,
    ):
        assert without_metadata(other) is None


def test_a_thumbnail_goes() -> None:
    """One of JFIF may show more than the picture, which was cut afterwards."""
    data = private(Image.new("RGB", (16, 16), "red"))
    at = data.index(b"JFIF\0")
    thumbnail = b"\x02\x02" + b"\x07" * 12
    longer = data[at : at + 12] + thumbnail
    jfif = (len(longer) + 2).to_bytes(2) + longer
    sent = without_metadata(data[: at - 2] + jfif + data[at + 14 :])
    assert sent is not None
    assert b"\x07" * 12 not in sent
    assert Image.open(io.BytesIO(sent)).convert("RGB").getpixel((5, 5))[0] > 240
