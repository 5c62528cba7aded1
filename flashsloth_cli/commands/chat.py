"""`flashsloth chat`."""

from __future__ import annotations

import os
import sys

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli import streams
from flashsloth_cli.answering import answer_once, check_which, read_settings, reopened, with_template
from flashsloth_cli.inputs import gather


@o.spread
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
    check_which(go_on, session)
    settled = read_settings()
    on_terminal = streams.is_terminal(sys.stdin) and streams.is_terminal(streams.answers())
    if prompt is not None or not (plain or on_terminal):
        given = gather(words or [], prompt, read_stdin=not options.no_stdin)
        given, settled = with_template(template, given, settled, once=True)
        answer_once(given, options, settled, reopened(go_on, session, no_history=no_history))
        return
    if options.json or options.no_stdin:
        flag = "--json" if options.json else "--no-stdin"
        raise OptionError(f"{flag} goes with a single question, not with a conversation", hint="Add -p TEXT.")
    from flashsloth_cli import recording
    from flashsloth_cli.repl import Repl

    given = gather(words or [], prompt, read_stdin=False)
    given, settled = with_template(template, given, settled, once=False)
    named = go_on or session is not None
    kept = named or (on_terminal and settled.get("history", default=True))
    history = recording.open_history(wanted=kept and not no_history)
    earlier = recording.find_earlier(history, session) if named else None
    repl = Repl(options, settled, plain=plain, history=history, shown=settled.get("preview", preview, "off"))
    code = repl.run(given, earlier)
    if code:
        raise typer.Exit(code)
