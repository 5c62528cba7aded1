"""Text as a terminal shows it: without control characters, measured in cells, broken at words."""

from __future__ import annotations

import re

# C0 but tab and newline, C1, and what turns the order of letters around
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SPACES = re.compile(r"\s+")


def strip_control_chars(text: str) -> str:
    """Control characters but newline and tab replaced, so that text in a picture cannot drive the terminal, nor show
    letters in another order than they have."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """For messages: no line breaks, no control characters."""
    return strip_control_chars(SPACES.sub(" ", text).strip())


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def counted(count: int, noun: str) -> str:
    """`1 turn`, `2 turns`"""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def gigabytes(size: float) -> str:
    """Bytes for people: 6.4 GB, 11.7 MB, 812 kB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1e3:.0f} kB"


WORDS = re.compile(r"\s+|\S+")


def wrapped(text: str, width: int) -> str:
    """Broken at words where a line would be wider than `width` characters; wide letters count twice."""
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    if len(line) <= width // 2 or cell_width(line) <= width:
        return line
    lines, now, used = [], "", 0
    for word in WORDS.findall(line):
        size = cell_width(word)
        if used + size > width and word.strip() and now.strip():
            lines.append(now.rstrip())
            now, used = "", 0
        while size > width:  # nothing but cutting helps
            at = max(1, _fits(word, width - used))
            lines.append(now + word[:at])
            word, now, used = word[at:], "", 0
            size = cell_width(word)
        if used or word.strip() or not lines:
            now, used = now + word, used + size
    return "\n".join([*lines, now])


def cell_width(text: str) -> int:
    """How wide it is on a terminal."""
    if text.isascii():
        return len(text)
    from prompt_toolkit.utils import get_cwidth

    return sum(get_cwidth(letter) for letter in text)


def _fits(word: str, width: int) -> int:
    used = 0
    for at, letter in enumerate(word):
        used += cell_width(letter)
        if used > width:
            return at
    return len(word)


def cut(text: str, width: int) -> str:
    """One line of text, no wider than that."""
    return text if cell_width(text) <= width else f"{text[: _fits(text, width - 1)]}…"
