"""gamma-MoD (arXiv:2410.13859): find the layers whose attention has a low rank, and let visual tokens
skip these layers.

One router, which all these layers share, reads a layer's normalised input and gives each token a
weight. The tokens of each picture with the highest weights go through the layer (they pass). The other
visual tokens skip the layer: they stay unchanged, and no token attends to them in this layer. Text
always passes (masked routing, section 3 of the paper).

ARank, the rank of an attention matrix, is the number of singular values above a tolerance. It is
computed from the part below the diagonal. The whole matrix of causal attention has a positive diagonal,
so its exact rank is always full.

Letters: B sequences of T rows, I pictures of P visual tokens.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.inference.decoder import PackedDecoder, PromptInputs
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy, Routing
from flashsloth.reduction.recipe import (
    check_model,
    damaged,
    describe,
    read_numbers,
    whole_numbers,
    write_numbers,
)
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.text import printable

FORMAT = "flashsloth-ranks"
TOLERANCE = 3e-5  # tolerance of ARank, as a share of the largest singular value
AGAIN = "Make another with `flashsloth reduce rank`."
ROUTING = "routing"  # the keyword argument with which a RoutingCall is passed to transformers' layers
LOSS_SHARE = 0.01  # the weight of the router's loss in the training loss


class Router(nn.Module):
    """A linear map without a bias. It maps (..., D) to float32 logits (..., 2): of skipping a layer,
    and of going through the layer.

    The weight is a plain parameter. If it were in an nn.Linear, LoRA would adapt it and presets would
    quantize it.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(2, width))

    def reset_parameters(self, deviation: float) -> None:
        nn.init.normal_(self.weight, std=deviation)

    def forward(self, y: Tensor) -> Tensor:
        return nn.functional.linear(y, self.weight.to(y.dtype)).float()


def passing(logits: Tensor, skip_ratio: float) -> tuple[Tensor, Tensor]:
    """Return which tokens go through a layer, bool (I, P), and the weights of all tokens, (I, P), from
    the router's logits (I, P, 2)."""
    weights = logits.softmax(-1)[..., 1]
    count = math.ceil(weights.shape[1] * (1 - skip_ratio))
    best = weights.argsort(dim=1, descending=True, stable=True)[:, :count]
    return torch.zeros_like(weights, dtype=torch.bool).scatter(1, best, True), weights


class RoutingCall:
    """Applies the router in one forward pass.

    Not a dataclass: FSDP replaces dataclasses among a module's arguments by copies, and the losses
    would be collected in a copy.

    Args:
        router: the router that all layers share.
        skip_ratio: the share of each picture's tokens that skip a layer.
        rows: (I, P), the indices of the visual tokens among the B*T rows.
    """

    def __init__(self, router: Router, skip_ratio: float, rows: Tensor) -> None:
        self.router = router
        self.skip_ratio = skip_ratio
        self.rows = rows
        # stored by layer, because a layer with gradient checkpointing is computed twice but must count
        # once
        self.losses: dict[int, Tensor] = {}

    def __call__(self, layer: int, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return which rows go through a layer, bool (B, T), and the weights of all rows, (B, T). The
        weight of text is 1. `y` is the layer's normalised input (B, T, D)."""
        logits = self.router(y.flatten(0, 1)[self.rows])
        passes, weights = passing(logits, self.skip_ratio)
        self.losses[layer] = nn.functional.cross_entropy(logits.flatten(0, 1), passes.long().flatten())
        at = self.rows.flatten()
        ones = torch.ones(y[..., 0].numel(), device=y.device)

        def placed(x: Tensor) -> Tensor:
            return ones.to(x.dtype).scatter(0, at, x.flatten()).view(y.shape[:2])

        return placed(passes), placed(weights)

    @property
    def loss(self) -> Tensor:
        """The cross-entropy of the router's logits, summed over the layers. The target of a token is
        whether it passed."""
        return torch.stack(list(self.losses.values())).sum()


class MixtureOfDepths(ReductionPolicy):
    """The model's router decides which visual tokens skip a layer. Visual tokens do not attend to the
    text after them, so their routing is the same for all questions about a picture."""

    def __init__(self, router: Router, config: ModelSizes) -> None:
        assert config.skip_ratio is not None  # the configuration was checked for this
        self.router = router
        self.layers = frozenset(config.routed_layers or ())
        self.skip_ratio = config.skip_ratio

    def route(self, layer: int, normed: Tensor, rows: PromptRows) -> Routing | None:
        if layer not in self.layers:
            return None
        visual = (rows.pictures >= 0).nonzero().view(-1, rows.tokens)
        chosen, weights = RoutingCall(self.router, self.skip_ratio, visual)(layer, normed[None])
        left = chosen[0].nonzero().flatten()
        return Routing(left, weights[0, left])


@dataclass(frozen=True, slots=True)
class Ranks:
    """The measured rank of each layer's attention, and the layers that were chosen because of it.

    Args:
        model: `recipe.describe` of the model.
        ranks: ARank of each layer as a share of a prompt's rows, averaged over heads and prompts.
        effective: the effective rank of each layer, also as a share and averaged. It is the exponential
            of the entropy of the singular values' shares, and needs no tolerance.
        prompts: the number of measured prompts.
        layers: the layers that visual tokens should skip, ascending.
        tolerance: singular values below this share of the largest one do not count for ARank.
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
    """Return the fields of a configuration in which visual tokens skip the layers of a file of ranks.

    Raises: SettingsFileError; OptionError for ranks of another model; UnsupportedModel.
    """
    if config.routed_layers:
        raise UnsupportedModel("visual tokens already skip layers of this model", hint="Leave out mod.")
    source = printable(os.fspath(path))
    found = read_numbers(path, FORMAT, "a file of ranks", AGAIN)
    model = found.get("model")
    layers = found.get("layers")
    check_model(model if isinstance(model, dict) else {}, config, f"{source} holds the ranks", AGAIN)
    with damaged(source, AGAIN):
        count = len(layers) if isinstance(layers, list) and layers else 1
        whole_numbers(found, "layers", count, int(config.text_config.num_hidden_layers) - 1)
    return {"routed_layers": layers, "skip_ratio": skip_ratio}


def lowest(ranks: Sequence[float], count: int | None = None) -> list[int]:
    """Return the numbers of the `count` layers with the lowest ranks, ascending. If `count` is None,
    return the layers with a rank below the mean. The first and the last layer are never returned.

    Raises: OptionError.
    """
    inner = sorted(range(1, len(ranks) - 1), key=lambda layer: (ranks[layer], layer))
    if not inner or (count is not None and not 0 < count <= len(inner)):
        raise OptionError(
            f"{count or 'one'} of {len(ranks)} layers cannot be skipped: the first and the last stay",
            hint=f"Use 1 to {len(inner)}." if inner else "Use a model with more layers.",
        )
    if count is None:
        mean = sum(ranks) / len(ranks)
        inner = [layer for layer in inner if ranks[layer] < mean] or inner[:1]
    return sorted(inner[:count])


class _Measuring(ReductionPolicy):
    """Keeps every row, and adds up the ranks of each layer's heads in `sums` (2, L). The first row of
    `sums` is for ARank and the second for the effective rank. Both are shares of a prompt's rows."""

    def __init__(self, layers: int) -> None:
        self.sums = torch.zeros(2, layers, dtype=torch.float64)

    def keep_after_attention(self, layer: int, attention: Iterator[Tensor], rows: PromptRows) -> None:
        for shares in attention:
            ranks = torch.stack([each.sum() for each in arank(shares)])
            self.sums[:, layer] += ranks / len(rows.real)


def arank(attention: Tensor) -> tuple[Tensor, Tensor]:
    """Return ARank and the effective rank, each float32 (H,), of the part of attention (H, n, n) that
    is below the diagonal."""
    # This is computed on the CPU, because MPS has no singular value decomposition, or an inexact one
    # (pytorch#196112).
    values = torch.linalg.svdvals(attention.float().tril(-1).cpu())
    ranks = (values > TOLERANCE * values[:, :1]).sum(1).float()
    shares = values / values.sum(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    return ranks, torch.special.entr(shares).sum(1).exp()


@torch.inference_mode()
def measure(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Sequence[PromptInputs],
    count: int | None = None,
    on_progress: Progress = ignore,
) -> Ranks:
    """Measure the ARank of each layer in some prompts, and choose `count` layers with `lowest`.

    Raises: OptionError; UnsupportedModel for a model from which attentions were removed.
    """
    if config.skipped_attention:
        raise UnsupportedModel(
            "attentions of this model were removed", hint="Use the model that it was made from."
        )
    policy = _Measuring(len(decoder.layers))
    for number, prompt in enumerate(prompts, 1):
        core = ReducedCore(policy, prompt.rows, decoder.angles(prompt), decoder.heads)
        decoder._layers(prompt.x, core, prompt.embq)
        on_progress(number, len(prompts), "prompts measured")
    means = policy.sums / (decoder.heads.queries * len(prompts))
    ranks, effective = ([round(float(value), 5) for value in each] for each in means)
    return Ranks(describe(config), ranks, effective, len(prompts), lowest(ranks, count))
