"""`flashsloth chat`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.config.resolved_options import ResolvedOptions, resolve
from flashsloth_cli.inputs.arguments import Inputs
from flashsloth_cli.runs.one_shot import answer_once, check_session_options, read_line, recorder_for
from flashsloth_cli.runs.seen_pictures import input_file
from flashsloth_cli.terminal import render, streams

if TYPE_CHECKING:
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.terminal.image_preview import Method

COMMON = ("-m", "-c", "--session", "-p", "-s", "--max-tokens", "--temperature", "--quant", "--preview", "-q")

Plain = Annotated[
    bool, o.option(o.OUTPUT, "--plain", "Use a simple prompt without line editing; piped stdin is one question a line.")
]
NoColor = Annotated[bool, o.option(o.OUTPUT, "--no-color", "Print no colors, like NO_COLOR=1.")]
Preview = Annotated[
    Literal["auto", "kitty", "iterm2", "sixel", "blocks", "off"] | None,
    o.option(
        o.OUTPUT,
        "--preview HOW",
        "Show pictures in the terminal: auto, kitty, iterm2, sixel, blocks or off.",
        show_default="off",
    ),
]


@o.command(common=COMMON, without=("choices",))
def chat(
    words: o.Words = None,
    prompt: o.Prompt = None,
    template: o.Template = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    preview: Preview = None,
    plain: Plain = False,
    no_color: NoColor = False,
    show_input: o.ShowInput = None,
    force: o.ForceFile = False,
) -> None:
    """Talk about a picture.

    With -p, or if stdin or stdout is not a terminal, it answers once, like `ask`.

    Examples:
        flashsloth chat photo.jpg
        flashsloth chat --continue
        printf 'What is this?\\nWhere is it?\\n' | flashsloth chat --plain photo.jpg
    """
    if no_color:
        os.environ["NO_COLOR"] = "1"  # Rich and prompt_toolkit read it too
    check_session_options(go_on, session)
    if prompt is not None or not (plain or streams.at_terminal()):
        needs_picture = not (options.no_picture or go_on or session is not None)
        given, settings = read_line(words, prompt, template, command="chat", needs_picture=needs_picture)
        resolved = resolve(options, settings)
        target = input_file(show_input, given, force=force)
        with recorder_for("chat", go_on, session, resolved) as recorder:
            answer_once(given, resolved, recorder, show_input=target)
        return
    check_no_single(options, {"--force": force, "--show-input": show_input})
    given, settings = read_line(words, prompt, template, command="chat", once=False)
    resolved = resolve(options, settings)
    with recorder_for("chat", go_on, session, resolved, late=False) as recorder:
        how = settings.get("preview", preview, "off")
        if code := _converse(given, resolved, recorder, plain=plain, preview=how):
            raise typer.Exit(code)


def check_no_single(options: o.Options, others: dict[str, object]) -> None:
    """Raise OptionError for an option that only a single question has."""
    single = {"--json": options.json, "--context": options.photo_context, **others}
    if flag := next((name for name, value in single.items() if value), None):
        raise OptionError(f"{flag} works with a single question only, not in a conversation", hint="Add -p TEXT.")


def _converse(
    given: Inputs, options: ResolvedOptions, recorder: Recorder | None, *, plain: bool, preview: Method
) -> int:
    """Talk until the input ends, and return the exit code."""
    from flashsloth_cli.chat.repl import Repl
    from flashsloth_cli.history.recording import describe

    history = recorder.history if recorder is not None else None
    earlier = recorder.session if recorder is not None and (recorder.session.writes or recorder.session.name) else None
    greets = earlier is not None and earlier.writes and streams.is_terminal(sys.stdin)
    if earlier is not None and not greets and not options.quiet:
        render.note(f"note: {describe(earlier)}")
    return Repl(options, plain=plain, history=history, preview=preview).run(given, earlier)
