"""Pictures that are damaged, cut, odd or built to exhaust: the checks of benchmarks/trust with few inputs, and one test
for each defect that they found."""

from __future__ import annotations

import os
import random
import zlib
from pathlib import Path
from typing import Any

import faulty
import pytest
from PIL import Image

from benchmarks.trust import bombs, pictures
from benchmarks.trust.check import Check
from benchmarks.trust.seeds import bmp, chunk, encode, exif, picture, png, profile, seeds
from flashsloth.errors import FlashSlothError, ImageTooLarge, ImageUndecodable, OutOfMemory
from flashsloth.images import color, pdf
from flashsloth.images import decompression_limits as structure
from flashsloth.images.reader import read_image
from flashsloth.processing.image_processor import pad_to_square, preprocess, resize_square


@pytest.mark.parametrize("check", pictures.CHECKS, ids=lambda check: check.name)
def test_few(check: Check, tmp_path: Path) -> None:
    outcome = check.run(check.quick, random.Random(zlib.crc32(check.name.encode())), tmp_path)
    assert outcome.tried == check.quick
    assert outcome.good, outcome.details


@pytest.mark.slow
def test_twenty_thousand_mutations(tmp_path: Path) -> None:
    check = pictures.CHECKS[0]
    outcome = check.run(check.full, random.Random(zlib.crc32(check.name.encode())), tmp_path)
    assert outcome.tried == check.full == 20_000
    assert outcome.good, outcome.details
    assert outcome.refused > 5000  # else the mutations do no harm
    assert outcome.tried - outcome.refused > 2000  # or too much


def test_a_defect_would_be_seen() -> None:
    """The checks can fail."""
    outcome = pictures.read_all("faulty:faulty", 9, 0)
    assert (outcome.tried, outcome.wrong, outcome.crashes, outcome.hangs) == (9, len(faulty.REPORTED), 2, 1)
    said = "\n".join(outcome.details)
    for words in (*faulty.REPORTED, *faulty.DEATHS, "KeyError"):
        assert words in said


# One test for each defect


def refused(error: type[FlashSlothError], data: bytes, *mentions: str, **options: Any) -> None:
    with pytest.raises(error) as caught:
        read_image(data, name="a", **options)
    assert type(caught.value) is error
    assert caught.value.hint
    for mention in mentions:
        assert mention in str(caught.value)


def test_a_palette_that_is_missing_or_short_is_damage() -> None:
    rows = zlib.compress(b"\0\1\2" * 2)
    refused(ImageUndecodable, png(2, 2, b"", colour=3, packed=rows), "a cannot be decoded: the PNG is damaged")
    short = chunk(b"PLTE", bytes(9)) + chunk(b"tRNS", b"\xff" * 300 + b"\0")  # the 301st of 3 colours is clear
    refused(ImageUndecodable, png(2, 2, b"", colour=3, packed=rows, extra=short), "the PNG is damaged")


def test_a_tile_counts_against_the_ceiling() -> None:
    refused(ImageTooLarge, bombs.grey_tiff(1, 1, 5, 46_000), "tiles of 46000x46000")
    refused(ImageTooLarge, bombs.grey_tiff(1, 1, 5, 2048), "tiles of 2048x2048", max_pixels=1 << 21)
    assert read_image(seeds()["TIFF tiles"], max_pixels=1000).width == 30


def test_a_canvas_that_is_too_wide_is_never_begun() -> None:
    refused(ImageTooLarge, bombs.webp(1 << 24, 10), "16777216x10", "16,384")
    refused(ImageTooLarge, bombs.webp(3000, 3000), "3000x3000", max_pixels=10**6)
    assert read_image(bombs.webp(300, 200)).image.size == (300, 200)


def test_a_run_length_coded_bmp_has_a_ceiling_of_its_own() -> None:
    refused(ImageTooLarge, bmp(100_000_000, 1, 8, 1, b"\1\1\0\0"), "run-length encoded")
    refused(ImageTooLarge, bmp(13_000, -13_000, 8, 1, b"\1\1\0\0"), "run-length encoded")
    assert read_image(seeds()["BMP RLE8"]).width == 24


def test_a_jpeg_of_nothing_but_parts() -> None:
    repeated = encode(picture(), "JPEG")[2:]
    for inserted, said in (
        (b"\xff\xfe\0\2" * 20_000, "10,000 segments"),
        (bombs.segment(0xE1, b"Exif\0\0x") * 65, "64 EXIF segments"),
        (bytes(2 << 20), "1,048,576 bytes between"),
        (b"\xff" * (2 << 20), "1,048,576 bytes between"),
        (b"\xff\xd0" * (1 << 20), "1,048,576 bytes between"),
    ):
        refused(ImageUndecodable, b"\xff\xd8\xff\xfe\0\2" + inserted + repeated, said)
    refused(ImageUndecodable, b"\xff\xd8\xff\xe0\0\2" + bytes(2 << 20), "1,048,576 bytes between")
    assert read_image(bombs.jpeg(bombs.segment(0xE2, bytes(60_000)) * 255)).width == 8


def test_a_jpeg_of_too_many_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = bombs.scans(64, 30)
    assert read_image(repeated).width == 64
    monkeypatch.setattr(structure, "MAX_SCANNED_PIXELS", 20 * 64 * 64)
    refused(ImageUndecodable, repeated, "scans")
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True)).width == 64  # about ten
    trailer = b"\xff\xda" * 100  # after the picture's end, as a film in the same file
    assert read_image(encode(picture("RGB", 64, 64), "JPEG", progressive=True) + trailer).width == 64


def test_a_png_of_nothing_but_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_PNG_CHUNKS", 100)
    refused(ImageUndecodable, png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 100), "more than 100 chunks")
    assert read_image(png(2, 2, bytes(14), extra=chunk(b"prVt", b"") * 97)).width == 2


def test_a_side_has_a_ceiling() -> None:
    refused(ImageTooLarge, bombs.flat_png(1, (1 << 24) + 1, 1, 0), "16,777,216 pixels for a side")


def test_a_page_that_draws_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2")
    monkeypatch.setattr(pdf, "WALL_SECONDS", 1.0)
    refused(ImageUndecodable, bombs.nested(7, 10), "more than 1 s to draw")
    assert read_image(bombs.pdf(b"0 0 9 9 re f")).image.size == (pdf.LONG_SIDE, pdf.LONG_SIDE)
    refused(ImageUndecodable, bombs.pdf(b"").replace(b"/Pages", b"/Nages") + b"%%EOF", "the PDF is damaged (")


@pytest.mark.slow
def test_a_page_has_limits_of_its_own() -> None:
    """A process that takes too many seconds or too much memory ends by a signal or by MemoryError."""
    pytest.importorskip("pypdfium2")
    refused(ImageUndecodable, bombs.nested(7, 10), "to draw")


def test_libraries_keep_their_opinions(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever a reader of these formats writes to stderr past Python is no part of what the program says."""

    def opinion(*_: object, **__: object) -> None:
        os.write(2, b"Unknown OBU type 14\n")
        raise ValueError("damaged")

    for name in ("TIFF raw", "AVIF", "HEIC"):
        if name in seeds():
            monkeypatch.setattr("flashsloth.images.decoder._open", opinion)
            refused(ImageUndecodable, seeds()[name])
    assert capfd.readouterr() == ("", "")


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("flashsloth.images.decoder.to_rgb", short)
    refused(OutOfMemory, encode(picture(), "PNG"), "a does not fit into memory once decoded")
    with pytest.raises(OutOfMemory):
        read_image(picture())


@pytest.mark.parametrize("reference", [False, True])
def test_strips_change_nothing(reference: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large pictures are converted strip by strip, so that they are held twice and not four times."""
    names = [name for name in seeds() if name != "PDF"]
    whole = [read_image(seeds()[name], reference=reference).image.tobytes() for name in names]
    monkeypatch.setattr(color, "STRIP_PIXELS", 100)
    for name, pixels in zip(names, whole, strict=True):
        assert read_image(seeds()[name], reference=reference).image.tobytes() == pixels, name


def test_orientation_comes_after_colour() -> None:
    turned = picture("CMYK")
    data = encode(turned, "JPEG", exif=exif(6), icc_profile=profile())
    plain = read_image(encode(turned, "JPEG", icc_profile=profile())).image
    assert read_image(data).image.tobytes() == plain.transpose(Image.Transpose.ROTATE_270).tobytes()


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (1, 1 << 20), (1 << 20, 1)])
def test_thin_pictures_are_prepared_in_little_room(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A square around 20,000 pixels was 1.6 GB, and around a million no memory suffices; to squeeze the width of a
    column of four million rows first took 6 GB."""
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
    for options in ({}, {"hd": True}, {"aspect": "pad"}):
        pixels = preprocess(image, 32, **options)
        assert pixels.shape[-3:] == (3, 32, 32)
    assert max(made) <= 1 << 24
    assert abs(resize_square(image, 32).getpixel((5, 5))[0] - 255) <= 1  # type: ignore[index]


def test_usual_pictures_are_prepared_as_ever() -> None:
    for size in ((40, 28), (28, 40), (300, 7)):
        image = picture("RGB", *size)
        square = pad_to_square(image).resize((64, 64), Image.Resampling.BICUBIC)
        assert (preprocess(image, 64, aspect="pad") == preprocess(square, 64)).all()
