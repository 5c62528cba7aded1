"""Render a page of a PDF in a child process.

A child process is used because its processor time and memory can be limited, and because it can be
killed. This is needed because a page is a program: two kilobytes of nested forms can take minutes to
draw and can fill all memory.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from PIL import Image

from flashsloth.errors import ImageUnreadable
from flashsloth.utils import child, system
from flashsloth.utils.text import error_reason

LONG_SIDE = 1500  # pixels of the longer side; this is enough to read a printed page
CPU_SECONDS = 4  # not limited on Windows
WALL_SECONDS = 20.0
MEMORY_BYTES = 2 << 30
# the password is only read from an environment variable, so that it is never stored
PASSWORD = "FLASHSLOTH_PDF_PASSWORD"


def render_page(
    data: bytes, number: int, label: str, path: str | None = None
) -> tuple[Image.Image | None, int]:
    """Return a picture of a page and the number of pages. The picture has a white background and
    `LONG_SIDE` pixels on its longer side. It is None if the page does not exist. With a `path` the file
    there is read instead of `data`, but only as far as needed.

    Raises: ImageUnreadable for a document that needs a password; for other errors ValueError with the
    reason.
    """
    request = json.dumps([number, path]).encode()
    ended, written = child.run(__name__, request + b"\n" + data, WALL_SECONDS)
    if not ended:
        raise ValueError(f"a page takes more than {CPU_SECONDS} s or {MEMORY_BYTES >> 30} GB to draw")
    head, _, pixels = written.partition(b"\n")
    size, count, problem = json.loads(head)
    if "password" in problem:
        problem = "it needs a password"
        if os.environ.get(PASSWORD):
            problem = f"the password in {PASSWORD} does not open it"
        raise ImageUnreadable(
            f"{label} cannot be read: {problem}",
            hint=f"Save it without one, or set {PASSWORD} to it (a server does not use it).",
        )
    if problem:
        raise ValueError(problem)
    return Image.frombytes("RGB", size, pixels) if pixels else None, count


def _main() -> None:
    number, path = json.loads(sys.stdin.buffer.readline())
    size = (0, 0)
    pixels = b""
    count = 0
    problem = ""
    try:
        import pypdfium2

        # after the import, which also takes processor time
        system.limit_process(CPU_SECONDS, MEMORY_BYTES)
        data: Any = sys.stdin.buffer.read()
        if path is not None:
            data = open(path, "rb", opener=system.open_regular)  # noqa: SIM115 - open until the end
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            # pypdfium2 accepts only UTF-8, and its error for other bytes would quote the password
            password = os.environ.get(PASSWORD, "").encode(errors="replace").decode()
            if not password:
                raise
            document = pypdfium2.PdfDocument(data, password)
        with document:
            # Form fields are drawn only after this call, which must come before any access to the
            # pages.
            document.init_forms()
            count = len(document)
            if 1 <= number <= count:
                page = document[number - 1]
                scale = LONG_SIDE / max(*page.get_size(), 1)
                picture = page.render(scale=scale).to_pil().convert("RGB")
                pixels = picture.tobytes()
                size = picture.size
    except Exception as error:
        problem = error_reason(error)
    sys.stdout.buffer.write(json.dumps([size, count, problem]).encode() + b"\n" + pixels)


if __name__ == "__main__":
    _main()
