"""All that is known of a run before any weight is read: rows, sizes, schedule, memory. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from flashsloth import devices
from flashsloth.checkpoints import model_files
from flashsloth.config.parts import COMPRESSION, PIA
from flashsloth.data.data_files import Rows, open_rows
from flashsloth.data.drawn_rows import PREFIX, TRAINING, DrawnRows, find, is_drawn
from flashsloth.data.labels import IGNORED, encode_caption, encode_chat
from flashsloth.data.preview import TokenCounter
from flashsloth.data.validate import RowError, bad_rows_error, check
from flashsloth.errors import BadRows, DataUnreadable, ModelError, OptionError, OutOfMemory
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.training import model_setup
from flashsloth.training.choice_temperature import ChoiceRows, select_rows
from flashsloth.training.dataset import Collate, FixedOrder, LengthGroupedSampler, TrainingRows
from flashsloth.training.decoder_linears import linear_shapes, targeted
from flashsloth.training.memory_estimate import (
    Batch,
    Memory,
    activations,
    count_parameters,
    estimate,
    lora_weights,
    nf4_linears,
)
from flashsloth.training.recipe import Recipe, Schedule, resolve_schedule, visible_device
from flashsloth.utils.progress import Progress

LARGE = 10**9  # parameters; larger models use activation checkpointing by default
WINDOW = 8  # optimizer steps whose drawn rows are sorted by length together
DECODED = 10_000  # pictures; of a larger data set only the headers are checked, as decoding takes an hour


@dataclass(frozen=True)
class RunPlan:
    """A run before any weight is read."""

    recipe: Recipe
    sources: model_setup.Sources
    rows: Rows | DrawnRows
    evaluation: Rows | None
    schedule: Schedule
    device: torch.device
    dtype: torch.dtype
    hd: bool
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what was not checked, and what follows the last step
    choice_rows: ChoiceRows | None = None  # with --choices

    @property
    def saves_memory(self) -> bool:
        """Whether memory matters more than time."""
        return self.recipe.method == "qlora" or self.checkpointing

    @property
    def checkpointing(self) -> bool:
        """Whether activations are computed again in the backward pass."""
        chosen = self.recipe.checkpointing
        return self.count > LARGE if chosen is None else chosen

    @cached_property
    def count(self) -> int:
        """The number of the model's parameters."""
        return model_setup.parameters(self.sources.config)

    @cached_property
    def data(self) -> Any:
        """The training rows, encoded: TrainingRows, or a data set of DrawnRows."""
        if not isinstance(self.rows, DrawnRows):
            return self._encode(self.rows)
        if self.recipe.stage_plan.rows == "truth":
            return self.rows.patches(self.sources.config)
        prompt = PromptEncoder(self.sources.processor.tokenizer, self.sources.config)
        return self.rows.chats(prompt, self.sources.config, hd=self.hd, with_truth=self.recipe.truth_weight > 0)

    @property
    def order(self) -> LengthGroupedSampler | FixedOrder:
        rows, schedule = self.rows, self.schedule
        if isinstance(rows, DrawnRows) and rows.window > 1:
            return FixedOrder(range(len(rows)))
        return LengthGroupedSampler(
            rows.rough_lengths, schedule.step_rows, self.recipe.seed, multiple=schedule.multiple
        )

    @property
    def collate(self) -> Callable[[Any], dict[str, Any]]:
        """The function that makes a batch of examples."""
        if self.recipe.stage_plan.rows == "truth":
            return find().collate_patches
        size = int(self.sources.config.vision_config.image_size)
        tiles = (self.sources.config.tiles,) if self.hd else ()
        idle = (*tiles, 3, size, size) if rank_and_world_size()[1] > 1 else None
        collate = Collate(int(self.sources.config.text_config.pad_token_id or 0), idle)
        return find().collate_with_truth(collate) if self.recipe.truth_weight else collate

    def evaluation_data(self) -> TrainingRows | None:
        """Return the evaluation rows, encoded, and padded so that every process has as many."""
        if self.evaluation is None:
            return None
        return self._encode(self.evaluation, self.schedule.multiple)

    def _encode(self, rows: Rows, multiple: int = 1) -> TrainingRows:
        prompt = PromptEncoder(self.sources.processor.tokenizer, self.sources.config)
        rendering = self.recipe.stage_plan.rows
        assert rendering != "truth"  # check_options refuses it for files
        return TrainingRows(
            rows,
            prompt,
            self.sources.config,
            rendering=rendering,
            hd=self.hd,
            max_length=max_tokens(self.recipe, self.sources.config),
            multiple=multiple,
        )

    @cached_property
    def longest(self) -> list[int]:
        """The rows of the heaviest batch, by their size in the file."""
        lengths = abs(self.rows.rough_lengths)
        return [int(i) for i in lengths.argsort(kind="stable")[::-1][: self.schedule.batch_size]]

    @cached_property
    def memory(self) -> Memory:
        recipe, config = self.recipe, self.sources.config
        heaviest = [self.data[i].encoded for i in self.longest]
        full, item = recipe.method == "full", self.dtype.itemsize
        model = model_files.build_empty(config)
        parts = set(recipe.trained_parts(hd=self.hd))
        learned, matrices, largest = count_parameters(model, parts, model_setup.part_of)
        float32 = learned if full else count_parameters(model, parts | set(COMPRESSION), model_setup.part_of)[0]
        shapes = {} if full else linear_shapes(config)
        adapted = {} if full else targeted(shapes, recipe.targets)
        linears, nf4_bytes = nf4_linears(shapes) if recipe.method == "qlora" else (0, 0)
        low_rank = 0 if full else lora_weights(adapted, recipe.rank)
        batch = Batch(
            rows=len(heaviest),
            tokens=max(len(encoded.input_ids) for encoded in heaviest),
            learned=sum(label != IGNORED for encoded in heaviest for label in encoded.labels),
            tiles=config.tiles if self.hd and recipe.stage_plan.rows != "truth" else 1,
        )
        return estimate(
            frozen=(self.count - float32 - linears) * item + nf4_bytes + (0 if full else float32 * 4),  # peft's copies
            learned=learned + low_rank,
            copied=matrices if item == 2 else 0,
            largest=largest,
            masters=recipe.master_weights,
            activations=activations(
                config,
                batch,
                item=item,
                checkpointing=self.checkpointing,
                targets=None if full else adapted,
                dropout=recipe.dropout,
                tower_learns="vision_tower" in parts,
                in_nf4=recipe.method == "qlora",
                masters=recipe.master_weights,
                keeps_attention=recipe.master_weights and self.device.type == "cpu",
            ),
        )

    def check_memory(self) -> None:
        """Raise OutOfMemory if the device has less memory than the run needs."""
        free = devices.free_memory(self.device)
        if self.memory.total > free:
            raise OutOfMemory(
                f"training needs about {self.memory.total / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free on "
                f"{self.device}",
                hint=self.memory_hint(),
            )

    def memory_hint(self) -> str:
        """Return how to use less memory."""
        recipe = self.recipe
        if not self.checkpointing:
            return "Add --set checkpointing=true, or use a smaller --batch-size with more grad_accum."
        if self.schedule.batch_size > 1:
            return "Use a smaller --batch-size, with more grad_accum for the same step (--set grad_accum=8)."
        if recipe.method == "lora":
            return "Use --qlora."
        if recipe.stage is None and recipe.method == "full":
            return "Use --lora, or --qlora."
        return "Use a machine with more memory, or several GPUs (docs/training.md)."


def rank_and_world_size() -> tuple[int, int]:
    """Return this process's number and the number of processes, as set by torchrun and accelerate."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def plan_run(
    recipe: Recipe, *, offline: bool = False, confirm: Any = None, on_progress: Progress | None = None
) -> RunPlan:
    """Read the data, then the model's sizes; no weights.

    Raises: DataError for the data, ModelError for the model, OptionError.
    """
    if not recipe.data:
        raise OptionError("no data was given", hint="Give one or more files.")
    check_services(recipe.report_to)
    check_options(recipe)
    drawn = drawn_rows(recipe) if is_drawn(recipe.data) else None
    files = [names for names in (recipe.data, recipe.eval_data) if names and names != (TRAINING,)]
    sets = [CheckedRows.read(recipe, names, on_progress) for names in files]
    sources = _find_sources(recipe, sets, offline=offline, confirm=confirm, on_progress=on_progress)
    hd = sources.config.image_hd if recipe.hd is None else recipe.hd
    sources.config.image_hd = hd
    check_truth_weight(recipe, sources, hd=hd)
    if recipe.stage == PIA and sources.config.pia_rank is None:
        raise OptionError("--stage pia needs a model with adapters", hint="Make one with flashsloth reduce skip.")
    if recipe.method != "full":
        targeted(linear_shapes(sources.config), recipe.targets)
    for checked in sets:
        checked.check_lengths(recipe, sources)
    if refused(recipe, sets):
        raise bad_rows(sets)
    kept = [checked.good_rows() for checked in sets]
    rows: Rows | DrawnRows = drawn if drawn is not None else kept.pop(0)
    evaluation = kept.pop() if kept else None
    if recipe.eval_split and isinstance(rows, Rows):
        rows, evaluation = split(rows, recipe.eval_split, recipe.seed)
    device = training_device(recipe)
    dtype = model_setup.compute_dtype(device, recipe.dtype, sources.size)
    width, world = int(sources.config.text_config.hidden_size), rank_and_world_size()[1]
    schedule = resolve_schedule(recipe, rows=len(rows), width=width, world=world, cores=os.cpu_count() or 1)
    skipped = tuple(str(problem) for checked in sets for problem in checked.problems.values())
    chosen = select_rows(evaluation, texts, recipe.seed) if evaluation and (texts := recipe.choice_texts) else None
    notes = tuple(note for note in (*(checked.note for checked in sets), chosen.note if chosen else "") if note)
    return RunPlan(recipe, sources, rows, evaluation, schedule, device, dtype, hd, skipped, notes, chosen)


def _find_sources(recipe: Recipe, sets: list[CheckedRows], *, offline: bool, **options: Any) -> model_setup.Sources:
    """Find the model. Bad rows are reported first, and nothing is downloaded for them."""
    bad = refused(recipe, sets)
    try:
        return model_setup.find_sources(recipe, offline=offline or bad, **options)
    except ModelError:
        if bad:
            raise bad_rows(sets) from None
        raise


def check_options(recipe: Recipe) -> None:
    """Raise OptionError for data that the recipe's stage cannot learn from."""
    if recipe.stage_plan.rows == "truth" and not is_drawn(recipe.data):
        raise OptionError(f"--stage {recipe.stage} needs drawn pictures", hint="Use synth:train.")
    if any(name.startswith(PREFIX) for name in recipe.eval_data):
        raise OptionError("--eval-data takes files", hint="Run flashsloth eval synth:test afterwards.")


def check_truth_weight(recipe: Recipe, sources: model_setup.Sources, *, hd: bool) -> None:
    """Raise OptionError if the model cannot learn the patch labels of drawn pictures."""
    if recipe.truth_weight and (hd or sources.config.image_aspect_ratio != "square"):
        raise OptionError("truth_weight needs pictures of one square tile", hint="Add --no-hd.")
    if recipe.truth_weight and "vision_tower" not in recipe.trained_parts(hd=hd):
        raise OptionError("truth_weight needs a tower that learns", hint="Add --train-vision.")


def drawn_rows(recipe: Recipe) -> DrawnRows:
    """Return as many drawn rows as the run's steps need. Raises OptionError for options that they exclude."""
    if recipe.max_steps is None:
        raise OptionError(f"{TRAINING} has no last row", hint="Set the length with --max-steps.")
    if recipe.eval_split:
        raise OptionError(f"{TRAINING} cannot be split", hint="Run flashsloth eval synth:test afterwards.")
    if recipe.stage_plan.rows == "caption":
        raise OptionError(f"{TRAINING} has conversations, not captions", hint="Use --stage instruct.")
    if recipe.stage_plan.rows == "truth" and recipe.eval_data:
        raise OptionError(f"--stage {recipe.stage} trains no text to evaluate", hint="Leave out --eval-data.")
    if recipe.max_length is not None:
        raise OptionError(f"max_length does not apply to {TRAINING}", hint="Leave it out.")
    step_rows = resolve_schedule(recipe, rows=1, width=1, world=rank_and_world_size()[1]).step_rows
    window = WINDOW * step_rows if recipe.in_windows else 1
    return find().rows(step_rows * recipe.max_steps, recipe.seed, window)


def check_services(names: tuple[str, ...]) -> None:
    """Raise OptionError for a tracking service that transformers does not support or that is not installed."""
    if not names:
        return
    from transformers.integrations import integration_utils as services

    for name in names:
        if name not in services.INTEGRATION_TO_CALLBACK:
            known = ", ".join(sorted(services.INTEGRATION_TO_CALLBACK))
            raise OptionError(f"unknown service {name} in report_to", hint=f"Known: {known}.")
        if name not in services.get_available_reporting_integrations():
            raise OptionError(f"{name} of report_to is not installed", hint=f"Run pip install {name}")


@dataclass
class CheckedRows:
    """The rows of some data files; `problems` maps the number of each bad row to its error."""

    rows: Rows
    problems: dict[int, RowError]
    note: str = ""

    @classmethod
    def read(cls, recipe: Recipe, files: tuple[str, ...], on_progress: Progress | None) -> CheckedRows:
        """Read every row and decode its picture. `check_lengths` does the rest, which depends on the model."""
        root = Path(recipe.image_root) if recipe.image_root else None
        rows = open_rows(files, root, captions=recipe.stage_plan.rows == "caption")
        pictures = int((rows.rough_lengths >= 0).sum())
        many = pictures > DECODED
        report = check(rows, pictures="header" if many else "decode", on_progress=on_progress)
        problems = dict(zip(report.bad.tolist(), report.problems, strict=True))
        note = f"note: only the headers of {pictures:,} pictures were checked; flashsloth data check decodes them"
        return cls(rows, problems, note if many else "")

    def check_lengths(self, recipe: Recipe, sources: model_setup.Sources) -> None:
        """Add to `problems` the rows with more tokens than the model's context or `max_length` allows."""
        config: Any = sources.config
        limit = max_tokens(recipe, config)
        encode = encode_caption if recipe.stage_plan.rows == "caption" else encode_chat
        lengths = TokenCounter(PromptEncoder(sources.processor.tokenizer, config), config, limit, encode)
        overhead = len(config.system_prompt.encode()) + config.visual_tokens(config.image_hd) + 64
        long = (abs(self.rows.rough_lengths) + overhead > limit).nonzero()[0].tolist()
        long = [row for row in long if row not in self.problems]  # the others cannot be too long
        if not long:
            return
        report = check(self.rows.select(long), count_tokens=lengths, limit=limit, pictures="none")
        problems = {long[row]: problem for row, problem in zip(report.bad.tolist(), report.problems, strict=True)}
        self.problems = dict(sorted((self.problems | problems).items()))

    def good_rows(self) -> Rows:
        """Return the rows without the bad ones. Raises DataUnreadable if none is left."""
        rows = self.rows
        if self.problems:
            rows = rows.select([row for row in range(len(rows)) if row not in self.problems])
        if not len(rows):
            raise DataUnreadable("no row can be used for training", hint="Run flashsloth data check.")
        return rows


def training_device(recipe: Recipe) -> torch.device:
    """Return the device to train on. Raises: OptionError for another CUDA device than the first."""
    device = devices.choose_device(recipe.device)
    if device.type == "cuda" and device.index not in (None, 0):  # transformers' Trainer takes the first one
        raise OptionError(
            f"training uses the first CUDA device, not {device}",
            hint=f"Set CUDA_VISIBLE_DEVICES={visible_device(device.index)} before torch is imported, and use cuda.",
        )
    return device


def refused(recipe: Recipe, sets: list[CheckedRows]) -> bool:
    """Return whether bad rows end the run."""
    return not recipe.skip_bad and any(checked.problems for checked in sets)


def bad_rows(sets: list[CheckedRows]) -> BadRows:
    return bad_rows_error(sum(len(rows.rows) for rows in sets), [p for rows in sets for p in rows.problems.values()])


def max_tokens(recipe: Recipe, config: Any) -> int:
    """Return the most tokens that a row may have."""
    context = int(config.text_config.max_position_embeddings)
    return min(recipe.max_length or context, context)


def split(rows: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    """Split rows at random into training rows and evaluation rows."""
    import numpy as np

    count = max(1, round(len(rows) * share))
    if count >= len(rows):
        raise OptionError(
            f"--eval-split {share} of {len(rows)} rows leaves none to train on", hint="Use a smaller share."
        )
    order = np.random.default_rng((seed, 1)).permutation(len(rows))
    return rows.select(np.sort(order[count:])), rows.select(np.sort(order[:count]))
