"""The engine's decoder for families without packed layers: it runs the forward of transformers.

Keys and values are stored in the engine's KeyValueCache, so that prefixes, turns, batches and choices
work as with a packed decoder. The decoder is as fast as transformers, and computes the sequences of a
batch one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from flashsloth.hf.families import CACHE
from flashsloth.inference.attention import KeyValueCache
from flashsloth.inference.decoder import Decoder, Span, pack
from flashsloth.inference.packed_layers import layer_class
from flashsloth.model.embq import EmbqInputs
from flashsloth.utils.yield_point import yield_point


class EngineLayer(DynamicLayer):
    """One layer of a KeyValueCache with the interface of transformers: the keys and values before
    `start`, followed by the new ones.

    It must not return later positions of the cache. transformers uses no mask for a single new
    position, so the new position would attend to them.
    """

    def __init__(self, pair: Tensor, start: int, writes: bool) -> None:
        super().__init__()
        self.pair = pair
        self.start = start
        self.writes = writes

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Shape: (1, K, T, d) each -> (1, K, start + T, d) each."""
        yield_point()  # here, because transformers' own layers call none
        if not self.writes:
            keys, values = (view[:, :, : self.start] for view in self.pair)
            return torch.cat((keys, key_states), 2), torch.cat((values, value_states), 2)
        end = self.start + key_states.shape[2]
        keys, values = (view[:, :, :end] for view in self.pair)
        keys[:, :, self.start :] = key_states
        values[:, :, self.start :] = value_states
        return keys, values

    def get_seq_length(self) -> int:
        return self.start

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.start + query_length, 0


class ModuleDecoder(Decoder):
    """The text model and the head of a FlashSlothForConditionalGeneration. Decoder documents the
    arguments of the methods.

    CUDA graphs cannot be captured: each family makes its own masks, for example for sliding windows,
    and needs the positions on the host for that.
    """

    capturable = False

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.text = model.language_model
        self.head = model.lm_head
        self.layers = self.text.layers

    def logits(self, x: Tensor, span: Span, embq: EmbqInputs | None, last: Tensor) -> Tensor:
        hidden = self._hidden(x, span.extent - len(x), span.cache, embq)
        return self._head(hidden.index_select(0, last))[0]

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        rows = [self._hidden(x[i, None], length, cache.row(i)) for i, length in enumerate(lengths)]
        return self._head(torch.cat(rows))

    def branches(self, x: Tensor, span: Span, embq: EmbqInputs | None, wanted: Tensor) -> Tensor:
        """Compute each branch as a separate sequence, because the mask of a family cannot be replaced
        by the mask of a tree."""
        assert span.mask is not None
        seen = span.mask[:, -len(x) :].cpu()
        found = x.new_empty(x.shape)
        is_last = seen.sum(0) == 1  # the end of a branch: only the row itself attends to it
        for row in is_last.nonzero().flatten().tolist():
            # the rows of the branch, in order: each row comes after the rows that it continues
            path = seen[row].nonzero().flatten().to(x.device)
            inputs = None if embq is None else _of_branch(embq, path)
            found[path] = self._hidden(x[path], span.extent - len(x), span.cache, inputs, writes=False)
        return self._head(found.index_select(0, wanted))

    def _hidden(
        self,
        x: Tensor,
        start: int,
        cache: KeyValueCache,
        inputs: EmbqInputs | None = None,
        *,
        writes: bool = True,
    ) -> Tensor:
        """Return the hidden states (T, D), after the final norm, of the positions from `start` on. The
        new keys and values are stored in the cache if `writes`."""
        layers = [EngineLayer(cache.pairs[i], start, writes) for i in range(len(self.layers))]
        positions = torch.arange(start, start + len(x), device=x.device)
        out = self.text(
            inputs_embeds=x[None],
            position_ids=positions[None],
            use_cache=True,
            **{CACHE: Cache(layers=layers)},
            **self.embq_argument(inputs),
        )
        return out.last_hidden_state[0]


def _of_branch(inputs: EmbqInputs, path: Tensor) -> EmbqInputs | None:
    """Return EmbQ's inputs for the questions in a branch, which has the rows `path` of the tree; None
    if the branch has no questions."""
    # place[row of the tree] = row of the branch
    place = path.new_zeros(int(path.max()) + 1).index_copy(
        0, path, torch.arange(len(path), device=path.device)
    )
    groups = torch.isin(inputs.query_rows, path).all(1)
    if not groups.any():
        return None
    # Padding is made to point to the first row, which is in every branch. The row to which it pointed
    # may not be in this branch.
    question = inputs.question_rows[groups] * inputs.question_mask[groups]
    rows = {"query_rows": place[inputs.query_rows[groups]], "question_rows": place[question]}
    return replace(inputs, **rows, question_mask=inputs.question_mask[groups])


def make_decoder(model: Any, dtype: torch.dtype, device: torch.device) -> Decoder:
    """Return a decoder that shares the memory of a FlashSlothForConditionalGeneration: a packed one if
    the family has packed layers, otherwise one that runs the forward of transformers."""
    kind = layer_class(model.config.text_config)
    return ModuleDecoder(model).eval() if kind is None else pack(model, kind, dtype, device)
