"""Decode several conversations together: each step reads the weights once for all of them.

Conversations join by a prefill and leave between two steps. Handles ids and caches, no text.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from flashsloth.devices import convert_oom
from flashsloth.generation.cuda_graphs import GraphKey
from flashsloth.generation.engine import Engine, KVState
from flashsloth.inference.kv_cache import capacity_for


class DecodeBatch:
    """The conversations that are being decoded, as rows of one KV cache.

    The n-th state belongs to the n-th row of the cache. A state is valid until it is removed.

    Args:
        engine: computes the prefills and gives the decoder.
        rows: for how many conversations memory is reserved at first.
    """

    def __init__(self, engine: Engine, rows: int = 1) -> None:
        self.engine = engine
        rows = padded(rows) if engine.captures else rows
        self.cache = engine.new_cache(rows)
        self.states: list[KVState] = []

    @torch.inference_mode()
    def add(self) -> KVState:
        """Return an empty state in a free row. Fill it by Engine.prefill before the next step."""
        number = len(self.states)
        if number == self.cache.rows:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                self.cache.reserve(self.cache.capacity, self.cache.capacity, 2 * number)
        self.states.append(KVState(self.cache.row(number)))
        return self.states[-1]

    @torch.inference_mode()
    def step(self, tokens: Sequence[int]) -> Tensor:
        """Append a token to each state, in their order, and return the logits (B, V) of the next ones."""
        engine, lengths = self.engine, [len(state.ids) for state in self.states]
        with engine.computing():
            self.cache.reserve(max(lengths) + 1, max(lengths))
            if engine.captures:
                logits = self._captured_step(tokens, lengths)
            else:
                x = engine.embeddings(torch.tensor(tokens).to(engine.device))
                logits = engine.decoder.step(x, lengths, self.cache)
        for state, token in zip(self.states, tokens, strict=True):
            state.ids.append(token)
        return logits

    def _captured_step(self, tokens: Sequence[int], lengths: Sequence[int]) -> Tensor:
        """Compute a step by a captured graph, with one copy from the host. Free rows of the cache fill the step up to a
        power of two, so that few graphs are needed; they write their first position, which a prefill overwrites."""
        engine, cache, count = self.engine, self.cache, len(tokens)
        free = [0] * (padded(count) - count)
        extent = capacity_for(max(lengths) + 1, cache.limit)

        def forward(rows: Tensor) -> Tensor:
            return engine.decoder.step_at(engine.embeddings(rows[0]), rows[1], extent, cache)

        # a replay works on any cache of this shape at this address; a prefill may have reallocated this one
        key = GraphKey("rows", cache.pairs.data_ptr(), (count + len(free), extent, cache.pairs.shape))
        rows = engine.to_device([[*tokens, *free], [*lengths, *free]])
        return engine.graphs.run(key, forward, rows=rows)[:count]

    @torch.inference_mode()
    def remove(self, number: int) -> None:
        """Remove a state. The last one takes its place: `states` changes as by `states[number] = states.pop()`."""
        last = self.states.pop()
        if number < len(self.states):
            self.cache.copy_row(len(self.states), number, len(last.ids))
            last.cache = self.cache.row(number)
            self.states[number] = last
        if self.cache.removed is not None:  # a free row has no positions
            self.cache.removed[:, len(self.states)] = 0


def padded(rows: int) -> int:
    """Return the smallest power of two that is at least `rows`."""
    return 1 << (rows - 1).bit_length()


@torch.inference_mode()
def copy_positions(source: KVState, target: KVState, length: int, engine: Engine) -> None:
    """Make an empty state cover the first `length` ids of another one. Raises: OutOfMemory."""
    with convert_oom(engine.device, engine.oom_hint):
        target.cache.reserve(length, 0)
        target.cache.pairs[..., :length, :] = source.cache.pairs[..., :length, :]
        if target.cache.removed is not None and source.cache.removed is not None:
            target.cache.removed[:] = source.cache.removed
        if target.cache.shared:  # others may attend to more positions than this row has
            target.cache.zero_tail(length)
    target.ids[:] = source.ids[:length]
    target.images = source.images
