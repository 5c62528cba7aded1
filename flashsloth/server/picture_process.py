"""Read the pictures of requests in a child process, which may be killed at any moment and has a limit on memory.

Run as a module this file is the child. For each picture it reads a line of JSON and a URL of so many bytes from stdin
and writes a line of JSON, then the squares that the model reads as RGB bytes. It needs neither torch nor transformers.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any

from PIL import Image

from flashsloth.errors import FlashSlothError, ImageError, ImageTooLarge, ServerError, error_with_code
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import squares
from flashsloth.utils import system

MEMORY_BYTES = 1 << 30  # of address space; not limited on Windows
DECODE_BYTES = 512 << 20  # that a picture may take by estimate: 48 megapixels, a WebP of 29; JPEGs are larger
RETIRING_PIXELS = 4_000_000  # after a larger picture a process ends: its memory would stay large
NICE = 10  # running answers get the processor first
MAX_LINE = 1 << 16


class PictureProcess:
    """A child process that reads pictures, one at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "flashsloth.server.picture_process"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self.is_usable = True

    def read(self, url: str, **options: Any) -> tuple[list[Image.Image], tuple[int, int], list[str]]:
        """Return the squares of the picture at a `data:` or http URL, its width and height in the file, and warnings.
        Options: name and those of `processing.resizing.squares`.

        Raises: ImageError; ServerError if the process ended.
        """
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        data = url.encode()
        try:
            self._child.stdin.write(json.dumps({**options, "length": len(data)}).encode() + b"\n")
            self._child.stdin.write(data)
            self._child.stdin.flush()
            reply = json.loads(self._child.stdout.readline(MAX_LINE))
            if "error" in reply:
                raise error_with_code(**reply["error"])
            side, count = int(reply["side"]), int(reply["count"])
            pixels = [self._child.stdout.read(3 * side * side) for _ in range(count)]
            self.is_usable = not reply["retires"]
            size = int(reply["width"]), int(reply["height"])
            return [Image.frombytes("RGB", (side, side), each) for each in pixels], size, list(reply["warnings"])
        except ImageError:
            raise
        except (OSError, ValueError, LookupError, TypeError, FlashSlothError) as error:
            self.kill()
            raise ServerError(f"{options['name']} cannot be read: its process ended", hint="Send it again.") from error

    @property
    def has_ended(self) -> bool:
        return self._child.poll() is not None

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.is_usable = False
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            with suppress(OSError):  # what was not sent
                if stream is not None:
                    stream.close()


def _main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps the output of libraries off the replies
    for each in (signal.SIGINT, signal.SIGTERM):  # also sent to a whole group; the server finishes what runs
        signal.signal(each, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    system.limit_process(None, MEMORY_BYTES)
    while line := sys.stdin.buffer.readline(MAX_LINE):
        if not _answer(replies, **json.loads(line)):
            return


def _answer(replies: IO[bytes], *, length: int, name: str, **options: Any) -> bool:
    """Read a picture and write the reply. Return False if the process shall end."""
    url = sys.stdin.buffer.read(length).decode()
    parts: list[Image.Image] = []
    try:
        try:
            loaded = read_image(url, name=name, max_bytes=DECODE_BYTES)
            parts = squares(loaded.image, **options)
        except MemoryError as error:
            raise ImageTooLarge(f"{name} takes too much memory to decode") from error
    except FlashSlothError as error:
        known = error if isinstance(error, ImageError) else ImageTooLarge(str(error), hint=error.hint)
        reply: dict[str, Any] = {"error": {"code": known.code, "message": str(known), "hint": known.hint}}
    else:
        pixels = loaded.width * loaded.height
        facts = {"width": loaded.width, "height": loaded.height, "warnings": loaded.warnings}
        reply = {"side": parts[0].width, "count": len(parts), **facts, "retires": pixels > RETIRING_PIXELS}
    replies.write(json.dumps(reply).encode() + b"\n")
    for part in parts:
        replies.write(part.tobytes())
    replies.flush()
    return not reply.get("retires")


if __name__ == "__main__":
    _main()
