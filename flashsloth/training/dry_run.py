"""Estimate a run: what learns, how long, how much memory, and the first batch. Writes nothing."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from flashsloth import devices
from flashsloth.data.labels import IGNORED
from flashsloth.data.preview import TokenSpan, token_spans
from flashsloth.training import model_setup
from flashsloth.training.memory_estimate import Memory
from flashsloth.training.recipe import Schedule
from flashsloth.training.run_plan import RunPlan
from flashsloth.training.synthetic_rows import SOURCE, PatchDataset, SyntheticChats
from flashsloth.training.trainer_setup import make_trainer, seed_all, wrap_for_training


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """The numbers of a run.

    Args:
        by_part: trained and all parameters.
        memory: estimated bytes, beyond `imports`.
        free: bytes.
        imports: bytes that the process holds before any weight is read, 0 on CUDA.
        measured: bytes beyond `imports` in a step over the longest rows; None if no step was taken.
        step_seconds: the time of that step.
        batch: the first training rows; empty if there is no text.
    """

    schedule: Schedule
    by_part: dict[str, tuple[int, int]]
    memory: Memory
    free: int
    imports: int
    measured: int | None
    step_seconds: float | None
    batch: list[list[TokenSpan]]

    @property
    def peak(self) -> int:
        """Estimated bytes of the process."""
        return self.imports + self.memory.total

    @property
    def measured_peak(self) -> int | None:
        """Measured bytes of the process."""
        return None if self.measured is None else self.imports + self.measured

    @property
    def seconds(self) -> float | None:
        """Estimated time of the whole run."""
        return self.step_seconds * self.schedule.steps if self.step_seconds is not None else None


def dry_run(plan: RunPlan, *, take_step: bool = True) -> DryRunReport:
    """Estimate a run. With `take_step` the model is read and takes a step over its longest rows, if that fits.

    Raises: CheckpointError for damaged files, OutOfMemory.
    """
    free = devices.free_memory(plan.device)
    measured, seconds = None, None
    batch = first_batch(plan)
    model_setup.import_quietly()
    if not take_step or plan.memory.total > free:
        imports = devices.peak_memory(plan.device)
        return DryRunReport(plan.schedule, {}, plan.memory, free, imports, None, None, batch)
    if plan.device.type == "cpu" and plan.saves_memory:
        devices.set_mmap_threshold()
    imports = devices.peak_memory(plan.device)
    seed_all(plan.recipe.seed)
    base = model_setup.build(plan.sources, plan.recipe, plan.dtype, hd=plan.hd)
    model = model_setup.prepare(base, plan.recipe, hd=plan.hd)
    by_part = model_setup.count_by_part(model)
    model = wrap_for_training(model, plan)
    if model_setup.trainable(model):
        seconds = time_step(plan, model)
        measured = devices.peak_memory(plan.device) - imports
    return DryRunReport(plan.schedule, by_part, plan.memory, free, imports, measured, seconds, batch)


def first_batch(plan: RunPlan) -> list[list[TokenSpan]]:
    """Return the rows of the first batch as token spans."""
    numbers = iter(plan.order)
    rows = [next(numbers) for _ in range(min(plan.schedule.batch_size, len(plan.rows)))]
    data = plan.data
    if isinstance(data, PatchDataset):
        return []
    if isinstance(data, SyntheticChats):
        return [token_spans(data.prompt, data[row].encoded, SOURCE) for row in rows]
    return [token_spans(data.prompt, data[row].encoded, data.rows[row].image) for row in rows]


def time_step(plan: RunPlan, model: Any) -> float:
    """Return the seconds of an optimizer step over the longest rows: the second of two, as the first one allocates."""
    examples = [plan.data[row] for row in plan.longest]
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(plan, model, Path(folder), skip_bad=True)
        if plan.checkpointing:  # as Trainer.train does it
            model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
        trainer.create_optimizer()
        seconds = 0.0
        for _ in range(2):
            started = time.perf_counter()
            one_step(trainer, model, plan.collate(examples), plan.schedule.grad_accum)
            seconds = time.perf_counter() - started
    return seconds


def one_step(trainer: Any, model: torch.nn.Module, batch: dict[str, Any], batches: int) -> None:
    """Take an optimizer step over a batch, repeated as often as a step has batches."""
    del batch["counts"], batch["faults"]
    trainer.current_gradient_accumulation_steps = batches
    items = (batch["labels"] != IGNORED).sum().clamp(min=1) * batches if "labels" in batch else None
    for _ in range(batches):
        trainer.training_step(model, dict(batch), items)
    trainer.optimizer.step()
    model.zero_grad()
    if trainer.args.device.type == "cuda":
        torch.cuda.synchronize()
