"""Hints of errors for a conversation: its commands instead of options of the shell."""

from __future__ import annotations

import re

from flashsloth.errors import FlashSlothError

FOR_SHELLS = re.compile(r"(?<![\w-])--[a-z]|\bflashsloth [a-z]")  # an option, or a command of the program
IN_CHAT = {  # for errors that have no hint of their own, only that of their class
    "image_not_found": "Check the path; after /image the Tab key completes it.",
    "image_truncated": "Download the file again, or start chat with --allow-truncated to use what is there.",
    "image_too_large": "Scale the picture down first: the model sees 384 pixels a side, or 768 with five tiles.",
    "image_address_refused": "If it is a server on this machine, start chat with --allow-local.",
    "session_not_found": "/load lists the conversations.",
    "context_too_long": "Ask a shorter question, remove the last turn with /undo, or start again with /new.",
    "out_of_memory": "Close other programs, or start chat with --quant int4.",
}


def hint(error: FlashSlothError) -> str:
    """Return an error's hint for a conversation, marked if it needs a shell."""
    if error.hint == type(error).hint and error.code in IN_CHAT:
        return IN_CHAT[error.code]
    if FOR_SHELLS.search(error.hint) and "in the shell" not in error.hint.lower():
        return f"In the shell: {error.hint}"
    return error.hint
