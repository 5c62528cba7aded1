"""Conversations about pictures. The KV cache is kept from turn to turn. Uses no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...

`conversation.py` has pictures and turns, `chat.py` asks, `prompt_ids.py` makes what the model reads, `loaded_model.py`
opens a model and computes the answers (`server/remote_chat.py` lets a server compute them), `answer.py` has the
streamed answer.

Importing this package loads no torch: the names that need it are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.chat.answer import NO_PICTURE as NO_PICTURE
from flashsloth.chat.answer import NOT_TRAINED_HD as NOT_TRAINED_HD
from flashsloth.chat.answer import ONE_PICTURE as ONE_PICTURE
from flashsloth.chat.answer import Answer as Answer
from flashsloth.chat.answer import question_warnings as question_warnings
from flashsloth.chat.chat import Chat as Chat
from flashsloth.chat.chat_model import ChatModel as ChatModel
from flashsloth.chat.conversation import DroppedImage as DroppedImage
from flashsloth.chat.conversation import ImageOptions as ImageOptions
from flashsloth.chat.conversation import Overflow as Overflow
from flashsloth.chat.conversation import Turn as Turn
from flashsloth.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from flashsloth.chat.loaded_model import FlashSloth as FlashSloth
    from flashsloth.chat.loaded_model import open_model as open_model

__getattr__ = lazy_names(__name__, {"loaded_model": ("FlashSloth", "open_model")})
