"""Pictures that would take much memory or time: how much they may, what is refused, and how large JPEGs
are read."""

from __future__ import annotations

import io
import os
import struct
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

import image_bombs
from flashsloth.errors import ImageError, ImageTooLarge, ImageUndecodable, OutOfMemory
from flashsloth.images import color, decoder, decoding_budget, pdf
from flashsloth.images.decoding_budget import (
    BYTES_PER_PIXEL,
    GREY_BYTES_PER_PIXEL,
    OTHER_BYTES_PER_PIXEL,
)
from flashsloth.images.reader import crop_image, read_image
from flashsloth.processing.resizing import resize_to, squares
from flashsloth.sizes.model_sizes import PictureScale
from image_samples import chunk, encode, exif, picture, png, samples
from images.helpers import refusal
from programs import run_python

KINDS = (
    *(
        "JPEG",
        "progressive JPEG",
        "CMYK JPEG",
        "PNG",
        "RGBA PNG",
        "L PNG",
        "P PNG",
        "1 PNG",
        "I;16 PNG",
    ),
    *("GIF", "BMP", "TIFF", "1 TIFF", "F TIFF", "WEBP", "lossless WEBP", "AVIF", "HEIF"),
    *("PPM", "1 PPM", "I PPM"),
)
OPTIONS = {
    "progressive JPEG": {"progressive": True},
    # only what decodes them is measured
    "WEBP": {"method": 0},
    "lossless WEBP": {"lossless": True, "method": 0},
    "AVIF": {"speed": 10},
    "HEIF": {"enc_params": {"preset": "ultrafast"}},
}
OPTIONS["1 TIFF"] = {"compression": "group4"}


def lossy_webp(width: int, height: int) -> bytes:
    data = encode(Image.new("RGB", (16, 16), "red"), "WEBP")
    assert data[12:16] == b"VP8 "
    return data[:26] + width.to_bytes(2, "little") + height.to_bytes(2, "little") + data[30:]


@pytest.mark.parametrize("make", [image_bombs.one_color_webp, lossy_webp])
def test_webp_is_refused_before_it_is_opened(make: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow allocates 8 bytes a pixel when it opens one."""
    # private: fails if anything is opened
    monkeypatch.setattr(decoder, "_open", None)
    with pytest.raises(ImageTooLarge, match="16383x10920 pixels and would take 3,757 MB to decode"):
        read_image(make(16_383, 10_920))  # type: ignore[operator]


def test_limit_on_memory() -> None:
    grey, red = (encode(Image.new(mode, (100, 100)), "PNG") for mode in ("L", "RGB"))
    assert read_image(grey, max_bytes=10_000 * GREY_BYTES_PER_PIXEL).width == 100
    with pytest.raises(
        ImageTooLarge, match="100x100 pixels and would take 0 MB to decode, over the limit of 0 MB"
    ):
        read_image(red, max_bytes=10_000 * GREY_BYTES_PER_PIXEL)
    assert read_image(red, max_bytes=10_000 * OTHER_BYTES_PER_PIXEL).width == 100


@pytest.fixture(scope="module")
def large() -> Image.Image:
    return Image.linear_gradient("L").resize((6_000, 4_000)).convert("RGB")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_estimates(kind: str, large: Image.Image, tmp_path: Path) -> None:
    """The peak of a process that reads 24 megapixels is at most what was estimated."""
    image, size, (*mode, name) = large, large.size, kind.split()
    if name == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if mode == ["I;16"]:
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16))
    elif mode and mode[0] not in ("progressive", "lossless"):
        image = image.convert(mode[0])
    path = tmp_path / "picture"
    image.save(path, name, **OPTIONS.get(kind, {}))
    program = """
import sys
import numpy  # which the reader imports when it is needed; not a part of decoding
from PIL import Image
from flashsloth.images.reader import read_image
from flashsloth.utils.system import peak_resident
Image.init()
data, before = open(sys.argv[1], "rb").read(), peak_resident()
loaded = read_image(data)
print(peak_resident() - before)
"""
    used = int(run_python("-c", program, path))
    with Image.open(path) as opened:
        other = GREY_BYTES_PER_PIXEL if opened.mode in ("1", "L", "P") else OTHER_BYTES_PER_PIXEL
    assert (
        size[0] * size[1]
        < used
        <= size[0] * size[1] * BYTES_PER_PIXEL.get(name.replace("HEIF", "HEIC"), other)
    )


# One limit for all threads


def reserved() -> int:
    # private: the bytes that all threads have reserved
    return sum(decoding_budget._RESERVED.values())


def test_threads_that_read_pictures_stay_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small and large pictures, damaged ones, and one that is estimated above the limit."""
    seen: list[int] = []
    convert = decoder._as_rgb

    def as_rgb(*given: Any, **options: Any) -> Any:
        seen.append(reserved())
        return convert(*given, **options)

    monkeypatch.setattr(decoder, "_as_rgb", as_rgb)
    monkeypatch.setattr(decoding_budget, "MAX_BYTES", 10_000 * OTHER_BYTES_PER_PIXEL)
    files = [encode(Image.new("RGB", (side, side), "red"), "PNG") for side in (10, 50, 80, 100, 150)]
    files += [encode(picture(), kind) for kind in ("JPEG", "GIF", "TIFF", "WEBP")]
    cut = files[2][:60]

    def read(data: bytes) -> tuple[int, int] | str:
        try:
            return read_image(data).image.size
        except ImageError as error:
            return str(error)

    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(read, [*files, cut] * 8)]
    assert found == [*map(read, [*files, cut])] * 8
    assert reserved() == 0
    alone = 150 * 150 * OTHER_BYTES_PER_PIXEL  # the one above the limit
    assert 0 < min(seen) < decoding_budget.MAX_BYTES
    assert all(each == alone or each <= decoding_budget.MAX_BYTES for each in seen)


def test_two_threads_that_need_more_than_they_have_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A part of a large JPEG is cut from its full size, after it was read at a fraction."""
    monkeypatch.setattr(decoder, "REDUCED_PIXELS", 100)
    monkeypatch.setattr(decoder, "REDUCED_SIDE", 4)
    data = encode(Image.new("RGB", (96, 64), "red"), "JPEG")
    monkeypatch.setattr(decoding_budget, "MAX_BYTES", 96 * 64 * OTHER_BYTES_PER_PIXEL)
    both = threading.Barrier(2, timeout=60)

    @decoding_budget.one_picture()
    def read_twice() -> tuple[int, int]:
        whole = read_image(data)
        both.wait()  # each has reserved the bytes of the fraction
        return crop_image(whole, "0,0,90,60").image.size

    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(read_twice) for _ in range(2)]
        assert [each.result(60) for each in found] == [(90, 60)] * 2
    assert reserved() == 0


def test_a_page_of_a_pdf_counts_while_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []

    def draw(*given: Any) -> tuple[Image.Image, int, list[str]]:
        counted.append(reserved())
        return Image.new("RGB", (3, 4)), 1, []

    monkeypatch.setattr(decoder, "render_page", draw)
    monkeypatch.setattr("flashsloth.images.formats.require_extra", Mock())
    read_image(b"%PDF-1.7")
    assert (counted, reserved()) == ([decoding_budget.PDF_BYTES], 0)


def test_the_heap_is_released_after_a_large_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """glibc keeps freed memory for the thread that used it, so each thread would keep a picture."""
    released = Mock()
    monkeypatch.setattr(decoding_budget.system, "release_heap", released)
    large, small = (encode(Image.new("RGB", (side, 100)), "PNG") for side in (101, 99))
    monkeypatch.setattr(decoding_budget, "LARGE", 10_000 * OTHER_BYTES_PER_PIXEL)
    read_image(small)
    assert released.call_count == 0
    read_image(large)
    assert released.call_count == 1


# Limits on the structure of files


def test_missing_or_short_palette() -> None:
    rows = zlib.compress(b"\0\1\2" * 2)
    refusal(ImageUndecodable, png(2, 2, b"", color=3, packed=rows), "PNG")
    # the 301st of 3 colours is clear
    short = chunk(b"PLTE", bytes(9)) + chunk(b"tRNS", b"\xff" * 300 + b"\0")
    refusal(ImageUndecodable, png(2, 2, b"", color=3, packed=rows, extra=short), "PNG")


def test_sizes_that_a_header_states_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a picture, a canvas, a frame, a tile and a side."""
    for bomb in image_bombs.headers():
        with pytest.raises(ImageError):
            read_image(bomb.make())
    refusal(ImageTooLarge, image_bombs.webp(20_000, 10), "16,384")
    assert read_image(image_bombs.webp(300, 200)).image.size == (300, 200)
    assert read_image(samples()["BMP RLE8"]).width == 24
    monkeypatch.setattr(decoding_budget, "MAX_PIXELS", 1000)
    refusal(ImageTooLarge, image_bombs.webp(3000, 3000), "3000x3000")
    assert read_image(samples()["TIFF tiles"]).width == 30  # small tiles, that reach over its edge


def test_jpeg_with_too_many_segments() -> None:
    repeated = encode(picture(), "JPEG")[2:]
    for inserted, mention in (
        (b"\xff\xfe\0\2" * 20_000, "10,000"),
        (image_bombs.segment(0xE1, b"Exif\0\0x") * 65, "64"),
    ):
        refusal(ImageUndecodable, b"\xff\xd8\xff\xfe\0\2" + inserted + repeated, mention)
    assert read_image(image_bombs.jpeg(image_bombs.segment(0xE2, bytes(60_000)) * 255)).width == 8


def test_jpeg_with_too_many_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = image_bombs.scans(64, 30)
    assert read_image(repeated).width == 64
    monkeypatch.setattr(decoding_budget, "MAX_SCANNED_PIXELS", 20 * 64 * 64)
    refusal(ImageUndecodable, repeated)
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True)).width == 64  # about ten
    trailer = b"\xff\xda" * 100  # after the end of the image, like a film in the same file
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True) + trailer).width == 64


def test_scans_after_an_end_marker_within_a_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoders read on, so these scans count."""
    plain = image_bombs.scans(64, 30)
    at = plain.index(b"\xff\xda", plain.index(b"\xff\xda") + 2)
    monkeypatch.setattr(decoding_budget, "MAX_SCANNED_PIXELS", 20 * 64 * 64)
    refusal(ImageUndecodable, plain[:at] + b"\xff\xfe\0\4\xff\xd9" + plain[at:], "scans")


@pytest.mark.parametrize("marker", [b"\xff\xc8", b"\xff\xf0", b"\xff\xfd"])
def test_markers_without_a_length_count_as_fill(marker: bytes) -> None:
    """Pillow reads them one by one, and what would be a length does not skip any."""
    refusal(ImageUndecodable, image_bombs.jpeg(marker * (1 << 17)), "between its segments")


def test_frames_of_an_mpo_are_read_once() -> None:
    """Frames that overlap are left out, and a frame has the limits of a JPEG also beyond its size."""
    made = io.BytesIO()
    picture().save(made, "MPO", save_all=True, append_images=[picture()] * 2)
    data = made.getvalue()
    assert read_image(data).pages == 3
    base = data.index(b"MPF\0") + 4
    entries = data.rindex(
        struct.pack("<I", 0x030000), base, data.index(b"\xff\xdb")
    )  # the type of the first
    size, second = struct.unpack_from("<II", data, entries + 20)
    overlapping = bytearray(data)
    struct.pack_into("<II", overlapping, entries + 36, len(data), second)
    assert read_image(bytes(overlapping)).pages == 2
    frame = base + second
    longer = (
        data[: frame + size - 2] + image_bombs.segment(0xFE, b"") * 20_000 + data[frame + size - 2 :]
    )
    refusal(ImageUndecodable, longer, "10,000", page=2)


def test_metadata_of_a_heic_is_not_read_for_each_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pictures of a file may share the same megabytes."""
    heif = pytest.importorskip("pillow_heif")
    opened: list[Any] = []
    real = heif.open_heif
    monkeypatch.setattr(heif, "open_heif", lambda file: opened.append(real(file)) or opened[-1])
    data = samples()["HEIC"]
    assert real(io.BytesIO(data)).info["exif"]
    assert read_image(data).orientation_applied  # it is in the container, too
    assert not opened[0].info.get("exif")
    entry = data[data.index(b"infe") :][:18].replace(b"hvc1", b"Exif")
    refusal(ImageUndecodable, data + entry * 200, "metadata", max_bytes=800 * len(data))
    profile = struct.pack(">I", len(data)) + b"colrprof"
    refusal(ImageUndecodable, data + profile + b"infe" * 200, "metadata", max_bytes=800 * len(data))
    assert read_image(data, max_bytes=800 * len(data)).width


def test_png_with_too_many_profiles() -> None:
    profile = chunk(b"iCCP", b"a\0\0" + image_bombs.zeros(100))
    refusal(ImageUndecodable, png(2, 2, bytes(14), extra=profile * 257), "256")
    assert read_image(png(2, 2, bytes(14), extra=profile * 256)).width == 2


def test_png_with_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_budget, "MAX_PNG_CHUNKS", 100)
    refusal(ImageUndecodable, png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 100), "100")
    assert read_image(png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 97)).width == 2


@pytest.mark.slow
def test_limits_of_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that draws it is ended, by itself after too many seconds of computing, or by us."""
    pytest.importorskip("pypdfium2")
    refusal(ImageUndecodable, image_bombs.nested(7, 10))
    with monkeypatch.context() as brief:
        brief.setattr(pdf, "WALL_SECONDS", 1.0)
        refusal(ImageUndecodable, image_bombs.nested(7, 10), "4 s")
    assert read_image(image_bombs.pdf(b"0 0 9 9 re f")).image.size == (pdf.LONG_SIDE, pdf.LONG_SIDE)
    refusal(ImageUndecodable, image_bombs.pdf(b"").replace(b"/Pages", b"/Nages") + b"%%EOF", "PDF")


def test_decoder_output_is_hidden(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What a decoder writes to stderr from native code is not shown, where no other thread could write
    there."""

    def opinion(*_: object, **__: object) -> None:
        os.write(2, b"Unknown OBU type 14\n")
        raise ValueError("damaged")

    # private: no sample makes a decoder say anything
    monkeypatch.setattr("flashsloth.images.decoder._open", opinion)
    # the lines of other threads must not be lost
    for threads, shown in ((1, ""), (2, "Unknown OBU type 14\n")):
        monkeypatch.setattr("threading.active_count", lambda threads=threads: threads)
        for name in ("TIFF raw", "AVIF", "HEIC"):
            if name in samples():
                refusal(ImageUndecodable, samples()[name])
                assert capfd.readouterr() == ("", shown)


def test_out_of_memory_while_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flashsloth.images.decoder.to_rgb", Mock(side_effect=MemoryError))
    refusal(OutOfMemory, encode(picture(), "PNG"))
    with pytest.raises(OutOfMemory):
        read_image(picture())


def test_conversion_in_strips_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large images are converted strip by strip, so that memory holds them twice and not four times."""
    cases = [(name, reference) for name in samples() if name != "PDF" for reference in (False, True)]
    whole = [
        read_image(samples()[name], reference=reference).image.tobytes() for name, reference in cases
    ]
    monkeypatch.setattr(color, "STRIP_PIXELS", 100)
    for (name, reference), pixels in zip(cases, whole, strict=True):
        assert read_image(samples()[name], reference=reference).image.tobytes() == pixels, name


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (1, 1 << 20), (1 << 20, 1)])
def test_thin_images_need_little_memory(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A square around 20,000 pixels took 1.6 GB; resizing a column of four million rows by width first
    took 6 GB."""
    made: list[int] = []
    new, resize = Image.new, Image.Image.resize

    def counted(mode: str, size: tuple[int, int], *rest: Any) -> Image.Image:
        made.append(size[0] * size[1])
        return new(mode, size, *rest)

    def resized(self: Image.Image, wanted: tuple[int, int], *rest: Any) -> Image.Image:
        made.append(wanted[0] * self.height if wanted[0] != self.width else wanted[0] * wanted[1])
        return resize(self, wanted, *rest)

    monkeypatch.setattr(Image, "new", counted)
    monkeypatch.setattr(Image.Image, "resize", resized)
    image = Image.frombytes("RGB", size, bytes((255, 0, 0)) * (size[0] * size[1]))
    for aspect, hd in (("square", False), ("square", True), ("pad", False)):
        assert {square.size for square in squares(image, PictureScale(32, 2, aspect), hd=hd)} == {
            (32, 32)
        }
    assert max(made) <= 1 << 24
    assert abs(resize_to(image, 32, 32).getpixel((5, 5))[0] - 255) <= 1


# Very large JPEGs


@pytest.fixture(params=[3, pytest.param(1, marks=pytest.mark.slow)], ids=["smaller", "as large"])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """By what the sides of the pictures and of the limits are divided, to be quick."""
    monkeypatch.setattr(decoder, "REDUCED_PIXELS", decoder.REDUCED_PIXELS // request.param**2)
    monkeypatch.setattr(decoder, "REDUCED_SIDE", decoder.REDUCED_SIDE // request.param)
    return int(request.param)


def detailed(part: int) -> Image.Image:
    """27 megapixels with noise in every pixel."""
    noise = np.random.default_rng(1).integers(0, 255, (375, 500, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((6_000 // part, 4_500 // part), Image.Resampling.BICUBIC)


def test_large_jpeg_is_decoded_at_a_fraction(part: int) -> None:
    data = encode(detailed(part), "JPEG", quality=90, exif=exif(6))
    read = read_image(data)
    assert (read.width, read.height) == (4_500 // part, 6_000 // part)
    assert read.image.size == (2_250 // part, 3_000 // part)
    exact = read_image(data, reference=True).image
    assert exact.size == (6_000 // part, 4_500 // part)
    detail = exact.transpose(Image.Transpose.ROTATE_270).crop((64, 64, 128, 128))
    # a part of it keeps its pixels
    assert crop_image(read, "64,64,64,64").image.tobytes() == detail.tobytes()


@pytest.mark.slow
def test_what_the_model_reads_hardly_changes() -> None:
    data = encode(detailed(1), "JPEG", quality=90)
    squares = [resize_to(read_image(data, reference=exact).image, 384, 384) for exact in (True, False)]
    exact, reduced = (np.asarray(square).astype(int) for square in squares)
    assert np.abs(exact - reduced).max() <= 3


@pytest.mark.parametrize("size", [(6_016, 4_016), (30_000, 1_000)], ids=["of a camera", "thin"])
def test_other_jpegs_keep_their_pixels(size: tuple[int, int], part: int) -> None:
    image = Image.linear_gradient("L").resize((size[0] // part, size[1] // part)).convert("RGB")
    assert read_image(encode(image, "JPEG")).image.size == image.size
