"""The clipboard: the picture on it, as encoded bytes, and text onto it."""

from __future__ import annotations

import base64
import io
import os
import shutil
import subprocess
import sys
from contextlib import suppress

from flashsloth.errors import ImageUnreadable, OptionError
from flashsloth_cli.terminal import streams

READERS = (  # on X11 and Wayland a program of the desktop gives it out
    ("wl-paste", "--type", "image"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
)
WRITERS = (
    ("pbcopy",),
    ("wl-copy",),
    ("xclip", "-selection", "clipboard", "-in"),
    ("clip.exe",),
)


def write(text: str) -> str:
    """Put text on the clipboard; how, for a message, where that is not certain to have worked.

    Raises: OptionError where there is no way to it.
    """
    for command in WRITERS:
        if shutil.which(command[0]) and (command[0] != "xclip" or os.environ.get("DISPLAY")):
            data = text.encode("utf-16" if command[0] == "clip.exe" else "utf-8")
            nowhere = subprocess.DEVNULL
            with suppress(subprocess.TimeoutExpired):
                done = subprocess.run(command, input=data, stdout=nowhere, stderr=nowhere, check=False, timeout=5)
                if done.returncode == 0:
                    return ""
    if not streams.wants_styling(sys.stderr):
        raise OptionError("the clipboard cannot be written here", hint="Install wl-clipboard (Wayland) or xclip (X11).")
    code = base64.b64encode(text.encode()).decode()
    streams.write_stderr(f"\x1b]52;c;{code}\x07", end="")
    return ", if this terminal lets programs write to it"


def read() -> bytes:
    """Raises: ImageUnreadable if there is no picture, or no way to it."""
    data = _grab() if sys.platform in ("darwin", "win32") else _run_reader()
    if not data:
        raise ImageUnreadable("the clipboard holds no picture", hint="Copy a picture first, or give a path.")
    return data


def _run_reader() -> bytes:
    found = [command for command in READERS if shutil.which(command[0])]
    if not found:
        raise ImageUnreadable(
            "the clipboard cannot be read here", hint="Install wl-clipboard (Wayland) or xclip (X11)."
        )
    outputs = (subprocess.run(command, capture_output=True, check=False) for command in found)
    return next((done.stdout for done in outputs if done.returncode == 0 and done.stdout), b"")


def _grab() -> bytes:
    from PIL import Image, ImageGrab

    picture = ImageGrab.grabclipboard()
    if not isinstance(picture, Image.Image):
        return b""
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()
