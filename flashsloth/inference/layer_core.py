"""What a decoder layer computes between its products, and the seam to the compiled kernels.

Shapes: T new positions, H heads of queries, K of keys and values, d width of a head, D of the model, F
of the MLP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference.compiled_prefill import rotate_, with_gelu
from flashsloth.sizes.families import Heads

# store keys and values and attend: the number of a layer, q (T, H, d), keys and values (T, 2, K, d) ->
# (T, H*d)
Attention: TypeAlias = Callable[[int, Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Attend:
    """Between two products: attention, after norms of queries and keys if there are any, and GELU of
    what is packed behind queries, keys and values."""

    norms: tuple[Any, Any] | None = None
    rotates: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """Between two products: an activation of the first half, times the second."""

    act: nn.Module


@dataclass(frozen=True, slots=True)
class Gelu:
    """Between the two products of a parallel block without attention: GELU."""


Between: TypeAlias = Attend | Gate | Gelu


class HalfBlock(NamedTuple):
    """A parallel block, or half of another: x + outer(between(inner(norm x)))."""

    norm: Any
    inner: nn.Module
    outer: nn.Module
    between: Between


class LayerCore:
    """What is computed between two products of a layer for new positions: rotary embeddings, the KV
    cache, attention, and the activation of the MLP. Lasts for one forward.

    TorchCore computes it by torch's operators, some parts by compiled_prefill's. compiled_step does for
    one position of each sequence, where the processor has kernels for it, may compute a part with its
    products at once, and lasts as long as the next position is of the same sequences. reduced_core
    leaves rows out.
    """

    left: Tensor | None = None  # the rows that are still computed, ascending; None for all

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        """Shape: the number of the layer, (T, (H + 2*K) * d + F) -> (T, H*d + F), or of a gate (T, 2*F)
        -> (T, F), or without attention (T, F) -> (T, F)."""
        raise NotImplementedError

    def part(self, index: int, x: Tensor, part: HalfBlock) -> Tensor:
        """Compute a part with its products: (T, D) -> (T, D)."""
        return x + part.outer(self.between(index, part.inner(part.norm(x)), part.between))


@dataclass(eq=False)
class TorchCore(LayerCore):
    """By torch's operators, and those of compiled_prefill."""

    angles: tuple[Tensor, Tensor]  # cos and sin of the new positions
    attention: Attention  # stores keys and values, and attends
    heads: Heads

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if isinstance(how, Gate):
            return gated(packed, how)
        if isinstance(how, Gelu):
            return F.gelu(packed, approximate="tanh")
        H, K, d = self.heads
        width = (H + 2 * K) * d
        x = packed[:, :width].view(-1, H + 2 * K, d)  # changed in place
        if how.norms is not None:
            for norm, part in zip(how.norms, x.split_with_sizes((H, K, K), dim=1), strict=False):
                part.copy_(norm(part))
        if how.rotates:
            rotate_(x[:, : H + K], *self.angles)
        kv = x[:, H:].view(-1, 2, K, d)
        context = self.attention(index, x[:, :H], kv)
        if packed.shape[1] == width:
            return context
        return with_gelu(context, packed[:, width:])


def gated(packed: Tensor, how: Gate) -> Tensor:
    """Shape: (T, 2*F) -> (T, F)."""
    gate, up = packed.chunk(2, dim=1)
    return how.act(gate) * up
