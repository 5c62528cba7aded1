"""Fixtures: a simulated card of each kind; with `-m gpu` and `-m mps` the real one answers the
program's tests, too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from benchmark.conftest import scripts_on_path  # noqa: F401
from card.pretend import pretend
from card.runtime import Card
from cli.conftest import _built_once, cli, home  # noqa: F401
from flashsloth.chat import FlashSloth
from flashsloth.reduction.recipe import Recipe, describe

KINDS = ["cuda", "mps"]
REAL = [
    *([pytest.param("real cuda", marks=pytest.mark.gpu)] if torch.cuda.is_available() else []),
    *([pytest.param("real mps", marks=pytest.mark.mps)] if torch.backends.mps.is_available() else []),
]
# for tests whose code asks what a card can do, not which one it is: with MPS `.ci/nightly` runs them
MOSTLY_CUDA = pytest.mark.parametrize(
    "device", ["cuda", pytest.param("mps", marks=pytest.mark.nightly), *REAL], indirect=True
)


@pytest.fixture(autouse=True)
def _opened_once(opens_models: None) -> None:
    """Open weights for each test: those of a simulated card end with it."""


@pytest.fixture(params=KINDS)
def card(request: pytest.FixtureRequest) -> Iterator[Card]:
    with pretend(request.param) as present:
        yield present


@pytest.fixture
def cuda() -> Iterator[Card]:
    with pretend("cuda") as present:
        yield present


@pytest.fixture(params=[*KINDS, *REAL])
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A card by its name, simulated or real, whose convolutions in 32 bits are exact."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    with pretend(request.param) if request.param in KINDS else contextlib.nullcontext():
        yield request.param.removeprefix("real ")


@pytest.fixture(scope="session")
def exit_recipe(nano: FlashSloth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All visual tokens leave before the third layer."""
    config, path = nano.config, tmp_path_factory.mktemp("exit") / "exit.json"
    values = {"layer": 3, "kl": 1.0, "divergence": [0.0] * config.text_config.num_hidden_layers}
    Recipe("exit", describe(config), config.visual_tokens(False), values, {}, {"rows": 1}).write(path)
    return path
