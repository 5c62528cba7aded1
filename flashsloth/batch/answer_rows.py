"""Answer the rows of a batch. Pictures are read and scaled in threads while the model generates. This
module writes no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, cast

from flashsloth.batch.inputs import Row
from flashsloth.chat import ImageOptions
from flashsloth.dialogues.dialogue import Answerer, Dialogue, DialogueAnswer, Reply, answered
from flashsloth.errors import AnswerIncomplete, ContextTooLong, ImageError, InputError, OutOfThreads
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.decoding_budget import one_picture
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.images.sources import stat_source


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How to answer the rows, and how to read their images.

    In `answers` the model's own values are already filled in (`AnswerSettings.completed`). With `whole`
    a row fails if the file of its picture is truncated.
    """

    answers: AnswerSettings
    reading: ImageOptions = field(default_factory=ImageOptions)
    whole: bool = False


class ImageInfo(NamedTuple):
    """A picture without its pixels and its bytes, together with the size and the modification time of
    its file."""

    facts: LoadedImage
    bytes: int | None
    modified_ns: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A row with its answer. With a constraint `value` is the parsed answer, as `Answer.value` returns
    it."""

    row: Row
    image: ImageInfo | None
    answer: DialogueAnswer
    value: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A row that could not be asked, whose answer was cut before it was valid, or whose sidecar could
    not be written."""

    row: Row
    error: InputError | OutOfThreads
    image: ImageInfo | None = None


Prepared = Failed | tuple[Row, ImageInfo | None]  # a row that failed, or a row whose picture was read


def answer_rows(
    rows: Iterable[Row], settings: BatchSettings, answerer: Answerer, *, in_order: bool = True
) -> Iterator[Answered | Failed]:
    """Yield an event for each row, either in the order of the rows or as soon as the row is answered.
    Raises: OutOfMemory."""
    prepare = partial(prepare_row, settings=settings, answerer=answerer)
    for prepared, reply in answered(rows, prepare, answerer, in_order=in_order):
        if isinstance(prepared, Failed):
            yield prepared
        else:
            yield _event(*prepared, cast("Reply", reply), settings)


def _event(
    row: Row, image: ImageInfo | None, reply: Reply, settings: BatchSettings
) -> Answered | Failed:
    if isinstance(reply, ContextTooLong):
        return Failed(row, reply, image)
    [answer] = reply  # a row asks one question
    constraint = settings.answers.constraint
    if constraint is None:
        return Answered(row, image, answer)
    record = answer.record
    tokens = len(record.token_ids)
    failed = record.reason == "length" and tokens < settings.answers.max_tokens
    try:
        value = constraint.parse(record.text, record.reason, tokens, grammar_failed=failed)
    except AnswerIncomplete as error:
        return Failed(row, error, image)
    return Answered(row, image, answer, value)


@one_picture()
def prepare_row(
    row: Row, settings: BatchSettings, answerer: Answerer
) -> tuple[Prepared, Dialogue | None]:
    """Read the picture of a row, and return the row with the dialogue to ask. The dialogue is None if
    the row failed."""
    if row.error is not None:
        return Failed(row, row.error), None
    info = image = None
    try:
        if row.image is not None:
            # Get the size and the time before the picture is read. If the picture changes in between,
            # the next run asks about it again.
            file = stat_source(row.image) if row.data is None else None
            image = (
                read_image(row.image, pipe=row.is_argument, **settings.reading)
                if row.data is None
                else read_image(row.data, name=row.image, **settings.reading)
            )
            if settings.whole:
                image.require_whole()
            size, changed = (file.st_size, file.st_mtime_ns) if file is not None else (None, None)
            info = ImageInfo(image.without_pixels(), size, changed)
        return (row, info), answerer.dialogue((row.prompt or "",), image, row.system)
    except (ImageError, OutOfThreads) as error:
        return Failed(row, error), None
