"""`flashsloth train`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from flashsloth_cli import options as o
from flashsloth_cli.training import options as t


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """Which stage is trained, and what it starts from. None: not given."""

    stage: Annotated[
        Literal["see", "align", "instruct", "all", "pia"] | None,
        o.option(
            o.METHOD,
            "--stage S",
            "see, align, instruct, all but the tower, or pia after reduce skip.",
            show_default="all",
        ),
    ] = None
    vision: Annotated[str | None, o.option(o.START, "--vision MODEL", "Vision tower, with --language.")] = None
    language: Annotated[str | None, o.option(o.START, "--language MODEL", "Language model, with --vision.")] = None
    init: Annotated[str | None, o.option(o.START, "--init SIZES.toml", "Random weights of these sizes.")] = None
    high_res: Annotated[
        str | None, o.option(o.START, "--high-res MODEL", "Add a ConvNeXt for details: a model, or a SIZES.toml.")
    ] = None
    train_vision: Annotated[
        bool | None,
        o.option(o.METHOD, "--train-vision/--no-train-vision", "Train the vision tower.", show_default="by stage"),
    ] = None


@o.command()
def train(
    data: t.Data = None,
    output: t.Output = None,
    *,
    stages: StageOptions,
    training: t.TrainingOptions,
    options: t.RunOptions,
) -> None:
    """Run the training stages of the paper.

    A run starts from a vision tower and a language model, from random weights, or from an earlier stage.

    Examples:
        flashsloth train a.json --stage align --vision google/siglip2-base-patch16-384 --language Qwen/Qwen3-0.6B -o one
        flashsloth train chats.json --stage instruct -m ./one -o two
    """
    from flashsloth_cli.training.run import run

    values = {"data": data, "output": output, "method": "full", **asdict(stages), **asdict(training)}
    run("train", values, options, stage="all")
