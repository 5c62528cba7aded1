"""Build a packed model from its tensors, one at a time, quantized or not. Works on names and tensors, not on files.

In 16 and 32 bit the packed decoder shares the memory of transformers' modules. In a quantized preset the tensors of a
linear are collected until it is complete, then quantized and released: at most one layer is in memory unquantized.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.checkpoints import decoder_linears, safetensors_reader
from flashsloth.checkpoints.decoder_linears import LAYERS, DecoderLinear, find_linears
from flashsloth.checkpoints.model_files import put, tie_head
from flashsloth.config.families import LINEARS, TOWERS, block_linears
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import TensorMismatch
from flashsloth.inference.decoder import Decoder
from flashsloth.inference.module_decoder import ModuleDecoder
from flashsloth.inference.packed_decoder import PackedDecoder, make_decoder
from flashsloth.inference.packed_layers import layer_class
from flashsloth.quantization import linear_builder, rounded_linear
from flashsloth.quantization.presets import Preset

TOWER_LINEARS = "|".join(
    rf"{re.escape(tower.layers)}\.\d+\.(?:{'|'.join(map(re.escape, LINEARS))})" for tower in TOWERS.values()
)
TOWER_NAME = re.compile(rf"(model\.vision_tower\.(?:{TOWER_LINEARS}))\.(weight|scales|bias)")


class PackedBuilder:
    """Takes a model's tensors by native name, in any order, and builds the packed decoder.

    Args:
        model: from `build_empty`; parameters that are not quantized are loaded into it.
        preset: of the decoder's linears and the head.
        device, dtype: of all tensors; the dtype is of those that are not quantized.
        saved: whether the tensors are quantized already, as `iter_saved_tensors` wrote them in this preset.
    """

    def __init__(
        self,
        model: Any,
        preset: Preset,
        device: torch.device,
        dtype: torch.dtype,
        *,
        saved: bool = False,
    ) -> None:
        self.model, self.preset, self.device, self.dtype, self.saved = model, preset, device, dtype, saved
        self.rounds_tower = rounds_tower(preset, device)
        self.pending: dict[str, dict[str, Tensor]] = {}  # tensors of incomplete linears, by the linear's name
        self.quantized = preset.name != "none"
        self.built: dict[str, nn.Module] = {}  # quantized linears of the decoder, by name
        found = find_linears(model, preset) if self.quantized else ()
        self.linears = {linear.name: linear for linear in found}
        self.owners = {  # of tensors: the linear, and the tensor's name in it
            name: (linear.name, part) for linear in found for name, part in self._tensors(linear).items()
        }
        self.decoder = None if self.quantized else make_decoder(model, dtype, device)

    def _tensors(self, linear: DecoderLinear) -> Mapping[str, str]:
        """Return the names of the tensors of which a linear is built, with their names in it."""
        if not self.saved:
            return linear.sources
        return {f"{linear.name}.{part}": part for part in linear.specs(self.preset)}

    def accept(self, name: str, tensor: Tensor) -> None:
        """Load one tensor. Raises TensorMismatch, NonFiniteWeights if it overflows in the dtype."""
        match = TOWER_NAME.fullmatch(name)
        if owner := self.owners.get(name):
            if name == self.linears[owner[0]].embeddings:
                self._fill(name, tensor)
            self._collect(*owner, tensor)
        elif self.quantized and match and self.preset.tower != "none" and (self.saved or self.rounds_tower):
            self._collect(match[1], match[2], tensor)
        else:
            self._fill(name, tensor)

    def _fill(self, name: str, tensor: Tensor) -> None:
        if not tensor.is_floating_point():
            raise TensorMismatch(f"{name} is {tensor.dtype}, not floating point")
        parameter = self.model.get_parameter(name)
        if parameter.is_meta:
            parameter = nn.Parameter(tensor.to(device=self.device, dtype=self.dtype), requires_grad=False)
            put(self.model, name, parameter)
        else:  # a view into packed weights
            parameter.data.copy_(tensor)
        if tensor.dtype != self.dtype:  # values may overflow in a narrower dtype
            safetensors_reader.check_finite(parameter, f"{name}, as {str(self.dtype).removeprefix('torch.')},")

    def _collect(self, name: str, part: str, tensor: Tensor) -> None:
        tensors = self.pending.setdefault(name, {})
        tensors[part] = tensor
        if tensors.keys() != self._parts(name):
            return
        del self.pending[name]
        if _in_tower(name):
            put(self.model, name, self._tower_linear(name, tensors))
            return
        linear = self.linears[name]
        how: dict[str, Any] = {"device": self.device, "dtype": self.dtype, "head": linear.is_head}
        if self.saved:
            self.built[name] = linear_builder.from_tensors(tensors, self.preset, name=name, **how)
            return
        weight, bias = linear.product.join(tensors)
        self.built[name] = linear_builder.quantize_linear(weight, bias, self.preset, **how)
        devices.release_memory(self.device)  # else the heap's fragmentation grows to a quarter of the model

    def _parts(self, name: str) -> set[str]:
        """Return the names, in a linear, of the tensors of which it is built."""
        if not _in_tower(name):
            return set(self._tensors(self.linears[name]).values())
        bias = {"bias"} if self.model.get_submodule(name).bias is not None else set()
        return {"weight", "scales", *bias} if self.saved else {"weight", *bias}

    def _tower_linear(self, name: str, tensors: dict[str, Tensor]) -> nn.Module:
        if self.saved:
            return rounded_linear.from_tensors(
                tensors, device=self.device, dtype=self.dtype, name=name, rounded=self.rounds_tower
            )
        weight, scales = rounded_linear.quantize(tensors["weight"])
        biases = tensors["bias"].to(self.dtype) if "bias" in tensors else None
        return rounded_linear.RoundedLinear(weight, scales, biases, self.device)

    def finish(self) -> Decoder:
        """Return the decoder. Raises TensorMismatch if a linear is incomplete."""
        for name, tensors in self.pending.items():
            raise TensorMismatch(f"linear {name} is incomplete: it has only {', '.join(sorted(tensors))}")
        if decoder_linears.HEAD not in self.linears:
            tie_head(self.model)
        if self.decoder is None:
            self.decoder = self._quantized_decoder()
        return self.decoder

    def _quantized_decoder(self) -> Decoder:
        """Return the decoder of the quantized linears. They replace those of the model in a family's own forward; a
        packed decoder keeps them, and transformers' layers are replaced by RemovedLayer."""
        model, kind = self.model, layer_class(self.model.config.text_config)
        if kind is None:
            for name, linear in self.built.items():
                put(model, name, linear)
            return ModuleDecoder(model).eval()
        text, head = model.language_model, self.built.pop(decoder_linears.HEAD, model.lm_head)
        layers = []
        for number, layer in enumerate(text.layers):
            layers.append(kind(layer, {part: self.built.pop(f"{LAYERS}{number}.{part}") for part in kind.PRODUCTS}))
        decoder = PackedDecoder(model.config, layers, text.embq, kind.final_norm(text), head)
        text.layers = RemovedLayer()
        if decoder_linears.HEAD in self.linears:
            model.lm_head = nn.Identity()
        return decoder.eval()


class RemovedLayer(nn.ModuleList):
    """Replaces transformers' layers whose weights are in a packed decoder; using it raises RuntimeError."""

    def __iter__(self) -> NoReturn:
        raise RuntimeError(
            "a quantized model runs in flashsloth's engine; transformers' generate() needs unquantized weights"
        )


def _in_tower(linear: str) -> bool:
    return "vision_tower" in linear


def rounds_tower(preset: Preset, device: torch.device) -> bool:
    """Return whether the vision tower's linears keep 8 bits in memory. Elsewhere stored ones are dequantized."""
    return preset.tower == "int8" and device.type == "cpu"


def weight_bytes(
    config: FlashSlothConfig,
    linears: Sequence[DecoderLinear],
    preset: Preset,
    elements: int,
    item: int,
    *,
    tower: bool | None = None,
) -> int:
    """Return the bytes of a model of `elements` parameters in a preset; unquantized ones have `item` bytes. `linears`
    are those that the preset stores. `tower` says whether the vision tower's linears have 8 bits; by default they do if
    the preset stores them so."""
    total = elements * item + decoder_linears.extra_bytes(linears, preset, item)
    if preset.tower == "int8" and tower is not False:
        scales = 2  # bytes
        blocks = int(config.vision_config.num_hidden_layers)
        total += blocks * sum(n * k * (1 - item) + n * scales for n, k in block_linears(config.vision_config))
    return total


def saved_shapes(
    linears: Sequence[DecoderLinear], names: dict[str, tuple[int, ...]], preset: Preset
) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of a quantized model's stored tensors. `names` are those of the unquantized model."""
    replaced = {name for linear in linears for name in linear.sources if name != linear.embeddings}
    kept = {name: shape for name, shape in names.items() if name not in replaced}
    if preset.tower == "int8":
        for name in list(kept):
            if (match := TOWER_NAME.fullmatch(name)) and match[2] == "weight":
                n, k = kept[name]
                kept |= {name: (k, n), f"{match[1]}.scales": (n,)}
    return kept | {name: spec.shape for name, spec in decoder_linears.stored_tensors(linears, preset)}


def iter_saved_tensors(model: Any, decoder: Decoder, preset: Preset) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a quantized model on the CPU, in the form in which they are stored."""
    replaced = {name: x for name, x in model.named_modules() if linear_builder.is_quantized(x)}
    for name, parameter in model.named_parameters():
        match, tensor = TOWER_NAME.fullmatch(name), parameter.detach().cpu()
        if match and match[2] == "weight" and preset.tower == "int8":
            for part, rounded in zip(("weight", "scales"), rounded_linear.quantize(tensor), strict=True):
                yield f"{match[1]}.{part}", rounded
        else:
            yield name, tensor.contiguous()
    if isinstance(decoder, PackedDecoder):
        layer: Any
        for number, layer in enumerate(decoder.layers):
            start = f"{LAYERS}{number}."
            for norm, module in layer.norms.items():
                yield from ((f"{start}{norm}.{leaf}", x.detach().cpu()) for leaf, x in module.named_parameters())
            replaced |= {start + part: getattr(layer, part) for part in layer.PRODUCTS}
        if model.lm_head is not decoder.head:
            replaced[decoder_linears.HEAD] = decoder.head
    for name, module in replaced.items():
        for part, tensor in linear_builder.tensors(module).items():
            yield f"{name}.{part}", tensor


def in_layer_order(names: Iterable[str]) -> list[str]:
    """Return the names sorted by layer, those outside layers first."""

    def key(name: str) -> tuple[int, str]:
        match = re.match(r"model\.language_model\.(?!embq\.)\D+?\.(\d+)\.", name)
        return (int(match[1]) + 1 if match else 0, name)

    return sorted(names, key=key)
