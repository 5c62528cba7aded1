"""Check a data set before training: find every bad row, with its line and kind.

Memory stays small for any number of rows: results and digests are numbers in arrays, and only the first messages are
kept. `Report.skipped` checks the bad rows again to get the others.
"""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from flashsloth.data.data_files import Rows
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRow, BadRows, ImageError, ImageNotFound
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import printable_source

Pictures = Literal["none", "header", "decode"]
MAX_MESSAGES = 20  # messages that are kept
HEADER_BYTES = 64  # enough to recognise the format of a picture


@dataclass(frozen=True, slots=True)
class RowError:
    """One bad row: its file and first line, its kind (a key of `row_parser.KINDS`), and a message."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.message}"


@dataclass(frozen=True)
class Report:
    """The result of `check`. `pictures` and `turns` count good rows only. Duplicates are good rows: some data sets
    repeat rows on purpose."""

    rows: int
    bad: npt.NDArray[np.int64]  # numbers of the bad rows, from 0, in order
    by_kind: dict[str, int]  # most frequent first
    problems: tuple[RowError, ...]  # of the first bad rows
    pictures: int  # rows with a picture
    turns: int
    repeated: int  # good rows that are duplicates of an earlier one
    duplicates: tuple[RowError, ...]  # the first of these
    _explain: Callable[[int], RowError] = field(repr=False, compare=False)

    @property
    def good(self) -> int:
        """How many rows are fine."""
        return self.rows - len(self.bad)

    def good_rows(self) -> npt.NDArray[np.int64]:
        """Their numbers, for `Rows.select`."""
        fine = np.ones(self.rows, bool)
        fine[self.bad] = False
        return np.flatnonzero(fine)

    def skipped(self) -> Iterator[RowError]:
        """Yield an error for every bad row, in order. Each row is checked again to get its message."""
        return (self._explain(int(row)) for row in self.bad)


def check(
    rows: Rows,
    *,
    count_tokens: Callable[[Sample], int] | None = None,
    limit: int | None = None,
    pictures: Pictures = "decode",
    on_progress: Progress | None = None,
) -> Report:
    """Read every row, check its picture and its length, and find duplicates.

    Args:
        count_tokens: returns the tokens of a sample; within `limit` perhaps more, over it perhaps fewer.
        limit: the most tokens a row may have.
        pictures: "decode" decodes every picture (each file once), "header" reads its first bytes, "none" skips them.
    """
    checker = _RowChecker(rows, count_tokens, limit, pictures)
    results = _Results(len(rows))
    for row in range(len(rows)):
        error = checker.check(row, results)
        if error is not None:
            results.add_error(row, error)
        if on_progress is not None:
            on_progress(row + 1, len(rows), "checking")
    return results.report(checker)


def bad_rows_error(rows: int, errors: Sequence[RowError]) -> BadRows:
    """Return the error for a data set of `rows` rows of which some are bad."""
    verb = "is" if len(errors) == 1 else "are"
    return BadRows(f"{len(errors):,} of {rows:,} rows {verb} bad; the first: {errors[0]}")


class _Results:
    """Counts of a check, and per row a digest, whether it has a picture, and its turns."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.bad = array("q")
        self.kinds: Counter[str] = Counter()
        self.first: list[RowError] = []
        self.digests = np.zeros(rows, np.uint64)
        self.has_image = np.zeros(rows, bool)
        self.turns = np.zeros(rows, np.uint16)

    def add_error(self, row: int, error: RowError) -> None:
        self.bad.append(row)
        self.kinds[error.kind] += 1
        if len(self.first) < MAX_MESSAGES:
            self.first.append(error)

    def report(self, checker: _RowChecker) -> Report:
        good = np.ones(self.rows, bool)
        good[np.asarray(self.bad, np.int64)] = False
        originals = self._duplicates(good)
        return Report(
            rows=self.rows,
            bad=np.flatnonzero(~good),
            by_kind=dict(self.kinds.most_common()),
            problems=tuple(self.first),
            pictures=int(self.has_image[good].sum()),
            turns=int(self.turns[good].sum(dtype=np.int64)),
            repeated=len(originals),
            duplicates=tuple(checker.duplicate(*pair) for pair in list(originals.items())[:MAX_MESSAGES]),
            _explain=checker.explain,
        )

    def _duplicates(self, good: npt.NDArray[np.bool_]) -> dict[int, int]:
        """Return each duplicate among the good rows with the first row that has the same digest."""
        rows = np.flatnonzero(good)
        rows = rows[np.argsort(self.digests[rows], kind="stable")]
        digests = self.digests[rows]
        is_first = np.ones(len(digests), bool)
        is_first[1:] = digests[1:] != digests[:-1]
        duplicates = np.flatnonzero(~is_first)
        first = np.maximum.accumulate(np.where(is_first, np.arange(len(digests)), 0))
        return dict(sorted(zip(rows[duplicates].tolist(), rows[first[duplicates]].tolist(), strict=True)))


class _RowChecker:
    """Checks one row at a time and remembers the pictures that are fine."""

    def __init__(
        self, rows: Rows, count_tokens: Callable[[Sample], int] | None, limit: int | None, pictures: Pictures
    ) -> None:
        self._rows, self._count_tokens, self._limit, self._pictures = rows, count_tokens, limit, pictures
        self._good_pictures = set[int]()

    def check(self, row: int, results: _Results | None = None) -> RowError | None:
        """Return the error of a row; enter a good row into the results."""
        try:
            sample = self._rows[row]
        except BadRow as error:
            return self._error(row, error.kind, error.message)
        problem = self._check_picture(sample.image) or self._check_length(sample)
        if problem is not None:
            return self._error(row, *problem)
        if results is not None:
            results.digests[row] = _digest(sample)
            results.has_image[row] = sample.image is not None
            results.turns[row] = min(len(sample.turns), 65535)
        return None

    def explain(self, row: int) -> RowError:
        """Return the error of a row that was found bad."""
        return self.check(row) or self._error(row, "row", "it has changed since it was checked")

    def duplicate(self, row: int, first: int) -> RowError:
        path, line = self._rows.where(first)
        return self._error(row, "duplicate", f"the same picture and text as {path}:{line}")

    def _error(self, row: int, kind: str, message: str) -> RowError:
        return RowError(*self._rows.where(row), kind, message)

    def _check_length(self, sample: Sample) -> tuple[str, str] | None:
        if self._count_tokens is None or self._limit is None:
            return None
        tokens = self._count_tokens(sample)
        if tokens <= self._limit:
            return None
        return "too_long", f"at least {tokens} tokens; the limit is {self._limit}"

    def _check_picture(self, path: str | None) -> tuple[str, str] | None:
        if path is None or self._pictures == "none":
            return None
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return self._read_picture(path)
        key = _hash(path, status.st_size, status.st_mtime_ns)
        if key in self._good_pictures:
            return None
        problem = self._read_picture(path)
        if problem is None:
            self._good_pictures.add(key)
        return problem

    def _read_picture(self, path: str) -> tuple[str, str] | None:
        """Return kind and message if a picture cannot be read."""
        from flashsloth.images.reader import looks_like_image, read_image

        try:
            if self._pictures == "header" and (not os.path.exists(path) or os.path.isfile(path)):
                with open(path, "rb") as file:
                    if looks_like_image(file.read(HEADER_BYTES)):
                        return None
                return "image_broken", f"{printable_source(path)} is not a picture in a supported format"
            read_image(Path(path))
        except (ImageNotFound, FileNotFoundError):
            return "image_missing", f"no file {printable_source(path)}"
        except ImageError as error:
            return "image_broken", str(error)
        except OSError as error:
            return "image_broken", f"{printable_source(path)} cannot be read: {error.strerror}"
        return None


def _digest(sample: Sample) -> int:
    texts: Sequence[str] = [text for turn in sample.turns for text in (turn.question, turn.answer)]
    return _hash(sample.image, sample.system, *texts)


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")
