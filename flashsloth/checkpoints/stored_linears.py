"""Describe the linears of a model as they are quantized and stored: their names, shapes and sizes in
memory.

Packed decoders join linears that read the same input (inference/joined_linear.Product). Such a product
is quantized as one linear and stored under a name of its own, such as
"model.language_model.layers.0.qkv_proj". In other families, and in the tower, every linear is stored
under its original name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from flashsloth.inference.joined_linear import Product
from flashsloth.inference.packed_layers import layer_class, products_of
from flashsloth.quantization import presets
from flashsloth.quantization.presets import ANY_FLOAT, Preset, TensorSpec

HEAD = "lm_head"
LAYERS = "model.language_model.layers."


@dataclass(frozen=True, slots=True)
class StoredLinear:
    """A linear that is quantized as a whole. It is joined from one or several linears of the model.

    Args:
        name: the common prefix of the names of its stored tensors, without the dot at the end.
        part: its name within a layer, which is the same in every layer; "head" or "tower" for linears
            outside of the decoder's layers.
        product: the linears from which it is joined.
        sources: the names of the unquantized tensors from which it is made, mapped to their names in
            `product`.
        shape: the numbers of its outputs N and inputs K.
        biases: the number of elements in the biases of its parts.
        embeddings: the name of the embeddings' weight, if the linear shares it (a tied head).
    """

    name: str
    part: str
    product: Product
    sources: Mapping[str, str]
    shape: tuple[int, int]
    biases: int
    embeddings: str | None = None

    @property
    def is_head(self) -> bool:
        return self.part == "head"

    @property
    def is_of_tower(self) -> bool:
        return self.part == "tower"

    def is_small_on(self, device: torch.device) -> bool:
        """Return whether this linear stays quantized in memory on this device. A linear of the tower
        stays quantized only on the CPU; on other devices it is dequantized when it is loaded."""
        return not self.is_of_tower or device.type == "cpu"

    def fits(self, preset: Preset) -> bool:
        """Return whether the preset quantizes this linear; otherwise it stays in floating point."""
        return self.is_of_tower or presets.fits(preset, *self.shape, head=self.is_head)

    def specs(self, preset: Preset) -> dict[str, TensorSpec]:
        """Return the specifications of this linear's stored tensors, by their names within the linear.
        A linear of the tower is int8 in every preset that quantizes it."""
        n, k = self.shape
        if not self.is_of_tower:
            return presets.stored_specs(
                n, k, preset, head=self.is_head, bias=self.biases > 0, dtype=ANY_FLOAT
            )
        weight = {"weight": TensorSpec("I8", (n, k)), "scales": TensorSpec("BF16", (n,))}
        return weight | ({"bias": TensorSpec(ANY_FLOAT, (n,))} if self.biases else {})

    def extra_bytes(self, preset: Preset, item: int) -> int:
        """Return how many bytes this linear takes in a preset, less the bytes that it takes unquantized
        with `item` bytes per parameter. If a head is quantized from tied embeddings, the embeddings
        stay in memory as well."""
        n, k = self.shape
        # a linear of the tower has int8 weights and a 16-bit scale for each output
        if self.is_of_tower:
            return n * k * (1 - item) + 2 * n
        dtype = "F32" if item == 4 else "BF16"
        size = presets.weight_bytes(n, k, preset, head=self.is_head, bias=self.biases > 0, dtype=dtype)
        return size - (self.biases + (0 if self.embeddings else n * k)) * item


def find_linears(model: Any, preset: Preset) -> tuple[StoredLinear, ...]:
    """Return the linears that are stored in a preset. A head that is tied to the embeddings is left out
    unless it is quantized, because its weight is stored with the embeddings."""
    # in a family without packed layers each linear is stored on its own
    kind = layer_class(model.config.text_config)
    found = []
    for number, layer in enumerate(model.language_model.layers):
        products = products_of(layer, kind) if kind else _own_products(layer)
        start = f"{LAYERS}{number}."
        found += [_linear(layer, start, part, part, product) for part, product in products.items()]
    if preset.tower != "none":
        start, blocks = model.tower_blocks()
        products = _own_products(blocks)
        found += [_linear(blocks, start, name, "tower", product) for name, product in products.items()]
    head = _linear(model, "", HEAD, "head", Product((HEAD,)))
    tied = model.all_tied_weights_keys
    # the weight of a tied head is stored under the name of the embeddings
    sources = {tied.get(name, name): name for name in head.sources}
    head = replace(head, sources=sources, embeddings=tied.get(f"{HEAD}.weight"))
    return (*found, head) if head.embeddings is None or head.fits(preset) else tuple(found)


def _linear(layer: nn.Module, prefix: str, name: str, part: str, product: Product) -> StoredLinear:
    names = product.tensors(layer)
    biases = sum(layer.get_parameter(name).numel() for name in names if name.endswith(".bias"))
    sources = {prefix + tensor: tensor for tensor in names}
    return StoredLinear(prefix + name, part, product, sources, product.shape(layer), biases)


def _own_products(layer: nn.Module) -> dict[str, Product]:
    """Return a product of its own for each linear of a layer that runs the forward of transformers."""
    return {
        name: Product((name,)) for name, module in layer.named_modules() if type(module) is nn.Linear
    }


def saved_specs(
    linears: Sequence[StoredLinear], model: nn.Module, preset: Preset
) -> dict[str, TensorSpec]:
    """Return the specifications of all stored tensors of a quantized model, by name. `model` is the
    unquantized model."""
    replaced = {name for linear in linears for name in linear.sources if name != linear.embeddings}
    kept = {
        name: TensorSpec(ANY_FLOAT, tuple(parameter.shape))
        for name, parameter in model.named_parameters()
        if name not in replaced
    }
    specs = ((linear.name, linear.specs(preset)) for linear in linears)
    return kept | {f"{name}.{part}": spec for name, parts in specs for part, spec in parts.items()}
