"""Fixtures: a few rows with pictures, a model without dropout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tiny

from .helpers import make_data


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
def out(tmp_path: Path) -> Path:
    """The folder of a run, which is not there yet."""
    return tmp_path / "out"
