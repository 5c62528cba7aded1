"""The linear layers of a decoder's layers, of any family: what LoRA adapts and QLoRA quantizes."""

from __future__ import annotations

import re
from typing import Any

from torch import nn

from flashsloth.checkpoints import model_files
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import OptionError

LAYERS = "model.language_model.layers"


def decoder_linears(model: Any) -> dict[str, nn.Linear]:
    """Return the linears of the decoder's layers by their paths."""
    layers = model.model.language_model.layers.named_modules(prefix=LAYERS)
    return {name: module for name, module in layers if isinstance(module, nn.Linear)}


@model_files.once
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
    inner = [re.sub(r"^\d+\.", "", path.removeprefix(f"{LAYERS}.")) for path in decoder_linears(model)]
    names = dict.fromkeys(path for path in inner if not targets or path.rpartition(".")[2] in targets)
    return rf"{re.escape(LAYERS)}\.\d+\.({'|'.join(map(re.escape, names))})"
