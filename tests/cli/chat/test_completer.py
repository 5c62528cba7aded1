"""Tab in a conversation: what it completes, at once, and what the next Tab does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from flashsloth_cli.chat.completer import CommandSuggestions, ReplCompleter
from flashsloth_cli.chat.key_bindings import make_session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("pie.png", "my pics/dog.png", "my pics/it's.png", "bar-1.png", "bar-2.png", "bar-2.txt", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Keys:
    """Does what the editor does with keys: collects the lines that are sent."""

    enter_sends = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    def submit(self, text: str) -> None:
        self.sent.append(text)

    def interrupt(self) -> None: ...

    def leave(self) -> None: ...

    def lend_terminal(self, program: object) -> None: ...


def sent(keys: str) -> list[str]:
    """Return the lines that are sent when all these keys come at once."""
    actions = Keys()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        session = make_session(actions, ReplCompleter(lambda: {"market": "What?", "mark two": "Who?"}), None)
        session.app.output = session.app.renderer.output = DummyOutput()
        pipe.send_text(f"{keys}\x04")  # Ctrl-D
        actions.leave = lambda: session.app.exit("")  # type: ignore[method-assign]
        asyncio.run(session.prompt_async())
    return actions.sent


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
        ("/image ba\t\t", "/image bar-1.png"),
        ("/image ba\t\t\t\t", "/image bar-2.txt"),
        ("/image ba\t\t\t\t\t", "/image bar-1.png"),
        ("/image ba\t\x1b[Z", "/image bar-2.txt"),
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
        ("/load mark\t", "/load market"),
        ("/load mark\t\t", "/load mark two"),
        ("/load marke\t", "/load market"),
        ("{f}/my\td\t", "{f}/my\\ pics/dog.png"),
        ("plain words\t", "plain words"),
    ],
)
def test_tab_and_enter_typed_fast(folder: Path, keys: str, line: str) -> None:
    assert sent(keys.format(f=folder) + "\r") == [line.format(f=folder)]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("/im", None), ("/ima", "ge b.png"), ("/x", "/y/c.png"), ("what", " is it?"), ("/l", "oad")],
)
def test_mistyped_commands_are_not_suggested(typed: str, suggested: str | None) -> None:
    history = InMemoryHistory()
    for line in ("/load", "/x/y/c.png", "what is it?", "/image b.png", "/imgae a.png"):
        history.append_string(line)
    with create_pipe_input() as pipe:
        buffer = PromptSession(history=history, input=pipe, output=DummyOutput()).default_buffer
        found = CommandSuggestions().get_suggestion(buffer, Document(typed))
    assert (found and found.text) == suggested
