"""Find out what a batch would do: which rows would fail, how many rows are already answered, and how
long the other rows would take. This reads only the first bytes of pictures, opens no model and writes
nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from flashsloth.batch.answer_rows import Outcome
from flashsloth.batch.inputs import Row
from flashsloth.batch.resuming import PreviousAnswer, match
from flashsloth.errors import ImageError
from flashsloth.images.formats import HEADER_BYTES, readable_format
from flashsloth.images.sources import read_source, source_kind

PAUSE_SECONDS = 600.0  # a longer gap between two answers is the time between two runs


def check_row(row: Row) -> Outcome | None:
    """Return the outcome of a row that would fail, else None. A row fails if it has an error already,
    or if its picture is missing, empty, of an unknown format, or needs a package that is not installed.
    Only the first bytes of a picture are read; URLs are not fetched."""
    if row.error is not None:
        return Outcome(row, error=row.error)
    if row.image is None or source_kind(row.image) in ("http", "data"):
        return None
    try:
        data = read_source(row.image, row.source, limit=HEADER_BYTES, pipe=row.is_argument)
        readable_format(data, row.source)
    except ImageError as error:
        return Outcome(row, error=error)
    return None


def unanswered(
    rows: Sequence[Row], earlier: Iterable[PreviousAnswer], reading: Mapping[str, Any]
) -> list[Row]:
    """Return the rows that have no answer. System prompts are not compared, because only the model
    knows the default system prompt.

    `reading` contains the options that change what is read from a picture's file. The names are those
    in the field `options` of a document: `crop` and `reference_preprocessing`.
    """
    answers = [replace(answer, key=answer.key._replace(system=None)) for answer in earlier]
    asked = [replace(row, system=None) for row in rows]
    answered = match(asked, answers, None, reading, lambda _: None)
    return [row for row in rows if row.number not in answered]


def seconds_per_answer(answers: Iterable[PreviousAnswer]) -> float | None:
    """Return the mean time between two answers in seconds, computed from the times at which they were
    written. Return None if there are too few answers."""
    times = []
    for answer in answers:
        with suppress(TypeError, ValueError):
            times.append(datetime.fromisoformat(answer.created))
    gaps = [(later - before).total_seconds() for before, later in pairwise(sorted(times))]
    gaps = [gap for gap in gaps if gap < PAUSE_SECONDS]
    return sum(gaps) / len(gaps) if any(gaps) else None
