"""Opening the page of a server: with which address, and where no browser can be opened."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from cli.servers.test_listing import RECORD
from flashsloth_cli.servers import browser
from flashsloth_cli.servers.background import arguments


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://127.0.0.1:80/"),
        ("::", "http://[::1]:80/"),
        ("192.168.1.2", "http://192.168.1.2:80/"),
    ],
)
def test_address(host: str, page: str) -> None:
    assert replace(RECORD, host=host, port=80).page == page


def test_terminal_without_windows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    browser.open_page("http://127.0.0.1:1/").join(30)
    assert "open http://127.0.0.1:1/ yourself" in capsys.readouterr().err


def test_browser_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    program = tmp_path / "browser.py"
    program.write_text(f"import sys; open({str(opened)!r}, 'w').write(sys.argv[1])")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {program} %s")
    import webbrowser

    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    browser.open_page("http://127.0.0.1:1/").join(30)
    assert opened.read_text() == "http://127.0.0.1:1/"


def test_server_in_the_background_opens_none() -> None:
    """The command that has started it does."""
    options = [click.Option([f"--{name}"], is_flag=True) for name in ("open", "yes")]
    assert arguments(click.Command("serve", params=options).make_context("serve", ["--open", "--yes"])) == ["--yes"]
