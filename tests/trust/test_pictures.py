"""Images that are damaged, odd or built to exhaust: one test for each defect that was found."""

from __future__ import annotations

import os
import zlib
from typing import Any

import pytest
from PIL import Image

import image_bombs
from flashsloth.config.picture_scale import PictureScale
from flashsloth.errors import ImageTooLarge, ImageUndecodable, OutOfMemory
from flashsloth.images import color, pdf
from flashsloth.images import decompression_limits as structure
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import resize_to, squares
from image_samples import bmp, chunk, encode, picture, png, samples
from images.helpers import refusal as refused


def test_missing_or_short_palette() -> None:
    rows = zlib.compress(b"\0\1\2" * 2)
    refused(ImageUndecodable, png(2, 2, b"", color=3, packed=rows), "PNG")
    short = chunk(b"PLTE", bytes(9)) + chunk(b"tRNS", b"\xff" * 300 + b"\0")  # the 301st of 3 colours is clear
    refused(ImageUndecodable, png(2, 2, b"", color=3, packed=rows, extra=short), "PNG")


def test_tile_size_counts_as_image_size(monkeypatch: pytest.MonkeyPatch) -> None:
    refused(ImageTooLarge, image_bombs.grey_tiff(1, 1, 5, 46_000), "46000x46000")
    refused(ImageTooLarge, image_bombs.flat_png(1, (1 << 24) + 1, 1, 0), "16,777,216")  # the longest side
    monkeypatch.setattr(structure, "MAX_PIXELS", 1 << 21)
    refused(ImageTooLarge, image_bombs.grey_tiff(1, 1, 5, 2048), "2048x2048")
    monkeypatch.setattr(structure, "MAX_PIXELS", 1000)
    assert read_image(samples()["TIFF tiles"]).width == 30


def test_webp_canvas_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    refused(ImageTooLarge, image_bombs.webp(1 << 24, 10), "16777216x10", "16,384")
    assert read_image(image_bombs.webp(300, 200)).image.size == (300, 200)
    monkeypatch.setattr(structure, "MAX_PIXELS", 10**6)
    refused(ImageTooLarge, image_bombs.webp(3000, 3000), "3000x3000")


def test_run_length_coded_bmp_limit() -> None:
    refused(ImageTooLarge, bmp(100_000_000, 1, 8, 1, b"\1\1\0\0"))
    refused(ImageTooLarge, bmp(13_000, -13_000, 8, 1, b"\1\1\0\0"))
    assert read_image(samples()["BMP RLE8"]).width == 24


def test_jpeg_with_too_many_segments() -> None:
    repeated = encode(picture(), "JPEG")[2:]
    for inserted, mention in (
        (b"\xff\xfe\0\2" * 20_000, "10,000"),
        (image_bombs.segment(0xE1, b"Exif\0\0x") * 65, "64"),
    ):
        refused(ImageUndecodable, b"\xff\xd8\xff\xfe\0\2" + inserted + repeated, mention)
    assert read_image(image_bombs.jpeg(image_bombs.segment(0xE2, bytes(60_000)) * 255)).width == 8


def test_jpeg_with_too_many_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = image_bombs.scans(64, 30)
    assert read_image(repeated).width == 64
    monkeypatch.setattr(structure, "MAX_SCANNED_PIXELS", 20 * 64 * 64)
    refused(ImageUndecodable, repeated)
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True)).width == 64  # about ten
    trailer = b"\xff\xda" * 100  # after the end of the image, like a film in the same file
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True) + trailer).width == 64


def test_png_with_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_PNG_CHUNKS", 100)
    refused(ImageUndecodable, png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 100), "100")
    assert read_image(png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 97)).width == 2


@pytest.mark.slow
def test_pdf_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2")
    with monkeypatch.context() as brief:
        brief.setattr(pdf, "WALL_SECONDS", 1.0)
        refused(ImageUndecodable, image_bombs.nested(7, 10), "4 s")
    assert read_image(image_bombs.pdf(b"0 0 9 9 re f")).image.size == (pdf.LONG_SIDE, pdf.LONG_SIDE)
    refused(ImageUndecodable, image_bombs.pdf(b"").replace(b"/Pages", b"/Nages") + b"%%EOF", "PDF")


@pytest.mark.slow
def test_pdf_process_limits() -> None:
    """The drawing process ends by a signal or MemoryError after too many seconds or bytes."""
    pytest.importorskip("pypdfium2")
    refused(ImageUndecodable, image_bombs.nested(7, 10))


def test_decoder_output_is_hidden(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """What a decoder writes to stderr from native code is not shown, where no other thread could write there."""

    def opinion(*_: object, **__: object) -> None:
        os.write(2, b"Unknown OBU type 14\n")
        raise ValueError("damaged")

    # private: no sample makes a decoder say anything
    monkeypatch.setattr("flashsloth.images.decoder._open", opinion)
    for threads, shown in ((1, ""), (2, "Unknown OBU type 14\n")):  # the lines of other threads must not be lost
        monkeypatch.setattr("threading.active_count", lambda threads=threads: threads)
        for name in ("TIFF raw", "AVIF", "HEIC"):
            if name in samples():
                refused(ImageUndecodable, samples()[name])
                assert capfd.readouterr() == ("", shown)


def test_out_of_memory_while_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("flashsloth.images.decoder.to_rgb", short)
    refused(OutOfMemory, encode(picture(), "PNG"))
    with pytest.raises(OutOfMemory):
        read_image(picture())


def test_conversion_in_strips_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large images are converted strip by strip, so that memory holds them twice and not four times."""
    cases = [(name, reference) for name in samples() if name != "PDF" for reference in (False, True)]
    whole = [read_image(samples()[name], reference=reference).image.tobytes() for name, reference in cases]
    monkeypatch.setattr(color, "STRIP_PIXELS", 100)
    for (name, reference), pixels in zip(cases, whole, strict=True):
        assert read_image(samples()[name], reference=reference).image.tobytes() == pixels, name


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (1, 1 << 20), (1 << 20, 1)])
def test_thin_images_need_little_memory(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A square around 20,000 pixels took 1.6 GB; resizing a column of four million rows by width first took 6 GB."""
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
        assert {square.size for square in squares(image, PictureScale(32, 2, aspect), hd=hd)} == {(32, 32)}
    assert max(made) <= 1 << 24
    assert abs(resize_to(image, 32, 32).getpixel((5, 5))[0] - 255) <= 1
