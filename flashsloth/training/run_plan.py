"""Make the plan of a run before any weight is read: check the rows, and determine the sizes, the
schedule and the memory. Nothing is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol, cast

import numpy as np
import torch
from torch.utils.data import Dataset

from flashsloth import devices
from flashsloth.checkpoints import model_files
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.data.data_files import Rows, open_rows
from flashsloth.data.sample import IGNORED, QAPair, Sample, TokenCounter, encode_caption, encode_chat
from flashsloth.data.unwritten import shown_letters, unwritten_letters, unwritten_tokens
from flashsloth.data.validate import RowError, check, row_error
from flashsloth.errors import (
    BadRows,
    DataUnreadable,
    DiskFull,
    ImageError,
    ModelError,
    OptionError,
    OutOfMemory,
)
from flashsloth.generation.constraint import LINES
from flashsloth.images.reader import read_image
from flashsloth.model.query_groups import plan_embq
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.sizes.families import PIA
from flashsloth.training import checkpoints, memory_estimate, model_setup
from flashsloth.training.choice_temperature import ChoiceRows, select_rows
from flashsloth.training.dataset import Collate, LengthGroupedSampler, TrainingRows
from flashsloth.training.encoded_pictures import EncodedPictures, is_thin
from flashsloth.training.recipe import Recipe, Schedule, resolve_schedule, visible_device
from flashsloth.utils.progress import Progress, ignore

LARGE = 10**9  # number of parameters; larger models use activation checkpointing by default
# `names_schemas` reads only every n-th row of a large data set. n is chosen so that it reads at least
# this many rows, and fewer than twice as many.
SAMPLED = 2000
# If a data set has more pictures, only their headers are checked: decoding them all would take an hour.
DECODED = 10_000
SAMPLED_PICTURES = 32  # of how many pictures, about, the visual tokens are counted before a run
TURN_BYTES = 50  # the least that the JSON of a turn takes in a row, besides its texts


class Source(Protocol):
    """Training rows that do not come from files, with the trainer that they need."""

    def __len__(self) -> int: ...

    @property
    def rough_lengths(self) -> np.typing.NDArray[np.int32]:
        """Rough sizes of the rows, as in `Rows`."""

    def sha256(self) -> str:
        """Return a digest of everything that determines the rows and their losses. A run is resumed
        only if the digest is the same."""

    def dataset(self, plan: RunPlan) -> Dataset[Any]:
        """Return the encoded rows: examples with a field `encoded`, like those of TrainingRows."""

    def trainer(self, plan: RunPlan, **arguments: Any) -> Any:
        """Return a SlothTrainer. `arguments` are the arguments that SlothTrainer gets in a run with
        data files. The source may replace any of them."""


@dataclass(frozen=True)
class RunPlan:
    """The plan of a run, made before any weight is read: everything that follows from the recipe, the
    rows of the data and the sizes of the model."""

    recipe: Recipe
    sources: model_setup.Sources
    rows: Rows | Source
    evaluation: Rows | None
    schedule: Schedule
    device: torch.device
    dtype: torch.dtype
    hd: bool | None  # as in PictureProcessor.prepare
    skipped: tuple[str, ...] = ()
    # messages for the user about checks that were left out and about work after the last step
    notes: tuple[str, ...] = ()
    choice_rows: ChoiceRows | None = None  # None without --choices
    pictures: EncodedPictures | None = None  # None if the tower runs in each step

    @property
    def checkpointing(self) -> bool:
        """Whether activations are computed again in the backward pass."""
        return self.count > LARGE if self.recipe.checkpointing is None else self.recipe.checkpointing

    @cached_property
    def count(self) -> int:
        """The number of the model's parameters."""
        return model_setup.parameters(self.sources.config)

    @cached_property
    def data(self) -> Any:
        """The training rows, encoded."""
        return self._encode(self.rows) if isinstance(self.rows, Rows) else self.rows.dataset(self)

    @property
    def order(self) -> LengthGroupedSampler:
        return LengthGroupedSampler(
            self.rows.rough_lengths,
            self.schedule.step_rows,
            self.recipe.seed,
            multiple=self.schedule.multiple,
        )

    @property
    def collate(self) -> Collate:
        """The function that makes a batch of examples."""
        config = self.sources.config
        size = config.picture_scale.side
        tiles = (config.tiles,) if self.hd else ()
        has_tower = self.pictures is None
        idle = (*tiles, 3, size, size) if has_tower and rank_and_world_size()[1] > 1 else None
        plan = partial(plan_embq, layout=config, visual_tokens=config.visual_tokens(self.hd))
        pad = int(config.text_config.pad_token_id or 0)
        return Collate(pad, idle, plan if config.has_embq else None)

    def evaluation_data(self) -> TrainingRows | None:
        """Return the encoded evaluation rows. Empty rows are added, so that every process gets the same
        number of rows."""
        if self.evaluation is None:
            return None
        return self._encode(self.evaluation, self.schedule.multiple)

    def _encode(self, rows: Rows, multiple: int = 1) -> TrainingRows:
        config = self.sources.config
        prompt = PromptEncoder(self.sources.processor.tokenizer, config)
        return TrainingRows(
            rows,
            prompt,
            config,
            rendering=self.recipe.stage_plan.rows,
            hd=self.hd,
            max_length=max_tokens(self.recipe, config),
            multiple=multiple,
            pictures=self.pictures,
        )

    @cached_property
    def images(self) -> list[str]:
        """The paths of all pictures, each once."""
        kept = [rows for rows in (self.rows, self.evaluation) if isinstance(rows, Rows)]
        return sorted({row.image for rows in kept for row in rows if row.image is not None})

    @cached_property
    def visual_tokens(self) -> list[int]:
        """The number of visual tokens of some pictures, if it may differ from picture to picture."""
        found = list[int]()
        if self.pictures is not None:
            for image in self.images[:: len(self.images) // SAMPLED_PICTURES + 1]:
                with suppress(ImageError):
                    block = self.pictures.block(image)
                    found.append(block.count(self.sources.config.image_token_id))
        return found

    @property
    def picture_bytes(self) -> int:
        """About how many bytes the pictures take on the disk that are not encoded yet."""
        if self.pictures is None:
            return 0
        missing = sum(not self.pictures.is_stored(image) for image in self.images)
        config = self.sources.config
        # the visual tokens, and what is added to them after the first layers of some decoders
        layers = 1 + len(getattr(config.vision_config, "deepstack_visual_indexes", ()))
        tokens = fmean(self.visual_tokens or [0]) * missing * layers
        return int(tokens * config.text_config.hidden_size * self.dtype.itemsize)

    @property
    def free_disk(self) -> int:
        """The bytes that are free where the run is written."""
        out = Path(self.recipe.output).absolute()
        return shutil.disk_usage(next(path for path in (out, *out.parents) if path.exists())).free

    @cached_property
    def longest(self) -> list[int]:
        """The indices of the rows in the heaviest batch: those whose rough lengths are the largest."""
        ascending = abs(self.rows.rough_lengths).argsort(kind="stable")
        return [int(i) for i in ascending[::-1][: self.schedule.batch_size]]

    @cached_property
    def memory(self) -> memory_estimate.Memory:
        """The estimated memory of the run with its heaviest batch."""
        heaviest = [self.data[i].encoded for i in self.longest]
        config = self.sources.config
        longest = max(len(encoded.input_ids) for encoded in heaviest)
        tiles = config.tiles if self.hd else 1
        encoding = 0
        if self.pictures is not None:
            # Another row of the batch may have the largest picture.
            image = config.image_token_id
            words = [[i for i in encoded.input_ids if i != image] for encoded in heaviest]
            longest = max(longest, max(map(len, words)) + max(self.visual_tokens, default=0))
            tiles = 0
            folder = cast(ModelSource, self.sources.source).folder
            encoding = model_files.picture_bytes(config, folder, self.dtype.itemsize, longest)
        learned = sum(label != IGNORED for encoded in heaviest for label in encoded.labels)
        batch = memory_estimate.Batch(len(heaviest), longest, learned, tiles)
        return memory_estimate.estimate(
            config,
            self.recipe,
            batch,
            item=self.dtype.itemsize,
            hd=self.hd,
            checkpointing=self.checkpointing,
            encoding=encoding,
        )

    def check_memory(self) -> None:
        """Raise OutOfMemory if the device has less memory than the run needs."""
        free = devices.free_memory(self.device)
        if self.memory.total > free:
            raise OutOfMemory(
                f"training needs about {self.memory.total / 1e9:.1f} GB of memory, "
                f"{free / 1e9:.1f} GB are free on {self.device}",
                hint=self.memory_hint(),
            )

    def check_disk(self) -> None:
        """Raise DiskFull if the encoded pictures do not fit."""
        if self.picture_bytes > self.free_disk:
            raise DiskFull(
                f"the encoded pictures need about {self.picture_bytes / 1e9:.2f} GB, {self.free_disk / 1e9:.2f} GB "
                f"are free on the disk of {self.recipe.output}",
                hint="Free some space, or choose another folder.",
            )

    def with_head(self, letters: list[str]) -> RunPlan:
        """Return the plan with a note about letters that the model has never written. If memory does
        not suffice for training the output layer, it keeps its weights."""
        name = self.sources.name
        plan = self
        text = f"the answers have {shown_letters(letters)}, which {name} has never written"
        if not self.recipe.freeze_head and self.memory.total > devices.free_memory(self.device):
            plan = replace(self, recipe=replace(self.recipe, freeze_head=True))
        if not plan.recipe.freeze_head:
            note = f"note: {text}; its output layer learns them, too"
        else:
            why = "as freeze_head says" if plan is self else "for lack of memory"
            note = f"warning: {text}; its output layer is not trained, {why}, so they come out wrong"
        return replace(plan, notes=(*plan.notes, note))

    def memory_hint(self) -> str:
        """Return a hint that says how to use less memory."""
        if not self.checkpointing:
            return "Add --set checkpointing=true, or use a smaller --batch-size with more grad_accum."
        if self.schedule.batch_size > 1:
            return "Use a smaller --batch-size, with more grad_accum for the same step (--set grad_accum=8)."
        if self.recipe.method == "lora":
            return "Use --qlora."
        if self.recipe.stage is None and self.recipe.method == "full":
            return "Use --lora, or --qlora."
        return "Use a machine with more memory, or several GPUs (docs/training.md)."


def rank_and_world_size() -> tuple[int, int]:
    """Return the rank of this process and the number of processes, as torchrun and accelerate set
    them."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def plan_run(
    recipe: Recipe,
    source: Source | None = None,
    *,
    offline: bool = False,
    confirm: Any = None,
    on_progress: Progress = ignore,
) -> RunPlan:
    """Read and check the data, then the sizes of the model, but no weights. `source` provides the
    training rows instead of files.

    Raises: DataError if the data cannot be used, ModelError if the model cannot be used, OptionError.
    """
    if not recipe.data and source is None:
        raise OptionError("no data was given", hint="Give one or more files.")
    check_services(recipe.report_to)
    # 1. Read every row once. Bad rows are collected, not raised: the user sees their number.
    sets = [
        CheckedRows.read(recipe, files, on_progress)
        for files in (recipe.data, recipe.eval_data)
        if files
    ]
    # 2. Find the model.
    sources = find_model(recipe, sets, offline=offline, confirm=confirm, on_progress=on_progress)
    pictures = None
    if not sources.config.is_flashsloth:
        if source is not None:
            sources.config.require_flashsloth("training on rows that are in no file")
        kept_in = checkpoints.folder(Path(recipe.output)) / checkpoints.PICTURES
        pictures = EncodedPictures(sources.processor.pictures, sources.config.image_hd, kept_in)
    # 3. Check the lengths, which depend on the tokenizer and the context of the model.
    for checked in sets:
        checked.check_lengths(recipe, sources, pictures)
    refuse_bad_rows(recipe, sets)
    kept = [checked.good_rows() for checked in sets]
    rows: Rows | Source = source if source is not None else kept.pop(0)
    # Fine-tuning records in the model's configuration whether the questions of the training data
    # contain the JSON schema. The stages of `train` do not, as they make models for any purpose.
    if isinstance(rows, Rows) and recipe.stage is None:
        sources.config.schema_in_prompt = names_schemas(rows)
    evaluation = kept.pop() if kept else None
    if recipe.eval_split and isinstance(rows, Rows):
        rows, evaluation = split(rows, recipe.eval_split, recipe.seed)
    # 4. Choose device, dtype and schedule.
    device = training_device(recipe)
    letters = list[str]()
    if isinstance(rows, Rows) and recipe.stage is None and recipe.method != "full":
        letters = new_letters(rows, sources)
        if recipe.freeze_head is None and letters:
            recipe = replace(recipe, freeze_head=False)
    dtype = model_setup.compute_dtype(device, recipe.dtype, sources.size)
    _, world = rank_and_world_size()
    schedule = resolve_schedule(
        recipe,
        rows=len(rows),
        width=int(sources.config.text_config.hidden_size),
        world=world,
        cores=os.cpu_count() or 1,
    )
    skipped = tuple(str(problem) for checked in sets for problem in checked.problems.values())
    notes = [checked.note for checked in sets if checked.note]
    chosen = None
    if evaluation and recipe.choice_texts:
        chosen = select_rows(evaluation, recipe.choice_texts, recipe.seed)
        notes.append(chosen.note)
    plan = RunPlan(
        recipe,
        sources,
        rows,
        evaluation,
        schedule,
        device,
        dtype,
        sources.config.image_hd,
        skipped,
        tuple(notes),
        chosen,
        pictures,
    )
    return plan.with_head(letters) if letters else plan


def find_model(
    recipe: Recipe, sets: list[CheckedRows], *, offline: bool, **options: Any
) -> model_setup.Sources:
    """Find the model of a run, and check that the recipe fits it. `options` are those of
    `model_setup.find_sources`.

    Raises: ModelError; OptionError; BadRows if the model is not found and there are also bad rows that
    end the run.
    """
    # If bad rows will end the run anyway, the model is not downloaded.
    offline = offline or (not recipe.skip_bad and any(checked.problems for checked in sets))
    try:
        sources = model_setup.find_sources(recipe, offline=offline, **options)
    except ModelError:
        refuse_bad_rows(recipe, sets)  # an error about bad rows is more useful to the user
        raise
    sources.config.check_hd(recipe.hd)
    if recipe.freeze_head is False and recipe.method != "full" and sources.config.tie_word_embeddings:
        raise OptionError(
            "freeze_head=false cannot train an output layer that is the word embeddings, too",
            hint="Leave it out.",
        )
    if recipe.hd is not None:
        sources.config.image_hd = recipe.hd
    if recipe.stage == PIA and sources.config.pia_rank is None:
        raise OptionError(
            "--stage pia needs a model with adapters", hint="Make one with flashsloth reduce skip."
        )
    if recipe.method != "full":
        # The result is not needed: for an unknown name, this call raises an error that lists the
        # model's linears.
        model_setup.targeted(model_setup.linear_shapes(sources.config), recipe.targets)
    return sources


def check_services(names: tuple[str, ...]) -> None:
    """Raise OptionError for a tracking service that transformers does not support or that is not
    installed."""
    if not names:
        return
    from transformers.integrations import integration_utils as services

    for name in names:
        if name not in services.INTEGRATION_TO_CALLBACK:
            raise OptionError(
                f"unknown service {name} in report_to",
                hint=f"Known: {', '.join(sorted(services.INTEGRATION_TO_CALLBACK))}.",
            )
        if name not in services.get_available_reporting_integrations():
            raise OptionError(f"{name} of report_to is not installed", hint=f"Run pip install {name}")


@dataclass
class CheckedRows:
    """The rows of some data files. `problems` maps the number of each bad row to its error."""

    rows: Rows
    problems: dict[int, RowError]
    thin: Sequence[str] = ()  # the pictures whose shape not every model can read
    note: str = ""

    @classmethod
    def read(cls, recipe: Recipe, files: tuple[str, ...], on_progress: Progress) -> CheckedRows:
        """Read every row and decode its picture. With more than DECODED pictures, only their headers
        are read. The checks that need the model are in `check_lengths`."""
        rows = open_rows(files, recipe.image_root or None, captions=recipe.stage_plan.rows == "caption")
        pictures = int((rows.rough_lengths >= 0).sum())
        many = pictures > DECODED
        thin = list[str]()

        def read(path: str) -> None:
            if is_thin(read_image(Path(path)).require_whole().image):
                thin.append(path)

        report = check(
            rows, pictures="header" if many else "decode", read=read, on_progress=on_progress
        )
        problems = dict(zip(report.bad.tolist(), report.problems, strict=True))
        note = f"note: only the headers of {pictures:,} pictures were checked; flashsloth data check decodes them"
        return cls(rows, problems, thin, note if many else "")

    def check_lengths(
        self, recipe: Recipe, sources: model_setup.Sources, pictures: EncodedPictures | None
    ) -> None:
        """Add to `problems` the rows with more tokens than the model's context or `max_length`
        allows, and those whose picture the model cannot read."""
        config: Any = sources.config
        limit = max_tokens(recipe, config)
        encode = encode_caption if recipe.stage_plan.rows == "caption" else encode_chat
        prompt = PromptEncoder(sources.processor.tokenizer, config)
        counter = TokenCounter(prompt, config, limit, encode)
        if pictures is not None:
            counter = pictures.counter(prompt, limit)
            self._check_shapes(pictures)
        # Rows that are too short for the limit even with as many turns as their bytes can hold are not
        # read again.
        first = counter.upper_bound(Sample((QAPair("", ""),), "a.png"))
        sizes = abs(self.rows.rough_lengths)
        bounds = sizes + first + sizes // TURN_BYTES * counter.tokens_per_turn
        candidates = (bounds > limit).nonzero()[0].tolist()
        long = [row for row in candidates if row not in self.problems]
        report = check(self.rows.select(long), count_tokens=counter, limit=limit, pictures="none")
        for row, problem in zip(report.bad.tolist(), report.problems, strict=True):
            self.problems[long[row]] = problem
        self.problems = dict(sorted(self.problems.items()))

    def _check_shapes(self, pictures: EncodedPictures) -> None:
        faults = {}
        for path in self.thin:
            try:
                pictures.prepare(path)
            except ImageError as error:
                faults[path] = error
        for row in range(len(self.rows)) if faults else ():
            if row not in self.problems and (image := self.rows[row].image) in faults:
                self.problems[row] = row_error(faults[image], self.rows.where(row), image)

    def good_rows(self) -> Rows:
        """Return the rows without the bad ones. Raises DataUnreadable if no row is left."""
        good = [row for row in range(len(self.rows)) if row not in self.problems]
        rows = self.rows.select(good) if self.problems else self.rows
        if not len(rows):
            first = next(iter(self.problems.values()))
            raise DataUnreadable(
                f"no row can be used for training: {first}", hint="Run flashsloth data check FILE."
            )
        return rows


def training_device(recipe: Recipe) -> torch.device:
    """Return the device to train on. Raises: OptionError for any CUDA device but the first."""
    device = devices.choose_device(recipe.device)
    # transformers' Trainer always uses the first CUDA device
    if device.type == "cuda" and device.index not in (None, 0):
        raise OptionError(
            f"training uses the first CUDA device, not {device}",
            hint=f"Set CUDA_VISIBLE_DEVICES={visible_device(device.index)} before torch is imported, and use cuda.",
        )
    return device


def refuse_bad_rows(recipe: Recipe, sets: list[CheckedRows]) -> None:
    """Raise BadRows if there are bad rows and the recipe does not say to skip them."""
    problems = [problem for checked in sets for problem in checked.problems.values()]
    if problems and not recipe.skip_bad:
        rows = sum(len(checked.rows) for checked in sets)
        verb = "is" if len(problems) == 1 else "are"
        raise BadRows(f"{len(problems):,} of {rows:,} rows {verb} bad; the first: {problems[0]}")


def names_schemas(rows: Rows) -> bool:
    """Return whether most questions contain the line that `Constraint.question` appends. A model that
    was trained on such questions expects this line. In a large data set only a sample of the rows is
    read (SAMPLED)."""
    sampled = rows[:: max(1, len(rows) // SAMPLED)]
    questions = [turn.question for row in sampled for turn in row.turns]
    lines = [line.strip() for line in LINES.values()]
    return 2 * sum(any(line in each for line in lines) for each in questions) > len(questions)


def new_letters(rows: Rows, sources: model_setup.Sources) -> list[str]:
    """Return the letters of the answers that the model has never written. In a large data set only a
    sample of the rows is read (SAMPLED)."""
    tokens = unwritten_tokens(sources.tensors)
    prompt = PromptEncoder(sources.processor.tokenizer, sources.config)
    return unwritten_letters(rows[:: max(1, len(rows) // SAMPLED)], prompt, tokens) if tokens else []


def max_tokens(recipe: Recipe, config: Any) -> int:
    """Return the maximum number of tokens of a row."""
    context = int(config.text_config.max_position_embeddings)
    return min(recipe.max_length or context, context)


def split(rows: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    """Split rows at random into training rows and evaluation rows."""
    count = max(1, round(len(rows) * share))
    if count >= len(rows):
        raise OptionError(
            f"--eval-split {share} of {len(rows)} rows leaves none to train on",
            hint="Use a smaller share.",
        )
    order = np.random.default_rng((seed, 1)).permutation(len(rows))
    return rows.select(np.sort(order[count:])), rows.select(np.sort(order[:count]))
