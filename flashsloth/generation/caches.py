"""What is kept of pictures and prompts, so that a further question about the same picture costs only
its own tokens.

An `ImageCache` keeps encoded images on disk, so that a later process can answer questions about the
same image without running the vision tower. An entry contains an image's visual tokens, and the keys
and values that EmbQ reads: 3 MB for the released model, 15 MB for an image in tiles. The content of the
image could in part be reconstructed from an entry.

`KeptCaches` owns what a model keeps in memory for later requests: encoded pictures, the KV caches of
conversations, and the buffer of a state that is gone. All together take at most a number of bytes.
"""

from __future__ import annotations

import hashlib
import json
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from flashsloth.devices import convert_oom
from flashsloth.errors import OutOfMemory
from flashsloth.generation.decode_loop import copy_positions
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.inference.attention import KeyValueCache
from flashsloth.processing.pictures import update_digest
from flashsloth.utils.cache_folder import CacheFolder, encoded_images

FORMAT = 4  # increased when the layout of an entry or the computation of the model changes
MIN_SECONDS = 0.2  # an image that is encoded in less time is not kept
NAMES = ("tokens", "keys", "values", "grid", "deep")  # the last two may be None
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
            stored = {name: parts[name] for name in NAMES if name in parts}
            tensors = {name: _heads_swapped(part).to(device) for name, part in stored.items()}
            return EncodedImage(**tensors, from_cache=True)
        except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError):
            self.folder.discard(key)
            return None

    def put(self, key: str, image: EncodedImage) -> None:
        tensors = {name: getattr(image, name) for name in NAMES}
        parts: dict[str, torch.Tensor] = {
            name: _heads_swapped(tensor.cpu()).contiguous()
            for name, tensor in tensors.items()
            if tensor is not None
        }
        parts[DIGEST] = torch.frombuffer(bytearray(_digest(key, parts)), dtype=torch.uint8)
        self.folder.put(key, save(parts))


def _heads_swapped(tensor: torch.Tensor) -> torch.Tensor:
    """Swap heads and patches of keys or values (1, H, N, .), whose memory has the order (1, N, H, .).
    An entry keeps the order of the memory, so that the attention kernels add numbers in the same order
    as without the cache. Answers are then equal to the last bit."""
    return tensor.transpose(1, 2) if tensor.dim() == 4 else tensor


def _digest(key: str, parts: dict[str, torch.Tensor]) -> bytes:
    """Return the digest of an entry's name and tensors. The digest shows whether the file of an entry
    was damaged or renamed."""
    digest = hashlib.sha256(key.encode())
    for name in NAMES:
        if name not in parts:
            continue
        digest.update(repr((parts[name].shape, str(parts[name].dtype))).encode())
        digest.update(parts[name].reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.digest()


# In memory


KEPT_MEMORY = 10**9  # bytes
MAX_STATES = 64  # the number is limited because each prompt is compared with all states


class KeptCaches:
    """Keeps encoded pictures by a key of their content, copies of KV states, and one KV cache whose
    state is gone, which the next new state uses. Together they take at most `memory` bytes. The cache
    without a state is dropped first, then the least recently used entries.

    A stored state is found by its pictures, which must be those of this store. So a state is stored
    only together with its pictures, and dropped before them.
    """

    def __init__(self, engine: Engine, memory: int = KEPT_MEMORY) -> None:
        self.engine = engine
        self.memory = memory
        # The least recently used entry comes first. A state comes before its pictures.
        self._entries: OrderedDict[object, EncodedImage | KVState] = OrderedDict()
        self._stored = 0  # the bytes of the entries
        self._free: deque[KeyValueCache] = deque(maxlen=1)

    @property
    def nbytes(self) -> int:
        return self._stored + sum(cache.nbytes for cache in [*self._free])

    def clear(self) -> None:
        self._free.clear()
        self._entries.clear()
        self._stored = 0

    def image(self, key: bytes) -> EncodedImage | None:
        """Return the encoding of a picture, or None if it is not kept."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry if isinstance(entry, EncodedImage) else None

    def new_state(self, ids: Sequence[int] = (), images: Sequence[EncodedImage] = ()) -> KVState:
        """Return a new state that contains a copy of the longest stored prefix of `ids`. The state is
        empty if no prefix is stored. After the state was garbage-collected, its cache may be used for
        another state."""
        try:
            cache = self._free.pop()
        # Do not test `if self._free` instead: between the test and the pop another thread could take
        # the last cache.
        except IndexError:
            cache = self.engine.new_cache()
        state = KVState(cache)
        weakref.finalize(state, self._take_back, cache)
        states = self._states()
        lengths = {
            key: self.engine.reusable_prefix_length(ids, kept, images) for key, kept in states.items()
        }
        best = max(lengths, key=lengths.__getitem__, default=None)
        if best is not None and lengths[best] > 0:
            self._use(best)
            copy_positions(states[best], state, lengths[best], self.engine)
        return state

    def _take_back(self, cache: KeyValueCache) -> None:
        """Keep a cache whose state is gone, if it fits. This may run in any thread."""
        if self._stored + cache.nbytes <= self.memory:
            self._free.append(cache)

    @torch.inference_mode()
    def put(self, state: KVState) -> None:
        """Store a copy of a state, and drop the stored states that are prefixes of it. The copy is not
        made if one of its pictures was dropped meanwhile, or if it does not fit into `memory` together
        with its pictures. If there is no memory for the copy, drop all entries instead."""
        pictures = self._pictures(state)
        needed = sum(self._entries[key].nbytes for key in pictures)
        needed += state.cache.pairs[..., : len(state.ids), :].nbytes
        if len(pictures) < len(set(state.images)) or needed > self.memory:
            return
        for key, kept in self._states().items():
            if begins_with(kept, state):  # the stored state already contains the new one
                self._use(key)
                return
            if begins_with(state, kept):
                self._remove(key)
        try:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                cache = state.cache.copy(len(state.ids))
        except OutOfMemory:
            self.clear()
            return
        self.add(object(), KVState(cache, list(state.ids), state.images))

    def _pictures(self, state: KVState) -> list[object]:
        """Return the keys of the pictures of a state, except those that are not stored."""
        images = set[object](state.images)
        return [key for key, entry in self._entries.items() if entry in images]

    def _use(self, key: object) -> None:
        """Make an entry the most recently used one; the pictures of a state come after it."""
        self._entries.move_to_end(key)
        entry = self._entries[key]
        if isinstance(entry, KVState):
            for picture in self._pictures(entry):
                self._entries.move_to_end(picture)

    def _states(self) -> dict[object, KVState]:
        return {key: entry for key, entry in self._entries.items() if isinstance(entry, KVState)}

    def add(self, key: object, entry: EncodedImage | KVState) -> None:
        """Store the encoding of a picture or a state, and drop old entries that exceed the limits."""
        self._entries[key] = entry
        self._use(key)
        self._stored += entry.nbytes
        if self.nbytes > self.memory:
            self._free.clear()
        while self._stored > self.memory:
            self._remove(next(iter(self._entries)))
        keys = [*self._states()]
        if len(keys) > MAX_STATES:
            self._remove(keys[0])

    def _remove(self, key: object) -> None:
        self._stored -= self._entries.pop(key).nbytes


def begins_with(state: KVState, other: KVState) -> bool:
    """Return whether the other state is a prefix of this state, with the same ids and the same
    pictures."""
    # Pictures are compared by identity, because each picture is encoded once and then taken from the
    # store.
    same_pictures = state.images[: len(other.images)] == other.images
    return same_pictures and state.ids[: len(other.ids)] == other.ids
