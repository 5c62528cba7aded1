"""The vision tower, SigLIP without its last block, and the projector to the text width."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.siglip.configuration_siglip import SiglipVisionConfig
from transformers.models.siglip.modeling_siglip import SiglipVisionModel


class VisionTower(SiglipVisionModel):
    """SigLIP up to its last kept block, without the final norm and the pooling head (golden vision_0).

    Shape: pixel_values (I, 3, S, S) in [-1, 1] -> last_hidden_state, the patch features (I, N, V).
    """

    def __init__(self, config: SiglipVisionConfig) -> None:
        super().__init__(config)
        self.post_layernorm = nn.Identity()


class Projector(nn.Module):
    """Linear, exact GELU, Linear: (I, P, V) -> (I, P, D)."""

    def __init__(self, vision_width: int, text_width: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(vision_width, text_width)
        self.linear_2 = nn.Linear(text_width, text_width)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear_2(F.gelu(self.linear_1(features)))
