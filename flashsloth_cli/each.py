"""`ask --each`: one question about several pictures, one after another, good and bad ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.errors import ImageError, OptionError
from flashsloth_cli import exits, inputs, opening, render, settings
from flashsloth_cli.answering import begin, give, put, question_of, read_picture, unanswered

if TYPE_CHECKING:
    from flashsloth.processing.load import LoadedImage
    from flashsloth_cli.options import Options


def answer_each(given: inputs.Inputs, options: Options, settled: settings.Settings) -> int:
    """One question, an answer for each picture: a line of stdout each, or a JSON document a line as `batch` writes it.
    A picture that cannot be read is told in its place, on stderr or as its document, and the others are answered.

    Returns the exit code: 0, or that of some rows that failed; where all did, that of the first.
    Raises: OptionError without a question or pictures; with --json the first error, where no picture can be read.
    """
    question = question_of(given)
    from flashsloth.processing.naming import source_name

    if not given.pictures:
        raise OptionError("--each needs pictures", hint=f'flashsloth ask --each a.png b.png -p "{question}"')
    found = [_read_or_error(picture, options) for picture in given.pictures]
    errors = [each for each in found if isinstance(each, ImageError)]
    if len(errors) == len(found):
        if options.json:
            raise errors[0]
        for error in errors:
            render.show_library_error(error, exits.exit_code(error), as_json=False)
        return exits.exit_code(errors[0])
    model, first = opening.open_model(options, settled), True
    for number, (picture, image) in enumerate(zip(given.pictures, found, strict=True), 1):
        row = {"row": number, "source": source_name(picture.source), "error": None}
        if not isinstance(image, ImageError):
            give(begin(model, [image], options, settled), question, options, settled, first=first, row=row)
            first = False
            continue
        code = exits.exit_code(image)
        if options.json:
            chat = begin(model, [], options, settled)
            document = unanswered(chat, put(chat, question, options, settled))
            render.write_json({**document, **row, "error": render.error_object(image, code)})
        else:
            render.show_library_error(image, code, as_json=False)
    return exits.SOME_FAILED if errors else 0


def _read_or_error(picture: inputs.Picture, options: Options) -> LoadedImage | ImageError:
    try:
        return read_picture(picture, options)
    except ImageError as error:
        return error
