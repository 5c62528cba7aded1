"""A conversation whose prompts are encoded in this process. Computes no answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from flashsloth.chat.base_chat import BaseChat, ConversationModel, ImageOptions, Overflow
from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.context import check_characters, check_length
from flashsloth.processing.prompt import PromptEncoder

MIN_ANSWER = 64  # tokens; with less room for the answer, old turns are dropped


class PromptModel(ConversationModel, Protocol):
    """The parts of a model that prompts need."""

    @property
    def config(self) -> FlashSlothConfig: ...
    @property
    def prompt(self) -> PromptEncoder: ...
    @property
    def context_length(self) -> int: ...


class PromptChat(BaseChat):
    """A conversation with the token ids of its prompts.

    The visual tokens of a picture come before the question that it was first shown with.
    """

    model: PromptModel

    def __init__(self, model: PromptModel, system: str, hd: bool, image_options: ImageOptions | None = None) -> None:
        super().__init__(model, system, hd, image_options)

    def restore(self, images: Iterable[Any], turns: Sequence[Turn], overflow: Overflow) -> None:
        """Add the pictures and the turns of a conversation, those without token ids encoded from their text."""
        super().restore(images, turns, overflow)
        self.turns = [self._with_ids(turn) for turn in self.turns]

    def _with_ids(self, turn: Turn) -> Turn:
        """Return the turn with token ids. Ids that no answer can have are replaced by those of the text."""
        config = self.model.config
        placeholders, size = (config.image_token_id, config.query_token_id), config.text_config.vocab_size
        valid = all(0 <= token < size and token not in placeholders for token in turn.token_ids)
        if valid and (turn.token_ids or not turn.answer):
            return turn
        return replace(turn, token_ids=tuple(self.model.prompt.answer(turn.answer)))

    @property
    def context_used(self) -> int:
        """The length of the conversation so far, in tokens."""
        return len(self._ids())

    def prompt_so_far(self) -> tuple[list[int], range]:
        """Return the ids before the next question and the indices of the pictures in them."""
        return self._ids(), self._visible()

    def prompt_of(self, request: GenerationRequest) -> tuple[list[int], range]:
        """Return the ids of a request's prompt and the indices of the pictures in it. Raises: ContextTooLong."""
        limit = self.model.context_length
        check_characters(len(request.question) + len(self.system), limit)
        ids = self._request_ids(request)
        check_length(ids, limit, self.model.config.image_token_id)
        return ids, self._visible(*self._context_of(request))

    def make_room(self, request: GenerationRequest) -> bool:
        """With overflow "drop-oldest", drop turns from the prompt until the question fits. Return whether any were."""
        if self.overflow == "error":
            return False
        check_characters(len(request.question) + len(self.system), self.model.context_length)
        before, limit = self.forgotten, self.model.context_length
        droppable = len(self.turns) - (1 if request.replaces_last else 0)
        room = min(MIN_ANSWER, request.max_tokens)
        while (length := len(self._request_ids(request))) + room > limit and self.forgotten < droppable:
            self.forgotten += 1
        if length + 1 > limit:  # the question alone is too long: dropping turns does not help
            self.forgotten = before
        return self.forgotten > before

    def _request_ids(self, request: GenerationRequest) -> list[int]:
        """Return the whole prompt of a request."""
        ids = self._ids(request.question, *self._context_of(request))
        return ids + list(request.continued.token_ids) if request.continued else ids

    def _ids(self, question: str | None = None, count: int | None = None, new_images: int | None = None) -> list[int]:
        """Return the ids of the conversation, or of its first `count` turns, then those of the new pictures and of the
        question, if any. Answers keep the ids they were generated as, and each is closed by `</s>`."""
        prompt, visual_tokens = self.model.prompt, self.model.config.visual_tokens(self.hd)
        turns = self.turns[self.forgotten : count]
        new_images = self._pending_images(count) if new_images is None else new_images
        counts = [*(turn.visible_images for turn in turns), new_images]
        counts[0] += len(self._visible(count, new_images)) - sum(counts)  # the picture of a dropped turn, if any
        parts = [(turn.question, count, turn.token_ids) for turn, count in zip(turns, counts, strict=False)]
        if question is None:
            ids = prompt.conversation(self.system, parts, visual_tokens)
            return ids + prompt.image_placeholders(counts[-1], visual_tokens)
        return prompt.conversation(self.system, [*parts, (question, counts[-1], None)], visual_tokens)
