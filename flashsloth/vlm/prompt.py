"""Conversations with blocks of pictures as token ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from flashsloth.processing.prompt import PromptTurn, TextEncoder
from flashsloth.vlm.sizes import VlmSizes


class BlockPrompt:
    """Encodes conversations in which each picture has a block of its own.

    The texts between two control tokens, of the frame and of the user, are encoded together. So the ids
    are those of the whole rendered conversation, whatever a question begins or ends with, and control
    tokens that a user types are text. Only an answer keeps the ids with which it was generated.
    """

    def __init__(self, tokenizer: Any, config: VlmSizes) -> None:
        self.tokenizer = tokenizer
        self.config = config
        self.frame = config.frame.texts
        self._marks = marks = config.frame
        reserved = (config.image_token_id, *config.end_token_ids)
        strings = "".join([*asdict(self.frame).values(), marks.pictured, marks.between, marks.after])
        self._encoder = encoder = TextEncoder(tokenizer, reserved, strings)
        self._ids = {text: number for number, text in encoder.names.items()}
        longest_first = sorted(self._ids, key=len, reverse=True)
        self._control = re.compile(f"({'|'.join(map(re.escape, longest_first))})")
        # whether SentencePiece puts no space before a text that follows a control token
        self._continued = encoder.place(encoder.names[config.image_token_id]).continued

    def answer(self, text: str) -> list[int]:
        """Encode an answer that is given as text and was not generated."""
        return self.answer_words(self.frame.before_words + text)

    def answer_words(self, text: str) -> list[int]:
        """Encode an answer whose text already has the spaces before its first word."""
        return self._encoder.text(text, continued=True)

    def conversation(
        self, system: str, turns: Iterable[PromptTurn], blocks: Iterable[Sequence[int]]
    ) -> list[int]:
        """Encode the system text and the turns, as PromptEncoder.conversation does. If the last
        question is None, the ids end with the last control token or picture before it."""
        frame = self.frame
        coming = iter(blocks)
        ids: list[int] = []
        words = ""  # the text since the last control token, which is not encoded yet
        for number, (question, pictures, answer) in enumerate(turns):
            # 1. What stands before the question.
            start = frame.after_answer + frame.next_question if number else frame.without_system
            if system and not number:
                words = self._append(ids, words, frame.before_system) + system
                start = frame.after_system
            if pictures:
                start = start.removesuffix(self._marks.plain) + self._marks.pictured
            words = self._append(ids, words, start)
            # 2. Its pictures.
            for position, block in enumerate(islice(coming, pictures)):
                words = self._append(ids, words, self._marks.between if position else "")
                ids += [*self._text(words), *block]
                words = ""
            if question is None:
                return ids
            # 3. The question, and what stands before its answer.
            words = self._append(ids, words, self._marks.after if pictures else "") + question
            past = frame.before_past_answer.removesuffix(frame.before_words)
            words = self._append(ids, words, frame.before_answer if answer is None else past)
            ids += [*self._text(words), *(answer or ())]
            words = ""
        return ids

    def _append(self, ids: list[int], words: str, string: str) -> str:
        """Append a string of the frame, with the words before it, to the ids. Return the words after
        its last control token, which are not encoded yet."""
        for number, part in enumerate(self._control.split(string)):
            if number % 2:
                ids += [*self._text(words), self._ids[part]]
                words = ""
            else:
                words += part
        return words

    def _text(self, words: str) -> list[int]:
        return self._encoder.text(words, continued=self._continued)
