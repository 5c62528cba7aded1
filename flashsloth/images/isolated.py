"""Decode a picture, in a child process for formats whose decoder can be made to take minutes and all memory.

What OpenJPEG spends on a JPEG 2000 is decided by its tiles, precincts and code blocks: 255x255 pixels can take 770 MB.
Run as a module this file is the child: a line of JSON and the encoded bytes on stdin, a line of JSON and RGB bytes on
stdout. A process that has limits already, as those of the server that read pictures, needs no child.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from flashsloth.errors import FlashSlothError, ImageTooLarge, error_with_code
from flashsloth.images import decoder
from flashsloth.utils import system

FORMATS = ("JPEG2000",)
CPU_SECONDS = 30  # not limited on Windows
WALL_SECONDS = 60.0
MEMORY_BYTES = 3 << 30  # of address space; decoding may take `max_bytes` of it


def decode(data: bytes, kind: str, label: str, **options: Any) -> decoder.Decoded:
    """Decode as `decoder.decode` does; arguments and errors are the same."""
    if kind not in FORMATS or system.is_limited():
        return decoder.decode(data, kind, label, **options)
    import subprocess

    from PIL import Image

    command = [sys.executable, "-P", "-m", "flashsloth.images.isolated"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    request = json.dumps({"kind": kind, "label": label, **options}).encode() + b"\n" + data
    limits = f"{CPU_SECONDS} s or {MEMORY_BYTES >> 30} GB to decode"
    try:
        done = subprocess.run(command, input=request, env=environment, capture_output=True, timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ImageTooLarge(f"{label} takes more than {WALL_SECONDS:g} s to decode") from error
    head, _, pixels = done.stdout.partition(b"\n")
    if done.returncode or not head:  # ended by a limit, or by a fault of the decoder
        raise ImageTooLarge(f"{label} takes more than {limits}")
    reply = json.loads(head)
    if "error" in reply:
        raise error_with_code(**reply["error"])
    image = Image.frombytes("RGB", tuple(reply["decoded"]), pixels)
    return decoder.Decoded(image, tuple(reply["size"]), reply["turned"], reply["details"], 1)


def _main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps the output of libraries off the reply
    system.limit_process(CPU_SECONDS, MEMORY_BYTES)
    options = json.loads(sys.stdin.buffer.readline())
    try:
        made = decoder.decode(sys.stdin.buffer.read(), **options)
    except FlashSlothError as error:
        failed = {"code": error.code, "message": str(error), "hint": error.hint}
        replies.write(json.dumps({"error": failed}).encode() + b"\n")
    else:
        reply = {"decoded": made.image.size, "size": made.size, "turned": made.turned, "details": made.details}
        replies.write(json.dumps(reply).encode() + b"\n" + made.image.tobytes())
    replies.flush()


if __name__ == "__main__":
    _main()
