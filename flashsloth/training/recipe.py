"""The recipe of a training run, which is read from TOML files, run.json and options. This module also
has the settings of the paper's stages, and computes the schedule that follows from a recipe. It does
not import torch, so that options are checked quickly."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_type_hints

import pydantic
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, create_model, model_validator

from flashsloth.errors import FlashSlothError, OptionError, SettingsFileError
from flashsloth.generation.choice_list import parse_choices
from flashsloth.hf import size_file
from flashsloth.sizes.families import COMPRESSION, MODULES, PIA, ROUTER, part_of
from flashsloth.utils import checked, system
from flashsloth.utils.paths import expand

Method = Literal["lora", "qlora", "full"]
StageName = Literal["align", "instruct", "all", "pia"]

HEAD = "lm_head"  # the output layer, which is a part of "text" that LoRA may train in full
PARTS = (*MODULES, HEAD)
PAPER_WIDTH = 2560  # width of the paper's text model, for which its learning rates were chosen
HIGHEST_RATE = 3e-3  # the highest default learning rate
HIGHEST = 2**32 - 1  # the highest value that a number in a recipe may have

RULES = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Count = Annotated[int, Field(ge=1, le=HIGHEST)]
Whole = Annotated[int, Field(ge=0, le=HIGHEST)]
Length = Annotated[int, Field(ge=16, le=HIGHEST)]
Number = Annotated[float, Field(ge=0, le=HIGHEST)]
Positive = Annotated[float, Field(gt=0, le=HIGHEST)]
Share = Annotated[float, Field(ge=0, lt=1)]
# In a TOML file the value may be a list or a single string.
Texts = Annotated[
    tuple[str, ...],
    Field(strict=False),
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]


@dataclass(frozen=True, slots=True)
class Stage:
    """A training stage (arXiv:2412.04317, section 4.1; docs/training.md)."""

    parts: tuple[str, ...]  # the parts of the model that learn
    # how the prompt of a row is built; a "caption" prompt is the picture, the caption, the query tokens
    # and a newline
    rows: Literal["caption", "chat"]
    rate: float  # the learning rate at the paper's width
    batch: int  # rows of an optimizer step


WITHOUT_TOWER = (*COMPRESSION, PIA, ROUTER, "text")
STAGES = {
    "align": Stage(("pooling", "projector"), "caption", 1e-3, 256),
    **dict.fromkeys(("instruct", "all"), Stage(WITHOUT_TOWER, "chat", 2e-5, 128)),
    # adapters that replace skipped attention (arXiv:2403.15226)
    "pia": Stage(("projector", PIA), "chat", 4e-4, 32),
}
FINETUNING = {
    **dict.fromkeys(("lora", "qlora"), Stage((*COMPRESSION, ROUTER), "chat", 2e-4, 8)),
    "full": Stage(WITHOUT_TOWER, "chat", 2e-5, 8),
}
FINETUNING_EPOCHS = 3
# on a small data set there are more epochs, up to MAX_EPOCHS, to reach this number of steps
FINETUNING_STEPS = 300
MAX_EPOCHS = 20
# how many threads and processes a worker that reads data may take, with those for an evaluation
WORKER_THREADS = 8


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Recipe:
    """The settings of a run: what it learns, from which data, and how. Where a value is None,
    `resolve_schedule` chooses it, or it is taken from the model.

    Raises: OptionError for an invalid value, or for two values that exclude each other.
    """

    data: Texts = ()  # files
    output: str = ""  # the folder to write
    image_root: str | None = None  # the folder of the pictures, by default each data file's own
    stage: StageName | None = None  # a stage of the paper; None means fine-tuning
    method: Method = "lora"  # "qlora" is LoRA with base weights in NF4
    # The source of the weights is one of three: a FlashSloth (`model`); a vision tower and a language
    # model; or a TOML file of sizes (`init`), from which a model with random weights is made.
    model: str | None = None
    vision: str | None = None
    language: str | None = None
    init: str | None = None
    # a ConvNeXt that gives the tower mixed resolution (checkpoints/compose.py)
    high_res: str | None = None
    # Changes of sizes, as KEY=VALUE. With `init` they may change any size in its file
    # (size_file.read_sizes_file). With `model` or `vision` they may change only the sizes in
    # model_setup.COMPRESSION_SIZES. A part that the model did not have before gets random weights.
    set: Texts = ()
    # Whether the tower learns. None means that it learns only in stage instruct with five tiles, as in
    # the paper.
    train_vision: bool | None = None
    # a file that `reduce rank` wrote; it names the layers that visual tokens should skip (gamma-MoD)
    mod: str | None = None
    skip_ratio: Share | None = None  # with `mod`: the share of visual tokens that skip these layers
    # whether the parts in COMPRESSION (pooling, projector, EmbQ and query tokens) keep their weights
    freeze_compression: bool = False
    # With LoRA, whether the output layer keeps its weights. None means that it learns if the answers
    # use tokens that the model has never written.
    freeze_head: bool | None = None
    rank: Count = 16  # of LoRA
    alpha: Positive | None = None  # alpha of LoRA; None means twice the rank
    # names of the linears that get LoRA; if empty, all linears of the decoder's layers
    targets: Texts = ()
    dropout: Share = 0.05  # of LoRA
    hd: bool | None = None  # whether pictures have five tiles; None means as the model was trained
    epochs: Positive | None = None
    max_steps: Count | None = None  # takes precedence over `epochs`
    # an optimizer step takes batch_size * grad_accum rows in each process
    batch_size: Count | None = None
    grad_accum: Count | None = None
    lr: Positive | None = None  # learning rate of AdamW, with a cosine schedule after a linear warm-up
    warmup_ratio: Share = 0.03
    weight_decay: Number = 0.0
    max_grad_norm: Number = 1.0
    save_every: Count | None = None  # in optimizer steps
    eval_every: Count | None = None
    eval_data: Texts = ()  # files of rows to evaluate on
    # without eval_data: the share of the data, chosen at random, that is used for evaluation
    eval_split: Share = 0.0
    # number of evaluations without a lower loss after which the run stops early
    patience: Count | None = None
    # choices such as "yes,no", for which a temperature is fitted on the evaluation rows
    choices: str | None = None
    # Maximum number of tokens of a row, including visual and query tokens. None means the context of
    # the model.
    max_length: Length | None = None
    # whether activations are recomputed instead of kept; None means only for large models
    checkpointing: bool | None = None
    # this field and those below have the meaning of the command-line options with the same names
    dtype: str | None = None
    device: str = "auto"
    workers: Whole | None = None
    seed: Whole = 0
    skip_bad: bool = False
    report_to: Texts = ()

    @model_validator(mode="wrap")
    @classmethod
    def _convert_errors(cls, values: Any, handler: Any) -> Self:
        """Turn pydantic's ValidationError into OptionError."""
        try:
            return handler(values)
        except ValidationError as error:
            problem = checked.first_problem(error, values.kwargs, cls.__dataclass_fields__)
            raise OptionError(problem.message, hint=problem.hint) from error

    def __post_init__(self) -> None:
        sources = [name for name in ("model", "vision", "init") if getattr(self, name) is not None]
        fine_tunes = self.stage is None or self.method != "full"
        evaluates = bool(self.eval_data or self.eval_split)
        refuse(
            (self.vision is None) != (self.language is None),
            "--vision and --language need each other",
            "Give a vision tower and a language model, or neither.",
        )
        refuse(
            len(sources) > 1,
            f"{' and '.join(f'--{name}' for name in sources[:2])} exclude each other",
            "Use one of them.",
        )
        refuse(
            fine_tunes and sources not in ([], ["model"]),
            "fine-tuning needs a FlashSloth, not base parts",
            "Use flashsloth train.",
        )
        refuse(
            self.mod is not None and (self.method != "full" or self.set),
            "mod trains the whole model",
            "Use mod with finetune --full, and change no sizes with --set.",
        )
        refuse(
            self.skip_ratio is not None and self.mod is None,
            "skip_ratio needs mod",
            "Add --set mod=RANKS, a file of flashsloth reduce rank.",
        )
        refuse(
            fine_tunes and self.high_res is not None,
            "fine-tuning adds no encoder",
            "Use flashsloth train --high-res.",
        )
        refuse(
            self.set and not sources,
            "sizes in --set need a model",
            "Use it with --init SIZES.toml, --vision or -m.",
        )
        refuse(
            self.eval_data and self.eval_split,
            "--eval-data and --eval-split exclude each other",
            "Use one of them.",
        )
        refuse(
            self.patience is not None and not evaluates,
            "patience needs evaluation rows",
            "Add --eval-split 0.05.",
        )
        refuse(
            self.choice_texts and not evaluates,
            "--choices needs evaluation rows",
            "Add --eval-split 0.05.",
        )
        refuse(
            self.choice_texts and self.stage_plan.rows != "chat",
            f"--stage {self.stage} trains no answers",
            "Leave out --choices.",
        )

    @property
    def stage_plan(self) -> Stage:
        """The stage of this run: the parts that learn, how rows are rendered, and the paper's
        numbers."""
        return STAGES[self.stage] if self.stage is not None else FINETUNING[self.method]

    @property
    def choice_texts(self) -> tuple[str, ...]:
        """The choices to fit a temperature for. Raises: OptionError."""
        return () if self.choices is None else parse_choices(self.choices)

    def trained_parts(self, *, hd: bool | None) -> tuple[str, ...]:
        """Return the parts whose own weights are trained, in the order of PARTS. With LoRA this does
        not include "text", because the decoder's own weights are frozen."""
        parts = set(self.stage_plan.parts)
        if self.freeze_compression:
            parts -= set(COMPRESSION)
        by_default = hd and self.stage == "instruct"  # as in the paper
        if by_default if self.train_vision is None else self.train_vision:
            parts.add("vision_tower")
        if self.stage is None and self.method != "full" and self.freeze_head is False:
            parts.add(HEAD)
        return tuple(part for part in PARTS if part in parts)


def learns(name: str, parts: Collection[str]) -> bool:
    """Return whether a tensor belongs to one of these parts."""
    return part_of(name) in parts or (HEAD in parts and name.startswith(f"{HEAD}."))


def refuse(is_wrong: object, message: str, hint: str) -> None:
    """Raise OptionError if a condition is true."""
    if is_wrong:
        raise OptionError(message, hint=hint)


def visible_device(number: int) -> str:
    """Return the value of CUDA_VISIBLE_DEVICES that makes `cuda:number` the first device.

    If the variable is already set, the result is its entry at this position, which may be a number, a
    UUID or a MIG name.

    Raises: OptionError if the variable has too few entries.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return str(number)
    entries = (entry.strip() for entry in visible.split(","))
    # CUDA ignores the first empty or negative entry and all that follow it
    cards = list(itertools.takewhile(lambda entry: entry and not entry.startswith("-"), entries))
    if number >= len(cards):
        others = "Use cuda" if cards else "Use --device cpu"
        if len(cards) > 1:
            others = f"Use cuda:{len(cards) - 1} or less"
        raise OptionError(
            f"there is no device cuda:{number}: CUDA_VISIBLE_DEVICES lists {len(cards)} ({visible})",
            hint=f"{others}, or list another card there.",
        )
    return cards[number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The numbers of a run that follow from its recipe and the number of rows."""

    rows: int
    batch_size: int
    grad_accum: int
    world: int
    steps_per_epoch: int
    steps: int
    lr: float
    save_every: int
    eval_every: int
    workers: int

    @property
    def step_rows(self) -> int:
        """Rows of one optimizer step."""
        return self.batch_size * self.grad_accum * self.world

    @property
    def multiple(self) -> int:
        """An epoch is padded to a multiple of this number, so that every process gets the same number
        of rows. It is 1 for a single process."""
        return self.batch_size * self.world if self.world > 1 else 1


def resolve_schedule(
    recipe: Recipe, *, rows: int, width: int, world: int = 1, cores: int = 1
) -> Schedule:
    """Return the schedule. Numbers that the recipe does not state get defaults.

    The default learning rate is the rate of the stage times PAPER_WIDTH / `width`, and at most
    HIGHEST_RATE. `width` is the width of the text model. By default fine-tuning takes 3 epochs. If
    these have fewer than 300 optimizer steps, it takes more epochs to reach 300 steps, but at most 20.
    """
    stage = recipe.stage_plan
    # 1. An optimizer step takes as many rows as in the paper's stage, split into batches that fit into
    #    memory.
    largest = 8 if stage.rows == "chat" else 32
    batch = recipe.batch_size or max(1, min(stage.batch // world, largest))
    # If the user chose a batch size but no grad_accum, each optimizer step takes a single batch.
    default = 1 if recipe.batch_size else max(1, stage.batch // (batch * world))
    accum = recipe.grad_accum or default
    # 2. Compute the number of steps.
    per_epoch = max(1, math.ceil(rows / (batch * accum * world)))
    needed = max(FINETUNING_EPOCHS, math.ceil(FINETUNING_STEPS / per_epoch))
    epochs = recipe.epochs or (1 if recipe.stage else min(needed, MAX_EPOCHS))
    steps = recipe.max_steps or max(1, math.ceil(per_epoch * epochs))
    # 3. A run saves a checkpoint and evaluates after every tenth of its steps. This interval is at
    #    least 25 and at most 500 steps.
    often = min(max(steps // 10, 25), 500)
    # 4. Half of the cores, but at most four, read data. If the system allows few processes, none does.
    workers = recipe.workers
    if workers is None:
        workers = min(4, max(1, cores // 2))
        if not system.can_start_threads(WORKER_THREADS * workers):
            workers = 0
    return Schedule(
        rows=rows,
        batch_size=batch,
        grad_accum=accum,
        world=world,
        steps_per_epoch=per_epoch,
        steps=steps,
        lr=recipe.lr or min(stage.rate * PAPER_WIDTH / width, HIGHEST_RATE),
        save_every=recipe.save_every or often,
        eval_every=recipe.eval_every or often,
        workers=workers,
    )


# Recipes in files, and changes to a recipe when a run is resumed


FILES = ("data", "eval_data")
PATHS = ("image_root", "init", "mod")
MODELS = ("model", "vision", "language", "high_res")  # each a folder, or a name on the Hub
# The fields that may change when a run is resumed.
MAY_CHANGE = {
    "output",
    "skip_bad",
    "lr",
    "save_every",
    "eval_every",
    "workers",
    "patience",
    "choices",
    "report_to",
    "device",
}

FIELDS: dict[str, Any] = {
    name: (kind, None) for name, kind in get_type_hints(Recipe, include_extras=True).items()
}
# A recipe in which any field may be missing: the content of a file, or the options of a command.
Values = create_model("Values", __config__=RULES, **FIELDS)


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the checked values of a recipe file. Relative paths in it start from the file's folder.

    Raises: SettingsFileError naming file and key.
    """
    return checked_values(read_toml(path), path)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the values of a recipe file, unchecked. Raises: SettingsFileError."""
    return {
        name.replace("-", "_"): value
        for name, value in size_file.read_toml(path, "Use a TOML file with the flags' names.").items()
    }


def checked_values(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the values of a recipe file, checked. Relative paths in it start from the file's folder.
    Raises: SettingsFileError."""
    values = from_values(values, str(path))
    for name in values.keys() & {*FILES}:
        values[name] = tuple(str(path.parent / expand(value)) for value in values[name])
    for name in values.keys() & {*PATHS, *MODELS}:
        if name in PATHS or os.path.exists(path.parent / values[name]):
            values[name] = str(path.parent / expand(values[name]))
    return values


def from_values(
    values: dict[str, Any], where: str, error: type[FlashSlothError] = SettingsFileError
) -> dict[str, Any]:
    """Check some of a recipe's values, and return those that were given. Raises: `error` for an unknown
    name or an invalid value."""
    return checked.parse(Values, values, where, error).model_dump(exclude_unset=True)


def with_absolute_paths(recipe: Recipe) -> Recipe:
    """Return the recipe with absolute paths. The name of a model on the hub is left unchanged."""
    from flashsloth.checkpoints.resolve import absolute_name

    def path(value: str) -> str:
        return os.path.abspath(os.path.expanduser(value))

    changed: dict[str, Any] = {name: tuple(map(path, getattr(recipe, name))) for name in FILES}
    for name in (*PATHS, *MODELS):
        value = getattr(recipe, name)
        if value is not None:
            changed[name] = path(value) if name in PATHS else absolute_name(value)
    return replace(recipe, **changed)


def changes(old: Recipe, new: Recipe, allowed: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Yield (name, old value, new value) of each field that differs, except the fields in `allowed`.
    Two spellings of one path do not count as a difference."""
    before = with_absolute_paths(old)
    after = with_absolute_paths(new)
    for name in Recipe.__dataclass_fields__:
        if name not in allowed and getattr(before, name) != getattr(after, name):
            yield name, format_value(getattr(old, name)), format_value(getattr(new, name))


def merge_resumed(recorded: dict[str, Any], given: dict[str, Any]) -> Recipe:
    """Return the recorded recipe with the given changes.

    Raises: OptionError for a field that may not change.
    """
    old = Recipe(**from_values(recorded, "run.json"))
    # only the first change that is not allowed is reported
    for name, before, after in changes(old, replace(old, **given), MAY_CHANGE):
        raise OptionError(
            f"the run was started with {name} {before}, not {after}",
            hint="Leave the option out, or start over with --force.",
        )
    return replace(old, **{k: v for k, v in given.items() if k in MAY_CHANGE})


def format_value(value: Any) -> str:
    """Return a value of a recipe as text for a message."""
    if value is None:
        return "unset"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
