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
from flashsloth.data.dataset import Rows, open_rows
from flashsloth.data.labels import IGNORED, encode_caption, encode_chat
from flashsloth.data.preview import TokenCounter
from flashsloth.data.validate import RowError, bad_rows_error, check
from flashsloth.errors import BadRows, DataUnreadable, ModelError, OptionError, OutOfMemory
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.training import model_setup
from flashsloth.training.dataset import Collate, LengthGroupedSampler, TrainingRows
from flashsloth.training.memory_estimate import (
    Batch,
    Memory,
    activations,
    estimate,
    lora_weights,
    nf4_linears,
    parameters_of,
)
from flashsloth.training.recipe import COMPRESSION, DRAWN, Recipe, Schedule, resolve_schedule
from flashsloth.training.synthetic_rows import (
    SOURCE,
    WINDOW,
    CollateLessons,
    DrawnRows,
    Lessons,
    SequentialSampler,
    Sights,
    collate_sights,
    is_drawn,
)
from flashsloth.utils.progress import Progress

LARGE = 10**9  # parameters; above, activations are computed twice unless told otherwise
DECODED = 10_000  # pictures; of a larger set only the first bytes are looked at, as decoding all of it takes an hour


@dataclass(frozen=True)
class RunPlan:
    """All that is known of a run before any weight is read."""

    recipe: Recipe
    sources: model_setup.Sources
    rows: Rows | DrawnRows
    evaluation: Rows | None
    schedule: Schedule
    device: torch.device
    dtype: torch.dtype
    hd: bool
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what was not looked at

    @property
    def max_length(self) -> int:
        """Tokens of the longest row that is taken."""
        return most_tokens(self.recipe, self.sources.config)

    @property
    def sparing(self) -> bool:
        """Whether memory matters more than time."""
        return self.recipe.method == "qlora" or self.checkpointing

    @property
    def checkpointing(self) -> bool:
        wanted = self.recipe.checkpointing
        return self.count > LARGE if wanted is None else wanted

    @cached_property
    def count(self) -> int:
        """Parameters of the model."""
        return model_setup.parameters(self.sources.config)

    @cached_property
    def data(self) -> TrainingRows | Lessons | Sights:
        """The rows to learn from, as the model takes them."""
        if isinstance(self.rows, DrawnRows):
            prompt = PromptEncoder(self.sources.processor.tokenizer, self.sources.config)
            if self.recipe.plan.rows == "truth":
                return Sights(self.rows, prompt, self.sources.config)
            told = self.recipe.truth_weight > 0
            return Lessons(self.rows, prompt, self.sources.config, hd=self.hd, truth=told)
        return self.encoded(self.rows)

    @property
    def order(self) -> LengthGroupedSampler | SequentialSampler:
        """The rows of an epoch, in the order in which they are learned."""
        rows, schedule = self.rows, self.schedule
        if isinstance(rows, DrawnRows) and rows.window > 1:
            return SequentialSampler(rows)
        return LengthGroupedSampler(
            rows.rough_lengths, schedule.step_rows, self.recipe.seed, multiple=schedule.multiple
        )

    @property
    def collate(self) -> Callable[[Any], dict[str, Any]]:
        """Makes rows a batch."""
        if self.recipe.plan.rows == "truth":
            return collate_sights
        size = int(self.sources.config.vision_config.image_size)
        tiles = (self.sources.config.tiles,) if self.hd else ()
        idle = (*tiles, 3, size, size) if rank_and_world_size()[1] > 1 else None
        collate = Collate(int(self.sources.config.text_config.pad_token_id or 0), idle)
        return CollateLessons(collate) if self.recipe.truth_weight else collate

    def for_evaluation(self) -> TrainingRows | None:
        """The rows to evaluate on, filled up with nothing so that every process gets as many."""
        if self.evaluation is None:
            return None
        return self.encoded(self.evaluation, self.schedule.multiple)

    def encoded(self, rows: Rows, multiple: int = 1) -> TrainingRows:
        prompt = PromptEncoder(self.sources.processor.tokenizer, self.sources.config)
        form = self.recipe.plan.rows
        assert form != "truth"  # set_up refuses it for files
        return TrainingRows(
            rows,
            prompt,
            self.sources.config,
            form=form,
            hd=self.hd,
            max_length=self.max_length,
            multiple=multiple,
        )

    @cached_property
    def longest(self) -> list[int]:
        """The rows of the heaviest batch, as far as their size in the file tells."""
        lengths = abs(self.rows.rough_lengths)
        return [int(i) for i in lengths.argsort(kind="stable")[::-1][: self.schedule.batch_size]]

    @cached_property
    def memory(self) -> Memory:
        """What the run will take."""
        recipe, config = self.recipe, self.sources.config
        heaviest = [self.data[i].encoded for i in self.longest]
        plain, item = recipe.method == "full", self.dtype.itemsize
        model = model_files.build_empty(config)
        parts_of = set(recipe.trained_parts(hd=self.hd))
        in_full, matrices, largest = parameters_of(model, parts_of, model_setup.part_of)
        in_float32 = in_full if plain else parameters_of(model, parts_of | set(COMPRESSION), model_setup.part_of)[0]
        linears, packed = nf4_linears(config) if recipe.method == "qlora" else (0, 0)
        in_type = self.count - in_float32 - linears
        low_rank = 0 if plain else lora_weights(config, recipe.rank, recipe.targets)
        batch = Batch(
            rows=len(heaviest),
            tokens=max(len(encoded.input_ids) for encoded in heaviest),
            learned=sum(label != IGNORED for encoded in heaviest for label in encoded.labels),
            tiles=config.tiles if self.hd and recipe.plan.rows != "truth" else 1,
        )
        return estimate(
            frozen=in_type * item + packed + (0 if plain else in_float32 * 4),  # peft keeps what it began with
            learned=in_full + low_rank,
            copied=matrices if item == 2 else 0,
            largest=largest,
            masters=recipe.master_weights,
            activations=activations(
                config,
                batch,
                item=item,
                checkpointing=self.checkpointing,
                targets=None if plain else recipe.targets,
                dropout=recipe.dropout,
                tower_learns="vision_tower" in parts_of,
                in_nf4=recipe.method == "qlora",
                masters=recipe.master_weights,
                shares=recipe.master_weights and self.device.type == "cpu",
            ),
        )

    def check_memory(self) -> None:
        """OutOfMemory, saying what would help, where the device has not got what this takes."""
        free = devices.free_memory(self.device)
        if self.memory.total > free:
            raise OutOfMemory(
                f"this takes about {self.memory.total / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free on "
                f"{self.device}",
                hint=self.memory_hint(),
            )

    def memory_hint(self) -> str:
        """What would take less memory."""
        recipe = self.recipe
        if not self.checkpointing:
            return "Add --checkpointing, or take a smaller --batch-size with more --grad-accum."
        if self.schedule.batch_size > 1:
            return "Take a smaller --batch-size, with more --grad-accum for the same step."
        if recipe.method == "lora":
            return "Use --qlora."
        if recipe.stage is None and recipe.method == "full":
            return "Use --lora, or --qlora."
        return "Train on a machine with more memory, or on several GPUs (docs/training.md)."


def rank_and_world_size() -> tuple[int, int]:
    """This process's number, and how many train together, as torchrun and accelerate say."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def plan_run(
    recipe: Recipe,
    *,
    offline: bool = False,
    confirm: Any = None,
    on_progress: Progress | None = None,
) -> RunPlan:
    """Read what the recipe names: data first, then the model's sizes; no weights.

    Raises: DataError for the data, ModelError for the model, OptionError.
    """
    if not recipe.data:
        raise OptionError("no data was given", hint="Name one or more files: flashsloth finetune DATA -o OUT")
    check_services(recipe.report_to)
    check_options(recipe)
    drawn = drawn_rows(recipe) if is_drawn(recipe.data) else None
    sets = [
        CheckedRows.read(recipe, files, on_progress)
        for files in (recipe.data, recipe.eval_data)
        if files and files != (SOURCE,)
    ]
    refused = not recipe.skip_bad and any(found.problems for found in sets)
    try:  # nothing is downloaded for rows that are refused
        sources = model_setup.find_sources(recipe, offline=offline or refused, confirm=confirm, on_progress=on_progress)
    except ModelError:
        if refused:
            raise refuse(sets) from None
        raise
    hd = sources.config.image_hd if recipe.hd is None else recipe.hd
    sources.config.image_hd = hd
    check_truth_weight(recipe, sources, hd=hd)
    for found in sets:
        found.check_lengths(recipe, sources)
    if not recipe.skip_bad and any(found.problems for found in sets):
        raise refuse(sets)
    kept = [found.good_rows() for found in sets]
    rows: Rows | DrawnRows = drawn if drawn is not None else kept.pop(0)
    evaluation = kept.pop() if kept else None
    if recipe.eval_split and isinstance(rows, Rows):
        rows, evaluation = split(rows, recipe.eval_split, recipe.seed)
    device = devices.choose_device(recipe.device)
    dtype = model_setup.compute_dtype(device, recipe.dtype, sources.size)
    schedule = resolve_schedule(
        recipe,
        rows=len(rows),
        width=int(sources.config.text_config.hidden_size),
        world=rank_and_world_size()[1],
        cores=os.cpu_count() or 1,
    )
    skipped = tuple(str(problem) for found in sets for problem in found.problems.values())
    notes = tuple(found.note for found in sets if found.note)
    return RunPlan(recipe, sources, rows, evaluation, schedule, device, dtype, hd, skipped, notes)


def check_options(recipe: Recipe) -> None:
    """Raise OptionError for data that the recipe's stage cannot learn from."""
    if recipe.plan.rows == "truth" and not is_drawn(recipe.data):
        raise OptionError(f"--stage {recipe.stage} knows the truth of drawn pictures alone", hint="Use synth:train.")
    if any(name.startswith(DRAWN) for name in recipe.eval_data):
        raise OptionError("--eval-data takes files", hint="Use flashsloth eval synth:test afterwards.")


def check_truth_weight(recipe: Recipe, sources: model_setup.Sources, *, hd: bool) -> None:
    """Raise OptionError if the model cannot learn the truth of drawn pictures."""
    if recipe.truth_weight and (hd or sources.config.image_aspect_ratio != "square"):
        raise OptionError("--truth-weight is of pictures in one piece, squashed to a square", hint="Add --no-hd.")
    if recipe.truth_weight and "vision_tower" not in recipe.trained_parts(hd=hd):
        raise OptionError("--truth-weight teaches the tower, and that does not learn", hint="Add --train-vision.")


def drawn_rows(recipe: Recipe) -> DrawnRows:
    """As many rows as the run's steps take: none is seen twice. OptionError for what makes no sense with them."""
    if recipe.max_steps is None:
        raise OptionError("drawn rows have no end", hint="Say how long with --max-steps.")
    if recipe.eval_split:
        raise OptionError("drawn rows are never seen twice", hint="Use flashsloth eval synth:test afterwards.")
    if recipe.plan.rows == "caption":
        raise OptionError("drawn rows are conversations, not captions", hint="Use --stage instruct.")
    if recipe.plan.rows == "truth" and recipe.eval_data:
        raise OptionError(f"--stage {recipe.stage} says nothing yet that rows could be held to", hint="Leave them out.")
    if recipe.max_length is not None:
        raise OptionError("drawn rows are as long as they are", hint="Leave --max-length out.")
    taken = resolve_schedule(recipe, rows=1, width=1, world=rank_and_world_size()[1])
    window = WINDOW * taken.step_rows if recipe.in_windows else 1
    return DrawnRows(taken.step_rows * recipe.max_steps, recipe.seed, window)


def check_services(names: tuple[str, ...]) -> None:
    """OptionError for a service to report to that transformers does not know, or that is not installed."""
    if not names:
        return
    from transformers.integrations import integration_utils as services

    for name in names:
        if name not in services.INTEGRATION_TO_CALLBACK:
            known = ", ".join(sorted(services.INTEGRATION_TO_CALLBACK))
            raise OptionError(f"--report-to {name}: unknown", hint=f"Known: {known}.")
        if name not in services.get_available_reporting_integrations():
            raise OptionError(f"--report-to {name}: it is not installed", hint=f"pip install {name}")


@dataclass
class CheckedRows:
    """The rows of some files with the bad ones among them by number: those that `flashsloth data check` finds."""

    rows: Rows
    problems: dict[int, RowError]
    note: str = ""

    @classmethod
    def read(cls, recipe: Recipe, files: tuple[str, ...], on_progress: Progress | None) -> CheckedRows:
        """Read every row and decode its picture; their lengths depend on the model."""
        root = Path(recipe.image_root) if recipe.image_root else None
        rows = open_rows(files, root, captions=recipe.plan.rows == "caption")
        pictures = int((rows.rough_lengths >= 0).sum())
        many = pictures > DECODED
        report = check(rows, pictures="header" if many else "decode", on_progress=on_progress)
        found = dict(zip(report.bad.tolist(), report.skipped(), strict=True))
        note = f"note: of {pictures:,} pictures only the first bytes were checked; flashsloth data check decodes them"
        return cls(rows, found, note if many else "")

    def check_lengths(self, recipe: Recipe, sources: model_setup.Sources) -> None:
        """Add the rows that do not fit into the model's context, or `max_length`."""
        config: Any = sources.config
        limit = most_tokens(recipe, config)
        encode = encode_caption if recipe.plan.rows == "caption" else encode_chat
        lengths = TokenCounter(PromptEncoder(sources.processor.tokenizer, config), config, limit, encode)
        overhead = len(config.system_prompt.encode()) + config.visual_tokens(config.image_hd) + 64
        perhaps = (abs(self.rows.rough_lengths) + overhead > limit).nonzero()[0].tolist()
        perhaps = [row for row in perhaps if row not in self.problems]  # the others cannot be too long
        if not perhaps:
            return
        report = check(self.rows.select(perhaps), count_tokens=lengths, limit=limit, pictures="none")
        found = {perhaps[row]: problem for row, problem in zip(report.bad.tolist(), report.skipped(), strict=True)}
        self.problems = dict(sorted((self.problems | found).items()))

    def good_rows(self) -> Rows:
        """The rows without the bad ones. DataUnreadable if none is left."""
        rows = self.rows
        if self.problems:
            rows = rows.select([row for row in range(len(rows)) if row not in self.problems])
        if not len(rows):
            raise DataUnreadable("no row is left that can be learned from")
        return rows


def refuse(sets: list[CheckedRows]) -> BadRows:
    """The error that names the bad rows of all sets."""
    return bad_rows_error(
        sum(len(found.rows) for found in sets), [p for found in sets for p in found.problems.values()]
    )


def most_tokens(recipe: Recipe, config: Any) -> int:
    """Tokens of the longest row that is taken."""
    context = int(config.text_config.max_position_embeddings)
    return min(recipe.max_length or context, context)


def split(rows: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    """Rows to learn from and rows to evaluate on, drawn by the seed."""
    import numpy as np

    count = max(1, round(len(rows) * share))
    if count >= len(rows):
        raise OptionError(f"{len(rows)} rows cannot be split by {share}", hint="Give a smaller --eval-split.")
    order = np.random.default_rng((seed, 1)).permutation(len(rows))
    return rows.select(np.sort(order[count:])), rows.select(np.sort(order[:count]))
