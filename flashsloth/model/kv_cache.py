"""A KV cache in preallocated buffers.

Positions are overwritten, never removed: to crop the cache, use a smaller length. Captured CUDA graphs need the fixed
addresses; elsewhere they save the copies of a growing cache.
"""

from __future__ import annotations

import torch
from torch import Tensor

MIN_CAPACITY = 256  # positions


def capacity_for(length: int, limit: int) -> int:
    """Return the smallest of limit, limit/2, limit/4, … that holds `length` positions and MIN_CAPACITY."""
    while limit // 2 >= max(length, MIN_CAPACITY):
        limit //= 2
    return limit


class KeyValueCache:
    """The keys and values of all layers for one sequence: `pairs` (layers, 2, H, capacity, d), keys first.

    Memory is allocated as the sequence grows, up to `limit` positions.
    """

    def __init__(
        self, layers: int, heads: int, head_dim: int, limit: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.limit = limit
        self.pairs = torch.empty(layers, 2, heads, 0, head_dim, dtype=dtype, device=device)

    @property
    def keys(self) -> Tensor:
        """(layers, H, capacity, d)"""
        return self.pairs[:, 0]

    @property
    def values(self) -> Tensor:
        """(layers, H, capacity, d)"""
        return self.pairs[:, 1]

    @property
    def capacity(self) -> int:
        return self.pairs.shape[3]

    @property
    def nbytes(self) -> int:
        return self.pairs.nbytes

    def reserve(self, length: int, used: int) -> bool:
        """Grow to `length` positions, keeping the first `used`. Return whether the buffer was reallocated."""
        if length <= self.capacity:
            return False
        layers, two, heads, _, head_dim = self.pairs.shape
        grown = self.pairs.new_zeros(layers, two, heads, capacity_for(length, self.limit), head_dim)
        grown[:, :, :, :used] = self.pairs[:, :, :, :used]
        self.pairs = grown
        return True

    def zero_tail(self, used: int) -> None:
        """Set all positions after the first `used` to zero: masked values may be anything but NaN and infinity, which
        stay NaN when multiplied by a weight of 0."""
        self.pairs[:, :, :, used:] = 0

    def write(self, layer: int, positions: Tensor | slice, pair: Tensor) -> None:
        """Write keys and values (2, H, T, d) at positions (T,): a tensor for a captured graph, which is replayed at
        others; a slice elsewhere, as MPS would rewrite the whole buffer of the layer."""
        if isinstance(positions, slice):
            self.pairs[layer, :, :, positions] = pair
        else:
            self.pairs[layer].index_copy_(2, positions, pair)
