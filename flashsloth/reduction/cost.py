"""Count the multiply-adds of a prefill as the packed decoder computes it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from flashsloth.inference.packed_layers import layer_class
from flashsloth.sizes.families import attention_heads
from flashsloth.sizes.model_sizes import ModelSizes


class LayerCost(NamedTuple):
    """The multiply-adds of a layer. Tokens are dropped after its attention."""

    before: int  # for each row, before tokens are dropped
    after: int  # for each row that is left afterwards
    pair: int  # for each pair of rows in the attention

    def of(self, entering: float, leaving: float, others: float = 0) -> float:
        """Return the multiply-adds of the layer for `entering` visual rows and `others` rows of text.
        `leaving` of the visual rows are left after tokens were dropped."""
        # As in the FitPrune paper, the attention is counted for all pairs of rows, including those that
        # the causal mask excludes.
        rows = entering + others
        return self.before * rows + self.pair * rows * rows + self.after * (leaving + others)


def layer_costs(config: ModelSizes) -> list[LayerCost]:
    """Return the cost of each layer of a packed decoder."""
    text = config.text_config
    kind = layer_class(config.text_config)
    assert kind is not None  # only packed decoders can leave rows out
    D = int(text.hidden_size)
    F = int(text.intermediate_size)
    heads = attention_heads(text)
    q = heads.queries * heads.width
    kv = 2 * heads.keys * heads.width
    # In a parallel block the first product computes a part of the MLP together with the attention. This
    # part is therefore also computed for rows that are dropped after the attention.
    first, *rest = (
        F * sum("mlp." in part for part in product.parts) for product in kind.PRODUCTS.values()
    )
    whole = LayerCost(D * (q + kv + first), D * (q + sum(rest)), 2 * q)
    skipped = LayerCost(D * first, D * sum(rest), 0)
    return [
        skipped if n in (config.skipped_attention or ()) else whole
        for n in range(int(text.num_hidden_layers))
    ]


# for each layer the numbers of visual tokens that enter it and that are left after it
Visual: TypeAlias = Sequence[tuple[float, float]]


def dropping(tokens: int, drops: Sequence[float]) -> Visual:
    """Return for each layer the number of visual tokens before and after it. Layer i drops `drops[i]`
    tokens after its attention."""
    left = [tokens - gone for gone in itertools.accumulate(drops, initial=0)]
    return list(itertools.pairwise(left))


def exiting(tokens: int, layer: int, layers: int) -> Visual:
    """Return for each of `layers` layers how many visual tokens enter it and are left after it, if all
    visual tokens are dropped before layer `layer`."""
    return [(tokens, tokens)] * layer + [(0, 0)] * (layers - layer)


def prefill_cost(costs: Sequence[LayerCost], visual: Visual, others: float = 0) -> float:
    """Return the multiply-adds of all layers for their visual tokens and `others` rows of text."""
    return sum(cost.of(*each, others) for cost, each in zip(costs, visual, strict=True))


def savings(config: ModelSizes, tokens: int, visual: Visual, others: float) -> dict[str, float]:
    """Return the shares of multiply-adds that are saved: "visual" for a prompt of only `tokens` visual
    tokens, and "decoder" for a prompt that has `others` further tokens."""
    costs = layer_costs(config)
    whole = [(tokens, tokens)] * len(visual)

    def share(others: float) -> float:
        return round(1 - prefill_cost(costs, visual, others) / prefill_cost(costs, whole, others), 4)

    return {"visual": share(0.0), "decoder": share(others)}
