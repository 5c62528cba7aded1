"""Several pages in one file: the first is read with a warning, `scan.tif#2` names another."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flashsloth.errors import ImageNotFound
from flashsloth.images.reader import read_image
from flashsloth.images.sources import find_path, page_sources, source_kind, stat_source
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


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "PDF"])
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
    assert page_sources(str(tmp_path / "copy.tif")) == [f"{tmp_path / 'copy.tif'}#{page}" for page in (1, 2)]
    (tmp_path / "cut.tif").write_bytes(pages("TIFF")[:9])
    (tmp_path / "text.txt").write_text("hello")
    for name in ("cut.tif", "text.txt", "missing.tif", "."):
        assert page_sources(str(tmp_path / name)) == [str(tmp_path / name)]
    for source in ("-", "https://x.example/a.tif", "data:image/tiff;base64,AA"):
        assert page_sources(source) == [source]
