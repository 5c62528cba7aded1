"""Render a page of a PDF in a child process.

A child process is used because its processor time and memory can be limited, and because it can be
killed. This is needed because a page is a program: two kilobytes of nested forms can take minutes to
draw and can fill all memory.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import suppress
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
) -> tuple[Image.Image | None, int, list[str]]:
    """Return a picture of a page, the number of pages, and what of the document was not drawn. The
    picture has a white background and `LONG_SIDE` pixels on its longer side. It is None if the page
    does not exist. With a `path` the file there is read instead of `data`, but only as far as needed.

    Raises: ImageUnreadable for a document that needs a password; for other errors ValueError with the
    reason.
    """
    request = json.dumps([number, path]).encode()
    ended, written = child.run(__name__, request + b"\n" + data, WALL_SECONDS)
    if not ended:
        raise ValueError(f"a page takes more than {CPU_SECONDS} s or {MEMORY_BYTES >> 30} GB to draw")
    head, _, pixels = written.partition(b"\n")
    size, count, problem, undrawn = json.loads(head)
    if "password" in problem:
        is_wrong = bool(os.environ.get(PASSWORD))
        problem = f"the password in {PASSWORD} does not open it" if is_wrong else "it needs a password"
        raise ImageUnreadable(
            f"{label} cannot be read: {problem}",
            hint=f"Save it without one, or set {PASSWORD} to it (a server does not use it).",
        )
    if problem:
        raise ValueError(problem)
    return Image.frombytes("RGB", size, pixels) if pixels else None, count, undrawn


def _main() -> None:
    number, path = json.loads(sys.stdin.buffer.readline())
    size = (0, 0)
    pixels = b""
    count = 0
    problem = ""
    undrawn = list[str]()
    try:
        import pypdfium2

        # after the import, which also takes processor time
        system.limit_process(CPU_SECONDS, MEMORY_BYTES)
        # a file stays open until the end
        data = open(path, "rb", opener=system.open_regular) if path else sys.stdin.buffer.read()  # noqa: SIM115
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
                undrawn = _leave_out(document, page, number)
                scale = LONG_SIDE / max(*page.get_size(), 1)
                picture = page.render(scale=scale).to_pil().convert("RGB")
                pixels = picture.tobytes()
                size = picture.size
    except Exception as error:
        problem = error_reason(error)
    sys.stdout.buffer.write(json.dumps([size, count, problem, undrawn]).encode() + b"\n" + pixels)


def _leave_out(document: Any, page: Any, number: int) -> list[str]:
    """Hide the annotations and form fields of a page whose layer may be off, because PDFium draws them
    whatever the state of their layer. Return what of the document will not be drawn."""
    from pypdfium2 import raw

    undrawn = []
    if document.get_formtype() == raw.FORMTYPE_XFA_FULL:
        undrawn.append("it is a form whose fields are not read; the page only stands in for them")
    # These are not closed, because this process ends after the page.
    layered = {
        index: annotation
        for index in range(raw.FPDFPage_GetAnnotCount(page))
        if raw.FPDFAnnot_HasKey(annotation := raw.FPDFPage_GetAnnot(page, index), b"OC")
    }
    if layered or raw.FPDFDoc_GetAttachmentCount(document):
        with suppress(Exception):  # what is not known to be on is hidden
            is_portfolio, on = _read_structure(document, number)
            if is_portfolio:
                undrawn.append(
                    "it is a portfolio whose files are not read; the page only stands in for them"
                )
            layered = {index: layered[index] for index in layered.keys() - on}
    for annotation in layered.values():
        raw.FPDFAnnot_SetFlags(annotation, raw.FPDF_ANNOT_FLAG_HIDDEN)
    if layered:
        undrawn.append("annotations or fields on layers that may be off are not drawn")
    return undrawn


def _read_structure(document: Any, number: int) -> tuple[bool, set[int]]:
    """Return whether a document is a portfolio, and the indices of the annotations of a page whose
    layer is on. PDFium tells neither. Pillow's parser reads both from a copy that PDFium writes,
    because the parser knows neither encryption nor compressed objects."""
    from PIL.PdfParser import IndirectReference, PdfParser
    from pypdfium2 import raw

    copy = io.BytesIO()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    parser = PdfParser(buf=copy.getvalue())

    def follow(value: Any) -> Any:
        return parser.read_indirect(value) if isinstance(value, IndirectReference) else value

    config = follow(follow(parser.root.get(b"OCProperties", {})).get(b"D", {}))
    is_off_by_default = config.get(b"BaseState") == b"OFF"
    switched = follow(config.get(b"ON" if is_off_by_default else b"OFF", []))

    def is_on(layer: Any) -> bool:
        group = follow(layer)
        view = follow(follow(group.get(b"Usage", {})).get(b"View", {}))
        # a membership of layers (OCMD) is not evaluated
        if group.get(b"Type") != b"OCG" or view.get(b"ViewState") == b"OFF":
            return False
        return (layer in switched) == is_off_by_default

    page = follow(parser.pages[number - 1])
    layers = [follow(each).get(b"OC", {}) for each in follow(page.get(b"Annots", []))]
    on = {index for index, layer in enumerate(layers) if is_on(layer)}
    return b"Collection" in parser.root, on


if __name__ == "__main__":
    _main()
