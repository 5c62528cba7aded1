"""Encode conversations as token ids, for chat and training alike.

    {system} USER: <image>\\n{question}<learnable>*Q ASSISTANT: {answer}</s>USER: {question}<learnable>*Q ASSISTANT:

Pictures come before their question, each on its own line.

Control tokens in a user's text stay text: a typed `<image>` or `</s>` is encoded as its letters. `chat_template` is the
same as a Jinja template for transformers; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.errors import CheckpointDamaged, InputError

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig

IMAGE_TOKEN = "<image>"
QUERY_TOKEN = "<learnable>"
END_TOKEN = "</s>"


class PromptLayout(Protocol):
    """The fields of FlashSlothConfig that describe a prompt."""

    @property
    def image_token_id(self) -> int: ...
    @property
    def query_token_id(self) -> int: ...
    @property
    def num_query_tokens(self) -> int: ...
    @property
    def system_prompt(self) -> str: ...
    @property
    def end_token_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PromptEncoder:
    """Encodes the parts of a conversation. Concatenated they are the ids of the whole (golden_tokenizer.json)."""

    tokenizer: Any
    config: PromptLayout

    def text(self, text: str) -> list[int]:
        """Encode plain text; control tokens in it stay text.

        Raises: InputError for lone surrogates, CheckpointDamaged if the tokenizer fails.
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError("the text has bytes that are not UTF-8", hint="Write it in UTF-8.") from error
        try:
            return list(self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))
        except BaseException as error:  # a panic of native code is a BaseException without an importable class
            if type(error).__name__ != "PanicException":
                raise
            name = getattr(self.tokenizer, "name_or_path", "this model")
            raise CheckpointDamaged(f"{name}: the tokenizer fails on a text: {error}") from error

    def conversation(
        self, system: str, turns: Iterable[tuple[str, int, Sequence[int] | None]], visual_tokens: int
    ) -> list[int]:
        """Encode the system text and turns, each a question, the number of its pictures and the ids of its answer.

        The last answer may be None: the prompt then ends where it begins.
        """
        ids = self.opening(system)
        for question, images, answer in turns:
            ids += self.question_about(question, images, visual_tokens)
            ids += [] if answer is None else [*answer, *self.between_turns()]
        return ids

    def opening(self, system: str, visual_tokens: int = 0) -> list[int]:
        """Encode the system text, ` USER:` and a picture's placeholders: the prompt before a question is asked."""
        return self.text(f"{system} USER:" if system else "USER:") + self.image_placeholders(
            int(visual_tokens > 0), visual_tokens
        )

    def answer(self, text: str) -> list[int]:
        """Encode an answer that was not generated here."""
        return self.text(f" {text}")

    def image_placeholders(self, count: int, visual_tokens: int) -> list[int]:
        """Return the placeholders of one question's pictures, with a newline between two pictures."""
        run = [self.config.image_token_id] * visual_tokens
        return [i for n in range(count) for i in self.text("\n" if n else " ") + run]

    def question(self, text: str, *, after_picture: bool = False) -> list[int]:
        """Encode a question with its query tokens, up to and including ` ASSISTANT:`."""
        queries = [self.config.query_token_id] * self.config.num_query_tokens
        return self.text(("\n" if after_picture else " ") + text) + queries + self.text(" ASSISTANT:")

    def question_about(self, text: str, images: int, visual_tokens: int) -> list[int]:
        """Encode a question after the placeholders of its pictures."""
        return self.image_placeholders(images, visual_tokens) + self.question(text, after_picture=images > 0)

    def between_turns(self) -> list[int]:
        """Return the ids between an answer and the next question: `</s>USER:`."""
        return [self.config.end_token_id, *self.text("USER:")]


def chat_template(config: FlashSlothConfig) -> str:
    """Return the Jinja template for a model with this system text and this number of query tokens."""
    source = resources.files("flashsloth.processing").joinpath("chat_template.jinja").read_text(encoding="utf-8")
    system = json.dumps(config.system_prompt, ensure_ascii=False)
    return source.replace("@SYSTEM@", system).replace("@QUERIES@", str(config.num_query_tokens))
