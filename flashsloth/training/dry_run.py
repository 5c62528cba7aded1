"""What a run would be: what learns, how long, how much memory, and what the first batch looks like. Writes nothing."""

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
from flashsloth.training.run import arguments, optimizer, seed, wrap_for_training
from flashsloth.training.run_plan import RunPlan
from flashsloth.training.synthetic_rows import SOURCE, Lessons, Sights


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """`by_part`: parameters that learn, and in all. `memory` is counted, over what `imports` take: bytes that the
    process holds before any weight is read (0 on CUDA). `measured` is what one step over the longest rows took over
    those, and `step_seconds` its time; both None where no step was taken. `batch`: the first rows that would be learned
    from, none where no text is."""

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
        """Bytes that the run will show: all that its process holds, counted."""
        return self.imports + self.memory.total

    @property
    def measured_peak(self) -> int | None:
        """The same, measured in a step."""
        return None if self.measured is None else self.imports + self.measured

    @property
    def seconds(self) -> float | None:
        """Of the whole run."""
        return self.step_seconds * self.schedule.steps if self.step_seconds is not None else None


def survey(setup: RunPlan, *, take_step: bool = True) -> DryRunReport:
    """Survey a run. With `take_step` the model is read and learns from its longest rows, unless that would not fit.

    Raises: CheckpointError for what the files hold, OutOfMemory.
    """
    free = devices.free_memory(setup.device)
    measured, seconds = None, None
    batch = first_batch(setup)
    model_setup.import_quietly()
    if not take_step or setup.memory.total > free:
        imports = devices.peak_memory(setup.device)
        return DryRunReport(setup.schedule, {}, setup.memory, free, imports, None, None, batch)
    if setup.device.type == "cpu" and setup.sparing:
        devices.set_mmap_threshold()
    imports = devices.peak_memory(setup.device)
    seed(setup.recipe.seed)
    base = model_setup.build(setup.sources, setup.recipe, setup.dtype, hd=setup.hd)
    model = model_setup.prepare(base, setup.recipe, hd=setup.hd)
    by_part = model_setup.count_by_part(model)
    model = wrap_for_training(model, setup)
    if model_setup.trainable(model):
        seconds = time_step(setup, model)
        measured = devices.peak_memory(setup.device) - imports
    return DryRunReport(setup.schedule, by_part, setup.memory, free, imports, measured, seconds, batch)


def first_batch(setup: RunPlan) -> list[list[TokenSpan]]:
    """The rows of the first batch, in pieces."""
    numbers = iter(setup.order)
    rows = [next(numbers) for _ in range(min(setup.schedule.batch_size, len(setup.rows)))]
    data = setup.data
    if isinstance(data, Sights):
        return []  # no text is learned
    if isinstance(data, Lessons):
        return [token_spans(data.prompt, data[row].encoded, SOURCE) for row in rows]
    return [token_spans(data.prompt, data[row].encoded, data.rows[row].image) for row in rows]


def time_step(setup: RunPlan, model: Any) -> float:
    """Seconds of an optimizer step over the longest rows, the second of two, as the first one allocates."""
    from flashsloth.training.trainer import SlothTrainer

    items = [setup.data[row] for row in setup.longest]
    with tempfile.TemporaryDirectory() as folder:
        trainer = SlothTrainer(
            out=Path(folder),
            order=setup.order,
            on_event=lambda _: None,
            stop=lambda: False,
            memory=lambda: 0,
            skip_bad=True,
            model=model,
            args=arguments(setup, Path(folder)),
            data_collator=setup.collate,
            **optimizer(setup),
            train_dataset=setup.data,
            eval_dataset=setup.for_evaluation(),
        )
        if setup.checkpointing:  # as Trainer.train does it
            model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
        trainer.create_optimizer()
        took = 0.0
        for _ in range(2):
            began = time.perf_counter()
            one_step(trainer, model, setup.collate(items), setup.schedule.grad_accum)
            took = time.perf_counter() - began
    return took


def one_step(trainer: Any, model: torch.nn.Module, batch: dict[str, Any], times: int) -> None:
    """Forward and backward, as often as a step does it, then the optimizer."""
    del batch["counts"], batch["faults"]
    trainer.current_gradient_accumulation_steps = times
    items = (batch["labels"] != IGNORED).sum().clamp(min=1) * times if "labels" in batch else None
    for _ in range(times):
        trainer.training_step(model, dict(batch), items)
    trainer.optimizer.step()
    model.zero_grad()
    if trainer.args.device.type == "cuda":
        torch.cuda.synchronize()
