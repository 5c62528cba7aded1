"""gamma-MoD: which layers have attention of low rank, and a decoder whose visual tokens skip these
(arXiv:2410.13859; reduced_layers/router.py).

A causal attention has a positive diagonal, so that its exact rank is always full: ARank is the number of singular
values above a tolerance, of the part below the diagonal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from flashsloth.config.sizes import ModelSizes
from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.inference.decoder import PromptInputs
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy, Routing
from flashsloth.reduced_layers.router import Router, RoutingCall
from flashsloth.reduction.recipe import check_model, damaged, describe, read_numbers, whole_numbers, write_numbers
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import printable

FORMAT = "flashsloth-ranks"
TOLERANCE = 3e-5  # of the largest singular value
AGAIN = "Make another with `flashsloth reduce rank`."


class MixtureOfDepths(ReductionPolicy):
    """Visual tokens skip layers as the model's router says. It reads no later token than they are, so that a later
    question finds the same ones."""

    def __init__(self, router: Router, config: ModelSizes) -> None:
        assert config.skip_ratio is not None  # the configuration checks it
        self.router, self.layers, self.skip_ratio = router, frozenset(config.routed_layers or ()), config.skip_ratio

    def route(self, layer: int, normed: Tensor, rows: PromptRows) -> Routing | None:
        if layer not in self.layers:
            return None
        visual = (rows.pictures >= 0).nonzero().view(-1, rows.tokens)
        chosen, weights = RoutingCall(self.router, self.skip_ratio, visual)(layer, normed[None])
        left = chosen[0].nonzero().flatten()
        return Routing(left, weights[0, left])


@dataclass(frozen=True, slots=True)
class Ranks:
    """How much each layer's attention differs from one of few patterns.

    Args:
        model: `recipe.describe` of it.
        ranks: ARank by layer, a mean over heads and prompts, as shares of a prompt's rows.
        effective: exp of the entropy of the singular values' shares, likewise, which needs no tolerance.
        prompts: how many were measured.
        layers: those that visual tokens shall skip, ascending.
        tolerance: of the largest singular value, below which others count as none.
    """

    model: dict[str, Any]
    ranks: list[float]
    effective: list[float]
    prompts: int
    layers: list[int]
    tolerance: float = TOLERANCE

    def write(self, path: Path) -> None:
        write_numbers(path, FORMAT, asdict(self))


def routed(config: ModelSizes, path: str | os.PathLike[str], skip_ratio: float) -> dict[str, Any]:
    """Return the fields of a configuration with routed layers, those of a file of ranks.

    Raises: SettingsFileError; OptionError for ranks of another model; UnsupportedModel.
    """
    if config.routed_layers:
        raise UnsupportedModel("visual tokens skip layers of this model already", hint="Leave out mod.")
    source = printable(os.fspath(path))
    found = read_numbers(path, FORMAT, "a file of ranks", AGAIN)
    model, layers = found.get("model"), found.get("layers")
    check_model(model if isinstance(model, dict) else {}, config, f"{source} holds the ranks", AGAIN)
    with damaged(source, AGAIN):
        count = len(layers) if isinstance(layers, list) and layers else 1
        whole_numbers(found, "layers", count, int(config.text_config.num_hidden_layers) - 1)
    return {"routed_layers": layers, "skip_ratio": skip_ratio}


def lowest(ranks: Sequence[float], count: int | None = None) -> list[int]:
    """Return so many layers of the lowest ranks, ascending; without `count` all below the mean. Never the first or the
    last.

    Raises: OptionError.
    """
    inner = sorted(range(1, len(ranks) - 1), key=lambda layer: (ranks[layer], layer))
    if not inner or (count is not None and not 0 < count <= len(inner)):
        problem = f"{count or 'one'} of {len(ranks)} layers cannot be skipped: the first and the last stay"
        raise OptionError(problem, hint=f"Use 1 to {len(inner)}." if inner else "Use a model with more layers.")
    if count is None:
        mean = sum(ranks) / len(ranks)
        inner = [layer for layer in inner if ranks[layer] < mean] or inner[:1]
    return sorted(inner[:count])


class _Measuring(ReductionPolicy):
    """Keeps every row, and adds up the ranks of each layer's heads, as shares of a prompt's rows."""

    def __init__(self, layers: int) -> None:
        self.sums = torch.zeros(2, layers, dtype=torch.float64)

    def keep_after_attention(self, layer: int, attention: Iterator[Tensor], rows: PromptRows) -> None:
        for shares in attention:
            self.sums[:, layer] += torch.stack([ranks.sum() for ranks in arank(shares)]) / len(rows.real)


def arank(attention: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rank and the effective rank, float32 (H,) each, of attention (H, n, n) below its diagonal."""
    values = torch.linalg.svdvals(attention.float().tril(-1).cpu())  # MPS has none, or an inexact one (pytorch#196112)
    ranks = (values > TOLERANCE * values[:, :1]).sum(1).float()
    shares = values / values.sum(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    return ranks, torch.special.entr(shares).sum(1).exp()


@torch.inference_mode()
def measure(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Sequence[PromptInputs],
    count: int | None = None,
    on_progress: Progress | None = None,
) -> Ranks:
    """Measure ARank of each layer over some prompts, and choose `count` layers as `lowest` does.

    Raises: OptionError; UnsupportedModel for a model without some attentions.
    """
    if config.skipped_attention:
        raise UnsupportedModel("some attentions of this model are gone", hint="Use the model that it was made of.")
    policy = _Measuring(len(decoder.layers))
    for number, prompt in enumerate(prompts, 1):
        core = ReducedCore(policy, prompt.rows, decoder.angles(prompt.x), decoder.heads)
        decoder._layers(prompt.x, core, prompt.embq)
        if on_progress is not None:
            on_progress(number, len(prompts), "prompts measured")
    means = policy.sums / (decoder.heads.queries * len(prompts))
    ranks, effective = ([round(float(value), 5) for value in each] for each in means)
    return Ranks(describe(config), ranks, effective, len(prompts), lowest(ranks, count))
