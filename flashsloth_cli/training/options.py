"""The options that `train` and `finetune` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from flashsloth_cli import options as o

Data = Annotated[
    list[str] | None, o.argument("DATA", "LLaVA .json or .jsonl, messages .jsonl, .csv or .tsv.")
]
Output = Annotated[
    str | None, o.OUTPUT.option("-o, --output DIR", "Folder to write.", show_default=False)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """The options of a run that `train` and `finetune` share. None means that an option was not
    given."""

    image_root: o.ImageRoot = None
    skip_bad: bool | None = o.DATA.field(None, "--skip-bad", "Skip bad rows, and list them.")
    model: str | None = o.START.field(
        None, "-m, --model MODEL", "FlashSloth model to start from.", show_default="nano"
    )
    hd: o.Hd = None
    epochs: float | None = o.SCHEDULE.field(
        None,
        "--epochs X",
        "Passes over the data.",
        show_default="train 1; finetune 3, more for small sets",
    )
    max_steps: int | None = o.SCHEDULE.field(
        None, "--max-steps N", "Optimizer steps; overrides --epochs."
    )
    batch_size: int | None = o.SCHEDULE.field(None, "--batch-size N", "Rows per batch.")
    lr: float | None = o.SCHEDULE.field(
        None, "--lr X", "Peak learning rate.", show_default="by stage and width of the text model"
    )
    seed: int | None = o.SCHEDULE.field(None, "--seed N", "Random seed.", show_default="0")
    eval_data: list[str] | None = o.EVALUATION.field(None, "--eval-data FILE", "Rows to evaluate on.")
    eval_split: float | None = o.EVALUATION.field(
        None, "--eval-split X", "Share of the rows to set aside for evaluation."
    )
    device: o.Device = None
    dtype: o.Dtype = None


@dataclass(frozen=True, kw_only=True)
class RunOptions(o.WriteOptions):
    """The options that say how `train` and `finetune` run, what they print and overwrite, and whether
    they use the network."""

    set: list[str] | None = o.RUN.field(
        None,
        "--set KEY=VALUE",
        "Any setting of a recipe (docs/reference.md), such as grad_accum=8 or rank=32. train also accepts sizes of the "
        "model, such as pooling=average. Without --init only the compression can be resized. Can be repeated.",
    )
    recipe: Path | None = o.RUN.field(
        None, "--recipe FILE.toml", "Read options from a file; options given here win."
    )
    resume: bool = o.RUN.field(False, "--resume", "Continue from the newest checkpoint in the folder.")
    dry_run: bool = o.RUN.field(
        False,
        "--dry-run",
        "Show what would be trained, how long it takes and how much memory it needs.",
    )
    force: bool = o.OUTPUT.field(
        False, "--force", "Start over in a folder that holds a run or is not empty."
    )
    verbose: o.Verbose = False
