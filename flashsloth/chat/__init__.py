"""Conversations: questions in, answers out, each turn's keys and values kept for the next. Knows no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`opened.py` opens a model, `chat.py` holds a conversation, `answer.py` one answer of it, `turns.py` what was said.
"""

from flashsloth.chat.answer import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, Answer, question_warnings
from flashsloth.chat.conversation import LONGEST_TOKEN, Chat, ImageOptions, Overflow
from flashsloth.chat.loaded_model import FlashSloth, open_model
from flashsloth.chat.turns import Dropped, SamplingOverrides, Turn

__all__ = [
    "LONGEST_TOKEN",
    "NOT_TRAINED_HD",
    "NO_PICTURE",
    "ONE_PICTURE",
    "Answer",
    "Chat",
    "Dropped",
    "FlashSloth",
    "ImageOptions",
    "Overflow",
    "SamplingOverrides",
    "Turn",
    "open_model",
    "question_warnings",
]
