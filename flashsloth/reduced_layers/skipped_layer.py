"""Phi's block without attention, and the adapter in its place (EAS, arXiv:2403.15226).

Phi's MLP reads the block's normalised input itself, so that x + mlp(pia(norm x)) without an adapter is the block whose
attention is zero. The paper computes the router's weights, and a mean of the prompt that joins z, for each prompt. Here
the weights are learned constants and there is no mean: the adapter depends on nothing but its row, and becomes part of
the MLP's first linear exactly.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.models.phi.modeling_phi import PhiDecoderLayer

PATHS, GROUPS = 2, 2
DROPOUT = 0.1


class Pia(nn.Module):
    """A low-rank adapter: y + w0 (B z + b) + w1 (D z + d) with z = (C y + c) / 2. B and D have two blocks on their
    diagonal; both are zero at first, so that y is unchanged.

    Its weights are no linears, which LoRA would adapt and presets would quantize. Shape: (..., D) -> (..., D).
    """

    def __init__(self, width: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, width))  # C
        self.down_bias = nn.Parameter(torch.empty(rank))
        self.up = nn.Parameter(torch.empty(PATHS, GROUPS, width // GROUPS, rank // GROUPS))  # B and D
        self.up_bias = nn.Parameter(torch.empty(PATHS, width))
        self.router = nn.Parameter(torch.empty(PATHS))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.xavier_uniform_(self.down)
        for parameter in (self.down_bias, self.up, self.up_bias, self.router):
            nn.init.zeros_(parameter)

    def forward(self, y: Tensor) -> Tensor:
        shares = self.router.softmax(0)
        z = F.linear(y, self.down, self.down_bias)[..., None, :] / 2
        # each path drops other numbers: they would stay equal
        z = F.dropout(z.expand(*z.shape[:-2], PATHS, -1), DROPOUT, self.training) * shares[:, None]
        mixed = torch.einsum("...pgr,pgdr->...gd", z.reshape(*z.shape[:-1], GROUPS, -1), self.up).flatten(-2)
        return y + (mixed + shares @ self.up_bias).to(y.dtype)


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
