"""`flashsloth train`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from flashsloth_cli import options as o
from flashsloth_cli.training import options as t


@o.flatten_options
def train(
    data: t.Data = None,
    output: t.Output = None,
    *,
    stage: Annotated[
        Literal["see", "align", "instruct", "all"] | None,
        typer.Option("--stage", metavar="S", help="see, align, instruct, or all in one go."),
    ] = None,
    vision: Annotated[str | None, typer.Option("--vision", metavar="MODEL", help="A SigLIP to begin with.")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="MODEL", help="A Phi to begin with.")] = None,
    init: Annotated[
        str | None, typer.Option("--init", metavar="SIZES.toml", help="Sizes to fill at random instead.")
    ] = None,
    sizes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a size of --init: model.pooling=average."),
    ] = None,
    train_vision: Annotated[
        bool | None, typer.Option("--train-vision/--no-train-vision", help="Whether the tower learns.")
    ] = None,
    options: t.TrainingOptions,
    recipe: t.Recipe = None,
    resume: t.Resume = False,
    dry_run: t.DryRun = False,
    manners: t.OutputOptions,
) -> None:
    """Run the paper's stages of training.

    They begin at base models, at sizes alone, or at an earlier stage.

    flashsloth train captions.json --stage align --vision google/siglip-so400m-patch14-384 --text microsoft/phi-2 -o one

    flashsloth train chats.json --stage instruct -m ./one -o two
    """
    given = t.given_values(
        options,
        data,
        output,
        method="full",
        stage=stage,
        vision=vision,
        text=text,
        init=init,
        set=sizes,
        train_vision=train_vision,
    )
    from flashsloth_cli.training.run import run

    given = t.with_file(recipe, given)
    wanted = t.complete(given, resume=resume, stage="all")
    run("train", wanted, given, manners, resume=resume, dry_run=dry_run)
