"""A prefill in which a policy leaves out rows. The policy leaves out visual tokens from some layer on,
or rows in some layers only.

A row is one position of the prompt in the forward pass. The policy (`ReductionPolicy`) decides three
things: which rows are kept after a layer's attention, whether all visual tokens are left out from a
layer on, and which rows a layer computes. `ReducedCore` computes the remaining rows. They keep the
positions that they have in the whole prompt, and so their rotary angles. A layer's part of the KV cache
stores the rows of this layer without gaps. Letters: T new positions, n rows that are kept so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from flashsloth.errors import OptionError
from flashsloth.inference.attention import KeyValueCache, attend
from flashsloth.inference.packed_layers import Attend, Gelu, HalfBlock, TorchCore
from flashsloth.sizes.families import Heads

SCORES = 2**26  # the largest number of attention scores that are computed at a time


@dataclass(frozen=True, slots=True)
class PromptRows:
    """The kinds of the new positions of a prompt: visual tokens, query tokens, padding."""

    pictures: Tensor  # (n,) int64: the index of the picture of a visual token, -1 elsewhere
    queries: Tensor  # (n,) bool: True at query tokens
    real: Tensor  # (n,) bool: False at padding, and at the tokens of an answer that is continued
    tokens: int  # the number of visual tokens of a picture
    past: int = 0  # the number of positions before the new positions

    @classmethod
    def of(
        cls,
        ids: Sequence[int],
        padded: int,
        past: int,
        tokens: int,
        image: int,
        query: int,
        continued: int = 0,
    ) -> PromptRows:
        """Describe `ids[past:]`, padded to `padded` positions.

        `tokens`: the number of visual tokens of a picture. `image`, `query`: the ids of the placeholder
        tokens. `continued`: how many of the last ids are the beginning of the answer."""
        before = list(ids[:past]).count(image)
        new = torch.tensor(ids[past:])
        filling = (0, padded - len(new))
        visual = new == image
        pictures = ((before + visual.cumsum(0) - 1) // tokens).where(visual, -1)
        real = torch.arange(padded) < len(new) - continued
        queries = torch.nn.functional.pad(new == query, filling)
        return cls(torch.nn.functional.pad(pictures, filling, value=-1), queries, real, tokens, past)

    def to(self, device: torch.device) -> PromptRows:
        return replace(
            self,
            pictures=self.pictures.to(device),
            queries=self.queries.to(device),
            real=self.real.to(device),
        )

    def at(self, left: Tensor) -> PromptRows:
        return replace(
            self, pictures=self.pictures[left], queries=self.queries[left], real=self.real[left]
        )


class Routing(NamedTuple):
    """The rows that a layer computes, and a factor for each row. The activations of the layer's MLP are
    multiplied by this factor."""

    rows: Tensor  # (k,) ascending
    weights: Tensor  # (k,)


class ReductionPolicy:
    """Decides what a decoder leaves out of a prompt. This base class leaves out nothing. Layers are
    numbered from 0."""

    # the number of visual tokens that a picture must have; None if any number is supported
    visual_tokens: int | None = None
    drops_tokens = False  # if True, the whole prompt is computed again for each question

    def keep_after_attention(
        self, layer: int, attention: Iterator[Tensor], rows: PromptRows
    ) -> Tensor | None:
        """Return the ascending indices (n',) of the rows to keep after a layer's attention; None to
        keep all rows. `attention` is the iterator of `attention_of_heads`: weights are computed only
        when the policy reads them."""
        return None

    def exits_before(self, layer: int, x: Tensor, rows: PromptRows) -> bool:
        """Return whether all visual tokens are left out from this layer on. `x` (n, D) is the layer's
        input, after EmbQ if EmbQ precedes this layer."""
        return False

    def route(self, layer: int, normed: Tensor, rows: PromptRows) -> Routing | None:
        """Return the rows that a layer computes; None for all rows. `normed` (n, D) is the result of
        the layer's first norm."""
        return None


class Reduction(NamedTuple):
    """A policy, and the prompt that it reduces."""

    policy: ReductionPolicy
    rows: PromptRows


class ReducedCore(TorchCore):
    """Computes the new positions of one sequence, without those that a policy leaves out.

    Args:
        angles: cos and sin of all T positions.
        cache: the cache to which keys and values are written, after those of earlier positions; None to
            store nothing.
        mask: (T, extent) as in Span; None if the T positions begin at 0.

    Raises: OptionError if a picture does not have the number of visual tokens that the policy was made
    for.
    """

    def __init__(
        self,
        policy: ReductionPolicy,
        rows: PromptRows,
        angles: tuple[Tensor, Tensor],
        heads: Heads,
        cache: KeyValueCache | None = None,
        mask: Tensor | None = None,
    ) -> None:
        super().__init__(angles, self._store_and_attend, heads)
        if policy.visual_tokens not in (None, rows.tokens):
            raise OptionError(
                f"the recipe of reduce is for pictures of {policy.visual_tokens} visual tokens, not {rows.tokens}",
                hint="Use --hd or --no-hd as when it was made, or another recipe.",
            )
        self.policy = policy
        self.rows = rows
        self.cache = cache
        self.mask = mask
        self.past = rows.past
        self.left: Tensor | None = None
        self.held: list[int] = []  # the number of rows in each layer's part of the cache
        self._kept: Tensor | None = None
        # the routing of the current layer; None if the layer computes all rows
        self.routed: Routing | None = None

    def part(self, index: int, x: Tensor, part: HalfBlock) -> Tensor:
        # 1. The policy is called once for each block, at the first part of the block. The MLP of the
        #    block may be a second part.
        begins = isinstance(part.between, Attend | Gelu)
        if begins and self.policy.exits_before(index, x, self.rows):
            x = self._drop((self.rows.pictures < 0).nonzero().flatten(), x)
        normed = part.norm(x)
        if isinstance(part.between, Gelu):
            # a layer without attention writes nothing to the cache, but its rows are counted
            self.held.append(len(x))
        if begins:
            self.routed = self.policy.route(index, normed, self.rows)
        # 2. Compute the rows of this layer. The method `between` sets `_kept` if the policy drops rows.
        if self.routed is not None:
            return self._part_of(index, x, normed, part, self.routed)
        mixed = self.between(index, part.inner(normed), part.between)
        # 3. Drop the rows before the second product, so that it is not computed for them.
        if self._kept is not None:
            kept = self._kept
            self._kept = None
            x = self._drop(kept, x)
            mixed = mixed[kept]
        return x + part.outer(mixed)

    def _part_of(
        self, index: int, x: Tensor, normed: Tensor, part: HalfBlock, routing: Routing
    ) -> Tensor:
        """Compute a part only for the rows of `routing`, and return the other rows unchanged."""
        angles = self.angles
        mask = self.mask
        rows = routing.rows
        self.angles = angles[0][rows], angles[1][rows]
        self.mask = self._mask_of(rows, self._past(index))
        try:
            mixed = self.between(index, part.inner(normed[rows]), part.between)
        finally:
            self.angles = angles
            self.mask = mask
        attended = self.heads.queries * self.heads.width if isinstance(part.between, Attend) else 0
        mixed[:, attended:] *= routing.weights[:, None].to(mixed.dtype)
        return x.index_copy(0, rows, x[rows] + part.outer(mixed))

    def _drop(self, kept: Tensor, x: Tensor) -> Tensor:
        """Keep only the rows `kept` of x (n, D), and of the angles, the mask and the kinds of the
        rows."""
        self.left = kept if self.left is None else self.left[kept]
        self.angles = self.angles[0][kept], self.angles[1][kept]
        self.mask = self._mask_of(kept, self.past)
        self.rows = self.rows.at(kept)
        return x[kept]

    def _mask_of(self, kept: Tensor, past: int) -> Tensor | None:
        """Return the mask of the rows `kept`. Its first `past` columns are the earlier positions, which
        are all visible. The others are the rows `kept`."""
        if self.mask is None:
            return None
        columns = torch.cat((torch.arange(past, device=kept.device), kept + self.past))
        return self.mask[kept][:, columns]

    def _past(self, layer: int) -> int:
        """Return how many positions before the new positions are in a layer's part of the cache."""
        return self.past if self.cache is None else self.past - int(self.cache.removed[layer, 0])

    def _store_and_attend(self, layer: int, q: Tensor, kv: Tensor) -> Tensor:
        past = self._past(layer)
        pair = kv.permute(1, 2, 0, 3)
        end = past + len(q)
        self.held.append(len(q))
        if self.cache is not None:
            self.cache.write(layer, slice(past, end), pair)
        if self.mask is None:
            keys, values = pair[:, None]
        else:
            assert self.cache is not None  # earlier positions are in the cache
            keys, values = self.cache.pairs[layer, :, :, :, : self.mask.shape[1]]
        attention = attention_of_heads(q, keys[0, :, :end], past)
        self._kept = self.policy.keep_after_attention(layer, attention, self.rows)
        return attend(q, keys, values, self.mask, causal=self.mask is None)


def attention_of_heads(q: Tensor, keys: Tensor, past: int = 0) -> Iterator[Tensor]:
    """Yield the attention weights of n rows to the same n rows, float32 (heads, n, n), for some heads
    at a time.

    Shape: q (n, H, d), keys (K, past + n, d) with the keys of earlier positions first.
    """
    n, H, d = q.shape
    hidden = torch.ones(n, past + n, dtype=torch.bool, device=q.device).triu(past + 1)
    keys = keys.repeat_interleave(H // len(keys), 0).float()
    step = max(1, SCORES // (n * (past + n)))
    for at in range(0, H, step):
        heads = slice(at, at + step)
        queries = q[:, heads].transpose(0, 1).float()
        scores = queries @ keys[heads].transpose(1, 2) * d**-0.5
        yield scores.masked_fill_(hidden, -torch.inf).softmax(-1)[..., past:]
