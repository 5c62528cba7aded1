"""Multiply-adds of a prefill, counted as the decoder computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flashsloth.config.heads import attention_heads
from flashsloth.config.model_config import FlashSlothConfig
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


def layer_costs(config: FlashSlothConfig) -> list[LayerCost]:
    """Return the cost of each layer of a model's decoder."""
    text, skipped = config.text_config, config.skipped_attention or ()
    return [layer_cost(text, attends=layer not in skipped) for layer in range(int(text.num_hidden_layers))]


def layer_cost(text: Any, *, attends: bool = True) -> LayerCost:
    """Return the cost of a packed layer of a decoder. Where the first product holds a part of the MLP, rows that are
    dropped after attention have passed it."""
    kind = layer_class(text)
    assert kind is not None  # no rows can be left out of others
    D, F, heads = int(text.hidden_size), int(text.intermediate_size), attention_heads(text)
    q, kv = heads.queries * heads.width * attends, 2 * heads.keys * heads.width * attends
    first, *rest = (sum("mlp." in part for part in product.parts) for product in kind.PRODUCTS.values())
    return LayerCost(D * (q + kv + first * F), D * (q + sum(rest) * F), 2 * q)


def prefill_cost(costs: Sequence[LayerCost], tokens: int, drops: Sequence[float], others: float = 0) -> float:
    """Return the cost of all layers for `tokens` visual tokens of which each layer drops some, beside `others`."""
    total, left = 0.0, float(tokens)
    for cost, drop in zip(costs, drops, strict=True):
        total += cost.of(left, left - drop, others)
        left -= drop
    return total


def savings(config: FlashSlothConfig, tokens: int, drops: Sequence[float], others: float) -> dict[str, float]:
    """Return the shares that are saved: of the visual tokens' multiply-adds, and of the decoder's for a prompt with as
    many `others`."""
    costs, none = layer_costs(config), [0] * len(drops)
    shares = {"visual": 0.0, "decoder": others}
    return {
        name: round(1 - prefill_cost(costs, tokens, drops, rest) / prefill_cost(costs, tokens, none, rest), 4)
        for name, rest in shares.items()
    }
