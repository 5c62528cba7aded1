"""Keep encoded pictures and the KV caches of conversations: a question about the same picture then costs only its own
tokens. The least recently used ones go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

import torch

from flashsloth.devices import convert_oom
from flashsloth.errors import OutOfMemory
from flashsloth.generation.decode_loop import copy_positions
from flashsloth.generation.engine import EncodedImage, Engine, KVState

MAX_STATES = 64  # each request is compared with all of them


class PrefixStore:
    """Encoded pictures by a key of their content, and copies of KV states by the ids that they cover.

    Args:
        memory: bytes that all of them may take.
    """

    def __init__(self, engine: Engine, memory: int) -> None:
        self.engine, self.memory = engine, memory
        self.nbytes = 0
        self._entries: OrderedDict[bytes | int, EncodedImage | KVState] = OrderedDict()  # the least recently used first
        self._numbers = count()

    def clear(self) -> None:
        self._entries.clear()
        self.nbytes = 0

    def image(self, key: bytes) -> EncodedImage | None:
        """Return a picture's encoding if it is kept."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found if isinstance(found, EncodedImage) else None

    def add_image(self, key: bytes, image: EncodedImage) -> None:
        self._add(key, image)

    def new_state(self, ids: Sequence[int], images: Sequence[EncodedImage]) -> KVState:
        """Return a state that covers the longest prefix of `ids` that is kept; an empty one if none is."""
        state, states, best, best_number = self.engine.new_state(), self._states(), 0, None
        bounds = sorted(((common_length(ids, kept.ids), number) for number, kept in states.items()), reverse=True)
        for bound, number in bounds:
            if bound <= best:
                break
            length = self.engine.reusable_prefix_length(ids, states[number], images)
            if length > best:
                best, best_number = length, number
        if best_number is not None:
            self._entries.move_to_end(best_number)
            copy_positions(states[best_number], state, best, self.engine)
        return state

    @torch.inference_mode()
    def put(self, state: KVState) -> None:
        """Keep a copy of a state, in place of those that are its beginning; nothing if there is no memory."""
        for number, kept in self._states().items():
            if begins_with(kept, state):
                self._entries.move_to_end(number)
                return
            if begins_with(state, kept):
                self._remove(number)
        try:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                cache = state.cache.copy(len(state.ids))
        except OutOfMemory:
            self.clear()
            return
        self._add(next(self._numbers), KVState(cache, list(state.ids), state.images))

    def _states(self) -> dict[int, KVState]:
        entries = self._entries.items()
        return {key: entry for key, entry in entries if isinstance(key, int) and isinstance(entry, KVState)}

    def _add(self, key: bytes | int, entry: EncodedImage | KVState) -> None:
        self._entries[key] = entry
        self.nbytes += entry_bytes(entry)
        while self.nbytes > self.memory:
            self._remove(next(iter(self._entries)))
        numbers = [*self._states()]
        if len(numbers) > MAX_STATES:
            self._remove(numbers[0])

    def _remove(self, key: bytes | int) -> None:
        self.nbytes -= entry_bytes(self._entries.pop(key))


def common_length(a: Sequence[int], b: Sequence[int]) -> int:
    """Return the number of ids that two sequences have in common at their beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def begins_with(state: KVState, other: KVState) -> bool:
    """Return whether all positions of another state are the first ones of this state."""
    if len(other.images) > len(state.images) or any(
        a is not b for a, b in zip(state.images, other.images, strict=False)
    ):
        return False
    return state.ids[: len(other.ids)] == other.ids


def entry_bytes(entry: EncodedImage | KVState) -> int:
    if isinstance(entry, KVState):
        return entry.cache.nbytes
    return entry.tokens.nbytes + entry.keys.nbytes + entry.values.nbytes
