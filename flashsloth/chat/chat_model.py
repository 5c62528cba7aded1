"""What a conversation needs of an opened model, in this process or another one. Loads no torch."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.chat.conversation import Conversation
from flashsloth.chat.turns import GenerationRequest
from flashsloth.config.picture_scale import PictureScale
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.events import Event

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation


class ConversationConfig(Protocol):
    """The fields of FlashSlothConfig that every conversation needs."""

    @property
    def image_hd(self) -> bool: ...
    @property
    def picture_scale(self) -> PictureScale: ...
    @property
    def choice_temperature(self) -> float: ...
    def visual_tokens(self, hd: bool) -> int: ...


class Source(Protocol):
    """Where a model comes from, see ModelSource."""

    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def repo(self) -> str | None: ...
    @property
    def revision(self) -> str | None: ...


class Loaded(Protocol):
    """How a model is open, see LoadedModel."""

    @property
    def source(self) -> Source: ...
    @property
    def adapter(self) -> str | None: ...
    @property
    def quant(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def load_ms(self) -> float: ...


class ChatModel(Protocol):
    """A model that is open here (`FlashSloth`) or that a server has open (`RemoteModel`)."""

    @property
    def config(self) -> ConversationConfig: ...
    @property
    def generation_defaults(self) -> Mapping[str, Any]: ...
    @property
    def loaded(self) -> Loaded: ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""
        ...

    @property
    def server(self) -> str | None:
        """The address of the server that has the model open, if one has."""
        ...

    @property
    def warning(self) -> str | None:
        """What a user should be told of the model, once; None if there is nothing."""
        ...

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""
        ...


class ChatBackend(Protocol):
    """Computes the answers of one conversation, which it is given with each call: they do not refer to each other."""

    def images_from_cache(self, conversation: Conversation) -> list[bool]:
        """Return for each picture that is encoded so far whether it was read from the cache of encoded images."""
        ...

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation so far, in tokens."""
        ...

    def make_room(self, conversation: Conversation, request: GenerationRequest) -> bool:
        """With overflow "drop-oldest", drop turns from the prompt until the question fits. Return whether any were."""
        ...

    def forget_image(self, index: int) -> None:
        """Free what was computed for a picture that is being removed."""
        ...

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures and compute everything before the next question. Raises: ContextTooLong, OutOfMemory."""
        ...

    def choose(self, conversation: Conversation, questions: Sequence[ChoiceQuestion]) -> list[list[float]]:
        """Return the probabilities of the choices for questions that could follow. Raises: ContextTooLong, OutOfMemory,
        OptionError."""
        ...

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished. Add the turn however the answer ends."""
        ...

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Return where the model looked for the answer of the turn of this index, which sees a picture."""
        ...
