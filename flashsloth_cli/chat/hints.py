"""Hints of errors, worded for somebody inside a conversation: commands of the conversation instead of a shell's."""

from __future__ import annotations

import re

from flashsloth.errors import FlashSlothError

FOR_SHELLS = re.compile(r"(?<![\w-])--[a-z]|\bflashsloth [a-z]")  # an option, or a command of the program
INSIDE = {  # by the code of an error that brings only the hint of its class
    "image_not_found": "Check the path; after /image the Tab key completes it.",
    "image_truncated": "Fetch the file again, or begin with chat --allow-truncated to accept what is there.",
    "image_too_large": "Scale the picture down first; the model looks at 384 pixels a side, or 768 with five tiles.",
    "image_address_refused": "If you mean a server on this machine, begin with chat --allow-local.",
    "session_not_found": "/load lists them.",
    "context_too_long": "Ask a shorter question; /undo takes the last turn back, /new begins again.",
    "out_of_memory": "Close other programs, or begin with chat --quant int4.",
}


def hint(error: FlashSlothError) -> str:
    """Return an error's hint for a conversation. One that only a shell can follow says so."""
    if error.hint == type(error).hint and error.code in INSIDE:
        return INSIDE[error.code]
    if FOR_SHELLS.search(error.hint) and "in the shell" not in error.hint.lower():
        return f"In the shell: {error.hint}"
    return error.hint
