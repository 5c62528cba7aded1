"""A block that visual tokens may skip: a mixture of depths (gamma-MoD, arXiv:2410.13859, section 3).

One router, shared by all such blocks, reads a block's normalised input. Of each picture the tokens with the highest
weights pass the block, the others leave it as they came; attention sees those that passed. Text always passes (masked
routing). Letters: B sequences of T rows, n rows that pass, I pictures of P visual tokens.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ROUTING = "routing"  # the keyword argument
LOSS_SHARE = 0.01  # of the routers' loss in that of training


class Router(nn.Module):
    """One linear without a bias, (..., D) -> logits (..., 2) in float32: of skipping a block, and of passing it.

    It is no nn.Linear, which LoRA would adapt and presets would quantize.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(2, width))

    def reset_parameters(self, deviation: float) -> None:
        nn.init.normal_(self.weight, std=deviation)

    def forward(self, y: Tensor) -> Tensor:
        return F.linear(y, self.weight.to(y.dtype)).float()


def passing(logits: Tensor, skip_ratio: float) -> tuple[Tensor, Tensor]:
    """Return which tokens pass, bool (I, P), and the weight of each, (I, P), from the router's logits (I, P, 2)."""
    weights = logits.softmax(-1)[..., 1]
    count = math.ceil(weights.shape[1] * (1 - skip_ratio))
    best = weights.argsort(dim=1, descending=True, stable=True)[:, :count]
    return torch.zeros_like(weights, dtype=torch.bool).scatter(1, best, True), weights


class RoutingCall:
    """The router with the visual tokens of one forward.

    Args:
        rows: (I, P), the rows of the visual tokens among the B*T.
    """

    def __init__(self, router: Router, skip_ratio: float, rows: Tensor) -> None:
        self.router, self.skip_ratio, self.rows = router, skip_ratio, rows
        self.losses: dict[int, Tensor] = {}  # by layer: a checkpointed one is computed twice

    def __call__(self, layer: int, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return which rows pass a layer, bool (B, T), and their weights (B, T). y: its normalised input (B, T, D)."""
        logits = self.router(y.flatten(0, 1)[self.rows])
        passes, weights = passing(logits, self.skip_ratio)
        self.losses[layer] = F.cross_entropy(logits.flatten(0, 1), passes.long().flatten())
        at, ones = self.rows.flatten(), torch.ones(y[..., 0].numel(), device=y.device)
        chosen, weights = (ones.to(x.dtype).scatter(0, at, x.flatten()).view(y.shape[:2]) for x in (passes, weights))
        return chosen, weights

    @property
    def loss(self) -> Tensor:
        """The sum of the layers' cross-entropies between the router's logits and what passed."""
        return torch.stack(list(self.losses.values())).sum()
