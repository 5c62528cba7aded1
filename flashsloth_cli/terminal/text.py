"""Prepare text for terminals. The functions replace control characters, measure text in cells, and wrap
it at words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

# C0 control characters except tab and newline, C1 control characters, and characters that reverse the
# order of letters.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Everything at which str.split() divides, except blanks that may be a part of a name, such as U+202F.
SPACES = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")


def strip_control_chars(text: str) -> str:
    """Replace control characters except newline and tab, so that text in a picture cannot control the
    terminal or reverse letters."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters, for messages."""
    return strip_control_chars(SPACES.sub(" ", text).strip())


def duration(seconds: float) -> str:
    """Format seconds as `45 s`, `3 min 20 s` or `2 h 05 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def local_time(stamp: str, format: str = "%Y-%m-%d %H:%M") -> str:
    """Format a time of the history, which is in UTC, in the time zone of this machine."""
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(stamp).astimezone().strftime(format)
    return stamp[:16]


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, such as `1 turn` or `2 turns`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def gigabytes(size: float) -> str:
    """Format bytes as 6.4 GB, 11.7 MB or 812 kB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1e3:.0f} kB"


def skipped_files(folder: str, counts: Mapping[str, int]) -> str:
    """Return a text such as `photos: skipped 2 .txt, 1 hidden, 3 folders`. `counts` contains the
    numbers of files by reason. A reason that begins with an article, such as `a folder`, is a noun."""
    reasons = []
    for reason, count in counts.items():
        article, _, noun = reason.partition(" ")
        reasons.append(counted(count, noun) if article in ("a", "an") else f"{count:,} {reason}")
    return f"{folder}: skipped {', '.join(reasons)}"


WORDS = re.compile(r"\s+|\S+", re.ASCII)  # a line does not break at the U+202F of a name


def wrapped(text: str, width: int) -> str:
    """Wrap lines at words to `width` cells. A wide letter counts as two cells."""
    return "\n".join(text[start:end] for start, end in wrapped_rows(text, width))


def wrapped_rows(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each row that `wrapped` makes of a text. White space at which a
    row ends belongs to no row."""
    start = 0
    for line in text.split("\n"):
        for first, last in _rows_of_line(line, width):
            yield start + first, start + last
        start += len(line) + 1


def _rows_of_line(line: str, width: int) -> Iterator[tuple[int, int]]:
    if len(line) <= width // 2 or cell_width(line) <= width:
        yield 0, len(line)
        return
    start = 0
    used = 0  # cells of the present row, line[start:at]
    for word in WORDS.finditer(line):
        at, end = word.span()
        size = cell_width(word[0])
        is_space = word[0].isspace()
        if used + size > width and not is_space and line[start:at].strip():
            yield start, start + len(line[start:at].rstrip())
            start = at
            used = 0
        while size > width and at < end:  # the word is longer than a row
            row_end = at + max(1, _fits(line, width - used, at))
            yield start, row_end
            size -= cell_width(line[at:row_end])
            start = at = row_end
            used = 0
        used += size
        if is_space and 0 < start == at:  # no row but the first begins with white space
            start = end
            used = 0
    yield start, len(line)


def cell_width(text: str) -> int:
    if text.isascii():
        return len(text)
    from prompt_toolkit.utils import get_cwidth

    return sum(get_cwidth(letter) for letter in text)


def _fits(text: str, width: int, start: int = 0) -> int:
    """Return how many letters of a text fit into `width` cells, counted from `start`."""
    used = 0
    for at in range(start, len(text)):
        used += cell_width(text[at])
        if used > width:
            return at - start
    return len(text) - start


def cut(text: str, width: int) -> str:
    """Cut one line of text to `width` cells."""
    return text if cell_width(text) <= width else f"{text[: _fits(text, width - 1)]}…"


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return one line of text in exactly `width` cells. A longer text is cut."""
    shown = cut(text, width)
    space = " " * (width - cell_width(shown))
    return space + shown if right else shown + space
