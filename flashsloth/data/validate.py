"""Validate a data set before training: find every bad row, with its line and kind.

To save memory, only a few numbers in arrays are kept for each good row, and only a message for each bad
row.
"""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np

from flashsloth.data.data_files import Rows
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRow, ContextTooLong, FlashSlothError, ImageError, ImageNotFound
from flashsloth.images.formats import HEADER_BYTES, identify
from flashsloth.images.reader import read_image
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.system import open_regular
from flashsloth.utils.text import printable_source

Pictures = Literal["none", "header", "decode"]
MAX_DESCRIBED = 20  # maximum number of duplicates, and of contradictions, that are described


@dataclass(frozen=True, slots=True)
class RowError:
    """A bad row: its file and first line, its kind (a key of `row_parser.KINDS`), and a message."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.message}"


@dataclass(frozen=True)
class Report:
    """The result of `check`. `pictures` and `turns` count good rows only. Duplicates and contradictions
    count as good rows: some data sets repeat rows on purpose, and a question may have several correct
    answers."""

    rows: int
    bad: np.typing.NDArray[np.int64]  # numbers of the bad rows, from 0, in order
    problems: tuple[RowError, ...]  # one for each bad row
    pictures: int  # rows with a picture
    turns: int
    repeated: int  # good rows that are duplicates of an earlier row
    duplicates: tuple[RowError, ...]  # the first of these
    # good rows with the picture and questions of an earlier row, but with other answers
    contradictory: int
    contradictions: tuple[RowError, ...]  # the first of these

    @property
    def good(self) -> int:
        """The number of good rows."""
        return self.rows - len(self.bad)

    @property
    def by_kind(self) -> dict[str, int]:
        """The number of bad rows of each kind, the most frequent first."""
        return dict(Counter(problem.kind for problem in self.problems).most_common())

    def good_rows(self) -> np.typing.NDArray[np.int64]:
        """Return the numbers of the good rows, for `Rows.select`."""
        return np.delete(np.arange(self.rows), self.bad)


def check(
    rows: Rows,
    *,
    count_tokens: Callable[[Sample], int] | None = None,
    limit: int | None = None,
    pictures: Pictures = "decode",
    read: Callable[[str], object] | None = None,
    on_progress: Progress = ignore,
) -> Report:
    """Read every row, check its picture and its length, and find duplicates.

    Args:
        count_tokens: returns the number of tokens of a sample. The number may be inexact as long as it
            exceeds `limit` if and only if the sample does.
        limit: the maximum number of tokens of a row.
        pictures: "decode" decodes every picture (each file once), "header" reads its first bytes,
            "none" skips them.
        read: decodes the picture with a path, and raises ImageError if it cannot be used. By default
            every picture that can be decoded can be used.
    """
    # 1. Check each row, and keep digests of the good ones.
    checker = _RowChecker(rows, count_tokens, limit, pictures, read)
    bad = array("q")
    problems = list[RowError]()
    turns = 0
    pictures_found = 0
    digests = array("Q")  # of each good row
    # A digest of the picture and the questions of each good row. Without a picture, and for captions,
    # different answers to the same question are no contradiction, so the digest of the whole row is
    # used.
    asked = array("Q")
    for row in range(len(rows)):
        sample = checker.check(row)
        if isinstance(sample, RowError):
            bad.append(row)
            problems.append(sample)
        else:
            texts = ((turn.question, turn.answer) for turn in sample.turns)
            digests.append(_hash(sample.image, sample.system, *texts))
            asked.append(digests[-1])
            if sample.image and not rows.files[0].captions:
                questions = (turn.question for turn in sample.turns)
                asked[-1] = _hash(sample.image, sample.system, *questions)
            turns += len(sample.turns)
            pictures_found += sample.image is not None
        on_progress(row + 1, len(rows), "checking")
    # 2. Find the good rows that repeat or contradict an earlier one.
    numbers = np.array(bad, np.int64)
    good = np.delete(np.arange(len(rows)), numbers)
    repeated = _repetitions(good, digests)
    # a row that repeats an earlier one completely has the same answer, so it is no contradiction
    contradictory = _repetitions(good, asked)
    contradictory = contradictory[~np.isin(contradictory[:, 0], repeated[:, 0])]
    duplicates = checker.describe("duplicate", "the same picture and text as {}", repeated)
    contradictions = checker.describe(
        "contradiction", "the same picture and question as {}, but another answer", contradictory
    )
    return Report(
        len(rows),
        numbers,
        tuple(problems),
        pictures_found,
        turns,
        len(repeated),
        duplicates,
        len(contradictory),
        contradictions,
    )


def _repetitions(rows: np.typing.NDArray[np.int64], digests: array[int]) -> np.typing.NDArray[np.int64]:
    """Return the rows with the same digest as an earlier row, in order. Each is paired with the first
    row that has this digest: (N, 2)."""
    _, first, group = np.unique(np.array(digests, np.uint64), return_index=True, return_inverse=True)
    pairs = np.stack([rows, rows[first[group]]], 1)
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


@dataclass
class _RowChecker:
    """Checks one row at a time. It remembers which pictures were good, so that each picture is read
    only once."""

    rows: Rows
    count_tokens: Callable[[Sample], int] | None
    limit: int | None
    pictures: Pictures
    read: Callable[[str], object] | None
    good_pictures: set[int] = field(default_factory=set)

    def check(self, row: int) -> Sample | RowError:
        """Return the sample of a row, or its error."""
        image = None
        try:
            sample: Sample = self.rows[row]
            image = sample.image
            self._check_picture(image)
            tokens = self.count_tokens(sample) if self.count_tokens is not None else 0
        except (BadRow, ImageError) as error:
            return row_error(error, self.rows.where(row), image)
        if self.limit is not None and tokens > self.limit:
            return self._error(row, "too_long", f"at least {tokens} tokens; the limit is {self.limit}")
        return sample

    def describe(
        self, kind: str, relation: str, pairs: np.typing.NDArray[np.int64]
    ) -> tuple[RowError, ...]:
        """Describe the first MAX_DESCRIBED of these pairs of a row and an earlier row. In the text
        `relation`, {} is replaced by the location of the earlier row."""
        places = [
            (row, "{}:{}".format(*self.rows.where(other)))
            for row, other in pairs[:MAX_DESCRIBED].tolist()
        ]
        return tuple(self._error(row, kind, relation.format(place)) for row, place in places)

    def _error(self, row: int, kind: str, message: str) -> RowError:
        return RowError(*self.rows.where(row), kind, message)

    def _check_picture(self, path: str | None) -> None:
        """Read a picture unless it was read before. Raises: ImageError."""
        if path is None or self.pictures == "none":
            return
        # The size and time of the file are part of the key, because the file may be replaced while the
        # rows are checked.
        key = 0
        # an error is ignored here, because reading the picture will raise one with more details
        with suppress(OSError, ValueError):
            status = os.stat(path)
            key = _hash(path, status.st_size, status.st_mtime_ns)
        if not key or key not in self.good_pictures:
            self._read_picture(path)
            self.good_pictures.add(key)

    def _read_picture(self, path: str) -> None:
        if self.pictures == "header":
            with suppress(OSError), open(path, "rb", opener=open_regular) as file:
                if identify(file.read(HEADER_BYTES)):
                    return
        if self.read is None:
            read_image(Path(path)).require_whole()
        else:
            self.read(path)


def row_error(error: FlashSlothError, location: tuple[str, int], image: str | None = None) -> RowError:
    """Convert an exception about a row, its picture or its questions to a RowError. `location` is the
    file and line of the row."""
    if isinstance(error, BadRow):
        return RowError(*location, error.kind, error.message)
    if isinstance(error, ImageNotFound):
        return RowError(*location, "image_missing", f"no file {printable_source(image or '')}")
    kind = "image_broken" if isinstance(error, ImageError) else error.code
    return RowError(*location, "too_long" if isinstance(error, ContextTooLong) else kind, str(error))


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")
