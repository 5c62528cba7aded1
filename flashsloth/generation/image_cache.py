"""Keep encoded images on disk, so that a later process can answer questions about the same image
without running the vision tower.

This module handles encoded images and files, not conversations. An entry contains an image's visual
tokens, and the keys and values that EmbQ reads: 3 MB for the released model, 15 MB for an image in
tiles. The content of the image could in part be reconstructed from an entry.
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
from flashsloth.processing.pictures import update_digest
from flashsloth.utils.cache_folder import CacheFolder, encoded_images

FORMAT = 4  # increased when the layout of an entry or the computation of the model changes
MIN_SECONDS = 0.2  # an image that is encoded in less time is not kept
NAMES = ("tokens", "keys", "values")
DIGEST = "sha256"  # the name of a tensor of 32 bytes: the digest of the other tensors


@dataclass(frozen=True, slots=True)
class ImageCache:
    """The encoded images of one model, in a folder that all models of a user share.

    Args:
        stamp: everything besides the pixels on which the encoded image depends (`encoder_stamp`).
            Entries with another stamp are never found.
        folder: the folder; by default it is in the user's cache.
    """

    stamp: Any
    folder: CacheFolder = field(default_factory=encoded_images)

    def encode(self, prepared: Any, engine: Engine) -> EncodedImage:
        """Return the encoded image of a prepared picture. It is read from the folder if it is stored
        there. Otherwise the engine encodes the picture, and the result is stored if encoding took at
        least MIN_SECONDS. On CUDA encoding never takes so long, so the folder is not used.
        """
        if engine.device.type == "cuda":
            return engine.encode_image(prepared)
        key = self.key(prepared)
        found = self.get(key, engine.device)
        if found is not None:
            return found
        start = time.perf_counter()
        image = engine.encode_image(prepared)
        if engine.device.type == "mps":
            torch.mps.synchronize()
        if time.perf_counter() - start >= MIN_SECONDS:
            self.put(key, image)
        return image

    def key(self, prepared: Any) -> str:
        """Return the name of an image's entry. The name is a digest of the stamp and of what the tower
        reads. So it changes with the image and with every setting of the preprocessing.
        """
        digest = hashlib.sha256(json.dumps([FORMAT, self.stamp], sort_keys=True, default=str).encode())
        update_digest(digest, prepared)
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
    """Swap heads and patches of keys or values (1, H, N, .), whose memory has the order (1, N, H, .).
    An entry keeps the order of the memory, so that the attention kernels add numbers in the same order
    as without the cache. Answers are then equal to the last bit."""
    return tensor.transpose(1, 2) if tensor.dim() == 4 else tensor


def _digest(key: str, parts: dict[str, Tensor]) -> bytes:
    """Return the digest of an entry's name and tensors. The digest shows whether the file of an entry
    was damaged or renamed."""
    digest = hashlib.sha256(key.encode())
    for name in NAMES:
        digest.update(repr((parts[name].shape, str(parts[name].dtype))).encode())
        digest.update(parts[name].reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.digest()
