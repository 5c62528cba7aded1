"""The picture on the clipboard, as encoded bytes."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys

from flashsloth.errors import ImageUnreadable

READERS = (  # on X11 and Wayland a program of the desktop gives it out
    ("wl-paste", "--type", "image"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
)


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
