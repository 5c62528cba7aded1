"""."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from flashsloth.errors import InputError
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.render import AnswerWriter

PROMPT = "> "
LEAVES = "(Ctrl-C again or Ctrl-D leaves)"


class LineInput(Protocol):
    """Where lines come from, and where an answer is written between them.

    `discarded`: since the last `read` began, Ctrl-C has thrown a line away.
    """

    discarded: bool

    def read(self, begun: str = "", *, multiline: bool = False) -> str | None:
        """The next line, None to leave. `begun` is what stands in it already."""
        ...

    def answer(self) -> AnswerWriter:
        """A place for one answer."""
        ...

    def close(self) -> None: ...


class PlainInput:
    """Reads line after line. Ctrl-C discards the line that was begun; twice in a row on an empty one it leaves."""

    def __init__(self) -> None:
        self._warned = self.discarded = False

    def read(self, begun: str = "", *, multiline: bool = False) -> str | None:
        self.discarded = False
        while True:
            try:
                line = _bare_lines() if multiline else _bare_line()
            except EOFError:
                return None
            except KeyboardInterrupt:
                streams.write_stderr("")
                if self._warned:
                    return None
                self._warned = self.discarded = True
                render.note(LEAVES)
            else:
                self._warned = False
                return line

    def answer(self) -> AnswerWriter:
        return render.StdoutWriter()

    def close(self) -> None:
        """Nothing was opened."""


def _bare_line(prompt: str = PROMPT) -> str:
    streams.write_stderr(prompt, end="")
    line = piped_line()
    if line is None:
        streams.write_stderr("")
        raise EOFError
    return line


def piped_line() -> str | None:
    """A line of stdin, None at its end."""
    try:
        return sys.stdin.readline() or None
    except UnicodeDecodeError as error:
        raise InputError("stdin is not text", hint="With --plain stdin holds one question a line.") from error


def _bare_lines() -> str:
    """Lines up to one that holds nothing but a dot, or the end."""
    return gathered(lambda begun: _bare_line(". " if begun else PROMPT))


def gathered(read: Callable[[bool], str | None]) -> str:
    """Lines up to one that holds nothing but a dot, or the end. `read` hears whether there was one before."""
    lines: list[str] = []
    with suppress(EOFError):
        while (line := read(bool(lines))) is not None and line.rstrip("\r\n") != ".":
            lines.append(line)
    return "".join(lines)
