"""Conversations: questions in, answers out, each turn's keys and values kept for the next. Knows no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`loaded_model.py` opens a model, `conversation.py` holds a conversation and generates, `answer.py` is one answer of it,
`turns.py` what was asked and answered.
"""

from flashsloth.chat.answer import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, Answer, question_warnings
from flashsloth.chat.chat_model import ChatModel
from flashsloth.chat.conversation import LONGEST_TOKEN, Chat, ImageOptions, Overflow
from flashsloth.chat.loaded_model import FlashSloth, open_model
from flashsloth.chat.turns import DroppedImage, SamplingOverrides, Turn

__all__ = [
    "LONGEST_TOKEN",
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
