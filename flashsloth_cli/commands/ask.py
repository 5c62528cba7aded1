"""`flashsloth ask` and `chat`."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.asking.single import answer_once, read_line, recorder_for
from flashsloth_cli.inputs.arguments import output_file, traced
from flashsloth_cli.settings import prompt_templates
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import streams


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Files that are written in addition to the answer."""

    show_input: Path | None = o.OUTPUT.field(
        None,
        "--show-input FILE",
        "Write the pictures as the model receives them, scaled, padded and in tiles, as a PNG.",
    )
    explain: Path | None = o.OUTPUT.field(
        None, "--explain FILE", "Draw where the model looked, as a PNG. The model is opened here."
    )
    trace: o.Trace = None
    force: bool = o.OUTPUT.field(
        False,
        "--force",
        "Replace a file that exists, or with --save-template the template alone.",
    )


SESSIONS = (
    "go_on",
    "session",
    "Use --continue for the last conversation, or --session NAME for another one.",
)


@o.command(
    exclusive=(
        SESSIONS,
        ("each", "go_on", "Remove --continue: --each asks about each picture separately."),
        ("each", "session", "Remove --session: --each asks about each picture separately."),
        ("explain", "go_on", "Remove --continue: --explain asks one question."),
        ("explain", "session", "Remove --session: --explain asks one question."),
        ("each", "show_input", "Remove --each: --show-input writes one picture."),
        ("each", "explain", "Remove --each: --explain writes one picture."),
        ("each", "no_picture", o.ONE),
    )
)
def ask(
    context: typer.Context,
    words: o.Words = None,
    prompt: o.Prompt = None,
    template: o.Template = None,
    save_template: o.SaveTemplate = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    each: Annotated[
        bool,
        o.PICTURE.option(
            "--each", "Answer once for each of several pictures, or for each in a folder."
        ),
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
        flashsloth ask bill.jpg "Read it." --schema "total number" --save-template bill
    """
    given, settings = read_line(
        words,
        prompt,
        template,
        options,
        each=each,
        needs_picture=not (options.no_picture or go_on or session is not None),
    )
    resolved = resolve(options, settings)
    # Before a model is opened, refuse files that cannot be written.
    pictures = [picture.source for picture in given.pictures if picture.data is None]
    # With --save-template, --force is for the template: no other file may be lost with it.
    hint = (
        save_template
        and "Choose another name, or leave out --save-template and replace it with --force."
    )
    force = files.force and save_template is None
    check = functools.partial(output_file, force=force, inputs=pictures, hint=hint)
    show_input = files.show_input and check(files.show_input, ".png")
    explain = files.explain and check(files.explain, ".png")
    if save_template is not None:
        has_placeholder = prompt_templates.save(
            save_template, given.question, template, resolved, force=files.force
        )
        if has_placeholder or not (given.pictures or options.no_picture or go_on or session):
            return  # the question has a placeholder, or there is no picture to ask about
    context.with_resource(traced(files.trace, force=force, inputs=pictures, hint=hint))
    if each:
        from flashsloth_cli.asking.many import answer_each

        raise typer.Exit(answer_each(given, resolved))
    if explain is not None:  # --explain asks a single question, in a conversation that is not saved
        resolved = replace(resolved, history=False)
    with recorder_for("ask", go_on, session, resolved) as recorder:
        answer_once(given, resolved, recorder, show_input=show_input, explain=explain)


Plain = Annotated[bool, o.OUTPUT.option("--plain", "Use a simple prompt without line editing.")]


@o.command(without=("choices", "json"), exclusive=(SESSIONS,))
def chat(
    context: typer.Context,
    words: o.Words = None,
    template: o.Template = None,
    save_template: o.SaveTemplate = None,
    *,
    options: o.Options,
    go_on: o.Continue = False,
    session: o.SessionName = None,
    plain: Plain = False,
    trace: o.Trace = None,
    force: Annotated[
        bool,
        o.OUTPUT.option(
            "--force", "Replace the file of --trace, or with --save-template the template alone."
        ),
    ] = False,
) -> None:
    """Talk about a picture. Piped stdin is one question a line.

    Examples:
        flashsloth chat photo.jpg
        flashsloth chat --continue
        printf 'What is this?\\nWhere is it?\\n' | flashsloth chat photo.jpg
    """
    given, settings = read_line(words, None, template, command="chat", once=False)
    resolved = resolve(options, settings)
    if resolved.choices:
        raise OptionError(
            f"the template {template} has choices, which chat does not support",
            hint="Use it with: flashsloth ask",
        )
    if save_template is not None and prompt_templates.save(
        save_template, given.question, template, resolved, force=force
    ):
        return
    context.with_resource(traced(trace, force=force and save_template is None, inputs=words or ()))
    # The line editor reads single keys, and draws answers with escape sequences.
    plain = plain or not streams.at_terminal()
    with recorder_for("chat", go_on, session, resolved) as recorder:
        from flashsloth_cli.chat.repl import Repl

        raise typer.Exit(Repl(resolved, recorder, plain=plain).run(given))
