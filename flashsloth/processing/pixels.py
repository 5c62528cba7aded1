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
# 0..255 -> [-1, 1]
SCALE = 1 / 255
MEAN = (0.5, 0.5, 0.5)
STD = (0.5, 0.5, 0.5)


def stacked(
    images: Sequence[Image.Image], factor: float = SCALE, mean: Any = None, std: Any = None
) -> Pixels:
    """Return the RGB squares of a picture as float32 (value * factor - mean) / std, by default in [-1,
    1]: (3, S, S) if there is one, else (tiles, 3, S, S)."""
    scaling = (factor, MEAN if mean is None else mean, STD if std is None else std)
    by, shift, deviation = (np.asarray(part, dtype=np.float32).reshape(-1, 1, 1) for part in scaling)
    pixels = []
    for image in images:
        values = np.asarray(image).transpose(2, 0, 1).astype(np.float32, order="C")
        values *= by  # in place: allocating memory for each operation would take four times as long
        values -= shift
        values /= deviation
        pixels.append(values)
    return np.stack(pixels) if len(pixels) > 1 else pixels[0]


def device_input(tiles: Sequence[Image.Image], config: ModelSizes, device: str) -> Any:
    """Return the RGB squares of a picture as `Engine.encode_image` takes them on a device such as
    "cuda:0". For CUDA they stay uint8, which is a quarter of the bytes to transfer, and the engine
    normalises them on the card."""
    if not device.startswith("cuda"):
        return stacked(tiles, mean=config.image_mean, std=config.image_std)
    planes = [np.asarray(tile).transpose(2, 0, 1) for tile in tiles]
    return np.stack(planes) if len(planes) > 1 else np.ascontiguousarray(planes[0])


def tower_pixels(image: Image.Image, config: ModelSizes, *, hd: bool) -> Pixels:
    """Convert an RGB picture to the input of this model's tower: (3, S, S), or with `hd` (tiles, 3, S,
    S)."""
    return stacked(
        squares(image, config.picture_scale, hd=hd), mean=config.image_mean, std=config.image_std
    )
