"""The formats of an output file: JSON lines, from which a later run can resume, and tables. This module
uses no model."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from flashsloth.batch.resuming import is_answer
from flashsloth.chat.document import SCHEMA
from flashsloth.data.data_files import DELIMITERS
from flashsloth.data.row_index import BOM, read_lines
from flashsloth.errors import InputError

# The columns that we add to a table if there are no choices, no schema and no warnings.
COLUMNS = ("id", "image", "question", "answer", "error", "finish_reason")
# Names that are never given to other columns, whether or not the table has these columns.
RESERVED = ("id", "image", "question", "probability", "error", "finish_reason", "warnings")
BEGINNING = json.dumps({"schema": SCHEMA})[:-1].encode()  # the bytes with which each line begins
NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")
# Matches the positions at which a spreadsheet may read a formula: the beginning of the cell, and after
# a line end, a semicolon or a tab, because it may split the line there. Numbers are not matched, and
# neither are items of a Markdown list. Japanese input methods type the full-width signs.
FORMULA = re.compile(
    r"""\A(?=[=+\-@＝＋－＠\t\r]|\n+[=+\-@＝＋－＠])
    |(?:(?<=[;\t])(?=[=+\-@＝＋－＠])|(?<=[\n\r])(?=[=@＝＠]|[+\-＋－](?!\s|\Z)))
    (?![+-]?[\d.,]+\ ?%?(?:[;\t\n\r]|\Z))""",
    re.VERBOSE,
)


def without_formulas(text: str) -> str:
    return text if NUMBER.fullmatch(text) else FORMULA.sub("'", text)


def encode_line(document: dict[str, Any]) -> bytes:
    """Return the line for a document. If a file name is not UTF-8, the line is written with escapes."""
    try:
        return (json.dumps(document, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        # Python represents each byte of a file name that is not UTF-8 by a surrogate.
        return (json.dumps(document) + "\n").encode()


def read_answers(file: BinaryIO, path: Path) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Yield each answer with the start and the size of its line.

    The last line is skipped if it is empty, because editors may add an empty line. It is also skipped
    if it is incomplete, because the process that wrote it may have been killed.

    Raises: InputError, which names `path`, for a line that is not an answer row.
    """
    start = 0
    lines = enumerate(read_lines(file), 1)
    for number, line in lines:
        document = _answer(line)
        if document is None:
            # An incomplete first line counts as an answer only if it begins like an answer, because the
            # file could be any short file of another program.
            is_torn = not line.endswith(b"\n") and (
                start > 0 or BEGINNING.startswith(line[: len(BEGINNING)])
            )
            is_last = next(lines, None) is None
            if is_last and (is_torn or not line.strip()):
                return
            raise InputError(
                f"{path}:{number} is not an answer row of flashsloth batch",
                hint="Choose another file, or replace it with --force.",
            )
        yield document, start, len(line)
        start += len(line)


@dataclass(frozen=True, slots=True)
class TableStyle:
    """The style of a table. With `excel` the table begins with a byte order mark and has decimal
    commas, as spreadsheets in much of Europe expect."""

    delimiter: str
    excel: bool = False

    @classmethod
    def of(cls, path: Path, *, excel: bool) -> TableStyle:
        """Return the style of a table, which depends on the ending of its path."""
        delimiter = DELIMITERS[path.suffix.lower()[1:]]
        return cls(";" if excel and delimiter == "," else delimiter, excel)


def columns_of(documents: Iterable[dict[str, Any]]) -> list[str]:
    """Return the header of a table: the columns of the input that a batch does not read, then our own
    columns. There is a column of warnings only if a row has a warning."""
    inputs: dict[str, None] = {}
    own: tuple[str, ...] = COLUMNS
    has_warnings = False
    for document in documents:
        cells = _cells(document)
        # All answers have the same schema, but a row that failed may have an earlier schema.
        if own is COLUMNS or not document.get("error"):
            own = tuple(cells)
        inputs.update(dict.fromkeys(_input_cells(document, cells)))
        has_warnings = has_warnings or bool(cells["warnings"])
    return [*inputs, *(name for name in own if name != "warnings" or has_warnings)]


def table_lines(
    documents: Iterable[dict[str, Any]],
    style: TableStyle,
    columns: Sequence[str],
) -> Iterator[bytes]:
    """Yield the header and the rows of a table for spreadsheets.

    An apostrophe is put before what a spreadsheet would take for a formula, because the text may come
    from a picture. The cells of the input are not changed.

    Args:
        columns: the result of `columns_of`, or the header of an earlier table.
    """
    yield (BOM if style.excel else b"") + _table_line(columns, style)
    for document in documents:
        own = _cells(document)
        cells = {name: cell_text(value) for name, value in _input_cells(document, own).items()}
        for name, value in own.items():
            # No apostrophe is put before a number, because a number such as -1e-05 is not a formula.
            is_text = isinstance(value, str)
            cells[name] = without_formulas(value) if is_text else cell_text(value, excel=style.excel)
        yield _table_line((cells.get(name, "") for name in columns), style)


def read_header(table: bytes, path: Path) -> tuple[TableStyle, list[str]]:
    """Return the style in which a table was written and the names of its columns. If the header cannot
    be read, the list of names is empty."""
    style = TableStyle.of(path, excel=table.startswith(BOM))
    text = table.removeprefix(BOM).decode(errors="replace")
    try:
        return style, next(csv.reader(io.StringIO(text, newline=""), delimiter=style.delimiter), [])
    except csv.Error:
        return style, []


def consists_of(data: bytes, lines: Iterable[bytes]) -> bool:
    """Return whether the data consists of some of these lines. The cells of a line may contain
    newlines."""
    known = set(lines)
    pending = b""
    # Pending data that is longer than the longest line cannot match any line.
    longest = max(map(len, known), default=0)
    for line in data.splitlines(keepends=True):
        pending += line
        if len(pending) > longest:
            return False
        pending = b"" if pending in known else pending
    return not pending


def _cells(document: dict[str, Any]) -> dict[str, Any]:
    """Return the values of our own columns. With choices there is also the probability of the
    answer."""
    images = document.get("images")
    options = document.get("options") or {}
    error = document.get("error")
    cells = {
        "id": document.get("id"),
        "image": images[0].get("source") if images else "",
        "question": document.get("prompt"),
    }
    schema = options.get("schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict) and properties:
        value = document.get("value")
        taken = {*RESERVED}
        for name in properties:
            column = _free_name(name, "answer_", taken)
            cells[column] = value.get(name) if isinstance(value, dict) else None
    else:
        cells["answer"] = document.get("response")
    if "choices" in options:
        # A Decimal is written without an exponent and without rounding errors. In Excel's style it gets
        # a decimal comma.
        probabilities = [choice["probability"] for choice in document.get("choices") or ()]
        cells["probability"] = Decimal(f"{max(probabilities):.6f}") if probabilities else None
    return cells | {
        "error": f"{error['code']}: {error['message']}" if error else None,
        "finish_reason": document.get("finish_reason"),
        "warnings": "; ".join(document.get("warnings") or ()),
    }


def _input_cells(document: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the other fields of an input row, with the names of their columns as keys."""
    taken = {name.lower() for name in (*RESERVED, *own)}
    given = document.get("input") or {}
    return {_free_name(name, "input_", taken): value for name, value in given.items()}


def _free_name(name: str, prefix: str, taken: set[str]) -> str:
    """Return the name of a column, with a prefix if another column already has this name, and add it to
    those that are taken."""
    while name.lower() in taken or name in taken:
        name = prefix + name
    column = without_formulas(name)
    taken.add(column)
    return column


def _answer(text: bytes) -> dict[str, Any] | None:
    """Parse the line of an answer row. Return None for any other line, even if it is an incomplete
    answer row."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if text.endswith(b"\n") and is_answer(document) else None


def cell_text(value: Any, *, excel: bool = False) -> str:
    """Return the text of a JSON value. Lists and objects become JSON, and null becomes "". With `excel`
    numbers have a decimal comma."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float | Decimal):
        text = str(value)
        return text.replace(".", ",") if excel else text
    return json.dumps(value, ensure_ascii=False)


def _table_line(cells: Iterable[str], style: TableStyle) -> bytes:
    """Return a record of a table, with its newline."""
    line = io.StringIO()
    # Use the default line end \r\n, because with it csv also quotes a cell that contains a lone \r.
    csv.writer(line, delimiter=style.delimiter).writerow(cells)
    return f"{line.getvalue()[:-2]}\n".encode(errors="backslashreplace")
