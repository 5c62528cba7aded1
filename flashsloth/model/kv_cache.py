"""Keys and values in buffers that stay where they are. Knows tensors; knows no tokens and no model.

A position is overwritten, never removed: cropping is forgetting a length. Static addresses are what a captured graph
needs; elsewhere they save the copies of a growing cache.
"""

from __future__ import annotations

import torch
from torch import Tensor

STEP = 256  # positions; capacity grows in powers of two of this, copying what is there


def capacity_for(length: int, limit: int) -> int:
    """The smallest that holds `length` positions of limit, limit/2, limit/4, …; not below STEP."""
    while limit // 2 >= max(length, STEP):
        limit //= 2
    return limit


class KeyValueCache:
    """Keys and values of all layers for one sequence: `pairs` (layers, 2, H, capacity, d), keys first.

    `limit` is the longest sequence that will ever be asked for; memory is taken as the conversation grows.
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
        """Make room for `length` positions, keeping the first `used`; True if the buffer moved."""
        if length <= self.capacity:
            return False
        layers, two, heads, _, head_dim = self.pairs.shape
        grown = self.pairs.new_zeros(layers, two, heads, capacity_for(length, self.limit), head_dim)
        grown[:, :, :, :used] = self.pairs[:, :, :, :used]
        self.pairs = grown
        return True

    def zero_tail(self, used: int) -> None:
        """Zeros behind the first `used` positions. What a mask hides may be anything but NaN or infinity: times nothing
        they are NaN still."""
        self.pairs[:, :, :, used:] = 0

    def write(self, layer: int, positions: Tensor, pair: Tensor) -> None:
        """Put keys and values (2, H, T, d) at positions (T,)."""
        self.pairs[layer].index_copy_(2, positions, pair)
