"""Several pages in one file: the first is read with a warning, `scan.tif#2` names another."""

from __future__ import annotations

import base64
import io
import os
import struct
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flashsloth.errors import ImageNotFound
from flashsloth.images import decoder, sources
from flashsloth.images.formats import all_directories
from flashsloth.images.reader import crop_image, load_image, read_image
from flashsloth.images.sources import find_path, page_sources, source_kind, stat_source
from flashsloth.utils import child
from image_samples import encode
from images.helpers import pixel, refusal

COLORS = ((255, 0, 0), (0, 0, 255), (0, 255, 0))


def pages(kind: str, **options: Any) -> bytes:
    first, *others = (Image.new("RGB", (32, 24), color) for color in COLORS)
    return encode(first, kind, save_all=True, append_images=others, **options)


def with_reduced_copy() -> bytes:
    page, copy = Image.new("RGB", (32, 24), "red"), Image.new("RGB", (16, 12), "red")
    copy.encoderinfo = {"tiffinfo": {254: 1}}  # type: ignore[attr-defined]
    return encode(page, "TIFF", save_all=True, append_images=[page, copy])


FILES: dict[str, Callable[[], bytes]] = {
    "a.tif": lambda: pages("TIFF"),
    "zip.tif": lambda: pages("TIFF", compression="tiff_lzw"),
    "big.tif": lambda: pages("TIFF", big_tiff=True),
    "a.gif": lambda: pages("GIF"),
    "a.webp": lambda: pages("WEBP", lossless=True),
    "a.pdf": lambda: pages("PDF"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "a.pdf" else ()) for name in FILES]
)
def test_each_page_is_named(name: str, tmp_path: Path) -> None:
    """The first is read with a warning where none was named."""
    path, data = str(tmp_path / name), FILES[name]()
    Path(path).write_bytes(data)
    assert page_sources(path) == [f"{path}#{page}" for page in (1, 2, 3)]
    assert page_sources(f"{path}#2") == [f"{path}#2"]
    url = Path(path).as_uri()
    for source in (path, url):
        read = [read_image(f"{source}#{page}") for page in (1, 2, 3)]
        for each, color in zip(read, COLORS, strict=True):
            assert max(abs(a - b) for a, b in zip(pixel(each.image, 9, 9), color, strict=True)) < 12
            assert each.warnings == ()
        assert len({each.sha256 for each in read}) == 3
    assert read[1].source == f"{url}#2"
    assert f"{name}#3" in refusal(ImageNotFound, f"{path}#4", f"{name}#4", "3 pages").hint
    assert read_image(path).warnings == (f"{path}: page 1 of 3; {path}#2 is the next",)
    for memory in (data, f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}"):
        image = read_image(memory, name="messages[0]")
        assert (image.warnings, image.encoded) == (("messages[0]: page 1 of 3",), data)


def noise(side: int) -> Image.Image:
    return Image.effect_noise((side, side), 99).convert("RGB")


def large(kind: str, count: int, **options: Any) -> bytes:
    """Return a file of several hundred kB."""
    first, *others = (noise(600) for _ in range(count))
    if others:
        options |= {"save_all": True, "append_images": others}
    return encode(first, kind, **options)


LARGE: dict[str, tuple[Callable[[], bytes], int]] = {
    "a still WebP": (lambda: large("WEBP", 1, lossless=True), 1),
    "a still WebP with EXIF": (lambda: large("WEBP", 1, exif=b"Exif\0\0" + bytes(300_000)), 1),
    "an animated WebP": (lambda: large("WEBP", 3, lossless=True), 3),
    "a TIFF": (lambda: large("TIFF", 3), 3),
    "a TIFF of one page": (lambda: large("TIFF", 1), 1),
    "a JPEG": (lambda: large("JPEG", 1, quality=100), 1),
}


class CountingFile(io.FileIO):
    """Counts the bytes that are read of all files."""

    count = 0

    def readinto(self, buffer: Any) -> int:
        got = super().readinto(buffer)
        CountingFile.count += got
        return got

    def read(self, size: int = -1) -> bytes:
        got = super().read(size)
        CountingFile.count += len(got)
        return got


@pytest.mark.parametrize("name", LARGE)
def test_pages_are_counted_from_a_small_part_of_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A buffer for each page and for the header, however large the file is."""
    make, count = LARGE[name]
    path = tmp_path / "picture"
    path.write_bytes(make())
    assert path.stat().st_size > 20 * io.DEFAULT_BUFFER_SIZE

    def opened(file: str, mode: str, buffering: int = -1, opener: Any = None) -> Any:
        raw = CountingFile(file, opener=opener)
        return io.BufferedReader(raw) if buffering else raw

    monkeypatch.setattr(sources, "open", opened, raising=False)
    monkeypatch.setattr(CountingFile, "count", 0)
    assert len(page_sources(str(path))) == count
    assert 0 < CountingFile.count <= (2 + 2 * count) * io.DEFAULT_BUFFER_SIZE


def test_a_large_gif_is_not_held_in_memory(tmp_path: Path) -> None:
    """Its frames can only be counted by following all of its blocks."""
    path = tmp_path / "a.gif"
    path.write_bytes(large("GIF", 3))
    tracemalloc.start()
    try:
        assert len(page_sources(str(path))) == 3
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 4
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_pdf_is_not_sent_to_the_process_that_counts_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That process reads what it needs, also of a file whose name is not UTF-8."""
    name = os.fsdecode(b"\xe9 \n.pdf") if sys.platform == "linux" else "a.pdf"
    (tmp_path / name).write_bytes(pages("PDF") + bytes(10**6))
    sent: list[int] = []
    run = child.run
    monkeypatch.setattr(child, "run", lambda *given: sent.append(len(given[1])) or run(*given))
    monkeypatch.chdir(tmp_path)
    assert page_sources(name) == [f"{name}#{page}" for page in (1, 2, 3)]
    assert max(sent) < 1000


def test_a_position_that_no_file_has_ends_the_chain_of_pages(tmp_path: Path) -> None:
    """As where the picture is read."""
    data = pages("TIFF", big_tiff=True)
    last = all_directories(io.BytesIO(data))[0][-1].at
    end = last + 8 + 20 * int.from_bytes(data[last : last + 8], "little")
    assert data[end : end + 8] == bytes(8)  # there is no next one
    path = tmp_path / "a.tif"
    for position in (2**63 - 1, 2**64 - 1):
        path.write_bytes(data[:end] + struct.pack("<Q", position) + data[end + 8 :])
        assert len(page_sources(str(path))) == read_image(path).pages == 3


def heic() -> bytes:
    """Return three pictures, of which the last one is the primary one, that programs show."""
    buffer = io.BytesIO()
    heif = pytest.importorskip("pillow_heif")
    made = heif.from_pillow(Image.new("RGB", (64, 48), COLORS[1]))
    made.add_from_pillow(Image.new("RGB", (64, 48), COLORS[2]))
    made.add_from_pillow(Image.new("RGB", (64, 48), COLORS[0]))
    made.save(buffer, format="HEIF", quality=95, primary_index=2)
    return buffer.getvalue()


def mpo(*others: Image.Image) -> bytes:
    return encode(
        Image.new("RGB", (32, 24), COLORS[0]),
        "MPO",
        save_all=True,
        append_images=list(others),
        quality=95,
    )


FRAMES: dict[str, Callable[[], bytes]] = {
    "a.png": lambda: pages("PNG"),
    "a.avif": lambda: pages("AVIF", quality=95),
    "a.heic": heic,
    "a.mpo": lambda: mpo(*(Image.new("RGB", (32, 24), color) for color in COLORS[1:])),
}


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_is_named_but_a_batch_has_one_row(name: str, tmp_path: Path) -> None:
    path, data = str(tmp_path / name), FRAMES[name]()
    Path(path).write_bytes(data)
    assert page_sources(path) == [path]
    assert read_image(path).warnings == (f"{path}: page 1 of 3; {path}#2 is the next",)
    read = [read_image(f"{path}#{page}") for page in (1, 2, 3)]
    for each, color in zip([read_image(path), *read], (COLORS[0], *COLORS), strict=True):
        assert max(abs(a - b) for a, b in zip(pixel(each.image, 9, 9), color, strict=True)) < 12
    assert [each.warnings for each in read] == [()] * 3
    assert len({each.sha256 for each in read}) == 3
    assert f"{name}#3" in refusal(ImageNotFound, f"{path}#4", f"{name}#4", "3 pages").hint
    assert load_image(path, reference=True).tobytes() == load_image(path).tobytes()


def test_an_apng_with_a_still_picture_of_its_own(tmp_path: Path) -> None:
    """It is what programs show that do not know APNG, and is no frame."""
    path = tmp_path / "a.apng"
    path.write_bytes(pages("PNG", default_image=True))
    assert [pixel(read_image(f"{path}#{page}").image) for page in (1, 2, 3)] == list(COLORS)


def test_a_gain_map_or_a_preview_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    path.write_bytes(mpo(Image.new("L", (16, 12), 200), Image.new("RGB", (24, 32), "white")))
    assert read_image(path).warnings == ()
    refusal(ImageNotFound, f"{path}#2", "the file has 1 page")
    path.write_bytes(mpo(Image.new("L", (16, 12), 200), Image.new("RGB", (32, 24), COLORS[1])))
    assert pixel(read_image(f"{path}#2").image)[2] > 245
    refusal(ImageNotFound, f"{path}#3", "the file has 2 pages")
    # the index is damaged
    path.write_bytes(path.read_bytes().replace(b"MPF\0II*\0\x08", b"MPF\0II*\0\xff"))
    assert read_image(path).warnings == ()


def test_a_part_of_a_large_named_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted in pixels of the whole page, as for a large picture without a page."""
    monkeypatch.setattr(decoder, "REDUCED_PIXELS", 100)
    monkeypatch.setattr(decoder, "REDUCED_SIDE", 4)
    image = Image.new("RGB", (96, 64), COLORS[1])
    image.paste(COLORS[0], (0, 0, 48, 64))
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(image, "JPEG", quality=95))
    for name in (str(path), f"{path}#1"):
        part = crop_image(read_image(name), "34,0,10,10")
        assert (part.crop, pixel(part.image, 5, 5)[0] > 240) == ((34, 0, 10, 10), True)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "PDF", "JPEG", "AVIF"])
def test_one_page(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(encode(Image.new("RGB", (32, 24), "red"), kind))
    assert read_image(path).warnings == ()
    assert page_sources(str(path)) == [str(path)]
    assert pixel(read_image(f"{path}#1").image)[0] > 240
    refusal(ImageNotFound, f"{path}#2", "the file has 1 page")


def test_a_file_whose_name_ends_like_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.tif").write_bytes(pages("TIFF"))
    Path("x.tif#2").write_bytes(encode(Image.new("RGB", (8, 8), "white"), "PNG"))
    assert pixel(read_image("x.tif#2").image) == (255, 255, 255)
    assert page_sources("x.tif#2") == ["x.tif#2"]
    assert pixel(read_image("x.tif#3").image, 9, 9) == COLORS[2]
    assert find_path("x.tif#3") == "x.tif#3"
    assert find_path("'x.tif'#3") == "x.tif#3"
    assert stat_source("x.tif#3") == os.stat("x.tif")
    assert source_kind("x.tif#3") == "path"
    for name in ("y.tif#2", "x.tif#0", "x.tif#02", "x.tif#"):
        refusal(ImageNotFound, name, "no file")


def test_what_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "copy.tif").write_bytes(with_reduced_copy())
    assert page_sources(str(tmp_path / "copy.tif")) == [
        f"{tmp_path / 'copy.tif'}#{page}" for page in (1, 2)
    ]
    (tmp_path / "cut.tif").write_bytes(pages("TIFF")[:9])
    (tmp_path / "text.txt").write_text("hello")
    for name in ("cut.tif", "text.txt", "missing.tif", "."):
        assert page_sources(str(tmp_path / name)) == [str(tmp_path / name)]
    for source in ("-", "https://x.example/a.tif", "data:image/tiff;base64,AA"):
        assert page_sources(source) == [source]
