"""Encode conversations as token ids, for chat and training alike, in the model's chat frame.

    {before_system}{system}{after_system}<image>\\n{question}<learnable>*Q{before_answer}{answer}{after_answer}...

In the paper's frame:

    {system} USER: <image>\\n{question}<learnable>*Q ASSISTANT: {answer}</s>USER: {question}<learnable>*Q ASSISTANT:

Pictures come before their question, each on its own line.

Control tokens in a user's text stay text: a typed `<image>` or `</s>` is encoded as its letters. `chat_template` is the
same as a Jinja template for transformers; a test compares the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import takewhile
from typing import Any, Protocol

from flashsloth.errors import InvalidConfiguration
from flashsloth.processing.chat_frame import QUERY_TOKEN as QUERY_TOKEN
from flashsloth.processing.chat_frame import ChatFrame
from flashsloth.processing.text_encoder import WORD, Place, TextEncoder
from flashsloth.utils.text import printable_repr

IMAGE_TOKEN = "<image>"


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
    def chat_frame(self) -> dict[str, str] | None: ...
    @property
    def end_token_ids(self) -> tuple[int, ...]: ...


class PromptEncoder:
    """Encodes the parts of a conversation. Concatenated they are the ids of the whole (golden_tokenizer.json).

    Make it before other threads use the tokenizer: it reads the frame's control tokens, afterwards only plain text.

    Raises: InvalidConfiguration if the frame's answers do not end with the configuration's end token.
    """

    def __init__(self, tokenizer: Any, config: PromptLayout) -> None:
        self.tokenizer, self.config = tokenizer, config
        self.frame = frame = ChatFrame.from_dict(config.chat_frame)
        reserved = (config.image_token_id, config.query_token_id, *config.end_token_ids)
        self._encoder = encoder = TextEncoder(tokenizer, reserved, "".join(frame.to_dict().values()))
        self._system = encoder.place(frame.before_system)
        starts = (frame.without_system, frame.after_system, frame.after_answer + frame.next_question)
        self._question = encoder.place(*starts)
        self._answer = encoder.place(frame.before_past_answer)
        image, query = (encoder.names.get(i, "") for i in reserved[:2])
        self._pictured = encoder.place(image) if image else Place()
        asked = query if config.num_query_tokens else WORD
        self._before_answer = encoder.control(frame.before_answer, asked)
        self._history = encoder.control(frame.history, asked)
        without, after_system, between = (start.removesuffix(self._question.spaces) for start in starts)
        before_system = frame.before_system.removesuffix(self._system.spaces)
        self._without_system, self._before_system = encoder.control(without), encoder.control(before_system)
        self._after_system_text, rest = encoder.split(after_system)
        self._after_system = encoder.control(rest)
        self._between = encoder.control(between, WORD)
        around = (self._without_system, self._before_system, self._after_system, self._between)
        for ids in (*around, self._before_answer, self._history):
            if {config.image_token_id, config.query_token_id}.intersection(ids):
                raise InvalidConfiguration("chat_frame holds the placeholder of pictures or query tokens")
        if config.end_token_ids[0] not in self._between:
            raise InvalidConfiguration(
                f"chat_frame: answers end with {printable_repr(frame.after_answer)}, config.json says with the token "
                f"{config.end_token_ids[0]}",
                hint="The tokenizer belongs to another model. Use the tokenizer files that came with the weights.",
            )

    @property
    def beginning(self) -> list[int]:
        """The ids that every text begins with: those of control tokens that occur at the start only, as Llama's."""
        return [*takewhile(lambda i: i in self._encoder.ids and i not in self._between, self._without_system)]

    @property
    def end_of_answer(self) -> list[int]:
        """The ids after an answer, up to the one that ends it."""
        return self._between[: self._between.index(self.config.end_token_ids[0]) + 1]

    @property
    def turn_prefix_length(self) -> int:
        """The number of ids from the one that ends an answer to the next question."""
        return len(self._between) - len(self.end_of_answer) + 1

    def text(self, text: str, *, continued: bool = False) -> list[int]:
        """Encode plain text; control tokens in it stay text. See TextEncoder.text for the errors."""
        return self._encoder.text(text, continued=continued)

    def conversation(
        self, system: str, turns: Iterable[tuple[str, int, Sequence[int] | None]], visual_tokens: int
    ) -> list[int]:
        """Encode the system text and turns, each a question, the number of its pictures and the ids of its answer. The
        last answer may be None: the prompt then ends where it begins."""
        ids = self.opening(system)
        for question, images, answer in turns:
            ids += self.question_about(question, images, visual_tokens)
            if answer is not None:
                ids = self.followed(ids, answer)
        return ids

    def opening(self, system: str, visual_tokens: int = 0) -> list[int]:
        """Encode the system text, the start of the first question and a picture's placeholders: the prompt before a
        question is asked. Without a system text the chat template's own is used, if it has one."""
        if not system:
            ids = [*self._without_system]
        else:
            words = self._system.spaces + system + self._after_system_text
            ids = self._before_system + self.text(words, continued=self._system.continued) + self._after_system
        return ids + self.image_placeholders(int(visual_tokens > 0), visual_tokens)

    def answer(self, text: str) -> list[int]:
        """Encode an answer that was not generated here."""
        return self.answer_words(self.frame.before_words + text)

    def answer_words(self, text: str) -> list[int]:
        """Encode an answer whose spaces before the first word are given."""
        return self.text(text, continued=self._answer.continued)

    def image_placeholders(self, count: int, visual_tokens: int) -> list[int]:
        """Return the placeholders of one question's pictures, with a newline between two pictures."""
        run = [self.config.image_token_id] * visual_tokens
        return [i for number in range(count) for i in (self._line("") if number else self._first_words("")) + run]

    def question(self, text: str, *, after_picture: bool = False) -> list[int]:
        """Encode a question with its query tokens, up to where the answer begins."""
        words = self._line(text) if after_picture else self._first_words(text)
        return words + [self.config.query_token_id] * self.config.num_query_tokens + self._before_answer

    def question_about(self, text: str, images: int, visual_tokens: int) -> list[int]:
        """Encode a question after the placeholders of its pictures."""
        return self.image_placeholders(images, visual_tokens) + self.question(text, after_picture=images > 0)

    def followed(self, prompt: Sequence[int], answer: Sequence[int]) -> list[int]:
        """Return a prompt and its answer as ids that the next question follows."""
        return [*self.as_history(prompt), *answer, *self._between]

    def as_history(self, prompt: Sequence[int]) -> list[int]:
        """Return a prompt up to an answer as it is in the history: other ids in models that think."""
        return [*prompt[: len(prompt) - len(self._before_answer)], *self._history]

    def between_turns(self) -> list[int]:
        """Return the ids between an answer and the next question."""
        return [*self._between]

    def _first_words(self, text: str) -> list[int]:
        return self.text(self._question.spaces + text, continued=self._question.continued)

    def _line(self, text: str) -> list[int]:
        return self.text("\n" + text, continued=self._pictured.continued)


def chat_template(config: PromptLayout) -> str:
    """Return the Jinja template for a model with this frame, this system text and this number of query tokens."""
    source = resources.files("flashsloth.processing").joinpath("chat_template.jinja").read_text(encoding="utf-8")
    frame = ChatFrame.from_dict(config.chat_frame)
    texts = {
        **frame.to_dict(),
        "system": config.system_prompt,
        "history": frame.history,
        "before_words": frame.before_words,
        "queries": QUERY_TOKEN * config.num_query_tokens,
    }
    return re.sub("@([a-z_]+)@", lambda name: json.dumps(texts[name[1]], ensure_ascii=False), source)
