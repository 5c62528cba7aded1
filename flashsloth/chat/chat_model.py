"""What a conversation needs of an opened model, so that conversations and models do not import each other."""

from __future__ import annotations

from typing import Protocol

from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.engine import Engine
from flashsloth.processing.prompt import PromptEncoder


class ChatModel(Protocol):
    """An opened model: `FlashSloth` is one."""

    engine: Engine
    prompt: PromptEncoder
    loaded: LoadedModel

    @property
    def config(self) -> FlashSlothConfig: ...

    @property
    def name(self) -> str:
        """The name it was opened by."""
        ...
