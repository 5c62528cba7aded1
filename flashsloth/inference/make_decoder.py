"""The engine's decoder of a model in 16 or 32 bit."""

from __future__ import annotations

from typing import Any

import torch

from flashsloth.inference.decoder import Decoder
from flashsloth.inference.module_decoder import ModuleDecoder
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.packed_layers import layer_class, pack_layer


def make_decoder(model: Any, dtype: torch.dtype, device: torch.device) -> Decoder:
    """Return the decoder of a FlashSlothForConditionalGeneration, sharing its memory: packed, or the family's own
    forward where there are no packed layers."""
    text, kind = model.language_model, layer_class(model.config.text_config)
    if kind is None:
        return ModuleDecoder(model).eval()
    layers = [pack_layer(layer, kind, dtype, device) for layer in text.layers]
    return PackedDecoder(model.config, layers, text.embq, kind.final_norm(text), model.lm_head).eval()
