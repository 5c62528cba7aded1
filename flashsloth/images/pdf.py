"""Render a page of a PDF in a child process.

A page is a program: two kilobytes of nested forms can draw for minutes and fill all memory.
"""

from __future__ import annotations

import json
import sys

from PIL import Image

from flashsloth.utils import child, system
from flashsloth.utils.text import error_reason

LONG_SIDE = 1500  # pixels, enough to read a printed page
CPU_SECONDS = 4  # not limited on Windows
WALL_SECONDS = 20.0
MEMORY_BYTES = 2 << 30


def render_page(data: bytes, number: int) -> tuple[Image.Image | None, int]:
    """Return a page on white, `LONG_SIDE` pixels wide or high, and the number of pages; None for a page that is not
    there. Raises: ValueError with the reason."""
    ended, written = child.run(__name__, b"%d\n" % number + data, WALL_SECONDS)
    if not ended:
        raise ValueError(f"a page takes more than {CPU_SECONDS} s or {MEMORY_BYTES >> 30} GB to draw")
    head, _, pixels = written.partition(b"\n")
    size, count, problem = json.loads(head)
    if problem:
        raise ValueError(problem)
    return Image.frombytes("RGB", size, pixels) if pixels else None, count


def _main() -> None:
    number, size, pixels, count, problem = int(sys.stdin.buffer.readline()), (0, 0), b"", 0, ""
    try:
        import pypdfium2

        system.limit_process(CPU_SECONDS, MEMORY_BYTES)  # for the page, not for the import
        with pypdfium2.PdfDocument(sys.stdin.buffer.read()) as document:
            count = len(document)
            if 1 <= number <= count:
                page = document[number - 1]
                picture = page.render(scale=LONG_SIDE / max(*page.get_size(), 1)).to_pil().convert("RGB")
                size, pixels = picture.size, picture.tobytes()
    except Exception as error:
        problem = error_reason(error)
    sys.stdout.buffer.write(json.dumps([size, count, problem]).encode() + b"\n" + pixels)


if __name__ == "__main__":
    _main()
