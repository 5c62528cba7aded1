"""`flashsloth finetune`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.training import options as t


@o.flatten_options
def finetune(
    data: t.Data = None,
    output: t.Output = None,
    *,
    lora: Annotated[bool, typer.Option("--lora", help="Small matrices beside the text model's linears; default.")] = (
        False
    ),
    qlora: Annotated[bool, typer.Option("--qlora", help="The same, over a base in NF4.")] = False,
    full: Annotated[bool, typer.Option("--full", help="All weights but the tower's.")] = False,
    freeze_compression: Annotated[
        bool, typer.Option("--freeze-compression", help="SAP, projector, EmbQ and query tokens stay as they are.")
    ] = False,
    rank: Annotated[int | None, typer.Option("--rank", metavar="N", help="Of LoRA. Default 16.")] = None,
    alpha: Annotated[
        float | None, typer.Option("--alpha", metavar="X", help="Of LoRA. Default twice the rank.")
    ] = None,
    targets: Annotated[
        str | None, typer.Option("--targets", metavar="A,B", help="q_proj, k_proj, v_proj, dense, fc1, fc2; all.")
    ] = None,
    dropout: Annotated[float | None, typer.Option("--dropout", metavar="X", help="Of LoRA. Default 0.05.")] = None,
    train_vision: Annotated[bool, typer.Option("--train-vision", help="The tower learns too.")] = False,
    options: t.TrainingOptions,
    recipe: t.Recipe = None,
    resume: t.Resume = False,
    dry_run: t.DryRun = False,
    manners: t.OutputOptions,
) -> None:
    """Adapt a model to pictures and answers of your own.

    flashsloth finetune receipts.jsonl -o receipts --lora

    flashsloth finetune -o receipts --resume
    """
    methods = [name for name, said in (("lora", lora), ("qlora", qlora), ("full", full)) if said]
    if len(methods) > 1:
        raise OptionError(f"--{methods[0]} and --{methods[1]} exclude each other", hint="Give one of them.")
    small = {"--rank": rank, "--alpha": alpha, "--targets": targets, "--dropout": dropout}
    idle = [flag for flag, value in small.items() if full and value is not None]
    if idle:
        raise OptionError(f"{idle[0]} is for LoRA, and --full has none", hint="Leave it out, or use --lora.")
    given = t.given_values(
        options,
        data,
        output,
        method=methods[0] if methods else None,
        freeze_compression=freeze_compression or None,
        rank=rank,
        alpha=alpha,
        targets=targets.replace(",", " ").split() if targets else None,
        dropout=dropout,
        train_vision=train_vision or None,
    )
    from flashsloth_cli.training.run import run

    given = t.with_file(recipe, given)
    run("finetune", t.complete(given, resume=resume), given, manners, resume=resume, dry_run=dry_run)
