"""The fields of a form are drawn, and a password opens a document."""

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
from pdf_samples import FIELDS, encrypted, form

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
