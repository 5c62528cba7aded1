"""Everything that decides a run, and the paper's stages as data. Knows numbers and names; knows no tensors.

A recipe is made of defaults, a TOML file and flags, in rising precedence, and is written into the run's folder, so that
`--resume` goes on with it.
"""

from __future__ import annotations

import dataclasses
import math
import os
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.paths import expand
from flashsloth.utils.safe_read import parse_toml, read_text
from flashsloth.utils.text import error_reason, printable, printable_repr

Method = Literal["lora", "qlora", "full"]
StageName = Literal["see", "align", "instruct", "all"]

COMPRESSION = ("pooling", "projector", "embq", "query_tokens")
PARTS = ("vision_tower", *COMPRESSION, "text")
TARGETS = ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")  # the text model's linears, for LoRA
PAPERS_WIDTH = 2560  # of the text model whose rates the paper and everybody's habits state
HIGHEST_RATE = 3e-3


@dataclass(frozen=True, slots=True)
class Stage:
    """One training stage (arXiv:2412.04317, section 4.1; docs/parity.md).

    `parts` learn; `rows` is how a sample is rendered: "caption" (picture, caption, query tokens), "chat", or "truth"
    (what stands under every patch of a drawn picture, for towers that do not come pretrained); `rate` at the paper's
    width; `batch` rows of an optimizer step.
    """

    parts: tuple[str, ...]
    rows: Literal["caption", "chat", "truth"]
    rate: float
    batch: int


STAGES: dict[str, Stage] = {
    "see": Stage(("vision_tower", "pooling", "projector"), "truth", 1e-4, 64),  # not the paper's: its tower is SigLIP
    "align": Stage(("pooling", "projector"), "caption", 1e-3, 256),
    "instruct": Stage((*COMPRESSION, "text"), "chat", 2e-5, 128),
    "all": Stage((*COMPRESSION, "text"), "chat", 2e-5, 128),
}
FINETUNING: dict[str, Stage] = {
    "lora": Stage(COMPRESSION, "chat", 2e-4, 8),
    "qlora": Stage(COMPRESSION, "chat", 2e-4, 8),
    "full": Stage((*COMPRESSION, "text"), "chat", 2e-5, 8),
}
FINETUNING_EPOCHS = 3
FINETUNING_STEPS = 300  # a small set is seen again until it has had so many, but no row more than LONGEST times
LONGEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a run learns, from what, and how. None: chosen by `settle`, or by the model.

    Args:
        data, image_root: data files, and the folder of pictures if it is not each file's own; or "synth:train",
            pictures and dialogues that are drawn as they are learned.
        output: the folder that the run writes.
        stage: a stage of the paper; None fine-tunes.
        method: "lora", "qlora" (over a base in NF4) or "full".
        model, vision, text, init: where the weights come from: a FlashSloth; or a SigLIP and a Phi; or a TOML file of
            sizes, filled at random.
        set: KEY=VALUE over the sizes of `init` (sizes.read_sizes_file).
        train_vision: whether the tower learns. None: with five tiles in stage instruct, as the paper meant it.
        freeze_compression: LoRA without SAP, projector, EmbQ and query tokens, which otherwise learn in full.
        rank, alpha, targets, dropout: of LoRA; alpha None is twice the rank.
        hd: five tiles a picture; None as the model was trained.
        epochs, max_steps: how long; steps win.
        batch_size: rows that a process takes at once; times `grad_accum`, times processes: an optimizer step.
        lr, warmup_ratio, weight_decay, max_grad_norm: AdamW with a cosine after a linear warm-up.
        save_every, eval_every: in optimizer steps.
        eval_data, eval_split: rows to evaluate on, from files of their own or taken off at random.
        patience: evaluations without a better loss until the run stops early.
        max_length: tokens of the longest row, visual and query tokens counted; None the model's context.
        checkpointing: compute activations twice instead of keeping them. None: for models that are large.
        master_weights: hold what learns in bfloat16, as it is computed, and float32 masters of it in the optimizer,
            instead of casting at every step: faster on CPUs.
        truth_weight: what the truth about drawn pictures' patches counts beside the answers; 0: nothing.
        dtype, device, workers, seed, skip_bad, report_to: as the flags of the same names.
    """

    data: tuple[str, ...] = ()
    output: str = ""
    image_root: str | None = None
    stage: StageName | None = None
    method: Method = "lora"
    model: str | None = None
    vision: str | None = None
    text: str | None = None
    init: str | None = None
    set: tuple[str, ...] = ()
    train_vision: bool | None = None
    freeze_compression: bool = False
    rank: int = 16
    alpha: float | None = None
    targets: tuple[str, ...] = TARGETS
    dropout: float = 0.05
    hd: bool | None = None
    epochs: float | None = None
    max_steps: int | None = None
    batch_size: int | None = None
    grad_accum: int | None = None
    lr: float | None = None
    warmup_ratio: float = 0.03
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    save_every: int | None = None
    eval_every: int | None = None
    eval_data: tuple[str, ...] = ()
    eval_split: float = 0.0
    patience: int | None = None
    max_length: int | None = None
    checkpointing: bool | None = None
    master_weights: bool = False
    truth_weight: float = 0.0
    dtype: str | None = None
    device: str = "auto"
    workers: int | None = None
    seed: int = 0
    skip_bad: bool = False
    report_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, lowest in LOWEST.items():
            value = getattr(self, name)
            if value is not None and not lowest <= value <= MOST:
                if value > MOST:
                    raise OptionError(f"{flag(name)} is far too large", hint=f"Give another --{flag(name)}.")
                raise OptionError(
                    f"{flag(name)} must be {lowest} or more, not {printable(value)}",
                    hint=f"Give another --{flag(name)}.",
                )
        for name in ("lr", "epochs", "alpha"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= MOST:
                raise OptionError(
                    f"{flag(name)} must be more than 0, not {printable(value)}", hint=f"Give another --{flag(name)}."
                )
        for name in ("dropout", "eval_split", "warmup_ratio"):
            if not 0 <= getattr(self, name) < 1:
                raise OptionError(f"{flag(name)} is a share, 0 or more and less than 1", hint="0.1 is a tenth.")
        wrong = [target for target in self.targets if target not in TARGETS]
        if wrong or not self.targets:
            raise OptionError(f"no target {', '.join(wrong)}", hint=f"--targets takes some of {', '.join(TARGETS)}.")
        if self.master_weights and (self.method != "full" or self.dtype != "bfloat16"):  # float16 would need a scale
            raise OptionError(
                "--master-weights are for training whole models in bfloat16",
                hint="Add --dtype bfloat16, and --full to finetune.",
            )
        if self.truth_weight and (self.method != "full" or tuple(self.data) != (f"{DRAWN}train",)):
            raise OptionError("--truth-weight is for drawn pictures", hint="Use it with flashsloth train synth:train.")
        self._check_sources()

    def _check_sources(self) -> None:
        given = [name for name in ("model", "vision", "init") if getattr(self, name) is not None]
        if (self.vision is None) != (self.text is None):
            raise OptionError("--vision and --text go together", hint="Give a SigLIP and a Phi, or neither.")
        if len(given) > 1:
            raise OptionError(
                f"--{given[0]} and --{given[1]} both say where weights come from", hint="Give one of them."
            )
        if given and given[0] != "model" and (self.stage is None or self.method != "full"):
            raise OptionError("base parts are for training, not for fine-tuning", hint="Use flashsloth train.")
        if self.set and self.init is None:
            raise OptionError("--set changes the sizes of a new model", hint="Give them with --init SIZES.toml.")
        if self.eval_data and self.eval_split:
            raise OptionError("--eval-data and --eval-split both say what to evaluate on", hint="Give one of them.")
        if self.patience is not None and not (self.eval_data or self.eval_split):
            raise OptionError("--patience needs something to evaluate on", hint="Add --eval-split 0.05.")

    @property
    def plan(self) -> Stage:
        """What learns, how rows are rendered, and the paper's numbers."""
        return STAGES[self.stage] if self.stage is not None else FINETUNING[self.method]

    @property
    def in_windows(self) -> bool:
        """Whether rows are drawn in windows, each sorted by length (drawn.DrawnRows): where one process draws them."""
        return self.workers == 1 and self.plan.rows == "chat" and any(name.startswith(DRAWN) for name in self.data)

    def trained_parts(self, *, hd: bool) -> tuple[str, ...]:
        """The parts that learn in full, in the model's order."""
        parts = set(self.plan.parts)
        if self.freeze_compression:
            parts -= set(COMPRESSION)
        tower = self.train_vision if self.train_vision is not None else hd and self.stage == "instruct"
        if tower:
            parts.add("vision_tower")
        return tuple(part for part in PARTS if part in parts)


MOST = 2**32 - 1  # of any number
LOWEST = {
    "rank": 1,
    "max_steps": 1,
    "batch_size": 1,
    "grad_accum": 1,
    "save_every": 1,
    "eval_every": 1,
    "patience": 1,
    "max_length": 16,
    "workers": 0,
    "seed": 0,
    "weight_decay": 0,
    "max_grad_norm": 0,
    "truth_weight": 0,
}


def flag(name: str) -> str:
    """The spelling of a field on the command line."""
    return name.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What a recipe comes to for so many rows: all numbers settled."""

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
        """Rows that an epoch is filled up to a multiple of, so that every process has as many; 1 for one process."""
        return self.batch_size * self.world if self.world > 1 else 1


def resolve_schedule(recipe: Recipe, *, rows: int, width: int, world: int = 1, cores: int = 1) -> Schedule:
    """Fill in what a recipe leaves open.

    The rate is the stage's, in inverse proportion to the text model's `width`: small models want larger steps. A
    fine-tuning run makes 3 epochs, or as many more as it takes to come to 300 steps, up to 20.
    """
    stage = recipe.plan
    batch = recipe.batch_size or max(1, min(stage.batch // world, 8 if stage.rows == "chat" else 32))
    accum = recipe.grad_accum or (1 if recipe.batch_size else max(1, stage.batch // (batch * world)))
    per_epoch = max(1, math.ceil(rows / (batch * accum * world)))
    epochs = recipe.epochs
    if epochs is None:
        epochs = 1 if recipe.stage else min(max(FINETUNING_EPOCHS, math.ceil(FINETUNING_STEPS / per_epoch)), LONGEST)
    steps = recipe.max_steps or max(1, math.ceil(per_epoch * epochs))
    often = min(max(steps // 10, 25), 500)
    return Schedule(
        rows=rows,
        batch_size=batch,
        grad_accum=accum,
        world=world,
        steps_per_epoch=per_epoch,
        steps=steps,
        lr=recipe.lr or min(stage.rate * PAPERS_WIDTH / width, HIGHEST_RATE),
        save_every=recipe.save_every or often,
        eval_every=recipe.eval_every or often,
        workers=recipe.workers if recipe.workers is not None else min(4, max(1, cores // 2)),
    )


def read_recipe(path: Path) -> dict[str, Any]:
    """The values of a recipe file, checked for names and types; paths in it are relative to the file.

    Raises: SettingsFileError naming file and key.
    """
    try:
        values = parse_toml(read_text(path, pipe=True))
    except (OSError, ValueError) as error:
        hint = "Give a TOML file with the flags' names."
        raise SettingsFileError(f"{path} cannot be read: {error_reason(error)}", hint=hint) from error
    values = {name.replace("-", "_"): value for name, value in values.items()}
    checked = from_values(values, str(path))
    for name in ("data", "eval_data"):
        if name in checked:
            checked[name] = tuple(value if value.startswith(DRAWN) else beside(path, value) for value in checked[name])
    for name in ("image_root", "init"):
        if name in checked:
            checked[name] = beside(path, checked[name])
    for name in ("model", "vision", "text"):
        if name in checked and os.path.isdir(path.parent / checked[name]):
            checked[name] = beside(path, checked[name])
    return checked


DRAWN = "synth:"  # data of this name is drawn, not read


def beside(path: Path, value: str) -> str:
    return str(path.parent / expand(value))


def from_values(values: dict[str, Any], where: str) -> dict[str, Any]:
    """Values by field, lists as tuples. Raises SettingsFileError for names and types that a Recipe does not have."""
    hints = get_type_hints(Recipe)
    checked = {}
    for name, value in values.items():
        if name not in hints:
            hint = did_you_mean(name, hints, otherwise="Remove it.")
            raise SettingsFileError(f"{where}: unknown key {name}", hint=hint)
        if get_origin(hints[name]) is tuple and isinstance(value, str):
            value = (value,)
        value = tuple(value) if isinstance(value, list) else value
        if not fits(value, hints[name]):
            raise SettingsFileError(
                f"{where}: {name} cannot be {printable_repr(value)}", hint=f"It is {type_name(hints[name])}."
            )
        checked[name] = value
    return checked


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of an annotated type; whole numbers are numbers, booleans are not."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in get_args(kind))
    if origin is Literal:
        return value in get_args(kind)
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def type_name(kind: Any) -> str:
    """A type for people."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return " or ".join(type_name(one) for one in get_args(kind) if one is not type(None))
    if origin is Literal:
        return " or ".join(map(repr, get_args(kind)))
    names = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
    return names.get(kind, "a list of texts")


def as_values(recipe: Recipe) -> dict[str, Any]:
    """What `from_values` takes, for run.json."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(recipe).items()}


def with_absolute_paths(recipe: Recipe) -> Recipe:
    """With paths that hold in any working folder."""

    from flashsloth.checkpoints.hub import KNOWN
    from flashsloth.checkpoints.resolve import NANO

    def path(value: str | None) -> str | None:
        return os.path.abspath(os.path.expanduser(value)) if value is not None else None

    def folder(value: str | None) -> str | None:  # or else a name
        if value is None or value.partition("@")[0] in (NANO, *KNOWN):  # as loading.find decides
            return value
        return path(value) if os.path.isdir(os.path.expanduser(value)) else value

    return dataclasses.replace(
        recipe,
        data=tuple(name if name.startswith(DRAWN) else str(path(name)) for name in recipe.data),
        eval_data=tuple(str(path(name)) for name in recipe.eval_data),
        image_root=path(recipe.image_root),
        init=path(recipe.init),
        model=folder(recipe.model),
        vision=folder(recipe.vision),
        text=folder(recipe.text),
    )


MAY_CHANGE = {"output", "lr", "save_every", "eval_every", "workers", "patience", "report_to", "device"}


def merge_resumed(recorded: dict[str, Any], given: dict[str, Any]) -> Recipe:
    """The recipe of a run that goes on: as recorded, with what may change as given now.

    Raises: OptionError where something else is given that would make another run of it.
    """
    old = Recipe(**from_values(recorded, "run.json"))
    new = dataclasses.replace(old, **given)
    for field in fields(Recipe):
        then, now = getattr(old, field.name), getattr(new, field.name)
        if field.name == "workers":
            same = old.in_windows == new.in_windows
        else:
            same = field.name in MAY_CHANGE or getattr(with_absolute_paths(old), field.name) == getattr(
                with_absolute_paths(new), field.name
            )
        if not same:
            raise OptionError(
                f"the run was begun with {flag(field.name)} {format_value(then)}, not {format_value(now)}",
                hint="Leave the option out to go on, or start over with --force.",
            )
    return dataclasses.replace(old, **{k: v for k, v in given.items() if k in MAY_CHANGE})


def format_value(value: Any) -> str:
    if value is None:
        return "left open"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
