"""The options that `train` and `finetune` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from flashsloth_cli import options as o

Data = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="DATA",
        help="LLaVA .json or .jsonl, messages .jsonl, .csv or .tsv.",
        show_default=False,
    ),
]
Output = Annotated[str | None, o.option(o.OUTPUT, "-o, --output DIR", "Folder to write.", show_default=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """The options of a run that `train` and `finetune` share. None: not given."""

    image_root: o.ImageRoot = None
    skip_bad: Annotated[bool, o.option(o.DATA, "--skip-bad", "Skip bad rows, and list them.")] = False
    model: Annotated[
        str | None, o.option(o.START, "-m, --model MODEL", "FlashSloth model to start from.", show_default="nano")
    ] = None
    hd: o.Hd = None
    epochs: Annotated[
        float | None,
        o.option(
            o.SCHEDULE, "--epochs X", "Passes over the data.", show_default="train 1; finetune 3, more for small sets"
        ),
    ] = None
    max_steps: Annotated[int | None, o.option(o.SCHEDULE, "--max-steps N", "Optimizer steps; overrides --epochs.")] = (
        None
    )
    batch_size: Annotated[int | None, o.option(o.SCHEDULE, "--batch-size N", "Rows per batch.")] = None
    lr: Annotated[
        float | None,
        o.option(o.SCHEDULE, "--lr X", "Peak learning rate.", show_default="by stage and width of the text model"),
    ] = None
    seed: Annotated[int | None, o.option(o.SCHEDULE, "--seed N", "Random seed.", show_default="0")] = None
    eval_data: Annotated[list[str] | None, o.option(o.EVALUATION, "--eval-data FILE", "Rows to evaluate on.")] = None
    eval_split: Annotated[
        float | None, o.option(o.EVALUATION, "--eval-split X", "Share of the rows to set aside for evaluation.")
    ] = None
    device: o.Device = None
    dtype: o.Dtype = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How `train` and `finetune` run, what they print and overwrite, and whether they use the network."""

    set: Annotated[
        list[str] | None,
        o.option(
            o.RUN,
            "--set KEY=VALUE",
            "Any setting of a recipe (docs/training.md), such as grad_accum=8 or rank=32; for train also a size of "
            "--init, or of the compression of other models, such as pooling=average. Can be repeated.",
        ),
    ] = None
    recipe: Annotated[
        Path | None, o.option(o.RUN, "--recipe FILE.toml", "Read options from a file; options given here win.")
    ] = None
    resume: Annotated[bool, o.option(o.RUN, "--resume", "Continue from the newest checkpoint in the folder.")] = False
    dry_run: Annotated[
        bool,
        o.option(o.RUN, "--dry-run", "Show what would be trained, how long it takes and how much memory it needs."),
    ] = False
    json: o.Json = False
    force: Annotated[
        bool, o.option(o.OUTPUT, "--force", "Start over in a folder that holds a run or is not empty.")
    ] = False
    offline: o.Offline = False
    quiet: o.Quiet = False
    verbose: o.Verbose = False
    yes: o.Yes = False
