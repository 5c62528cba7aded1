"""Progress where there is no terminal."""

from __future__ import annotations

from typing import Any

import pytest

from flashsloth_cli.terminal import progress


def test_plain_lines(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """At most every ten seconds; the work's label is its title where it has none."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.counting("loading ./model", quiet=False, percent=True) as advance:
        for second in range(26):
            now[0] = float(second)
            advance(second, 100, "ignored")
    assert capsys.readouterr().err == "loading ./model 10%, 1 min 30 s left\nloading ./model 20%, 1 min 20 s left\n"
    plain = progress.PlainLines()
    for label in ("one", "two"):
        plain(1, 10, label)
        now[0] += 9
        plain(2, 10, label)
    assert capsys.readouterr().err == ""
    with progress.counting("loading ./model", quiet=True, percent=True) as advance:
        now[0] += 60
        advance(1, 2, "")
    assert capsys.readouterr().err == ""
