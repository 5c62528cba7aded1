"""Answer the rows of a batch, and make the documents of their outcomes. Pictures are read and scaled in
threads while the model generates. This module writes no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from flashsloth.batch.inputs import Row
from flashsloth.batch.resuming import settings_digest
from flashsloth.chat import ChatModel, ImageOptions
from flashsloth.chat.answerer import Answerer, answered
from flashsloth.chat.conversation import Question
from flashsloth.chat.document import (
    document,
    error_fields,
    image_fields,
    model_fields,
    options_of,
    unread_image,
)
from flashsloth.checkpoints.folder import fingerprint
from flashsloth.errors import AnswerIncomplete, FlashSlothError, ImageError, OutOfThreads
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.decoding_budget import one_picture
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.images.sources import stat_source
from flashsloth.utils.text import source_name


class ImageInfo(NamedTuple):
    """A picture without its pixels and its bytes, together with the size and the modification time of
    its file."""

    facts: LoadedImage
    bytes: int | None
    modified_ns: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row with the record of its answer, or with an error: it could not be asked, its answer was cut
    before it was valid, or its sidecar could not be written. `image` is None if no picture was read.
    With a constraint `value` is the parsed answer, as `Answer.value` returns it. `sidecar` tells what
    became of its sidecar: "written", "refused" or "cut" if the answer or a part of it was not written,
    or "" if the row has no sidecar, or its sidecar was not changed."""

    row: Row
    record: AnswerRecord | None = None
    error: FlashSlothError | None = None
    image: ImageInfo | None = None
    value: Any = None
    sidecar: str = ""


def answer_rows(
    rows: Iterable[Row],
    answerer: Answerer,
    reading: ImageOptions,
    *,
    whole: bool = False,
    in_order: bool = True,
) -> Iterator[Outcome]:
    """Yield the outcome of each row, either in the order of the rows or as soon as the row is answered.
    `reading` says how pictures are read. With `whole` a row fails if the file of its picture is
    truncated. Raises: OutOfMemory."""
    prepare = partial(prepare_row, answerer=answerer, reading=reading, whole=whole)
    for prepared, records in answered(rows, prepare, answerer, in_order=in_order):
        if prepared.error is not None:
            yield prepared
        elif isinstance(records, FlashSlothError):
            yield replace(prepared, error=records)
        else:
            yield _with_value(replace(prepared, record=records[0]), answerer.settings)


def _with_value(outcome: Outcome, settings: AnswerSettings) -> Outcome:
    """Return an outcome with the value of its answer, or with the error of an incomplete answer."""
    record = outcome.record
    if settings.constraint is None or record is None:
        return outcome
    try:
        value = settings.constraint.parse(record, settings.max_tokens)
    except AnswerIncomplete as error:
        return replace(outcome, record=None, error=error)
    return replace(outcome, value=value)


@one_picture()
def prepare_row(
    row: Row, answerer: Answerer, reading: ImageOptions, *, whole: bool
) -> tuple[Outcome, list[Question]]:
    """Read the picture of a row, and return the row, still without an answer, with its question. There
    is no question if the row failed."""
    if row.error is not None:
        return Outcome(row, error=row.error), []
    info = image = None
    try:
        if row.image is not None:
            # Get the size and the time before the picture is read. If the picture changes in between,
            # the next run asks about it again.
            file = stat_source(row.image) if row.data is None else None
            image = (
                read_image(row.image, pipe=row.is_argument, **reading)
                if row.data is None
                else read_image(row.data, name=row.image, **reading)
            )
            if whole:
                image.require_whole()
            size, changed = (file.st_size, file.st_mtime_ns) if file is not None else (None, None)
            info = ImageInfo(image.without_pixels(), size, changed)
        return Outcome(row, image=info), answerer.questions([row.prompt or ""], image, row.system)
    except (ImageError, OutOfThreads) as error:
        return Outcome(row, error=error), []


class RowDocuments:
    """Makes the documents of the rows of one model and one set of settings: the document of an answer
    with the fields that a batch adds. `settings` are completed with the model's own values."""

    def __init__(self, model: ChatModel, settings: AnswerSettings, reading: ImageOptions) -> None:
        facts = model.facts
        folders = [each for each in (facts.folder, facts.adapter) if each]
        self.model = model
        self.settings = settings
        self.reading = reading
        self.facts = {**model_fields(facts), "weights": fingerprint(*folders) if folders else None}
        if facts.context_length is None:  # of a foreign server only the name and the address are known
            self.facts["address"] = model.server
        read = {
            "stop": list(settings.stop),
            "reference_preprocessing": reading.get("reference", False),
        }
        self.options = options_of(facts, settings, **read)
        if (crop := reading.get("crop")) is not None:
            self.options["crop"] = crop
        self.settings_digest = settings_digest(self.facts, self.options)

    def of(self, outcome: Outcome) -> dict[str, Any]:
        """Return the document of a row. In a failed row the fields of the answer are null. Times are
        also null for a row that was answered together with others."""
        row = outcome.row
        fields: dict[str, Any] = {
            "model": self.facts,
            "system": self.settings.system if row.system is None else row.system,
            "options": self.options,
        }
        if row.id is not None:
            fields["id"] = row.id
        if outcome.record is not None and self.settings.constraint is not None:
            fields["value"] = outcome.value
        fields |= {"row": row.number, "source": row.source, "settings": self.settings_digest}
        fields |= input_field(row)
        images = self._images(outcome)
        made = document(self.model, self.settings, row.prompt, images, outcome.record, **fields)
        return made | {"error": outcome.error and error_fields(outcome.error)}

    def _images(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the fields of the picture."""
        image = outcome.image
        if image is not None:
            record = outcome.record or AnswerRecord()
            reads_more = record.detail_reason in ("unsure", "refusal") and record.tiles != 1
            hd = self.settings.most_hd if reads_more else self.settings.first_hd
            facts = self.model.facts
            tokens = facts.visual_tokens[bool(hd)] or record.visual_tokens or None
            fields = image_fields(image.facts, facts, hd=hd, tokens=tokens, cached=record.from_cache)
            return [fields | {"bytes": image.bytes, "modified_ns": image.modified_ns}]
        if outcome.row.image is None:
            return []
        return [unread_image(source_name(outcome.row.image)) | {"bytes": None, "modified_ns": None}]


def input_field(row: Row) -> dict[str, Any]:
    """Return the field `input` of a document, which has the other fields of the input row. If there are
    no other fields, return no field."""
    return {"input": row.fields} if row.fields else {}
