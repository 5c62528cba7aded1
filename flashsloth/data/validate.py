"""What is wrong with a data set, found before anything is learned from it: every bad row with its line and its kind.

Memory stays small however long the data: verdicts and digests are numbers in arrays, and only the first messages are
kept. The others are found again by `Report.skipped`.
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

from flashsloth.data.dataset import Rows
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRow, BadRows, ImageError, ImageNotFound
from flashsloth.utils.text import printable_source

Progress = Callable[[int, int, str], None]  # rows done, rows in all, what is done
Pictures = Literal["none", "header", "decode"]
KEPT = 20  # problems whose messages are kept
HEAD = 64  # bytes that tell what kind of picture a file is


@dataclass(frozen=True, slots=True)
class RowError:
    """One bad row: where it begins, the kind (a key of `parse.KINDS`), and what is wrong with it in words."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.message}"


@dataclass(frozen=True)
class Report:
    """What `check` found. `pictures` and `turns` count in the good rows alone. Rows that repeat an earlier good one are
    good: some sets repeat rows on purpose."""

    rows: int
    bad: npt.NDArray[np.int64]  # numbers of the rows that are bad, from 0, in order
    by_kind: dict[str, int]  # most frequent first
    problems: tuple[RowError, ...]  # of the first bad rows
    pictures: int  # rows with a picture
    turns: int
    repeated: int  # good rows that repeat an earlier one
    duplicates: tuple[RowError, ...]  # the first of these, each with the row that it repeats
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
        """Every bad row, in order; each is looked at once more for its message."""
        return (self._explain(int(row)) for row in self.bad)


def check(
    rows: Rows,
    *,
    fits: Callable[[Sample], int] | None = None,
    limit: int | None = None,
    pictures: Pictures = "decode",
    on_progress: Progress | None = None,
) -> Report:
    """Read every row, look at its picture, and compare it with those before it.

    Args:
        fits: tokens of a sample; it may be an upper bound where that is within `limit`.
        limit: most tokens a row may have.
        pictures: "decode" reads every picture whole (each file once), "header" its first bytes, "none" leaves them be.
    """
    judge = _Judge(rows, fits, limit, pictures)
    tally = _Tally(len(rows))
    for row in range(len(rows)):
        problem = judge.look(row, tally)
        if problem is not None:
            tally.found(row, problem)
        if on_progress is not None:
            on_progress(row + 1, len(rows), "checking")
    return tally.report(judge)


def bad_rows_error(rows: int, problems: Sequence[RowError]) -> BadRows:
    """The error of a data set of `rows` rows that has these bad ones: the same words wherever a set is refused."""
    verb = "is" if len(problems) == 1 else "are"
    return BadRows(f"{len(problems):,} of {rows:,} rows {verb} bad; the first: {problems[0]}")


class _Tally:
    """What is counted on the way."""

    def __init__(self, rows: int) -> None:
        self.rows, self.pictures, self.turns = rows, 0, 0
        self.bad = array("q")
        self.kinds: Counter[str] = Counter()
        self.first: list[RowError] = []
        self.digests = np.zeros(rows, np.uint64)
        self.shown = np.zeros(rows, bool)
        self.turned = np.zeros(rows, np.uint16)

    def found(self, row: int, problem: RowError) -> None:
        self.bad.append(row)
        self.kinds[problem.kind] += 1
        if len(self.first) < KEPT:
            self.first.append(problem)

    def report(self, judge: _Judge) -> Report:
        good = np.ones(self.rows, bool)
        good[np.asarray(self.bad, np.int64)] = False
        firsts = self._repeated(good)
        return Report(
            rows=self.rows,
            bad=np.flatnonzero(~good),
            by_kind=dict(self.kinds.most_common()),
            problems=tuple(self.first),
            pictures=int(self.shown[good].sum()),
            turns=int(self.turned[good].sum(dtype=np.int64)),
            repeated=len(firsts),
            duplicates=tuple(judge.duplicate(*pair) for pair in list(firsts.items())[:KEPT]),
            _explain=judge.explain,
        )

    def _repeated(self, good: npt.NDArray[np.bool_]) -> dict[int, int]:
        """Rows that say what an earlier good one says, each with that one."""
        places = np.flatnonzero(good)
        order = np.argsort(self.digests[places], kind="stable")
        sorted_places = places[order]
        digests = self.digests[sorted_places]
        fresh = np.ones(len(digests), bool)
        fresh[1:] = digests[1:] != digests[:-1]
        again = np.flatnonzero(~fresh)
        begin = np.maximum.accumulate(np.where(fresh, np.arange(len(digests)), 0))
        pairs = zip(sorted_places[again].tolist(), sorted_places[begin[again]].tolist(), strict=True)
        return dict(sorted(pairs))


class _Judge:
    """Says of one row what is wrong with it."""

    def __init__(self, rows: Rows, fits: Callable[[Sample], int] | None, limit: int | None, pictures: Pictures) -> None:
        self._rows, self._fits, self._limit, self._pictures = rows, fits, limit, pictures
        self._fine = _Numbers()

    def look(self, row: int, tally: _Tally | None = None) -> RowError | None:
        try:
            sample = self._rows[row]
        except BadRow as error:
            return self._problem(row, error.kind, error.message)
        wrong = self._wrong_picture(sample.image) or self._wrong_length(sample)
        if wrong is not None:
            return self._problem(row, *wrong)
        if tally is not None:
            tally.digests[row] = _digest(sample)
            tally.shown[row] = sample.image is not None
            tally.turned[row] = min(len(sample.turns), 65535)
        return None

    def explain(self, row: int) -> RowError:
        """Of a row that is known to be bad."""
        return self.look(row) or self._problem(row, "row", "it was changed since it was checked")

    def duplicate(self, row: int, first: int) -> RowError:
        """Of a row that repeats an earlier one."""
        path, line = self._rows.where(first)
        return self._problem(row, "duplicate", f"the same picture and text as {path}:{line}")

    def _problem(self, row: int, kind: str, message: str) -> RowError:
        return RowError(*self._rows.where(row), kind, message)

    def _wrong_length(self, sample: Sample) -> tuple[str, str] | None:
        if self._fits is None or self._limit is None:
            return None
        tokens = self._fits(sample)
        if tokens <= self._limit:
            return None
        return "too_long", f"{tokens} tokens, where {self._limit} is the most"

    def _wrong_picture(self, path: str | None) -> tuple[str, str] | None:
        if path is None or self._pictures == "none":
            return None
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return self._why_broken(path)
        key = _hash(path, status.st_size, status.st_mtime_ns)
        if key in self._fine:
            return None
        wrong = self._why_broken(path)
        if wrong is None:
            self._fine.add(key)
        return wrong

    def _why_broken(self, path: str) -> tuple[str, str] | None:
        from flashsloth.images.reader import looks_like_image, read_image

        try:
            if self._pictures == "header" and (not os.path.exists(path) or os.path.isfile(path)):
                with open(path, "rb") as file:
                    fine = looks_like_image(file.read(HEAD))
                return (
                    None
                    if fine
                    else ("image_broken", f"{printable_source(path)} is not a picture that can be read here")
                )
            read_image(Path(path))
        except (ImageNotFound, FileNotFoundError):
            return "image_missing", f"no file {printable_source(path)}"
        except ImageError as error:
            return "image_broken", str(error)
        except OSError as error:
            return "image_broken", f"{printable_source(path)} cannot be read: {error.strerror}"
        return None


class _Numbers:
    """A set of 64-bit numbers in 16 to 32 bytes each; 0 is kept as 1."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __contains__(self, number: int) -> bool:
        return self._slots[self._slot(number)] != 0

    def add(self, number: int) -> None:
        slot = self._slot(number)
        self._count += not self._slots[slot]
        self._slots[slot] = number or 1
        if 2 * self._count > len(self._slots):
            kept, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for other in kept:
                if other:
                    self._slots[self._slot(other)] = other

    def _slot(self, number: int) -> int:
        """Where the number is, or would be."""
        mask, number = len(self._slots) - 1, number or 1
        slot = number & mask
        while self._slots[slot] not in (0, number):
            slot = (slot + 1) & mask
        return slot


def _digest(sample: Sample) -> int:
    texts: Sequence[str] = [text for turn in sample.turns for text in (turn.question, turn.answer)]
    return _hash(sample.image, sample.system, *texts)


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")
