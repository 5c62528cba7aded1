"""Phi's block with two matrix products.

q, k, v and fc1 have the same normalised input: one product of width 3*D + F (`inner`). The outputs of attention's
projection and of fc2 are summed: one product of their concatenated inputs (`outer`). A block without attention has fc1
and fc2 alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn

from flashsloth.inference.joined_linear import Product
from flashsloth.inference.layer_core import Attend, Gelu, LayerCore, Part

PARALLEL, ALONE = Attend(), Gelu()


class PhiLayer(nn.Module):
    """One Phi block: x + attention(norm x) + mlp(norm x), made of a layer of transformers and its products."""

    PRODUCTS: ClassVar[Mapping[str, Product]] = {
        "inner": Product(("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")),
        "outer": Product(("self_attn.dense", "mlp.fc2"), dim=1),
    }

    def __init__(self, layer: Any, products: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.norm, self.inner, self.outer = layer.input_layernorm, products["inner"], products["outer"]

    @classmethod
    def final_norm(cls, text: Any) -> nn.Module:
        """Return the norm after the last layer."""
        return text.final_layernorm

    @property
    def first_product(self) -> nn.Module:
        return self.inner

    @property
    def norms(self) -> dict[str, nn.Module]:
        """The norms by their names in the layer of transformers."""
        return {"input_layernorm": self.norm}

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        return core.part(index, x, Part(self.norm, self.inner, self.outer, PARALLEL))


class AdaptedNorm(nn.Module):
    """A norm, and the adapter after it."""

    def __init__(self, norm: nn.Module, pia: nn.Module) -> None:
        super().__init__()
        self.norm, self.pia = norm, pia

    def forward(self, x: Tensor) -> Tensor:
        return self.pia(self.norm(x))


class SkippedPhiLayer(PhiLayer):
    """One Phi block without attention: x + mlp(norm x), or x + mlp(pia(norm x))."""

    PRODUCTS: ClassVar[Mapping[str, Product]] = {"inner": Product(("mlp.fc1",)), "outer": Product(("mlp.fc2",))}

    def __init__(self, layer: Any, products: Mapping[str, nn.Module]) -> None:
        super().__init__(layer, products)
        self.adapted = self.norm if layer.pia is None else AdaptedNorm(self.norm, layer.pia)

    @property
    def norms(self) -> dict[str, nn.Module]:
        adapter = {"pia": self.adapted.pia} if isinstance(self.adapted, AdaptedNorm) else {}
        return super().norms | adapter

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        return core.part(index, x, Part(self.adapted, self.inner, self.outer, ALONE))
