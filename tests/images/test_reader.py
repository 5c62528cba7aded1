"""Decoding: formats, orientation, transparency, depth, color profiles, damage and limits."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import pathlib
import struct
import sys
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from packaging.utils import canonicalize_name
from PIL import Image, ImageCms

import photos
from flashsloth.errors import (
    ImageFormatUnsupported,
    ImageNotFound,
    ImageTooLarge,
    ImageUndecodable,
    ImageUnreadable,
)
from flashsloth.images import decoder, decoding_budget, pdf, sources
from flashsloth.images.formats import identify
from flashsloth.images.reader import load_image, read_image
from image_samples import chunk, encode, exif, picture, png, profile, tiff
from images.helpers import gradient, noise, pixel, refusal
from messages import record

FORMATS = {
    "JPEG": lambda image: encode(image, "JPEG", quality=95, subsampling=0),
    "PNG": lambda image: encode(image, "PNG"),
    "WEBP": lambda image: encode(image, "WEBP", lossless=True),
    "GIF": lambda image: encode(image, "GIF"),
    "BMP": lambda image: encode(image, "BMP"),
    "TIFF": lambda image: encode(image, "TIFF", compression="tiff_lzw"),
    "AVIF": lambda image: encode(image, "AVIF", quality=95),
    "PNM": lambda image: encode(image, "PPM"),
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_by_content(format: str, tmp_path: pathlib.Path) -> None:
    image = gradient()
    encoded = FORMATS[format](image)
    path = tmp_path / "picture.txt"
    path.write_bytes(encoded)
    assert any(format[:3].lower() in extension for extension in sources.PICTURE_EXTENSIONS)
    loaded = read_image(path)
    assert (loaded.format, loaded.width, loaded.height) == (format, 60, 40)
    assert loaded.image.mode == "RGB"
    assert loaded.source == str(path)
    assert loaded.sha256 == hashlib.sha256(encoded).hexdigest()
    assert not loaded.orientation_applied
    assert np.abs(np.asarray(loaded.image, int) - np.asarray(image, int)).mean() < 6
    assert identify(encoded) == format
    theirs = Image.open(io.BytesIO(encoded)).convert("RGB")
    assert load_image(encoded, reference=True).tobytes() == theirs.tobytes()


EIGHT = [
    *(("JPEG", n) for n in range(1, 9)),
    *((kind, n) for kind in ("PNG", "WEBP", "TIFF", "AVIF") for n in (1, 6)),
]


@pytest.mark.parametrize(("format", "orientation"), EIGHT)
def test_all_eight_orientations(format: str, orientation: int) -> None:
    upright = Image.new("RGB", (48, 32), "white")
    upright.paste("red", (0, 0, 24, 16))
    upright.paste("blue", (24, 16, 48, 32))
    data = photos.turned(upright, orientation, format)
    loaded = read_image(data)
    assert (loaded.width, loaded.height) == loaded.image.size == (48, 32)
    assert loaded.orientation_applied == (orientation != 1)
    assert photos.difference(loaded.image, upright) < 6
    assert loaded.image.getexif().get(0x0112) is None  # nothing downstream may turn it again
    if format != "TIFF":  # which Pillow turns
        reference = read_image(data, reference=True)
        assert reference.image.size == ((32, 48) if orientation > 4 else (48, 32))
        assert not reference.orientation_applied


def test_broken_exif_is_ignored() -> None:
    for broken in (b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x12"):
        assert (
            read_image(encode(gradient(), "JPEG", exif=b"Exif\0\0" + broken)).orientation_applied
            is False
        )


@pytest.mark.parametrize("path", photos.PATHS, ids=lambda path: path.name)
def test_every_photograph_is_read(path: pathlib.Path) -> None:
    assert photos.difference(read_image(path).image, photos.photo(path.name)) < 0.5


def test_however_it_is_stored() -> None:
    """The mean difference stays at what the encoder loses; a wrong channel or inverted CMYK is far
    above it."""
    upright = photos.photo("macaw.webp")
    files = photos.variants(upright)
    limits = {"palette.png": 8, "photo.tiff": 3, "photo.avif": 3, "lossless.webp": 0.01}
    for name in files.keys() - {"cut.jpg"}:
        expected = upright.convert("L").convert("RGB") if name.startswith("grey") else upright
        assert photos.difference(read_image(files[name]).image, expected) < limits.get(name, 2), name


# Alpha, palettes, depth, colour


def hidden_red(mode: str) -> Image.Image:
    """Red (or grey 100), entirely transparent on the left half, opaque on the right."""
    image = Image.new("RGBA", (8, 4), (255, 0, 0, 255))
    image.paste((255, 0, 0, 0), (0, 0, 4, 4))
    if mode == "LA":
        return Image.merge("LA", (Image.new("L", (8, 4), 100), image.getchannel("A")))
    return image


def red_and_blue() -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    return image


WHITE, GREY, RED_PIXEL = (255, 255, 255), (100, 100, 100), (255, 0, 0)
# a file whose first pixel is transparent, its last pixel, and the first one as the reference reads it
CLEAR = {
    **{f"{mode} {format}": (encode(hidden_red(mode), format, **options), color, color)
       for mode, color in (("RGBA", RED_PIXEL), ("LA", GREY))
       for format, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {}))},
    **{f"a palette {format} {clear!r}": (encode(red_and_blue(), format, transparency=clear), (0, 0, 255), RED_PIXEL)
       for format, clear in (("PNG", 0), ("PNG", b"\0\xff"), ("GIF", 0))},
    "a color of RGB": (encode(Image.new("RGB", (2, 2), (9, 8, 7)), "PNG", transparency=(9, 8, 7)), WHITE, (9, 8, 7)),
    "a grey": (encode(Image.new("L", (2, 2), 70), "PNG", transparency=70), WHITE, (70, 70, 70)),
}  # fmt: skip


@pytest.mark.parametrize(("encoded", "last", "reference"), CLEAR.values(), ids=list(CLEAR))
def test_transparency_is_white_and_the_reference_drops_it(
    encoded: bytes, last: tuple[int, ...], reference: tuple[int, ...]
) -> None:
    blended = load_image(encoded)
    assert pixel(blended) == WHITE
    assert pixel(blended, blended.width - 1) == last
    assert pixel(load_image(encoded, reference=True)) == reference


def test_half_transparent_is_half_white() -> None:
    red, green, blue = pixel(load_image(encode(Image.new("RGBA", (2, 2), (0, 0, 0, 128)), "PNG")))
    assert red == green == blue
    assert 126 <= red <= 128


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
    [
        ("1", "PNG"),
        ("L", "JPEG"),
        ("P", "GIF"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("LAB", "TIFF"),
    ],
)
def test_other_modes_equal_pillows_conversion(mode: str, format: str) -> None:
    encoded = encode(picture(mode), format)
    assert load_image(encoded).tobytes() == Image.open(io.BytesIO(encoded)).convert("RGB").tobytes()


def linear_profile() -> bytes:
    """Return sRGB's profile with values that are in proportion to the light. It keeps its name."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = srgb.index(b"para")  # its curve, of 32 bytes
    return srgb[: at + 8] + struct.pack(">HHI", 0, 0, 1 << 16) + bytes(16) + srgb[at + 32 :]


def test_embedded_profiles_are_applied_unless_broken() -> None:
    image, swapped = Image.new("RGB", (4, 4), (200, 50, 50)), profile()
    for mode in ("RGB", "RGBA"):
        encoded = encode(image.convert(mode), "PNG", icc_profile=swapped)
        red, _, blue = pixel(load_image(encoded))
        assert red < 60 < 190 < blue
        assert pixel(load_image(encoded, reference=True)) == (200, 50, 50)
    for broken in (b"nonsense", swapped[:200], swapped[:16] + b"CMYK" + swapped[20:]):
        assert pixel(load_image(encode(image, "PNG", icc_profile=broken))) == (200, 50, 50)


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_a_profile_is_applied_before_a_picture_is_put_on_white(mode: str) -> None:
    """As browsers do: sRGB encodes a light of 64 / 255 as 137, which is then mixed with white."""
    half = Image.new("RGBA", (2, 2), (64, 64, 64, 128)).convert(mode)
    image = load_image(encode(half, "PNG", icc_profile=linear_profile()))
    assert pixel(image)[0] == pytest.approx(196, abs=1)


def test_profiles_are_known_by_their_content_and_not_by_their_name() -> None:
    linear = linear_profile()
    colors, grey = Image.new("RGB", (4, 4), (55, 2, 55)), Image.new("L", (4, 4), 55)
    red, green, _ = pixel(load_image(encode(colors, "PNG", icc_profile=linear)))
    assert (round(red, -1), round(green, -1)) == (130, 20)  # as sRGB encodes 55 / 255 and 2 / 255
    in_grey = linear.replace(b"RGB XYZ", b"GRAYXYZ").replace(b"rTRC", b"kTRC")
    for mode in ("L", "LA"):
        assert (
            124 <= pixel(load_image(encode(grey.convert(mode), "PNG", icc_profile=in_grey)))[0] <= 132
        )
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    named = srgb.replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))
    assert load_image(encode(gradient(), "PNG", icc_profile=named)).tobytes() == gradient().tobytes()


# Damage


ENDINGS = {  # of a JPEG: what follows its last row
    "no end mark": b"",
    "half an end mark": b"\xff",
    "zeros": bytes(5000),
    "bytes behind": b"\xff\xd9" + b"film" * 5000,
    "another picture": b"\xff\xd9" + encode(noise(8), "JPEG"),
    "bytes like a marker": b"\xff\x09" + b"Samsung" * 500,
    "a picture and no end mark": encode(noise(8), "JPEG"),
}


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 3}], ids=str)
def test_a_jpeg_without_its_end_is_whole(options: dict[str, Any]) -> None:
    whole = encode(noise(), "JPEG", **options)
    for name, ending in ENDINGS.items():
        loaded = read_image(whole[:-2] + ending)
        assert (loaded.warnings, loaded.is_whole) == ((), True), name
        assert loaded.image.tobytes() == read_image(whole).image.tobytes(), name
    half = read_image(whole[: len(whole) // 2] + ENDINGS["bytes like a marker"])
    assert not half.is_whole
    assert len(half.warnings) == 1


@pytest.mark.parametrize(
    ("format", "options"),
    [
        *(("JPEG", options) for options in ({}, {"progressive": True}, {"restart_marker_blocks": 3})),
        *((name, {}) for name in ("PNG", "GIF", "BMP", "PPM", "TIFF")),
        ("PNG", {"zlib": "text"}),
    ],
)
def test_a_picture_that_ends_early_is_read_with_a_warning(
    format: str, options: dict[str, Any], tmp_path: pathlib.Path
) -> None:
    text = options == {"zlib": "text"}
    whole = encode(noise(), format, **({} if text else options))
    if text:
        whole = whole[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2 << 20))) + whole[33:]
    expected = np.asarray(read_image(whole).image, int)
    path = tmp_path / "cut.jpg"
    for share in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        loaded = read_image(path)
        [warning] = loaded.warnings
        assert warning.startswith(f"{path} ends early")
        record(warning)
        assert loaded.image.size == (200, 200)
        with pytest.raises(ImageUndecodable, match="ends early"):
            load_image(path)  # which has no place for a warning
    if format != "GIF" and not options.get("progressive"):
        rows = slice(120, 200) if format == "BMP" else slice(0, 80)
        assert np.array_equal(np.asarray(loaded.image, int)[rows], expected[rows])
    path.write_bytes(whole[: len(whole) // 2])
    missing = np.asarray(read_image(path).image)[slice(0, 60) if format == "BMP" else slice(140, 200)]
    if format in ("JPEG", "PNG", "BMP") and not options:
        assert np.ptp(missing) <= 2
        assert abs(missing.mean() - 127.5) < 2


@pytest.mark.parametrize(
    ("format", "options"),
    [("WEBP", {}), ("WEBP", {"lossless": True}), ("TIFF", {"compression": "jpeg"}), ("AVIF", {})],
)
def test_what_cannot_be_read_in_part(
    format: str, options: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    whole = encode(noise(), format, **options)
    for share in (0.2, 0.5, 0.9):
        name = "WebP" if format == "WEBP" else format
        refusal(ImageUndecodable, whole[: int(len(whole) * share)], f": the {name}")
    assert capfd.readouterr() == ("", "")  # libtiff likes to talk
    for format, length in (("PNG", 41), ("JPEG", 300), ("GIF", 10)):  # nothing is left of the pixels
        refusal(ImageUndecodable, encode(noise(), format)[:length], "cannot be decoded")


def with_chunk(name: bytes, data: bytes, crc: bytes = b"") -> bytes:
    """Return a PNG with one more chunk before its pixels, and perhaps a wrong checksum."""
    whole, made = encode(gradient(), "PNG"), chunk(name, data)
    return whole[:33] + (made[:-4] + crc if crc else made) + whole[33:]


LARGE, SMALL = zlib.compress(bytes(3 << 20)), b"a\0\0" + zlib.compress(bytes(1 << 19))
DRESSED = {
    "zTXt": with_chunk(b"zTXt", b"a\0\0" + LARGE),
    "iTXt": with_chunk(b"iTXt", b"a\0\1\0\0\0" + LARGE),
    "profile": with_chunk(b"iCCP", b"a\0\0" + LARGE),
    "checksum": with_chunk(b"tEXt", b"a\0b", b"\0\0\0\1"),
    "many": with_chunk(b"zTXt", SMALL).replace(
        chunk(b"zTXt", SMALL), chunk(b"zTXt", SMALL) * 140
    ),  # over 64 MB in all
}


@pytest.mark.parametrize(
    "what", [pytest.param(n, marks=pytest.mark.slow) if n == "many" else n for n in DRESSED]
)
def test_text_and_profiles_do_not_cost_a_png_its_pixels(what: str) -> None:
    data = DRESSED[what]
    assert load_image(data).tobytes() == gradient().tobytes()
    data = data[:33] + chunk(b"eXIf", exif(6).tobytes()) + data[33:]
    assert read_image(data).orientation_applied


def tiff_of(bands: int, dtype: str, planar: int = 1, compression: int = 1) -> bytes:
    """Return a TIFF of 12 x 8 pixels of these bands."""
    kind, bits = np.dtype(dtype), 8 * np.dtype(dtype).itemsize
    body, each = np.full((bands, 8, 12), 9).astype(dtype).tobytes(), 96 * np.dtype(dtype).itemsize
    several, strips = bands > 2, bands if planar == 2 else 1

    def numbers(code: str, *values: int) -> int | bytes:
        return (
            values[0]
            if len(values) == 1 or values == (0, 0)
            else struct.pack(f"<{len(values)}{code}", *values)
        )

    tags: list[tuple[int, int, int, int | bytes]] = [(256, 4, 1, 12), (257, 4, 1, 8)]
    tags += [
        (258, 3, bands, numbers("H", *[bits] * bands)),
        (259, 3, 1, compression),
        (262, 3, 1, 2 if several else 1),
    ]
    tags += [
        (273, 4, strips, numbers("I", *(8 + at * each for at in range(strips)))),
        (277, 3, 1, bands),
    ]
    tags += [
        (278, 4, 1, 8),
        (279, 4, strips, numbers("I", *[len(body) // strips] * strips)),
        (284, 3, 1, planar),
    ]
    extra = bands - (3 if several else 1)
    tags += [(338, 3, extra, numbers("H", *[0] * extra))] if extra else []
    return tiff(
        [*tags, (339, 3, bands, numbers("H", *[{"u": 1, "i": 2, "f": 3}[kind.kind]] * bands))], body
    )


@pytest.mark.parametrize(
    ("bands", "dtype", "planar", "said"),
    [
        (4, "u1", 2, "4 bands of 8 bits, "),
        (3, "u2", 2, "3 bands of 16 bits, "),
        (8, "u1", 1, "8 bands of 8 bits"),
        (3, "u4", 1, "3 bands of 32 bits"),
        (1, "f8", 1, "1 band of 64 floating-point bits"),
        (3, "i2", 1, "3 bands of 16 signed bits"),
    ],
)
def test_tiffs_that_pillow_does_not_read_are_named(
    bands: int, dtype: str, planar: int, said: str
) -> None:
    refusal(
        ImageFormatUnsupported,
        tiff_of(bands, dtype, planar),
        f" a TIFF with {said}",
        name="a",
    )


@pytest.mark.parametrize(("mode", "said"), [("LA", "2 bands of 4 bits"), ("RGB", "3 bands of 4 bits")])
def test_tiffs_of_few_bits_are_named(mode: str, said: str) -> None:
    bands = len(mode)
    data = encode(Image.new(mode, (12, 8)), "TIFF")
    few = data.replace(struct.pack(f"<{bands}H", *[8] * bands), struct.pack(f"<{bands}H", *[4] * bands))
    assert few != data
    refusal(ImageFormatUnsupported, few, f" a TIFF with {said}", name="a")


def test_tiffs_of_several_bands() -> None:
    for bands, dtype, planar in (
        (3, "u1", 1),
        (3, "u1", 2),
        (4, "u1", 1),
        (5, "u1", 1),
        (1, "u4", 1),
        (1, "i4", 1),
    ):
        assert pixel(load_image(tiff_of(bands, dtype, planar))) == (9, 9, 9)
    refusal(ImageFormatUnsupported, tiff_of(3, "u1", 1, 34712), "a TIFF with the compression 34712")
    refusal(ImageUndecodable, tiff_of(3, "u1")[:-30], "the TIFF is damaged")
    # bits of bands, of which it has one
    one, sixty = (struct.pack("<HHI", 258, 3, count) for count in (1, 60))
    refusal(ImageFormatUnsupported, tiff_of(1, "u1").replace(one, sixty), "a TIFF with 1 band of ")


def bmp_of(bits: int, compression: int = 0, masks: tuple[int, ...] = ()) -> bytes:
    """Return a BMP of 4 x 1 pixels, with masks of its colors or a palette of two bits."""
    palette = struct.pack("<4I", *masks) if masks else bytes(16)
    header = struct.pack(
        "<IiiHHIIiiII", 40 + 16 * bool(masks), 4, 1, 1, bits, compression, 0, 0, 0, 0, 0
    )
    at = 14 + len(header) + 16
    return b"BM" + struct.pack("<IHHI", at + 16, 0, 0, at) + header + palette + bytes(16)


def jpeg_of(bits: int) -> bytes:
    """Return a JPEG that states so many bits in a number of a pixel."""
    data = bytearray(encode(gradient(), "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = bits
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (bmp_of(2), "BMP", "pixel depth (2)"),
        (bmp_of(32, 3, (0x3FF00000, 0xFFC00, 0x3FF, 0)), "BMP", "bitfields"),  # 10 bits a color
        (bmp_of(24, 4), "BMP", "compression (4)"),  # of OS/2
        (jpeg_of(12), "JPEG", "12-bit"),
    ],
    ids=["2 bits", "10 bits a color", "of OS/2", "12 bits"],
)
def test_a_kind_that_pillow_does_not_know_is_not_called_damaged(
    data: bytes, kind: str, reason: str
) -> None:
    error = refusal(
        ImageFormatUnsupported, data, f"a: this kind of {kind} cannot be read", reason, name="a"
    )
    assert "damaged" not in str(error)
    assert "again" not in str(error.hint)


def test_what_a_decoder_has_not_implemented_is_not_called_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """libavif says so of valid files, which nothing here can write."""

    def fail(*given: Any) -> None:
        raise RuntimeError("Failed to decode image: Not implemented")

    data = encode(gradient(), "AVIF")
    monkeypatch.setattr(decoder, "_plugin", fail)
    refusal(ImageFormatUnsupported, data, "this kind of AVIF cannot be read")


def test_damaged_data_is_not_called_truncated() -> None:
    whole = encode(noise(), "PNG")
    damaged = whole[:100] + bytes(1900) + whole[2000:]
    refusal(ImageUndecodable, damaged, "a.png cannot be ", name="a.png")


# Ceilings


def test_no_warning_below_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning fails any test."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)
    for format, write in FORMATS.items():
        assert read_image(write(gradient())).format == format
    assert Image.MAX_IMAGE_PIXELS == 1500


def test_pictures_are_decoded_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of four threads waits in a decode until the others are there too; the filters of warnings
    stay."""
    meeting, real, filters = threading.Barrier(4, timeout=60), decoder.to_rgb, list(warnings.filters)
    monkeypatch.setattr(
        decoder, "to_rgb", lambda *each, **options: (meeting.wait(), real(*each, **options))[1]
    )
    data = [
        write(gradient())
        for write in (FORMATS["JPEG"], FORMATS["PNG"], FORMATS["TIFF"], FORMATS["WEBP"])
    ]
    with ThreadPoolExecutor(4) as pool:
        assert [image.width for image in pool.map(read_image, data)] == [60] * 4
    assert list(warnings.filters) == filters


def test_max_pixels_counts_pil_images_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_budget, "MAX_PIXELS", 2399)
    refusal(ImageTooLarge, encode(gradient(), "PNG"), "60x40", "2,399")
    refusal(ImageTooLarge, gradient(), "60x40")
    monkeypatch.setattr(decoding_budget, "MAX_PIXELS", 2400)
    assert read_image(encode(gradient(), "PNG")).width == 60
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # of which Pillow allows twice as many
    refusal(ImageTooLarge, encode(gradient(), "WEBP"), "200 pixels")


def test_limit_on_bytes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file it is known before it is read."""
    path = tmp_path / "big.png"
    path.touch()
    os.truncate(path, sources.MAX_FILE_BYTES + 1)
    refusal(ImageTooLarge, path, "big.png", "512 MB")
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 100)
    path.write_bytes(encode(gradient(), "BMP"))
    refusal(ImageTooLarge, path, "big.png")
    refusal(ImageTooLarge, path.read_bytes())
    refusal(ImageTooLarge, io.BytesIO(path.read_bytes()))
    refusal(ImageTooLarge, "data:image/bmp;base64," + base64.b64encode(path.read_bytes()).decode())


# What is no picture


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"dear diary, \xc3\xa9t\xc3\xa9", "is text"),
        (b"BMW is a car, and this is a letter about it", "is text"),
        *(
            (text, "is text")
            for text in (b"P6 is a place", b"P2P and", b"P3 1 2 and", b"P5 3 1 of", b"P1", b"P7\nW")
        ),
        (b"<!doctype html><html><body>404</body></html>", "is an HTML page"),
        *(
            (head + SVG, "is an SVG drawing")
            for head in (b"", b"<?xml?>\n<!-- by hand -->\n<!DOCTYPE svg>\n")
        ),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS"),
        (b"From: ann@example.org\n\n%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", " a PDF "),
        (b"A file with %PDF-1.7 as its first line is a PDF.", "is text"),
        *(
            (other, "notes.jpg")
            for other in (b"PK\x03\x04", b"\0\0\0\x18ftypmp42", bytes(range(1, 200)))
        ),
    ],
)
def test_other_files_are_named_by_their_format(
    content: bytes, said: str, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "notes.jpg"
    path.write_bytes(content)
    error = refusal(ImageFormatUnsupported, str(path), "notes.jpg", said, "not a picture")
    assert ("address of the" in error.hint) == ("HTML" in said)
    assert not identify(content)


def test_empty_sources(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    refusal(ImageUnreadable, path, "empty.png is empty")
    refusal(ImageUnreadable, b"", "standard input is empty", name="-")
    refusal(ImageUnreadable, "data:,", "is empty")
    refusal(ImageNotFound, "", "path")
    assert not identify(b"")


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
PDF = b"%PDF-1.7\n%\xe2\xe3\n"


@pytest.mark.parametrize(
    ("content", "module", "kind"),
    [(HEIC, "pillow_heif", "HEIC"), (PDF, "pypdfium2", "PDF")],
    ids=["heic", "pdf"],
)
def test_missing_extras_are_named(
    content: bytes, module: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    error = refusal(ImageFormatUnsupported, content, "scan.jpg", kind, name="scan.jpg")
    assert error.hint == f"pip install {canonicalize_name(module)}"
    assert identify(content)


def test_heic_is_read_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_pillow(gradient()).save(buffer, format="HEIF", quality=95)
    loaded = read_image(buffer.getvalue())
    assert (loaded.format, loaded.image.mode, loaded.width, loaded.height) == ("HEIC", "RGB", 60, 40)
    refusal(ImageUndecodable, buffer.getvalue()[:-20], "the HEIC is damaged")
    monkeypatch.setattr(decoding_budget, "MAX_PIXELS", 100)
    refusal(ImageTooLarge, buffer.getvalue(), "60x40")


def test_the_first_page_of_a_pdf_is_read_with_its_extra() -> None:
    pytest.importorskip("pypdfium2")
    loaded = read_image(encode(gradient(), "PDF"))
    assert (loaded.format, loaded.image.mode, max(loaded.image.size)) == ("PDF", "RGB", pdf.LONG_SIDE)
    refusal(ImageUndecodable, PDF, "the PDF is damaged")


def test_other_plugins_of_pillow_are_not_used() -> None:
    image = gradient()
    for format in ("PCX", "SGI", "ICNS", "SPIDER", "EPS", "TGA", "JPEG2000", "ICO", "QOI"):
        assert "PNG" in refusal(ImageFormatUnsupported, encode(image, format)).hint


def test_pil_images_are_converted_without_a_change() -> None:
    image = hidden_red("RGBA")
    before = image.tobytes()
    loaded = read_image(image)
    assert pixel(loaded.image) == (255, 255, 255)
    assert (loaded.source, loaded.format, image.tobytes()) == ("<image>", "PIL", before)
    turned = read_image(Image.open(io.BytesIO(photos.turned(gradient(60, 40), 6))))
    assert (turned.width, turned.height, turned.format, turned.orientation_applied) == (
        60,
        40,
        "JPEG",
        True,
    )
    plain = gradient()
    assert read_image(plain).image is not plain
    assert read_image(plain).sha256 == read_image(plain.copy()).sha256
    assert read_image(Image.new("RGB", (2, 3))).sha256 != read_image(Image.new("RGB", (3, 2))).sha256
    jpeg = encode(noise(), "JPEG")
    refusal(
        ImageUndecodable, Image.open(io.BytesIO(jpeg[: len(jpeg) // 2])), "<image> cannot be decoded"
    )


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


def test_pictures_that_python_decodes_have_a_lower_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_budget, "MAX_SLOW_PIXELS", 2399)
    for data in (b"P3 60 40 255 0 ", b"P6 60 40 100 0"):
        refusal(ImageTooLarge, data, "60x40", "2,399")
    assert read_image(encode(gradient(), "PPM")).width == 60
