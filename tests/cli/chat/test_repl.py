"""What a conversation shows around its answers: the status line, and the last turn of one that is continued."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flashsloth.history.store import SavedTurn, Session
from flashsloth.images.reader import read_image
from flashsloth_cli.answers import models
from flashsloth_cli.chat.repl import Repl
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.options import Options
from flashsloth_cli.terminal import render


@pytest.fixture
def repl(home: Path) -> Repl:
    made = Repl(resolve(Options(model="nano")), plain=True)
    made.model = models.open_for_chat(made.options)
    return made


@pytest.mark.parametrize(
    ("width", "names", "line"),
    [
        (100, ["a.png", "pie-chart.png"], "nano · float32 on cpu · pie-chart.png and 1 more · {left} · not saved"),
        (72, ["a.png", "pie-chart.png"], "nano · pie-chart.png and 1 more · {left} · not saved"),
        (60, ["a.png", "pie-chart.png"], "nano · pie-chart.png and 1 more · {left}"),
        (80, [], "nano · float32 on cpu · no picture · {left} · not saved"),
        (40, ["bar-chart-of-the-year.png"], "bar-chart-of-the-year.png"),
        (20, ["a.png", "bar-chart-of-the-year.png"], "bar-cha… and 1 more"),
        (20, ["图图图图图图图图图图图.png"], "图图图图图图图图图…"),
    ],
)
def test_the_status_line_keeps_the_picture(repl: Repl, picture: Path, width: int, names: list[str], line: str) -> None:
    for name in names:
        shutil.copy(picture, name)
    repl.start([read_image(Path(name)) for name in names])
    left = f"{repl.model.facts.context_length - repl.used} tokens left"
    assert repl._toolbar(width) == " " + line.format(left=left)  # drawn by the line editor, which needs a terminal


def test_the_last_turn_is_wrapped_at_words(
    repl: Repl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(render.streams, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "30")
    turn = SavedTurn("What is it?", "A circle that lies on some square", (), "interrupted", "nano")
    repl.show_last_turn(Session("1a2b3c4d", "nano", turns=(turn,)))
    assert capsys.readouterr().err.splitlines()[:3] == ["> What is it?", "A circle that lies on some", "square"]
