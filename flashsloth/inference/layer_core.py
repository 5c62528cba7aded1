"""The interface for the operations of a decoder layer between its matrix products, and the
implementation of this interface with torch's operators.

Shapes: T new positions, H heads of queries, K heads of keys and values, d width of a head, D width of
the model, F width of the MLP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference.compiled_prefill import gated, rotate_, with_gelu
from flashsloth.sizes.families import Heads

# A function that stores new keys and values and computes attention: (index of a layer, queries (T, H,
# d), keys and values (T, 2, K, d)) -> (T, H*d).
Attention: TypeAlias = Callable[[int, Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Attend:
    """Attention between two products. If the layer has norms for queries and keys, they are applied
    before attention. In a parallel block the first product has further columns after queries, keys and
    values. GELU is applied to these.
    """

    norms: tuple[Any, Any] | None = None
    rotates: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate between two products: the activation of the first half of the columns, times the second
    half."""

    act: nn.Module


@dataclass(frozen=True, slots=True)
class Gelu:
    """GELU between the two products of a parallel block that has no attention."""


Between: TypeAlias = Attend | Gate | Gelu


class HalfBlock(NamedTuple):
    """A parallel block, or one half of a sequential block: x + outer(between(inner(norm x)))."""

    norm: Any
    inner: nn.Module
    outer: nn.Module
    between: Between

    @property
    def addresses(self) -> tuple[int, ...]:
        """The addresses of the weights. The addresses change if a weight is replaced."""
        modules: Any = self.norm, self.inner, self.outer
        return tuple(module.weight.data_ptr() for module in modules)


class LayerCore:
    """Computes the operations between two products of a layer for new positions: rotary embeddings, the
    KV cache, attention, and the activation of the MLP. An object is used for one forward pass, but a
    CompiledStep can be used again for the next positions of the same sequences.

    - TorchCore uses torch's operators, and the kernels of compiled_prefill for some parts.
    - ReducedCore (reduced_core.py) leaves rows out.
    - CardCore (card_step.py) uses Triton kernels.
    - CompiledStep (compiled_step.py) computes one position of each sequence with compiled kernels. It
      can compute a part of a layer together with its products.
    """

    # the ascending indices of the rows that are still computed; None if all rows are
    left: Tensor | None = None

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        """Compute the operations between two products of the layer with number `index`.

        Shape: with Attend (T, (H + 2*K) * d + F) -> (T, H*d + F), where F may be 0; with Gate (T, 2*F)
        -> (T, F); with Gelu (T, F) -> (T, F).
        """
        raise NotImplementedError

    def part(self, index: int, x: Tensor, part: HalfBlock) -> Tensor:
        """Compute a part of a layer, including its products: (T, D) -> (T, D)."""
        return part.outer(self.between(index, part.inner(part.norm(x)), part.between)).add_(x)


@dataclass(eq=False)
class TorchCore(LayerCore):
    """The core that uses torch's operators, and the kernels of compiled_prefill."""

    angles: tuple[Tensor, Tensor]  # cos and sin of the new positions
    attention: Attention  # stores keys and values, and computes attention
    heads: Heads

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if isinstance(how, Gate):
            return gated(packed, how.act)
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
