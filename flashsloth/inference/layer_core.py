"""What a decoder layer computes between its two products, and the seam to the compiled kernels."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn


class Products(Protocol):
    """The norm and the two products of a layer (packed_decoder.PackedLayer)."""

    norm: nn.LayerNorm
    inner: nn.Module
    outer: nn.Module


class LayerCore:
    """Rotary embeddings, the KV cache, attention and GELU, for new positions. Lasts for one forward.

    packed_decoder computes it by torch's operators. compiled_step does for one position of each sequence, where the
    processor has kernels for it, and may compute a whole layer at once.
    """

    def __call__(self, index: int, packed: Tensor) -> Tensor:
        """Shape: the number of the layer, (T, 3*D + F) -> (T, D + F)."""
        raise NotImplementedError

    def layer(self, index: int, x: Tensor, layer: Products) -> Tensor:
        """Compute the whole layer, x + attention(norm x) + mlp(norm x): (T, D) -> (T, D)."""
        out: Tensor = x + layer.outer(self(index, layer.inner(layer.norm(x))))
        return out
