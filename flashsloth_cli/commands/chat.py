"""`flashsloth chat`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli.answers.single import read_line, recorder_for
from flashsloth_cli.config.settings import resolve
from flashsloth_cli.terminal import streams

Plain = Annotated[bool, o.option(o.OUTPUT, "--plain", "Use a simple prompt without line editing.")]


@o.command(without=("choices", "json"))
def chat(
    words: o.Words = None,
    template: o.Template = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    plain: Plain = False,
) -> None:
    """Talk about a picture. Piped stdin is one question a line.

    Examples:
        flashsloth chat photo.jpg
        flashsloth chat --continue
        printf 'What is this?\\nWhere is it?\\n' | flashsloth chat photo.jpg
    """
    given, settings = read_line(words, None, template, command="chat", once=False)
    resolved = resolve(options, settings)
    plain = plain or not streams.at_terminal()
    with recorder_for("chat", go_on, session, resolved) as recorder:
        from flashsloth_cli.chat.repl import Repl

        if code := Repl(resolved, recorder, plain=plain).run(given):
            raise typer.Exit(code)
