"""Phi's block without attention, and the adapter in its place (EAS, arXiv:2403.15226).

Phi's MLP reads the block's normalised input itself, so that x + mlp(pia(norm x)) without an adapter is the block whose
attention is zero. The paper computes the router's weights, and a mean of the prompt that joins z, for each prompt. Here
the weights are learned constants and there is no mean: the adapter depends on nothing but its row, and becomes part of
the MLP's first linear exactly.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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
