"""Make the content of run.json, and check that a resumed run is still the same run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import torch

from flashsloth.chat.document import now
from flashsloth.checkpoints.safetensors_reader import weights_fingerprint
from flashsloth.errors import TrainingFailed
from flashsloth.training.recipe import format_value, with_absolute_paths
from flashsloth.training.run_folder import SCHEMA
from flashsloth.training.run_plan import RunPlan, rank_and_world_size

PACKAGES = (
    "flashsloth",
    "torch",
    "transformers",
    "accelerate",
    "peft",
    "safetensors",
    "numpy",
    "pillow",
)
# Numbers of the schedule that must be the same when a run is resumed, with their names in messages.
FIXED = {
    "rows": "readable rows",
    "batch_size": "batch_size",
    "grad_accum": "grad_accum",
    "world": "processes",
    "steps": "steps",
}
# Fields that may change when a run is resumed. The user gets a note about each change.
CHANGED = {"schedule": ("lr", "save_every", "eval_every"), "recipe": ("patience", "choices")}


def new_record(plan: RunPlan, recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of run.json when a run starts. `recorded` is the content of run.json if a run
    is resumed, otherwise it is empty."""
    source = plan.sources.source
    evaluation = plan.evaluation
    base = {
        "name": plan.sources.name,
        "repo": source.repo if source else None,
        "revision": source.revision if source else None,
        "fingerprint": weights_fingerprint(plan.sources.tensors),
    }
    data = {
        "files": list(plan.recipe.data),
        "rows": len(plan.rows),
        "sha256": plan.rows.sha256(),
        "evaluation_rows": 0,
        "evaluation_sha256": None,
    }
    if evaluation is not None:
        data |= {"evaluation_rows": len(evaluation), "evaluation_sha256": evaluation.sha256()}
    compute = {
        "device": str(plan.device),
        "dtype": str(plan.dtype).removeprefix("torch."),
        "processes": rank_and_world_size()[1],
        "threads": torch.get_num_threads(),
    }
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    return {
        "schema": SCHEMA,
        "status": "running",
        "begun": recorded.get("begun", now()),
        "recipe": asdict(with_absolute_paths(plan.recipe)),
        "schedule": asdict(plan.schedule),
        "base": base,
        "config": plan.sources.config.to_diff_dict(),
        "data": data,
        "compute": compute,
        "process": os.getpid(),
        "versions": versions,
    }


def check_same_run(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield a note for each harmless difference between a recorded run and its continuation.

    Raises: TrainingFailed if data, schedule, base or dtype differ.
    """

    # a field that an older run.json lacks does not count as a difference
    def differs(section: str, name: str) -> bool:
        return bool(old.get(section, {}).get(name, new[section][name]) != new[section][name])

    for section, names in CHANGED.items():
        for name in names:
            if differs(section, name):
                value = format_value(new[section][name])
                yield f"note: continuing with {name} {value}, not {format_value(old[section][name])}"
    restore = "Restore it and use --resume, or start over with --force."
    if differs("data", "sha256") or differs("data", "evaluation_sha256"):
        raise TrainingFailed("the data has changed since the run was started", hint=restore)
    for name, label in FIXED.items():
        if differs("schedule", name):
            raise TrainingFailed(
                f"the run was started with {old['schedule'][name]} {label}, not {new['schedule'][name]}",
                hint=restore,
            )
    if differs("base", "fingerprint"):
        raise TrainingFailed(
            f"the weights of {new['base']['name']} have changed since the run was started", hint=restore
        )
    if differs("compute", "threads"):
        yield (
            f"note: continuing with {new['compute']['threads']} threads, not {old['compute']['threads']}: "
            "the last bits of the weights will differ"
        )
    if differs("compute", "dtype"):
        raise TrainingFailed(
            f"the run was started in {old['compute']['dtype']}, not {new['compute']['dtype']}",
            hint="Use the dtype and the machine that it was started with, or start over with --force.",
        )
