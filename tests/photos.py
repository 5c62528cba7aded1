"""Real photographs (tests/photographs, with their sources), and the files that cameras and programs
make of such."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from image_samples import encode as encoded
from paths import TESTS

FOLDER = TESTS / "photographs"
PATHS = sorted([*FOLDER.glob("*.jpg"), *FOLDER.glob("*.webp")])
ORIENTATIONS = range(1, 9)
_UNDO = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_90",
    7: "TRANSVERSE",
}
_UNDO[8] = "ROTATE_270"


def photo(name: str) -> Image.Image:
    """Return a photograph as RGB, transparent parts on white."""
    image = Image.open(FOLDER / name)
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def turned(image: Image.Image, orientation: int, format: str = "JPEG", **options: Any) -> bytes:
    """Return a file whose pixels lie as in a camera held in one of the eight ways, with the tag that
    says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = image if orientation == 1 else image.transpose(Image.Transpose[_UNDO[orientation]])
    options = {"quality": 95, **({"subsampling": 0} if format == "JPEG" else {}), **options}
    return encoded(stored, format, exif=exif, **options)


def variants(image: Image.Image) -> dict[str, bytes]:
    """Return files with the picture, by name. `cut.jpg` lacks its second half, `grey…` its colors."""
    grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return {
        "cmyk.jpg": encoded(image.convert("CMYK"), "JPEG", quality=95, subsampling=0),
        "progressive.jpg": encoded(image, "JPEG", quality=95, progressive=True),
        "grey.jpg": encoded(image.convert("L"), "JPEG", quality=95),
        "grey-16-bit.png": encoded(Image.fromarray(grey), "PNG"),
        "palette.png": encoded(image.quantize(256), "PNG"),
        "lossless.webp": encoded(image, "WEBP", lossless=True, method=0),
        "photo.avif": encoded(image, "AVIF", quality=90, speed=10),
        "photo.tiff": encoded(image, "TIFF", compression="jpeg"),
        "cmyk.tiff": encoded(image.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        "cut.jpg": (data := encoded(image, "JPEG"))[: len(data) // 2],
    }


def difference(one: Image.Image, two: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, of 255."""
    return float(np.abs(np.asarray(one, float) - np.asarray(two.convert("RGB"), float)).mean())


def sources(path: Path = FOLDER / "SOURCES.md") -> dict[str, list[str]]:
    """Return the rows of the table of sources: file to author, licence, source, note."""
    rows = re.findall(r"^\| (\S+\.\w+) \| (.*) \|$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}
