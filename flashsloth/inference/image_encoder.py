"""The interface of what computes the visual tokens of a picture, and its implementation for FlashSloth:
tower, SAP, projector, and EmbQ's keys and values. Models of transformers have another implementation
(flashsloth/vlm/network.py).

Letters: I pictures, P visual tokens and N patches of a picture, D width of the decoder, H heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from flashsloth import devices
from flashsloth.inference.decoder import Decoder
from flashsloth.inference.fused_tower import encode_patches
from flashsloth.processing.pictures import MEAN, SCALE, STD


class ImageEncoder(Protocol):
    """Computes the visual tokens of pictures that a PictureProcessor has prepared.

    Args:
        batch: how many pictures are encoded at once. This limits the memory of the tower's activations,
            which are larger than its outputs.
        capturable: whether a CUDA graph of `encode` can be captured.
    """

    batch: int
    capturable: bool

    def inputs(self, prepared: Sequence[Any]) -> Mapping[str, Tensor]:
        """Copy prepared pictures, which have the same shape, to the device, in the dtype of the
        model."""

    def encode(self, **inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the visual tokens (I, P, D), and the keys and values (I, H, N, .) of the patches for
        EmbQ, which are empty (I, 0) for a model without EmbQ."""


class SapEncoder:
    """The ImageEncoder of FlashSloth.

    Args:
        model: a Network, or a FlashSlothForConditionalGeneration.
        decoder: the model's decoder, which has EmbQ.
    """

    batch = 8
    capturable = True

    def __init__(self, model: Any, decoder: Decoder) -> None:
        self.model = model
        self.embq = decoder.embq
        words = model.get_input_embeddings().weight
        self.device = words.device
        self.dtype = words.dtype

    def inputs(self, prepared: Sequence[Any]) -> Mapping[str, Tensor]:
        """Shape: pictures of (3, S, S) or (tiles, 3, S, S) -> pixels (I, 3, S, S) or (I, tiles, 3, S,
        S)."""
        if len(prepared) == 1:
            return {"pixels": self.values(prepared[0])[None]}
        return {"pixels": self.values(torch.stack([torch.as_tensor(each) for each in prepared]))}

    def values(self, pixels: Any) -> Tensor:
        """Copy pixels to the device, in the dtype of the model. 8-bit pixels are normalised on the
        device, in the same way as in processing/pictures.py."""
        values = self._uploaded(pixels)
        if values.dtype == torch.uint8:
            config = self.model.config
            scaling = config.image_mean or MEAN, config.image_std or STD
            mean, std = (self._uploaded(part).view(-1, 1, 1) for part in scaling)
            values = values.float().mul_(SCALE).sub_(mean).div_(std)
        return values.to(self.dtype)

    def _uploaded(self, values: Any) -> Tensor:
        return devices.uploaded(torch.as_tensor(values), self.device)

    def encode(self, **inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Visual tokens and patches of all tiles of a picture are concatenated."""
        model = self.model.model
        pixels = inputs["pixels"]
        count = pixels.shape[0]
        features = encode_patches(
            model.vision_tower, pixels.flatten(0, 1) if pixels.dim() == 5 else pixels
        )
        tokens = model.projector(model.pooling(features)).unflatten(0, (count, -1)).flatten(1, 2)
        if self.embq is None:
            return tokens, features.new_empty(count, 0), features.new_empty(count, 0)
        return tokens, *self.embq.project_image(features.reshape(count, -1, features.shape[-1]))
