"""Answers as answerers give them, made without a model; the ids of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flashsloth.chat import Answer
from flashsloth.chat.answerer import Answerer
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.images.reader import LoadedImage


class Asked(NamedTuple):
    """The questions of a conversation about at most one picture."""

    texts: Sequence[str]
    image: LoadedImage | None = None
    system: str | None = None


def answered(*texts: str) -> list[AnswerRecord]:
    return [AnswerRecord(pieces=[text], reason="stop") for text in texts]


def replies(answerer: Answerer, asked: Sequence[Asked]) -> list[Any]:
    """Return the answers to conversations, in their order."""
    conversations = [answerer.questions(*each) for each in asked]
    found = dict(answerer.answer(enumerate(conversations)))
    return [found[number] for number in range(len(asked))]


def said(answer: Answer) -> list[int]:
    """Return the ids of an answer of a conversation, read to its end."""
    answer.text()
    return list(answer.token_ids)


def texts(reply: object) -> object:
    """Return the texts of a reply, or the error itself."""
    return [record.text for record in reply] if isinstance(reply, list) else reply
