"""The packed layers of decoders, which have few matrix products each, and the choice of decoders that
use them.

Linears that share an input, or whose outputs are summed, are joined into one product (`Product`,
`JoinedLinear`). Phi's block is parallel, and has two products:

1. `inner`: the linears q, k, v and fc1 have the same normalised input, so they become one product with
   3*D + F outputs;
2. `outer`: the outputs of attention's output projection and of fc2 are summed, so these two linears
   become one product of their concatenated inputs.

If the attention of a block is skipped, `inner` is fc1 alone and `outer` is fc2 alone.

The block of Llama and of similar decoders is sequential, and has four products: one of q, k and v;
attention's output projection; one of gate and up; and down. These families differ in biases, in norms
of queries and keys (Qwen3) and in layers without rotary embeddings (SmolLM3). Whether a layer has them
is read from the attributes of the layer in transformers.

The operations of a layer between its products are the core of the layer. `LayerCore` is the interface
for them, and `TorchCore` implements it with torch's operators.

Shapes: T new positions, H heads of queries, K heads of keys and values, d width of a head, D width of
the model, F width of the MLP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from flashsloth.inference.attention import FIXED
from flashsloth.inference.compiled_prefill import gated, rms_norm, rotate_, with_gelu
from flashsloth.quantization import torch_products
from flashsloth.sizes.families import GATED, PHI, Heads

# A product with at least this many rows is computed in 32 bit if products in the dtype of the weights
# are slow.
SLOW_ROWS = 8


@dataclass(frozen=True, slots=True)
class Product:
    """One matrix product of a packed layer, which joins linears of the corresponding layer of
    transformers.

    Args:
        parts: the names of the linears in the layer of transformers.
        dim: the dimension in which the weights are concatenated. 0 if the linears have the same input,
            1 if their outputs are summed.
    """

    parts: tuple[str, ...]
    dim: int = 0

    def shape(self, layer: nn.Module) -> tuple[int, int]:
        """Return the numbers of outputs and inputs of the product for this layer of transformers."""
        linears: list[Any] = [layer.get_submodule(part) for part in self.parts]
        if self.dim:
            return linears[0].out_features, sum(x.in_features for x in linears)
        return sum(x.out_features for x in linears), linears[0].in_features

    def tensors(self, layer: nn.Module) -> set[str]:
        """Return the names of the tensors of the product's linears in this layer, such as
        "mlp.fc1.bias"."""
        linears = {part: layer.get_submodule(part) for part in self.parts}
        return {f"{part}.{leaf}" for part, x in linears.items() for leaf, _ in x.named_parameters()}

    def join(self, tensors: dict[str, Tensor]) -> tuple[Tensor, Tensor | None]:
        """Return the weight and the bias of the product. The tensors of the linears that the product
        joins are removed from `tensors`."""
        weights = [tensors.pop(f"{part}.weight") for part in self.parts]
        biases = [tensors.pop(f"{part}.bias") for part in self.parts if f"{part}.bias" in tensors]
        weight = weights[0] if len(weights) == 1 else torch.cat(weights, self.dim)
        if len(biases) < 2:
            return weight, biases[0] if biases else None
        return weight, torch.stack(biases).float().sum(0) if self.dim else torch.cat(biases)


class JoinedLinear(nn.Module):
    """A product joined from linears of a layer of transformers. The weights and biases of these linears
    become views into the joined ones.

    The values of the linears are copied. If they are on the meta device, values can be written later
    through the views.

    Biases of linears whose outputs are summed stay separate in `biases` (S, N), as they are saved.
    Their sum is computed at its first use, so they must not change after that.
    """

    @torch.no_grad()
    def __init__(
        self, layer: nn.Module, product: Product, dtype: torch.dtype, device: torch.device
    ) -> None:
        super().__init__()
        parts: Sequence[Any] = [layer.get_submodule(name) for name in product.parts]
        rows, columns = product.shape(layer)
        biases = 0
        if parts[0].bias is not None:
            biases = len(parts) if product.dim else 1
        self.weight = nn.Parameter(
            torch.empty(rows, columns, dtype=dtype, device=device), requires_grad=False
        )
        self.biases = nn.Parameter(
            torch.zeros(biases, rows, dtype=dtype, device=device), requires_grad=False
        )
        # the sum of `biases`, or a view of `biases` if it has only one row
        self.bias: Tensor | None = None
        at = 0
        for number, part in enumerate(parts):
            size = part.weight.shape[product.dim]
            views = {"weight": self.weight.narrow(product.dim, at, size)}
            if biases:
                views["bias"] = self.biases[number] if product.dim else self.biases[0, at : at + size]
            for name, view in views.items():
                parameter = getattr(part, name)
                if not parameter.is_meta:
                    view.copy_(parameter)
                setattr(part, name, nn.Parameter(view, requires_grad=False))
            at += size

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (T, K) -> (T, N)."""
        return product(x, self.weight, self.joined_bias())

    def joined_bias(self) -> Tensor | None:
        """Return the sum of the biases, which is computed at its first use; None without biases."""
        if self.bias is None and len(self.biases):
            self.bias = self.biases[0] if len(self.biases) == 1 else self.biases.sum(0)
        return self.bias


def product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return the product of rows with a weight, in 32 bit where products in their dtype are slow: (T,
    K), (N, K) -> (T, N)."""
    if len(x) >= SLOW_ROWS and x.device.type == "cpu" and torch_products.is_slow(x.dtype):
        out = torch_products.converted_product(x, weight, torch.float32)
        return (out if bias is None else out.add_(bias)).to(x.dtype)
    return nn.functional.linear(x, weight, bias)


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
            return nn.functional.gelu(packed, approximate="tanh")
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


# The layers


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
