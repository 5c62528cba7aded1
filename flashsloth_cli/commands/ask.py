"""`flashsloth ask`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.answers.each_image import answer_each
from flashsloth_cli.answers.explained import answer_and_explain
from flashsloth_cli.answers.picture_input import input_file
from flashsloth_cli.answers.single import answer_once, check_session_options, read_line, recorder_for
from flashsloth_cli.config.resolved_options import resolve


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Pictures that are written beside the answer."""

    show_input: Annotated[
        Path | None,
        o.option(
            o.OUTPUT,
            "--show-input FILE",
            "Write what the model gets of the pictures, scaled, padded and in tiles, as a PNG.",
        ),
    ] = None
    explain: Annotated[
        Path | None,
        o.option(o.OUTPUT, "--explain FILE", "Draw where the model looked: .png or .svg. The model is opened here."),
    ] = None
    force: o.ForceFile = False


@o.command()
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
    files: FileOptions,
) -> None:
    """Answer one question about a picture, on stdout.

    Examples:
        flashsloth ask photo.jpg "What is this?"
        curl -s https://example.org/a.png | flashsloth ask - -p "One line caption"
        flashsloth ask -c "And what color is it?"
        flashsloth ask photo.jpg "Is the light red?" --choices yes,no
        flashsloth ask photo.jpg "What does the sign say?" --explain where.png
    """
    check_session_options(go_on, session)
    needs_picture = not (options.no_picture or go_on or session is not None)
    given, settings = read_line(words, prompt, template, each=each, needs_picture=needs_picture)
    resolved = resolve(options, settings)
    if files.force and files.show_input is None and files.explain is None:
        raise OptionError("--force is for --show-input and --explain", hint="Add one, or leave --force out.")
    target = input_file(files.show_input, given, force=files.force)
    if each:
        if flag := next((name for name in ("show_input", "explain") if getattr(files, name) is not None), None):
            raise OptionError(f"--{flag.replace('_', '-')} writes one picture", hint="Remove --each.")
        if go_on or session is not None:
            raise OptionError(
                "--each starts a new conversation for each picture", hint="Remove --continue and --session."
            )
        if code := answer_each(given, resolved):
            raise typer.Exit(code)
        return
    if files.explain is not None:
        if go_on or session is not None:
            raise OptionError("--explain asks one question", hint="Remove --continue and --session; chat has /explain.")
        answer_and_explain(given, resolved, files.explain, force=files.force)
        return
    with recorder_for("ask", go_on, session, resolved) as recorder:
        answer_once(given, resolved, recorder, show_input=target)
