"""The next position of some rows on NVIDIA's cards by Triton's kernels: products with all that is
around them, and attention, three kernels for a layer of Phi and five for a gated one.

Where the products of several rows are torch's (card_products.DEQUANTIZE_FROM), `CardCore` computes what
is between them. Both read positions from the device, so that one captured graph serves all positions
before its extent. Letters: B rows, H heads of queries, K of keys and values, d width of a head, D of
the model, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.inference import card_attention
from flashsloth.inference.joined_linear import JoinedLinear
from flashsloth.inference.kv_cache import KeyValueCache
from flashsloth.inference.layer_core import Attend, Between, Gate, HalfBlock, LayerCore, gated
from flashsloth.inference.packed_layers import AdaptedNorm
from flashsloth.inference.rotary import RotaryTable
from flashsloth.quantization import card_products
from flashsloth.quantization.card_products import CardWeight, workspace
from flashsloth.quantization.linear import QuantizedLinear
from flashsloth.sizes.families import Heads

SILU = ("SiLU", "SiLUActivation")  # torch's and transformers'


def weight_of(product: Any) -> CardWeight | None:
    """Return a linear's weight, if the kernels take it."""
    if isinstance(product, QuantizedLinear):
        return product.card
    is_half = type(product) in (nn.Linear, JoinedLinear) and product.weight.dtype.itemsize == 2
    weight = CardWeight(product.weight, None) if is_half else None
    return weight if weight is not None and card_products.takes(*weight.shape, 16) else None


def problem_of(parts: Sequence[HalfBlock], heads: Heads) -> str:
    """Return why the kernels cannot compute a layer; empty if they can."""
    for part in parts:
        if isinstance(part.norm, AdaptedNorm) or not isinstance(part.between, Attend | Gate):
            return "it is skipped"
        if isinstance(part.between, Gate) and type(part.between.act).__name__ not in SILU:
            return "its activation is not SiLU"
        if weight_of(part.inner) is None or weight_of(part.outer) is None:
            return "they take no weights of its format or its widths"
    return "" if heads.width <= card_attention.LARGEST_HEAD else f"its heads are {heads.width} wide"


class _Product(NamedTuple):
    """A product with a norm of its inputs, or with a residual."""

    weight: CardWeight
    bias: Tensor | None
    norm: Any = None
    sums: Tensor | None = None  # of a layer norm

    @classmethod
    def of(cls, product: Any, norm: Any = None) -> _Product:
        weight = weight_of(product)
        assert weight is not None  # problem_of has asked for it
        bias = product.joined_bias() if isinstance(product, JoinedLinear) else product.bias
        sums = None if norm is None or norm.bias is None else card_products.norm_sums(weight, norm)
        return cls(weight, bias, norm, sums)

    def multiply(self, x: Tensor, out: Tensor, stream: Tensor | None = None, **options: Any) -> None:
        norm = None if stream is None else (stream, self.sums, self.norm.eps)
        card_products.multiply(x, self.weight, self.bias, out, norm=norm, **options)


def address(part: HalfBlock) -> tuple[int, ...]:
    modules: Any = part.norm, part.inner, part.outer
    return tuple(module.weight.data_ptr() for module in modules)


class CardStep:
    """What a decoder's steps by these kernels need, made once: weights must not change in place after
    it.

    Args:
        layers: the parts of each layer, for which `problem_of` is empty.
        norm, head: the last ones.
    """

    @torch.no_grad()
    def __init__(
        self, layers: Sequence[Sequence[HalfBlock]], norm: Any, head: nn.Module, heads: Heads
    ) -> None:
        self.heads = heads
        self.layers = [
            [
                (part.between, _Product.of(part.inner, part.norm), _Product.of(part.outer))
                for part in parts
            ]
            for parts in layers
        ]
        self.head = _Product.of(head, norm)
        products = [each for layer in self.layers for _, *pair in layer for each in pair]
        self.widest = max(product.weight.shape[0] for product in products)
        self.quantized = all(product.weight.bits < 16 for product in products)
        norms = [product.norm.weight for product in [*products, self.head] if product.norm is not None]
        self.first_gain, self.gains = norms[0].float(), norms[1:]

    def takes(self, rows: int) -> bool:
        """Return whether products of so many rows are the kernels'."""
        return rows == 1 or (self.quantized and rows < card_products.DEQUANTIZE_FROM)

    def __call__(
        self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache, rotary: RotaryTable
    ) -> Tensor:
        """Append one position to each of the first B rows of a cache: embeddings (B, D) -> logits (B,
        V)."""
        rows, width = len(x), self.heads.queries * self.heads.width
        core = CardCore(positions, extent, cache, self.heads, rotary)
        # the residual stream, and what the next norm's product reads: the stream times the norm's
        # weight
        stream, gained = x.clone(), x * self.first_gain
        work = workspace(rows, x.device, self.widest, core.partial_numbers)
        gains = iter(self.gains)
        for index, layer in enumerate(self.layers):
            for between, inner, outer in layer:
                mixed = x.new_empty(rows, outer.weight.shape[1])
                if isinstance(between, Gate):
                    inner.multiply(gained, mixed, stream)
                else:
                    packed = x.new_empty(rows, width + 2 * self.heads.keys * self.heads.width)
                    active = mixed[:, width:] if mixed.shape[1] > width else None
                    inner.multiply(gained, packed, stream, active=active)
                    core.attend(index, packed, between, mixed[:, :width], work)
                outer.multiply(mixed, stream, gained=gained, gain=next(gains), work=work)
        logits = x.new_empty(rows, self.head.weight.shape[0])
        self.head.multiply(gained, logits, stream)
        return logits


class CardCore(LayerCore):
    """What is between the products of a layer for one new position of each row. Arguments: those of
    CardStep."""

    def __init__(
        self, positions: Tensor, extent: int, cache: KeyValueCache, heads: Heads, rotary: RotaryTable
    ) -> None:
        self.positions, self.extent, self.cache, self.heads = positions, extent, cache, heads
        self.table = rotary.upto(extent)
        self.partial_numbers = card_attention.partial_numbers(heads.queries, heads.width, extent)
        self.work: tuple[Tensor, Tensor] | None = None

    def attend(
        self, index: int, packed: Tensor, how: Any, out: Tensor, work: tuple[Tensor, Tensor]
    ) -> None:
        """Attend with what is packed (B, >= (H + 2*K) * d), and write the context (B, H*d)."""
        removed = None if self.cache.removed is None else self.cache.removed[index]
        norms = (None, None) if how.norms is None else tuple(norm.weight for norm in how.norms)
        eps = 0.0 if how.norms is None else how.norms[0].eps
        options = removed, self.table, how.rotates, *norms, eps, self.extent
        torch.ops.flashsloth.attend(
            packed, self.cache.pairs[index], self.positions, *options, out, *work
        )

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if isinstance(how, Gate):
            return gated(packed, how)
        if not isinstance(how, Attend):
            return F.gelu(packed, approximate="tanh")
        (H, K, d), rows = self.heads, len(packed)
        self.work = self.work or workspace(rows, packed.device, self.partial_numbers)
        context, width = H * d, (H + 2 * K) * d
        out = packed.new_empty(rows, packed.shape[1] - width + context)
        self.attend(index, packed, how, out[:, :context], self.work)
        if out.shape[1] > context:
            torch.ops.aten.gelu.out(packed[:, width:], approximate="tanh", out=out[:, context:])
        return out
