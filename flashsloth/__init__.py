"""FlashSloth: talk with a picture on your own machine.

    import flashsloth

    chat = flashsloth.open("nano").chat("photo.jpg")
    for piece in chat.ask("What is this?"):
        print(piece, end="", flush=True)

Importing this package does not import torch. Only the errors are imported at once; all other names are
imported when they are first used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flashsloth.errors import (
    CheckpointError,
    ContextTooLong,
    FlashSlothError,
    ImageError,
    InputError,
    ModelError,
    ResourceError,
)
from flashsloth.utils.lazy_names import lazy_names

__version__ = "0.1.0"

if TYPE_CHECKING:
    from flashsloth.chat import Answer, Chat, FlashSloth, Turn
    from flashsloth.chat import open_model as open
    from flashsloth.checkpoints.compose import compose
    from flashsloth.generation.answer_record import Finished, GenerationStats, Token
    from flashsloth.hf.config import FlashSlothConfig
    from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, FlashSlothModel
    from flashsloth.hf.processor import FlashSlothProcessor
    from flashsloth.images.reader import LoadedImage, load_image

__all__ = [
    "Answer",
    "Chat",
    "CheckpointError",
    "ContextTooLong",
    "Finished",
    "FlashSloth",
    "FlashSlothConfig",
    "FlashSlothError",
    "FlashSlothForConditionalGeneration",
    "FlashSlothModel",
    "FlashSlothProcessor",
    "GenerationStats",
    "ImageError",
    "InputError",
    "LoadedImage",
    "ModelError",
    "ResourceError",
    "Token",
    "Turn",
    "__version__",
    "compose",
    "load_image",
    "open",
]

# huggingface_hub reads this variable when it is first imported
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


__getattr__ = lazy_names(
    __name__,
    {
        "chat": ("Answer", "Chat", "FlashSloth", "Turn", "open_model as open"),
        "checkpoints.compose": ("compose",),
        "hf.config": ("FlashSlothConfig",),
        "generation.answer_record": ("Finished", "GenerationStats", "Token"),
        "images.reader": ("LoadedImage", "load_image"),
        "hf.modeling": ("FlashSlothForConditionalGeneration", "FlashSlothModel"),
        "hf.processor": ("FlashSlothProcessor",),
    },
)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
