"""`--dry-run`: estimate what a run would learn, how long it would take and how much memory it would
need, and show its first batch. Nothing is written."""

from __future__ import annotations

import copy
import itertools
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transformers.trainer_callback import TrainerCallback

from flashsloth import devices
from flashsloth.checkpoints import model_files
from flashsloth.data.sample import TokenSpan, token_spans
from flashsloth.training import model_setup
from flashsloth.training.memory_estimate import Memory
from flashsloth.training.recipe import Schedule
from flashsloth.training.run_plan import LARGE, RunPlan
from flashsloth.training.trainer import make_trainer, prepare_process


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """The estimated numbers of a run. `memory` and `measured` do not include `imports`."""

    schedule: Schedule
    model: dict[str, Any]  # families and sizes of tower and decoder, by name
    by_part: dict[str, tuple[int, int]]  # part -> (trained parameters, all parameters)
    memory: Memory  # estimated
    free: int  # bytes
    imports: int  # bytes that the process uses before any weight is read; 0 on CUDA
    # peak bytes of a step of the whole model over the longest rows; None if no such step was taken
    measured: int | None
    step_seconds: float | None  # duration of that step
    # whether `step_seconds` was extrapolated from smaller models with one and with two layers
    scaled: bool
    batch: list[list[TokenSpan]]  # the first training rows
    # If pictures are encoded once: their `count`, the `bytes` on the disk, the bytes that are `free`
    # there, and the `seconds`, None if none was encoded now.
    pictures: dict[str, Any] | None = None

    @property
    def peak(self) -> int:
        """Estimated bytes of the process."""
        return self.imports + self.memory.total

    @property
    def measured_peak(self) -> int | None:
        return None if self.measured is None else self.imports + self.measured

    @property
    def seconds(self) -> float | None:
        """Estimated time of the whole run."""
        if self.step_seconds is None:
            return None
        once: float = self.pictures["seconds"] if self.pictures else 0.0
        return self.step_seconds * self.schedule.steps + once


def dry_run(plan: RunPlan) -> DryRunReport:
    """Estimate a run.

    If the run fits into memory, two optimizer steps over the longest rows are taken and timed. For a
    large model, the steps are taken by smaller models with its first layers only (`scaled_step`).

    Raises: CheckpointError for damaged files, OutOfMemory.
    """
    free = devices.free_memory(plan.device)
    measured = None
    seconds = None
    data = plan.data
    first = itertools.islice(plan.order, min(plan.schedule.batch_size, len(plan.rows)))
    batch = [token_spans(data.prompt, data[row].encoded, data.rows[row].image) for row in first]
    by_part = model_setup.count_by_part(plan.sources.config, plan.recipe, hd=plan.hd)
    scaled = plan.count > LARGE
    prepare_process(plan)
    imports = devices.peak_memory(plan.device)
    pictures: dict[str, Any] | None = None
    if plan.pictures is not None:
        space = {"bytes": plan.picture_bytes, "free": plan.free_disk}
        pictures = {"count": len(plan.images), **space, "seconds": None}
    if plan.memory.total <= free and any(learning for learning, _ in by_part.values()):
        with tempfile.TemporaryDirectory() as folder:
            tried = plan
            if plan.pictures is not None and pictures is not None:
                tried = replace(plan, pictures=replace(plan.pictures, folder=Path(folder)))
                pictures["seconds"] = encode_longest(tried) * pictures["count"]
            batch_seconds, update_seconds = scaled_step(tried) if scaled else take_steps(tried)
        seconds = plan.schedule.grad_accum * batch_seconds + update_seconds
        measured = None if scaled else devices.peak_memory(plan.device) - imports
    return DryRunReport(
        plan.schedule,
        model_sizes(plan.sources.config, hd=plan.hd),
        by_part,
        plan.memory,
        free,
        imports,
        measured,
        seconds,
        scaled,
        batch,
        pictures,
    )


def encode_longest(plan: RunPlan) -> float:
    """Encode the pictures of the longest rows. Return the seconds that one took."""
    assert plan.pictures is not None
    rows = plan.data.rows
    images = {rows[row].image for row in plan.longest} - {None}
    started = time.perf_counter()
    plan.pictures.encode(images, plan.sources, plan.device, plan.dtype)
    return (time.perf_counter() - started) / max(len(images), 1)


def model_sizes(config: Any, *, hd: bool | None) -> dict[str, Any]:
    """Return the families and sizes of a model's parts."""
    text = config.text_config
    vision = config.vision_config
    embq = {name: getattr(config, name) for name in ("embq_layer", "embq_width", "embq_heads")}
    return {
        "tower": vision.model_type,
        "tower_layers": int(vision.num_hidden_layers),
        "tower_width": int(getattr(vision, "embed_dim", vision.hidden_size)),
        "image_size": config.picture_scale.side,
        "visual_tokens": config.visual_tokens(hd) or None,  # None if it depends on the picture
        "decoder": text.model_type,
        "decoder_layers": int(text.num_hidden_layers),
        "decoder_width": int(text.hidden_size),
        "vocabulary": int(text.vocab_size),
        "query_tokens": config.num_query_tokens,
        **(embq if config.has_embq else dict.fromkeys(embq)),
    }


class StepTimer(TrainerCallback):
    """Measures the time of the last batch of each step (forward and backward) and of the optimizer's
    update. It also prevents checkpoints."""

    started = 0.0
    batch = 0.0
    update = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.started = time.perf_counter()

    on_substep_end = on_step_begin

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.batch = time.perf_counter() - self.started
        self.started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.update = time.perf_counter() - self.started
        control.should_save = False


def take_steps(plan: RunPlan) -> tuple[float, float]:
    """Let the Trainer take two steps over the longest rows, as in the run. Return the seconds of a
    batch and of the optimizer's update.

    They are measured in the second step, because the first step also allocates memory.
    """
    # With gradient accumulation a step needs two batches to reach the peak memory: from the second
    # batch on, the gradients are in memory together with the activations.
    batches = min(plan.schedule.grad_accum, 2)
    plan = replace(
        plan,
        recipe=replace(plan.recipe, report_to=(), skip_bad=True),
        schedule=replace(plan.schedule, steps=2, grad_accum=batches, workers=0),
        evaluation=None,
    )
    timer = StepTimer()
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(plan, Path(folder))
        trainer.order = plan.longest * (2 * batches * plan.schedule.world)
        trainer.add_callback(timer)
        trainer.train()
    return timer.batch, timer.update


def scaled_step(plan: RunPlan) -> tuple[float, float]:
    """Estimate the seconds that a batch and the optimizer's update take in a large model.

    Three smaller models are measured: one layer in decoder and tower, two layers in the decoder, and
    two layers in the tower. The differences are the times of one layer.
    """
    config = plan.sources.config
    base_batch, base_update = take_steps(cut_model(plan, 1, 1))
    batch = base_batch
    update = base_update
    # the time of a layer, multiplied by the number of layers that the smallest model lacks
    longer = [(2, 1, config.text_config), (1, 2, config.vision_config)]
    for text, vision, part in longer if plan.pictures is None else longer[:1]:
        longer_batch, longer_update = take_steps(cut_model(plan, text, vision))
        more = int(part.num_hidden_layers) - 1
        batch += more * max(longer_batch - base_batch, 0.0)
        update += more * max(longer_update - base_update, 0.0)
    return batch, update


def cut_model(plan: RunPlan, text: int, vision: int) -> RunPlan:
    """Return the plan for a model with only the first `text` layers of the decoder and the first
    `vision` layers of the tower."""
    config = copy.deepcopy(plan.sources.config)
    config.text_config.num_hidden_layers = text
    config.vision_config.num_hidden_layers = vision
    config.embq_layer = min(config.embq_layer, text - 1)
    wanted = model_files.empty_shapes(config)
    tensors = {name: info for name, info in plan.sources.tensors.items() if name in wanted}
    # `checkpointing` is set explicitly, because its default depends on the size of the model
    return replace(
        plan,
        recipe=replace(plan.recipe, checkpointing=plan.checkpointing),
        sources=replace(plan.sources, config=config, tensors=tensors),
    )
