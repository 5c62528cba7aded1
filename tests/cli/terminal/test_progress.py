"""Progress where there is no terminal."""

from __future__ import annotations

from typing import Any

import pytest

from flashsloth_cli.terminal import progress


def test_plain_lines(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """At most every ten seconds."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.counting("loading ./model", quiet=False, percent=True) as advance:
        for second in range(26):
            now[0] = float(second)
            advance(second, 100, "ignored")
    assert capsys.readouterr().err == "loading ./model 10%, 1 min 30 s left\nloading ./model 20%, 1 min 20 s left\n"
    with progress.counting("loading ./model", quiet=True, percent=True) as advance:
        now[0] += 60
        advance(1, 2, "")
    assert capsys.readouterr().err == ""


def test_short_work_needs_no_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])

    def run(*moments: float) -> str:
        now[0] = 0
        with progress.counting("checking", quiet=False) as advance:
            for moment in moments:
                now[0] = moment
                advance(int(moment), 100, "x")
        return capsys.readouterr().err

    assert run(1, 5, 9.9) == ""
    assert run(1, 10, 15, 20) == ("checking: 10 of 100 (10%)\nchecking: 20 of 100 (20%), 1 min 20 s left\n")
    monkeypatch.setattr(progress.streams, "wants_styling", lambda stream: True)
    assert run(0.5) == ""
    assert run(2, 2.1) == "\r\x1b[Kchecking: 2 of 100 (2%)\r\x1b[K"
