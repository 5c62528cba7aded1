"""`flashsloth chat`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.inputs.arguments import Inputs, gather
from flashsloth_cli.runs.one_shot import answer_once, apply_template, check_session_options, read_settings, recorder_for
from flashsloth_cli.terminal import render, streams

if TYPE_CHECKING:
    from flashsloth_cli.config.settings import Settings
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.terminal.image_preview import Method


@o.flatten_options
def chat(
    words: o.Words = None,
    prompt: o.Prompt = None,
    template: o.Template = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    no_history: o.NoHistory = False,
    preview: o.Preview = None,
    plain: o.Plain = False,
    no_color: o.NoColor = False,
) -> None:
    """Talk about a picture. With -p, or without a terminal, one answer like `ask`.

    flashsloth chat photo.jpg

    flashsloth chat --continue

    printf 'What is this?\\nWhere is it?\\n' | flashsloth chat --plain photo.jpg
    """
    if no_color:
        os.environ["NO_COLOR"] = "1"  # which Rich and prompt-toolkit know too
    check_session_options(go_on, session)
    settled = read_settings()
    on_terminal = streams.is_terminal(sys.stdin) and streams.is_terminal(streams.answers())
    wanted = on_terminal and settled.get("history", default=True)
    if prompt is not None or not (plain or on_terminal):
        given = gather(words or [], prompt, read_stdin=not options.no_stdin, command="chat")
        given, settled = apply_template(template, given, settled, once=True)
        with recorder_for("chat", go_on, session, wanted=wanted, no_history=no_history) as recorder:
            answer_once(given, options, settled, recorder)
        return
    if options.json or options.no_stdin:
        flag = "--json" if options.json else "--no-stdin"
        raise OptionError(f"{flag} goes with a single question, not with a conversation", hint="Add -p TEXT.")
    given = gather(words or [], prompt, read_stdin=False, command="chat")
    given, settled = apply_template(template, given, settled, once=False)
    with recorder_for("chat", go_on, session, wanted=wanted, no_history=no_history, late=False) as recorder:
        shown = settled.get("preview", preview, "off")
        code = _converse(given, options, settled, recorder, plain=plain, shown=shown)
    if code:
        raise typer.Exit(code)


def _converse(
    given: Inputs, options: o.Options, settled: Settings, recorder: Recorder | None, *, plain: bool, shown: Method
) -> int:
    """Talk until the input ends; the exit code."""
    from flashsloth_cli.chat.repl import Repl
    from flashsloth_cli.history.recording import describe

    history = recorder.history if recorder is not None else None
    earlier = recorder.session if recorder is not None and (recorder.session.writes or recorder.session.name) else None
    greets = earlier is not None and earlier.writes and streams.is_terminal(sys.stdin)
    if earlier is not None and not greets and not options.quiet:
        render.note(f"note: {describe(earlier)}")
    return Repl(options, settled, plain=plain, history=history, preview=shown).run(given, earlier)
