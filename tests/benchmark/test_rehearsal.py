"""Scripts of benchmarks/ at toy sizes: the life of a model of the released layout, and conversations together."""

from __future__ import annotations

import pytest

from programs import run_python

pytestmark = pytest.mark.slow


def table(script: str, *words: str) -> list[str]:
    """Run a script; return the rows of its table."""
    printed = run_python(f"benchmarks/{script}", *words, seconds=900)
    return [line for line in printed.splitlines() if line.startswith("| ")]


def test_rehearsal() -> None:
    rows = table("rehearsal.py", "--size", "tiny")[1:]
    assert len(rows) >= 12
    assert all("| ok |" in row for row in rows)


def test_batch() -> None:
    words = ("--only", "nano", "--conversations", "1,3", "--steps", "2", "--rounds", "2")
    head, one, three = table("batch.py", *words)
    assert head == "| conversations | nano, float32 |"
    assert one.startswith("| 1 | ")
    assert one.endswith("), 1.0x |")
    assert three.startswith("| 3 | ")
