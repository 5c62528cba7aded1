"""Pictures from files and memory: formats, orientation, alpha, depth, damage, limits, and the words of each refusal."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import warnings
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from flashsloth.errors import (
    FlashSlothError,
    ImageAddressRefused,
    ImageError,
    ImageFormatUnsupported,
    ImageNotFound,
    ImageTooLarge,
    ImageTruncated,
    ImageUndecodable,
    ImageUnreadable,
)
from flashsloth.images import pdf, reader, sources
from flashsloth.images.reader import LoadedImage, load_image, looks_like_image, read_image
from flashsloth.utils import text as naming
from paths import PARITY

DATA = PARITY
needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - x], axis=-1).astype(np.uint8))


def noise(side: int = 200) -> Image.Image:
    """Compresses badly, so that half of its file is half of its rows."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8))


def pixel(image: Image.Image, x: int = 0, y: int = 0) -> Any:
    return image.getpixel((x, y))


def png(width: int, height: int, *, depth: int = 8, colour: int = 0, chunks: bytes = b"", data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunks, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def refusal(error: type[ImageError], source: Any, *mentions: str, **options: Any) -> ImageError:
    """Reading raises exactly this error, in one line that names all of `mentions`, with a hint."""
    with pytest.raises(error) as caught:
        read_image(source, **options)
    message = str(caught.value)
    assert type(caught.value) is error
    assert message.isprintable(), message
    assert caught.value.hint
    for mention in mentions:
        assert mention in message
    return caught.value


# Formats

FORMATS = {
    "JPEG": lambda image: encode(image, "JPEG", quality=95, subsampling=0),
    "PNG": lambda image: encode(image, "PNG"),
    "WEBP": lambda image: encode(image, "WEBP", lossless=True),
    "GIF": lambda image: encode(image, "GIF"),
    "BMP": lambda image: encode(image, "BMP"),
    "TIFF": lambda image: encode(image, "TIFF", compression="tiff_lzw"),
    "AVIF": lambda image: encode(image, "AVIF", quality=95),
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_whatever_the_name_says(format: str, tmp_path: pathlib.Path) -> None:
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
def test_reference_pixels_are_plain_pillow(format: str) -> None:
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


def test_only_the_first_frame_or_page_counts() -> None:
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


def test_broken_exif_is_no_obstacle() -> None:
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
def test_alpha_goes_on_white_and_the_reference_drops_it(mode: str, colour: tuple[int, int, int], format: str) -> None:
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


def test_other_wide_greys() -> None:
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
    encoded = png(3, 1, depth=16, chunks=chunk(b"tRNS", struct.pack(">H", 300)), data=rows)
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


def test_embedded_profiles_are_honoured_unless_broken() -> None:
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
    ],
)
def test_a_file_that_ends_early_says_so(
    format: str, options: dict[str, Any], tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = encode(noise(), format, **options)
    path = tmp_path / "half.jpg"
    for share in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        name = "WebP" if format == "WEBP" else format
        refusal(ImageTruncated, str(path), f"half.jpg cannot be decoded: the {name} ends early")
    assert read_image(whole).width == 200
    assert capfd.readouterr() == ("", "")  # libtiff likes to talk


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP"])
def test_allow_truncated_shows_what_is_there_and_grey(format: str) -> None:
    image = noise()
    whole = encode(image, format)
    part = load_image(whole[: len(whole) // 2], allow_truncated=True)
    expected = load_image(whole)
    there, missing = (slice(120, 200), slice(0, 80)) if format == "BMP" else (slice(0, 80), slice(128, 200))
    assert np.array_equal(np.asarray(part)[there], np.asarray(expected)[there])
    assert np.ptp(np.asarray(part)[missing]) <= 2
    assert abs(np.asarray(part)[missing].mean() - 127.5) < 2
    assert load_image(whole, allow_truncated=True).tobytes() == expected.tobytes()


def test_a_cut_gif_is_shown_in_part_and_a_cut_webp_cannot_be() -> None:
    gif, webp = encode(noise(), "GIF"), encode(noise(), "WEBP")
    assert load_image(gif[: len(gif) // 2], allow_truncated=True).size == (200, 200)
    for options in ({}, {"allow_truncated": True}):
        assert "--allow-truncated" not in refusal(ImageTruncated, webp[: len(webp) // 2], **options).hint
    assert "--allow-truncated" in refusal(ImageTruncated, gif[: len(gif) // 2]).hint
    assert "--allow-truncated" not in refusal(ImageTruncated, gif[:10], allow_truncated=True).hint


def test_pillows_switches_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_any_damage_ends_in_our_own_errors(format: str, data: st.DataObject) -> None:
    damaged = bytearray(SAMPLES[format])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(8, len(damaged))) :]
    with suppress(FlashSlothError):  # and nothing else
        assert read_image(bytes(damaged), max_pixels=10**6).image.mode == "RGB"


# Ceilings


def test_a_bomb_is_refused_by_its_header(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(60000, 60000, data=bytes(100)))
    refusal(ImageTooLarge, str(path), "bomb.png", "60000x60000", f"{reader.DEFAULT_MAX_PIXELS:,}")


def test_between_pillows_warning_and_the_ceiling_nothing_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for format, write in FORMATS.items():
            assert read_image(write(gradient())).format == format
        assert Image.MAX_IMAGE_PIXELS == 1500


def test_pillows_own_ceiling_is_ours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    refusal(ImageTooLarge, encode(gradient(), "WEBP"), "200 pixels")


def test_max_pixels_counts_pil_images_too() -> None:
    refusal(ImageTooLarge, encode(gradient(), "PNG"), "60x40", "2,399", max_pixels=2399)
    refusal(ImageTooLarge, gradient(), "60x40", max_pixels=2399)
    assert read_image(encode(gradient(), "PNG"), max_pixels=2400).width == 60


def test_bytes_have_a_ceiling(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 100)
    path = tmp_path / "big.png"
    path.write_bytes(encode(gradient(), "BMP"))
    refusal(ImageTooLarge, path, "big.png")
    refusal(ImageTooLarge, path.read_bytes())
    refusal(ImageTooLarge, io.BytesIO(path.read_bytes()))
    refusal(ImageTooLarge, "data:image/bmp;base64," + base64.b64encode(path.read_bytes()).decode())


def test_a_sparse_giant_is_refused_without_reading(tmp_path: pathlib.Path) -> None:
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
def test_other_files_are_called_what_they_are(content: bytes, said: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_bytes(content)
    refusal(ImageFormatUnsupported, str(path), "notes.jpg", said, "not a picture")
    assert not looks_like_image(content)


def test_empty_things(tmp_path: pathlib.Path) -> None:
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
def test_extras_are_named(content: bytes, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_readers_that_are_not_on_the_list_see_nothing() -> None:
    image = gradient()
    for format in ("ICO", "PPM", "TGA", "JPEG2000", "PCX", "SGI", "ICNS"):
        refusal(ImageFormatUnsupported, encode(image, format))


# Paths


def test_missing_files_get_a_suggestion(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("photo.jpg", "holiday.png", "phto.txt"):
        (tmp_path / name).touch()
    error = refusal(ImageNotFound, str(tmp_path / "phto.jpg"))
    assert str(error) == f"no file phto.jpg in {tmp_path}"
    assert error.hint == f"Did you mean {tmp_path / 'photo.jpg'}?"
    monkeypatch.chdir(tmp_path)
    assert refusal(ImageNotFound, "PHOTO.JPEG", "no file PHOTO.JPEG in").hint == "Did you mean photo.jpg?"
    assert "Did you mean" not in refusal(ImageNotFound, "zebra.webp", "no file zebra.webp in").hint
    refusal(ImageNotFound, "nowhere/at/all.png", "no file all.png: there is no folder nowhere/at")
    refusal(ImageNotFound, "photo.jpg/inside.png", "no file inside.png: there is no folder photo.jpg")


def test_suggestions_stay_cheap_in_huge_folders(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_LISTED", 3)
    for index in range(20):
        (tmp_path / f"photo{index}.jpg").touch()
    assert refusal(ImageNotFound, tmp_path / "photoX.jpg").hint.count("photo") <= 3 + str(tmp_path).count("photo") * 3


def write_png(path: pathlib.Path) -> pathlib.Path:
    path.write_bytes(encode(gradient(), "PNG"))
    return path


def test_spellings_of_one_path(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_png(tmp_path / "my photo (1)#%.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    url_path = str(path).replace("%", "%25").replace(" ", "%20")
    spellings = [
        str(path),
        "my photo (1)#%.png",
        f"'{path}'",
        f'"{path}" ',
        str(path).replace(" ", r"\ ").replace("(", r"\(").replace(")", r"\)").replace("#", r"\#"),
        "~/my photo (1)#%.png",
        "'~/my photo (1)#%.png'",
        f"file://{url_path}",
        f"file://localhost{url_path}",
        f"file:{url_path}",
        f"FILE://{url_path}",
    ]
    for spelling in spellings:
        assert read_image(spelling).source == spelling
    assert read_image(pathlib.Path("~") / "my photo (1)#%.png").width == 60
    (tmp_path / "'odd'").write_bytes(encode(Image.new("RGB", (3, 3)), "PNG"))
    write_png(tmp_path / "odd")
    assert read_image("'odd'").width == 3  # what stands there literally wins


def test_folders_pipes_sockets_and_devices_are_never_opened(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", lambda *arguments, **options: pytest.fail("opened"))
    refusal(ImageUnreadable, tmp_path, str(tmp_path), "is a folder")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        refusal(ImageUnreadable, tmp_path / "pipe.png", "pipe.png is a named pipe")
    if os.path.exists("/dev/zero"):
        refusal(ImageUnreadable, "/dev/zero", "/dev/zero is a device")
    if hasattr(socket, "AF_UNIX"):
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("s.png")
            refusal(ImageUnreadable, "s.png", "s.png is a socket")


@needs_fifo
def test_a_file_swapped_for_a_pipe_does_not_block(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = os.stat(write_png(tmp_path / "a.png"))
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.setattr(sources, "_locate", lambda given, label: (given, status))
    refusal(ImageUnreadable, str(tmp_path / "pipe.png"), "pipe.png is a named pipe")


def test_no_permission(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_png(tmp_path / "secret.png")

    def denied(*arguments: object, **options: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        refusal(ImageUnreadable, path, "secret.png cannot be read: Permission denied")
    monkeypatch.setattr(os, "stat", denied)
    refusal(ImageUnreadable, path, "secret.png cannot be read: Permission denied")


def test_impossible_paths_and_links(tmp_path: pathlib.Path) -> None:
    refusal(ImageNotFound, "a\0b.png", r"'a\x00b.png'")
    refusal(ImageUnreadable, "x" * 5000 + ".png", "xxx", ".png")
    refusal(ImageNotFound, str(tmp_path / "line\nbreak.png"), r"'line\nbreak.png'")
    refusal(ImageNotFound, "\ud800.png", r"\ud800")
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    refusal(ImageUnreadable, loop, "loop.png")
    dangling = tmp_path / "dangling.png"
    dangling.symlink_to(tmp_path / "gone.png")
    refusal(ImageNotFound, dangling, "dangling.png is a link to", "gone.png")
    good = tmp_path / "good.png"
    good.symlink_to(write_png(tmp_path / "real.png"))
    assert read_image(good).width == 60


def test_a_working_directory_that_is_gone(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    refusal(ImageNotFound, "a.png", "no file a.png")


def test_urls_that_name_no_file_here() -> None:
    refusal(ImageUnreadable, "file://elsewhere/a.png", "another machine")
    refusal(ImageNotFound, "file:///no/such%20dir/a.png", "no file a.png: there is no folder /no/such dir")
    refusal(ImageAddressRefused, "ftp://example.org/a.png", "ftp")
    refusal(ImageAddressRefused, "gopher://example.org/a.png", "gopher")


# Memory


def test_data_urls() -> None:
    encoded = encode(gradient(), "PNG")
    digits = base64.b64encode(encoded).decode()
    percent = "".join(f"%{byte:02x}" for byte in encoded)
    for url in (
        f"data:image/png;base64,{digits}",
        f"DATA:image/png;charset=x;BASE64,{digits.rstrip('=')}",
        f"data:;base64,{digits[:100]}\n {digits[100:]}",
        "data:;base64," + base64.urlsafe_b64encode(encoded).decode(),
        "data:;base64," + digits.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        f"data:,{percent}",
    ):
        assert read_image(url).sha256 == hashlib.sha256(encoded).hexdigest()
    assert read_image(f"data:image/png;base64,{digits}").source == "data:image/png;base64,…"
    refusal(ImageUndecodable, "data:image/png;base64", "no comma")
    refusal(ImageUndecodable, "data:image/png;base64,???", "not valid base64")
    assert len(str(refusal(ImageFormatUnsupported, "data:text/plain," + "x" * 9999, "is text"))) < 200


def test_bytes_and_files_in_memory(tmp_path: pathlib.Path) -> None:
    encoded = encode(gradient(), "PNG")
    digest = hashlib.sha256(encoded).hexdigest()
    for source in (encoded, bytearray(encoded), memoryview(encoded)):
        loaded = read_image(source)
        assert (loaded.sha256, loaded.source) == (digest, "<bytes>")
    assert read_image(encoded, name="-").source == "-"
    assert read_image(io.BytesIO(encoded)).source == "<file>"
    path = tmp_path / "a.png"
    path.write_bytes(encoded)
    with path.open("rb") as file:
        assert read_image(file).source == str(path)
    with path.open("rb", buffering=0) as raw:
        assert read_image(raw).sha256 == digest


@needs_fifo
def test_a_pipe_that_somebody_else_opened() -> None:
    reading, writing = os.pipe()
    encoded = encode(gradient(), "PNG")
    with open(reading, "rb") as source, open(writing, "wb") as target:
        target.write(encoded)
        target.close()
        assert read_image(source).sha256 == hashlib.sha256(encoded).hexdigest()


def test_files_that_cannot_be_read(tmp_path: pathlib.Path) -> None:
    refusal(ImageUnreadable, io.StringIO("text"), "not a binary file")
    closed = io.BytesIO(b"x")
    closed.close()
    refusal(ImageUnreadable, closed, "cannot be read")
    with (tmp_path / "out.png").open("wb") as file:
        refusal(ImageUnreadable, file, "out.png cannot be read")
    for wrong in (None, 7, ["a.png"]):
        with pytest.raises(TypeError, match="an image is a path"):
            read_image(wrong)  # type: ignore[arg-type]


def test_pil_images_are_converted_and_left_alone() -> None:
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


def test_names_on_the_terminal() -> None:
    assert naming.printable_source("a\x1b[31m.png") == r"'a\x1b[31m.png'"
    assert naming.printable_source("https://me:secret@host/a.png") == "https://host/a.png"
    assert naming.printable_source("Größe 大.png") == "Größe 大.png"
    assert len(naming.printable_source("x" * 10_000)) < 300


def test_loaded_image_is_frozen() -> None:
    loaded = read_image(gradient())
    assert isinstance(loaded, LoadedImage)
    with pytest.raises(AttributeError):
        loaded.width = 1  # type: ignore[misc]


def test_importing_is_cheap() -> None:
    code = (
        "import sys, flashsloth.images.reader; "
        "print([m for m in ('torch', 'transformers', 'PIL', 'numpy', 'http.client', 'ssl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
