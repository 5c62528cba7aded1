"""Render a page of a PDF in a child process.

A page is a program: two kilobytes of nested forms can draw for minutes and fill all memory. The child process has
limits on time and memory, and may crash without ending this one. Run as a script this file is the child: a PDF on
stdin, "width height\\n" and RGB bytes on stdout.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from flashsloth.utils import system

if TYPE_CHECKING:
    from PIL import Image

LONG_SIDE = 1500  # pixels, enough to read a printed page
CPU_SECONDS = 4  # not limited on Windows
WALL_SECONDS = 20.0
MEMORY_BYTES = 2 << 30


def render_page(data: bytes, number: int) -> tuple[Image.Image | None, int]:
    """Return a page on white, `LONG_SIDE` pixels wide or high, and the number of pages; None for a page that is not
    there. Raises: ValueError with the reason."""
    import subprocess

    from PIL import Image

    command = [sys.executable, "-P", __file__, str(number)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, input=data, env=environment, capture_output=True, timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"a page takes more than {WALL_SECONDS:g} s to draw") from error
    if done.returncode < 0:
        raise ValueError(f"a page takes more than {CPU_SECONDS} s or {MEMORY_BYTES >> 30} GB to draw")
    if done.returncode:  # a traceback, whose last line is "module.Error: reason"
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ValueError(last.partition(": ")[2] or last or f"status {done.returncode}")
    head, _, pixels = done.stdout.partition(b"\n")
    width, height, count = map(int, head.split())
    return Image.frombytes("RGB", (width, height), pixels) if width else None, count


def _main() -> None:
    out = os.dup(1)
    os.dup2(2, 1)  # keeps the output of libraries off the result
    system.limit_process(CPU_SECONDS, MEMORY_BYTES)
    import pypdfium2

    with pypdfium2.PdfDocument(sys.stdin.buffer.read()) as document:
        count, number = len(document), int(sys.argv[1])
        size, pixels = _render(document[number - 1]) if 1 <= number <= count else ((0, 0), b"")
    with open(out, "wb") as stream:
        stream.write(b"%d %d %d\n" % (*size, count))
        stream.write(pixels)


def _render(page: Any) -> tuple[tuple[int, int], bytes]:
    picture = page.render(scale=LONG_SIDE / max(*page.get_size(), 1)).to_pil().convert("RGB")
    return picture.size, picture.tobytes()


if __name__ == "__main__":
    _main()
