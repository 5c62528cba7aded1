"""Lines typed at a terminal: edited with prompt-toolkit, or bare. Knows Ctrl-C and Ctrl-D; knows no commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flashsloth_cli import render, streams

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PROMPT = "> "


class Keyboard:
    """Reads line after line. Ctrl-C discards the line that was begun; twice in a row on an empty one it leaves."""

    def __init__(self, *, edited: bool) -> None:
        self._session = _session() if edited else None
        self._warned = False

    def read(self) -> str | None:
        """The next line, None to leave."""
        while True:
            try:
                line = _edited_line(self._session) if self._session else _bare_line()
            except EOFError:
                return None
            except KeyboardInterrupt:
                if self._session is None:
                    streams.tell("")
                discarded = self._session is not None and self._session.default_buffer.text
                if self._warned and not discarded:
                    return None
                self._warned = not discarded
                if self._warned:
                    render.note("(Ctrl-C again or Ctrl-D leaves)")
            else:
                self._warned = False
                return line


def _session() -> PromptSession[str]:
    """Its history lasts as long as the program runs."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import create_output

    return PromptSession(output=create_output(stdout=sys.stderr), enable_suspend=True)


def _edited_line(session: PromptSession[str]) -> str:
    def leave(leaving: SystemExit) -> None:
        """From inside of the editor's event loop, which puts the terminal in order first."""
        if session.app.loop is None or not session.app.is_running:
            raise leaving
        session.app.loop.call_soon_threadsafe(lambda: session.app.exit(exception=leaving))

    with streams.leaving_through(leave):
        return session.prompt(PROMPT)


def _bare_line() -> str:
    streams.tell(PROMPT, end="")
    line = sys.stdin.readline()
    if not line:
        streams.tell("")
        raise EOFError
    return line
