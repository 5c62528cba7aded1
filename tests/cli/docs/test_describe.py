"""What is read from typer's objects. If one of these fails after an update, docs/describe.py is the place to adapt."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer.main import get_command

from flashsloth_cli.docs.describe import Parameter, describe

app = typer.Typer()


@app.command("draw")
def draw(
    shapes: Annotated[list[str], typer.Argument(metavar="SHAPE", help="What to draw.")],
    paper: Annotated[str, typer.Argument(help="Where.", show_default="a new sheet")] = "",
    *,
    color: Annotated[
        Literal["red", "blue"], typer.Option("-c", "--color", metavar="C", help="Its color.", rich_help_panel="Ink")
    ] = "red",
    size: Annotated[
        int | None, typer.Option("--size", metavar="N", help="Its size.", show_default="as it fits")
    ] = None,
    copies: Annotated[int, typer.Option("--copies", metavar="N", help="How many.")] = 0,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="T", help="A tag.")] = None,
    fill: Annotated[bool | None, typer.Option("--fill/--no-fill", help="Whether to fill it.")] = None,
    to: Annotated[str, typer.Option("--to", metavar="FILE", help="The file.", show_default=False)],
    secret: Annotated[bool, typer.Option("--secret", hidden=True)] = False,
) -> None:
    """Draw shapes.

    They are drawn
    in order.

    Examples:
        app draw circle --to a.png
        app draw square
    """


@app.command("old", hidden=True)
def old() -> None:
    """Do what was done before."""


def test_a_command() -> None:
    root = describe(get_command(app), "app")
    assert list(root.commands) == ["draw", "old"]
    assert [command.path for command in root.walk()] == ["app draw"]
    command = root.commands["draw"]
    assert command.summary == "Draw shapes."
    assert command.notes == ("They are drawn in order.",)
    assert command.examples == ("app draw circle --to a.png", "app draw square")
    assert command.usage() == "app draw SHAPE... [PAPER] --to FILE [OPTIONS]"
    short = "[-c C] [--size N] [--copies N] [--tag T] [--fill|--no-fill]"
    assert command.usage(in_full=True) == f"app draw SHAPE... [PAPER] {short} --to FILE"
    assert command.arguments == (
        Parameter("shapes", "What to draw.", metavar="SHAPE", required=True, repeated=True),
        Parameter("paper", "Where.", metavar="PAPER", default="a new sheet"),
    )
    assert command.options == (
        Parameter("color", "Its color.", ("-c", "--color"), (), "C", "red", "Ink", ("red", "blue")),
        Parameter("size", "Its size.", ("--size",), metavar="N", default="as it fits"),
        Parameter("copies", "How many.", ("--copies",), metavar="N", default="0"),
        Parameter("tag", "A tag.", ("--tag",), metavar="T", repeated=True),
        Parameter("fill", "Whether to fill it.", ("--fill",), ("--no-fill",)),
        Parameter("to", "The file.", ("--to",), metavar="FILE", required=True),
    )
    assert [option.label for option in command.options] == [
        *("-c, --color C", "--size N", "--copies N", "--tag T", "--fill / --no-fill", "--to FILE")
    ]
