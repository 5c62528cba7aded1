"""Fixtures: a few rows with pictures, a model without dropout."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import tiny
from damages import changed
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train

from .helpers import make_data, recipe


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine rows, three of them without a picture. Read-only."""
    return make_data(tmp_path_factory.mktemp("data"), 9, text_only=lambda number: number % 3 == 2)


@pytest.fixture(scope="session")
def without_dropout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model without dropout, which differs by batch and process. Read-only."""
    made = tiny.folder(tmp_path_factory.mktemp("without_dropout"))
    changed("config.json", pooling_dropout=0.0, **{"text_config/resid_pdrop": 0.0})(made)
    return made


@pytest.fixture(scope="session")
def undisturbed(
    native_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Return a function that trains the tiny model without an interruption, once with the same changes
    to the recipe, and returns the finished folder. To be read only."""
    made: dict[str, Path] = {}

    def trained(**changes: Any) -> Path:
        if (name := repr(changes)) not in made:
            made[name] = tmp_path_factory.mktemp("undisturbed") / "out"
            train(recipe(native_folder, data, made[name], **changes))
        return made[name]

    return trained


@pytest.fixture
def short(native_folder: Path, data: Path, out: Path) -> Callable[..., Recipe]:
    """Return a function that makes the recipe of a short run of the tiny model into `out`, with
    changes."""
    return partial(recipe, native_folder, data, out)


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    """A file of the tiny model's sizes."""
    path = tmp_path / "sizes.toml"
    path.write_text(tiny.SIZES)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a run, which is not there yet."""
    return tmp_path / "out"
