"""Any decoder of transformers with EmbQ before one of its layers (arXiv:2412.04317, section 3.3).

The family's own model runs unchanged. It hands the keyword arguments that it does not know to every layer; a forward
pre-hook of layer `embq_layer` takes the argument EMBQ out of them and applies it to the hidden states. Hooks keep the
names of tensors, classes and modules, and survive gradient checkpointing, copies, LoRA, offloading and torch.compile.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.models.auto.modeling_auto import MODEL_MAPPING

from flashsloth.errors import UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.routed_layer import RoutedLayer
from flashsloth.hf.skipped_layer import SkippedLayer
from flashsloth.inference.decoder import EMBQ
from flashsloth.model.embq import EmbQ
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.reduced_layers.router import Router

# that of the KV cache, which transformers renamed in 5.24
CACHE = next(field.name for field in fields(BaseModelOutputWithPast) if field.name in ("past_key_values", "cache"))


class EmbqCall:
    """EmbQ with its inputs for one forward: hidden states (B, T, D) -> (B, T, D). Golden: prefill_*."""

    def __init__(self, embq: EmbQ, plan: EmbqPlan, image_features: Tensor) -> None:
        self.embq, self.plan, self.image_features = embq, plan, image_features
        self.ran = False

    def __call__(self, hidden: Tensor) -> Tensor:
        self.ran = True
        return self.embq(hidden, self.plan, self.image_features)

    def check(self, text: nn.Module) -> None:
        """Raise UnsupportedModel if the decoder dropped the argument: it would have answered without EmbQ."""
        if not self.ran:
            raise UnsupportedModel(f"{type(text).__name__} hands no keyword arguments to its layers")


def make_text_model(config: FlashSlothConfig) -> Any:
    """Return the family's decoder, with EmbQ's weights under `embq` and the `reduced_layers` of the configuration.
    Without those and an EmbqCall it computes what the family does, bit for bit, and its tensors keep their names.
    Golden: textonly_*.
    """
    text = MODEL_MAPPING[type(config.text_config)](config.text_config)
    text.embq = EmbQ(config) if config.has_embq else None
    for number in config.skipped_attention or ():
        text.layers[number] = SkippedLayer(text.layers[number], text.config.hidden_size, config.pia_rank)
    for number in config.routed_layers or ():
        text.layers[number] = RoutedLayer(text.layers[number], number)
    if config.routed_layers:
        text.router = Router(text.config.hidden_size)
    if text.embq is not None:
        text.layers[config.embq_layer].register_forward_pre_hook(_apply_embq, with_kwargs=True)
    return text


def _apply_embq(layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply EmbQ to the input of a layer. A function of the module, so that models can be pickled."""
    embq = kwargs.pop(EMBQ, None)
    if embq is None:
        return None
    return (embq(args[0]), *args[1:]), kwargs
