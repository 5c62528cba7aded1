"""Ids back to text as they come. Knows how to decode ids; knows no model and no terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

REPLACEMENT = "\ufffd"


class TextStream:
    """Pieces of text whose concatenation is the answer: never half a character, no space at either end, nothing of a
    stop string.

    A byte-level tokenizer may spread one character over several tokens: they wait until it is whole. White space and
    the beginning of a possible stop string wait until it is clear that they belong to the answer.
    """

    def __init__(self, decode: Callable[[list[int]], str], stop: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stop = tuple(s for s in stop if s)
        self._ids: list[int] = []  # tokens that end in the middle of a character
        self._held = ""  # text that may yet turn out to be no part of the answer
        self._begun = False
        self.stopped = False  # a stop string has come up; nothing more will be given out

    def push(self, token: int) -> str:
        """The text that has become certain with this token; often empty."""
        if self.stopped:
            return ""
        self._ids.append(token)
        text = self._decode(self._ids)
        if text.endswith(REPLACEMENT):
            return ""
        self._ids.clear()
        return self._release(text)

    def finish(self) -> str:
        """What was still held back and belongs to the answer."""
        if self.stopped:
            return ""
        rest = self._release(self._decode(self._ids)) if self._ids else ""
        held, self._ids, self._held = self._held, [], ""
        return rest if self.stopped else (rest + held).rstrip() if held.strip() else rest

    def _release(self, text: str) -> str:
        self._held += text
        if not self._begun:
            self._held = self._held.lstrip()
            self._begun = bool(self._held)
        found = [(at + len(s), at) for s in self._stop if (at := self._held.find(s)) >= 0]
        if found:  # the one that is complete first, so that it does not matter how the text is cut into tokens
            self.stopped = True
            text, self._held = self._held[: min(found)[1]].rstrip(), ""
            return text
        cut = len(self._held) - max((_overlap(self._held, s) for s in self._stop), default=0)
        cut = len(self._held[:cut].rstrip())
        text, self._held = self._held[:cut], self._held[cut:]
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that is a beginning of `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)
