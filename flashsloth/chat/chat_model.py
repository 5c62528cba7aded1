"""The interface of an opened model for conversations. Either this process or a server has the model
open. This module loads no torch."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.chat.conversation import Conversation, GenerationRequest
from flashsloth.generation.answer_record import AnswerRecord, Token
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.sizes.model_sizes import PictureScale

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.explanation import Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """How a model was opened, and the properties of the model that a conversation needs. A foreign
    server (a server of another program) does not report most of these fields. The unknown fields are
    then None, and a picture has 0 visual tokens."""

    name: str  # the name or folder with which the model was opened, or its name at a foreign server
    load_ms: float  # milliseconds that opening the model took
    repo: str | None = None
    revision: str | None = None
    folder: str | None = None
    adapter: str | None = None  # the folder of the adapter
    quant: str | None = None
    dtype: str | None = None
    device: str | None = None
    # The default sampling settings from the model's files.
    generation_defaults: Mapping[str, Any] = field(default_factory=dict)
    system_prompt: str = ""
    # the maximum number of positions, including visual and query tokens
    context_length: int | None = None
    image_hd: bool = False
    # number of a picture's visual tokens in one tile, and in five tiles
    visual_tokens: Sequence[int] = (0, 0)
    # how pictures are scaled to squares; None if they are prepared from their full size
    picture_scale: PictureScale | None = None
    tile_side: int | None = None  # the side in pixels of one tile
    max_side: int | None = None  # the longest side to which pictures are reduced; None for no limit
    choice_temperature: float = 1.0
    schema_in_prompt: bool = True
    # A digest of the recipe that says which visual tokens are left out, or None without a recipe.
    reduction: str | None = None

    def scale_of(self, *, hd: bool) -> PictureScale | None:
        """Return how a picture is scaled; None if that depends on the picture or is unknown."""
        if self.picture_scale is not None or hd or not self.visual_tokens[0]:
            return self.picture_scale
        return PictureScale(self.tile_side or 0, 1, "square", max_side=self.max_side)

    def published(self) -> dict[str, Any]:
        """Return the facts that a server may publish, without the folders of its machine."""
        adapter = self.adapter and os.path.basename(os.path.abspath(self.adapter))
        facts = {**asdict(self), "adapter": adapter}
        del facts["name"], facts["folder"]
        return facts


class ChatModel(Protocol):
    """A model that this process has open (`FlashSloth`), or that a server has open (`RemoteModel`)."""

    @property
    def facts(self) -> ModelFacts: ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""

    @property
    def server(self) -> str | None:
        """The address of the server that has the model open; None if this process has it open."""

    @property
    def warning(self) -> str | None:
        """A warning about the model that users should see once; None if there is no warning."""

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""

    def tiles(self, image: Image.Image, *, hd: bool) -> list[Image.Image]:
        """Return the parts of a picture as the model sees them, in their order. Raises: OptionError for
        a server, which does not report them."""


class ChatBackend(Protocol):
    """Computes the answers of one conversation. Each call gets the conversation as an argument, because
    the backend must not refer to its conversation. If both referred to each other, a conversation that
    a program drops would not be freed at once."""

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation so far, in tokens."""

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures and compute the prompt up to the next question. Raises: ContextTooLong,
        OutOfMemory."""

    def choose(
        self, conversation: Conversation, questions: Sequence[ChoiceQuestion]
    ) -> list[list[float]]:
        """Return the probabilities of the choices for several questions. Each question is treated as if
        it were the next one. Raises: ContextTooLong, OutOfMemory, OptionError."""

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        """Yield each token as soon as it is computed. Text that was held back until the end, such as
        the beginning of a stop text, is in `record.rest`. If the `overflow` of the conversation is
        "drop-oldest", the oldest turns are dropped from the prompt until the question fits."""

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Return where the model looked for the answer of the turn with this index. The turn must see
        a picture."""
