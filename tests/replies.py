"""Replies as answerers give them, made without a model; the ids of an answer."""

from __future__ import annotations

from typing import Any

from flashsloth.chat import Answer
from flashsloth.dialogues.dialogue import Answerer, Dialogue, DialogueAnswer
from flashsloth.generation.answer_record import AnswerRecord


def answered(*texts: str) -> list[DialogueAnswer]:
    return [DialogueAnswer(AnswerRecord(pieces=[text], reason="stop"), []) for text in texts]


def replies(answerer: Answerer, dialogues: list[Dialogue]) -> list[Any]:
    """Return the replies to dialogues, in their order."""
    found = dict(answerer.answer(enumerate(dialogues)))
    return [found[number] for number in range(len(dialogues))]


def said(answer: Answer) -> list[int]:
    """Return the ids of an answer of a conversation, read to its end."""
    answer.text()
    return list(answer.token_ids)


def texts(reply: object) -> object:
    """Return the texts of a reply, or the error itself."""
    return [answer.record.text for answer in reply] if isinstance(reply, list) else reply
