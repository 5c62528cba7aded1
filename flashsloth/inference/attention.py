"""The KV cache, the attention of new positions to it, and rotary embeddings: the angles of positions,
and their application to queries and keys.

The KV cache has preallocated buffers, for one sequence or several of different lengths. Positions are
overwritten, never removed: to crop a sequence, use a smaller length. Preallocated buffers have fixed
addresses, which captured CUDA graphs need, and a new position does not copy the whole cache.

A reduction policy (reduced_core.py) leaves positions of a prompt out of some layers. Each layer stores
its remaining positions without gaps, so a position may have different indices in different layers.

Letters: H heads of queries, K heads of keys and values, d width of a head, T new positions of one
sequence, B rows (sequences). Each head of keys is read by H/K heads of queries.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

import torch
from torch import Tensor, nn

from flashsloth.devices import uploaded
from flashsloth.utils.switched_off import SwitchedOff

MIN_CAPACITY = 256  # positions


def capacity_for(length: int, limit: int) -> int:
    """Return the smallest of limit, limit/2, limit/4, … that is at least `length` and at least
    MIN_CAPACITY."""
    while limit // 2 >= max(length, MIN_CAPACITY):
        limit //= 2
    return limit


# the parts of `KeyValueCache.offsets`
EVERY = slice(None)
REMOVED = slice(None, -1)
SHIFT = slice(-1, None)


class KeyValueCache:
    """The keys and values of all layers for B sequences, which are the rows of the cache.

    Memory is allocated as the longest row grows. A new cache has a capacity of 0.

    Args:
        pairs: (layers, 2, B, H, capacity, d), keys first.
        limit: the maximum number of positions of a row.
        offsets: int64 (layers + 1, B) on the host, by which a row's positions differ from their indices
            in the cache. The first rows are `removed`: `removed[l, b]` positions of row b are left out
            of layer l. The last one is `shift` (B,): the rotary position after the end of row b is
            smaller by this than its length, because the visual tokens of a picture share positions
            (decoders with three position axes). None if all are 0. Only `set_offsets` changes the
            values.
    """

    shared = False  # whether the buffers belong to another cache

    def __init__(self, pairs: Tensor, limit: int, offsets: Tensor | None = None) -> None:
        self.pairs = pairs
        self.limit = limit
        none = torch.zeros(len(pairs) + 1, self.rows, dtype=torch.int64)
        self.offsets = none if offsets is None else offsets.clone()
        # A copy of `offsets` on the device, so that decode steps need not wait for the host. On a CPU
        # it is the same tensor. Captured graphs read it at its address, so it is changed in place.
        self.offsets_on_device = uploaded(self.offsets, pairs.device)
        self._wide: Tensor | None = None

    @property
    def rows(self) -> int:
        return self.pairs.shape[2]

    @property
    def capacity(self) -> int:
        return self.pairs.shape[4]

    @property
    def nbytes(self) -> int:
        return self.pairs.nbytes

    @property
    def removed(self) -> Tensor:
        return self.offsets[REMOVED]

    @property
    def memory(self) -> Hashable:
        """The properties of the cache that a captured graph depends on. A graph can be replayed for any
        cache for which these properties are equal."""
        return self.pairs.data_ptr(), self.pairs.shape, self.offsets_on_device.data_ptr()

    def set_offsets(self, row: int, values: Tensor | int, which: slice = EVERY) -> None:
        """Change the offsets of a row: int64 (layers + 1,) on the host, or one number for all.
        `which`: REMOVED or SHIFT to change only these."""
        self.offsets[which, row] = values
        self.offsets_on_device.copy_(uploaded(self.offsets, self.offsets_on_device.device))

    def reserve(self, length: int, used: int, rows: int = 1) -> None:
        """Grow to `length` positions and `rows` rows, keeping the first `used` positions of all
        existing rows."""
        layers, two, present, heads, capacity, head_dim = self.pairs.shape
        if length <= capacity and rows <= present:
            return
        if length > capacity:
            capacity = capacity_for(length, self.limit)
        grown = self.pairs.new_zeros(layers, two, max(rows, present), heads, capacity, head_dim)
        grown[:, :, :present, :, :used] = self.pairs[..., :used, :]
        self.pairs = grown
        if rows > present:
            self.offsets = torch.nn.functional.pad(self.offsets, (0, rows - present))
            self.offsets_on_device = uploaded(self.offsets, grown.device)

    def row(self, index: int) -> CacheRow:
        """Return one row as a cache of one sequence, which uses the same memory."""
        return CacheRow(self, index)

    def copy_row(self, source: int, target: int, length: int) -> None:
        """Copy the first `length` positions of a row to another row."""
        self.pairs[:, :, target, :, :length] = self.pairs[:, :, source, :, :length]
        self.set_offsets(target, self.offsets[:, source])

    def copy(self, length: int) -> KeyValueCache:
        """Return a new cache with the first `length` positions of all rows, whose memory has exactly
        that size."""
        pairs = self.pairs[..., :length, :].clone(memory_format=torch.contiguous_format)
        return KeyValueCache(pairs, self.limit, self.offsets)

    def widen(self, pair: Tensor) -> Tensor:
        """Return keys and values in float32. All calls share one buffer, because allocating new memory
        would take longer than the copy."""
        if self._wide is None or self._wide.numel() < pair.numel():
            self._wide = pair.new_empty(pair.numel(), dtype=torch.float32)
        return self._wide[: pair.numel()].view(pair.shape).copy_(pair)

    def zero_tail(self, used: int) -> None:
        """Set all positions after the first `used` to zero. Attention multiplies masked values by 0,
        and the product is NaN if such a value is NaN or infinite."""
        self.pairs[..., used:, :] = 0

    def write(self, layer: int, positions: Tensor | slice, pair: Tensor) -> None:
        """Write keys and values (2, H, T, d) at positions (T,) of the only row. A captured graph needs
        a tensor, because it is replayed at other positions. Elsewhere the positions are a slice: with a
        tensor, MPS would rewrite the whole buffer of the layer."""
        target = self.pairs[layer, :, 0]
        if isinstance(positions, slice):
            target[:, :, positions] = pair
        else:
            target.index_copy_(2, positions, pair)

    def append(self, layer: int, rows: Tensor, positions: Tensor, pair: Tensor) -> None:
        """Write the keys and values (B, 2, H, d) of one new position of each row. Row `rows[i]` is
        written at `positions[i]`; `rows` and `positions` have the shape (B,)."""
        self.pairs[layer][:, rows, :, positions] = pair.to(self.pairs.dtype)


class CacheRow(KeyValueCache):
    """One row of a cache, as a cache of one sequence. It stays valid when the whole cache grows.
    Reserving positions in one row makes the whole cache grow."""

    shared = True

    def __init__(self, whole: KeyValueCache, index: int) -> None:
        self.whole = whole
        self.index = index
        self.limit = whole.limit

    @property
    def offsets(self) -> Tensor:  # type: ignore[override]
        return self.whole.offsets[:, self.index : self.index + 1]

    @property
    def offsets_on_device(self) -> Tensor:  # type: ignore[override]
        return self.whole.offsets_on_device[:, self.index : self.index + 1]

    @property
    def pairs(self) -> Tensor:  # type: ignore[override]
        return self.whole.pairs[:, :, self.index : self.index + 1]

    def reserve(self, length: int, used: int, rows: int = 1) -> None:
        """Grow the whole cache to `length` positions, keeping all positions of its rows."""
        self.whole.reserve(length, max(used, self.whole.capacity), self.whole.rows)

    def widen(self, pair: Tensor) -> Tensor:
        return self.whole.widen(pair)


# Attention


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
    context = nn.functional.scaled_dot_product_attention(
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
        return nn.functional.scaled_dot_product_attention(
            grouped, pair[0], pair[1], attn_mask=mask
        ).reshape(B, -1)
    heads = max(1, MAX_FLOAT32_KEYS // (B * extent * d))
    q32 = grouped.float()
    contexts = []
    for at in range(0, K, heads):
        keys, values = cache.widen(pair[:, :, at : at + heads])
        contexts.append(
            nn.functional.scaled_dot_product_attention(
                q32[:, at : at + heads], keys, values, attn_mask=mask
            )
        )
    context = contexts[0] if len(contexts) == 1 else torch.cat(contexts, dim=1)
    return context.to(q.dtype).reshape(B, -1)


def row_mask(positions: Tensor, extent: int, dtype: torch.dtype) -> Tensor:
    """Return the mask (*, B, 1, 1, extent) to be added to the scores of B rows. `positions` (*, B) are
    the new positions of the rows; the mask hides the positions after them."""
    hidden = torch.arange(extent, device=positions.device) > positions[..., None, None, None]
    return torch.zeros_like(hidden, dtype=dtype).masked_fill_(hidden, -math.inf)


# Rotary embeddings


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
        axes: the position axis of each pair of dimensions (ModelSizes.rotary_axes).
    """

    table: Tensor
    axes: Tensor | None

    def __init__(
        self, frequencies: Tensor, factor: float, limit: int, axes: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        self.frequencies = frequencies.float()
        self.factor = factor
        self.limit = limit
        self.count = min(self.limit, FIRST_POSITIONS)
        self.register_buffer("table", self._angles(), persistent=False)
        pairs = None if axes is None else torch.tensor(axes)
        self.register_buffer("axes", pairs, persistent=False)
        # smaller tables that were replaced, which captured graphs still read
        self.replaced: list[Tensor] = []

    def at(self, positions: Tensor | slice, extent: int, dtype: torch.dtype) -> Angles:
        """Return cos and sin of T positions before `extent` for both halves of a head, (T, 1, 1, 2,
        dims/2). The sine of the first half is negated, so that `rotate_` turns the halves (a, b) into
        (a cos - b sin, b cos + a sin). Positions (3, T) have three axes: each pair of dimensions has
        the angle of its axis."""
        cos, sin = self.rows(positions, extent).to(dtype)
        return cos, sin

    def rows(self, positions: Tensor | slice, extent: int) -> Tensor:
        """Return what `at` returns, in float32 and as one tensor (2, T, 1, 1, 2, dims/2)."""
        table = self.upto(extent)
        if isinstance(positions, slice):
            return table[:, positions]
        if positions.dim() == 2:
            index = positions[self.axes].t()[None, :, None, None, None]  # (1, T, 1, 1, 1, dims/2)
            return table.gather(1, index.expand(2, -1, 1, 1, 2, -1))
        # index_select takes half the time of indexing with a tensor
        return table.index_select(1, positions)

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
