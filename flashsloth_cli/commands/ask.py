"""`flashsloth ask`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.runs.each_image import answer_each
from flashsloth_cli.runs.one_shot import answer_once, check_session_options, read_line, recorder_for
from flashsloth_cli.runs.seen_pictures import input_file

COMMON = ("-p", "-m", "-s", "-c", "--each", "--choices", "--max-tokens", "--temperature", "--quant", "--json", "-q")


@o.command(common=COMMON)
def ask(
    words: o.Words = None,
    prompt: o.Prompt = None,
    template: o.Template = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    each: Annotated[
        bool, o.option(o.PICTURE, "--each", "Answer once for each of several pictures, or for each in a folder.")
    ] = False,
    show_input: o.ShowInput = None,
    force: o.ForceFile = False,
) -> None:
    """Answer one question about a picture, on stdout.

    Examples:
        flashsloth ask photo.jpg "What is this?"
        curl -s https://example.org/a.png | flashsloth ask - -p "One line caption"
        flashsloth ask -c "And what color is it?"
        flashsloth ask photo.jpg "Is the light red?" --choices yes,no
    """
    check_session_options(go_on, session)
    needs_picture = not (options.no_picture or go_on or session is not None)
    given, settings = read_line(words, prompt, template, each=each, needs_picture=needs_picture)
    resolved = resolve(options, settings)
    target = input_file(show_input, given, force=force)
    if each:
        if target is not None:
            raise OptionError("--show-input writes one picture", hint="Remove --each.")
        if go_on or session is not None:
            raise OptionError(
                "--each starts a new conversation for each picture", hint="Remove --continue and --session."
            )
        if code := answer_each(given, resolved):
            raise typer.Exit(code)
        return
    with recorder_for("ask", go_on, session, resolved) as recorder:
        answer_once(given, resolved, recorder, show_input=target)
