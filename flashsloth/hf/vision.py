"""transformers' own vision towers, without their last norm."""

from __future__ import annotations

from typing import Any

from torch import nn
from transformers.models.auto.modeling_auto import MODEL_MAPPING

from flashsloth.config.families import FINAL_NORM, MIXED_RESOLUTION, TOWERS
from flashsloth.hf.mixed_resolution import MixedResolutionTower


def make_tower(config: Any) -> Any:
    """Return transformers' own tower of this configuration, without the final norm and the head (golden vision_0).

    Shape: pixel_values (I, 3, S, S) -> last_hidden_state, the patch features (I, N, V): CLIP's class token is
    left out after the last block. In `hidden_states` and `attentions` it comes before the patches.
    """
    if config.model_type == MIXED_RESOLUTION:  # a tower of another paper
        return MixedResolutionTower(config, make_tower(config.low_resolution))
    tower = MODEL_MAPPING[type(config)](config)
    setattr(tower, FINAL_NORM, nn.Identity())
    tower.register_forward_hook(keep_patches)
    return tower


def keep_patches(tower: Any, _: Any, output: Any) -> Any:
    """Leave out the tokens before the patches: a forward hook of a tower."""
    output.last_hidden_state = output.last_hidden_state[:, TOWERS[tower.config.model_type].class_tokens :]
    return output
