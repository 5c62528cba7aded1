"""Decode generated ids to text incrementally."""

from __future__ import annotations

from collections.abc import Callable, Sequence

REPLACEMENT = "\ufffd"


class TextStream:
    """Decodes tokens to pieces of text, up to a stop string and without white space at either end. A byte-level
    tokenizer may spread one character over several tokens: they are kept until it is complete. White space and the
    beginning of a stop string are kept until they turn out to be part of the answer."""

    def __init__(self, decode: Callable[[list[int]], str], stop: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stop = tuple(s for s in stop if s)
        self._ids: list[int] = []  # tokens that end within a character
        self._pending = ""  # text that may still be trailing space or a stop string
        self._started = False
        self.stopped = False  # after a stop string; no more text follows

    def push(self, token: int) -> str:
        """Add a token and return the text that is now certain; often empty."""
        if self.stopped:
            return ""
        self._ids.append(token)
        text = self._decode(self._ids)
        if text.endswith(REPLACEMENT):
            return ""
        self._ids.clear()
        return self._release(text)

    def finish(self) -> str:
        """Return the pending text that belongs to the answer."""
        if self.stopped:
            return ""
        rest = self._release(self._decode(self._ids)) if self._ids else ""
        pending, self._ids, self._pending = self._pending, [], ""
        return rest if self.stopped else (rest + pending).rstrip() if pending.strip() else rest

    def _release(self, text: str) -> str:
        self._pending += text
        if not self._started:
            self._pending = self._pending.lstrip()
            self._started = bool(self._pending)
        stops = [(at + len(s), at) for s in self._stop if (at := self._pending.find(s)) >= 0]
        if stops:  # the first one to be complete, so that the result does not depend on the cuts between tokens
            self.stopped = True
            text, self._pending = self._pending[: min(stops)[1]].rstrip(), ""
            return text
        cut = len(self._pending) - max((_overlap(self._pending, s) for s in self._stop), default=0)
        cut = len(self._pending[:cut].rstrip())
        text, self._pending = self._pending[:cut], self._pending[cut:]
        return text


def _overlap(text: str, stop: str) -> int:
    """Return the length of the longest suffix of `text` that is a prefix of `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)
