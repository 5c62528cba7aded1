"""Build a packed model from its tensors, one at a time, quantized or not. Works on names and tensors, not on files.

In 16 and 32 bit the packed decoder shares the memory of transformers' modules. In a quantized preset the tensors of a
linear are collected until it is complete, then quantized and released: at most one layer is in memory unquantized.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from flashsloth import devices, quantization
from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.model_files import tied_weights
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.towers import TOWERS, block_linears
from flashsloth.errors import TensorMismatch, UnsupportedModel
from flashsloth.inference.decoder import Decoder
from flashsloth.inference.make_decoder import make_decoder
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.packed_layers import layer_class
from flashsloth.inference.phi_layer import PhiLayer
from flashsloth.quantization import Preset, rounded_linear

LAYERS = "model.language_model.layers."
HEAD = "lm_head."
INNER, OUTER = (product.parts for product in PhiLayer.PRODUCTS.values())
PACKED_NAME = re.compile(re.escape(LAYERS) + r"(\d+)\.(inner|outer)\.(\w+)")
PART_NAME = re.compile(
    re.escape(LAYERS) + r"(\d+)\.(" + "|".join(map(re.escape, (*INNER, *OUTER))) + r")\.(weight|bias)"
)
TOWER_LINEARS = "|".join(
    rf"{re.escape(tower.layers)}\.\d+\.(?:{'|'.join(map(re.escape, tower.linears))})" for tower in TOWERS.values()
)
TOWER_NAME = re.compile(rf"(model\.vision_tower\.(?:{TOWER_LINEARS}))\.(weight|scales|bias)")


class PackedBuilder:
    """Takes a model's tensors by native name, in any order, and builds the packed decoder.

    Args:
        model: from `build_empty`; parameters that are not quantized are loaded into it.
        preset: of the decoder's linears and the head.
        device, dtype: of all tensors; the dtype is of those that are not quantized.
        saved: whether the tensors are quantized already, as `iter_saved_tensors` wrote them in this preset.
        group: weights that share a scale in int4; None is `quantization.group_size`.
    """

    def __init__(
        self,
        model: Any,
        preset: Preset,
        device: torch.device,
        dtype: torch.dtype,
        *,
        saved: bool = False,
        group: int | None = None,
    ) -> None:
        self.model, self.preset, self.device, self.dtype, self.saved = model, preset, device, dtype, saved
        self.group = group
        self.rounds_tower = rounds_tower(preset, device)
        self.pending: dict[str, dict[str, Tensor]] = {}  # tensors of incomplete linears, by the linear's name
        self.quantized = preset.name != "none"
        if self.quantized:
            check_quantizable(model.config)
        self.decoder = self._without_linears() if self.quantized else make_decoder(model, dtype, device)

    def _without_linears(self) -> PackedDecoder:
        """Return the decoder without its linears, and replace transformers' layers by RemovedLayer."""
        config, text = self.model.config, self.model.language_model
        layers = [PhiLayer(x.input_layernorm, nn.Identity(), nn.Identity()) for x in text.layers]
        decoder = PackedDecoder(config, layers, text.embq, text.final_layernorm, nn.Identity())
        text.layers = RemovedLayer()
        self.model.lm_head = nn.Identity()
        return decoder.eval()

    def accept(self, name: str, tensor: Tensor) -> None:
        """Load one tensor. Raises TensorMismatch, NonFiniteWeights if it overflows in the dtype."""
        if not self.quantized:
            self._fill(name, tensor)
        elif name.startswith(HEAD):
            self._collect("head", name.removeprefix(HEAD), tensor)
        elif match := PACKED_NAME.fullmatch(name):
            self._collect(f"{match[1]}.{match[2]}", match[3], tensor)
        elif match := PART_NAME.fullmatch(name):
            side = "inner" if match[2] in INNER else "outer"
            self._collect(f"{match[1]}.{side}", f"{match[2]}.{match[3]}", tensor)
        elif (
            (match := TOWER_NAME.fullmatch(name)) and self.preset.tower != "none" and (self.saved or self.rounds_tower)
        ):
            self._collect(match[1], match[2], tensor)
        else:
            self._fill(name, tensor)

    def _fill(self, name: str, tensor: Tensor) -> None:
        match = re.fullmatch(re.escape(LAYERS) + r"(\d+)\.input_layernorm\.(weight|bias)", name)
        if match and self.quantized:
            module: Any = self.decoder.layers[int(match[1])].norm
            leaf = match[2]
        else:
            path, _, leaf = name.rpartition(".")
            module = self.model.get_submodule(path)
        if not tensor.is_floating_point():
            raise TensorMismatch(f"{name} is {tensor.dtype}, not floating point")
        if module._parameters[leaf].is_meta:
            parameter = nn.Parameter(tensor.to(device=self.device, dtype=self.dtype), requires_grad=False)
            module._parameters[leaf] = parameter
        else:  # a view into packed weights
            parameter = module._parameters[leaf]
            parameter.data.copy_(tensor)
        if tensor.dtype != self.dtype:  # values may overflow in a narrower dtype
            safetensors_reader.check_finite(parameter, f"{name}, as {str(self.dtype).removeprefix('torch.')},")

    def _collect(self, linear: str, part: str, tensor: Tensor) -> None:
        tensors = self.pending.setdefault(linear, {})
        tensors[part] = tensor
        if tensors.keys() != self._parts(linear):
            return
        del self.pending[linear]
        self._set_linear(linear, self._restore(linear, tensors) if self.saved else self._quantize(linear, tensors))
        # otherwise the heap's fragmentation by quantizing grows to a quarter of the model
        if not self.saved and not _in_tower(linear):
            devices.release_memory(self.device)

    def _parts(self, linear: str) -> set[str]:
        """Return the names of the tensors of which a linear is built."""
        if _in_tower(linear):
            bias = {"bias"} if self.model.get_submodule(linear).bias is not None else set()
            return {"weight", "scales", *bias} if self.saved else {"weight", *bias}
        if self.saved:
            n, k = self._shape(linear)
            return set(quantization.stored_specs(n, k, self.preset, head=linear == "head"))
        if linear == "head":
            return {"weight", "bias"}
        return {
            f"{part}.{leaf}" for part in (INNER if linear.endswith("inner") else OUTER) for leaf in ("weight", "bias")
        }

    def _shape(self, linear: str) -> tuple[int, int]:
        return packed_shapes(self.model.config)["head" if linear == "head" else linear.partition(".")[2]]

    def _quantize(self, linear: str, tensors: dict[str, Tensor]) -> nn.Module:
        if _in_tower(linear):
            weight, scales = rounded_linear.quantize(tensors["weight"])
            biases = tensors["bias"].to(self.dtype) if "bias" in tensors else None
            return rounded_linear.RoundedLinear(weight, scales, biases, self.device)
        if linear == "head":
            weight, bias = tensors["weight"], tensors["bias"]
        elif linear.endswith("inner"):
            weight = torch.cat([tensors[f"{part}.weight"] for part in INNER])
            bias = torch.cat([tensors[f"{part}.bias"] for part in INNER])
        else:
            weight = torch.cat([tensors[f"{part}.weight"] for part in OUTER], dim=1)
            bias = tensors[f"{OUTER[0]}.bias"].float() + tensors[f"{OUTER[1]}.bias"].float()
        tensors.clear()
        return quantization.quantize_linear(
            weight,
            bias,
            self.preset,
            device=self.device,
            dtype=self.dtype,
            head=linear == "head",
            group=self.group,
        )

    def _restore(self, linear: str, tensors: dict[str, Tensor]) -> nn.Module:
        if _in_tower(linear):
            return rounded_linear.from_tensors(
                tensors, device=self.device, dtype=self.dtype, name=linear, rounded=self.rounds_tower
            )
        return quantization.from_tensors(
            tensors, self.preset, device=self.device, dtype=self.dtype, head=linear == "head", name=linear
        )

    def _set_linear(self, name: str, linear: nn.Module) -> None:
        if name == "head":
            self.decoder.head = linear
        elif _in_tower(name):
            path, _, leaf = name.rpartition(".")
            setattr(self.model.get_submodule(path), leaf, linear)
        else:
            number, _, side = name.partition(".")
            setattr(self.decoder.layers[int(number)], side, linear)

    def finish(self) -> Decoder:
        """Return the decoder. Raises TensorMismatch if a linear is incomplete."""
        for name, source in () if self.quantized else tied_weights(self.model).items():
            path, _, leaf = name.rpartition(".")
            self.model.get_submodule(path)._parameters[leaf] = self.model.get_parameter(source)
        for linear, tensors in self.pending.items():
            raise TensorMismatch(f"linear {linear} is incomplete: it has only {', '.join(sorted(tensors))}")
        return self.decoder


def check_quantizable(config: FlashSlothConfig) -> None:
    """Raise UnsupportedModel for a decoder whose linears cannot be quantized."""
    kind = config.text_config.model_type
    if layer_class(config.text_config) is not PhiLayer:
        raise UnsupportedModel(f"a {kind} model cannot be quantized yet", hint="Use --quant none.")


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


def packed_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, int]]:
    """Return outputs and inputs of the packed linears that can be quantized: inner, outer and head."""
    text = config.text_config
    if layer_class(text) is not PhiLayer:
        return {}
    D, inner = int(text.hidden_size), int(text.intermediate_size)
    return {"inner": (3 * D + inner, D), "outer": (D, D + inner), "head": (int(text.vocab_size), D)}


def weight_bytes(
    config: FlashSlothConfig, preset: Preset, elements: int, item: int, *, tower: bool | None = None
) -> int:
    """Return the bytes of a model of `elements` parameters in a preset; unquantized ones have `item` bytes.

    `tower` says whether the vision tower's linears have 8 bits; by default they do if the preset stores them so.
    """
    total = elements * item
    for linear, (n, k) in packed_shapes(config).items():
        count = 1 if linear == "head" else int(config.text_config.num_hidden_layers)
        packed = quantization.weight_bytes(n, k, preset, head=linear == "head", dtype="F32" if item == 4 else "BF16")
        biases = 2 * n if linear == "outer" else n  # two biases become one
        total += count * (packed - (n * k + biases) * item)
    if preset.tower == "int8" and tower is not False:
        scales = 2  # bytes
        blocks = int(config.vision_config.num_hidden_layers)
        total += blocks * sum(n * k * (1 - item) + n * scales for n, k in block_linears(config.vision_config))
    return total


def saved_shapes(
    config: FlashSlothConfig, names: dict[str, tuple[int, ...]], preset: Preset
) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of a quantized model's stored tensors. `names` are those of the unquantized model."""
    kept = {n: s for n, s in names.items() if not PART_NAME.fullmatch(n) and not n.startswith(HEAD)}
    sizes = packed_shapes(config)
    for side in ("inner", "outer"):
        for part, stored in quantization.stored_specs(*sizes[side], preset).items():
            layers = range(config.text_config.num_hidden_layers)
            kept |= {f"{LAYERS}{i}.{side}.{part}": stored.shape for i in layers}
    if preset.tower == "int8":
        for name in list(kept):
            if (match := TOWER_NAME.fullmatch(name)) and match[2] == "weight":
                n, k = kept[name]
                kept |= {name: (k, n), f"{match[1]}.scales": (n,)}
    head = quantization.stored_specs(*sizes["head"], preset, head=True)
    return kept | {HEAD + part: stored.shape for part, stored in head.items()}


def iter_saved_tensors(model: Any, decoder: Decoder, preset: Preset) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a quantized model on the CPU, in the form in which they are stored."""
    for name, parameter in model.named_parameters():
        match, tensor = TOWER_NAME.fullmatch(name), parameter.detach().cpu()
        if match and match[2] == "weight" and preset.tower == "int8":
            for part, rounded in zip(("weight", "scales"), rounded_linear.quantize(tensor), strict=True):
                yield f"{match[1]}.{part}", rounded
        else:
            yield name, tensor.contiguous()
    for name, module in model.named_modules():
        if isinstance(module, rounded_linear.RoundedLinear):
            for part, tensor in quantization.tensors(module).items():
                yield f"{name}.{part}", tensor
    for number, layer in enumerate(decoder.layers):
        for leaf in ("weight", "bias"):
            yield f"{LAYERS}{number}.input_layernorm.{leaf}", getattr(layer.norm, leaf).detach().cpu()
        for side in ("inner", "outer"):
            for part, tensor in quantization.tensors(getattr(layer, side)).items():
                yield f"{LAYERS}{number}.{side}.{part}", tensor
    for part, tensor in quantization.tensors(decoder.head).items():
        yield HEAD + part, tensor


def in_layer_order(names: Iterable[str]) -> list[str]:
    """Return the names sorted by layer, those outside layers first."""

    def key(name: str) -> tuple[int, str]:
        match = re.match(re.escape(LAYERS) + r"(\d+)\.", name)
        return (int(match[1]) + 1 if match else 0, name)

    return sorted(names, key=key)
