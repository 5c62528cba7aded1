"""Multiply-adds of a prefill, counted as the decoder computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flashsloth.config.heads import attention_heads


class LayerCost(NamedTuple):
    """The weights that a row passes before and after tokens are dropped, and what a pair of rows costs."""

    before: int
    after: int
    pair: int

    def of(self, entering: float, leaving: float, others: float = 0) -> float:
        """Return the multiply-adds of a layer that `entering` visual rows reach and `leaving` ones leave, with as many
        `others`: those of all rows. Attention is counted over all pairs, as the paper does."""
        rows = entering + others
        return self.before * rows + self.pair * rows * rows + self.after * (leaving + others)


def layer_cost(text: Any) -> LayerCost:
    """Return the cost of a layer of a decoder. In Phi's block fc1 is one product with queries, keys and values, so that
    rows that are dropped pass it."""
    D, F, heads = int(text.hidden_size), int(text.intermediate_size), attention_heads(text)
    q, kv = heads.queries * heads.width, 2 * heads.keys * heads.width
    if text.model_type == "phi":
        return LayerCost(D * (q + kv + F), D * (q + F), 2 * q)
    return LayerCost(D * (q + kv), D * (q + 3 * F), 2 * q)


def prefill_cost(cost: LayerCost, tokens: int, drops: Sequence[float], others: float = 0) -> float:
    """Return the cost of all layers for `tokens` visual tokens of which each layer drops some, beside `others`."""
    total, left = 0.0, float(tokens)
    for drop in drops:
        total += cost.of(left, left - drop, others)
        left -= drop
    return total
