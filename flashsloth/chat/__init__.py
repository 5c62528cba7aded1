"""Conversations about pictures. The KV cache is kept from turn to turn. Knows no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`loaded_model.py` opens a model, `conversation.py` has the conversation and generates, `answer.py` the streamed answer,
`turns.py` questions and answers so far.
"""

from flashsloth.chat.answer import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, Answer, question_warnings
from flashsloth.chat.chat_model import ChatModel
from flashsloth.chat.conversation import Chat, ImageOptions, Overflow
from flashsloth.chat.loaded_model import FlashSloth, open_model
from flashsloth.chat.turns import DroppedImage, SamplingOverrides, Turn

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
    "SamplingOverrides",
    "Turn",
    "open_model",
    "question_warnings",
]
