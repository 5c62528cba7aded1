"""A block that visual tokens may skip: a mixture of depths (gamma-MoD, arXiv:2410.13859, section 3).

One router, shared by all such blocks, reads a block's normalised input. Of each picture the tokens with the highest
weights pass the block, the others leave it as they came; attention sees those that passed. Text always passes (masked
routing). Letters: B sequences of T rows, n rows that pass, I pictures of P visual tokens.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer

from flashsloth.errors import UnsupportedModel

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


class RoutedLayer(GradientCheckpointingLayer):
    """The parallel block x + attention(norm x) + p * mlp(norm x), or x + attention(norm x) and then
    x + p * mlp(norm x), made of a whole one. p is the router's weight of a visual token, and 1 of text; biases of the
    MLP's last linear are not multiplied.

    Without a RoutingCall every row passes, bit for bit as in the block that it was made of.
    """

    def __init__(self, layer: Any, number: int) -> None:
        super().__init__()
        self.number = number
        for name, module in layer.named_children():
            self.add_module(name, module)
        self.is_parallel = not hasattr(layer, "post_attention_layernorm")

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        position_embeddings: Any = None,
        routing: RoutingCall | None = None,
        **kwargs: Any,
    ) -> Tensor:
        cache = kwargs.get("past_key_values", kwargs.get("cache"))  # renamed in transformers 5.24
        held = 0 if cache is None else cache.get_seq_length(self.number)
        y = self.input_layernorm(hidden_states)
        ones = torch.ones(y.shape[:2], device=y.device)
        chosen, weights = (ones > 0, ones) if routing is None else routing(self.number, y)
        # those that pass, in their order; where other sequences have more, some that do not follow them
        rows = (~chosen).byte().argsort(dim=1, stable=True)[:, : int(chosen.sum(1).max())]
        kwargs["position_ids"] = None if position_ids is None else take(position_ids, rows)
        kwargs["position_embeddings"] = tuple(take(angles, rows) for angles in position_embeddings)
        kwargs["attention_mask"] = mask_of(attention_mask, held, rows)
        x, y, weights, passed = (take(each, rows) for each in (hidden_states, y, weights, chosen))
        out = torch.where(passed[..., None], self._block(x, y, weights, **kwargs), x)
        return hidden_states.scatter(1, rows[..., None].expand_as(out), out)

    def _block(self, x: Tensor, y: Tensor, weights: Tensor, **kwargs: Any) -> Tensor:
        mlp: Any = self.mlp
        attended, _ = self.self_attn(hidden_states=y, **kwargs)
        p = weights[..., None].to(x.dtype)
        if self.is_parallel:
            mixed = mlp.fc2(p * mlp.activation_fn(mlp.fc1(y)))
            return self.resid_dropout(attended) + self.resid_dropout(mixed) + x
        x = x + attended
        return x + p * mlp(self.post_attention_layernorm(x))


def take(tensor: Tensor, rows: Tensor) -> Tensor:
    """Return some rows (B, n) of a tensor (B or 1, T, ...)."""
    batch = torch.arange(len(rows), device=rows.device)[:, None]
    return tensor.expand(len(rows), *tensor.shape[1:])[batch, rows]


def mask_of(mask: Tensor | None, held: int, rows: Tensor) -> Tensor | None:
    """Return the part of a mask (B, 1, T, past + T) for some of the new rows (B, n), and for a layer that holds fewer
    positions, `held`.

    Raises: UnsupportedModel for a batch with a cache, in which each sequence holds others.
    """
    if mask is None:
        return None
    past = mask.shape[3] - mask.shape[2]
    if held != past and len(mask) > 1:
        hint = "Generate one answer at a time, or open the model with flashsloth.open."
        raise UnsupportedModel("transformers cannot continue a batch whose tokens skip layers", hint=hint)
    B, n = rows.shape
    columns = torch.cat((torch.arange(past - held, past, device=rows.device).expand(B, -1), past + rows), 1)
    batch = torch.arange(B, device=rows.device)[:, None, None]
    mask = mask.expand(B, -1, -1, -1)[batch, :, rows[:, :, None], columns[:, None]].movedim(3, 1)
    later = torch.ones(n, held + n, dtype=torch.bool, device=rows.device).triu(held + 1)  # rows that do not pass follow
    return mask & ~later if mask.dtype == torch.bool else mask.masked_fill(later, torch.finfo(mask.dtype).min)
