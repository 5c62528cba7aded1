"""FitPrune (arXiv:2409.10197, sections 3.2 and 3.3): find how many visual tokens each layer drops, so
that a budget of computation is met and the attention that visual tokens receive changes least.

A recipe fixes the numbers, from attention over some rows; the question decides which tokens. Tokens
receive attention from each other (self) and from the text after them (cross), the largest of all heads.
A layer drops the tokens with the lowest product of the two, after its attention.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from flashsloth.errors import OptionError
from flashsloth.inference.decoder import PromptInputs
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy
from flashsloth.reduction.cost import dropping, layer_costs, prefill_cost, savings
from flashsloth.reduction.recipe import Recipe, describe, whole_numbers
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress

TOLERANCE = 0.01  # of alpha
MIN_KEPT = 1  # tokens of a picture


def largest(attention: Iterable[Tensor]) -> Tensor:
    """Return the largest attention of all heads, (n, n), of parts (heads, n, n)."""
    return functools.reduce(torch.maximum, (shares.amax(0) for shares in attention))


def received(
    attention: Tensor, rows: PromptRows, picture: int, *, queries: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the visual tokens of a picture, (v,) row numbers, and the attention that each receives
    from them and from the text after them, means over rows, (v,) each.

    attention: (n, n), the largest of all heads. With `queries`, query tokens count as text: from EmbQ's
    layer on they are more than learned constants.
    """
    visual = (rows.pictures == picture).nonzero().flatten()
    text = (rows.pictures < 0) & rows.real
    text[: int(visual[-1])] = False
    if not queries:
        text &= ~rows.queries
    to_tokens = attention[:, visual]
    return visual, to_tokens[visual].mean(0), to_tokens[text].sum(0) / max(1, int(text.sum()))


class FitPrune(ReductionPolicy):
    """Drops `drops[layer]` visual tokens of each picture, those that receive the least attention."""

    def __init__(self, drops: Sequence[int], visual_tokens: int, embq_layer: int) -> None:
        self.visual_tokens = visual_tokens
        self.drops = drops
        self.embq_layer = embq_layer
        self.drops_tokens = any(drops)

    def keep_after_attention(
        self, layer: int, attention: Iterator[Tensor], rows: PromptRows
    ) -> Tensor | None:
        if not self.drops[layer]:
            return None
        keep = torch.ones_like(rows.real)
        shares = largest(attention)
        for picture in sorted({*rows.pictures.tolist()} - {-1}):
            visual, own, text = received(shares, rows, picture, queries=layer >= self.embq_layer)
            count = min(self.drops[layer], len(visual) - MIN_KEPT)
            keep[visual[torch.argsort(own * text, stable=True)[:count]]] = False
        return keep.nonzero().flatten()


def policy(recipe: Recipe, config: ModelSizes, path: Path) -> FitPrune:
    """Return the policy of a recipe. Raises: ValueError if it is damaged."""
    drops = whole_numbers(
        recipe.values, "drops", int(config.text_config.num_hidden_layers), recipe.visual_tokens
    )
    if any(drops[layer] for layer in config.skipped_attention or ()):
        raise ValueError("a layer without attention drops tokens")
    if sum(drops) > recipe.visual_tokens - MIN_KEPT:
        raise ValueError(f"the layers drop {sum(drops)} of {recipe.visual_tokens} tokens")
    return FitPrune(drops, recipe.visual_tokens, config.embq_layer if config.has_embq else 0)


def fit(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Sequence[PromptInputs],
    budget: float,
    on_progress: Progress | None = None,
) -> Recipe:
    """Find the recipe that saves the share `budget` of the visual tokens' computation.

    Raises: OptionError for a budget that is not between 0 and 1 or cannot be met.
    """
    if not 0 < budget < 1:
        raise OptionError(f"--budget {budget:g} is not between 0 and 1", hint="0.6 saves 60%.")
    search = _Search(decoder, prompts, config, budget, on_progress)
    alpha, means = search.run()
    tokens = prompts[0].rows.tokens
    costs = search.costs
    drops = round_drops(
        means, tokens, lambda drops: prefill_cost(costs, dropping(tokens, drops)) <= search.allowed
    )
    others = sum(int(p.rows.real.sum()) - tokens for p in prompts) / len(prompts)
    values = {"drops": drops, "budget": budget, "alpha": round(alpha, 4)}
    achieved = savings(config, tokens, dropping(tokens, drops), others)
    measured = {"rows": len(prompts), "passes": search.passes}
    return Recipe("fitprune", describe(config), tokens, values, achieved, measured)


def round_drops(
    means: Sequence[float], tokens: int, is_enough: Callable[[list[int]], bool]
) -> list[int]:
    """Round with carry, then drop one more in the layer that lost most by rounding, and after that in
    the earliest one that drops any, until the budget is met: rounding alone saves less than it
    promises."""
    drops: list[int] = []
    total = 0.0
    for mean in means:
        total += mean
        drops.append(round(total) - sum(drops))
    lost = [mean - drop for mean, drop in zip(means, drops, strict=True)]
    while not is_enough(drops):
        if sum(drops) >= tokens - MIN_KEPT:
            layers = [layer for layer, drop in enumerate(drops) if drop]
            if layers == [0]:
                raise OptionError(
                    "no recipe saves that much: a token of each picture is kept", hint="Lower --budget."
                )
            drops[layers[-1]] -= 1  # rather earlier
            drops[0] += 1
            continue
        most = max(range(len(drops)), key=lambda layer: lost[layer])
        if lost[most] <= 0:
            most = next((layer for layer, drop in enumerate(drops) if drop), 0)
        drops[most] += 1
        lost[most] = 0.0
    return drops


class _AlphaPolicy(ReductionPolicy):
    """Drops as many tokens of one prompt as leave (1 - alpha) of both attentions of the whole prompt,
    which it measures the first time."""

    def __init__(self, embq_layer: int) -> None:
        self.embq_layer = embq_layer
        self.alpha = 0.0
        self.bounds: dict[int, tuple[float, float]] = {}  # of each layer that attends
        self.dropped: list[int] = []

    def keep_after_attention(
        self, layer: int, attention: Iterator[Tensor], rows: PromptRows
    ) -> Tensor | None:
        visual, own, text = received(largest(attention), rows, 0, queries=layer >= self.embq_layer)
        if layer not in self.bounds:
            self.bounds[layer] = float(own.sum()), float(text.sum())
            return None
        bound_own, bound_text = ((1 - self.alpha) * bound for bound in self.bounds[layer])
        drop = droppable(own, bound_own) & droppable(text, bound_text)
        if int(drop.sum()) > len(visual) - MIN_KEPT:
            drop[(own * text).argmax()] = False
        self.dropped[layer] = int(drop.sum())
        keep = torch.ones_like(rows.real)
        keep[visual[drop]] = False
        return keep.nonzero().flatten()


def droppable(mass: Tensor, bound: float) -> Tensor:
    """Return which tokens (v,) can be left out, those with the least attention first, so that the
    attention of the rest still sums to a bound."""
    order = torch.argsort(mass, stable=True)
    left = mass.sum() - mass[order].cumsum(0)
    found = torch.zeros_like(mass, dtype=torch.bool)
    found[order[: int((left >= bound).sum())]] = True
    return found


class _Search:
    """Bisects alpha: the smallest with which the prompts cost no more than is allowed, on average."""

    def __init__(
        self,
        decoder: PackedDecoder,
        prompts: Sequence[PromptInputs],
        config: ModelSizes,
        budget: float,
        on_progress: Progress | None,
    ) -> None:
        self.decoder = decoder
        self.prompts = prompts
        self.on_progress = on_progress
        self.layers = len(decoder.layers)
        self.tokens = prompts[0].rows.tokens
        self.costs = layer_costs(config)
        self.allowed = (1 - budget) * prefill_cost(self.costs, dropping(self.tokens, [0] * self.layers))
        embq_layer = config.embq_layer if config.has_embq else 0
        self.policies = [_AlphaPolicy(embq_layer) for _ in prompts]
        self.passes = 0

    @torch.inference_mode()
    def run(self) -> tuple[float, list[float]]:
        """Return alpha and how many tokens each layer drops, means over the prompts: the best that met
        the budget."""
        for _ in self._layers():
            pass
        low = 0.0
        high = 1.0
        best = None
        while high - low > TOLERANCE or best is None:
            alpha = (low + high) / 2 if high - low > TOLERANCE else 1.0
            means = self._try(alpha)
            if means is not None:
                high = alpha
                best = means
            elif alpha == 1:
                raise OptionError("no recipe saves that much", hint="Lower --budget.")
            else:
                low = alpha
        return high, best

    def _try(self, alpha: float) -> list[float] | None:
        """Return the mean number of tokens that each layer drops with alpha; None if that costs too
        much."""
        for policy in self.policies:
            policy.alpha = alpha
            policy.dropped = [0] * self.layers
        spent = 0.0
        left = float(self.tokens)
        means = [0.0] * self.layers
        for layer in self._layers():
            means[layer] = sum(policy.dropped[layer] for policy in self.policies) / len(self.policies)
            spent += self.costs[layer].of(left, left - means[layer])
            left -= means[layer]
            if spent + sum(cost.of(left, left) for cost in self.costs[layer + 1 :]) <= self.allowed:
                return means  # without dropping any more
        return None

    def _layers(self) -> Iterator[int]:
        """Compute all prompts layer by layer, and yield the number of each layer."""
        decoder = self.decoder
        states = []
        self.passes += 1
        for prompt, policy in zip(self.prompts, self.policies, strict=True):
            states.append(
                (prompt.x, ReducedCore(policy, prompt.rows, decoder.angles(prompt.x), decoder.heads))
            )
        for index, layer in enumerate(decoder.layers):
            for number, (prompt, (x, core)) in enumerate(zip(self.prompts, states, strict=True)):
                if index == decoder.embq_layer and prompt.embq is not None:
                    x = decoder.apply_embq(x, prompt.embq, core.left)
                states[number] = layer(x, index, core), core
            if self.on_progress is not None:
                self.on_progress(
                    index + 1, self.layers, f"pass {self.passes} over {len(states)} prompts"
                )
            yield index
