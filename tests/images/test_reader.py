"""Decoding: formats, orientation, transparency, depth, color profiles, damage and limits."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import warnings
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from benchmarks.trust.image_samples import chunk, encode, png
from flashsloth.errors import (
    FlashSlothError,
    ImageFormatUnsupported,
    ImageNotFound,
    ImageTooLarge,
    ImageTruncated,
    ImageUndecodable,
    ImageUnreadable,
)
from flashsloth.images import decoder, decompression_limits, formats, isolated, pdf, reader, sources, truncation
from flashsloth.images.reader import LoadedImage, load_image, looks_like_image, read_image
from flashsloth.utils import system
from flashsloth.utils import text as naming
from images.helpers import gradient, noise, pixel, refusal
from paths import PARITY

DATA = PARITY
needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


# Formats

FORMATS = {
    "JPEG": lambda image: encode(image, "JPEG", quality=95, subsampling=0),
    "PNG": lambda image: encode(image, "PNG"),
    "WEBP": lambda image: encode(image, "WEBP", lossless=True),
    "GIF": lambda image: encode(image, "GIF"),
    "BMP": lambda image: encode(image, "BMP"),
    "TIFF": lambda image: encode(image, "TIFF", compression="tiff_lzw"),
    "AVIF": lambda image: encode(image, "AVIF", quality=95),
    "JPEG2000": lambda image: encode(image, "JPEG2000"),
    "PNM": lambda image: encode(image, "PPM"),
    "TGA": lambda image: encode(image, "TGA", compression="tga_rle"),
    "QOI": lambda image: encode(image, "QOI"),
}


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_has_all_its_parts(name: str) -> None:
    """A format that is added to `formats` also has a plugin or an optional package, and a file name ending."""
    assert name in decoder._PLUGINS or name in formats.EXTRAS
    assert any(name[:3].lower() in extension for extension in sources.PICTURE_EXTENSIONS)
    truncation.is_truncated(bytes(64), name)
    assert {kind for _, kind in formats._SIGNATURES} <= set(formats.FORMATS)
    assert {*truncation._END_MARKERS, *decoder._PLUGINS, *decoder._PARTLY_READABLE} <= set(formats.FORMATS)


def test_a_format_without_an_end_marker_is_never_called_truncated() -> None:
    assert not truncation.is_truncated(b"x", "NEW")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_by_content(format: str, tmp_path: pathlib.Path) -> None:
    image = gradient()
    encoded = FORMATS[format](image)
    path = tmp_path / "picture.txt"
    path.write_bytes(encoded)
    loaded = read_image(path)
    assert (loaded.format, loaded.width, loaded.height) == (format, 60, 40)
    assert loaded.image.mode == "RGB"
    assert loaded.source == str(path)
    assert loaded.sha256 == hashlib.sha256(encoded).hexdigest()
    assert not loaded.orientation_applied
    assert np.abs(np.asarray(loaded.image, int) - np.asarray(image, int)).mean() < 6
    assert looks_like_image(encoded)


@pytest.mark.parametrize("format", FORMATS)
def test_reference_pixels_equal_pillows_conversion(format: str) -> None:
    encoded = FORMATS[format](gradient())
    theirs = Image.open(io.BytesIO(encoded)).convert("RGB")
    assert load_image(encoded, reference=True).tobytes() == theirs.tobytes()


def test_goldens_of_the_reference() -> None:
    golden = json.loads((DATA / "golden_images.json").read_text())["images"]
    for name, facts in golden.items():
        loaded = read_image(DATA / "images" / name, reference=True)
        assert [loaded.width, loaded.height] == facts["size"], name
        mean = np.asarray(loaded.image).mean(axis=(0, 1))
        np.testing.assert_allclose(mean, facts["rgb_mean"], atol=0.25 if facts["lossy"] else 1e-6, err_msg=name)


def test_only_the_first_frame_or_page_is_read() -> None:
    red, blue = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    for format in ("GIF", "TIFF", "WEBP", "PNG"):
        loaded = load_image(encode(red, format, save_all=True, append_images=[blue]))
        red_part, _, blue_part = pixel(loaded)
        assert red_part > 240, format
        assert blue_part < 15, format


# Orientation


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations(format: str, orientation: int) -> None:
    upright = Image.new("RGB", (48, 32), "white")
    upright.paste("red", (0, 0, 24, 16))
    upright.paste("blue", (24, 16, 48, 32))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transpose that a camera's stored pixels stand for
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation != 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    loaded = read_image(encode(stored, format, exif=exif, quality=95))
    assert (loaded.width, loaded.height) == loaded.image.size == (48, 32)
    assert loaded.orientation_applied == (orientation != 1)
    difference = np.asarray(loaded.image, int) - np.asarray(upright, int)
    assert np.abs(difference).mean() < 6
    assert loaded.image.getexif().get(0x0112) is None  # nothing downstream may turn it again


def test_reference_ignores_orientation() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    loaded = read_image(encode(gradient(), "JPEG", exif=exif), reference=True)
    assert (loaded.width, loaded.height, loaded.orientation_applied) == (60, 40, False)


def test_broken_exif_is_ignored() -> None:
    for exif in (b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12"):
        assert read_image(encode(gradient(), "JPEG", exif=exif)).orientation_applied is False


# Alpha, palettes, depth, colour


def hidden_red(mode: str) -> Image.Image:
    """Red (or grey 100), entirely transparent on the left half, opaque on the right."""
    image = Image.new("RGBA", (8, 4), (255, 0, 0, 255))
    image.paste((255, 0, 0, 0), (0, 0, 4, 4))
    if mode == "LA":
        return Image.merge("LA", (Image.new("L", (8, 4), 100), image.getchannel("A")))
    return image


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (255, 0, 0)), ("LA", (100, 100, 100))])
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_white_and_the_reference_drops_it(mode: str, colour: tuple[int, int, int], format: str) -> None:
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    encoded = encode(hidden_red(mode), format, **options)
    blended, dropped = load_image(encoded), load_image(encoded, reference=True)
    assert pixel(blended) == (255, 255, 255)
    assert pixel(blended, 7) == colour
    assert pixel(dropped) == pixel(dropped, 7) == colour


def test_half_transparent_is_half_white() -> None:
    red, green, blue = pixel(load_image(encode(Image.new("RGBA", (2, 2), (0, 0, 0, 128)), "PNG")))
    assert red == green == blue
    assert 126 <= red <= 128


@pytest.mark.parametrize(("format", "transparency"), [("PNG", 0), ("PNG", b"\0\xff"), ("GIF", 0)])
def test_palette_transparency(format: str, transparency: int | bytes) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    encoded = encode(image, format, transparency=transparency)
    assert [pixel(load_image(encoded), x) for x in (0, 1)] == [(255, 255, 255), (0, 0, 255)]
    assert pixel(load_image(encoded, reference=True)) == (255, 0, 0)


def test_transparent_colour_of_rgb_and_grey() -> None:
    rgb = encode(Image.new("RGB", (2, 2), (9, 8, 7)), "PNG", transparency=(9, 8, 7))
    grey = encode(Image.new("L", (2, 2), 70), "PNG", transparency=70)
    assert pixel(load_image(rgb)) == pixel(load_image(grey)) == (255, 255, 255)
    assert pixel(load_image(rgb, reference=True)) == (9, 8, 7)
    assert pixel(load_image(grey, reference=True)) == (70, 70, 70)


def wide(values: list[float], dtype: Any, mode: str, **options: Any) -> list[int]:
    image = Image.frombytes(mode, (len(values), 1), np.array(values, dtype).tobytes())
    loaded = load_image(encode(image, options.pop("format", "TIFF")), **options)
    return [pixel(loaded, x)[0] for x in range(len(values))]


def test_sixteen_bits_are_scaled_by_their_range() -> None:
    values = [0, 128, 257, 32896, 65535]
    for format in ("PNG", "TIFF"):
        assert wide(values, "<u2", "I;16", format=format) == [0, 0, 1, 128, 255]
        assert wide(values, "<u2", "I;16", format=format, reference=True) == [0, 128, 255, 255, 255]
    assert wide(values, ">u2", "I;16B") == [0, 0, 1, 128, 255]


def test_other_modes_of_wide_grey() -> None:
    assert wide([0, 100, 255], "<i4", "I") == [0, 100, 255]
    assert wide([0, 25700, 65535], "<i4", "I") == [0, 100, 255]
    assert wide([-1000, 0, 1000], "<i4", "I") == [0, 128, 255]
    assert wide([0, 0.5, 1], "<f4", "F") == [0, 128, 255]
    assert wide([0, 100, 255], "<f4", "F") == [0, 100, 255]
    assert wide([-1, 0, 1], "<f4", "F") == [0, 128, 255]
    assert wide([7, 7], "<i4", "I") == [7, 7]
    assert wide([float("nan"), 9], "<f4", "F")[1] == 9


def test_transparent_value_of_sixteen_bit_grey() -> None:
    rows = b"\0" + struct.pack(">3H", 300, 301, 0)
    encoded = png(3, 1, rows, depth=16, color=0, extra=chunk(b"tRNS", struct.pack(">H", 300)))
    assert [pixel(load_image(encoded), x)[0] for x in range(3)] == [255, 1, 0]


@pytest.mark.parametrize(
    ("mode", "format"),
    [("1", "PNG"), ("L", "JPEG"), ("P", "GIF"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "TIFF"), ("LAB", "TIFF")],
)
def test_other_modes_equal_pillows_conversion(mode: str, format: str) -> None:
    image = (
        ImageCms.profileToProfile(
            gradient(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
        if mode == "LAB"
        else gradient().convert(mode)
    )
    encoded = encode(image, format)
    assert load_image(encoded).tobytes() == Image.open(io.BytesIO(encoded)).convert("RGB").tobytes()


def profile(red: tuple[float, float, float], green: tuple[float, float, float]) -> bytes:
    """A minimal ICC matrix profile of gamma 2.2 with sRGB's blue and these XYZ of red and green."""

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + bytes(78)
    tags = {b"desc": text + bytes(-len(text) % 4), b"wtpt": xyz((0.9642, 1.0, 0.8249)), b"cprt": b"text\0\0\0\0none"}
    tags |= {b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz((0.1431, 0.0606, 0.7139))}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


def test_embedded_profiles_are_applied_unless_broken() -> None:
    image = Image.new("RGB", (4, 4), (200, 50, 50))
    swapped = profile((0.3851, 0.7169, 0.0971), (0.4361, 0.2225, 0.0139))  # its red is green and the reverse
    for mode in ("RGB", "RGBA"):
        encoded = encode(image.convert(mode), "PNG", icc_profile=swapped)
        red, green, _ = pixel(load_image(encoded))
        assert green > 190
        assert red < 60
        assert pixel(load_image(encoded, reference=True)) == (200, 50, 50)
    for broken in (b"nonsense", swapped[:200], swapped[:16] + b"CMYK" + swapped[20:]):
        assert pixel(load_image(encode(image, "PNG", icc_profile=broken))) == (200, 50, 50)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pixel(load_image(encode(image, "PNG", icc_profile=srgb))) == (200, 50, 50)


# Damage


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "jpeg"}),
        ("AVIF", {}),
        ("JPEG2000", {}),
        ("PPM", {}),
        ("QOI", {}),
        ("ICO", {"sizes": [(200, 200)]}),
        ("ICO", {"sizes": [(200, 200)], "bitmap_format": "bmp"}),
    ],
)
def test_truncated_files(
    format: str, options: dict[str, Any], tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = encode(noise(), format, **options)
    path = tmp_path / "half.jpg"
    for share in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        name = {"WEBP": "WebP", "JPEG2000": "JPEG 2000", "PPM": "PNM"}.get(format, format)
        refusal(ImageTruncated, str(path), f"half.jpg cannot be decoded: the {name} ends early")
    assert read_image(whole).width == 200
    assert capfd.readouterr() == ("", "")  # libtiff likes to talk


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP"])
def test_allow_truncated_keeps_the_beginning_and_fills_with_grey(format: str) -> None:
    image = noise()
    whole = encode(image, format)
    part = load_image(whole[: len(whole) // 2], allow_truncated=True)
    expected = load_image(whole)
    there, missing = (slice(120, 200), slice(0, 80)) if format == "BMP" else (slice(0, 80), slice(128, 200))
    assert np.array_equal(np.asarray(part)[there], np.asarray(expected)[there])
    assert np.ptp(np.asarray(part)[missing]) <= 2
    assert abs(np.asarray(part)[missing].mean() - 127.5) < 2
    assert load_image(whole, allow_truncated=True).tobytes() == expected.tobytes()


def test_allow_truncated_for_gif_and_webp() -> None:
    gif, webp = encode(noise(), "GIF"), encode(noise(), "WEBP")
    assert load_image(gif[: len(gif) // 2], allow_truncated=True).size == (200, 200)
    for options in ({}, {"allow_truncated": True}):
        assert "--allow-truncated" not in refusal(ImageTruncated, webp[: len(webp) // 2], **options).hint
    assert "--allow-truncated" in refusal(ImageTruncated, gif[: len(gif) // 2]).hint
    assert "--allow-truncated" not in refusal(ImageTruncated, gif[:10], allow_truncated=True).hint


def test_pillows_switches_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    jpeg = encode(noise(), "JPEG")
    for before in (True, False):
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", before)
        refusal(ImageTruncated, jpeg[: len(jpeg) // 2])
        load_image(jpeg[: len(jpeg) // 2], allow_truncated=True)
        assert before is ImageFile.LOAD_TRUNCATED_IMAGES


def test_damaged_data_is_not_called_truncated(tmp_path: pathlib.Path) -> None:
    whole = bytearray(encode(noise(), "PNG"))
    whole[100:2000] = bytes(1900)
    path = tmp_path / "bad.png"
    path.write_bytes(whole)
    refusal(ImageUndecodable, path, "bad.png cannot be decoded: the PNG is damaged")


SAMPLES = {format: write(noise(24)) for format, write in FORMATS.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damage_raises_only_image_errors(format: str, data: st.DataObject) -> None:
    damaged = bytearray(SAMPLES[format])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(8, len(damaged))) :]
    with suppress(FlashSlothError):  # and nothing else
        assert read_image(bytes(damaged), max_pixels=10**6).image.mode == "RGB"


# Ceilings


def test_decompression_bomb_is_refused_by_its_header(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(60000, 60000, bytes(100)))
    refusal(ImageTooLarge, str(path), "bomb.png", "60000x60000", f"{reader.DEFAULT_MAX_PIXELS:,}")


def test_no_warning_below_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for format, write in FORMATS.items():
            assert read_image(write(gradient())).format == format
        assert Image.MAX_IMAGE_PIXELS == 1500


def test_limit_equals_pillows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    refusal(ImageTooLarge, encode(gradient(), "WEBP"), "200 pixels")


def test_max_pixels_counts_pil_images_too() -> None:
    refusal(ImageTooLarge, encode(gradient(), "PNG"), "60x40", "2,399", max_pixels=2399)
    refusal(ImageTooLarge, gradient(), "60x40", max_pixels=2399)
    assert read_image(encode(gradient(), "PNG"), max_pixels=2400).width == 60


def test_limit_on_bytes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 100)
    path = tmp_path / "big.png"
    path.write_bytes(encode(gradient(), "BMP"))
    refusal(ImageTooLarge, path, "big.png")
    refusal(ImageTooLarge, path.read_bytes())
    refusal(ImageTooLarge, io.BytesIO(path.read_bytes()))
    refusal(ImageTooLarge, "data:image/bmp;base64," + base64.b64encode(path.read_bytes()).decode())


def test_sparse_large_file_is_refused_without_reading(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "giant.png"
    with path.open("wb") as file:
        file.truncate(sources.MAX_FILE_BYTES + 1)
    refusal(ImageTooLarge, path, "giant.png", "512 MB")


# What is no picture


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"dear diary, \xc3\xa9t\xc3\xa9", "is text"),
        ("wide text".encode("utf-16"), "is text"),
        (b"BMW is a car, and this is a letter about it", "is text"),
        (b"<!doctype html><html><body>404</body></html>", "is an HTML page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a Git LFS pointer"),
        (b"PK\x03\x04rest", "is a ZIP archive"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "is a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "is an audio file"),
        (b"8BPS\0\x01", "is a Photoshop file"),
        (bytes(range(1, 200)), "not a picture"),
    ],
)
def test_other_files_are_named_by_their_format(content: bytes, said: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_bytes(content)
    refusal(ImageFormatUnsupported, str(path), "notes.jpg", said, "not a picture")
    assert not looks_like_image(content)


def test_empty_sources(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    refusal(ImageUnreadable, path, "empty.png is empty")
    refusal(ImageUnreadable, b"", "standard input is empty", name="-")
    refusal(ImageUnreadable, "data:,", "is empty")
    refusal(ImageNotFound, "", "the path is empty")
    assert not looks_like_image(b"")


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
PDF = b"%PDF-1.7\n%\xe2\xe3\n"


@pytest.mark.parametrize(("content", "module", "extra"), [(HEIC, "pillow_heif", "heic"), (PDF, "pypdfium2", "pdf")])
def test_missing_extras_are_named(content: bytes, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    error = refusal(ImageFormatUnsupported, content, "scan.jpg", extra.upper(), name="scan.jpg")
    assert error.hint == f"pip install 'flashsloth[{extra}]'"
    assert looks_like_image(content)


def test_heic_is_read_with_its_extra() -> None:
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_pillow(gradient()).save(buffer, format="HEIF", quality=95)
    loaded = read_image(buffer.getvalue())
    assert (loaded.format, loaded.image.mode, loaded.width, loaded.height) == ("HEIC", "RGB", 60, 40)
    refusal(ImageTooLarge, buffer.getvalue(), "60x40", max_pixels=100)
    refusal(ImageTruncated, buffer.getvalue()[:-20], "HEIC ends early")


def test_the_first_page_of_a_pdf_is_read_with_its_extra() -> None:
    pytest.importorskip("pypdfium2")
    loaded = read_image(encode(gradient(), "PDF"))
    assert (loaded.format, loaded.image.mode, max(loaded.image.size)) == ("PDF", "RGB", pdf.LONG_SIDE)
    refusal(ImageTruncated, PDF, "PDF ends early")


def test_other_plugins_of_pillow_are_not_used() -> None:
    image = gradient()
    for format in ("PCX", "SGI", "ICNS", "SPIDER", "EPS"):
        refusal(ImageFormatUnsupported, encode(image, format))


def test_pil_images_are_converted_without_a_change() -> None:
    image = hidden_red("RGBA")
    before = image.tobytes()
    loaded = read_image(image)
    assert pixel(loaded.image) == (255, 255, 255)
    assert (loaded.source, loaded.format, image.tobytes()) == ("<image>", "PIL", before)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = read_image(Image.open(io.BytesIO(encode(gradient(), "JPEG", exif=exif))))
    assert (turned.width, turned.height, turned.format, turned.orientation_applied) == (40, 60, "JPEG", True)
    plain = gradient()
    assert read_image(plain).image is not plain
    assert read_image(plain).sha256 == read_image(plain.copy()).sha256
    assert read_image(Image.new("RGB", (2, 3))).sha256 != read_image(Image.new("RGB", (3, 2))).sha256
    jpeg = encode(noise(), "JPEG")
    refusal(ImageUndecodable, Image.open(io.BytesIO(jpeg[: len(jpeg) // 2])), "<image> cannot be decoded")


def test_printable_source() -> None:
    assert naming.printable_source("a\x1b[31m.png") == r"'a\x1b[31m.png'"
    assert naming.printable_source("https://me:secret@host/a.png") == "https://host/a.png"
    assert naming.printable_source("Größe 大.png") == "Größe 大.png"
    assert len(naming.printable_source("x" * 10_000)) < 300


def test_loaded_image_is_frozen() -> None:
    loaded = read_image(gradient())
    assert isinstance(loaded, LoadedImage)
    with pytest.raises(AttributeError):
        loaded.width = 1  # type: ignore[misc]


# JPEG 2000, PNM, ICO, TGA, QOI


def test_icons_show_their_largest_picture() -> None:
    image = gradient(64, 64)
    for options in ({}, {"bitmap_format": "bmp"}):
        loaded = read_image(encode(image, "ICO", sizes=[(16, 16), (64, 64), (32, 32)], **options))
        assert (loaded.format, loaded.width, loaded.height) == ("ICO", 64, 64)
        assert loaded.image.tobytes() == image.tobytes()
    assert pixel(load_image(encode(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "ICO"))) == (255, 255, 255)


def test_a_picture_in_an_icon_has_the_limits_of_its_own_format() -> None:
    inside = png(60_000, 60_000, bytes(100))
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(inside), 22)
    refusal(ImageTooLarge, b"\0\0\1\0\1\0" + entry + inside, "60000x60000")
    refusal(ImageTruncated, b"\0\0\1\0\2\0" + entry, "ICO ends early")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"P1 # a comment\n3 1\n0 1 0\n", [255, 0, 255]),
        (b"P1\n3 1\n010", [255, 0, 255]),
        (b"P2\n#one\n# two\n3 1 100\n0 50 100\n", [0, 128, 255]),
        (b"P2 3 1 65535 0 257 65535 ", [0, 1, 255]),
        (b"P4\n3 1\n\x40", [255, 0, 255]),
        (b"P5 3 1 255\n\0\x7f\xff", [0, 127, 255]),
        (b"P5 3 1 65535\n\0\0\1\1\0\xff", [0, 1, 1]),  # dark, but still of 16 bits
    ],
)
def test_pnm(text: bytes, expected: list[int]) -> None:
    loaded = read_image(text)
    assert loaded.format == "PNM"
    assert [pixel(loaded.image, x)[0] for x in range(3)] == expected


@pytest.mark.parametrize(
    "text", [b"P6 is a place", b"P2P and more", b"P3 1 2 and 3", b"P5 3 1 of 9", b"P1", b"P7\nWIDTH 1"]
)
def test_text_is_not_taken_for_a_pnm(text: bytes) -> None:
    refusal(ImageFormatUnsupported, text, "is text")


def test_tga_is_recognised_by_its_end_or_its_length() -> None:
    image = gradient()
    for mode, options in (("RGB", {}), ("RGB", {"compression": "tga_rle"}), ("RGBA", {}), ("P", {}), ("L", {})):
        whole = encode(image.convert(mode), "TGA", **options)
        bare = whole[:-26]  # without the footer, as version 1 is
        assert read_image(whole).image.tobytes() == load_image(image.convert(mode)).tobytes()
        if options:
            assert "footer" in refusal(ImageFormatUnsupported, bare, "a.tga", name="a.tga").hint
        else:
            assert read_image(bare).image.tobytes() == read_image(whole).image.tobytes()
            refusal(ImageFormatUnsupported, bare[:-1])
    assert "footer" not in refusal(ImageFormatUnsupported, bytes(100), name="a.bin").hint


def test_bits_of_a_tga_that_are_not_alpha_are_ignored() -> None:
    data = bytearray(encode(Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "TGA"))
    assert pixel(load_image(bytes(data))) == (255, 255, 255)
    data[17] &= 0xF0
    assert pixel(load_image(bytes(data))) == (255, 0, 0)


def test_pictures_that_python_decodes_have_a_lower_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompression_limits, "MAX_SLOW_PIXELS", 2399)
    for data in (encode(gradient(), "QOI"), b"P3 60 40 255 0 ", b"P6 60 40 100 0"):
        refusal(ImageTooLarge, data, "60x40", "2,399")
    assert read_image(encode(gradient(), "PPM")).width == 60


def test_jpeg_2000_is_decoded_in_a_process_with_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, run, calls = encode(gradient(), "JPEG2000"), subprocess.run, []

    def counted(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        return run(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    assert read_image(whole, name="\udcff.jp2").image.tobytes() == gradient().tobytes()
    refusal(ImageTooLarge, whole, "60x40", "2,399", max_pixels=2399)
    refusal(ImageTooLarge, whole, "would take", max_bytes=1000)
    assert len(calls) == 3
    monkeypatch.setattr(isolated, "WALL_SECONDS", 0.01)
    refusal(ImageTooLarge, whole, "more than 0.01 s")
    monkeypatch.setattr(system, "_limited", True)  # as in the server's processes
    assert read_image(whole).width == 60
    assert len(calls) == 4


def test_a_decoder_that_dies_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in (-11, 1):
        done = subprocess.CompletedProcess([], code, b"", b"Segmentation fault")
        monkeypatch.setattr(subprocess, "run", lambda *_, done=done, **__: done)
        refusal(ImageTooLarge, encode(gradient(), "JPEG2000"), "more than 30 s or 3 GB")
