"""Find where the rows of a file begin and end, in one pass over its bytes. The rows are not parsed.

An index takes 16 bytes per row: the offset of the row's first byte (int64), its size in bytes (int32,
negative if the row names no picture), and its line number (int32, counted from 1).

JSON Lines are read line by line. A table and an array are memory-mapped, so that their pages do not
count as memory of this process; the process is killed (SIGBUS) if another one truncates such a file
while it is indexed.
"""

from __future__ import annotations

import mmap
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np

from flashsloth.errors import DataUnreadable

LONGEST_ROW = 64 * 2**20  # bytes
MAX_DEPTH = 1000  # of brackets in an array; Python's parser reads no deeper row
BOM = b"\xef\xbb\xbf"

# Matches a key whose value names a picture. Also matches a part of a message whose type is "image". The
# expression cannot match within a JSON string, because quotes are escaped there.
PICTURE = re.compile(
    rb'"(?:image|images|image_url)"\s*+:\s*+(?!null|""|\[\s*+\])|"type"\s*+:\s*+"image'
)

# A line before the header of a table that tells Excel which delimiter is used.
SEPARATOR = re.compile(rb'"?sep=([;,\t])"?\r?\n', re.IGNORECASE)

# a string that is not closed ends at the end of its line
_STRING = rb'"(?:[^"\\\n]++|\\[^\n])*+(?:"|\\?(?=\n))'
# Matches everything up to and including the next bracket that is not in a string. The possessive
# quantifiers (*+) prevent backtracking, which would take quadratic time in damaged files.
_STEP = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
_SCALAR = re.compile(_STRING + rb'|[^\s,"]+|"', re.DOTALL)
_NOT_SPACE = re.compile(rb"\S")
_NOT_BETWEEN = re.compile(rb"[^\s,]")
_OPENS = {ord("}"): ord("{"), ord("]"): ord("[")}

OnBytes = Callable[[int], None]  # called with the number of bytes scanned so far


@dataclass(frozen=True, slots=True)
class RowIndex:
    """The offset, the size (negative if there is no picture) and the line number of every row."""

    starts: np.typing.NDArray[np.int64]
    sizes: np.typing.NDArray[np.int32]
    lines: np.typing.NDArray[np.int32]


class _Builder:
    """Collects the rows of a file, in order, and counts its lines. If there is no `data`, the caller
    counts them."""

    def __init__(self, data: mmap.mmap | bytes, on_bytes: OnBytes) -> None:
        self.data = data
        self.on_bytes = on_bytes
        self.starts = array("q")
        self.sizes = array("i")
        self.lines = array("i")
        self.counted = 0
        self.line = 1  # the number of the line at the position `counted`

    def add(self, start: int, end: int, *, picture: bool) -> None:
        self.line += self.data[self.counted : start].count(b"\n")
        self.counted = start
        # The sign of the size tells whether the row names a picture. The size is at least 1, because 0
        # has no sign, and it is limited so that it fits into 32 bits.
        size = max(1, min(end - start, LONGEST_ROW + 1))
        self.starts.append(start)
        self.sizes.append(size if picture else -size)
        self.lines.append(self.line)
        if len(self.starts) % 4096 == 0:
            self.on_bytes(start)

    def build(self) -> RowIndex:
        return RowIndex(
            np.array(self.starts, np.int64),
            np.array(self.sizes, np.int32),
            np.array(self.lines, np.int32),
        )


def _map(file: BinaryIO) -> tuple[mmap.mmap, int]:
    """Memory-map a file that is not empty. Return it with the offset of its text, which is not 0 if the
    file begins with byte order marks."""
    data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    # Some programs write a second mark before the first. It must not become a part of the first name in
    # a header, because the rows of a table without a column `image` are learned without pictures.
    start = 0
    while data[start : start + len(BOM)] == BOM:
        start += len(BOM)
    return data, start


def scan_lines(file: BinaryIO, on_bytes: OnBytes) -> RowIndex:
    """Index a JSON Lines file, in which every line that is not blank is a row."""
    index = _Builder(b"", on_bytes)
    start = 0
    while file.read(len(BOM)) == BOM:
        start += len(BOM)
    file.seek(start)
    for index.line, line in enumerate(read_lines(file), 1):
        if not line.isspace():
            end = file.tell()
            picture = _names_picture(line)
            index.add(end - len(line), end - line.endswith(b"\n"), picture=picture)
    return index.build()


def scan_table(file: BinaryIO, delimiter: str, on_bytes: OnBytes) -> tuple[list[str], RowIndex]:
    """Index a CSV or TSV file, and return the cells of its header with the index. A quoted cell may
    span several lines. A quote that is never closed damages only its own line."""
    data, at = _map(file)
    index = _Builder(data, on_bytes)
    header = list[str]()
    column = -1
    if separator := SEPARATOR.match(data, at):
        at = separator.end()
    for start, end, cells in records(data, at, delimiter):
        if not header:
            header = [cell.decode("utf-8", "replace").strip() for cell in cells or [b""]]
            # Spreadsheets also write columns whose cells were deleted. Their names at the end of the
            # header are empty.
            while len(header) > 1 and not header[-1]:
                header.pop()
            column = next((n for n, name in enumerate(header) if name.lower() == "image"), -1)
            continue
        has_picture = cells is not None and 0 <= column < len(cells) and bool(cells[column].strip())
        index.add(start, end, picture=has_picture)
    return header, index.build()


def records(
    data: mmap.mmap | bytes, at: int, delimiter: str
) -> Iterator[tuple[int, int, list[bytes] | None]]:
    """Yield the start, the end and the cells of each record that is not blank. The cells are None if a
    quote is not closed. A record of more than `LONGEST_ROW` bytes is not split into cells, and its list
    of cells is empty."""
    record, cell = _patterns(delimiter)
    while at < len(data):
        start = at
        found = record.match(data, at)
        at = found.end() if found else data.find(b"\n", at) + 1 or len(data)
        if not found:
            yield start, at, None
        elif at - start > LONGEST_ROW:
            yield start, at, []
        elif text := data[start:at].rstrip(b"\r\n"):
            yield start, at, [inner.replace(b'""', b'"') + rest for inner, rest in cell.findall(text)]


def has_backslashed_quote(record: bytes, delimiter: str) -> bool:
    """Return whether a record was written by a program that escapes quotes with backslashes.

    CSV has no such escapes: the quote ends the cell although the text of the cell goes on, and two rows
    may even be joined. A backslash before the last quote of a cell proves nothing, because the text may
    end with a backslash, as in "C:\\".
    """
    _, cell = _patterns(delimiter)
    return b'\\"' in record and any(inner and rest.strip() for inner, rest in cell.findall(record))


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return the patterns of a record and of a cell. The pattern of a cell has two groups: the text
    within its quotes, and the text after the quotes."""
    mark = re.escape(delimiter.encode())
    cell = rb'(?:"((?:[^"]++|"")*+)"|(?!"))([^%s\n]*+)' % mark
    return re.compile(rb"%s(?:%s%s)*+(?:\n|\Z)" % (cell, mark, cell)), re.compile(
        rb"(?:\A|%s)%s" % (mark, cell)
    )


def scan_array(file: BinaryIO, on_bytes: OnBytes) -> RowIndex:
    """Index a JSON array. Only brackets and strings are used to find the elements. So an invalid
    element is a single bad row, and the rows after it are still found.

    If there is text after the array, or the array is cut off, that place is indexed as a row that
    cannot be parsed. Raises: DataUnreadable if it is nested too deeply.
    """
    data, at = _map(file)
    index = _Builder(data, on_bytes)
    opened = bytearray()
    begin = -1

    def add(start: int, end: int) -> None:
        index.add(start, end, picture=_names_picture(data[start : min(end, start + LONGEST_ROW)]))

    while step := _STEP.match(data, at):
        end = step.end()
        bracket = data[end - 1]
        depth = len(opened)
        # 1. Index numbers and strings between the elements as bad rows.
        if depth == 1:
            for scalar in _SCALAR.finditer(data, at, end - 1):
                add(*scalar.span())
        at = end
        if bracket in b"{[":
            begin = end - 1 if depth == 1 else begin
            opened.append(bracket)
            if depth == MAX_DEPTH:
                raise DataUnreadable(f"{file.name} is nested more than {MAX_DEPTH} levels deep")
        elif depth == 1 and bracket == ord("]"):
            break
        elif depth == 1:
            add(end - 1, end)
        # A closing bracket closes the last open bracket of its kind, and all brackets that were opened
        # after that one. If no bracket of its kind is open, the closing bracket is skipped. The row is
        # then bad, but its end can still be found.
        elif (opening := opened.rfind(_OPENS[bracket], 1)) > 0:
            del opened[opening:]
            if opening == 1:
                add(begin, end)
                begin = -1
    else:  # the file ends inside the array
        rest = _NOT_BETWEEN.search(data, begin if begin >= 0 else at)
        add(rest.start() if rest else len(data), len(data))
        return index.build()
    if trailing := _NOT_SPACE.search(data, at):
        add(trailing.start(), trailing.end())
    return index.build()


def _names_picture(row: bytes) -> bool:
    return b'"image' in row and PICTURE.search(row) is not None


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their line ends. A line that is longer than `LONGEST_ROW` bytes is cut one byte
    after this limit, so that the caller sees that it is too long."""
    while line := file.readline(LONGEST_ROW + 1):
        yield line
        while len(line) > LONGEST_ROW and not line.endswith(b"\n"):
            line = file.readline(LONGEST_ROW + 1)
