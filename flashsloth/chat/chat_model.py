"""The interface of an opened model to its conversations, so that the two do not import each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.processing.prompt import PromptEncoder

if TYPE_CHECKING:
    from flashsloth.processing.image_processor import Pixels


class ChatModel(Protocol):
    """An opened model, implemented by `FlashSloth`."""

    engine: Engine
    prompt: PromptEncoder
    loaded: LoadedModel

    @property
    def config(self) -> FlashSlothConfig: ...

    def encode_image(self, pixels: Pixels) -> EncodedImage:
        """Encode one image, (3, S, S) or (tiles, 3, S, S), or return it from the cache of encoded images."""
        ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""
        ...
