"""Multiply-adds of a prefill, counted as the decoder computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flashsloth.config.heads import attention_heads
from flashsloth.inference.packed_layers import layer_class


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
    """Return the cost of a packed layer of a decoder. Where the first product holds a part of the MLP, rows that are
    dropped after attention have passed it."""
    kind = layer_class(text)
    assert kind is not None  # no rows can be left out of others
    D, F, heads = int(text.hidden_size), int(text.intermediate_size), attention_heads(text)
    q, kv = heads.queries * heads.width, 2 * heads.keys * heads.width
    first, *rest = (sum("mlp." in part for part in product.parts) for product in kind.PRODUCTS.values())
    return LayerCost(D * (q + kv + first * F), D * (q + sum(rest) * F), 2 * q)


def prefill_cost(cost: LayerCost, tokens: int, drops: Sequence[float], others: float = 0) -> float:
    """Return the cost of all layers for `tokens` visual tokens of which each layer drops some, beside `others`."""
    total, left = 0.0, float(tokens)
    for drop in drops:
        total += cost.of(left, left - drop, others)
        left -= drop
    return total


def savings(text: Any, tokens: int, drops: Sequence[float], others: float) -> dict[str, float]:
    """Return the shares that are saved: of the visual tokens' multiply-adds, and of the decoder's for a prompt with as
    many `others`."""
    cost, none = layer_cost(text), [0] * len(drops)
    shares = {"visual": 0.0, "decoder": others}
    return {
        name: round(1 - prefill_cost(cost, tokens, drops, rest) / prefill_cost(cost, tokens, none, rest), 4)
        for name, rest in shares.items()
    }
