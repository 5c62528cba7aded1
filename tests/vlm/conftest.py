"""The folders of the stand-ins, each written once in a process, and the command line."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

import flashsloth
from cli.conftest import _built_once, cli, home  # noqa: F401
from flashsloth.chat import FlashSloth


@pytest.fixture(scope="session")
def stand_in_folder(
    opens_models: None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """`stand_in_folder("smolvlm")` returns the read-only folder of a stand-in."""
    from vlm.stand_ins import STAND_INS, write

    parent = tmp_path_factory.mktemp("stand-ins")
    return functools.cache(lambda name: write(STAND_INS[name], parent / name))


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the picture that is compared."""
    from vlm.reference import WIDE

    path = tmp_path_factory.mktemp("photos") / "waves.png"
    WIDE.save(path)
    return path


@pytest.fixture
def folder(name: str, stand_in_folder: Callable[[str], Path]) -> Path:
    return stand_in_folder(name)


@pytest.fixture
def opened(folder: Path) -> FlashSloth:
    """The stand-in that the parameter `name` of a test names."""
    return flashsloth.open(folder, device="cpu", dtype="float32")
