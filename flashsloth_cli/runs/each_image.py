"""`ask --each`: one question about several pictures, one after another, good and bad ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flashsloth.errors import ImageError, ImageNotFound, OptionError
from flashsloth_cli.config.settings import Settings
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import open_model
from flashsloth_cli.runs.one_shot import (
    Notes,
    ask,
    check_picture,
    print_answer,
    read_picture,
    require_question,
    start_chat,
    unanswered_document,
)
from flashsloth_cli.terminal import exit_codes, render

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.options import Options

LINE_END = re.compile(r"\r\n|[\r\n]")


def answer_each(given: arguments.Inputs, options: Options, settings: Settings) -> int:
    """One question, an answer for each picture: lines of stdout that begin with its name, or a JSON document a line as
    `batch` writes it. A picture that cannot be read is told in its place, on stderr or as its document, and the others
    are answered.

    Returns the exit code: 0, or that of some rows that failed; where all did, that of the first.
    Raises: OptionError without a question, NoPicture; with --json the first error, where no picture can be read.
    """
    question = require_question(given)
    from flashsloth.utils.text import source_name

    if options.no_picture:
        raise OptionError("--each asks about pictures", hint="Leave out --each or --no-picture.")
    notes = Notes(given)
    if not options.json:
        notes.show(options)
    check_picture(given.pictures, options)
    found = [_read_or_error(picture, options) for picture in given.pictures]
    errors = [each for each in found if isinstance(each, ImageError)]
    if len(errors) == len(found):
        if options.json:
            raise errors[0]
        for error in errors:
            render.show_library_error(error, exit_codes.exit_code(error), as_json=False)
        return exit_codes.exit_code(errors[0])
    model, first = open_model.open_model(options, settings), True
    for number, (picture, image) in enumerate(zip(given.pictures, found, strict=True), 1):
        source = source_name(picture.source)
        row = {"row": number, "source": source, "error": None}
        if not isinstance(image, ImageError):
            chat = start_chat(model, [image], options, settings)
            print_answer(chat, question, options, settings, notes=notes, out=NamedOut(source), first=first, row=row)
            first = False
            continue
        code = exit_codes.exit_code(image)
        if options.json:
            chat = start_chat(model, [], options, settings)
            document = unanswered_document(chat, ask(chat, question, options, settings), [source])
            render.write_json({**document, **row, "error": render.error_object(image, code)})
        else:
            render.show_library_error(image, code, as_json=False)
    return exit_codes.SOME_FAILED if errors else 0


class NamedOut(render.StdoutWriter):
    """An answer on stdout whose every line begins with the name of its picture, as `grep` prints lines of files."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.label = LINE_END.sub("\N{REPLACEMENT CHARACTER}", name) + ": "

    def piece(self, text: str) -> None:
        if text:
            label = "" if self.begun else self.label
            super().piece(label + text.replace("\n", f"\n{self.label}"))

    def end(self) -> None:
        if not self.begun:
            super().piece(self.label)
        super().end()


def _read_or_error(picture: arguments.Picture, options: Options) -> LoadedImage | ImageError:
    try:
        return read_picture(picture, options)
    except ImageNotFound as error:
        return arguments.no_match(picture.source) or error
    except ImageError as error:
        return error
