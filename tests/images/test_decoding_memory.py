"""How much memory a picture may take while it is decoded, and very large JPEGs, which are decoded at a fraction."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flashsloth.errors import ImageTooLarge
from flashsloth.images import decoder
from flashsloth.images.decompression_limits import BYTES_PER_PIXEL, GREY_BYTES_PER_PIXEL, OTHER_BYTES_PER_PIXEL
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import resize_to
from image_bombs import one_color_webp
from image_samples import encode as encoded

KINDS = (
    *("JPEG", "progressive JPEG", "CMYK JPEG", "PNG", "RGBA PNG", "L PNG", "P PNG", "1 PNG", "I;16 PNG"),
    *("GIF", "BMP", "TIFF", "1 TIFF", "F TIFF", "WEBP", "lossless WEBP", "AVIF", "HEIF"),
    *("PPM", "1 PPM", "I PPM"),
)
OPTIONS = {"progressive JPEG": {"progressive": True}, "lossless WEBP": {"lossless": True}, "AVIF": {"speed": 10}}
OPTIONS["1 TIFF"] = {"compression": "group4"}


def lossy_webp(width: int, height: int) -> bytes:
    data = encoded(Image.new("RGB", (16, 16), "red"), "WEBP")
    assert data[12:16] == b"VP8 "
    return data[:26] + width.to_bytes(2, "little") + height.to_bytes(2, "little") + data[30:]


@pytest.mark.parametrize("make", [one_color_webp, lossy_webp])
def test_webp_is_refused_before_it_is_opened(make: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow allocates 8 bytes a pixel when it opens one."""
    # private: fails if anything is opened
    monkeypatch.setattr(decoder, "_open", None)
    with pytest.raises(ImageTooLarge, match="16383x10920 pixels and would take 3,220 MB to decode"):
        read_image(make(16_383, 10_920))  # type: ignore[operator]


def test_limit_on_memory() -> None:
    grey, red = (encoded(Image.new(mode, (100, 100)), "PNG") for mode in ("L", "RGB"))
    assert read_image(grey, max_bytes=10_000 * GREY_BYTES_PER_PIXEL).width == 100
    with pytest.raises(ImageTooLarge, match="100x100 pixels and would take 0 MB to decode, over the limit of 0 MB"):
        read_image(red, max_bytes=10_000 * GREY_BYTES_PER_PIXEL)
    assert read_image(red, max_bytes=10_000 * OTHER_BYTES_PER_PIXEL).width == 100


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_estimates(kind: str, tmp_path: Path) -> None:
    """The peak of a process that reads 24 megapixels is at most what was estimated."""
    size, (*mode, name) = (6_000, 4_000), kind.split()
    image = Image.linear_gradient("L").resize(size).convert("RGB")
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
from flashsloth.images.reader import read_image
def peak():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
from PIL import Image
Image.init()
data, before = open(sys.argv[1], "rb").read(), peak()
loaded = read_image(data)
print(peak() - before, loaded.image.mode)
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True, check=True)
    used = int(done.stdout.split()[0])
    with Image.open(path) as opened:
        other = GREY_BYTES_PER_PIXEL if opened.mode in ("1", "L", "P") else OTHER_BYTES_PER_PIXEL
    assert used <= size[0] * size[1] * BYTES_PER_PIXEL.get(name.replace("HEIF", "HEIC"), other)


# ---- very large JPEGs


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
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(detailed(part), "JPEG", quality=90, exif=exif)
    read = read_image(data)
    assert (read.width, read.height) == (4_500 // part, 6_000 // part)
    assert read.image.size == (2_250 // part, 3_000 // part)
    assert read_image(data, reference=True).image.size == (6_000 // part, 4_500 // part)


@pytest.mark.slow
def test_what_the_model_reads_hardly_changes() -> None:
    data = encoded(detailed(1), "JPEG", quality=90)
    squares = [resize_to(read_image(data, reference=exact).image, 384, 384) for exact in (True, False)]
    exact, reduced = (np.asarray(square).astype(int) for square in squares)
    assert np.abs(exact - reduced).max() <= 3


@pytest.mark.parametrize("size", [(6_016, 4_016), (30_000, 1_000)], ids=["of a camera", "thin"])
def test_other_jpegs_keep_their_pixels(size: tuple[int, int], part: int) -> None:
    image = Image.linear_gradient("L").resize((size[0] // part, size[1] // part)).convert("RGB")
    assert read_image(encoded(image, "JPEG")).image.size == image.size
