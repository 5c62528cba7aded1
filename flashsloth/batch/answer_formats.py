"""A batch's answers as JSON lines, from which a later run resumes, and as rows of a table. Uses no model."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from flashsloth.answering.documents import SCHEMA
from flashsloth.batch.documents import is_answer
from flashsloth.data.row_index import read_lines

COLUMNS = ("id", "image", "question", "answer", "error", "finish_reason")
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")


class Record(NamedTuple):
    """A line of a file: its number, its place, and its document, None if it is not an answer. A kill leaves at most one
    that is not `whole`, the last."""

    line: int
    start: int
    size: int
    document: dict[str, Any] | None
    whole: bool = True


def encode_line(document: dict[str, Any]) -> bytes:
    """Return the line of a document. File names that are not UTF-8 are written with escapes."""
    try:
        return (json.dumps(document, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(document) + "\n").encode()


def read_records(file: BinaryIO) -> Iterator[Record]:
    """Yield the lines of a file."""
    beginning, start = json.dumps({"schema": SCHEMA})[:-1].encode(), 0
    for number, line in enumerate(read_lines(file), 1):
        whole = line.endswith(b"\n")
        foreign = start == 0 and not whole and not line.startswith(beginning[: len(line)])
        document = _answer(line) if whole else None
        yield Record(number, start, len(line), document, (whole and bool(line.strip())) or foreign)
        start += len(line)


def table_lines(documents: Iterable[dict[str, Any]], delimiter: str, *, warnings: bool) -> Iterator[bytes]:
    """Yield the header and the rows of a table for spreadsheets, perhaps with a column of `warnings`. A cell that a
    spreadsheet would compute gets an apostrophe before it: the text may come from a picture."""
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
    known, pending = set(lines), b""
    longest = max(map(len, known), default=0)
    for line in data.splitlines(keepends=True):
        pending += line
        if len(pending) > longest:
            return False
        pending = b"" if pending in known else pending
    return not pending


def _cells(document: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a document by their columns; among choices also the probability of the answer."""
    images, error, choices = document.get("images"), document.get("error"), document.get("choices") or ()
    probabilities = [f"{choice['probability']:.6f}" for choice in choices]
    chosen = {"probability": max(probabilities, default="")} if "choices" in (document.get("options") or {}) else {}
    return {
        "id": document.get("id"),
        "image": images[0].get("source") if images else "",
        "question": document.get("prompt"),
        "answer": document.get("response"),
        **chosen,
        "error": error and f"{error['code']}: {error['message']}",
        "finish_reason": document.get("finish_reason"),
    }


def _answer(text: bytes) -> dict[str, Any] | None:
    """Parse an answer row; return None for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if is_answer(document) else None


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _table_line(cells: Iterable[str], delimiter: str) -> bytes:
    """Return a record of a table, with its newline."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(cells)  # with its default \r\n it also quotes a lone \r
    return f"{line.getvalue()[:-2]}\n".encode(errors="backslashreplace")
