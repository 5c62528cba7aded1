"""stdout for answers alone, stderr for everything else; and what comes in on stdin.

While a command runs, whatever a library prints, in Python or below it, goes to stderr: `apart` moves the real stdout
aside and hands it to the command.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_answers: TextIO | None = None


def answers() -> TextIO:
    """The stream for answers: the real stdout."""
    return _answers if _answers is not None else sys.stdout


@contextmanager
def apart() -> Iterator[None]:
    """Inside, `answers()` is stdout and `sys.stdout`, like file descriptor 1, leads to stderr."""
    global _answers
    outside = sys.stdout
    if _answers is not None:
        yield
        return
    try:
        real = outside.fileno() == 1
    except (OSError, ValueError, AttributeError):
        real = False
    with suppress(OSError, ValueError):
        outside.flush()
    kept = os.dup(1) if real else -1
    _answers = open(kept, "w", encoding=outside.encoding, errors="replace") if real else outside  # noqa: SIM115
    sys.stdout = sys.stderr
    if real:
        os.dup2(2, 1)
    try:
        yield
    finally:
        mine, _answers, sys.stdout = _answers, None, outside
        try:
            mine.flush()
        finally:
            if real:
                os.dup2(kept, 1)
                with suppress(OSError):
                    mine.close()


def forget_closed_pipe() -> None:
    """After a reader has gone: what is still buffered goes nowhere, so that the interpreter ends in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, 1)


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except (ValueError, AttributeError):
        return False


def wants_styling(stream: TextIO) -> bool:
    """Whether colours and moving lines are welcome there."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_piped_stdin() -> bool:
    """Whether stdin is a pipe, a socket or a file: something to be read. A terminal or /dev/null is not."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return sys.stdin is not None and not is_terminal(sys.stdin)
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def read_stdin() -> bytes:
    """All of stdin."""
    return sys.stdin.buffer.read()
