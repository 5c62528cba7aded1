"""Recipes: defaults, invalid values, reading, writing and resuming."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.training.recipe import (
    MAY_CHANGE,
    Recipe,
    from_values,
    merge_resumed,
    read_recipe,
    resolve_schedule,
)
from flashsloth.utils import system

FULL: dict[str, Any] = {"method": "full"}


# Defaults


@pytest.mark.parametrize(
    ("recipe", "rate", "batch", "accum"),
    [
        (Recipe(stage="align", **FULL), 1e-3, 32, 8),  # 256 rows
        (Recipe(stage="instruct", **FULL), 2e-5, 8, 16),  # 128 rows
        (Recipe(), 2e-4, 8, 1),
        (Recipe(**FULL), 2e-5, 8, 1),
    ],
    ids=str,
)
def test_paper_numbers_at_the_paper_width(recipe: Recipe, rate: float, batch: int, accum: int) -> None:
    """Narrower models take larger steps, up to a highest rate."""
    schedule = resolve_schedule(recipe, rows=10_000, width=2560)
    assert schedule.lr == pytest.approx(rate)
    assert (schedule.batch_size, schedule.grad_accum) == (batch, accum)
    assert schedule.steps_per_epoch == math.ceil(10_000 / (batch * accum))
    for width in (1280, 192, 32):
        assert resolve_schedule(recipe, rows=100, width=width).lr == pytest.approx(
            min(rate * 2560 / width, 3e-3)
        )
        assert resolve_schedule(replace(recipe, lr=0.5), rows=100, width=width).lr == 0.5


@pytest.mark.parametrize("world", [1, 2, 4, 8, 16])
@pytest.mark.parametrize(
    "recipe", [Recipe(), Recipe(stage="align", **FULL), Recipe(stage="instruct", **FULL)], ids=str
)
def test_rows_of_a_step_do_not_depend_on_the_processes(recipe: Recipe, world: int) -> None:
    schedule = resolve_schedule(recipe, rows=5000, width=192, world=world)
    assert schedule.step_rows == max(recipe.stage_plan.batch, world)
    assert schedule.world == world


def test_explicit_batches() -> None:
    assert resolve_schedule(Recipe(batch_size=3), rows=100, width=192).step_rows == 3
    assert (
        resolve_schedule(Recipe(batch_size=3, grad_accum=2), rows=100, width=192, world=2).step_rows
        == 12
    )
    assert resolve_schedule(Recipe(grad_accum=5), rows=100, width=192).grad_accum == 5
    assert (
        resolve_schedule(Recipe(stage="align", batch_size=16, **FULL), rows=100, width=192).grad_accum
        == 1
    )


@pytest.mark.parametrize(
    ("recipe", "rows", "steps"),
    [
        (Recipe(), 1, 20),  # one step per epoch, 20 epochs
        (Recipe(), 80, 200),
        (Recipe(), 120, 300),  # 15 steps per epoch, 20 epochs
        (Recipe(), 400, 300),  # 50 steps per epoch, six epochs
        (Recipe(), 8000, 3000),  # three epochs
        (Recipe(stage="instruct", **FULL), 1280, 10),  # one epoch
        (Recipe(epochs=2), 80, 20),
        (Recipe(epochs=0.25), 80, 3),
        (Recipe(epochs=0.001), 80, 1),
        (Recipe(epochs=2, max_steps=7), 80, 7),
    ],
)
def test_length_of_a_run(recipe: Recipe, rows: int, steps: int) -> None:
    """Small sets get more epochs."""
    assert resolve_schedule(recipe, rows=rows, width=192).steps == steps


def test_intervals_and_workers() -> None:
    for steps, every in ((40, 25), (2000, 200), (10**6, 500)):
        assert resolve_schedule(Recipe(max_steps=steps), rows=8, width=192).save_every == every
    assert resolve_schedule(Recipe(max_steps=10**6), rows=8, width=192).eval_every == 500
    chosen = resolve_schedule(Recipe(max_steps=40, save_every=3, eval_every=4), rows=8, width=192)
    assert (chosen.save_every, chosen.eval_every) == (3, 4)
    counts = {
        cores: resolve_schedule(Recipe(), rows=8, width=192, cores=cores).workers
        for cores in (1, 2, 4, 64)
    }
    assert counts == {1: 1, 2: 1, 4: 2, 64: 4}
    assert resolve_schedule(Recipe(workers=0), rows=8, width=192, cores=64).workers == 0


def test_no_workers_where_few_processes_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "can_start_threads", lambda _: False)
    assert resolve_schedule(Recipe(), rows=8, width=192, cores=4).workers == 0
    assert resolve_schedule(Recipe(workers=2), rows=8, width=192, cores=4).workers == 2


# Invalid values


WRONG: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(
        ("rank", "max_steps", "batch_size", "grad_accum", "save_every", "eval_every"), (0, -1, 2**32)
    ),
    **dict.fromkeys(("lr", "epochs", "alpha"), (0, -1.0, math.inf, math.nan)),
    **dict.fromkeys(("dropout", "eval_split", "warmup_ratio", "skip_ratio"), (1, 1.5, -0.1, math.nan)),
    **dict.fromkeys(("workers", "seed", "weight_decay"), (-1, -0.1)),
    "max_length": (15,),
    "max_grad_norm": (math.nan,),
    "patience": (0,),
}
PARTS = {"vision": "a", "language": "b"}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        *(({name: value}, name) for name, values in WRONG.items() for value in values),
        ({"vision": "a", "stage": "align", **FULL}, "--vision"),
        ({"language": "a", "stage": "align", **FULL}, "--language"),
        ({**PARTS, "model": "c", "stage": "align", **FULL}, "--model"),
        ({**PARTS, "init": "c", "stage": "align", **FULL}, "--init"),
        ({"model": "a", "init": "c", "stage": "align", **FULL}, "--init"),
        ({"init": "c"}, "flashsloth train"),
        (PARTS, "flashsloth train"),
        ({"eval_data": ("a",), "eval_split": 0.1}, "--eval-data"),
        ({"patience": 2}, "--eval-split"),
    ],
    ids=str,
)
def test_invalid_values(values: dict[str, Any], named: str) -> None:
    """The message or the hint names the field or the flag."""
    with pytest.raises(OptionError) as caught:
        Recipe(**values)
    assert named in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


# Reading and writing


def test_read(tmp_path: Path) -> None:
    """Paths are relative to the file, not to the working folder."""
    (tmp_path / "base").mkdir()
    path = tmp_path / "recipe.toml"
    path.write_text(
        'data = ["a.jsonl", "/somewhere/b.jsonl"]\neval-data = ["c.csv"]\nimage-root = "pictures"\nmodel = "base"\n'
        'lr = 1\nskip-bad = true\nbatch_size = 4\ntargets = ["q_proj"]\nmethod = "full"\n'
    )
    data = {
        "data": (str(tmp_path / "a.jsonl"), "/somewhere/b.jsonl"),
        "eval_data": (str(tmp_path / "c.csv"),),
    }
    folders = {"image_root": str(tmp_path / "pictures"), "model": str(tmp_path / "base")}
    rest = {"lr": 1, "skip_bad": True, "batch_size": 4, "targets": ("q_proj",), "method": "full"}
    assert read_recipe(path) == {**data, **folders, **rest}
    path.write_text('model = "nano"\ninit = "~/sizes.toml"\nmod = "ranks.json"\n')
    files = {"init": str(Path.home() / "sizes.toml"), "mod": str(tmp_path / "ranks.json")}
    assert read_recipe(path) == {"model": "nano", **files}
    path.write_text("")
    assert read_recipe(path) == {}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("batchsize = 4", "unknown key batchsize", "batch_size"),
        ("batch_size = 4.0", "batch_size 4.0", "a whole number"),
        ('lr = "fast"', "lr 'fast'", "a number"),
        ("data = [1, 2]", "data", "a text"),
        ('method = "dora"', "method 'dora'", "'lora', 'qlora' or 'full'"),
        ("rank = ", "cannot be read", ""),
    ],
)
def test_invalid_files(text: str, message: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(SettingsFileError, match=re.escape(str(path))) as caught:
        read_recipe(path)
    assert message in str(caught.value)
    assert hint in caught.value.hint != ""


FILLED: dict[str, Any] = {
    "data": ("a", "ä\n"),
    "output": "o",
    "image_root": "p",
    "model": "m",
    "report_to": ("x", "y"),
}
FILLED |= {
    "stage": "all",
    "method": "full",
    "train_vision": False,
    "hd": True,
    "targets": ("q_proj", "fc1"),
}
FILLED |= {"rank": 512, "alpha": 1 / 3, "dropout": 0.99, "epochs": 0.1, "lr": 1e-9, "seed": 2**32 - 1}


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(epochs=9), Recipe(**FILLED)], ids=str)
def test_round_trip_through_run_json(recipe: Recipe) -> None:
    values = json.loads(json.dumps(asdict(recipe)))
    assert Recipe(**from_values(values, "run.json")) == recipe
    assert merge_resumed(values, {}) == recipe


# Resuming

OLD = Recipe(data=("a.jsonl",), output="old", lr=1e-3, batch_size=2)
CHANGES: dict[str, Any] = {
    "output": "new",
    "skip_bad": True,
    "lr": 1e-4,
    "save_every": 7,
    "eval_every": 8,
    "workers": 3,
    "patience": 2,
}
CHANGES |= {"choices": "yes,no", "report_to": ("tensorboard",), "device": "cuda"}


def test_fields_that_may_change() -> None:
    assert set(CHANGES) == MAY_CHANGE
    old = Recipe(data=("a.jsonl",), eval_split=0.1)
    for name, value in CHANGES.items():
        assert merge_resumed(asdict(old), {name: value}) == replace(old, **{name: value})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"batch_size": 4}, "batch_size 2, not 4"),
        ({"seed": 1}, "seed 0, not 1"),
        ({"data": ("b.jsonl",)}, r"data a\.jsonl, not b\.jsonl"),
        ({"method": "full"}, "method lora, not full"),
        ({"max_steps": 9}, "max_steps .*, not 9"),
        ({"targets": ("q_proj", "fc1")}, "targets .*, not q_proj, fc1"),
        ({"hd": True}, "hd .*, not True"),
    ],
    ids=str,
)
def test_fields_that_may_not_change(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        merge_resumed(asdict(OLD), given)
    assert "--force" in caught.value.hint
    assert merge_resumed(asdict(OLD), {"batch_size": 2, "data": ("a.jsonl",), "lr": 1e-3}) == OLD
    with pytest.raises(SettingsFileError, match=r"run\.json: unknown key later"):
        merge_resumed(asdict(OLD) | {"later": 1}, {})
