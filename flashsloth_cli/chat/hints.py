"""Hints of errors for a conversation: its commands instead of options of the shell."""

from __future__ import annotations

import re

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth_cli.config.settings import SAMPLING

FOR_SHELLS = re.compile(r"(?<![\w-])--[a-z]|\bflashsloth [a-z]")  # an option, or a command of the program
SETTABLE = (*SAMPLING, "max_tokens", "stop", "schema", "regex", "stats")  # by /set
IN_CHAT = {  # for errors that have no hint of their own, only that of their class
    "image_not_found": "Check the path; after /image the Tab key completes it.",
    "image_too_large": "Scale the picture down first: the model sees 384 pixels a side, or 768 with five tiles.",
    "image_address_refused": "If it is a server on this machine, start chat with --set allow_local=true.",
    "session_not_found": "/load lists the conversations.",
    "context_too_long": "Ask a shorter question, remove the last turn with /undo, or start again with /new.",
    "answer_incomplete": "Use /continue, allow more with /set max_tokens N, or bound the schema or the expression.",
    "out_of_memory": "Close other programs, or start chat with --quant int4.",
}


def message(error: FlashSlothError, line: str) -> str:
    """Return an error's message with `/set` in place of options that it can set. Those in the typed line stay."""
    return _for_chat(str(error), line) if isinstance(error, OptionError) else str(error)


def hint(error: FlashSlothError, line: str) -> str:
    """Return an error's hint for a conversation, marked if it needs a shell."""
    if error.hint == type(error).hint and error.code in IN_CHAT:
        return IN_CHAT[error.code]
    if error.hint.startswith("Did you mean"):
        return error.hint
    text = _for_chat(error.hint, line)
    if FOR_SHELLS.search(text) and "in the shell" not in text.lower():
        return f"In the shell: {text}"
    return text


def _for_chat(text: str, line: str) -> str:
    def command(option: re.Match[str]) -> str:
        remove, name = option[1], option[2].replace("-", "_")
        if name not in SETTABLE or f"--{option[2]}" in line:
            return option[0]
        return f"Use /set {name} default" if remove else f"/set {name}"

    return re.sub(r"(?<![\w-])(Remove )?--([a-z]+(?:-[a-z]+)*)", command, text)
