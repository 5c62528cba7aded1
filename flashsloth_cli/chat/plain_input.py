"""Lines without the editor: from a dumb terminal or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from flashsloth.errors import InputError
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.render import AnswerWriter

PROMPT = "> "
LEAVES = "(Ctrl-C again or Ctrl-D leaves)"


class PlainInput:
    """Reads lines from stdin, and writes answers between them. Ctrl-C discards the line; on an empty line the second
    one leaves. `discarded`: whether it has discarded a line since the last `read` began."""

    def __init__(self) -> None:
        self._warned = self.discarded = False

    def read(self, default: str = "", *, multiline: bool = False) -> str | None:
        """Return the next line, or None to leave. `default` is its text to begin with."""
        self.discarded = False
        while True:
            try:
                line = self._line(default, multiline)
            except EOFError:
                return None
            except KeyboardInterrupt:
                if not self._discard():
                    return None
                default, multiline = "", False
            else:
                self._warned = False
                return line

    def _discard(self) -> bool:
        """Discard the line after Ctrl-C. Return False to leave."""
        started, warned = self._is_started(), self._warned
        self.discarded, self._warned = True, not started
        if not started and not warned:
            render.note(LEAVES)
        return started or not warned

    def _line(self, default: str, multiline: bool) -> str:
        return join_lines(lambda started: _prompted(". " if started else PROMPT)) if multiline else _prompted(PROMPT)

    def _is_started(self) -> bool:
        """Return whether the line has text. The terminal does not say."""
        streams.write_stderr("")
        return False

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Inside, a line is answered: keys are not echoed."""
        with streams.no_echo():
            yield

    def answer_writer(self, *, markdown: bool = True) -> AnswerWriter:
        """Return a writer for one answer, which may be `markdown`."""
        return render.StdoutWriter()

    def close(self) -> None:
        """Do nothing: stdin stays open."""


def _prompted(prompt: str) -> str:
    streams.write_stderr(prompt, end="")
    line = piped_line()
    if line is None:
        streams.write_stderr("")
        raise EOFError
    return line


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
