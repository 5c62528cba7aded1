"""Errors before a run starts or resumes, each with a hint."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import tiny
from damages import changed, number
from data.helpers import write_rows
from flashsloth import devices
from flashsloth.errors import (
    CheckpointDamaged,
    DataUnreadable,
    OptionError,
    OutOfMemory,
    TrainingFailed,
)
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_plan import check_services, plan_run
from flashsloth.training.trainer_private import load_trained

from .helpers import Run, recipe, weights


def test_a_different_run(data: Path, out: Path, tmp_path: Path) -> None:
    """Data, processes, machine or base have changed since the run was started; as it was, it goes
    on."""
    model = tiny.folder(tmp_path / "model")
    wanted, file = recipe(model, data, out, save_every=1), model / "model.safetensors"
    assert not Run(wanted, stop_after=2).result.finished
    kept, weights_before = (out / "run.json").read_text(), file.read_bytes()
    for name, value, message in (
        ("schedule/rows", 8, "8 readable rows, not 9"),
        ("schedule/batch_size", 4, "4 batch_size, not 2"),
        ("schedule/grad_accum", 3, "3 grad_accum, not 1"),
        ("schedule/world", 2, "2 processes, not 1"),
        ("schedule/steps", 6, "6 steps, not 4"),
        ("compute/dtype", "bfloat16", "bfloat16, not float32"),
    ):
        changed("run.json", **{name: value})(out)
        with pytest.raises(TrainingFailed, match=f"{re.escape(message)}$") as caught:
            Run(wanted, resume=True)
        assert "--force" in caught.value.hint
        (out / "run.json").write_text(kept)
    number(1.0, torch.float32)(model)
    with pytest.raises(TrainingFailed, match=rf"weights of {re.escape(str(model))} "):
        Run(wanted, resume=True)
    file.write_bytes(weights_before)
    threads = torch.get_num_threads()
    changed("run.json", **{"compute/threads": threads + 5})(out)
    run = Run(wanted, resume=True)
    assert run.result.finished
    assert any(f"{threads} threads, not {threads + 5}" in note for note in run.notes)
    assert weights(out)


def test_a_service_that_is_unknown_or_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers.integrations import integration_utils

    monkeypatch.setattr(integration_utils, "get_available_reporting_integrations", lambda: ["wandb"])
    check_services(())
    check_services(("wandb",))
    for service, message, hint in (
        ("diary", "diary", "tensorboard"),
        ("tensorboard", "tensorboard of report_to is not installed", "pip install tensorboard"),
    ):
        with pytest.raises(OptionError, match=message) as caught:
            check_services(("wandb", service))
        assert hint in caught.value.hint, service


def test_no_usable_row(short: Callable[..., Recipe], tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no data"):
        plan_run(short(data=()))
    rows = [{"question": "Which?", "answer": "That.", "image": f"{number}.png"} for number in range(3)]
    with pytest.raises(DataUnreadable, match=r"no row can be used for training: .*:1: image_missing"):
        plan_run(short(data=(str(write_rows(tmp_path / "rows.jsonl", *rows)),), skip_bad=True))


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"checkpointing": False}, "--set checkpointing=true"),
        ({"checkpointing": True}, "--batch-size"),
        ({"checkpointing": True, "batch_size": 1, "method": "lora"}, "--qlora"),
        ({"checkpointing": True, "batch_size": 1, "method": "full"}, "--lora"),
        ({"checkpointing": True, "batch_size": 1, "method": "full", "stage": "all"}, "several GPUs"),
    ],
)
def test_too_little_memory(
    changes: dict[str, Any], advice: str, short: Callable[..., Recipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_run(short(**changes))
    monkeypatch.setattr(devices, "free_memory", lambda device: plan.memory.total)
    plan.check_memory()
    monkeypatch.setattr(devices, "free_memory", lambda device: plan.memory.total - 1)
    with pytest.raises(
        OutOfMemory, match=r"\d+\.\d GB of memory, \d+\.\d GB are free on cpu$"
    ) as caught:
        plan.check_memory()
    assert advice in caught.value.hint


def test_trained_weights_of_another_run_are_refused(tmp_path: Path) -> None:
    learner = torch.nn.Sequential(torch.nn.Linear(2, 3).requires_grad_(False), torch.nn.Linear(3, 1))
    path, right = (
        tmp_path / "trained.safetensors",
        {"1.weight": torch.ones(1, 3), "1.bias": torch.ones(1)},
    )
    missing = {"1.weight": right["1.weight"]}
    for wrong in (missing, right | {"1.bias": torch.ones(2)}, right | {"0.bias": torch.ones(3)}):
        save_file(wrong, path)
        with pytest.raises(CheckpointDamaged, match="belongs to another run"):
            load_trained(learner, path)
