"""The fields of a form are drawn, except on layers that are off, and a password opens a document."""

from __future__ import annotations

import subprocess
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from flashsloth.errors import ImageUndecodable, ImageUnreadable, OutOfThreads
from flashsloth.images.reader import read_image
from flashsloth.images.sources import page_sources
from images.helpers import refusal
from pdf_samples import FIELDS, LAYER, compressed, document, encrypted, form, stamped, stream

pytest.importorskip("pypdfium2")


def has_ink(image: Image.Image) -> bool:
    low, high = image.convert("L").getextrema()
    return low < 100 and high > 200


@pytest.mark.parametrize("needs_appearances", ["false", "true"])
def test_filled_in_fields_are_drawn(needs_appearances: str, tmp_path: object) -> None:
    path = f"{tmp_path}/form.pdf"
    with open(path, "wb") as file:
        file.write(form(needs_appearances))
    page = read_image(f"{path}#2").image
    rows = page.height / len(FIELDS)
    for place, name in enumerate(FIELDS):
        field = page.crop((0, round(place * rows) + 4, page.width, round((place + 1) * rows) - 4))
        assert has_ink(field) == (name != "empty"), name
    assert not has_ink(read_image(path).image)


def test_a_process_that_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The document is not at fault. Its pages cannot be counted, so it is one picture."""
    path = tmp_path / "form.pdf"
    path.write_bytes(form("false"))
    monkeypatch.setattr(subprocess, "Popen", mock.Mock(side_effect=BlockingIOError))
    with pytest.raises(OutOfThreads):
        read_image(str(path))
    assert page_sources(str(path)) == [str(path)]


@pytest.mark.parametrize(
    "before",
    [
        b"\r\n\n",
        b"\xef\xbb\xbf",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nX: %b\r\n\r\n" % (b"x" * 700),
        b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n",
    ],
    ids=["blank", "byte order mark", "HTTP", "printer"],
)
def test_what_stands_before_a_pdf(before: bytes, tmp_path: object) -> None:
    path = f"{tmp_path}/form.pdf"
    with open(path, "wb") as file:
        file.write(before + form("true"))
    assert page_sources(path) == [f"{path}#1", f"{path}#2"]
    assert has_ink(read_image(f"{path}#2").image)


RED, BLUE = (255, 0, 0), (0, 0, 255)
FIELD = b"/Subtype /Widget /FT /Btn /Ff 65536 /T (b) /OC 5 0 R"
STAMP = b"/Subtype /Stamp /OC 5 0 R"
LAYERS = b"/OCProperties << /OCGs [5 0 R 8 0 R] /D << %b >> >> /AcroForm << /Fields [7 0 R] >>"
USAGE = b"<< /Type /OCG /Name (Layer) /Usage << /View << /ViewState /%b >> /Print << /PrintState /ON >> >> >>"


@pytest.mark.parametrize(
    ("annotation", "configuration", "layer", "is_drawn"),
    [
        pytest.param(b"/Subtype /Stamp", b"/OFF [5 0 R]", LAYER, True, id="on no layer"),
        pytest.param(STAMP, b"/OFF [5 0 R]", LAYER, False, id="off"),
        pytest.param(FIELD, b"/OFF [8 0 R 5 0 R]", LAYER, False, id="field off"),
        pytest.param(STAMP, b"", LAYER, True, id="on"),
        pytest.param(STAMP, b"/OFF [8 0 R]", LAYER, True, id="another is off"),
        pytest.param(FIELD, b"/ON [5 0 R] /OFF [8 0 R]", LAYER, True, id="field on"),
        pytest.param(STAMP, b"/BaseState /OFF /ON [8 0 R]", LAYER, False, id="off by default"),
        pytest.param(STAMP, b"/BaseState /OFF /ON [5 0 R]", LAYER, True, id="switched on"),
        pytest.param(STAMP, b"", USAGE % b"OFF", False, id="for print"),
        pytest.param(STAMP, b"", USAGE % b"ON", True, id="for screen and print"),
        pytest.param(STAMP, b"", b"null", False, id="no such layer"),
        pytest.param(b"/Subtype /Stamp /OC 9 0 R", b"", LAYER, False, id="a membership, unknown"),
    ],
)
def test_annotations_and_fields_on_layers(
    annotation: bytes, configuration: bytes, layer: bytes, is_drawn: bool
) -> None:
    data = compressed(*stamped(LAYERS % configuration, annotation, layer))
    read = read_image(data, name="a.pdf")
    assert read.image.getpixel((700, 700)) == (BLUE if is_drawn else RED)
    expected = "a.pdf: annotations or fields on layers that may be off are not drawn"
    assert read.warnings == (() if is_drawn else (expected,))


ATTACHED = b"/Names << /EmbeddedFiles << /Names [(a.txt) 10 0 R] >> >>"


@pytest.mark.parametrize(
    ("catalog", "warning"),
    [
        (b"/AcroForm << /Fields [] /XFA 11 0 R >> /NeedsRendering true", "a form whose fields"),
        (b"/AcroForm << /Fields [] /XFA 11 0 R >>", None),  # its page has the fields, too
        (b"/Collection << /View /D >> " + ATTACHED, "a portfolio whose files"),
        (ATTACHED, None),
    ],
)
def test_a_page_that_stands_in_for_something_else(catalog: bytes, warning: str | None) -> None:
    file = b"<< /Type /Filespec /F (a.txt) /EF << /F 11 0 R >> >>"
    objects = (*stamped(catalog), file, stream(b"text", b"/Type /EmbeddedFile"))
    read = read_image(document(*objects), name="a.pdf")
    assert read.image.getpixel((700, 700)) == BLUE
    expected = f"a.pdf: it is {warning} are not read; the page only stands in for them"
    assert read.warnings == (() if warning is None else (expected,))


def test_a_password_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    data, path = encrypted(b"wombat", b"boss"), f"{tmp_path}/a.pdf"
    monkeypatch.delenv("FLASHSLOTH_PDF_PASSWORD", raising=False)
    error = refusal(ImageUnreadable, data, "a.pdf cannot be read: it needs a password", name="a.pdf")
    assert "FLASHSLOTH_PDF_PASSWORD" in str(error.hint)
    with open(path, "wb") as file:
        file.write(data)
    assert page_sources(path) == [path]

    for wrong in ("secret-1", "secret-1\udce9"):
        monkeypatch.setenv("FLASHSLOTH_PDF_PASSWORD", wrong)
        error = refusal(
            ImageUnreadable, data, "the password in FLASHSLOTH_PDF_PASSWORD does not open it"
        )
        assert "secret" not in f"{error} {error.hint}"
    # also to a document that only its owner may change, which everybody may read
    assert has_ink(read_image(encrypted(b"", b"boss")).image)
    refusal(ImageUndecodable, b"%PDF-1.7\n", "the PDF is damaged")

    monkeypatch.setenv("FLASHSLOTH_PDF_PASSWORD", "wombat")
    assert has_ink(read_image(data).image)
