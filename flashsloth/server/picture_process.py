"""Read the pictures of requests, as a child process of a server: it may be killed at any moment and has
a limit on memory. It loads neither torch nor transformers.

When it has started, it writes a line of JSON. For each picture it reads a line of JSON and a URL of so
many bytes from stdin, and writes a line of JSON and then the squares that the model reads, as RGB
bytes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import IO, Any

from PIL import Image

from flashsloth.errors import FlashSlothError, ImageError, ImageTooLarge
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import squares
from flashsloth.sizes.picture_scale import PictureScale
from flashsloth.utils import system

MEMORY_BYTES = 1 << 30  # of address space; not limited on Windows
# that a picture may take by estimate: 48 megapixels, a WebP of 29; JPEGs are larger
DECODE_BYTES = 512 << 20
NICE = 10  # running answers get the processor first


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps the output of libraries off the replies
    # also sent to a whole group; the server finishes what runs
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    system.limit_process(None, MEMORY_BYTES)
    replies.write(b'{"bytes": 0}\n')  # it has started
    replies.flush()
    while line := sys.stdin.buffer.readline():
        answer(replies, sys.stdin.buffer, **json.loads(line))


def answer(
    replies: IO[bytes],
    urls: IO[bytes],
    *,
    length: int,
    name: str,
    scale: dict[str, Any],
    hd: bool,
    page: int | None,
) -> None:
    """Read a picture and write the reply. `scale`: the fields of PictureScale. `page`: the one to read
    of several."""
    url = urls.read(length).decode()
    parts = list[Image.Image]()
    try:
        try:
            loaded = read_image(url, name=name, max_bytes=DECODE_BYTES, page=page)
            parts = squares(loaded.image, PictureScale(**scale), hd=hd)
        except MemoryError as error:
            raise ImageTooLarge(f"{name} takes too much memory to decode") from error
    except FlashSlothError as error:
        known = error if isinstance(error, ImageError) else ImageTooLarge(str(error), hint=error.hint)
        reply: dict[str, Any] = {
            "error": {"code": known.code, "message": str(known), "hint": known.hint}
        }
    else:
        reply = {
            "size": (loaded.width, loaded.height),
            "warnings": loaded.warnings,
            "pages": loaded.pages,
        }
    data = b"".join(part.tobytes() for part in parts)
    replies.write(json.dumps({"bytes": len(data), **reply}).encode() + b"\n" + data)
    replies.flush()


if __name__ == "__main__":
    main()
