"""From the bytes of a picture to the tower's pixels."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from flashsloth.hf.processor import FlashSlothImageProcessor
from flashsloth.images.reader import load_image
from flashsloth.processing.pictures import stacked
from flashsloth.processing.resizing import squares
from flashsloth.sizes.model_sizes import PictureScale

from .reference import DATA, close

IMAGES = DATA / "images"
RECORDED = json.loads((DATA / "golden_images.json").read_text())["images"]
MODES = {"standard": "square", "pad": "pad", "hd": "square"}  # and how the picture becomes a square


def test_every_recorded_picture_is_there() -> None:
    assert {p.name for p in IMAGES.iterdir()} == set(RECORDED)
    assert len(RECORDED) == 10


def check(pixels: np.ndarray, recorded: dict, lossy: bool) -> None:
    """Compare 50 samples and the moments of an array, with a larger tolerance for JPEG, whose decoders
    differ."""
    assert pixels.dtype == np.float32
    assert list(pixels.shape) == recorded["shape"]
    assert len(recorded["flat_index"]) == 50
    atol, moments = (0.06, 5e-3) if lossy else (0.02, 2e-3)
    close(pixels.reshape(-1)[recorded["flat_index"]], recorded["value"], atol, "samples")
    close(
        [pixels.mean(), pixels.std()],
        [recorded["mean"], recorded["std"]],
        moments,
        "mean and deviation",
    )
    if "channel_mean" in recorded:
        channels = pixels.reshape(-1, 3, *pixels.shape[-2:]).mean(axis=(0, 2, 3))
        close(channels, recorded["channel_mean"], moments, "mean by channel")
    if "tile_mean" in recorded:
        close(pixels.mean(axis=(1, 2, 3)), recorded["tile_mean"], moments, "mean by tile")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", RECORDED)
def test_pixels(name: str, mode: str) -> None:
    """`sane` is the right result where the reference mistakes the rows of tiny pictures for colour
    channels."""
    entry = RECORDED[name]
    recorded = entry["sane"].get(mode) or entry[mode]
    image = load_image(IMAGES / name, reference=True)
    pixels = stacked(squares(image, PictureScale(384, 2, MODES[mode]), hd=mode == "hd"))
    processor = FlashSlothImageProcessor(hd=mode == "hd", aspect=MODES[mode])
    assert torch.equal(
        processor(image, return_tensors="pt")["pixel_values"], torch.from_numpy(pixels)[None]
    )
    check(pixels, recorded, entry["lossy"])


def test_tiny_pictures_that_the_reference_misreads() -> None:
    """Where `sane` differs from the recording, the recording has the reference's mistake, which we do
    not repeat."""
    wrong = RECORDED["height3.png"]["standard"]
    pixels = stacked(
        squares(load_image(IMAGES / "height3.png", reference=True), PictureScale(384, 2, "square"))
    )
    assert np.abs(pixels.reshape(-1)[wrong["flat_index"]] - wrong["value"]).max() > 0.1
    assert set(RECORDED["tiny_1x1.png"]["errors"]) == {"standard", "pad"}
    assert "standard" not in RECORDED["tiny_1x1.png"]
