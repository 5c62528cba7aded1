"""What a conversation needs of an opened model, in this process or another one. Loads no torch."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.chat.conversation import Conversation, GenerationRequest
from flashsloth.generation.answer_record import AnswerRecord, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.sizes.picture_scale import PictureScale

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """How a model is open, and what a conversation with it must know, in any process. What is None, and
    a picture of 0 tokens, a foreign server does not tell."""

    name: str  # or folder, with which the model was opened; the name that a foreign server gives it
    load_ms: float  # milliseconds that opening it took
    repo: str | None = None
    revision: str | None = None
    folder: str | None = None
    adapter: str | None = None  # its folder
    quant: str | None = None
    dtype: str | None = None
    device: str | None = None
    # the sampling settings in the model's files
    generation_defaults: Mapping[str, Any] = field(default_factory=dict)
    system_prompt: str = ""
    context_length: int | None = (
        None  # the maximum number of positions, including visual and query tokens
    )
    image_hd: bool = False
    visual_tokens: Sequence[int] = (0, 0)  # of a picture: as one tile, and in tiles
    picture_scale: PictureScale | None = None
    choice_temperature: float = 1.0
    schema_in_prompt: bool = True
    reduction: str | None = (
        None  # a digest of the recipe by which visual tokens are left out, if there is one
    )

    def told(self) -> dict[str, Any]:
        """Return what a server says of its model: nothing about the folders of its machine."""
        facts = asdict(self) | {
            "adapter": self.adapter and os.path.basename(os.path.abspath(self.adapter))
        }
        del facts["name"], facts["folder"]
        return facts

    def complete(self, settings: AnswerSettings) -> AnswerSettings:
        """Return settings with the model's own in place of None, but for its temperature: greedy
        ones."""
        greedy = {**self.generation_defaults, "temperature": 0.0}
        return settings.completed(
            self.system_prompt, self.image_hd, greedy, schema_in_prompt=self.schema_in_prompt
        )


class ChatModel(Protocol):
    """A model that is open here (`FlashSloth`) or that a server has open (`RemoteModel`)."""

    @property
    def facts(self) -> ModelFacts: ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""

    @property
    def server(self) -> str | None:
        """The address of the server that has the model open, if one has."""

    @property
    def warning(self) -> str | None:
        """What a user should be told of the model, once; None if there is nothing."""

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""


class ChatBackend(Protocol):
    """Computes the answers of one conversation, which it is given with each call: they do not refer to
    each other."""

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation so far, in tokens."""

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures and compute everything before the next question. Raises: ContextTooLong,
        OutOfMemory."""

    def choose(
        self, conversation: Conversation, questions: Sequence[ChoiceQuestion]
    ) -> list[list[float]]:
        """Return the probabilities of the choices for questions that could follow. Raises:
        ContextTooLong, OutOfMemory, OptionError."""

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        """Yield each token as it is computed; the text after the last one is `record.rest`. With
        overflow "drop-oldest" drop turns from the prompt first, until the question fits."""

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Return where the model looked for the answer of the turn of this index, which sees a
        picture."""
