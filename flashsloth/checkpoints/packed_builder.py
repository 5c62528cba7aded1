"""Build the packed decoder of a model, quantized or not, from tensors that arrive one at a time, and
describe its linears as they are quantized and stored. This module works on names and tensors, and reads
no files.

In 16 and 32 bit the packed decoder shares its memory with the model's modules. In a quantized preset
the tensors of a linear are collected until the linear is complete. Then it is quantized and the tensors
are released, so that at most one layer is in memory unquantized. For int4 the tensors of a layer are
collected until the layer is complete, and its inputs are measured before it is quantized
(importance.py).

Packed decoders join linears that read the same input (inference/packed_layers.Product). Such a product
is quantized as one linear and stored under a name of its own, such as
"model.language_model.layers.0.qkv_proj". In other families, and in the tower, every linear is stored
under its original name.
"""

from __future__ import annotations

import copy
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.checkpoints.importance import Importance
from flashsloth.checkpoints.model_files import put
from flashsloth.checkpoints.safetensors_reader import TORCH_NAMES
from flashsloth.errors import NonFiniteWeights, TensorMismatch
from flashsloth.inference.decoder import Decoder, PackedDecoder, pack
from flashsloth.inference.packed_layers import Product, layer_class, products_of
from flashsloth.quantization import card_products, presets, rounding
from flashsloth.quantization.linear import (
    from_tensors,
    is_quantized,
    quantize_linear,
    tensors_of,
)


class PackedBuilder:
    """Takes a model's tensors by native name, and builds the packed decoder. For int4 the tensors must
    be in the order of `in_layer_order`.

    Args:
        model: the result of `build_empty`. Parameters that are not quantized are loaded into it.
        preset: how the decoder's linears and the head are quantized.
        device: the device to which all tensors are moved.
        dtype: the dtype of the tensors that are not quantized.
        saved: whether the tensors are already quantized in this preset, as `iter_saved_tensors` yields
            them.
        measure: makes the object that measures the inputs of the layers for int4, with the arguments of
            Importance, as soon as the first layer is complete.
    """

    def __init__(
        self,
        model: Any,
        preset: presets.Preset,
        device: torch.device,
        dtype: torch.dtype,
        *,
        saved: bool = False,
        measure: Callable[[Any, Any], Importance] = Importance,
    ) -> None:
        self.model = model
        self.preset = preset
        self.device = device
        self.dtype = dtype
        self._how: dict[str, Any] = {"device": device, "dtype": dtype}
        self.saved = saved
        # tensors of incomplete linears, by the linear's name
        self.pending: dict[str, dict[str, Tensor]] = {}
        # for each converted parameter a flag, which stays on the device
        self.finite: dict[str, Tensor] = {}
        self.quantized = preset.name != "none"
        self.built: dict[str, nn.Module] = {}  # quantized linears of the decoder, by name
        found = (
            [x for x in find_linears(model, preset) if saved or x.is_small_on(device)]
            if self.quantized
            else []
        )
        self.linears = {linear.name: linear for linear in found}
        # for each tensor the name of its linear, and the tensor's name within that linear
        self.owners = {
            name: (linear.name, part)
            for linear in found
            for name, part in self._tensors(linear).items()
        }
        self.kind = layer_class(model.config.text_config)
        # For int4, the tensors of each layer that have not arrived; empty if no inputs are measured.
        self.missing: list[set[str]] = []
        self.measure = measure
        self.importance: Importance | None = None
        if preset.body == "int4" and not saved:
            self.missing = [
                {f"{LAYERS}{number}.{name}" for name, _ in layer.named_parameters()}
                for number, layer in enumerate(model.language_model.layers)
            ]
        rehearse = self._rehearsal()
        self.decoder: Decoder | None = None
        if not self.quantized:
            self.decoder = (
                _own_forward(model) if self.kind is None else pack(model, self.kind, dtype, device)
            )
        # waits for the kernels, which are compiled while the weights are read
        self.ahead = card_products.ahead(rehearse, device) if rehearse is not None else None

    def _rehearsal(self) -> Callable[[torch.device], bool] | None:
        """Return a function that compiles the kernels that the packed decoder will launch on a card
        (card_products.ahead); None if it launches none."""
        is_small = self.device.type == "cuda" and self.dtype.itemsize == 2
        if self.kind is None or not is_small or not card_products.can_use(self.device):
            return None
        # This copy is small, because the model has no weights yet.
        model = copy.deepcopy(self.model).to(self.dtype)

        # The shapes decide which kernels are needed. The kernels are found by building the decoder once
        # more, with tensors on the meta device, and running it there.
        def rehearse(_: torch.device) -> bool:
            meta = torch.device("meta")
            builder = PackedBuilder(model, self.preset, meta, self.dtype, saved=True)
            for name, (owner, part) in builder.owners.items():
                linear = builder.linears[owner]
                if not linear.is_of_tower:
                    spec = linear.specs(self.preset)[part]
                    dtype = getattr(torch, TORCH_NAMES.get(spec.dtype, ""), self.dtype)
                    builder.accept(name, torch.empty(spec.shape, dtype=dtype, device=meta))
            decoder: Any = builder.finish().to(meta)
            decoder.rehearse()
            return True

        return rehearse

    def stop(self) -> None:
        """Stop compiling kernels."""
        if self.ahead is not None:
            self.ahead(stop=True)

    def _tensors(self, linear: StoredLinear) -> Mapping[str, str]:
        """Return the tensors from which a linear is built, as a mapping from their names in the files
        to their names within the linear."""
        return (
            {f"{linear.name}.{part}": part for part in linear.specs(self.preset)}
            if self.saved
            else linear.sources
        )

    def accept(self, name: str, tensor: Tensor) -> None:
        """Add one tensor to the linear to which it belongs, load it into its parameter, or both."""
        tensor = devices.owned(tensor)
        layer = _layer_of(name) if self.missing else None
        if layer is None:
            self._load(name, tensor)
            return
        self._load(name, rounding.check_finite(tensor))
        self.missing[layer].discard(name)
        if not self.missing[layer]:
            self._quantize_layer(layer)

    def _load(self, name: str, tensor: Tensor) -> None:
        # Tied embeddings are also the weight of the head, which may be quantized. They are then
        # collected for the head, and also loaded as a parameter.
        if owner := self.owners.get(name):
            self._collect(*owner, tensor)
            if name != self.linears[owner[0]].embeddings:
                return
        if tensor.dtype != self.dtype:
            tensor = devices.moved(tensor, self.device, self.dtype)
            # Values may overflow in a narrower dtype. The flag stays on the device until `finish`.
            # Reading it here would mean waiting for the device at every tensor.
            if tensor.numel():
                self.finite[name] = torch.stack(tensor.aminmax()).isfinite().all()
        parameter = self.model.get_parameter(name)
        if parameter.is_meta:
            put(self.model, name, nn.Parameter(tensor.to(self.device), requires_grad=False))
        # The parameter is a view into the packed weights and must remain one, so its values are
        # overwritten.
        else:
            parameter.data.copy_(tensor)

    def _collect(self, name: str, part: str, tensor: Tensor) -> None:
        tensors = self.pending.setdefault(name, {})
        linear = self.linears[name]
        tensors[part] = tensor
        is_complete = tensors.keys() == set(self._tensors(linear).values())
        if not is_complete or (self.missing and name.startswith(LAYERS)):
            return
        del self.pending[name]
        if linear.is_of_tower:
            put(self.model, name, self._make(linear, tensors))
        else:
            self.built[name] = self._make(linear, tensors)
            # Without this, fragmentation of the heap would grow to a quarter of the model's size.
            devices.release_memory(self.device)

    def _quantize_layer(self, number: int) -> None:
        """Measure the inputs of a layer that is complete, and quantize its linears."""
        if self.importance is None:
            self.importance = self.measure(self.model, self.kind)
        start = f"{LAYERS}{number}."
        names = [name for name in self.pending if name.startswith(start)]
        weights = {
            name.removeprefix(start): self.linears[name].product.join(self.pending.pop(name))
            for name in names
        }
        found = self.importance.measure(number, weights)
        for name in names:
            part = name.removeprefix(start)
            self.built[name] = quantize_linear(
                *weights.pop(part), self.preset, importance=found[part], **self._how
            )
        devices.release_memory(self.device)

    def _make(self, linear: StoredLinear, tensors: dict[str, Tensor]) -> nn.Module:
        """Build the quantized layer of a linear whose tensors are complete."""
        if self.saved:
            return from_tensors(tensors, self.preset, part=linear.part, **self._how)
        return quantize_linear(
            *linear.product.join(tensors), self.preset, part=linear.part, **self._how
        )

    def finish(self) -> Decoder:
        """Return the decoder. Raises TensorMismatch for an incomplete linear, and NonFiniteWeights for
        a parameter with values that overflow in the dtype."""
        for name, tensors in self.pending.items():
            raise TensorMismatch(
                f"linear {name} is incomplete: it has only {', '.join(sorted(tensors))}"
            )
        flags = torch.stack([*self.finite.values()]).tolist() if self.finite else []
        for name in itertools.compress(self.finite, (not flag for flag in flags)):
            raise NonFiniteWeights(
                f"{name}, as {str(self.dtype).removeprefix('torch.')}, has NaN or infinite values"
            )
        if HEAD not in self.linears:
            self.model.tie_weights()
        if self.decoder is None:
            self.decoder = self._quantized_decoder()
        if isinstance(self.decoder, PackedDecoder):
            self.decoder.ahead = self.ahead
        return self.decoder

    def _quantized_decoder(self) -> Decoder:
        """Return the decoder with the quantized linears. In a family without packed layers the
        quantized linears replace the model's own. Otherwise they are part of a packed decoder, and the
        model's own layers are removed."""
        model = self.model
        kind = self.kind
        if kind is None:
            for name, linear in self.built.items():
                put(model, name, linear)
            return _own_forward(model)
        text = model.language_model
        head = self.built.pop(HEAD, model.lm_head)
        layers = [
            kind(layer, {part: self.built.pop(f"{LAYERS}{number}.{part}") for part in kind.PRODUCTS})
            for number, layer in enumerate(text.layers)
        ]
        decoder = PackedDecoder(model, layers, head)
        text.layers = nn.ModuleList()
        if HEAD in self.linears:
            model.lm_head = nn.Identity()
        return decoder.eval()


def _own_forward(model: Any) -> Decoder:
    """Return the decoder of a family without packed layers, which runs the forward of transformers."""
    from flashsloth.hf.module_decoder import ModuleDecoder

    return ModuleDecoder(model).eval()


def iter_saved_tensors(model: Any, decoder: Decoder) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a quantized model as they are stored. The model must have been built on the
    CPU."""
    replaced = {name: x for name, x in model.named_modules() if is_quantized(x)}
    yield from ((name, each.detach().cpu().contiguous()) for name, each in model.named_parameters())
    # The model's own layers were removed, so the norms of the layers are read from the packed decoder.
    if isinstance(decoder, PackedDecoder):
        layer: Any
        for number, layer in enumerate(decoder.layers):
            start = f"{LAYERS}{number}."
            for norm, module in layer.norms.items():
                yield from (
                    (f"{start}{norm}.{leaf}", x.detach().cpu()) for leaf, x in module.named_parameters()
                )
            replaced |= {start + part: getattr(layer, part) for part in layer.PRODUCTS}
        if model.lm_head is not decoder.head:
            replaced[HEAD] = decoder.head
    for name, module in replaced.items():
        yield from ((f"{name}.{part}", tensor) for part, tensor in tensors_of(module).items())


def _layer_of(name: str) -> int | None:
    """Return the number of the layer of the decoder that has a tensor; None for other tensors."""
    match = re.match(rf"{re.escape(LAYERS)}(\d+)\.", name)
    return int(match[1]) if match else None


def in_layer_order(names: Iterable[str]) -> list[str]:
    """Return the names of tensors sorted by layer. Names outside of all layers come first."""

    def key(name: str) -> tuple[int, str]:
        layer = _layer_of(name)
        return (0 if layer is None else layer + 1, name)

    return sorted(names, key=key)


# The linears as they are quantized and stored


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
    def is_of_tower(self) -> bool:
        return self.part == "tower"

    def is_small_on(self, device: torch.device) -> bool:
        """Return whether this linear stays quantized in memory on this device. A linear of the tower
        stays quantized only on the CPU; on other devices it is dequantized when it is loaded."""
        return not self.is_of_tower or device.type == "cpu"

    def fits(self, preset: presets.Preset) -> bool:
        """Return whether the preset quantizes this linear; otherwise it stays in floating point."""
        return presets.fits(preset, *self.shape, self.part)

    def specs(self, preset: presets.Preset) -> dict[str, presets.TensorSpec]:
        """Return the specifications of this linear's stored tensors, by their names within the
        linear."""
        bias = self.biases > 0
        return presets.stored_specs(*self.shape, preset, self.part, bias=bias, dtype=presets.ANY_FLOAT)

    def extra_bytes(self, preset: presets.Preset, item: int) -> int:
        """Return how many bytes this linear takes in a preset, less the bytes that it takes unquantized
        with `item` bytes per parameter. If a head is quantized from tied embeddings, the embeddings
        stay in memory as well."""
        dtype = "F32" if item == 4 else "BF16"
        bias = self.biases > 0
        size = presets.weight_bytes(*self.shape, preset, self.part, bias=bias, dtype=dtype)
        return size - (self.biases + (0 if self.embeddings else math.prod(self.shape))) * item


def find_linears(model: Any, preset: presets.Preset) -> tuple[StoredLinear, ...]:
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
    linears: Sequence[StoredLinear], model: nn.Module, preset: presets.Preset
) -> dict[str, presets.TensorSpec]:
    """Return the specifications of all stored tensors of a quantized model, by name. `model` is the
    unquantized model."""
    replaced = {name for linear in linears for name in linear.sources if name != linear.embeddings}
    kept = {
        name: presets.TensorSpec(presets.ANY_FLOAT, tuple(parameter.shape))
        for name, parameter in model.named_parameters()
        if name not in replaced
    }
    specs = ((linear.name, linear.specs(preset)) for linear in linears)
    return kept | {f"{name}.{part}": spec for name, parts in specs for part, spec in parts.items()}
