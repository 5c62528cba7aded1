"""Damaged and hostile folders of training runs: one test for each defect that was found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from flashsloth.errors import CheckpointDamaged
from flashsloth.training import checkpoints
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_folder import RunFolder
from training.helpers import Run, make_data, recipe

STEPS = {"save_every": 2, "max_steps": 4}


@pytest.fixture(scope="module")
def stopped(native_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Callable[[Path], Recipe]]:
    """A run that was stopped after its second step of four, to be copied, and the recipe for a copy."""
    data = make_data(tmp_path_factory.mktemp("data"), 4)
    out = tmp_path_factory.mktemp("stopped") / "out"

    def of(out: Path) -> Recipe:
        return recipe(native_folder, data, out, **STEPS)

    Run(of(out), stop_after=2)
    return out, of


@pytest.fixture
def copied(stopped: tuple[Path, Any], tmp_path: Path) -> tuple[Path, Recipe]:
    out = shutil.copytree(stopped[0], tmp_path / "out")
    return out, stopped[1](out)


@pytest.mark.parametrize("name", ["trained.safetensors", "optimizer.pt", "rng_state.pth", "trainer_state.json"])
def test_a_file_that_was_changed(copied: tuple[Path, Recipe], name: str) -> None:
    """By a single bit, which keeps its size."""
    out, recipe = copied
    path = checkpoints.folder(out) / "checkpoint-2" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointDamaged, match=f"checkpoint-2/{name} has changed"):
        Run(recipe, resume=True)


def test_a_file_that_was_added(copied: tuple[Path, Recipe]) -> None:
    out, recipe = copied
    torch.save({"scale": 1.0}, checkpoints.folder(out) / "checkpoint-2" / "scaler.pt")
    with pytest.raises(CheckpointDamaged, match=r"checkpoint-2/scaler\.pt"):
        Run(recipe, resume=True)


@pytest.mark.parametrize("step", [1, 10**9])
def test_a_checkpoint_of_another_step(copied: tuple[Path, Recipe], step: int) -> None:
    out, recipe = copied
    (checkpoints.folder(out) / "checkpoint-2").rename(checkpoints.folder(out) / f"checkpoint-{step}")
    with pytest.raises(CheckpointDamaged, match=f"checkpoint-{step} belongs to another step"):
        Run(recipe, resume=True)


def test_unfinished_files_that_are_links(tmp_path: Path) -> None:
    """Links that a killed process left are removed; their targets stay."""
    out, other = tmp_path / "out", tmp_path / "other"
    for folder in (checkpoints.folder(out), other / "checkpoint-1"):
        folder.mkdir(parents=True)
    (out / ".flashsloth-x").symlink_to(other)
    (out / ".flashsloth-gone").symlink_to(tmp_path / "nowhere")
    (checkpoints.folder(out) / "checkpoint-2").symlink_to(other / "checkpoint-1")
    folder = RunFolder(out)
    folder.begin(resume=False, force=True)
    folder.clear()
    assert [path.name for path in out.iterdir()] == ["checkpoints"]
    assert [path.name for path in checkpoints.folder(out).iterdir()] == [".lock"]
    folder.release()
    assert (other / "checkpoint-1").is_dir()
