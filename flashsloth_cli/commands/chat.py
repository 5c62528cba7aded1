"""`flashsloth chat`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli.answers.single import check_session_options, read_line, recorder_for
from flashsloth_cli.config.resolved_options import ResolvedOptions, resolve
from flashsloth_cli.inputs.arguments import Inputs
from flashsloth_cli.terminal import render, streams

if TYPE_CHECKING:
    from flashsloth_cli.history.recording import Recorder

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
    check_session_options(go_on, session)
    given, settings = read_line(words, None, template, command="chat", once=False)
    resolved = resolve(options, settings)
    plain = plain or not streams.at_terminal()
    with recorder_for("chat", go_on, session, resolved, late=False) as recorder:
        if code := _converse(given, resolved, recorder, plain=plain):
            raise typer.Exit(code)


def _converse(given: Inputs, options: ResolvedOptions, recorder: Recorder | None, *, plain: bool) -> int:
    """Talk until the input ends, and return the exit code."""
    from flashsloth_cli.chat.repl import Repl
    from flashsloth_cli.history.recording import describe

    history = recorder.history if recorder is not None else None
    earlier = recorder.session if recorder is not None and (recorder.session.writes or recorder.session.name) else None
    greets = earlier is not None and earlier.writes and streams.is_terminal(sys.stdin)
    if earlier is not None and not greets and not options.quiet:
        render.note(f"note: {describe(earlier)}")
    return Repl(options, plain=plain, history=history).run(given, earlier)
