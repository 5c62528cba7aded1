"""The options that `train` and `finetune` share, and the recipe that they make."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o

Data = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="DATA",
        help="LLaVA .json/.jsonl, messages .jsonl, .csv or .tsv; or synth:train, drawn pictures.",
        show_default=False,
    ),
]
Recipe = Annotated[
    Path | None,
    typer.Option("--recipe", metavar="FILE.toml", help="Options from a file; those on the command line win."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue from the newest checkpoint in the folder.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Estimate time and memory; train nothing.")]
Output = Annotated[
    str | None, o.option(o.OUTPUT, "-o", "--output", metavar="DIR", help="Folder to write.", show_default=False)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """The options of a run. None: not given."""

    image_root: Annotated[
        str | None,
        o.option("--image-root", metavar="DIR", help="The folder of the bad. Default: that of the data."),
    ] = None
    hd: Annotated[bool | None, typer.Option("--hd/--no-hd", help="Five tiles per picture. Default: as the model.")] = (
        None
    )
    epochs: Annotated[float | None, typer.Option("--epochs", metavar="X", help="Passes over the data.")] = None
    max_steps: Annotated[
        int | None, typer.Option("--max-steps", metavar="N", help="Optimizer steps; overrides --epochs.")
    ] = None
    batch_size: Annotated[int | None, typer.Option("--batch-size", metavar="N", help="Rows of a batch.")] = None
    grad_accum: Annotated[int | None, typer.Option("--grad-accum", metavar="N", help="Batches of a step.")] = None
    lr: Annotated[float | None, typer.Option("--lr", metavar="X", help="Peak learning rate.")] = None
    warmup_ratio: Annotated[float | None, typer.Option("--warmup-ratio", metavar="X", help="Default 0.03.")] = None
    weight_decay: Annotated[float | None, typer.Option("--weight-decay", metavar="X", help="Default 0.")] = None
    max_grad_norm: Annotated[float | None, typer.Option("--max-grad-norm", metavar="X", help="Default 1.")] = None
    save_every: Annotated[int | None, typer.Option("--save-every", metavar="N", help="Steps between checkpoints.")] = (
        None
    )
    eval_every: Annotated[int | None, typer.Option("--eval-every", metavar="N", help="Steps between evaluations.")] = (
        None
    )
    eval_data: Annotated[list[str] | None, typer.Option("--eval-data", metavar="FILE", help="Rows to evaluate on.")] = (
        None
    )
    eval_split: Annotated[
        float | None, typer.Option("--eval-split", metavar="X", help="Share of the rows to evaluate on.")
    ] = None
    patience: Annotated[
        int | None, typer.Option("--patience", metavar="N", help="Stop early after N evaluations without a lower loss.")
    ] = None
    max_length: Annotated[int | None, typer.Option("--max-length", metavar="N", help="Most tokens of a row.")] = None
    checkpointing: Annotated[
        bool | None,
        o.option(
            o.MODEL,
            "--checkpointing/--no-checkpointing",
            help="Compute activations twice to save memory.",
            show_default="on from a billion parameters",
        ),
    ] = None
    master_weights: Annotated[
        bool | None,
        o.option("--master-weights/--no-master-weights", help="bfloat16 weights with float32 masters: faster on CPUs."),
    ] = None
    truth_weight: Annotated[
        float | None, typer.Option("--truth-weight", metavar="X", help="Weight of the patch labels of drawn pictures.")
    ] = None
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Processes that read data.")] = None
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, max=2**32 - 1, help="Default 0.")] = None
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Skip bad rows, and list them.")] = False
    report_to: Annotated[
        list[str] | None, typer.Option("--report-to", metavar="NAME", help="tensorboard, wandb, trackio, if installed.")
    ] = None
    device: Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, mps, cuda or cuda:N.")] = None
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        o.option("--dtype", metavar="T", help="Of the computation; trained weights are float32."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """The options of the command itself."""

    json: o.Json = False
    force: Annotated[bool, o.option("--force", help="Start over in a folder that is not empty.")] = False
    offline: o.Offline = False
    quiet: o.Quiet = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show warnings of libraries.")] = False
    yes: o.Yes = False


def given_values(options: TrainingOptions, data: list[str] | None, output: str | None, **more: Any) -> dict[str, Any]:
    """Return the options on the command line, by field of a Recipe."""
    values = {f.name: getattr(options, f.name) for f in fields(options)} | {"output": output, **more}
    if not values["skip_bad"]:
        del values["skip_bad"]
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if v is not None}
    if data:
        given["data"] = tuple(data)
    return given


def with_file(recipe: Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a recipe file, overridden by the command line."""
    from flashsloth.training.recipe_file import read_recipe

    return (read_recipe(recipe) if recipe is not None else {}) | given


def complete(given: dict[str, Any], *, resume: bool, **defaults: Any) -> Any:
    """Return the recipe. Raises OptionError if the output or the data is missing."""
    from flashsloth.training.recipe import Recipe

    values = defaults | given
    if "output" not in values:
        raise OptionError("no output folder was given", hint="Add -o DIR.")
    if not values.get("data") and not resume:
        raise OptionError("no data was given", hint="Give one or more files.")
    return Recipe(**values)
