"""Long use, sameness and privacy (benchmarks/trust), short."""

from __future__ import annotations

import socket
import zlib
from pathlib import Path
from random import Random

import pytest

from benchmarks.trust import determinism, load, privacy
from benchmarks.trust.check import Check, Outcome

QUICK = {"one opened model", "numbers of threads", "after an interrupt"}
CHECKS = [
    pytest.param(check, id=check.name, marks=() if check.name in QUICK else pytest.mark.slow)
    for check in (*load.CHECKS, *determinism.CHECKS, *privacy.CHECKS)
]


@pytest.mark.parametrize("check", CHECKS)
def test_few(check: Check, tmp_path: Path) -> None:
    outcome = check.run(check.quick, Random(zlib.crc32(check.name.encode())), tmp_path)
    assert outcome.good, outcome.details
    assert outcome.tried == check.quick


def test_growing_memory_is_seen() -> None:
    outcome = Outcome()
    load.grown(outcome, 100 * 2**20, 101 * 2**20)
    assert outcome.good
    load.grown(outcome, 100 * 2**20, 103 * 2**20)
    assert outcome.details == ["memory grew from 100 to 103 MiB"]


def test_another_answer_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(range(100))
    monkeypatch.setattr(load, "conversation", lambda model, number: [str(next(said))] * load.TURNS)
    assert load.threads(20, Random(0), tmp_path).wrong == 20


@pytest.mark.slow
def test_asking_somebody_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`doctor` asks the hub: where it may not, that is found."""
    monkeypatch.setattr(privacy, "COMMANDS", ((("doctor",), "", ()),))
    outcome = privacy.network(1, Random(0), tmp_path)
    assert outcome.wrong == 1, outcome.details


def test_tests_reach_nobody() -> None:
    with (
        socket.socket() as one,
        pytest.raises(AssertionError, match=r"wanted to connect to \('192\.0\.2\.1', 80\)"),
    ):
        one.connect(("192.0.2.1", 80))
