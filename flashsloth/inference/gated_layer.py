"""The block of Llama and its relatives with four products: q, k and v; attention's projection; gate and up; down.

Their own differences are read from the layer of transformers: biases, norms of queries and keys (Qwen3), layers without
rotary embeddings (SmolLM3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference.joined_linear import Product
from flashsloth.inference.layer_core import Attend, Gate, LayerCore, Part


class RmsNorm(nn.Module):
    """A family's RMSNorm in one operation. Its weight is read when it is used, as a builder may still replace it."""

    bias: None = None

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.source, self.eps = norm, float(norm.variance_epsilon)

    @property
    def weight(self) -> Tensor:
        return self.source.weight

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight, self.eps)


class GatedLayer(nn.Module):
    """One block: x += attention(norm x), then x += down(act(gate y) * up y) with y = mlp_norm x."""

    PRODUCTS: ClassVar[Mapping[str, Product]] = {
        "qkv_proj": Product(("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")),
        "o_proj": Product(("self_attn.o_proj",)),
        "gate_up_proj": Product(("mlp.gate_proj", "mlp.up_proj")),
        "down_proj": Product(("mlp.down_proj",)),
    }

    def __init__(self, layer: Any, products: Mapping[str, nn.Module]) -> None:
        super().__init__()
        attention = layer.self_attn
        self.norm, self.mlp_norm = RmsNorm(layer.input_layernorm), RmsNorm(layer.post_attention_layernorm)
        self.q_norm: Any = RmsNorm(attention.q_norm) if hasattr(attention, "q_norm") else None
        self.k_norm: Any = RmsNorm(attention.k_norm) if hasattr(attention, "k_norm") else None
        self.qkv_proj, self.o_proj = products["qkv_proj"], products["o_proj"]
        self.gate_up_proj, self.down_proj = products["gate_up_proj"], products["down_proj"]
        norms = None if self.q_norm is None else (self.q_norm, self.k_norm)
        self.attend = Attend(norms, rotates=bool(getattr(attention, "use_rope", True)))
        self.gate = Gate(layer.mlp.act_fn)

    @classmethod
    def final_norm(cls, text: Any) -> nn.Module:
        """Return the norm after the last layer."""
        return RmsNorm(text.norm)

    @property
    def first_product(self) -> nn.Module:
        return self.qkv_proj

    @property
    def norms(self) -> dict[str, nn.Module]:
        """The norms by their names in the layer of transformers."""
        names = ("input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm")
        norms = (self.norm, self.mlp_norm, self.q_norm, self.k_norm)
        return {name: norm.source for name, norm in zip(names, norms, strict=True) if norm is not None}

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        x = core.part(index, x, Part(self.norm, self.qkv_proj, self.o_proj, self.attend))
        return core.part(index, x, Part(self.mlp_norm, self.gate_up_proj, self.down_proj, self.gate))
