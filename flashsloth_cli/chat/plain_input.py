"""Lines without the editor: from a dumb terminal or a pipe."""

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
    """Reads lines, and writes answers between them. `discarded`: whether Ctrl-C has discarded a line since the last
    `read` began."""

    discarded: bool

    def read(self, default: str = "", *, multiline: bool = False) -> str | None:
        """Return the next line, or None to leave. `default` is its text to begin with."""
        ...

    def answer_writer(self, *, markdown: bool = True) -> AnswerWriter:
        """Return a writer for one answer, which may be `markdown`."""
        ...

    def close(self) -> None: ...


class PlainInput:
    """Reads lines from stdin. Ctrl-C discards the line; on an empty line the second one leaves."""

    def __init__(self) -> None:
        self._warned = self.discarded = False

    def read(self, default: str = "", *, multiline: bool = False) -> str | None:
        self.discarded = False
        while True:
            try:
                line = _prompted_lines() if multiline else _prompted_line()
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

    def answer_writer(self, *, markdown: bool = True) -> AnswerWriter:
        return render.StdoutWriter()

    def close(self) -> None:
        """Do nothing: stdin stays open."""


def _prompted_line(prompt: str = PROMPT) -> str:
    streams.write_stderr(prompt, end="")
    line = piped_line()
    if line is None:
        streams.write_stderr("")
        raise EOFError
    return line


def _prompted_lines() -> str:
    return join_lines(lambda started: _prompted_line(". " if started else PROMPT))


def piped_line() -> str | None:
    """Return a line of stdin, or None at its end."""
    try:
        return sys.stdin.readline() or None
    except UnicodeDecodeError as error:
        raise InputError("stdin is not UTF-8 text", hint="With --plain, pipe in one question a line.") from error


def join_lines(read: Callable[[bool], str | None]) -> str:
    """Read lines up to the end or a line with only a dot. `read` is called with False for the first one."""
    lines: list[str] = []
    with suppress(EOFError):
        while (line := read(bool(lines))) is not None and line.rstrip("\r\n") != ".":
            lines.append(line)
    return "".join(lines)
