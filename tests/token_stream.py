"""The ids of a prompt, and of one answer from ids and encoded images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flashsloth.chat import Chat
from flashsloth.chat.conversation import Question
from flashsloth.chat.local_model import LocalBackend
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import Generation, Prompt, answer_alone
from flashsloth.generation.engine import Engine, ImagesArg, KVState, as_tuple


class TokenStream:
    """Iterates over the ids of one answer, without `</s>`. `options` are fields of AnswerSettings."""

    def __init__(
        self,
        engine: Engine,
        state: KVState,
        ids: Sequence[int],
        images: ImagesArg = None,
        **options: Any,
    ) -> None:
        prompt = Prompt(ids, as_tuple(images), AnswerSettings(**options))
        self.generation = Generation(engine, prompt, state)

    def __iter__(self) -> Iterator[int]:
        return (token.id for token in answer_alone(self.generation))

    @property
    def reason(self) -> str | None:
        """Why the answer ended; None if the iteration was abandoned."""
        return self.generation.record.reason


def prompt_ids(chat: Chat, question: str | None = None) -> list[int]:
    """Return the ids of a chat's next question, or those before it."""
    assert isinstance(chat.backend, LocalBackend)
    if question is None:
        return chat.backend.prompts.so_far(chat)
    return chat.backend.prompts.of(chat, Question.of(question, AnswerSettings(max_tokens=1)))
