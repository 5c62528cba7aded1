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
from safetensors.torch import load_file, save, save_file

from flashsloth import devices
from flashsloth.errors import CheckpointDamaged, DataUnreadable, OptionError, OutOfMemory, TrainingFailed
from flashsloth.training.events import Note
from flashsloth.training.run_plan import check_services, plan_run
from flashsloth.training.trainer_private import convert_damage, load_trained

from .helpers import Run, recipe, record, weights, write_rows


@pytest.fixture
def started(native_folder: Path, data: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the model, and the folder of a run that was stopped after two of four steps."""
    model, out = tmp_path / "model", tmp_path / "out"
    shutil.copytree(native_folder, model)
    assert not Run(recipe(model, data, out, save_every=1), stop_after=2).result.finished
    return model, out


def rewrite(out: Path, **changes: Any) -> None:
    """Change run.json."""
    values = record(out)
    for name, change in changes.items():
        values[name].update(change)
    (out / "run.json").write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        ({"schedule": {"rows": 8}}, "8 readable rows, not 9"),
        ({"schedule": {"batch_size": 4}}, "4 batch_size, not 2"),
        ({"schedule": {"grad_accum": 3}}, "3 grad_accum, not 1"),
        ({"schedule": {"world": 2}}, "2 processes, not 1"),
        ({"schedule": {"steps": 6}}, "6 steps, not 4"),
        ({"compute": {"dtype": "bfloat16"}}, "bfloat16, not float32"),
    ],
)
def test_a_different_run(started: tuple[Path, Path], data: Path, recorded: dict[str, Any], message: str) -> None:
    """Data, processes or machine have changed since the run was started."""
    model, out = started
    kept = (out / "run.json").read_text()
    rewrite(out, **recorded)
    with pytest.raises(TrainingFailed, match=f"{re.escape(message)}$") as caught:
        Run(recipe(model, data, out), resume=True)
    assert "--force" in (caught.value.hint or "")
    (out / "run.json").write_text(kept)
    assert Run(recipe(model, data, out), resume=True).result.finished


def test_changed_base_weights(started: tuple[Path, Path], data: Path) -> None:
    model, out = started
    file = model / "model.safetensors"
    tensors = load_file(file)
    save_file({name: t + 1 if name == min(tensors) else t for name, t in tensors.items()}, file)
    with pytest.raises(TrainingFailed, match=rf"weights of {re.escape(str(model))} "):
        Run(recipe(model, data, out, save_every=1), resume=True)


def test_other_threads_are_a_note(started: tuple[Path, Path], data: Path) -> None:
    model, out = started
    threads = torch.get_num_threads()
    rewrite(out, compute={"threads": threads + 5})
    run = Run(recipe(model, data, out, save_every=1), resume=True)
    notes = [event.text for event in run.of(Note)]
    assert any(f"{threads} threads, not {threads + 5}" in note for note in notes)
    assert run.result.finished
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


def test_trained_weights_are_loaded_by_name(tmp_path: Path) -> None:
    model, path = learner(), tmp_path / "trained.safetensors"
    wanted = {"1.weight": torch.full((1, 3), 7.0), "1.bias": torch.tensor([5.0])}
    save_file(wanted, path)
    before = model[0].weight.clone()
    load_trained(model, path)
    assert torch.equal(model[1].weight, wanted["1.weight"])
    assert torch.equal(model[1].bias, wanted["1.bias"])
    assert torch.equal(model[0].weight, before)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"1.weight": torch.ones(1, 3)}, "belongs to another run"),
        ({"1.weight": torch.ones(1, 3), "1.bias": torch.ones(2)}, "belongs to another run"),
        ({"1.weight": torch.ones(1, 3), "1.bias": torch.ones(1), "0.bias": torch.ones(3)}, "belongs to another run"),
        (b"\0" * 100, "cannot be read"),
        (None, "cannot be read"),
    ],
    ids=["missing", "shape", "unexpected", "damaged", "no file"],
)
def test_trained_weights_that_are_refused(tensors: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "trained.safetensors"
    if tensors is not None:
        path.write_bytes(tensors if isinstance(tensors, bytes) else save(tensors))
    with pytest.raises(CheckpointDamaged, match=message):
        load_trained(learner(), path)


def test_damage_in_a_checkpoint_is_one_line() -> None:
    damaged = pytest.raises(CheckpointDamaged, match=r"^checkpoint-3 cannot be read: first$")
    with damaged as caught, convert_damage("checkpoint-3"):
        raise ValueError("first\nsecond")
    assert "--resume" in (caught.value.hint or "")
    with pytest.raises(CheckpointDamaged, match=r"cannot be read: EOFError\(\)$"), convert_damage("checkpoint-3"):
        raise EOFError
    with pytest.raises(MemoryError), convert_damage("checkpoint-3"):
        raise MemoryError
