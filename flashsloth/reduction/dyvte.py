"""DyVTE with a fixed layer: all visual tokens of a prompt are dropped before one layer
(arXiv:2411.19628). The gates of the paper, which choose the layer for each prompt, are in
exit_gates.py.

After EmbQ has run, the query tokens contain what the question needs of the picture, so later layers may
not need the visual tokens. `fit` finds the earliest layer before which they can be dropped (the exit)
with hardly any change of the probabilities of the answer's first token.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.errors import OptionError
from flashsloth.inference.decoder import PackedDecoder, PromptInputs
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy
from flashsloth.reduction.cost import exiting, savings
from flashsloth.reduction.recipe import Recipe, describe, whole_number
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress


class ExitPolicy(ReductionPolicy):
    """Drops all visual tokens before a fixed layer."""

    drops_tokens = True

    def __init__(self, layer: int, visual_tokens: int) -> None:
        self.visual_tokens = visual_tokens
        self.layer = layer

    def exits_before(self, layer: int, x: Tensor, rows: PromptRows) -> bool:
        return layer == self.layer


def policy(recipe: Recipe, config: ModelSizes, path: Path) -> ExitPolicy:
    """Return the policy of a recipe. Raises: ValueError if it is damaged."""
    layers = int(config.text_config.num_hidden_layers)
    first = first_exit(config)
    layer = whole_number(recipe.values, "layer", layers - 1)
    if layer < first:
        raise ValueError(
            f"visual tokens leave before layer {layer}, but the query tokens are filled before {first}"
        )
    return ExitPolicy(layer, recipe.visual_tokens)


def first_exit(config: ModelSizes) -> int:
    """Return the first layer before which visual tokens may be dropped. It is EmbQ's layer, because
    EmbQ updates the query tokens before this layer. It is at least 1."""
    return max(1, config.embq_layer if config.has_embq else 1)


def fit(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Sequence[PromptInputs],
    limit: float,
    on_progress: Progress | None = None,
) -> Recipe:
    """Find the earliest layer before which the visual tokens can be dropped. The distribution of the
    answer's first token may change only a little: the mean Kullback-Leibler divergence over the prompts
    must be at most `limit`, in nats.

    Raises: OptionError if there is no such layer, or the limit is not positive.
    """
    if not 0 < limit < math.inf:
        raise OptionError(f"--kl {limit:g} is not a positive number", hint="0.02 is a careful limit.")
    layers = len(decoder.layers)
    tokens = prompts[0].rows.tokens
    sums = torch.zeros(layers)
    for number, prompt in enumerate(prompts, 1):
        sums += divergences(decoder, prompt, first_exit(config))
        if on_progress is not None:
            on_progress(number, len(prompts), "prompts measured")
    curve = (sums / len(prompts)).tolist()
    layer = next((at for at in range(first_exit(config), layers) if curve[at] <= limit), None)
    if layer is None:
        least = min(curve[first_exit(config) :])
        raise OptionError(
            f"no layer keeps the divergence below {limit:g}: the least is {least:.3g}",
            hint="Raise --kl.",
        )
    others = sum(int(p.rows.real.sum()) - tokens for p in prompts) / len(prompts)
    values = {"layer": layer, "kl": limit, "divergence": [round(value, 5) for value in curve]}
    saved = savings(config, tokens, exiting(tokens, layer, layers), others)
    return Recipe("exit", describe(config), tokens, values, saved, {"rows": len(prompts)})


@torch.inference_mode()
def divergences(decoder: PackedDecoder, prompt: PromptInputs, first: int) -> Tensor:
    """Return for each layer (L,) the divergence of the first token's distribution, in nats, if the
    visual tokens are dropped before this layer. The value is 0 for layers before `first`."""
    found = torch.zeros(len(decoder.layers))
    _, whole, without = without_visual(decoder, prompt, range(first, len(found)))
    plain = _log_probabilities(decoder, whole)
    for layer, rows in without.items():
        found[layer] = F.kl_div(
            _log_probabilities(decoder, rows), plain, reduction="sum", log_target=True
        ).cpu()
    return found


def without_visual(
    decoder: PackedDecoder, prompt: PromptInputs, layers: Collection[int]
) -> tuple[dict[int, Tensor], Tensor, dict[int, Tensor]]:
    """Compute a prompt with all its visual tokens. In the same pass compute a variant for each of
    `layers`, in which the visual tokens are dropped before that layer.

    Returns: the inputs (T, D) of these layers; the last layer's output (T, D) with all tokens; and for
        each of these layers the last layer's output (n, D) for the text in its variant.
    """
    x = prompt.x
    angles = decoder.angles(prompt.x)
    text = (prompt.rows.pictures < 0).nonzero().flatten()
    left = angles[0][text], angles[1][text]
    inputs = dict[int, Tensor]()
    without = dict[int, Tensor]()
    cores = dict[int, ReducedCore]()
    core = ReducedCore(ReductionPolicy(), prompt.rows, angles, decoder.heads)
    for index, layer in enumerate(decoder.layers):
        if index == decoder.embq_layer and prompt.embq is not None:
            x = decoder.apply_embq(x, prompt.embq)
        # 1. Before the exit a variant equals the whole prompt, so the variant begins here with the rows
        #    of the text. It has a core of its own, because a core holds the state of only one prompt.
        if index in layers:
            inputs[index] = x
            without[index] = x[text]
            cores[index] = ReducedCore(ReductionPolicy(), prompt.rows.at(text), left, decoder.heads)
        # 2. Compute the layer for each variant, and for the whole prompt.
        for at, those in without.items():
            without[at] = layer(those, index, cores[at])
        x = layer(x, index, core)
    return inputs, x, without


def _log_probabilities(decoder: PackedDecoder, x: Tensor) -> Tensor:
    """Return the log probabilities of the token after the last row: (n, D) -> (V,) float32."""
    return decoder._head(decoder.norm(x[-1:]))[0].float().log_softmax(-1)
