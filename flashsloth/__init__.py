"""FlashSloth: talk with a picture on your own machine.

    import flashsloth

    chat = flashsloth.open("nano").chat("photo.jpg")
    for piece in chat.ask("What is this?"):
        print(piece, end="", flush=True)

Importing this package does not load torch: each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from flashsloth.chat import Answer, Chat, FlashSloth, Turn
    from flashsloth.chat import open_model as open
    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.errors import (
        CheckpointError,
        ContextTooLong,
        FlashSlothError,
        ImageError,
        InputError,
        ModelError,
        ResourceError,
    )
    from flashsloth.generation.events import Finished, GenerationStats, Token
    from flashsloth.images.reader import LoadedImage, load_image
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration, FlashSlothModel
    from flashsloth.processing.processor import FlashSlothProcessor

_MODULES = {
    "open": "chat:open_model",
    "FlashSloth": "chat",
    "Chat": "chat",
    "Answer": "chat",
    "Turn": "chat",
    "load_image": "images.reader",
    "LoadedImage": "images.reader",
    "Token": "generation.events",
    "Finished": "generation.events",
    "GenerationStats": "generation.events",
    "FlashSlothConfig": "config.model_config",
    "FlashSlothModel": "model.modeling",
    "FlashSlothForConditionalGeneration": "model.modeling",
    "FlashSlothProcessor": "processing.processor",
    "FlashSlothError": "errors",
    "InputError": "errors",
    "ImageError": "errors",
    "ContextTooLong": "errors",
    "ModelError": "errors",
    "CheckpointError": "errors",
    "ResourceError": "errors",
}

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
    "load_image",
    "open",
]

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read by huggingface_hub when it is first imported


def __getattr__(name: str) -> Any:
    source = _MODULES.get(name)
    if source is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = source.partition(":")
    if module != "errors":
        from flashsloth.utils.atomic_write import check_current_folder

        check_current_folder()
    value = getattr(importlib.import_module(f"{__name__}.{module}"), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
