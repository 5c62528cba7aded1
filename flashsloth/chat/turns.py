"""The turns of a conversation, and requests for new answers. Uses no model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypedDict

from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.events import FinishReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flashsloth.images.reader import LoadedImage


class AnswerOptions(TypedDict, total=False):
    """Arguments of `Chat.ask`. None for a setting of sampling is the one in the model's files, else greedy."""

    max_tokens: int
    stop: Sequence[str]
    schema: Any
    regex: str | None
    schema_in_prompt: bool
    choices: Sequence[str]
    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    repetition_penalty: float | None
    seed: int | None


@dataclass(frozen=True, slots=True)
class DroppedImage:
    """A picture that was removed from the conversation after a turn had shown it. `index` counts the pictures of that
    turn, `since` is the index of the first turn that did not see it. `image` is None in a restored conversation."""

    index: int
    since: int
    sha256: str
    image: LoadedImage | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer: the text, its token ids, and why it ended. `images` counts the pictures first shown
    with it; None if unknown. `dropped` are those of them that were removed since."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None
    dropped: tuple[DroppedImage, ...] = ()

    @property
    def visible_images(self) -> int:
        """The number of its pictures that are still in the conversation."""
        return (self.images or 0) - len(self.dropped)

    def without_image(self, number: int, image: LoadedImage, since: int) -> Turn:
        """Return this turn with one of its visible pictures dropped. The first is number 0."""
        dropped = {each.index for each in self.dropped}
        index = [index for index in range(self.images or 0) if index not in dropped][number]
        return replace(self, dropped=(*self.dropped, DroppedImage(index, since, image.sha256, image)))

    def with_drops_before(self, turn: int) -> Turn:
        """Return this turn with all drops dated before the turn of this index, at the latest."""
        if all(each.since <= turn for each in self.dropped):
            return self
        return replace(self, dropped=tuple(replace(each, since=min(each.since, turn)) for each in self.dropped))


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A question as the model reads it, and how to answer it. `continued` is the turn whose answer is continued, if
    any. With `replaces_last` the new turn takes the place of the last one."""

    question: str
    settings: AnswerSettings
    continued: Turn | None = None
    replaces_last: bool = False
    choices: ChoiceQuestion | None = None  # those of the settings, with the question that they answer
