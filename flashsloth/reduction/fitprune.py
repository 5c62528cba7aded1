"""FitPrune (arXiv:2409.10197, sections 3.2 and 3.3): find how many visual tokens each layer should drop
to meet a budget of computation, so that the attention that visual tokens receive changes as little as
possible.

The number of tokens that each layer drops is fixed in the recipe, and is fitted to the attention in
some prompts. Which tokens are dropped is decided for each prompt. Visual tokens receive attention from
each other (self) and from the text after them (cross). After its attention a layer drops the tokens
with the lowest product of these two values. Both are computed from the maximum of the attention over
all heads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from flashsloth.errors import OptionError
from flashsloth.inference.decoder import PackedDecoder, PromptInputs
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy
from flashsloth.reduction.recipe import (
    Recipe,
    describe,
    dropping,
    layer_costs,
    prefill_cost,
    savings,
    whole_numbers,
)
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress, ignore

TOLERANCE = 0.01  # the length of the interval of alpha at which the bisection ends
MIN_KEPT = 1  # number of tokens of each picture that are always kept


def largest(attention: Iterable[Tensor]) -> Tensor:
    """Return the maximum of the attention over all heads, (n, n). `attention` yields the attention of
    some heads at a time, (heads, n, n)."""
    return functools.reduce(torch.maximum, (shares.amax(0) for shares in attention))


def received(
    attention: Tensor, rows: PromptRows, picture: int, *, queries: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return three tensors (v,) for the visual tokens of a picture: the number of each token's row, the
    mean attention that it receives from the visual tokens of this picture, and the mean attention that
    it receives from the text after them.

    Args:
        attention: the maximum over the heads, (n, n).
        queries: whether query tokens count as text. They count from EmbQ's layer on, because EmbQ
            updates them there with the question.
    """
    visual = (rows.pictures == picture).nonzero().flatten()
    text = (rows.pictures < 0) & rows.real
    text[: int(visual[-1])] = False
    if not queries:
        text &= ~rows.queries
    to_tokens = attention[:, visual]
    return visual, to_tokens[visual].mean(0), to_tokens[text].sum(0) / max(1, int(text.sum()))


class FitPrune(ReductionPolicy):
    """In each layer, drops the `drops[layer]` visual tokens of each picture that receive the least
    attention."""

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
    on_progress: Progress = ignore,
) -> Recipe:
    """Find the recipe that saves the share `budget` of the computation for visual tokens.

    Raises: OptionError for a budget that is not between 0 and 1, or that cannot be met.
    """
    if not 0 < budget < 1:
        raise OptionError(f"--budget {budget:g} is not between 0 and 1", hint="0.6 saves 60%.")
    search = _Search(decoder, prompts, config, budget, on_progress)
    alpha, means = search.run()
    tokens = search.tokens
    drops = round_drops(means, tokens, search.meets)
    others = sum(int(p.rows.real.sum()) - tokens for p in prompts) / len(prompts)
    values = {"drops": drops, "budget": budget, "alpha": round(alpha, 4)}
    achieved = savings(config, tokens, dropping(tokens, drops), others)
    calibration = {"rows": len(prompts), "passes": search.passes}
    return Recipe("fitprune", describe(config), tokens, values, achieved, calibration)


def round_drops(
    means: Sequence[float], tokens: int, is_enough: Callable[[list[int]], bool]
) -> list[int]:
    """Round the mean numbers of dropped tokens so that the budget is still met.

    Raises: OptionError if the budget can be met only by dropping all tokens of a picture.
    """
    # 1. Round the cumulative sums over the layers, so that the rounding errors do not add up.
    drops: list[int] = []
    total = 0.0
    for mean in means:
        total += mean
        drops.append(round(total) - sum(drops))
    lost = [mean - drop for mean, drop in zip(means, drops, strict=True)]
    # 2. Drop more tokens, one by one, until the budget is met.
    while not is_enough(drops):
        # a. If no further token may be dropped, drop one token in layer 0 instead of the last layer
        #    that drops any. The token is then left out of more layers.
        if sum(drops) >= tokens - MIN_KEPT:
            layers = [layer for layer, drop in enumerate(drops) if drop]
            if layers == [0]:
                raise OptionError(
                    "no recipe saves that much: one token of each picture must stay",
                    hint="Lower --budget.",
                )
            drops[layers[-1]] -= 1
            drops[0] += 1
            continue
        # b. Otherwise drop one more token in the layer whose number was rounded down the most. If no
        #    number was rounded down, use the earliest layer that drops tokens.
        most = max(range(len(drops)), key=lambda layer: lost[layer])
        if lost[most] <= 0:
            most = next((layer for layer, drop in enumerate(drops) if drop), 0)
        drops[most] += 1
        lost[most] = 0.0
    return drops


class _AlphaPolicy(ReductionPolicy):
    """Drops as many tokens of one prompt as possible. In each layer the remaining tokens must still
    receive the share (1 - alpha) of the attention that all tokens received, for both self and cross
    attention. The first pass drops nothing and measures this attention."""

    def __init__(self, embq_layer: int) -> None:
        self.embq_layer = embq_layer
        self.alpha = 0.0
        self.bounds: dict[int, tuple[float, float]] = {}  # self and cross attention, by layer
        self.dropped: list[int] = []

    def keep_after_attention(
        self, layer: int, attention: Iterator[Tensor], rows: PromptRows
    ) -> Tensor | None:
        visual, *masses = received(largest(attention), rows, 0, queries=layer >= self.embq_layer)
        # In 64 bits the sums are exact in any order. In 32 bits the sum that is left without the last
        # token may be negative instead of 0. Apple's GPUs have no 64 bits.
        own, text = (mass.cpu().double() for mass in masses)
        if layer not in self.bounds:
            self.bounds[layer] = float(own.sum()), float(text.sum())
            return None
        bound_own, bound_text = ((1 - self.alpha) * bound for bound in self.bounds[layer])
        # a token is dropped only if both kinds of attention allow it
        drop = droppable(own, bound_own) & droppable(text, bound_text)
        if int(drop.sum()) > len(visual) - MIN_KEPT:
            drop[(own * text).argmax()] = False
        self.dropped[layer] = int(drop.sum())
        keep = torch.ones_like(rows.real)
        keep[visual[drop]] = False
        return keep.nonzero().flatten()


def droppable(mass: Tensor, bound: float) -> Tensor:
    """Return which tokens can be left out, bool (v,). The sum of the attention `mass` (v,) of the other
    tokens must be at least `bound`. Tokens with the least attention are left out first."""
    order = torch.argsort(mass, stable=True)
    left = mass.sum() - mass[order].cumsum(0)
    found = torch.zeros_like(mass, dtype=torch.bool)
    found[order[: int((left >= bound).sum())]] = True
    return found


class _Search:
    """Finds by bisection the smallest alpha with which the mean cost of the prompts is within the
    budget."""

    def __init__(
        self,
        decoder: PackedDecoder,
        prompts: Sequence[PromptInputs],
        config: ModelSizes,
        budget: float,
        on_progress: Progress,
    ) -> None:
        self.decoder = decoder
        self.prompts = prompts
        self.on_progress = on_progress
        self.tokens = prompts[0].rows.tokens
        self.costs = layer_costs(config)
        nothing = dropping(self.tokens, [0] * len(self.costs))
        self.allowed = (1 - budget) * prefill_cost(self.costs, nothing)
        embq_layer = config.embq_layer if config.has_embq else 0
        self.policies = [_AlphaPolicy(embq_layer) for _ in prompts]
        self.passes = 0

    def meets(self, drops: Sequence[float]) -> bool:
        """Return whether the budget is met if the layers drop these numbers of tokens."""
        return prefill_cost(self.costs, dropping(self.tokens, drops)) <= self.allowed

    @torch.inference_mode()
    def run(self) -> tuple[float, list[float]]:
        """Return the smallest alpha that meets the budget, and the mean number of tokens that each
        layer then drops in the prompts."""
        # 1. In the first pass the policies measure the attention without drops.
        for _ in self._layers():
            pass
        # 2. Bisect. The value alpha = 1 is tried only at the end, if no smaller alpha met the budget.
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
        """Return the mean number of tokens that each layer drops with this alpha, or None if the budget
        is not met."""
        for policy in self.policies:
            policy.alpha = alpha
            policy.dropped = [0] * len(self.costs)
        means = [0.0] * len(self.costs)
        for layer in self._layers():
            means[layer] = sum(policy.dropped[layer] for policy in self.policies) / len(self.policies)
            # If the budget is met even if later layers drop no tokens, the later layers need not be
            # computed.
            if self.meets(means):
                return means
        return None

    def _layers(self) -> Iterator[int]:
        """Compute all prompts layer by layer. Yield the number of each layer when it has been computed
        for all prompts."""
        decoder = self.decoder
        self.passes += 1
        states = [
            (prompt.x, ReducedCore(policy, prompt.rows, decoder.angles(prompt), decoder.heads))
            for prompt, policy in zip(self.prompts, self.policies, strict=True)
        ]
        for index, layer in enumerate(decoder.layers):
            for number, (prompt, (x, core)) in enumerate(zip(self.prompts, states, strict=True)):
                if index == decoder.embq_layer and prompt.embq is not None:
                    x = decoder.apply_embq(x, prompt.embq, core.left)
                states[number] = layer(x, index, core), core
            self.on_progress(
                index + 1, len(self.costs), f"pass {self.passes} over {len(states)} prompts"
            )
            yield index
