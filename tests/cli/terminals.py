"""A program at a terminal, as a person sees it: it is waited for by what the screen shows."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import pexpect
import pyte

PROMPT = "\n> "
Found = TypeVar("Found")


class Terminal(pexpect.spawn):
    """A program at a terminal. `raw` is all its output, `text` the text on the screen up to the cursor,
    with the lines that have scrolled away."""

    raw = ""
    seen = 0  # position of `until` in `text`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.screen = pyte.Screen(kwargs["dimensions"][1], 600)
        self.shown = pyte.Stream(self.screen)

    @property
    def text(self) -> str:
        cursor, width = self.screen.cursor, self.screen.columns
        # pyte's `display` renders all 600 rows, which takes longer than what the program does
        *above, last = (
            "".join(line[column].data for column in range(width))
            for line in map(self.screen.buffer.__getitem__, range(cursor.y + 1))
        )
        return "\n".join(["", *map(str.rstrip, above), last[: cursor.x]])

    def type(self, line: str) -> None:
        self.send(f"{line}\r")

    def until(self, pattern: str) -> str:
        """Wait for a regular expression after what was waited for before, and return the text between
        them."""
        match = self._wait(lambda: re.search(pattern, self.text[self.seen :]), pattern)
        self.seen += match.end()
        return match.string[: match.start()]

    def until_text(self, text: str) -> str:
        return self.until(re.escape(text))

    def until_raw(self, text: str) -> None:
        """Wait for output that does not stay on the screen."""
        self._wait(lambda: text in self.raw, text)

    def until_shown(self, pattern: str) -> None:
        """Wait for a regular expression anywhere on the screen."""
        self._wait(lambda: re.search(pattern, self.text), pattern)

    def until_cleared(self) -> None:
        """Wait for an empty prompt."""
        self._wait(lambda: self.text.endswith(PROMPT), PROMPT)
        self.seen = len(self.text)

    def end(self) -> str:
        """Wait for the end of the program, and return its last output."""
        while self._read():
            pass
        self.close()
        return self.text[self.seen :]

    def kill(self, sig: int) -> None:
        super().kill(sig)
        # A program that was forked (see `preloaded.py`) is killed after its client. If the terminal was
        # closed before, it would get SIGHUP.
        with suppress(OSError):
            while sig == signal.SIGKILL and (more := os.read(self.child_fd, 10000)):
                self._show(more.decode(errors="replace"))

    def leave(self) -> None:
        """Press Ctrl-D, and wait for an end without an error."""
        self.sendeof()
        self.end()
        assert self.exitstatus == 0

    def _wait(self, found: Callable[[], Found], what: str) -> Found:
        while not (result := found()):
            assert self._read(), f"{what!r} never came: {self.text!r}; {self.raw[-1000:]!r}"
        return result

    def _read(self) -> bool:
        """Read more output. Return False at its end."""
        try:
            more = self.read_nonblocking(10000, timeout=60)
        except (pexpect.EOF, pexpect.TIMEOUT):
            return False
        self._show(more)
        return True

    def _show(self, more: str) -> None:
        self.raw += more
        self.shown.feed(more)
