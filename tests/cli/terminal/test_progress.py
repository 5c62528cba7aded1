"""Progress where there is no terminal, and its rates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from flashsloth_cli.terminal import progress


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """`counted((second, steps), …)` counts steps at moments, and returns what is printed."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])

    def run(*moments: tuple[float, int], total: int = 100, quiet: bool = False, **options: Any) -> str:
        now[0] = 0
        with progress.counting("checking", quiet=quiet, **options) as advance:
            for now[0], done in moments:
                advance(done, total, "x")
        return capsys.readouterr().err

    return run


def test_a_line_every_ten_seconds(counted: Callable[..., str]) -> None:
    moments = [(float(second), second) for second in range(26)]
    assert (
        counted(*moments, percent=True)
        == "checking 10%, 1 min 30 s left\nchecking 20%, 1 min 20 s left\n"
    )
    assert counted(*moments, percent=True, quiet=True) == ""


def test_short_work_needs_no_line(counted: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted((1, 1), (5, 5), (9.9, 9)) == ""
    lines = "checking: 10 of 100 (10%)\nchecking: 20 of 100 (20%), 1 min 20 s left\n"
    assert counted((1, 1), (10, 10), (15, 15), (20, 20)) == lines
    monkeypatch.setattr(progress.streams, "wants_styling", lambda stream: True)
    assert counted((0.5, 0)) == ""
    assert counted((2, 2), (2.1, 2)) == "checking: 2 of 100 (2%)\r\x1b[K"


def test_rate_and_time_left(counted: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before does not count as quick work, and the first row's own costs not as slow
    work."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 141.0)
    said = counted((100, 80), (140, 81), (142, 82), (146, 84), total=120, rated=True)
    assert said == "checking: 82 of 120 (68%), 0.5/s, 1 min 16 s left\n"


def test_the_rate_of_rows_that_come_together(
    counted: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight at once, the first eight after ten seconds, the others each second: never far off."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0.0)
    moments = [(10 + row // 8 + row % 8 / 1000, row + 1) for row in range(48)]
    rates = [
        float(rate)
        for rate in re.findall(r"([0-9.]+)/s", counted((0, 0), *moments, total=120, rated=True))
    ]
    assert len(rates) >= 36
    assert all(7 <= rate <= 16 for rate in rates)
    assert rates[-1] == pytest.approx(8, rel=0.2)


def test_no_estimate_from_a_part_of_the_first_rows_that_come_together(
    counted: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight take ten seconds, and end within three: two a second would be too many."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0.0)
    moments = [(10 * (row // 8 + 1) + row % 8 * 0.4, row + 1) for row in range(16)]
    shown = counted((0, 0), *moments, rated=True, at_once=8).splitlines()
    assert [line for line in shown[:9] if "/s" in line or "left" in line] == []
    rates = [float(rate) for rate in re.findall(r"([0-9.]+)/s", "\n".join(shown))]
    assert rates
    assert all(0.5 <= rate <= 1.2 for rate in rates)
