"""Convert square images to the vision tower's input, normalised as in the tower's training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from flashsloth.processing.resizing import squares
from flashsloth.sizes.model_sizes import ModelSizes

Pixels = npt.NDArray[np.float32]
# the default normalisation, from 0..255 to [-1, 1]
SCALE = 1 / 255
MEAN = (0.5, 0.5, 0.5)
STD = (0.5, 0.5, 0.5)


def stacked(
    images: Sequence[Image.Image], factor: float = SCALE, mean: Any = None, std: Any = None
) -> Pixels:
    """Return the RGB squares of a picture as float32 (value * factor - mean) / std, by default in [-1,
    1]. The shape is (3, S, S) for a single square, otherwise (tiles, 3, S, S)."""
    scaling = (factor, MEAN if mean is None else mean, STD if std is None else std)
    by, shift, deviation = (np.asarray(part, dtype=np.float32).reshape(-1, 1, 1) for part in scaling)
    pixels = []
    for image in images:
        values = np.asarray(image).transpose(2, 0, 1).astype(np.float32, order="C")
        # computed in place, because allocating memory for each operation would take four times as long
        values *= by
        values -= shift
        values /= deviation
        pixels.append(values)
    return np.stack(pixels) if len(pixels) > 1 else pixels[0]


def device_input(tiles: Sequence[Image.Image], config: ModelSizes, device: str) -> Any:
    """Convert the RGB squares of a picture to the input of `Engine.encode_image` on a device such as
    "cuda:0". For CUDA the values stay uint8, so that only a quarter of the bytes is transferred, and
    the engine normalises them on the card."""
    if not device.startswith("cuda"):
        return stacked(tiles, mean=config.image_mean, std=config.image_std)
    planes = [np.asarray(tile).transpose(2, 0, 1) for tile in tiles]
    return np.stack(planes) if len(planes) > 1 else np.ascontiguousarray(planes[0])


def tower_pixels(image: Image.Image, config: ModelSizes, *, hd: bool) -> Pixels:
    """Convert an RGB picture to the input of this model's tower: (3, S, S), or (tiles, 3, S, S) if `hd`
    is true."""
    return stacked(
        squares(image, config.picture_scale, hd=hd), mean=config.image_mean, std=config.image_std
    )
