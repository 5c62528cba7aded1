"""The formats of a batch's output file: a row of answers as bytes, and back. Uses no model."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple, Protocol

from flashsloth.batch.resume import SCHEMA, is_answer
from flashsloth.data.data_files import DELIMITERS
from flashsloth.data.row_index import read_lines, records

COLUMNS = ("id", "image", "question", "answer", "error", "finish_reason", "resume")
RESUME = ("schema", "row", "source", "id", "prompt", "system", "model", "options")  # what finds an answer again
PICTURE = ("source", "sha256", "bytes", "modified_ns")
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")


class Record(NamedTuple):
    """A row of a file: the number of its line, its place, and its document, None if it is not an answer. A kill leaves
    at most one that is not `whole`, the last."""

    line: int
    start: int
    size: int
    document: dict[str, Any] | None
    whole: bool = True


class AnswerFormat(Protocol):
    """How answers are written. `header` comes first in the file."""

    header: bytes

    def encode(self, document: dict[str, Any]) -> bytes:
        """Return the row of a document."""

    def renamed(self, data: bytes, identity: dict[str, Any]) -> bytes:
        """Return a row with another number, source and id."""

    def read(self, file: BinaryIO) -> Iterator[Record]:
        """Yield the rows after the header."""


class JsonLines:
    """One JSON object a line."""

    header = b""

    def encode(self, document: dict[str, Any]) -> bytes:
        """Return the line of a document. File names that are not UTF-8 are written with escapes."""
        try:
            return (json.dumps(document, ensure_ascii=False) + "\n").encode()
        except UnicodeEncodeError:
            return (json.dumps(document) + "\n").encode()

    def renamed(self, data: bytes, identity: dict[str, Any]) -> bytes:
        return self.encode({**json.loads(data), **identity})

    def read(self, file: BinaryIO) -> Iterator[Record]:
        beginning, start = json.dumps({"schema": SCHEMA})[:-1].encode(), 0
        for number, line in enumerate(read_lines(file), 1):
            whole = line.endswith(b"\n")
            foreign = start == 0 and not whole and not line.startswith(beginning[: len(line)])
            document = _answer(line) if whole else None
            yield Record(number, start, len(line), document, (whole and bool(line.strip())) or foreign)
            start += len(line)


class AnswerTable:
    """A table for spreadsheets. Its column `resume` has as JSON what a later run compares. A cell that a spreadsheet
    would compute gets an apostrophe before it: the text may come from a picture."""

    def __init__(self, delimiter: str, *, choices: bool = False) -> None:
        self._delimiter, self._choices = delimiter, choices
        self._columns = (*COLUMNS[:4], "probability", *COLUMNS[4:]) if choices else COLUMNS
        self.header = _table_line(self._columns, delimiter).encode()

    def encode(self, document: dict[str, Any]) -> bytes:
        images, error = document["images"], document["error"]
        resume: dict[str, Any] = {name: document[name] for name in (*RESUME, "context") if name in document}
        resume["model"] = {name: document["model"][name] for name in ("name", "weights", "quant")}
        resume["images"] = [{name: image[name] for name in PICTURE} for image in images]
        resume["error"] = error and {"code": error["code"]}
        chosen = max((choice["probability"] for choice in document.get("choices", ())), default=None)
        cells = (
            document["id"],
            images[0]["source"] if images else "",
            document["prompt"],
            document["response"],
            *([chosen if chosen is None else f"{chosen:.6f}"] if self._choices else ()),
            error and f"{error['code']}: {error['message']}",
            document["finish_reason"],
        )
        return self._line([*map(_harmless, cells), json.dumps(resume)])

    def renamed(self, data: bytes, identity: dict[str, Any]) -> bytes:
        [cells] = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=self._delimiter)
        resume = {**json.loads(cells[-1]), **identity}
        return self._line([_harmless(resume["id"]), *cells[1:-1], json.dumps(resume)])

    def read(self, file: BinaryIO) -> Iterator[Record]:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        cut = file.read() != b"\n"
        file.seek(0)
        if (first := file.read(len(self.header))) != self.header:
            if first:
                yield Record(1, 0, len(first), None, whole=not self.header.startswith(first))
            return
        file.seek(0)
        broken: Record | None = None
        for start, length, line, cells in records(file, self._delimiter, lambda _: None):
            if start == 0:
                continue
            whole = cells is not None and not (cut and start + length >= size)
            document = _answer(cells[-1]) if cells and whole and len(cells) == len(self._columns) else None
            if document is None and (broken is None or not whole):  # lines of a cell that was cut are no rows
                broken = broken or Record(line, start, length, None, whole)
            elif broken is None:
                yield Record(line, start, length, document)
            elif document is not None:
                broken = broken._replace(whole=True)
                break
        if broken is not None:
            yield broken

    def _line(self, cells: list[str]) -> bytes:
        return _table_line(cells, self._delimiter).encode(errors="backslashreplace")


def choose(name: str, *, choices: bool = False) -> AnswerFormat:
    """Return the format for the name of a file: tables for .csv and .tsv, else JSON lines. With `choices` a table has a
    column for the probability of the answer."""
    delimiter = DELIMITERS.get(os.path.splitext(name)[1].lower()[1:])
    return JsonLines() if delimiter is None else AnswerTable(delimiter, choices=choices)


def _answer(text: str | bytes) -> dict[str, Any] | None:
    """Parse an answer row; return None for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if is_answer(document) else None


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _table_line(cells: Sequence[str], delimiter: str) -> str:
    """Return a record of a table, with its newline."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(cells)  # with its default \r\n it also quotes a lone \r
    return line.getvalue()[:-2] + "\n"
