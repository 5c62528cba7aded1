"""A KV cache in preallocated buffers, for one sequence or several of different lengths.

Positions are overwritten, never removed: to crop a sequence, use a smaller length. Preallocated buffers
have fixed addresses, which captured CUDA graphs need, and a new position does not copy the whole cache.

A reduction policy (reduced_core.py) leaves positions of a prompt out of some layers. Each layer stores
its remaining positions without gaps, so a position may have different indices in different layers.
"""

from __future__ import annotations

from collections.abc import Hashable

import torch
from torch import Tensor

from flashsloth.devices import uploaded

MIN_CAPACITY = 256  # positions


def capacity_for(length: int, limit: int) -> int:
    """Return the smallest of limit, limit/2, limit/4, … that is at least `length` and at least
    MIN_CAPACITY."""
    while limit // 2 >= max(length, MIN_CAPACITY):
        limit //= 2
    return limit


class KeyValueCache:
    """The keys and values of all layers for B sequences, which are the rows of the cache.

    Memory is allocated as the longest row grows. A new cache has a capacity of 0.

    Args:
        pairs: (layers, 2, B, H, capacity, d), keys first.
        limit: the maximum number of positions of a row.
        removed: int64 (layers, B) on the host: `removed[l, b]` positions of row b are left out of layer
            l. None if no positions are left out. Only `set_removed` changes its values.
    """

    shared = False  # whether the buffers belong to another cache

    def __init__(self, pairs: Tensor, limit: int, removed: Tensor | None = None) -> None:
        self.pairs = pairs
        self.limit = limit
        none = torch.zeros(len(pairs), self.rows, dtype=torch.int64)
        self.removed = none if removed is None else removed.clone()
        # A copy of `removed` on the device, so that decode steps need not wait for the host. On a CPU
        # it is the same tensor. Captured graphs read it at its address, so it is changed in place.
        self.removed_on_device = uploaded(self.removed, pairs.device)
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
    def memory(self) -> Hashable:
        """The properties of the cache that a captured graph depends on. A graph can be replayed for any
        cache for which these properties are equal."""
        return self.pairs.data_ptr(), self.pairs.shape, self.removed_on_device.data_ptr()

    def set_removed(self, row: int, counts: Tensor | int) -> None:
        """Record how many positions of a row each layer left out: int64 (layers,) on the host, or one
        number for all layers."""
        self.removed[:, row] = counts
        self.removed_on_device.copy_(uploaded(self.removed, self.removed_on_device.device))

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
            self.removed = torch.nn.functional.pad(self.removed, (0, rows - present))
            self.removed_on_device = uploaded(self.removed, grown.device)

    def row(self, index: int) -> CacheRow:
        """Return one row as a cache of one sequence, which uses the same memory."""
        return CacheRow(self, index)

    def copy_row(self, source: int, target: int, length: int) -> None:
        """Copy the first `length` positions of a row to another row."""
        self.pairs[:, :, target, :, :length] = self.pairs[:, :, source, :, :length]
        self.set_removed(target, self.removed[:, source])

    def copy(self, length: int) -> KeyValueCache:
        """Return a new cache with the first `length` positions of all rows, whose memory has exactly
        that size."""
        pairs = self.pairs[..., :length, :].clone(memory_format=torch.contiguous_format)
        return KeyValueCache(pairs, self.limit, self.removed)

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
    def removed(self) -> Tensor:  # type: ignore[override]
        return self.whole.removed[:, self.index : self.index + 1]

    @property
    def removed_on_device(self) -> Tensor:  # type: ignore[override]
        return self.whole.removed_on_device[:, self.index : self.index + 1]

    @property
    def pairs(self) -> Tensor:  # type: ignore[override]
        return self.whole.pairs[:, :, self.index : self.index + 1]

    def reserve(self, length: int, used: int, rows: int = 1) -> None:
        """Grow the whole cache to `length` positions, keeping all positions of its rows."""
        self.whole.reserve(length, max(used, self.whole.capacity), self.whole.rows)

    def widen(self, pair: Tensor) -> Tensor:
        return self.whole.widen(pair)
