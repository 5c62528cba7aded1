"""Phi's block without attention (EAS, reduced_layers/pia.py), as a layer of transformers."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.models.phi.modeling_phi import PhiDecoderLayer

from flashsloth.reduced_layers.pia import Pia


class SkippedLayer(PhiDecoderLayer):
    """Phi's block without attention, made of a whole one. It keeps no keys and values."""

    def __init__(self, layer: Any, width: int, rank: int | None) -> None:
        GradientCheckpointingLayer.__init__(self)  # PhiDecoderLayer's own makes an attention
        self.mlp, self.input_layernorm, self.resid_dropout = layer.mlp, layer.input_layernorm, layer.resid_dropout
        self.pia = None if rank is None else Pia(width, rank)

    def forward(self, hidden_states: Tensor, **kwargs: Any) -> Tensor:
        y = self.input_layernorm(hidden_states)
        mixed = self.mlp(y if self.pia is None else self.pia(y))
        return self.resid_dropout(mixed) + hidden_states
