"""What a batch would do: which rows would fail by the first bytes of their pictures, how many are
answered already, and how long the others would take. Opens no model and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from flashsloth.batch.answer_rows import Failed
from flashsloth.batch.inputs import Row
from flashsloth.batch.row_json import PreviousAnswer, match
from flashsloth.errors import ImageError
from flashsloth.images.formats import EXTRAS, identify, refuse_format, require_extra
from flashsloth.images.sources import read_source, source_kind

FIRST_BYTES = 4096
PAUSE_SECONDS = 600.0  # without an answer, which count as the time between two runs


def check_row(row: Row) -> Failed | None:
    """Return the row with its error if it has one, or if its picture is missing, empty, of an unknown
    format, or needs a package that is not installed. Of a picture only the first bytes are read, and of
    a URL nothing."""
    if row.error is not None:
        return Failed(row, row.error)
    if row.image is None or source_kind(row.image) in ("http", "data"):
        return None
    try:
        data = read_source(row.image, row.source, limit=FIRST_BYTES)
        kind = identify(data)
        if kind is None:
            refuse_format(data, row.source)
        if kind in EXTRAS:
            require_extra(kind, row.source)
    except ImageError as error:
        return Failed(row, error)
    return None


def unanswered(
    rows: Sequence[Row], earlier: Iterable[PreviousAnswer], reading: Mapping[str, Any]
) -> list[Row]:
    """Return the rows that have no answer. System prompts are not compared, as only the model knows its
    own. `reading`: the options that decide about the bytes of a picture, as those of a document."""
    answers = [replace(answer, question=(*answer.question[:2], None)) for answer in earlier]
    asked = [replace(row, system=None) for row in rows]
    answered = match(asked, answers, None, reading, lambda _: None)
    return [row for row in rows if row.number not in answered]


def seconds_per_answer(answers: Iterable[PreviousAnswer]) -> float | None:
    """Return how long an answer took, by the times at which these were written; None for too few."""
    times = sorted(_times(answers))
    gaps = [(later - before).total_seconds() for before, later in pairwise(times)]
    gaps = [gap for gap in gaps if gap < PAUSE_SECONDS]
    return sum(gaps) / len(gaps) if any(gaps) else None


def _times(answers: Iterable[PreviousAnswer]) -> Iterator[datetime]:
    for answer in answers:
        with suppress(TypeError, ValueError):
            yield datetime.fromisoformat(answer.created)
