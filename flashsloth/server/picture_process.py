"""Child process of a server that reads the pictures of requests. It has a limit on memory and may be
killed at any moment. It loads neither torch nor transformers.

1. When it has started, it writes a line of JSON.
2. For each picture it reads two things from stdin: a line of JSON, which contains the length of the
   URL, and the URL itself.
3. It writes a line of JSON and the RGB bytes of the squares that the model reads, or of the picture in
   its full size.
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
from flashsloth.sizes.model_sizes import PictureScale
from flashsloth.utils import system

MEMORY_BYTES = 1 << 30  # limit on the address space of the process; Windows has no such limit
# The limit on the estimated memory that decoding a picture takes. It allows pictures of 48 megapixels.
# WebP files need more memory, so they may have only 29 megapixels; JPEG files may have more than 48.
DECODE_BYTES = 512 << 20
NICE = 10  # so that running answers get the processor first


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # text that libraries print must not get into the replies
    # Ctrl-C sends a signal to the whole process group. This process must not end then, because the
    # server still finishes its running answers.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    system.limit_process(None, MEMORY_BYTES)
    replies.write(b'{"bytes": 0}\n')  # tells the server that this process has started
    replies.flush()
    while line := sys.stdin.buffer.readline():
        answer(replies, sys.stdin.buffer, **json.loads(line))


def answer(
    replies: IO[bytes],
    urls: IO[bytes],
    *,
    length: int,
    name: str,
    scale: dict[str, Any] | None,
    ways: list[bool | None],
    page: int | None,
    hosts: list[str],
    crop: str | None,
) -> None:
    """Read a picture and write the reply.

    Args:
        replies: the file to which the reply is written.
        urls: the file from which the URL is read. The URL has `length` bytes.
        name: the name of the picture, for errors.
        scale: the fields of PictureScale; None to return the picture in its full size.
        ways: values of `hd`; the squares are returned for each of them.
        page: the page to read; None for the first.
        hosts: the hosts of URLs whose addresses need not be public.
        crop: the part of the picture to return, as X,Y,W,H.
    """
    url = urls.read(length).decode()
    parts = list[list[Image.Image]]()
    try:
        try:
            loaded = read_image(
                url, name=name, private_hosts=hosts, max_bytes=DECODE_BYTES, page=page, crop=crop
            )
            parts = [[loaded.image]]
            if scale is not None:
                parts = [squares(loaded.image, PictureScale(**scale), hd=hd) for hd in ways]
        except MemoryError as error:
            raise ImageTooLarge(f"{name} takes too much memory to decode") from error
    except FlashSlothError as error:
        # An error that is not about the picture, such as a lack of memory, becomes an error of this
        # picture too. As another error it would look like a failure of the server.
        known = error if isinstance(error, ImageError) else ImageTooLarge(str(error), hint=error.hint)
        reply: dict[str, Any] = {
            "error": {"code": known.code, "message": str(known), "hint": known.hint}
        }
    else:
        reply = {
            "size": (loaded.width, loaded.height),
            "parts": [[part.size for part in each] for each in parts],
            "warnings": loaded.warnings,
            "pages": loaded.pages,
        }
    data = b"".join(part.tobytes() for each in parts for part in each)
    replies.write(json.dumps({"bytes": len(data), **reply}).encode() + b"\n" + data)
    replies.flush()


if __name__ == "__main__":
    main()
