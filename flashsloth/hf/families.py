"""Adapt the towers and decoders of transformers: towers lose their final norm, and decoders get EmbQ
before one of their layers (arXiv:2412.04317, section 3.3).

The decoder's code is not changed:

1. The caller passes EmbQ with its inputs to the decoder, as the keyword argument EMBQ.
2. The decoder passes keyword arguments that it does not know to every layer.
3. A forward pre-hook of layer `embq_layer` takes the argument and applies it to the hidden states.

Unlike a subclass or a wrapper, a hook changes no names of tensors, classes and modules. It works with
gradient checkpointing, copies, LoRA, offloading and torch.compile.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.models.auto.modeling_auto import MODEL_MAPPING

from flashsloth.errors import UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.mixed_resolution import MixedResolutionTower
from flashsloth.hf.reduced_layers import RoutedLayer, SkippedLayer
from flashsloth.inference.decoder import EMBQ
from flashsloth.model.embq import EmbQ
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.reduction.mod import Router
from flashsloth.sizes.families import FINAL_NORM, MIXED_RESOLUTION, TOWERS

# the name of the argument for the KV cache, which transformers renamed in 5.24
CACHE = next(
    field.name
    for field in fields(BaseModelOutputWithPast)
    if field.name in ("past_key_values", "cache")
)


class EmbqCall:
    """EmbQ with its inputs for one forward pass: hidden states (B, T, D) -> (B, T, D). Reference
    outputs: tests/parity/data/golden_prefill_*.npz."""

    def __init__(self, embq: EmbQ, plan: EmbqPlan, image_features: Tensor) -> None:
        self.embq = embq
        self.plan = plan
        self.image_features = image_features
        self.ran = False

    def __call__(self, hidden: Tensor) -> Tensor:
        self.ran = True
        return self.embq(hidden, self.plan, self.image_features)

    def check(self, text: nn.Module) -> None:
        """Raise UnsupportedModel if the decoder dropped the argument, because the model would then
        compute the outputs of a model without EmbQ."""
        if not self.ran:
            raise UnsupportedModel(f"{type(text).__name__} passes no keyword arguments to its layers")


def make_text_model(config: FlashSlothConfig) -> Any:
    """Return the family's decoder with EmbQ's weights under `embq`, and with the layers of other papers
    that the configuration requests (reduced_layers.py).

    The tensors keep their names. Without such layers and without an EmbqCall it computes the same as
    the family's own decoder, bit for bit. Reference outputs: tests/parity/data/golden_textonly_*.npz.
    """
    text = MODEL_MAPPING[type(config.text_config)](config.text_config)
    text.embq = EmbQ(config) if config.has_embq else None
    for number in config.skipped_attention or ():
        text.layers[number] = SkippedLayer(
            text.layers[number], text.config.hidden_size, config.pia_rank
        )
    for number in config.routed_layers or ():
        text.layers[number] = RoutedLayer(text.layers[number], number)
    if config.routed_layers:
        text.router = Router(text.config.hidden_size)
    if text.embq is not None:
        text.layers[config.embq_layer].register_forward_pre_hook(_apply_embq, with_kwargs=True)
    return text


def _apply_embq(layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply EmbQ to the input of a layer. This is a function at module level, so that it can be pickled
    with a model."""
    embq = kwargs.pop(EMBQ, None)
    if embq is None:
        return None
    return (embq(args[0]), *args[1:]), kwargs


def make_tower(config: Any) -> Any:
    """Return transformers' tower for this configuration, without the final norm and the head. Reference
    output: tests/parity/data/golden_vision_0.npz.

    Shape: pixel_values (I, 3, S, S) -> last_hidden_state, the patch features (I, N, V). CLIP's class
    token is removed from `last_hidden_state`, but not from `hidden_states` and `attentions`, where it
    comes before the patches.
    """
    if config.model_type == MIXED_RESOLUTION:  # a tower of another paper
        return MixedResolutionTower(config, make_tower(config.low_resolution))
    tower = MODEL_MAPPING[type(config)](config)
    setattr(tower, FINAL_NORM, nn.Identity())
    tower.register_forward_hook(keep_patches)
    return tower


def keep_patches(tower: Any, _: Any, output: Any) -> Any:
    """Forward hook of a tower: remove the tokens before the patches."""
    output.last_hidden_state = output.last_hidden_state[
        :, TOWERS[tower.config.model_type].class_tokens :
    ]
    return output
