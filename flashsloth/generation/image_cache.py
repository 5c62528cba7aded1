"""Keep encoded images on disk, so that a later process asks about the same image without running the
vision tower.

Handles encoded images and files; handles no conversations. An entry holds an image's visual tokens and
what EmbQ reads of it: 3 MB at full size, 15 MB in tiles. What the image shows could be reconstructed
from it, in part.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.processing.pixels import Pixels
from flashsloth.utils.cache_folder import CacheFolder, encoded_images

FORMAT = 4  # raised when an entry's layout changes, or what the model computes
MIN_SECONDS = 0.2  # an image that is encoded in less is not kept
NAMES = ("tokens", "keys", "values")
DIGEST = "sha256"  # a tensor of 32 bytes: the digest of the others


@dataclass(frozen=True, slots=True)
class ImageCache:
    """Encoded images of one model in a folder, which the models of a user share.

    Args:
        stamp: what decides how the model encodes an image, besides its pixels (`encoder_stamp`).
            Entries of another stamp are never found.
        folder: by default that of the user's cache.
    """

    stamp: Any
    folder: CacheFolder = field(default_factory=encoded_images)

    def encode(self, pixels: Pixels, engine: Engine) -> EncodedImage:
        """Return the encoded image of these pixels: the one in the folder, else the engine's. That is
        kept if encoding took MIN_SECONDS, which it never does on CUDA.
        """
        if engine.device.type == "cuda":
            return engine.encode_image(pixels)
        key = self.key(pixels)
        found = self.get(key, engine.device)
        if found is not None:
            return found
        start = time.perf_counter()
        image = engine.encode_image(pixels)
        if engine.device.type == "mps":
            torch.mps.synchronize()
        if time.perf_counter() - start >= MIN_SECONDS:
            self.put(key, image)
        return image

    def key(self, pixels: Pixels) -> str:
        """Return the name of an image's entry. The pixels are the tower's input, so that the image's
        content and every setting of the preprocessing count.
        """
        digest = hashlib.sha256(json.dumps([FORMAT, self.stamp], sort_keys=True, default=str).encode())
        digest.update(repr((pixels.shape, str(pixels.dtype))).encode())
        digest.update(pixels.tobytes())
        return digest.hexdigest()

    def get(self, key: str, device: torch.device) -> EncodedImage | None:
        """Return an entry with its tensors on the device, or None if it is missing. Remove a damaged
        entry."""
        data = self.folder.get(key)
        if data is None:
            return None
        try:
            parts = load(data)
            if parts[DIGEST].numpy().tobytes() != _digest(key, parts):
                raise ValueError("the digest differs")
            return EncodedImage(
                *(_heads_swapped(parts[name]).to(device) for name in NAMES), from_cache=True
            )
        except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError):
            self.folder.discard(key)
            return None

    def put(self, key: str, image: EncodedImage) -> None:
        parts: dict[str, Tensor] = {
            name: _heads_swapped(getattr(image, name).cpu()).contiguous() for name in NAMES
        }
        parts[DIGEST] = torch.frombuffer(bytearray(_digest(key, parts)), dtype=torch.uint8)
        self.folder.put(key, save(parts))


def _heads_swapped(tensor: Tensor) -> Tensor:
    """Swap heads and patches of keys or values (1, H, N, .), which lie in memory as (1, N, H, .). With
    their own strides the kernels add in the same order: answers are those without a cache, to the last
    bit."""
    return tensor.transpose(1, 2) if tensor.dim() == 4 else tensor


def _digest(key: str, parts: dict[str, Tensor]) -> bytes:
    """Return the digest of an entry's name and tensors, by which damage and a renamed file are
    recognised."""
    digest = hashlib.sha256(key.encode())
    for name in NAMES:
        digest.update(repr((parts[name].shape, str(parts[name].dtype))).encode())
        digest.update(parts[name].reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.digest()
