"""Errors before a run starts or resumes, each with a hint."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from flashsloth import devices
from flashsloth.errors import CheckpointDamaged, DataUnreadable, OptionError, OutOfMemory, TrainingFailed
from flashsloth.training.events import Note
from flashsloth.training.run_plan import check_services, plan_run
from flashsloth.training.trainer_private import load_trained

from .helpers import Run, recipe, record, weights, write_rows


@pytest.fixture(scope="module")
def stopped(native_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the model, and that of a run which was stopped after two of four steps."""
    folder = tmp_path_factory.mktemp("stopped")
    shutil.copytree(native_folder, folder / "model")
    assert not Run(recipe(folder / "model", data, folder / "out", save_every=1), stop_after=2).result.finished
    return folder


def rewrite(out: Path, **changes: Any) -> None:
    """Change run.json."""
    values = record(out)
    for name, change in changes.items():
        values[name].update(change)
    (out / "run.json").write_text(json.dumps(values))


RECORDED = [
    ({"schedule": {"rows": 8}}, "8 readable rows, not 9"),
    ({"schedule": {"batch_size": 4}}, "4 batch_size, not 2"),
    ({"schedule": {"grad_accum": 3}}, "3 grad_accum, not 1"),
    ({"schedule": {"world": 2}}, "2 processes, not 1"),
    ({"schedule": {"steps": 6}}, "6 steps, not 4"),
    ({"compute": {"dtype": "bfloat16"}}, "bfloat16, not float32"),
]


def test_a_different_run(stopped: Path, data: Path, tmp_path: Path) -> None:
    """Data, processes, machine or base have changed since the run was started; as it was, it goes on."""
    out, file = shutil.copytree(stopped / "out", tmp_path / "out"), stopped / "model" / "model.safetensors"
    kept, weights_before = (out / "run.json").read_text(), file.read_bytes()
    wanted = recipe(stopped / "model", data, out, save_every=1)
    for recorded, message in RECORDED:
        rewrite(out, **recorded)
        with pytest.raises(TrainingFailed, match=f"{re.escape(message)}$") as caught:
            Run(wanted, resume=True)
        assert "--force" in (caught.value.hint or "")
        (out / "run.json").write_text(kept)
    tensors = load_file(file)
    save_file({name: t + 1 if name == min(tensors) else t for name, t in tensors.items()}, file)
    with pytest.raises(TrainingFailed, match=rf"weights of {re.escape(str(stopped / 'model'))} "):
        Run(wanted, resume=True)
    file.write_bytes(weights_before)
    threads = torch.get_num_threads()
    rewrite(out, compute={"threads": threads + 5})
    run = Run(wanted, resume=True)
    assert run.result.finished
    assert any(f"{threads} threads, not {threads + 5}" in event.text for event in run.of(Note))
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
        assert hint in (caught.value.hint or ""), service


def test_no_usable_row(native_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no data"):
        plan_run(replace(recipe(native_folder, tmp_path, tmp_path / "out"), data=()))
    rows = [{"question": "Which?", "answer": "That.", "image": f"{number}.png"} for number in range(3)]
    with pytest.raises(DataUnreadable, match="no row can be used"):
        plan_run(recipe(native_folder, write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out", skip_bad=True))


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
    changes: dict[str, Any],
    advice: str,
    native_folder: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = plan_run(recipe(native_folder, data, tmp_path / "out", **changes))
    monkeypatch.setattr(devices, "free_memory", lambda device: plan.memory.total)
    plan.check_memory()
    monkeypatch.setattr(devices, "free_memory", lambda device: plan.memory.total - 1)
    with pytest.raises(OutOfMemory, match=r"\d+\.\d GB of memory, \d+\.\d GB are free on cpu$") as caught:
        plan.check_memory()
    assert advice in (caught.value.hint or "")


def learner() -> torch.nn.Module:
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
    model[0].requires_grad_(False)
    return model


def test_trained_weights_of_another_run_are_refused(tmp_path: Path) -> None:
    path, right = tmp_path / "trained.safetensors", {"1.weight": torch.ones(1, 3), "1.bias": torch.ones(1)}
    for wrong in (
        {"1.weight": right["1.weight"]},
        right | {"1.bias": torch.ones(2)},
        right | {"0.bias": torch.ones(3)},
    ):
        save_file(wrong, path)
        with pytest.raises(CheckpointDamaged, match="belongs to another run"):
            load_trained(learner(), path)
