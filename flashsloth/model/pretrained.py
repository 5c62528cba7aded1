"""How the model is read and written through transformers: weights, their first values, what quantizers skip."""

from __future__ import annotations

import copy
import math
import os
from typing import Any

import torch
from torch import Tensor, nn
from transformers.modeling_utils import PreTrainedModel

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.model import key_mapping

key_mapping.register()

# quantizers of transformers leave these in 16 bit unless told otherwise, as our own presets do: SAP ends in one output,
# and no block size divides the released tower's 4304
NOT_QUANTIZED = ["lm_head"] + [
    prefix + name
    for prefix in ("", "model.")
    for name in ("vision_tower", "pooling", "projector", "language_model.embq")
]


class FlashSlothPreTrainedModel(PreTrainedModel):
    config_class = FlashSlothConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    input_modalities = ("image", "text")
    supports_gradient_checkpointing = True
    _no_split_modules = ["PhiDecoderLayer", "SiglipEncoderLayer"]  # noqa: RUF012 - transformers' own form
    _skip_keys_device_placement = ["past_key_values"]  # noqa: RUF012
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    language_model: Any

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, QueryTokens):
            bound = 1 / math.sqrt(module.weight.shape[1])  # kaiming-uniform over the width, as in the reference
            nn.init.uniform_(module.weight, -bound, bound)
        else:
            super()._init_weights(module)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, *args: Any, **kwargs: Any) -> Any:
        """As in transformers; a `quantization_config` that names no modules to skip skips `NOT_QUANTIZED`. ValueError
        for a folder that `flashsloth quantize` wrote: its packed weights are no module's here, and random ones would
        stand in for them."""
        where = pretrained_model_name_or_path
        if kwargs.get("quantization_config") is not None:
            kwargs["quantization_config"] = skip_small_parts(kwargs["quantization_config"])
        if isinstance(where, str | os.PathLike) and os.path.isdir(where):  # before anything is read
            refuse_quantized(cls.config_class.from_pretrained(where, subfolder=kwargs.get("subfolder", "")), where)
        made = super().from_pretrained(where, *args, **kwargs)
        refuse_quantized((made[0] if isinstance(made, tuple) else made).config, where)
        return made

    def save_pretrained(self, *args: Any, **kwargs: Any) -> None:
        """As in transformers, in the native layout: mixing it with the released names would make a third one.

        Weights that are parts of a packed one are copied out of it. RuntimeError if they are quantized.
        """
        kwargs.setdefault("save_original_format", False)
        if kwargs.get("state_dict") is None:
            if len(self.language_model.layers) < self.config.text_config.num_hidden_layers:
                raise RuntimeError(
                    "a quantized model is written by flashsloth.checkpoints.save, not by save_pretrained"
                )
            kwargs["state_dict"] = {
                name: tensor if tensor.nbytes == tensor.untyped_storage().nbytes() else tensor.clone()
                for name, tensor in self.state_dict().items()
            }
        super().save_pretrained(*args, **kwargs)


def skip_small_parts(quantization: Any) -> Any:
    """Return a copy of a quantization configuration of transformers, or its dictionary, that skips `NOT_QUANTIZED`
    where it does not say itself what is skipped."""
    made = copy.copy(quantization)
    if isinstance(made, dict):
        if made.get("quant_method", "bitsandbytes") == "bitsandbytes" and not made.get("llm_int8_skip_modules"):
            made["llm_int8_skip_modules"] = list(NOT_QUANTIZED)
        return made
    for name in ("llm_int8_skip_modules", "modules_to_not_convert"):
        if getattr(made, name, ()) is None:
            setattr(made, name, list(NOT_QUANTIZED))
    return made


def refuse_quantized(config: Any, where: Any) -> None:
    said = getattr(config, "quantization_config", None)
    if isinstance(said, dict) and said.get("quant_method") == "flashsloth":
        raise ValueError(f"{where} is quantized and opens only by flashsloth.open")


class QueryTokens(nn.Module):
    """The learned part of the Q query tokens, (Q, D)."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))

    def forward(self, offset: Tensor) -> Tensor:
        """offset (D,) -> (Q, D)"""
        return self.weight + offset
