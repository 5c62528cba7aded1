"""Prefix cache. It keeps encoded pictures and the KV caches of conversations, so that a further
question about the same picture costs only its own tokens. The least recently used entries are dropped
first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch

from flashsloth.devices import convert_oom
from flashsloth.errors import OutOfMemory
from flashsloth.generation.decode_loop import copy_positions
from flashsloth.generation.engine import EncodedImage, Engine, KVState

MAX_STATES = 64  # the number is limited because each prompt is compared with all states


class PrefixStore:
    """Stores encoded pictures by a key of their content, and copies of KV states. Together they take at
    most `memory` bytes.

    A stored state is found by its pictures, which must be those of this store. So a state is stored
    only together with its pictures, and dropped before them.
    """

    def __init__(self, engine: Engine, memory: int) -> None:
        self.engine = engine
        self.memory = memory
        self.nbytes = 0
        # The least recently used entry comes first. A state comes before its pictures.
        self._entries: OrderedDict[object, EncodedImage | KVState] = OrderedDict()

    def clear(self) -> None:
        self._entries.clear()
        self.nbytes = 0

    def image(self, key: bytes) -> EncodedImage | None:
        """Return the encoding of a picture, or None if it is not kept."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry if isinstance(entry, EncodedImage) else None

    def new_state(self, ids: Sequence[int], images: Sequence[EncodedImage]) -> KVState:
        """Return a new state that contains a copy of the longest stored prefix of `ids`. The state is
        empty if no prefix is stored."""
        state = self.engine.new_state()
        states = self._states()
        lengths = {
            key: self.engine.reusable_prefix_length(ids, kept, images) for key, kept in states.items()
        }
        best = max(lengths, key=lengths.__getitem__, default=None)
        if best is not None and lengths[best]:
            self._use(best)
            copy_positions(states[best], state, lengths[best], self.engine)
        return state

    @torch.inference_mode()
    def put(self, state: KVState) -> None:
        """Store a copy of a state, and drop the stored states that are prefixes of it. The copy is not
        made if one of its pictures was dropped meanwhile, or if it does not fit into `memory` together
        with its pictures. If there is no memory for the copy, drop all entries instead."""
        pictures = self._pictures(state)
        needed = sum(entry_bytes(self._entries[key]) for key in pictures)
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
        self.nbytes += entry_bytes(entry)
        while self.nbytes > self.memory:
            self._remove(next(iter(self._entries)))
        keys = [*self._states()]
        if len(keys) > MAX_STATES:
            self._remove(keys[0])

    def _remove(self, key: object) -> None:
        self.nbytes -= entry_bytes(self._entries.pop(key))


def begins_with(state: KVState, other: KVState) -> bool:
    """Return whether the other state is a prefix of this state, with the same ids and the same
    pictures."""
    # Pictures are compared by identity, because each picture is encoded once and then taken from the
    # store.
    same_pictures = state.images[: len(other.images)] == other.images
    return same_pictures and state.ids[: len(other.ids)] == other.ids


def entry_bytes(entry: EncodedImage | KVState) -> int:
    if isinstance(entry, KVState):
        return entry.cache.nbytes
    return entry.tokens.nbytes + entry.keys.nbytes + entry.values.nbytes
