"""Conversations about pictures. The KV cache is kept from turn to turn. Uses no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`conversation.py` has pictures and turns, `chat.py` asks, `prompt_ids.py` makes what the model reads,
`local_model.py` opens a model and computes the answers (`server/remote_chat.py` lets a server compute
them), `answer.py` has the streamed answer.

Importing this package loads no torch: the names that need it are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.chat.answer import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, Answer, question_warnings
from flashsloth.chat.chat import Chat
from flashsloth.chat.chat_model import ChatModel
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
    "question_warnings",
]

__getattr__ = lazy_names(__name__, {"local_model": ("FlashSloth", "open_model")})
