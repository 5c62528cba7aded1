"""The interface of an opened model to its conversations, so that the two do not import each other."""

from __future__ import annotations

from typing import Protocol

from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.engine import Engine
from flashsloth.processing.prompt import PromptEncoder


class ChatModel(Protocol):
    """An opened model, implemented by `FlashSloth`."""

    engine: Engine
    prompt: PromptEncoder
    loaded: LoadedModel

    @property
    def config(self) -> FlashSlothConfig: ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""
        ...
