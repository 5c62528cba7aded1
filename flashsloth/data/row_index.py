"""Where the rows of a file begin and end: one pass over its bytes, in constant memory. Knows no row's meaning.

An index costs 16 bytes a row: the first byte (int64), the size in bytes (int32, negative where no picture is named)
and the line (int32, from 1). Rows are read by these later, one at a time.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from flashsloth.errors import DataUnreadable

CHUNK = 2**20  # bytes that are read at a time
LONGEST_ROW = 64 * 2**20  # bytes
BOM = b"\xef\xbb\xbf"

# A key whose value is a picture, or a part that is one. Inside of a JSON string its quotes would be escaped.
PICTURE = re.compile(rb'"(?:image|images|image_url)"\s*+:\s*+(?!null|""|\[\s*+\])|"type"\s*+:\s*+"image')

_STRING = rb'"(?:[^"\\\n]++|\\[^\n])*+(?:"|\\?(?=\n))'  # one that is not closed ends with its line
_STEP = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)  # up to the next bracket
_SCALAR = re.compile(_STRING + rb'|[^\s,"]+|"', re.DOTALL)
_OPENS = {ord("}"): ord("{"), ord("]"): ord("[")}

OnBytes = Callable[[int], None]
"""Is told how many bytes of the file have been looked at."""


@dataclass(frozen=True, slots=True)
class RowIndex:
    """Of every row: its first byte, its size (negative: no picture) and its line."""

    starts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int32]


class _Index:
    """Extents that grow row by row."""

    def __init__(self) -> None:
        self.starts = array("q")
        self.sizes = array("i")
        self.lines = array("i")

    def add(self, start: int, size: int, line: int, *, picture: bool) -> None:
        size = max(1, min(size, LONGEST_ROW + 1))  # never 0, so that it has a sign
        self.starts.append(start)
        self.sizes.append(size if picture else -size)
        self.lines.append(line)

    def whole(self) -> RowIndex:
        if not self.starts:
            return RowIndex(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))
        return RowIndex(  # views, not copies
            np.frombuffer(self.starts, np.int64),
            np.frombuffer(self.sizes, np.int32),
            np.frombuffer(self.lines, np.int32),
        )


def scan_lines(file: BinaryIO, on_bytes: OnBytes) -> RowIndex:
    """JSON lines: a row is a line that is not blank."""
    index, at = _Index(), _skip_bom(file)
    for number, line in enumerate(_lines(file), 1):
        row = line.strip()
        if row:
            index.add(at, len(line), number, picture=_names_picture(row))
        at += len(line)
        if number % 4096 == 0:
            on_bytes(at)
    return index.whole()


def scan_table(file: BinaryIO, delimiter: str, on_bytes: OnBytes) -> tuple[list[str], RowIndex]:
    """CSV or TSV: the header's cells, and the records behind it. A quoted cell may span lines.

    A quote that is never closed costs the one line it begins on: the search goes on behind that.
    """
    index, header = _Index(), list[str]()
    column = -1
    for start, size, line, cells in _records(file, delimiter, on_bytes):
        if not header:
            header = [cell.encode("latin-1").decode("utf-8", "replace").strip() for cell in cells or [""]]
            column = next((n for n, name in enumerate(header) if name.lower() == "image"), -1)
            continue
        picture = cells is not None and 0 <= column < len(cells) and bool(cells[column].strip())
        index.add(start, size, line, picture=picture)
    return header, index.whole()


def _records(file: BinaryIO, delimiter: str, on_bytes: OnBytes) -> Iterator[tuple[int, int, int, list[str] | None]]:
    """(first byte, size, line, cells) of each record that is not blank; cells are None where quotes do not close."""
    at, line = _skip_bom(file), 1
    while True:
        reading = _Reading(file, at)
        # Latin-1 keeps every byte a character of its own, and the bytes of UTF-8 are never taken for a quote
        reader = csv.reader(reading, delimiter=delimiter)
        while True:
            start, first, seen = reading.at, line, reading.lines
            try:
                cells = next(reader, None)
                broken = reading.ended and cells is not None
            except csv.Error:  # a cell is longer than csv allows, most often because a quote is missing
                cells, broken = [], True
            if cells is None:
                return
            line += reading.lines - seen
            if broken:
                break
            if cells:
                yield start, reading.at - start, first, cells
            if line % 4096 == 0:
                on_bytes(reading.at)
        file.seek(start)
        size = len(file.readline(LONGEST_ROW))
        yield start, size, first, None
        at, line = start + size, first + 1
        file.seek(at)


class _Reading:
    """A file's lines for csv.reader, which says how far it has read and whether it wanted more than there was."""

    def __init__(self, file: BinaryIO, at: int) -> None:
        self._lines = _lines(file)
        self.at = at
        self.lines = 0
        self.ended = False

    def __iter__(self) -> _Reading:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.at += len(line)
        self.lines += 1
        return line.decode("latin-1")


def scan_array(file: BinaryIO, path: str, on_bytes: OnBytes) -> RowIndex:
    """One JSON array: its elements, found by brackets and strings alone, so that a broken one is one broken row.

    What stands behind the array, or the place where it breaks off, is a row too: one that is no JSON.
    Raises: DataUnreadable for an element that does not end within `LONGEST_ROW`.
    """
    scanner = _ArrayScanner(file, path, on_bytes)
    scanner.run()
    return scanner.index.whole()


class _ArrayScanner:
    """A window over the file, and the brackets that are open at its position."""

    def __init__(self, file: BinaryIO, path: str, on_bytes: OnBytes) -> None:
        self.index = _Index()
        self._file, self._path, self._on_bytes = file, path, on_bytes
        self._base = _skip_bom(file)  # the window's first byte in the file
        self._window = b""
        self._open: list[int] = []
        self._counted, self._line = 0, 1  # lines are counted up to here, from the window's first byte
        self._begin = -1  # of the element that is open, in the window

    def run(self) -> None:
        at = 0
        while True:
            found = _STEP.match(self._window, at)
            if found:
                at = self._bracket(at, found.end())
                if not self._open:
                    break
            else:
                kept = self._begin if self._begin >= 0 else at
                if not self._read(kept):
                    self._end(at)
                    return
                at -= kept
        self._behind(at)

    def _read(self, kept: int) -> bool:
        """Let go of the window before `kept` and read on; False at the file's end."""
        rest = self._window[kept:]
        if len(rest) > LONGEST_ROW:
            raise DataUnreadable(
                f"{self._path}:{self._line_at(kept)}: no row ends within {LONGEST_ROW >> 20} MB",
                hint="A bracket or a quote is missing there.",
            )
        more = self._file.read(max(CHUNK, len(rest)))
        if not more:
            return False
        self._line_at(kept)
        self._counted -= kept
        self._base += kept
        self._begin = 0 if self._begin >= 0 else -1
        self._window = rest + more
        self._on_bytes(self._base)
        return True

    def _bracket(self, at: int, end: int) -> int:
        """Take one bracket, the byte before `end`; what stands before it at the top level are scalars."""
        bracket, depth = self._window[end - 1], len(self._open)
        if depth == 1:
            self._scalars(at, end - 1)
        if bracket in b"{[":
            if depth == 1:
                self._begin = end - 1
            self._open.append(bracket)
        elif depth == 1:
            if bracket == ord("]"):
                self._open.clear()
            else:
                self._add(end - 1, end)
        elif (
            self._open[-1] == _OPENS[bracket] or _OPENS[bracket] in self._open[1:]
        ):  # else it closes nothing: the row is broken, but goes on
            while self._open.pop() != _OPENS[bracket]:
                pass
            if len(self._open) == 1:
                self._add(self._begin, end)
                self._begin = -1
        return end

    def _scalars(self, at: int, end: int) -> None:
        for found in _SCALAR.finditer(self._window, at, end):
            self._add(found.start(), found.end())

    def _add(self, begin: int, end: int) -> None:
        row = self._window[begin:end]
        self.index.add(self._base + begin, end - begin, self._line_at(begin), picture=_names_picture(row))

    def _line_at(self, place: int) -> int:
        if place > self._counted:
            self._line += self._window.count(b"\n", self._counted, place)
            self._counted = place
        return self._line

    def _end(self, at: int) -> None:
        """The file ends inside the array: the row that is open, or the place itself, is a broken row."""
        begin = self._begin if self._begin >= 0 else at
        rest = self._window[begin:]
        self._add(begin + len(rest) - len(rest.lstrip(b" \t\r\n,")), begin + len(rest.rstrip()))

    def _behind(self, at: int) -> None:
        """What follows the array, if it is more than white space."""
        while True:
            rest = self._window[at:]
            if rest.strip():
                begin = at + len(rest) - len(rest.lstrip())
                self._add(begin, begin + 1)
                return
            if not self._read(len(self._window)):
                return
            at = 0


def _names_picture(row: bytes) -> bool:
    return b'"image' in row and PICTURE.search(row) is not None


def _skip_bom(file: BinaryIO) -> int:
    """Stand behind a byte order mark, if there is one; how many bytes that is."""
    at = len(BOM) if file.read(len(BOM)) == BOM else 0
    file.seek(at)
    return at


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends, whole as long as they are rows. Of a longer one comes a byte more than a row may have, and
    the rest is passed over."""
    while line := file.readline(LONGEST_ROW + 1):
        yield line
        while len(line) > LONGEST_ROW and not line.endswith(b"\n"):
            line = file.readline(LONGEST_ROW + 1)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends. One that is absurdly long comes in pieces, so that memory stays bounded."""
    while line := file.readline(LONGEST_ROW):
        yield line
