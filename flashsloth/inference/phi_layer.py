"""Phi's block with two matrix products.

q, k, v and fc1 have the same normalised input: one product of width 3*D + F (`inner`). The outputs of attention's
projection and of fc2 are summed: one product of their concatenated inputs (`outer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn

from flashsloth.inference.joined_linear import Product
from flashsloth.inference.layer_core import Attend, LayerCore, Part

PARALLEL = Attend()


class PhiLayer(nn.Module):
    """One Phi block: x + attention(norm x) + mlp(norm x)."""

    PRODUCTS: ClassVar[Mapping[str, Product]] = {
        "inner": Product(("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")),
        "outer": Product(("self_attn.dense", "mlp.fc2"), dim=1),
    }

    def __init__(self, norm: nn.LayerNorm, inner: nn.Module, outer: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner, self.outer = norm, inner, outer

    @classmethod
    def of(cls, layer: Any, products: Mapping[str, nn.Module]) -> PhiLayer:
        """Return the block of a layer of transformers with these products."""
        return cls(layer.input_layernorm, products["inner"], products["outer"])

    @classmethod
    def final_norm(cls, text: Any) -> nn.Module:
        """Return the norm after the last layer."""
        norm: nn.Module = text.final_layernorm
        return norm

    @property
    def first_product(self) -> nn.Module:
        return self.inner

    @property
    def norms(self) -> dict[str, nn.Module]:
        """The norms by their names in the layer of transformers."""
        return {"input_layernorm": self.norm}

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        return core.part(index, x, Part(self.norm, self.inner, self.outer, PARALLEL))
