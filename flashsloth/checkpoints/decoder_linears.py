"""The linears of a decoder and its head, as they are quantized and stored: their names, shapes and sizes in memory.

Packed decoders join linears (inference/joined_linear.Product): a product is quantized as one, and stored under its own
name, as in "model.language_model.layers.0.qkv_proj". Other families keep each linear and its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from flashsloth.checkpoints.model_files import tied_weights
from flashsloth.inference.joined_linear import Product
from flashsloth.inference.packed_layers import layer_class, products_of
from flashsloth.quantization import presets
from flashsloth.quantization.presets import Preset, TensorSpec

HEAD = "lm_head"
LAYERS = "model.language_model.layers."


@dataclass(frozen=True, slots=True)
class DecoderLinear:
    """A linear that is quantized as one.

    Args:
        name: of its stored tensors, without the dot.
        part: its name in every layer, or "head".
        layer: number of its layer; None for the head.
        product: of which linears it is made, by their names after `prefix`.
        sources: names of the unquantized tensors that it is made of, with their names in `product`.
        shape: outputs N and inputs K.
        biases: numbers in the biases of its parts.
        embeddings: the name of the embeddings, if their weight is its own.
    """

    name: str
    part: str
    layer: int | None
    product: Product
    sources: Mapping[str, str]
    shape: tuple[int, int]
    biases: int
    embeddings: str | None = None

    @property
    def is_head(self) -> bool:
        return self.layer is None

    def fits(self, preset: Preset) -> bool:
        """Return whether the preset quantizes it; otherwise it stays in floating point."""
        return presets.fits(preset, *self.shape, head=self.is_head)

    def specs(self, preset: Preset) -> dict[str, TensorSpec]:
        """Return its stored tensors by their names after its own."""
        return presets.stored_specs(*self.shape, preset, head=self.is_head, bias=self.biases > 0)


def find_linears(model: Any, preset: Preset | None = None) -> tuple[DecoderLinear, ...]:
    """Return the linears of a FlashSlothForConditionalGeneration that a preset stores, or any without one: a head that
    is the embeddings and stays unquantized is not stored."""
    kind = layer_class(model.config.text_config)
    found = []
    for number, layer in enumerate(model.language_model.layers):
        products = products_of(layer, kind) if kind else _own_products(layer)
        start = f"{LAYERS}{number}."
        found += [_linear(layer, start, part, number, product) for part, product in products.items()]
    head = _head(model)
    stores_head = head.embeddings is None or preset is None or head.fits(preset)
    return (*found, head) if stores_head else tuple(found)


def _linear(layer: nn.Module, prefix: str, part: str, number: int, product: Product) -> DecoderLinear:
    names = product.tensors(layer)
    biases = sum(layer.get_parameter(name).numel() for name in names if name.endswith(".bias"))
    sources = {prefix + name: name for name in names}
    return DecoderLinear(prefix + part, part, number, product, sources, product.shape(layer), biases)


def _head(model: Any) -> DecoderLinear:
    product, tied = Product((HEAD,)), tied_weights(model)
    sources = {tied.get(name, name): name for name in product.tensors(model)}
    biases = 0 if model.lm_head.bias is None else model.lm_head.bias.numel()
    return DecoderLinear(HEAD, "head", None, product, sources, product.shape(model), biases, tied.get(f"{HEAD}.weight"))


def _own_products(layer: nn.Module) -> dict[str, Product]:
    """Return each linear of a layer that runs by its family's own forward."""
    return {name: Product((name,)) for name, module in layer.named_modules() if type(module) is nn.Linear}


def extra_bytes(linears: Iterable[DecoderLinear], preset: Preset, item: int) -> int:
    """Return how many bytes more, or fewer if negative, these linears take in a preset than as parameters of `item`
    bytes. Embeddings stay where they are when a head is quantized from them."""

    def extra(linear: DecoderLinear) -> int:
        n, k = linear.shape
        dtype = "F32" if item == 4 else "BF16"
        size = presets.weight_bytes(n, k, preset, head=linear.is_head, bias=linear.biases > 0, dtype=dtype)
        return size - (linear.biases + (0 if linear.embeddings else n * k)) * item

    return sum(map(extra, linears))


def stored_tensors(linears: Iterable[DecoderLinear], preset: Preset) -> Iterator[tuple[str, TensorSpec]]:
    """Yield names and forms of the tensors of quantized linears."""
    for linear in linears:
        for part, spec in linear.specs(preset).items():
            yield f"{linear.name}.{part}", spec
