"""Reading real photographs as cameras and programs store them."""

from __future__ import annotations

from pathlib import Path

import pytest

import photos
from flashsloth.images.reader import read_image


@pytest.mark.parametrize("path", photos.PATHS, ids=lambda path: path.name)
def test_every_photograph_is_read(path: Path) -> None:
    loaded = read_image(path)
    assert loaded.image.mode == "RGB"
    assert photos.difference(loaded.image, photos.photo(path.name)) < 0.5


def test_however_it_is_stored() -> None:
    """The mean difference stays at what the encoder loses; a wrong channel or inverted CMYK is far above it."""
    upright = photos.photo("macaw.webp")
    limits = {"palette.png": 8, "photo.tiff": 3, "photo.avif": 3, "lossless.webp": 0.01}
    for name, data in photos.variants(upright).items():
        if name == "cut.jpg":
            continue
        image = read_image(data).image
        expected = upright.convert("L").convert("RGB") if name.startswith("grey") else upright
        assert photos.difference(image, expected) < limits.get(name, 2), name
