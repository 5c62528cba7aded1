"""gamma-MoD: which layers have attention of low rank, and a decoder whose visual tokens skip these
(arXiv:2410.13859; model/routed_layer.py).

A causal attention has a positive diagonal, so that its exact rank is always full: ARank is the number of singular
values above a tolerance, of the part below the diagonal.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import OptionError, SettingsFileError, UnsupportedModel
from flashsloth.inference.decoder import PromptInputs
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy, Routing, attention_of_heads
from flashsloth.model.routed_layer import Router, passing
from flashsloth.reduction.recipe import check_model, describe
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors
from flashsloth.utils.progress import Progress
from flashsloth.utils.safe_read import read_json
from flashsloth.utils.text import printable

FORMAT, VERSION = "flashsloth-ranks", 1
TOLERANCE = 3e-5  # of the largest singular value
AGAIN = "Make another with `flashsloth reduce rank`."


class MixtureOfDepths(ReductionPolicy):
    """Visual tokens skip layers as the model's router says. It reads no later token than they are, so that a later
    question finds the same ones."""

    def __init__(self, router: Router, config: FlashSlothConfig) -> None:
        assert config.skip_ratio is not None  # the configuration checks it
        self.router, self.layers, self.skip_ratio = router, frozenset(config.routed_layers or ()), config.skip_ratio

    def route(self, layer: int, normed: Tensor, rows: PromptRows) -> Routing | None:
        if layer not in self.layers:
            return None
        visual = (rows.pictures >= 0).nonzero().flatten()
        passes, weights = passing(self.router(normed[visual]).view(-1, rows.tokens, 2), self.skip_ratio)
        stays = torch.ones(len(normed), dtype=torch.bool, device=normed.device)
        stays[visual] = passes.flatten()
        each = torch.ones(len(normed), device=normed.device)
        each[visual] = weights.flatten()
        left = stays.nonzero().flatten()
        return Routing(left, each[left])


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
        with convert_os_errors(path), atomic_write(path) as file:
            file.write(json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1).encode() + b"\n")


def routed(config: FlashSlothConfig, path: str | os.PathLike[str], skip_ratio: float) -> dict[str, Any]:
    """Return the fields of a configuration with routed layers, those of a file of ranks.

    Raises: SettingsFileError; OptionError for ranks of another model; UnsupportedModel.
    """
    if config.routed_layers:
        raise UnsupportedModel("visual tokens skip layers of this model already", hint="Leave out mod.")
    source = printable(os.fspath(path))
    try:
        found = read_json(Path(path))
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{source} cannot be read: {printable(str(error))}", hint=AGAIN) from error
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        raise SettingsFileError(f"{source} holds no ranks of this program", hint=AGAIN)
    model, layers = found.get("model"), found.get("layers")
    check_model(model if isinstance(model, dict) else {}, config, f"{source} holds the ranks", AGAIN)
    if not isinstance(layers, list) or not layers or any(type(layer) is not int for layer in layers):
        raise SettingsFileError(f"{source} is damaged: layers must be a list of whole numbers", hint=AGAIN)
    return {"routed_layers": layers, "skip_ratio": skip_ratio}


def lowest(ranks: Sequence[float], count: int | None = None) -> list[int]:
    """Return so many layers of the lowest ranks, ascending; without `count` all below the mean. Never the first or the
    last.

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


class _MeasuringCore(ReducedCore):
    """Keeps every row, and adds up the ranks of each layer's heads."""

    def __init__(self, layers: int, *args: Any) -> None:
        super().__init__(ReductionPolicy(), *args)
        self.sums = torch.zeros(2, layers, dtype=torch.float64)

    def _store_and_attend(self, layer: int, q: Tensor, kv: Tensor) -> Tensor:
        for shares in attention_of_heads(q, kv[:, 0].transpose(0, 1)):
            self.sums[:, layer] += torch.stack([ranks.sum() for ranks in arank(shares)])
        return super()._store_and_attend(layer, q, kv)


def arank(attention: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rank and the effective rank, float32 (H,) each, of attention (H, n, n) below its diagonal."""
    values = torch.linalg.svdvals(attention.float().tril(-1).cpu())  # MPS has none, or an inexact one (pytorch#196112)
    ranks = (values > TOLERANCE * values[:, :1]).sum(1).float()
    shares = values / values.sum(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    return ranks, torch.special.entr(shares).sum(1).exp()


@torch.inference_mode()
def measure(
    decoder: PackedDecoder,
    config: FlashSlothConfig,
    prompts: Sequence[PromptInputs],
    count: int | None = None,
    on_progress: Progress | None = None,
) -> Ranks:
    """Measure ARank of each layer over some prompts, and choose `count` layers as `lowest` does.

    Raises: OptionError; UnsupportedModel for a model without some attentions.
    """
    if config.skipped_attention:
        raise UnsupportedModel("some attentions of this model are gone", hint="Use the model that it was made of.")
    sums = torch.zeros(2, len(decoder.layers), dtype=torch.float64)
    for number, prompt in enumerate(prompts, 1):
        core = _MeasuringCore(len(decoder.layers), prompt.rows, decoder.angles(prompt.x), decoder.heads)
        decoder._layers(prompt.x, core, prompt.embq)
        sums += core.sums / (decoder.heads.queries * len(prompt.x))
        if on_progress is not None:
            on_progress(number, len(prompts), "prompts measured")
    ranks, effective = ([round(float(value), 5) for value in each] for each in sums / len(prompts))
    return Ranks(describe(config), ranks, effective, len(prompts), lowest(ranks, count))
