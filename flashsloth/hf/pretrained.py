"""The base class of the models for transformers: loading, saving, initialisation, and the modules that
quantizers skip."""

from __future__ import annotations

import copy
import math
import os
from pathlib import Path
from typing import Any

from torch import nn
from transformers.conversion_mapping import register_checkpoint_conversion_mapping
from transformers.core_model_loading import WeightRenaming
from transformers.modeling_utils import PreTrainedModel
from transformers.utils import logging

from flashsloth import devices
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.embq import QueryTokens
from flashsloth.model.key_mapping import OFFICIAL_TO_NATIVE
from flashsloth.quantization.linear import is_quantized
from flashsloth.reduction.eas import Pia
from flashsloth.reduction.mod import Router

# With these renamings `from_pretrained` reads the released layout.
RENAMINGS = [WeightRenaming(official, native) for official, native in OFFICIAL_TO_NATIVE]
register_checkpoint_conversion_mapping(FlashSlothConfig.model_type, RENAMINGS, overwrite=True)

SHARD = 4 * 10**9  # bytes of one safetensors file
# The modules that transformers' quantizers skip by default. SAP has a linear layer with a single
# output, and the MLPs of the released vision tower have the width 4304, which no block size divides.
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
    _skip_keys_device_placement = ["past_key_values", "cache"]  # noqa: RUF012
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    language_model: Any

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, QueryTokens):
            # Kaiming uniform over the width, as in the reference
            bound = 1 / math.sqrt(module.weight.shape[1])
            nn.init.uniform_(module.weight, -bound, bound)
        elif isinstance(module, Pia):
            module.reset_parameters()
        elif isinstance(module, Router):
            module.reset_parameters(self.config.initializer_range)
        else:
            super()._init_weights(module)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, *args: Any, **kwargs: Any) -> Any:
        """Load as transformers does. A `quantization_config` that names no modules to skip gets
        `NOT_QUANTIZED`.

        Raises: ValueError for a folder of `flashsloth quantize`. transformers would use random weights
        in place of the packed weights.
        """
        where = pretrained_model_name_or_path
        if kwargs.get("quantization_config") is not None:
            kwargs["quantization_config"] = skip_small_parts(kwargs["quantization_config"])
        # A local folder is checked before any weight is read, any other source after it is downloaded.
        if isinstance(where, str | os.PathLike) and os.path.isdir(where):
            refuse_quantized(
                cls.config_class.from_pretrained(where, subfolder=kwargs.get("subfolder", "")), where
            )
        loaded = super().from_pretrained(where, *args, **kwargs)
        refuse_quantized((loaded[0] if isinstance(loaded, tuple) else loaded).config, where)
        return loaded

    def save_pretrained(self, *args: Any, **kwargs: Any) -> None:
        """Save as transformers does, in the native layout. Weights that are views into packed weights
        are copied.

        Raises: RuntimeError for a quantized model.
        """
        # By default transformers would reverse RENAMINGS, and write the released layout.
        kwargs.setdefault("save_original_format", False)
        if kwargs.get("state_dict") is None:
            layers = self.language_model.layers
            by_transformers = getattr(self, "hf_quantizer", None)
            if not len(layers) or (not by_transformers and any(map(is_quantized, layers.modules()))):
                raise RuntimeError(
                    "save_pretrained cannot save a quantized model: use flashsloth.checkpoints.save"
                )
            kwargs["state_dict"] = {
                name: devices.owned(tensor) for name, tensor in self.state_dict().items()
            }
        super().save_pretrained(*args, **kwargs)


def save_folder(model: FlashSlothPreTrainedModel, processor: Any, folder: Path) -> None:
    """Write the files of a model and its processor in the native layout, without progress bars."""
    enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model.save_pretrained(folder, max_shard_size=SHARD)
        processor.save_pretrained(folder)
    finally:
        if enabled:
            logging.enable_progress_bar()


def skip_small_parts(quantization: Any) -> Any:
    """Return a copy of a quantization configuration of transformers, or of its dictionary, which skips
    `NOT_QUANTIZED` unless it names other modules to skip."""
    changed = copy.copy(quantization)
    if isinstance(changed, dict):
        if changed.get("quant_method", "bitsandbytes") == "bitsandbytes" and not changed.get(
            "llm_int8_skip_modules"
        ):
            changed["llm_int8_skip_modules"] = list(NOT_QUANTIZED)
        return changed
    for name in ("llm_int8_skip_modules", "modules_to_not_convert"):
        if getattr(changed, name, ()) is None:
            setattr(changed, name, list(NOT_QUANTIZED))
    return changed


def refuse_quantized(config: Any, where: Any) -> None:
    """Raise ValueError for the configuration of a folder that `flashsloth quantize` wrote."""
    quantization = getattr(config, "quantization_config", None)
    if isinstance(quantization, dict) and quantization.get("quant_method") == "flashsloth":
        raise ValueError(f"{where} is quantized: open it with flashsloth.open")
