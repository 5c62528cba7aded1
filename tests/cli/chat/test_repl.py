"""What a conversation shows around its answers: the status line, and the last turn of one that is continued."""

from __future__ import annotations

from types import SimpleNamespace as Fake

import pytest

from flashsloth.history.store import SavedTurn, Session
from flashsloth_cli.chat.repl import Repl
from flashsloth_cli.terminal import render
from flashsloth_cli.terminal.text import cell_width

REST = " · 2006 tokens left · 1a2b3c4d"
SERVER = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("width", "server", "names", "line"),
    [
        (90, None, ["a.png", "pie-chart.png"], f" nano · int4 on cpu · pie-chart.png and 1 more{REST}"),
        (72, None, ["a.png", "pie-chart.png"], f" nano · pie-chart.png and 1 more{REST}"),
        (80, SERVER, ["a.png"], f" nano · server 127.0.0.1:8000 · a.png{REST}"),
        (80, None, [], f" nano · int4 on cpu · no picture{REST}"),
        (40, None, ["pie-chart.png"], " nano · pie-chart.png · 2006 tokens left"),
        (40, SERVER, ["a.png", "pie-chart.png"], " pie-chart.png and 1 more"),
        (40, None, ["bar-chart-of-the-year.png"], " bar-chart-of-the-year.png"),
        (20, None, ["a.png", "bar-chart-of-the-year.png"], " bar-cha… and 1 more"),
        (20, None, ["图图图图图图图图图图图.png"], " 图图图图图图图图图…"),
    ],
)
def test_the_status_line_keeps_the_picture(width: int, server: str | None, names: list[str], line: str) -> None:
    model = Fake(context_length=2048, name="nano", server=server, loaded=Fake(quant="int4", device="cpu"))
    recorder = Fake(saved=[1], session=Fake(name=None, id="1a2b3c4d"))
    images = [Fake(source=f"/x/{name}") for name in names]
    repl = Fake(model=model, used=42, images=images, recorder=recorder, history=1, is_low=lambda _: False)
    assert Repl._toolbar(repl, width) == line  # type: ignore[arg-type]
    assert cell_width(line) <= width


def test_the_last_turn_is_wrapped_at_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(render.streams, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "30")
    turn = SavedTurn("What is it?", "A circle that lies on some square", (), "interrupted", "nano")
    Repl.show_last_turn(Fake(), Session("1a2b3c4d", "nano", turns=(turn,)))  # type: ignore[arg-type]
    assert capsys.readouterr().err.splitlines()[:3] == ["> What is it?", "A circle that lies on some", "square"]
