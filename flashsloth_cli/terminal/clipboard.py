"""Read a picture from the clipboard, and write text to it."""

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

READERS = (  # programs on Wayland and X11
    ("wl-paste", "--type", "image"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
)
WRITERS = (("pbcopy",), ("wl-copy",), ("xclip", "-selection", "clipboard", "-in"), ("clip.exe",))
INSTALL = "Install wl-clipboard (Wayland) or xclip (X11)."


def write(text: str) -> str:
    """Write text to the clipboard. Return "", or words to append to the message of success if it is not
    certain that the text was written.

    Raises: OptionError if neither a program nor the terminal can write to the clipboard.
    """
    for command in WRITERS:
        if shutil.which(command[0]) and (command[0] != "xclip" or os.environ.get("DISPLAY")):
            # clip.exe decodes its input with the code page of the system, except for UTF-16.
            data = text.encode("utf-16" if command[0] == "clip.exe" else "utf-8")
            with suppress(subprocess.SubprocessError):
                # xclip keeps running in the background. If its output were a pipe, `run` would wait.
                subprocess.run(
                    command,
                    input=data,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=True,
                    timeout=5,
                )
                return ""
    # Use the escape sequence OSC 52. It also works through ssh, but no terminal reports whether it
    # worked.
    if not streams.wants_styling(sys.stderr):
        raise OptionError("the clipboard cannot be written", hint=INSTALL)
    streams.write_stderr(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07", end="")
    return ", if this terminal allows that"


def read() -> bytes:
    """Return the encoded picture on the clipboard. Raises: ImageUnreadable if there is no picture, or
    if there is no program that reads the clipboard."""
    if sys.platform in ("darwin", "win32"):
        from PIL import Image, ImageGrab

        picture = ImageGrab.grabclipboard()
        file = io.BytesIO()
        if isinstance(picture, Image.Image):  # it may also be a list of paths
            picture.save(file, "PNG")
        data = file.getvalue()
    else:
        commands = [command for command in READERS if shutil.which(command[0])]
        if not commands:
            raise ImageUnreadable("the clipboard cannot be read", hint=INSTALL)
        # Both programs may be installed. The one that does not belong to this desktop fails.
        outputs = (subprocess.run(command, capture_output=True, check=False) for command in commands)
        data = next((done.stdout for done in outputs if done.returncode == 0 and done.stdout), b"")
    if not data:
        raise ImageUnreadable(
            "the clipboard holds no picture", hint="Copy a picture first, or use a path."
        )
    return data
