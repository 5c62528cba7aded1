"""A picture from the clipboard."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.conftest import QUESTION


def fake_reader(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def desktop(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH in which only the test's own programs are found."""
    monkeypatch.setattr("flashsloth_cli.terminal.clipboard.sys.platform", "linux")
    monkeypatch.setenv("PATH", str(home / "bin"))
    return home / "bin"


def test_clipboard(cli, desktop: Path, picture: Path, expected: str) -> None:
    fake_reader(desktop, "wl-paste", "sys.exit('no compositor')")
    fake_reader(desktop, "xclip", f"sys.stdout.buffer.write(open({str(picture)!r}, 'rb').read())")
    done = cli("ask", "clipboard:", QUESTION, "-q", "--json")
    assert done.document["response"] == expected
    assert [image["source"] for image in done.document["images"]] == ["clipboard:"]


def test_clipboard_without_a_picture(cli, desktop: Path) -> None:
    done = cli("ask", "clipboard:", "-p", "hi")
    assert (done.code, done.error[0]) == (3, "the clipboard cannot be read")
    fake_reader(desktop, "xclip", "sys.exit(1)")
    done = cli("ask", "clipboard:", "-p", "hi")
    assert (done.code, done.error[0]) == (3, "the clipboard holds no picture")
