"""Tab in a conversation: what it completes, at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.chat.test_prompt import keyboard  # noqa: F401 - a fixture
from flashsloth_cli.chat.completer import ReplCompleter
from flashsloth_cli.chat.prompt import Prompt


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("pie.png", "my pics/dog.png", "my pics/it's.png", "bar-1.png", "bar-2.png", "bar-2.txt", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("/image pi\t", "/image pie.png"),
        ("/image ba\t\t1\t", "/image bar-1.png"),  # lists them
        ("/image my\t", "/image my\\ pics/"),
        ("/image my\td\t", "/image my\\ pics/dog.png"),
        ("/image my pics/i\t", "/image my pics/it's.png"),
        ("/image 'my\ti\t", "/image 'my pics/it's.png'"),
        ("/image pie.png my\td\t", "/image pie.png my\\ pics/dog.png"),
        ("/image ba\t", "/image bar-"),
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
        ("/load marke\t", "/load market"),
        ("{f}/my\td\t", "{f}/my\\ pics/dog.png"),
        ("plain words\t", "plain words"),
    ],
)
def test_tab_and_enter_typed_fast(
    folder: Path,
    keyboard: Callable[[bytes], object],  # noqa: F811
    keys: str,
    line: str,
) -> None:
    prompt = Prompt(lambda _: "", ReplCompleter(lambda: {"market": "What?", "mark two": "Who?"}), None)
    prompt.open()
    keyboard(f"{keys.format(f=folder)}\r".encode())
    assert prompt.read() == line.format(f=folder)
    prompt.close()
