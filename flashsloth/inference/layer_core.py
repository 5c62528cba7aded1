"""What a decoder layer computes between its products, and the seam to the compiled kernels.

Shapes: T new positions, H heads of queries, K of keys and values, d width of a head, D of the model, F of the MLP.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.config.heads import Heads
from flashsloth.inference.rotary import rotate_

# store keys and values and attend: the number of a layer, q (T, H, d), keys and values (T, 2, K, d) -> (T, H*d)
Attention: TypeAlias = Callable[[int, Tensor, Tensor], Tensor]


class Products(Protocol):
    """The norm and the two products of a parallel block."""

    norm: nn.LayerNorm
    inner: nn.Module
    outer: nn.Module


class LayerCore:
    """What a parallel block computes between its two products: rotary embeddings, the KV cache, attention and GELU, for
    new positions. Lasts for one forward.

    TorchCore computes it by torch's operators. compiled_step does for one position of each sequence, where the
    processor has kernels for it, and may compute a whole layer at once.
    """

    def __call__(self, index: int, packed: Tensor) -> Tensor:
        """Shape: the number of the layer, (T, 3*D + F) -> (T, D + F)."""
        raise NotImplementedError

    def layer(self, index: int, x: Tensor, layer: Products) -> Tensor:
        """Compute the whole layer, x + attention(norm x) + mlp(norm x): (T, D) -> (T, D)."""
        out: Tensor = x + layer.outer(self(index, layer.inner(layer.norm(x))))
        return out


class TorchCore(LayerCore):
    """By torch's operators; `attend` is for blocks of every form.

    Args:
        angles: cos and sin of the new positions.
        attention: stores keys and values, and attends.
    """

    def __init__(self, angles: tuple[Tensor, Tensor], attention: Attention, heads: Heads) -> None:
        self.angles, self.attention, self.heads = angles, attention, heads

    def attend(
        self, index: int, packed: Tensor, norms: tuple[nn.Module, nn.Module] | None = None, *, rotates: bool = True
    ) -> Tensor:
        """Attend with packed queries, keys and values, in place, after the norms of queries and of keys if the layer
        has any: (T, (H + 2*K) * d) -> (T, H*d)."""
        H, K, d = self.heads
        x = packed.view(-1, 1, H + 2 * K, d)
        if norms is not None:
            x[..., :H, :], x[..., H : H + K, :] = norms[0](x[..., :H, :]), norms[1](x[..., H : H + K, :])
        if rotates:
            cos, sin = self.angles
            rotate_(x[..., : H + K, :], cos, sin, 2 * cos.shape[-1])
        return self.attention(index, x[:, 0, :H], x[:, 0, H:].view(-1, 2, K, d))

    def __call__(self, index: int, packed: Tensor) -> Tensor:
        width = (self.heads.queries + 2 * self.heads.keys) * self.heads.width
        context = self.attend(index, packed[:, :width])
        return torch.cat((context, F.gelu(packed[:, width:], approximate="tanh")), dim=1)
