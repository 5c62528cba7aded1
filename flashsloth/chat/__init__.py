"""Conversations about pictures. The KV cache of a conversation is kept from turn to turn.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`conversation.py` contains the pictures and the turns of a conversation, and `chat.py` the methods to
ask questions, and the class of an answer that is streamed. `prompt_ids.py` encodes the prompts, and
`local_model.py` opens a model and computes the answers. In `server/remote_chat.py` a server computes
the answers. `answerer.py` and `batched_answerer.py` ask many conversations, and `document.py` makes
the JSON document of an answer. This package uses no terminal.

Importing this package does not load torch, because the names that need torch are imported only when
they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.chat.chat import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, Answer, Chat, ChatModel
from flashsloth.chat.conversation import DroppedImage, ImageOptions, Overflow, Turn
from flashsloth.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from flashsloth.chat.local_model import FlashSloth, open_model

__all__ = [
    "NOT_TRAINED_HD",
    "NO_PICTURE",
    "ONE_PICTURE",
    "Answer",
    "Chat",
    "ChatModel",
    "DroppedImage",
    "FlashSloth",
    "ImageOptions",
    "Overflow",
    "Turn",
    "open_model",
]

__getattr__ = lazy_names(__name__, {"local_model": ("FlashSloth", "open_model")})
