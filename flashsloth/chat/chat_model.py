"""The interface of an opened model to its conversations, so that the two do not import each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from flashsloth.chat.prompt_chat import PromptModel
from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.generation.engine import EncodedImage, Engine

if TYPE_CHECKING:
    from flashsloth.processing.image_processor import Pixels


class ChatModel(PromptModel, Protocol):
    """A model that is open in this process, implemented by `FlashSloth`."""

    engine: Engine
    loaded: LoadedModel

    def encode_image(self, pixels: Pixels) -> EncodedImage:
        """Encode one image, (3, S, S) or (tiles, 3, S, S), or return it from the cache of encoded images."""
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

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""
        ...
