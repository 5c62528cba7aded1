"""Find where the rows of a file begin and end, in one pass over its bytes. Does not interpret the rows.

An index takes 16 bytes per row: the offset of its first byte (int64), its size in bytes (int32, negative if it names no
picture) and its line (int32, from 1).
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

CHUNK = 2**20  # bytes per read
LONGEST_ROW = 64 * 2**20  # bytes
BOM = b"\xef\xbb\xbf"

# A key whose value is a picture, or a message part of type image. Inside a JSON string the quotes would be escaped.
PICTURE = re.compile(rb'"(?:image|images|image_url)"\s*+:\s*+(?!null|""|\[\s*+\])|"type"\s*+:\s*+"image')

_STRING = rb'"(?:[^"\\\n]++|\\[^\n])*+(?:"|\\?(?=\n))'  # an unclosed string ends with its line
_STEP = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)  # up to the next bracket
_SCALAR = re.compile(_STRING + rb'|[^\s,"]+|"', re.DOTALL)
_OPENS = {ord("}"): ord("{"), ord("]"): ord("[")}

OnBytes = Callable[[int], None]  # called with the number of bytes scanned so far


@dataclass(frozen=True, slots=True)
class RowIndex:
    """Offset, size (negative: no picture) and line of every row."""

    starts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int32]


class _IndexBuilder:
    def __init__(self) -> None:
        self.starts = array("q")
        self.sizes = array("i")
        self.lines = array("i")

    def add(self, start: int, size: int, line: int, *, picture: bool) -> None:
        size = max(1, min(size, LONGEST_ROW + 1))  # 0 would have no sign
        self.starts.append(start)
        self.sizes.append(size if picture else -size)
        self.lines.append(line)

    def build(self) -> RowIndex:
        if not self.starts:
            return RowIndex(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))
        return RowIndex(  # views, not copies
            np.frombuffer(self.starts, np.int64),
            np.frombuffer(self.sizes, np.int32),
            np.frombuffer(self.lines, np.int32),
        )


def scan_lines(file: BinaryIO, on_bytes: OnBytes) -> RowIndex:
    """Index JSON lines: every line that is not blank is a row."""
    index, at, parts = _IndexBuilder(), _skip_bom(file), _lines(file)
    for number, line in enumerate(parts, 1):
        size, last = len(line), line
        while len(last) == LONGEST_ROW and not last.endswith(b"\n"):  # the line is longer
            last = next(parts, b"")
            size += len(last)
        row = line.strip()
        if row:
            index.add(at, size - last.endswith(b"\n"), number, picture=_names_picture(row))
        at += size
        if number % 4096 == 0:
            on_bytes(at)
    return index.build()


def scan_table(file: BinaryIO, delimiter: str, on_bytes: OnBytes) -> tuple[list[str], RowIndex]:
    """Index CSV or TSV and return the header's cells. A quoted cell may span lines. A quote that is never closed spoils
    only the line it is on."""
    index, header = _IndexBuilder(), list[str]()
    column = -1
    for start, size, line, cells in records(file, delimiter, on_bytes):
        if not header:
            header = [cell.encode("latin-1").decode("utf-8", "replace").strip() for cell in cells or [""]]
            column = next((n for n, name in enumerate(header) if name.lower() == "image"), -1)
            continue
        picture = cells is not None and 0 <= column < len(cells) and bool(cells[column].strip())
        index.add(start, size, line, picture=picture)
    return header, index.build()


def records(file: BinaryIO, delimiter: str, on_bytes: OnBytes) -> Iterator[tuple[int, int, int, list[str] | None]]:
    """Yield (offset, size, line, cells) of each record that is not blank; cells are None if a quote is not closed."""
    at, line = _skip_bom(file), 1
    while True:
        source = _LineSource(file, at)
        # Latin-1 maps each byte to one character, and no byte of a UTF-8 sequence is a quote
        reader = csv.reader(source, delimiter=delimiter)
        while True:
            start, first, lines_before = source.at, line, source.lines
            try:
                cells = next(reader, None)
                broken = source.ended and cells is not None
            except csv.Error:  # a cell exceeds csv's limit, usually because a quote is missing
                cells, broken = [], True
            if cells is None:
                return
            line += source.lines - lines_before
            if broken:
                break
            if cells:
                yield start, source.at - start, first, cells
            if line % 4096 == 0:
                on_bytes(source.at)
        file.seek(start)
        size = len(file.readline(LONGEST_ROW))
        yield start, size, first, None
        at, line = start + size, first + 1
        file.seek(at)


class _LineSource:
    """Lines for csv.reader. Counts bytes and lines; `ended` is set once csv.reader asks for more than there is."""

    def __init__(self, file: BinaryIO, at: int) -> None:
        self._lines = _lines(file)
        self.at = at
        self.lines = 0
        self.ended = False

    def __iter__(self) -> _LineSource:
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
    """Index one JSON array. Elements are found by brackets and strings alone, so that a broken one is one bad row.

    Text after the array, or the position where it is cut off, is indexed as a row that does not parse.
    Raises: DataUnreadable for an element that does not end within `LONGEST_ROW`.
    """
    scanner = _ArrayScanner(file, path, on_bytes)
    scanner.run()
    return scanner.index.build()


class _ArrayScanner:
    """Scans through a window over the file and tracks the open brackets. Positions count from the window's start."""

    def __init__(self, file: BinaryIO, path: str, on_bytes: OnBytes) -> None:
        self.index = _IndexBuilder()
        self._file, self._path, self._on_bytes = file, path, on_bytes
        self._base = _skip_bom(file)  # offset of the window in the file
        self._window = b""
        self._open: list[int] = []
        self._counted, self._line = 0, 1  # the line at position `_counted`
        self._begin = -1  # position of the open element

    def run(self) -> None:
        at = 0
        while True:
            step = _STEP.match(self._window, at)
            if step:
                at = self._bracket(at, step.end())
                if not self._open:
                    break
            else:
                start = self._begin if self._begin >= 0 else at
                if not self._read(start):
                    self._end(at)
                    return
                at -= start
        self._check_trailing(at)

    def _read(self, start: int) -> bool:
        """Drop the window before `start` and read more. Return False at the end of the file."""
        rest = self._window[start:]
        if len(rest) > LONGEST_ROW:
            raise DataUnreadable(
                f"{self._path}:{self._line_at(start)}: the row is longer than {LONGEST_ROW >> 20} MB",
                hint="Look for a missing bracket or quote there.",
            )
        more = self._file.read(max(CHUNK, len(rest)))
        if not more:
            return False
        self._line_at(start)
        self._counted -= start
        self._base += start
        self._begin = 0 if self._begin >= 0 else -1
        self._window = rest + more
        self._on_bytes(self._base)
        return True

    def _bracket(self, at: int, end: int) -> int:
        """Process the bracket at `end - 1`, and the scalars between `at` and it at the top level."""
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
        elif self._open[-1] == _OPENS[bracket] or _OPENS[bracket] in self._open[1:]:
            # an unmatched closing bracket is skipped: the row is bad, but its end can still be found
            while self._open.pop() != _OPENS[bracket]:
                pass
            if len(self._open) == 1:
                self._add(self._begin, end)
                self._begin = -1
        return end

    def _scalars(self, at: int, end: int) -> None:
        for scalar in _SCALAR.finditer(self._window, at, end):
            self._add(scalar.start(), scalar.end())

    def _add(self, begin: int, end: int) -> None:
        row = self._window[begin:end]
        self.index.add(self._base + begin, end - begin, self._line_at(begin), picture=_names_picture(row))

    def _line_at(self, position: int) -> int:
        if position > self._counted:
            self._line += self._window.count(b"\n", self._counted, position)
            self._counted = position
        return self._line

    def _end(self, at: int) -> None:
        """Index a bad row where the file ends inside the array: the open element, or the position itself."""
        begin = self._begin if self._begin >= 0 else at
        rest = self._window[begin:]
        self._add(begin + len(rest) - len(rest.lstrip(b" \t\r\n,")), begin + len(rest.rstrip()))

    def _check_trailing(self, at: int) -> None:
        """Index a bad row if anything but white space follows the array."""
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
    """Seek past a byte order mark, if the file has one, and return the position."""
    at = len(BOM) if file.read(len(BOM)) == BOM else 0
    file.seek(at)
    return at


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their ends. Of a line over `LONGEST_ROW` bytes one byte more is yielded; the rest is skipped."""
    while line := file.readline(LONGEST_ROW + 1):
        yield line
        while len(line) > LONGEST_ROW and not line.endswith(b"\n"):
            line = file.readline(LONGEST_ROW + 1)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their ends. A line over `LONGEST_ROW` bytes comes in parts, which bounds the memory."""
    while line := file.readline(LONGEST_ROW):
        yield line
