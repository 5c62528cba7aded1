"""`ask --each`: one question about each of several pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flashsloth.errors import AnswerIncomplete, ImageError, OptionError
from flashsloth_cli.answers import models
from flashsloth_cli.answers.documents import unanswered_document
from flashsloth_cli.answers.picture_input import notes_of
from flashsloth_cli.answers.single import (
    Notes,
    ask,
    check_picture,
    print_answer,
    read_picture,
    require_question,
    start_chat,
)
from flashsloth_cli.inputs import arguments
from flashsloth_cli.terminal import exit_codes, render

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.config.resolved_options import ResolvedOptions

LINE_END = re.compile(r"\r\n|[\r\n]")


def answer_each(inputs: arguments.Inputs, options: ResolvedOptions) -> int:
    """Answer a question for each picture: lines of stdout that begin with its name, or a JSON document as `batch`
    writes it. For an unreadable picture and a cut answer print the error instead, on stderr or in its document.

    Return the exit code: 0, SOME_FAILED, or that of the first error if no picture can be read; with --json raise that.
    Raises: OptionError without a question, NoPicture.
    """
    question = require_question(inputs)
    from flashsloth.utils.text import source_name

    if options.no_picture:
        raise OptionError("--each and --no-picture exclude each other", hint="Use one of them.")
    notes = Notes(inputs)
    if not options.json:
        notes.show(options)
    check_picture(inputs.pictures, options)
    images = [_read_or_error(picture, options) for picture in inputs.pictures]
    errors = [each for each in images if isinstance(each, ImageError)]
    if len(errors) == len(images):
        if options.json:
            raise errors[0]
        for error in errors:
            render.show_library_error(error, as_json=False)
        return errors[0].exit_code
    model, first, failed = models.open_for_chat(options), True, False
    read = [image for image in images if not isinstance(image, ImageError)]
    for note in notes_of(start_chat(model, [], options), read)[:1]:  # for the first one that has it
        notes.add(note)
    for number, (picture, image) in enumerate(zip(inputs.pictures, images, strict=True), 1):
        source = source_name(picture.source)
        row = {"row": number, "source": source, "error": None}
        problem: ImageError | AnswerIncomplete
        if isinstance(image, ImageError):
            problem = image
        else:
            chat = start_chat(model, [image], options)
            out, was_first, first = NamedWriter(source), first, False
            try:
                opened = print_answer(chat, question, options, notes=notes, out=out, first=was_first, row=row)
                model = opened or model
                continue
            except AnswerIncomplete as error:
                problem = AnswerIncomplete(f"{source}: {error}", hint=error.hint)
        failed = True
        if options.json:
            chat = start_chat(model, [] if isinstance(image, ImageError) else [image], options)
            document = unanswered_document(chat, ask(chat, question, options), [source])
            render.write_json({**document, **row, "error": render.error_object(problem)})
        else:
            render.show_library_error(problem, as_json=False)
    return exit_codes.SOME_FAILED if failed else 0


class NamedWriter(render.StdoutWriter):
    """Writes an answer to stdout with the name of its picture before each line, as `grep` does for several files."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.label = LINE_END.sub("\N{REPLACEMENT CHARACTER}", name) + ": "

    def write(self, text: str) -> None:
        if text:
            label = "" if self.started else self.label
            super().write(label + text.replace("\n", f"\n{self.label}"))

    def end(self) -> None:
        if not self.started:
            super().write(self.label)
        super().end()


def _read_or_error(picture: arguments.ImageArgument, options: ResolvedOptions) -> LoadedImage | ImageError:
    try:
        return read_picture(picture, options)
    except ImageError as error:
        return error
