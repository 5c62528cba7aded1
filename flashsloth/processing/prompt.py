"""Conversations as ids: the one rendering that chat and training share. Knows a tokenizer and no pictures.

    {system} USER: <image>\\n{question}<learnable>*Q ASSISTANT: {answer}</s>USER: {question}<learnable>*Q ASSISTANT:

Pictures stand before the question that they are shown with, each on a line of its own.

The text of a user is never read as control tokens: a typed `<image>` or `</s>` is encoded as the letters it is made of.
`chat_template` gives the same as a Jinja template for transformers; a test holds the two together.
"""

from __future__ import annotations

import json
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
    """The part of FlashSlothConfig that says how a prompt is built."""

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
    """Pieces of a conversation as ids. Joined in order they are the ids of the whole (golden_tokenizer.json)."""

    tokenizer: Any
    config: PromptLayout

    def text(self, text: str) -> list[int]:
        """Plain text; control tokens typed in it stay text. Raises: InputError for lone surrogates, CheckpointDamaged
        for a tokenizer that fails on it."""
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError("the text holds bytes that are not UTF-8", hint="Write it in UTF-8.") from error
        try:
            return list(self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))
        except BaseException as error:  # a panic of native code, as over a pattern that never comes to an end, is no
            if type(error).__name__ != "PanicException":  # Exception
                raise
            where = getattr(self.tokenizer, "name_or_path", "this model")
            raise CheckpointDamaged(f"{where}: the tokenizer fails on a text: {error}") from error

    def opening(self, system: str, visual_tokens: int = 0) -> list[int]:
        """System text, ` USER:` and the places of the picture: all that is known before a question is asked."""
        return self.text(f"{system} USER:" if system else "USER:") + self.image_placeholders(
            int(visual_tokens > 0), visual_tokens
        )

    def image_placeholders(self, count: int, visual_tokens: int) -> list[int]:
        """The places of pictures that are shown with one question, each of so many visual tokens, a line apart."""
        run = [self.config.image_token_id] * visual_tokens
        return [i for n in range(count) for i in self.text("\n" if n else " ") + run]

    def question(self, text: str, *, after_picture: bool = False) -> list[int]:
        """A question with its query tokens, up to and including ` ASSISTANT:`."""
        queries = [self.config.query_token_id] * self.config.num_query_tokens
        return self.text(("\n" if after_picture else " ") + text) + queries + self.text(" ASSISTANT:")

    def between_turns(self) -> list[int]:
        """What closes an answer and opens the next turn: `</s>USER:`."""
        return [self.config.end_token_id, *self.text("USER:")]


def chat_template(config: FlashSlothConfig) -> str:
    """The Jinja template for a model with this system text and this number of query tokens."""
    source = resources.files("flashsloth.processing").joinpath("chat_template.jinja").read_text(encoding="utf-8")
    system = json.dumps(config.system_prompt, ensure_ascii=False)
    return source.replace("@SYSTEM@", system).replace("@QUERIES@", str(config.num_query_tokens))
