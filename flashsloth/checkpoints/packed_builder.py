"""A model put together from its tensors as they come: packed, and in the form of a preset. Knows names and tensors;
knows no folders.

In 16 and 32 bit the packed decoder is the memory of transformers' own modules. In a quantized preset a layer's tensors
are held until it is whole, then rounded and let go: never more than one layer stands beside the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from flashsloth import devices, quantization
from flashsloth.checkpoints import safetensors_reader
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import TensorMismatch
from flashsloth.model.packed_decoder import INNER, OUTER, PackedDecoder, PackedLayer, pack, rotary_dims
from flashsloth.quantization import Preset

LAYERS = "model.language_model.layers."
HEAD = "lm_head."
PACKED_NAME = re.compile(re.escape(LAYERS) + r"(\d+)\.(inner|outer)\.(\w+)")
PART_NAME = re.compile(
    re.escape(LAYERS) + r"(\d+)\.(" + "|".join(map(re.escape, (*INNER, *OUTER))) + r")\.(weight|bias)"
)


class Assembly:
    """Takes tensors by native name, in any order, and ends with a decoder.

    Args:
        model: from `build_empty`; what is not quantized is filled in place.
        preset: the form of the decoder's linears and its head.
        device, dtype: where everything goes, and the type of what stays in floating point.
        saved: whether the tensors come from a folder that `saved` wrote in this preset.
        group: weights with one scale in int4, if not what `quantization.group_size` says.
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
        self.held: dict[str, dict[str, Tensor]] = {}  # by place, until it is whole
        self.quantized = preset.name != "none"
        self.decoder = self._hollow() if self.quantized else pack(model, dtype, device)

    def _hollow(self) -> PackedDecoder:
        """The decoder with its linears still to come; transformers' layers are gone, and say so when they are used."""
        config, text = self.model.config, self.model.language_model
        heads, rotary = config.text_config.num_attention_heads, rotary_dims(config)
        layers = [PackedLayer(x.input_layernorm, nn.Identity(), nn.Identity(), heads, rotary) for x in text.layers]
        decoder = PackedDecoder(config, layers, text.embq, text.final_layernorm, nn.Identity())
        text.layers = RemovedLayer()
        self.model.lm_head = nn.Identity()
        return decoder.eval()

    def accept(self, name: str, tensor: Tensor) -> None:
        """Put one tensor where it belongs."""
        if not self.quantized:
            self._fill(name, tensor)
        elif name.startswith(HEAD):
            self._hold("head", name.removeprefix(HEAD), tensor)
        elif found := PACKED_NAME.fullmatch(name):
            self._hold(f"{found[1]}.{found[2]}", found[3], tensor)
        elif found := PART_NAME.fullmatch(name):
            side = "inner" if found[2] in INNER else "outer"
            self._hold(f"{found[1]}.{side}", f"{found[2]}.{found[3]}", tensor)
        else:
            self._fill(name, tensor)

    def _fill(self, name: str, tensor: Tensor) -> None:
        match = re.fullmatch(re.escape(LAYERS) + r"(\d+)\.input_layernorm\.(weight|bias)", name)
        if match and self.quantized:
            place: Any = self.decoder.layers[int(match[1])].norm
            leaf = match[2]
        else:
            path, _, leaf = name.rpartition(".")
            place = self.model.get_submodule(path)
        if not tensor.is_floating_point():
            raise TensorMismatch(f"{name} is {tensor.dtype}, not floating point")
        if place._parameters[leaf].is_meta:
            there = nn.Parameter(tensor.to(device=self.device, dtype=self.dtype), requires_grad=False)
            place._parameters[leaf] = there
        else:  # a view into packed weights
            there = place._parameters[leaf]
            there.data.copy_(tensor)
        if tensor.dtype != self.dtype:  # a narrower type may not hold what was finite
            safetensors_reader.check_finite(there, f"{name}, as {str(self.dtype).removeprefix('torch.')},")

    def _hold(self, place: str, part: str, tensor: Tensor) -> None:
        held = self.held.setdefault(place, {})
        held[part] = tensor
        if held.keys() == self._parts(place):
            del self.held[place]
            self._put(place, self._restore(place, held) if self.saved else self._quantize(place, held))
            if not self.saved:
                devices.release_memory(
                    self.device
                )  # else the holes that rounding leaves add up to a quarter of the model

    def _parts(self, place: str) -> set[str]:
        """What a place consists of, in the folder that is read."""
        if self.saved:
            n, k = self._shape(place)
            return set(quantization.stored_specs(n, k, self.preset, head=place == "head"))
        if place == "head":
            return {"weight", "bias"}
        return {
            f"{part}.{leaf}" for part in (INNER if place.endswith("inner") else OUTER) for leaf in ("weight", "bias")
        }

    def _shape(self, place: str) -> tuple[int, int]:
        return packed_shapes(self.model.config)["head" if place == "head" else place.partition(".")[2]]

    def _quantize(self, place: str, held: dict[str, Tensor]) -> nn.Module:
        if place == "head":
            weight, bias = held["weight"], held["bias"]
        elif place.endswith("inner"):
            weight = torch.cat([held[f"{part}.weight"] for part in INNER])
            bias = torch.cat([held[f"{part}.bias"] for part in INNER])
        else:
            weight = torch.cat([held[f"{part}.weight"] for part in OUTER], dim=1)
            bias = held[f"{OUTER[0]}.bias"].float() + held[f"{OUTER[1]}.bias"].float()
        held.clear()
        return quantization.quantize_linear(
            weight,
            bias,
            self.preset,
            device=self.device,
            dtype=self.dtype,
            head=place == "head",
            group=self.group,
        )

    def _restore(self, place: str, held: dict[str, Tensor]) -> nn.Module:
        return quantization.from_tensors(
            held, self.preset, device=self.device, dtype=self.dtype, head=place == "head", name=place
        )

    def _put(self, place: str, linear: nn.Module) -> None:
        if place == "head":
            self.decoder.head = linear
        else:
            number, _, side = place.partition(".")
            setattr(self.decoder.layers[int(number)], side, linear)

    def finish(self) -> PackedDecoder:
        """The decoder, when every tensor has come. Raises TensorMismatch where a layer is not whole."""
        for place, held in self.held.items():
            raise TensorMismatch(f"{place} is not whole: it has only {', '.join(sorted(held))}")
        return self.decoder


class RemovedLayer(nn.ModuleList):
    """In the place of layers that live in a packed decoder now."""

    def __iter__(self) -> NoReturn:
        raise RuntimeError(
            "a quantized model answers through flashsloth's engine, not through transformers' generate()"
        )


def packed_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, int]]:
    """Outputs and inputs of the packed linears: inner, outer and head."""
    text = config.text_config
    D, inner = int(text.hidden_size), int(text.intermediate_size)
    return {"inner": (3 * D + inner, D), "outer": (D, D + inner), "head": (int(text.vocab_size), D)}


def weight_bytes(config: FlashSlothConfig, preset: Preset, elements: int, item: int) -> int:
    """Bytes of a whole model in a preset: `elements` parameters, those that stay in floating point of `item` bytes."""
    total = elements * item
    for place, (n, k) in packed_shapes(config).items():
        count = 1 if place == "head" else int(config.text_config.num_hidden_layers)
        packed = quantization.weight_bytes(n, k, preset, head=place == "head", dtype="F32" if item == 4 else "BF16")
        biases = 2 * n if place == "outer" else n  # of two layers, which become one
        total += count * (packed - (n * k + biases) * item)
    return total


def saved_shapes(
    config: FlashSlothConfig, names: dict[str, tuple[int, ...]], preset: Preset
) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors in a folder that `saved` wrote in this preset. `names`: those of the model."""
    kept = {n: s for n, s in names.items() if not PART_NAME.fullmatch(n) and not n.startswith(HEAD)}
    sizes = packed_shapes(config)
    for side in ("inner", "outer"):
        for part, stored in quantization.stored_specs(*sizes[side], preset).items():
            layers = range(config.text_config.num_hidden_layers)
            kept |= {f"{LAYERS}{i}.{side}.{part}": stored.shape for i in layers}
    head = quantization.stored_specs(*sizes["head"], preset, head=True)
    return kept | {HEAD + part: stored.shape for part, stored in head.items()}


def iter_saved_tensors(model: Any, decoder: PackedDecoder) -> Iterator[tuple[str, Tensor]]:
    """The tensors to write for a quantized model, one after another, on the CPU."""
    for name, parameter in model.named_parameters():
        yield name, parameter.detach().cpu().contiguous()
    for number, layer in enumerate(decoder.layers):
        for leaf in ("weight", "bias"):
            yield f"{LAYERS}{number}.input_layernorm.{leaf}", getattr(layer.norm, leaf).detach().cpu()
        for side in ("inner", "outer"):
            for part, tensor in quantization.tensors(getattr(layer, side)).items():
                yield f"{LAYERS}{number}.{side}.{part}", tensor
    for part, tensor in quantization.tensors(decoder.head).items():
        yield HEAD + part, tensor


def in_layer_order(names: Iterable[str]) -> list[str]:
    """Names sorted so that each layer's tensors come together, everything else first."""

    def key(name: str) -> tuple[int, str]:
        found = re.match(re.escape(LAYERS) + r"(\d+)\.", name)
        return (int(found[1]) + 1 if found else 0, name)

    return sorted(names, key=key)
