"""A batch's answers as JSON lines, from which a later run resumes, and as rows of a table. Uses no
model."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from flashsloth.batch.row_json import is_answer
from flashsloth.data.row_index import read_lines
from flashsloth.dialogues.answer_json import SCHEMA
from flashsloth.errors import InputError

COLUMNS = ("id", "image", "question", "answer", "error", "finish_reason")
BEGINNING = json.dumps({"schema": SCHEMA})[:-1].encode()  # of a line
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")


def encode_line(document: dict[str, Any]) -> bytes:
    """Return the line of a document. File names that are not UTF-8 are written with escapes."""
    try:
        return (json.dumps(document, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(document) + "\n").encode()


def read_answers(file: BinaryIO, path: Path) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Yield each answer with the start and the size of its line. The last line is left out if it is
    empty, as editors leave it, or torn by a kill.

    Raises: InputError, which names `path`, for a line that is not an answer row.
    """
    start = bad = 0
    for number, line in enumerate(read_lines(file), 1):
        document = None if bad else _answer(line)
        if document is not None:
            yield document, start, len(line)
            start += len(line)
            continue
        bad = bad or number
        is_torn = not line.endswith(b"\n") and (
            start > 0 or BEGINNING.startswith(line[: len(BEGINNING)])
        )
        if number > bad or not (is_torn or not line.strip()):
            raise InputError(
                f"{path}:{bad} is not an answer row of flashsloth batch",
                hint="Choose another file, or replace it with --force.",
            )


def table_lines(
    documents: Iterable[dict[str, Any]], delimiter: str, *, warnings: bool
) -> Iterator[bytes]:
    """Yield the header and the rows of a table for spreadsheets, perhaps with a column of `warnings`. A
    cell that a spreadsheet would compute gets an apostrophe before it: the text may come from a
    picture."""
    empty = True
    for document in documents:
        cells = _cells(document)
        if warnings:
            cells["warnings"] = "; ".join(document.get("warnings") or ())
        if empty:
            yield _table_line(cells, delimiter)
        yield _table_line(map(_harmless, cells.values()), delimiter)
        empty = False
    if empty:
        yield _table_line(COLUMNS, delimiter)


def consists_of(data: bytes, lines: Iterable[bytes]) -> bool:
    """Return whether data is made of some of these lines, which may have newlines in them."""
    known = set(lines)
    pending = b""
    longest = max(map(len, known), default=0)
    for line in data.splitlines(keepends=True):
        pending += line
        if len(pending) > longest:
            return False
        pending = b"" if pending in known else pending
    return not pending


def _cells(document: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a document by their columns; among choices also the probability of the
    answer."""
    images = document.get("images")
    cells = {
        "id": document.get("id"),
        "image": images[0].get("source") if images else "",
        "question": document.get("prompt"),
        "answer": document.get("response"),
    }
    if "choices" in (document.get("options") or {}):
        probabilities = (f"{choice['probability']:.6f}" for choice in document.get("choices") or ())
        cells["probability"] = max(probabilities, default="")
    error = document.get("error")
    return {
        **cells,
        "error": error and f"{error['code']}: {error['message']}",
        "finish_reason": document.get("finish_reason"),
    }


def _answer(text: bytes) -> dict[str, Any] | None:
    """Parse the whole line of an answer row; return None for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if text.endswith(b"\n") and is_answer(document) else None


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _table_line(cells: Iterable[str], delimiter: str) -> bytes:
    """Return a record of a table, with its newline."""
    line = io.StringIO()
    # with its default \r\n it also quotes a lone \r
    csv.writer(line, delimiter=delimiter).writerow(cells)
    return f"{line.getvalue()[:-2]}\n".encode(errors="backslashreplace")
