"""Read lines without the line editor, from a dumb terminal or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flashsloth.errors import InputError
from flashsloth_cli.terminal import render, streams

PROMPT = "> "
LEAVES = "(Ctrl-C again or Ctrl-D leaves)"


class PlainInput:
    """Reads lines from stdin, and provides the writer of answers. If a person types the lines (`asks`),
    Ctrl-C discards a line. On an empty line a second Ctrl-C ends the program."""

    def __init__(self, *, asks: bool = True) -> None:
        self.asks = asks
        self._warned = False

    def read(self, default: str = "") -> str | None:
        """Return the next line, or None to end the program. `default` is the text with which the line
        begins."""
        while True:
            try:
                line = self._line(default)
            except EOFError:
                return None
            except KeyboardInterrupt:
                # Lines of a pipe are not typed, so there is no line to discard. Ctrl-C then ends the
                # program.
                if not self.asks:
                    raise
                if self._is_started():
                    self._warned = False
                elif self._warned:
                    return None
                else:
                    render.note(LEAVES)
                    self._warned = True
                default = ""
            else:
                # After a line, the next Ctrl-C counts as the first Ctrl-C again.
                self._warned = False
                return line

    def _line(self, default: str) -> str:
        if self.asks:
            streams.write_stderr(PROMPT, end="")
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError as error:
            raise InputError("stdin is not UTF-8 text", hint="Pipe in one question a line.") from error
        if not line:
            if self.asks:
                # Ctrl-D leaves the cursor behind the prompt.
                streams.write_stderr("")
            raise EOFError
        return line

    def _is_started(self) -> bool:
        """Return whether the line has text. This is not known at a plain terminal, so the result is
        False."""
        streams.write_stderr("")
        return False

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While the context lasts, a line is being answered, and keys are not echoed."""
        with streams.no_echo():
            yield

    def answer_writer(self, *, markdown: bool = True) -> render.AnswerWriter:
        """Return a writer for an answer, which may be in Markdown."""
        return render.StdoutWriter()

    def close(self) -> None:
        """Do nothing, because stdin stays open."""
