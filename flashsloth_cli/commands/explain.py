"""`flashsloth explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from flashsloth_cli import options as o
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.runs.explained import answer_and_explain
from flashsloth_cli.runs.one_shot import read_line

COMMON = ("-p", "-o", "--tokens", "--pooling", "-m", "--hd", "--json", "--force", "-q")


@o.command(common=COMMON, without={"server", "overflow", "no_picture"})
def explain(
    words: o.Words = None,
    prompt: o.Prompt = None,
    template: o.Template = None,
    *,
    output: Annotated[
        Path, o.option(o.OUTPUT, "-o, --output FILE", "Picture to write: .png or .svg.", show_default=False)
    ],
    tokens: Annotated[bool, o.option(o.OUTPUT, "--tokens", "Draw a panel for each word of the answer too.")] = False,
    pooling: Annotated[
        bool, o.option(o.OUTPUT, "--pooling", "Draw a panel with the pooling's weights (SAP) too.")
    ] = False,
    force: o.ForceFile = False,
    options: o.Options,
) -> None:
    """Answer a question, and draw where the model looked.

    The answer goes to stdout, the maps to a file. The model is opened here, also while a server of yours has it open.

    Examples:
        flashsloth explain photo.jpg "What does the sign say?" -o where.png
        flashsloth explain photo.jpg "Where is the dog?" -o where.svg --tokens
    """
    given, settings = read_line(words, prompt, template, command="explain")
    answer_and_explain(given, resolve(options, settings), output, tokens=tokens, pooling=pooling, force=force)
