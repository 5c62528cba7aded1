"""Attention of new positions to a KV cache, and rotary embeddings: the angles of positions, and their
application to queries and keys.

Letters: H heads of queries, K heads of keys and values, d width of a head, T new positions of one
sequence, B rows (sequences). Each head of keys is read by H/K heads of queries.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference.kv_cache import KeyValueCache, capacity_for
from flashsloth.utils.switched_off import SwitchedOff

# The maximum number of elements of keys that are converted to float32 at a time, and of values.
MAX_FLOAT32_KEYS = 2**20


_no_cudnn = SwitchedOff(
    lambda: torch.backends.cuda.cudnn_sdp_enabled(),  # type: ignore[no-untyped-call]
    lambda on: torch.backends.cuda.enable_cudnn_sdp(on),
)


def without_cudnn(device: torch.device) -> AbstractContextManager[None]:
    """Return a context manager that, on CUDA, switches off cuDNN's attention, which torch prefers on
    some cards (sm_90).

    cuDNN makes a plan for each new shape, and its gradients with a mask are NaN at some lengths
    (pytorch#196678). Torch's setting for cuDNN's attention applies to the whole process.
    """
    return _no_cudnn if device.type == "cuda" else nullcontext()


def attend(
    q: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, *, causal: bool = False
) -> Tensor:
    """Attend with the queries (T, H, d) of one sequence to keys and values (1, K, extent, d): (T, H*d).

    With a `mask` (T, extent), the heads of queries that read the same keys are merged into one head
    with more rows. torch's memory-efficient kernel does not support grouped-query attention; without
    the merge the keys would be copied for each head of queries.
    """
    T, H, d = q.shape
    heads = q.transpose(0, 1)[None]
    groups = H // keys.shape[1]
    if groups > 1 and mask is not None:
        heads = heads.reshape(1, -1, groups * T, d)
        mask = mask.repeat(groups, 1)
    shared = groups > 1 and mask is None
    context = F.scaled_dot_product_attention(
        heads, keys, values, attn_mask=mask, is_causal=causal, enable_gqa=shared
    )
    return context.reshape(H, T, d).transpose(0, 1).reshape(T, H * d)


def attend_one(q: Tensor, pair: Tensor, mask: Tensor | None, cache: KeyValueCache) -> Tensor:
    """Attend with one query per row (B, H, d) to keys and values (2, B, K, extent, d), on a CPU: (B,
    H*d).

    16-bit keys and values are converted to float32, because attention in float32 is three times faster.
    Only some heads are converted at a time, so that the converted numbers stay in the processor's
    cache. A KV cache in float32 would be up to 9% faster for one row, but slower for many rows and
    twice as large.
    """
    _, B, K, extent, d = pair.shape
    grouped = q.reshape(B, K, -1, d)
    if pair.dtype == torch.float32:
        return F.scaled_dot_product_attention(grouped, pair[0], pair[1], attn_mask=mask).reshape(B, -1)
    heads = max(1, MAX_FLOAT32_KEYS // (B * extent * d))
    q32 = grouped.float()
    contexts = []
    for at in range(0, K, heads):
        keys, values = cache.widen(pair[:, :, at : at + heads])
        contexts.append(
            F.scaled_dot_product_attention(q32[:, at : at + heads], keys, values, attn_mask=mask)
        )
    context = contexts[0] if len(contexts) == 1 else torch.cat(contexts, dim=1)
    return context.to(q.dtype).reshape(B, -1)


def row_mask(positions: Tensor, extent: int, dtype: torch.dtype) -> Tensor:
    """Return the mask (*, B, 1, 1, extent) to be added to the scores of B rows. `positions` (*, B) are
    the new positions of the rows; the mask hides the positions after them."""
    hidden = torch.arange(extent, device=positions.device) > positions[..., None, None, None]
    return torch.zeros_like(hidden, dtype=dtype).masked_fill_(hidden, -math.inf)


# the types of rotary embeddings whose frequencies do not depend on the length of the text
FIXED = ("default", "linear", "llama3", "yarn")
# the number of positions of the first table; a longer table is made when it is needed
FIRST_POSITIONS = 4096
Angles: TypeAlias = tuple[Tensor, Tensor]  # cos and sin of T positions, as RotaryTable.at returns them


class RotaryTable(nn.Module):
    """A table of cos and sin, which grows as positions are needed. For all positions of a long context
    it would take 100 MB and more.

    Args:
        frequencies: the angle of position 1 for each pair of dimensions, (dims/2,).
        factor: the factor by which cos and sin are multiplied.
        limit: the maximum number of positions of the context.
    """

    table: Tensor

    def __init__(self, frequencies: Tensor, factor: float, limit: int) -> None:
        super().__init__()
        self.frequencies = frequencies.float()
        self.factor = factor
        self.limit = limit
        self.count = min(self.limit, FIRST_POSITIONS)
        self.register_buffer("table", self._angles(), persistent=False)
        # smaller tables that were replaced, which captured graphs still read
        self.replaced: list[Tensor] = []

    def at(self, positions: Tensor | slice, extent: int, dtype: torch.dtype) -> Angles:
        """Return cos and sin of T positions before `extent` for both halves of a head, (T, 1, 1, 2,
        dims/2). The sine of the first half is negated, so that `rotate_` turns the halves (a, b) into
        (a cos - b sin, b cos + a sin)."""
        table = self.upto(extent)
        # index_select takes half the time of indexing with a tensor
        if isinstance(positions, slice):
            cos, sin = table[:, positions].to(dtype)
        else:
            cos, sin = table.index_select(1, positions).to(dtype)
        return cos, sin

    def upto(self, extent: int) -> Tensor:
        """Return a table of at least `extent` positions."""
        if extent > self.count:
            if self.table.is_cuda:
                self.replaced.append(self.table)
            self.count = capacity_for(extent, self.limit)
            self.table = self._angles().to(self.table.device)
        return self.table

    def _angles(self) -> Tensor:
        """Return cos and sin of the first `count` positions in the form that `at` returns: (2, count,
        1, 1, 2, dims/2) float32."""
        angles = torch.arange(self.count, dtype=torch.float32)[:, None] * self.frequencies
        cos = angles.cos() * self.factor
        sin = angles.sin() * self.factor
        halves = torch.stack((cos, cos), 1), torch.stack((-sin, sin), 1)
        return torch.stack(halves)[:, :, None, None]


def rotate_(x: Tensor, cos: Tensor, sin: Tensor, dims: int) -> None:
    """Apply rotary embeddings to the first `dims` dimensions of each head, in place.

    Shape: x (T, *, H, d), queries and keys; cos and sin (T, 1, 1, 2, dims/2), from RotaryTable.
    """
    halves = x[..., :dims].view(*x.shape[:-1], 2, dims // 2)
    torch.addcmul(halves * cos, halves.flip(-2), sin, out=halves)
