"""The vision tower without its last norm, and the projector to the text width."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from torch import nn
from transformers.models.auto.modeling_auto import MODEL_MAPPING
from transformers.models.clip.modeling_clip import CLIPVisionModel
from transformers.models.siglip.modeling_siglip import SiglipVisionModel

from flashsloth.config.families import FINAL_NORM, MIXED_RESOLUTION, TOWERS
from flashsloth.reduced_layers.mixed_resolution import MixedResolutionTower

SIGLIP_BLOCKS = (SiglipVisionModel, CLIPVisionModel)  # the towers whose blocks are SigLIP's


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


def tower_blocks(tower: Any) -> Any:
    return tower.get_submodule(TOWERS[tower.config.model_type].layers)


def make_projector(vision_width: int, text_width: int) -> nn.Sequential:
    """Return Linear, exact GELU, Linear: (I, P, V) -> (I, P, D)."""
    first, second = nn.Linear(vision_width, text_width), nn.Linear(text_width, text_width)
    return nn.Sequential(OrderedDict(linear_1=first, gelu=nn.GELU(), linear_2=second))
