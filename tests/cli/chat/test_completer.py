"""Tab in a conversation: what it completes, as a shell does."""

from __future__ import annotations

from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from flashsloth_cli.chat import prompt
from flashsloth_cli.chat.completer import ReplCompleter


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("pie.png", "my pics/dog.png", "my pics/it's.png", "bar-1.png", "bar-2.png", "bar-2.txt", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sent(keys: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the line that is sent when all these keys come at once."""
    with create_pipe_input() as pipe:
        monkeypatch.setattr(prompt, "_input", lambda: pipe)  # in place of the terminal
        monkeypatch.setattr(prompt, "create_output", lambda **_: DummyOutput())
        made = prompt.Prompt(lambda _: "", ReplCompleter(lambda: {"market": "What?", "mark two": "Who?"}), None)
        pipe.send_text(keys)
        return made._session.prompt()  # `read` would take the terminal


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("/image pi\t", "/image pie.png"),
        ("/image pi\t\t", "/image pie.png"),  # never reverts
        ("/image my\t", "/image my\\ pics/"),
        ("/image my\td\t", "/image my\\ pics/dog.png"),
        ("/image my pics/i\t", "/image my pics/it's.png"),
        ("/image 'my\ti\t", "/image 'my pics/it's.png'"),
        ("/image pie.png my\td\t", "/image pie.png my\\ pics/dog.png"),
        ("/image ba\t", "/image bar-"),
        ("/image ba\t\t", "/image bar-"),  # lists the three
        ("/image bar-2.p\t", "/image bar-2.png"),
        ("/image none\t", "/image none"),
        ("what is in @my\td\t", "what is in @my\\ pics/dog.png"),
        ("what's in @\"my\td\t", 'what\'s in @"my pics/dog.png"'),
        ("/expo\tx.md", "/export x.md"),
        ("/und\t", "/undo"),
        ("/set temp\t", "/set temperature"),
        ("/look bl\t", "/look blocks"),
        ("/look in\t", "/look input"),
        ("/model na\t", "/model nano"),
        ("/model mi\t", "/model mine"),
        ("/load mark\t", "/load mark"),
        ("/load marke\t", "/load market"),
        ("{f}/my\td\t", "{f}/my\\ pics/dog.png"),
        ("plain words\t", "plain words"),
    ],
)
def test_tab_and_enter_typed_fast(folder: Path, keys: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sent(keys.format(f=folder) + "\r", monkeypatch) == line.format(f=folder)
