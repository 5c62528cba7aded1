"""Convert square images to the vision tower's input, normalised as in the tower's training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from flashsloth.processing.resizing import Layout, squares, tile_boxes
from flashsloth.sizes.model_sizes import ModelSizes, PictureScale

Pixels = np.typing.NDArray[np.float32]
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


def tower_pixels(image: Image.Image, config: ModelSizes, *, hd: bool | None) -> Pixels:
    """Convert an RGB picture to the input of this model's tower: (3, S, S), or (tiles, 3, S, S) if `hd`
    is true."""
    return stacked(
        squares(image, config.picture_scale, hd=hd), mean=config.image_mean, std=config.image_std
    )


def update_digest(digest: Any, prepared: Any) -> None:
    """Add everything that the tower reads of a prepared picture to a digest of hashlib. The picture is
    an array, or a mapping of names to arrays."""
    arrays = prepared if isinstance(prepared, Mapping) else {"": prepared}
    for name, array in arrays.items():
        digest.update(repr((name, array.shape, str(array.dtype))).encode())
        digest.update(array.tobytes())


@dataclass(eq=False)
class PictureProcessor:
    """Prepares the pictures of a model. A picture has a *block* of ids in the prompt: its placeholders,
    and in some models control tokens around and between them. The length of a block may differ from
    picture to picture. Several threads may call these methods.

    This class does it for FlashSloth: a picture becomes one square, or five tiles, and its block
    consists of placeholders alone. Models of transformers have a subclass.

    Args:
        device: where the tower computes, such as "cuda:0".
        max_side: a picture whose longest side has more pixels is first reduced to that, in every
            method; None is no limit.
    """

    config: ModelSizes
    device: str
    max_side: int | None = None

    @property
    def scale(self) -> PictureScale | None:
        """How a picture is scaled to squares; None if it is prepared from its full size."""
        return replace(self.config.picture_scale, max_side=self.max_side)

    @property
    def most_pixels(self) -> Sequence[int]:
        """How many pixels of a picture the model reads at most, for each `hd` in DETAIL; empty if `hd`
        asks for tiles."""
        return ()

    def prepare(self, image: Image.Image, *, hd: bool | None) -> Any:
        """Convert an RGB picture to the input of `Engine.encode_image`. `hd` asks for several tiles
        instead of one."""
        return self.prepare_parts(self.tiles(image, hd=hd), hd=hd)

    def block(self, prepared: Any) -> Sequence[int]:
        """Return the ids of a prepared picture in a prompt."""
        return [self.config.image_token_id] * self.config.visual_tokens(hd=prepared.ndim == 4)

    def layout(self, size: tuple[int, int], prepared: Any) -> Layout:
        """Return where on a picture of this size (width, height) the patches lie of what was prepared
        of it."""
        scale = self.config.picture_scale
        side = math.isqrt(self.config.patches_per_tile)
        hd = prepared.ndim == 4
        cells = side * (scale.grid if hd else 1)
        return Layout(tile_boxes(*size, scale, hd=hd), (side, side), (cells, cells))

    def tiles(self, image: Image.Image, *, hd: bool | None) -> list[Image.Image]:
        """Return the parts of a picture as the model sees them, in their order."""
        scale = replace(self.config.picture_scale, max_side=self.max_side)
        return squares(image, scale, hd=hd)

    def prepare_parts(self, parts: Sequence[Image.Image], *, hd: bool | None) -> Any:
        """Prepare a picture that another process has read, and scaled to its squares if there is a
        `scale`; otherwise `parts` has the picture alone."""
        # For CUDA the values stay uint8, so that only a quarter of the bytes is transferred, and the
        # engine normalises them on the card.
        if not self.device.startswith("cuda"):
            return stacked(parts, mean=self.config.image_mean, std=self.config.image_std)
        planes = [np.asarray(part).transpose(2, 0, 1) for part in parts]
        return np.stack(planes) if len(planes) > 1 else np.ascontiguousarray(planes[0])
