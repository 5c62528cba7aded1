"""Every command closes its history, also after an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import QUESTION
from flashsloth.history.store import History, SavedTurn, Session

KEPT = Session("00c0ffee", "nano", turns=(SavedTurn(QUESTION, "A disc.", (), "stop", "nano"),))


@pytest.fixture
def calls(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record when a history is opened and closed. It has one conversation, named disc."""
    with History(home / "history.db") as history:
        history.rename(history.save(KEPT), "disc")
    made: list[str] = []

    def recorded(name: str) -> None:
        method = getattr(History, name)

        def call(*args: Any, **kwargs: Any) -> None:
            made.append(name)
            method(*args, **kwargs)

        monkeypatch.setattr(History, name, call)

    recorded("__init__")
    recorded("close")
    return made


@pytest.mark.parametrize(
    "line",
    [
        "sessions list",
        "sessions show",
        "sessions show nobody",
        "sessions export disc -o talk.html",
        "sessions export disc -o missing/talk.html",
        "sessions rm -y disc",
        "ask -c -q -p Why?",
        "ask --session disc -q -p Why? -m missing/folder",
        "chat -c -q --plain",
        "chat --session disc -q --plain",
        "chat --session nobody -q --plain -m missing/folder",
    ],
)
def test_a_command_closes_the_history(cli, calls: list[str], line: str) -> None:
    cli(*line.split(), input="")
    assert calls == ["__init__", "close"]
