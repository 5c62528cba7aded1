"""The linear layers of a decoder's layers, of any family: what LoRA adapts and QLoRA quantizes."""

from __future__ import annotations

import re
from typing import Any

from torch import nn
from transformers.pytorch_utils import Conv1D

from flashsloth.checkpoints import model_files
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.model.text_model import decoder_layers

TEXT = "model.language_model."


def layers_path(model: Any) -> str:
    """Return the path of the decoder's list of layers: model.language_model.layers in most families."""
    layers = decoder_layers(model.model.language_model)
    return next(name for name, module in model.named_modules() if module is layers)


def decoder_linears(model: Any) -> dict[str, nn.Linear]:
    """Return the linears of the decoder's layers by their paths. Experts that are one tensor are not among them.

    Raises: UnsupportedModel if their weights are transposed, as adapters of such cannot be opened.
    """
    start = layers_path(model) + "."
    inner = {name: module for name, module in model.named_modules() if name.startswith(start)}
    if any(isinstance(module, Conv1D) for module in inner.values()):
        kind = model.config.text_config.model_type
        raise UnsupportedModel(f"LoRA cannot adapt a {kind} model: its weights are transposed", hint="Use --full.")
    return {name: module for name, module in inner.items() if isinstance(module, nn.Linear)}


def linear_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, int]]:
    """Return outputs and inputs of the linears of the decoder's layers, by their paths."""
    linears = decoder_linears(model_files.build_empty(config, real_buffers=False))
    return {name: (module.out_features, module.in_features) for name, module in linears.items()}


def targeted(shapes: dict[str, tuple[int, int]], targets: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Return the linears of these names, all for none. Raises: OptionError for a name that no linear has."""
    names = list(dict.fromkeys(path.rpartition(".")[2] for path in shapes))
    if wrong := [target for target in targets if target not in names]:
        raise OptionError(f"unknown target {', '.join(wrong)}", hint=f"Use some of {', '.join(names)} for targets.")
    return {path: s for path, s in shapes.items() if not targets or path.rpartition(".")[2] in targets}


def lora_pattern(model: Any, targets: tuple[str, ...]) -> str:
    """Return a pattern of full paths for PEFT, as the tower and EmbQ have linears of the same names."""
    start = layers_path(model)
    inner = [re.sub(r"^\d+\.", "", path.removeprefix(f"{start}.")) for path in decoder_linears(model)]
    names = dict.fromkeys(path for path in inner if not targets or path.rpartition(".")[2] in targets)
    return rf"{re.escape(start)}\.\d+\.({'|'.join(map(re.escape, names))})"
