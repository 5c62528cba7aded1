"""Encode plain text with any tokenizer, so that what a user types never becomes a control token.

`split_special_tokens` keeps typed control tokens text in most tokenizers, but not in all: some have them among their
words (Unigram, WordLevel), and added tokens that are not marked as special are found in any text (Qwen's `<think>`).
Texts with such tokens are encoded in pieces that end inside them, or refused.

SentencePiece's tokenizers put a space before a text. Within a prompt it belongs only where encoding the whole prompt
would put one; `place` finds out by trying.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flashsloth.errors import CheckpointDamaged, InputError
from flashsloth.processing.chat_frame import control_texts
from flashsloth.utils.text import printable

UNKNOWN = "\U000fffff"  # a private character, which tokenizers encode as bytes or as their unknown token
WORD = "a"


@dataclass(frozen=True, slots=True)
class Place:
    """How text after a string of the frame is encoded: after these spaces, and as a continuation or as a beginning."""

    spaces: str = ""
    continued: bool = False


class TextEncoder:
    """Encodes the strings of a chat frame with their control tokens, and texts of users without any.

    Args:
        tokenizer: of transformers.
        reserved: ids that no text may have, besides those of special tokens.
        frame: the strings of the frame; added tokens in them are control tokens too.
    """

    def __init__(self, tokenizer: Any, reserved: Iterable[int], frame: str) -> None:
        self.tokenizer = tokenizer
        kept = set(reserved)
        added = {token.content: number for number, token in getattr(tokenizer, "added_tokens_decoder", {}).items()}
        control = control_texts(tokenizer) | {t: number for t, number in added.items() if t.strip() and t in frame}
        control |= {t: number for t, number in added.items() if number in kept}
        self.ids = frozenset(kept | {*control.values()}) - {*self._plain(UNKNOWN)}  # of control tokens
        self.names = {number: text for text, number in control.items()}
        longest_first = sorted(control, key=len, reverse=True)
        self._typed = re.compile(f"(?=({'|'.join(map(re.escape, longest_first))}))" if control else "(?!)")
        newline = self._plain("\n")
        self._newline = newline if self._plain("\n" + WORD) != newline + self._plain(WORD) else None

    def text(self, text: str, *, continued: bool = False) -> list[int]:
        """Encode plain text, as the beginning of a text or as its continuation; control tokens in it stay text.

        Raises: InputError for lone surrogates and for a control token that the tokenizer cannot write as letters,
            CheckpointDamaged if the tokenizer fails.
        """
        ids = self._piece(text, continued)
        if self.ids.isdisjoint(ids):
            return ids
        cuts = [0, *(found.start() + 1 for found in self._typed.finditer(text)), len(text)]
        pieces = [text[start:end] for start, end in pairwise(cuts)]
        ids = [i for number, piece in enumerate(pieces) for i in self._piece(piece, continued or number > 0)]
        typed = [self.names.get(i, "a control token") for i in ids if i in self.ids]
        if typed:
            raise InputError(
                f"the text has {printable(typed[0])}, which this model's tokenizer cannot write as letters",
                hint="Leave it out.",
            )
        return ids

    def control(self, text: str, after: str = "") -> list[int]:
        """Encode a string of the frame with its control tokens, as it is encoded after another string. Not for use
        while another thread encodes: whether control tokens are found is a state of the tokenizer."""
        before = self._control(after) if after else []
        ids = self._control(after + text)
        return ids[len(before) :] if ids[: len(before)] == before else self._control(text)

    def split(self, frame: str) -> tuple[str, str]:
        """Return a string of the frame before its first control token, and from there on."""
        found = self._typed.search(frame)
        start = found.start() if found else len(frame)
        return frame[:start], frame[start:]

    def place(self, *frames: str) -> Place:
        """Return how to encode the text after each of these strings, so that the ids are those of the whole."""
        spaces = " " * min(len(frame) - len(frame.rstrip(" ")) for frame in frames)
        for place in (Place(s, continued) for s in dict.fromkeys((spaces, "")) for continued in (False, True)):
            if all(self._fits(frame, place) for frame in frames):
                return place
        return Place()

    def _fits(self, frame: str, place: Place) -> bool:
        start = frame.removesuffix(place.spaces)
        ids = self._piece(place.spaces + WORD, place.continued)
        return self._control(frame + WORD) == (self._control(start) if start else []) + ids

    def _piece(self, text: str, continued: bool) -> list[int]:
        newline = self._newline
        if not text or not continued or newline is None:
            return self._plain(text)
        ids = self._plain("\n" + text)
        return ids[len(newline) :] if ids[: len(newline)] == newline else self._plain(text)

    def _plain(self, text: str) -> list[int]:
        return self._encode(text, split=True)

    def _control(self, text: str) -> list[int]:
        return self._encode(text, split=False)

    def _encode(self, text: str, *, split: bool) -> list[int]:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError("the text has bytes that are not UTF-8", hint="Write it in UTF-8.") from error
        try:
            return list(self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=split))
        except BaseException as error:  # a panic of native code is a BaseException without an importable class
            if type(error).__name__ != "PanicException":
                raise
            name = getattr(self.tokenizer, "name_or_path", "this model")
            raise CheckpointDamaged(f"{name}: the tokenizer fails on a text: {error}") from error
