"""Training on a card makes the steps of the CPU, and a run that was stopped ends with the same
weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import tiny
from card.conftest import MOSTLY_CUDA
from card.phases import AS_COUNTED
from card.runtime import PRESENT, Card
from flashsloth.errors import OptionError
from flashsloth.reduction.mod import Ranks
from flashsloth.reduction.recipe import describe
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_plan import training_device
from training.helpers import Run, recipe, weights
from training.parts import write_language, write_siglip
from training.test_high_resolution import SIZES

pytestmark = pytest.mark.slow
METHODS = "lora", "full", "qlora"
PARTS: dict[str, Any] = {"model": None, "vision": "./siglip", "language": "./qwen3", "method": "full"}
RUNS: dict[str, dict[str, Any]] = {  # changes of a recipe; paths are in the folder of `sources`
    **{method: {"method": method} for method in METHODS},
    "align": {**PARTS, "stage": "align"},
    "instruct": {**PARTS, "stage": "instruct", "checkpointing": True},
    "two resolutions": {
        "stage": "instruct",
        "method": "full",
        "high_res": "./convnext.toml",
        "train_vision": True,
    },
    "routed layers": {"method": "full", "mod": "./ranks.json", "skip_ratio": 0.5},
}
# of a step: the ids, transformers' masks, the rows of the loss, loss, norm
WAITS = {"cuda": 7, "mps": 16}
SETTINGS: dict[str, Any] = {"eval_split": 0.3, "eval_every": 2, "save_every": 2, "dtype": "float32"}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where base models, a tiny FlashSloth, sizes of a second encoder and ranks of layers are."""
    monkeypatch.chdir(tmp_path)
    write_siglip(Path("siglip"))
    write_language(Path("qwen3"), "qwen3")
    Path("tiny").mkdir()
    tiny.write_native(Path("tiny"))
    Path("convnext.toml").write_text(SIZES)
    Ranks(describe(tiny.config()), [1.0] * 3, [1.0] * 3, 1, [1]).write(Path("ranks.json"))


@MOSTLY_CUDA
@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    "name",
    # "align" trains in full, too
    [
        pytest.param(name, marks=[pytest.mark.nightly] * (name in ("full", "two resolutions")))
        for name in RUNS
    ],
)
def test_steps_are_those_of_the_cpu(
    name: str, device: str, drawn: Callable[..., Path], monkeypatch: Any
) -> None:
    """And evaluations, in 32 bits: there is no float64 on MPS. A real card would draw other dropout:
    without it."""
    if not PRESENT:
        monkeypatch.setattr(torch.nn.functional, "dropout", lambda x, *_, **__: x)
    found, expected = (
        Run(
            replace(
                recipe(Path("./tiny"), drawn(8), Path(place), device=place, **SETTINGS), **RUNS[name]
            )
        )
        for place in (device, "cpu")
    )
    assert all(map(math.isfinite, found.losses))
    assert found.losses == pytest.approx(expected.losses, rel=1e-3)


def train_on(
    card: Card, method: str, rows: Path, out: Path, save_every: int, steps: int | None = None
) -> None:
    """Train, as far as a step; count what the card does. Training uses autocast, as it does on a card
    without a setting."""
    settings = {"save_every": save_every, "dtype": "bfloat16", "method": method, "device": card.kind}
    waits: list[int] = []  # up to the end of each step

    def note() -> bool:
        waits.append(len(card.waits))
        return len(waits) == steps

    train(recipe(Path("./tiny"), rows, out, **settings), stop=note)
    assert waits[1] - waits[0] == WAITS[card.kind] or not AS_COUNTED
    assert card.notes["cuDNN allowed"] == 0  # its gradients may be NaN
    assert card.kernels["_fused_adamw_"]


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("card", ["mps"], indirect=True)
def test_steps_of_mps(card: Card, drawn: Callable[..., Path], tmp_path: Path) -> None:
    """Those of CUDA are counted below."""
    train_on(card, "lora", drawn(8), tmp_path / "begun", save_every=99, steps=2)


# how a run goes on does not depend on the card: with MPS `.ci/nightly` stops one
@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    "card", ["cuda", pytest.param("mps", marks=pytest.mark.nightly)], indirect=True
)
@pytest.mark.parametrize(
    "method",
    [pytest.param(method, marks=[pytest.mark.nightly] * (method != "lora")) for method in METHODS],
)
def test_stopped_and_resumed(
    method: str, card: Card, drawn: Callable[..., Path], tmp_path: Path
) -> None:
    """Evaluations are tested above."""
    train_on(card, method, drawn(8), tmp_path / "whole", save_every=2)
    settings = {"save_every": 2, "dtype": "bfloat16", "method": method, "device": card.kind}
    Run(recipe(Path("./tiny"), drawn(8), tmp_path / "stopped", **settings), stop_after=2)
    Run(Recipe(output=str(tmp_path / "stopped")), resume=True)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")


@pytest.mark.usefixtures("cuda")
def test_only_the_first_card_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers' Trainer takes it, whatever was asked for."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5")
    assert training_device(Recipe(device="cuda:0")) == torch.device("cuda", 0)
    with pytest.raises(OptionError, match="first CUDA device, not cuda:1") as caught:
        training_device(Recipe(device="cuda:1"))
    assert "CUDA_VISIBLE_DEVICES=5" in caught.value.hint
