"""An answer with a picture of where the model looked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import InputError, NoPicture
from flashsloth.utils.output_path import check_output_path
from flashsloth.utils.paths import expand
from flashsloth_cli.answers import models, picture_input
from flashsloth_cli.answers.single import Notes, print_answer, read_picture, require_question, start_chat
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from flashsloth.chat import Answer
    from flashsloth_cli.config.resolved_options import ResolvedOptions


def answer_and_explain(inputs: arguments.Inputs, options: ResolvedOptions, output: Path, *, force: bool) -> None:
    """Print the answer to a question, and write where the model looked to a file.

    The path is checked before anything else is done.
    Raises: OptionError for a file of another format or without a question, InputError for a file that exists,
    NoPicture, and the errors of opening a model and answering.
    """
    from flashsloth.explain.explanation import check_suffix
    from flashsloth.images.sources import is_same_file

    path = check_suffix(expand(str(output)))
    check_output_path(path, force=force)
    if path.exists() and any(is_same_file(each.source, path.stat()) for each in inputs.pictures if each.data is None):
        raise InputError(f"{path} is also a picture of the question", hint="Choose another file.")
    question = require_question(inputs)
    images, notes = [read_picture(picture, options) for picture in inputs.pictures], Notes(inputs)
    if not options.json:
        notes.show(options)
    if not images:
        raise NoPicture("no picture was given", hint='As in: flashsloth ask photo.jpg "Why?" --explain where.png')
    model = models.open_here(options)
    from flashsloth.explain.attention import check_readable  # imports torch

    check_readable(model.engine)
    chat = start_chat(model, images, options)
    for note in picture_input.notes_of(chat, chat.images):
        notes.add(note)

    def write(answer: Answer) -> dict[str, Any]:
        explanation = answer.explain()
        more = options.explain_panels
        explanation.save(path, tokens=more in ("tokens", "all"), pooling=more in ("pooling", "all"))
        if not options.quiet and not options.json:
            render.note(f"note: written to {path}")
        return {"explanation": {"file": str(path), **explanation.document()}}

    print_answer(chat, question, options, notes=notes, after=write)
