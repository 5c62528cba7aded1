"""Damaged and hostile folders of training runs: one test for each defect that was found."""

from __future__ import annotations

import json
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


def rewrite_state(checkpoint: Path, **values: Any) -> None:
    """Change the state, and its recorded size."""
    path = checkpoint / "trainer_state.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    sizes = json.loads((checkpoint / checkpoints.WHOLE).read_text())
    (checkpoint / checkpoints.WHOLE).write_text(json.dumps({**sizes, path.name: path.stat().st_size}))


ODD: dict[str, tuple[Any, ...]] = {
    "global_step": ("x", 10**9, -1, 1),
    "epoch": (None, float("inf"), float("nan")),
    "log_history": (5,),
    "train_batch_size": ("x",),
    "total_flos": ([],),
    "best_global_step": ("x",),
    "best_metric": ({},),
    "best_model_checkpoint": (5,),
    "unknown": (5,),
}


def test_invalid_trainer_state(copied: tuple[Path, Recipe]) -> None:
    out, recipe = copied
    checkpoint = checkpoints.folder(out) / "checkpoint-2"
    sound = (checkpoint / "trainer_state.json").read_bytes()
    for name, value in ((name, value) for name, values in ODD.items() for value in values):
        rewrite_state(checkpoint, **{name: value})
        with pytest.raises(CheckpointDamaged, match="checkpoint-2"):
            Run(recipe, resume=True)
        (checkpoint / "trainer_state.json").write_bytes(sound)


def test_step_beyond_the_last(copied: tuple[Path, Recipe]) -> None:
    """A checkpoint whose step matches its name is refused too."""
    out, recipe = copied
    moved = (checkpoints.folder(out) / "checkpoint-2").rename(checkpoints.folder(out) / "checkpoint-1000000000")
    rewrite_state(moved, global_step=10**9)
    with pytest.raises(CheckpointDamaged, match="1000000000"):
        Run(recipe, resume=True)


def test_scaler_in_a_run_without_one(copied: tuple[Path, Recipe]) -> None:
    out, recipe = copied
    torch.save({"scale": 1.0}, checkpoints.folder(out) / "checkpoint-2" / "scaler.pt")
    with pytest.raises(CheckpointDamaged, match="checkpoint-2"):
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
