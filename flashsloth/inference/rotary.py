"""Rotary embeddings: the angles of positions, and their application to queries and keys."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

from flashsloth.inference.kv_cache import capacity_for

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
