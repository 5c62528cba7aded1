"""The packed layers of decoders, which have few matrix products each, and the choice of decoders that
use them.

Phi's block is parallel, and has two products:

1. `inner`: the linears q, k, v and fc1 have the same normalised input, so they become one product with
   3*D + F outputs;
2. `outer`: the outputs of attention's output projection and of fc2 are summed, so these two linears
   become one product of their concatenated inputs.

If the attention of a block is skipped, `inner` is fc1 alone and `outer` is fc2 alone.

The block of Llama and of similar decoders is sequential, and has four products: one of q, k and v;
attention's output projection; one of gate and up; and down. These families differ in biases, in norms
of queries and keys (Qwen3) and in layers without rotary embeddings (SmolLM3). Whether a layer has them
is read from the attributes of the layer in transformers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from torch import Tensor, nn

from flashsloth.inference.compiled_prefill import rms_norm
from flashsloth.inference.joined_linear import Product
from flashsloth.inference.layer_core import Attend, Gate, Gelu, HalfBlock, LayerCore
from flashsloth.inference.rotary import FIXED
from flashsloth.sizes.families import GATED, PHI


class AdaptedNorm(nn.Module):
    """A norm followed by the adapter of a skipped block (PIA)."""

    def __init__(self, norm: nn.Module, pia: nn.Module) -> None:
        super().__init__()
        self.norm = norm
        self.pia = pia

    def forward(self, x: Tensor) -> Tensor:
        return self.pia(self.norm(x))


class PhiLayer(nn.Module):
    """One block of Phi: x + attention(norm x) + mlp(norm x). A block whose attention is skipped
    computes x + mlp(norm x), or x + mlp(pia(norm x)) if it has an adapter. A PhiLayer is made from a
    layer of transformers and the products of this layer."""

    PRODUCTS: ClassVar[Mapping[str, Product]] = {
        "inner": Product(("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")),
        "outer": Product(("self_attn.dense", "mlp.fc2"), dim=1),
    }

    def __init__(self, layer: Any, products: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.norm = layer.input_layernorm
        self.inner = products["inner"]
        self.outer = products["outer"]
        self.pia: Any = getattr(layer, "pia", None)
        self.adapted = self.norm if self.pia is None else AdaptedNorm(self.norm, self.pia)
        # only a SkippedLayer has the attribute `pia`, which may be None
        self.between = Gelu() if hasattr(layer, "pia") else Attend()

    @property
    def norms(self) -> dict[str, nn.Module]:
        """The norms, and the adapter, by their names in the layer of transformers."""
        return {"input_layernorm": self.norm} | ({} if self.pia is None else {"pia": self.pia})

    @property
    def parts(self) -> tuple[HalfBlock, ...]:
        return (HalfBlock(self.adapted, self.inner, self.outer, self.between),)

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        return core.part(index, x, *self.parts)


class RmsNorm(nn.Module):
    """A family's RMSNorm in one operation. The weight is read from transformers' module at each use:
    while the model is built it may still be replaced."""

    bias: None = None

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.source = norm
        self.eps = float(norm.variance_epsilon)

    @property
    def weight(self) -> Tensor:
        return self.source.weight

    def forward(self, x: Tensor) -> Tensor:
        return rms_norm(x, self.weight, self.eps)


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
        self.norm = RmsNorm(layer.input_layernorm)
        self.mlp_norm = RmsNorm(layer.post_attention_layernorm)
        self.q_norm: Any = RmsNorm(attention.q_norm) if hasattr(attention, "q_norm") else None
        self.k_norm: Any = RmsNorm(attention.k_norm) if hasattr(attention, "k_norm") else None
        self.qkv_proj = products["qkv_proj"]
        self.o_proj = products["o_proj"]
        self.gate_up_proj = products["gate_up_proj"]
        self.down_proj = products["down_proj"]
        norms = None if self.q_norm is None else (self.q_norm, self.k_norm)
        self.attend = Attend(norms, rotates=bool(getattr(attention, "use_rope", True)))
        self.gate = Gate(layer.mlp.act_fn)

    @property
    def norms(self) -> dict[str, nn.Module]:
        """The norms by their names in the layer of transformers."""
        norms = {
            "input_layernorm": self.norm,
            "post_attention_layernorm": self.mlp_norm,
            "self_attn.q_norm": self.q_norm,
            "self_attn.k_norm": self.k_norm,
        }
        return {name: norm.source for name, norm in norms.items() if norm is not None}

    @property
    def parts(self) -> tuple[HalfBlock, ...]:
        attention = HalfBlock(self.norm, self.qkv_proj, self.o_proj, self.attend)
        return attention, HalfBlock(self.mlp_norm, self.gate_up_proj, self.down_proj, self.gate)

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        for part in self.parts:
            x = core.part(index, x, part)
        return x


PackedLayer: TypeAlias = PhiLayer | GatedLayer


def layer_class(text: Any) -> type[PhiLayer] | type[GatedLayer] | None:
    """Return the class of a decoder's packed layers; None if the decoder must use transformers' own
    forward.

    Two things are not supported: sliding-window attention with a window that is shorter than the
    context, and rotary embeddings that change with the length of the text.
    """
    if text.model_type == PHI:
        return PhiLayer
    if text.model_type not in GATED:
        return None
    rope = text.rope_parameters or {}
    fixed = rope.get("rope_type") in FIXED and rope.get("partial_rotary_factor", 1.0) == 1.0
    return GatedLayer if fixed and not _slides(text) else None


def _slides(text: Any) -> bool:
    """Return whether a layer attends to a window that is shorter than the context."""
    window = getattr(text, "sliding_window", None)
    if window is None or window >= text.max_position_embeddings:
        return False
    kinds = getattr(text, "layer_types", None)
    return not kinds or set(kinds) != {"full_attention"}


def products_of(layer: nn.Module, kind: type[PackedLayer]) -> dict[str, Product]:
    """Return the products of a layer of transformers, each of which joins only linears that this layer
    has."""
    names = {name for name, _ in layer.named_modules()}
    products = {}
    for name, product in kind.PRODUCTS.items():
        parts = tuple(part for part in product.parts if part in names)
        products[name] = replace(product, parts=parts)
    return products
