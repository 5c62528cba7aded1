"""Fixtures: a few rows with pictures, a model without dropout."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import tiny
from flashsloth.training.recipe import Recipe

from .helpers import make_data, recipe


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine rows, three of them without a picture. Read-only."""
    return make_data(tmp_path_factory.mktemp("data"), 9, text_only=lambda number: number % 3 == 2)


@pytest.fixture(scope="session")
def without_dropout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model without dropout, which differs by batch and process. Read-only."""
    made = tiny.write_native(tmp_path_factory.mktemp("without_dropout"))
    config = json.loads((made / "config.json").read_text())
    config["text_config"]["resid_pdrop"] = 0.0
    config["pooling_dropout"] = 0.0
    (made / "config.json").write_text(json.dumps(config))
    return made


@pytest.fixture
def short(native_folder: Path, data: Path, out: Path) -> Callable[..., Recipe]:
    """Return a function that makes the recipe of a short run of the tiny model into `out`, with changes."""
    return partial(recipe, native_folder, data, out)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a run, which is not there yet."""
    return tmp_path / "out"
