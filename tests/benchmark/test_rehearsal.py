"""benchmarks/rehearsal.py runs the life of a model of the released layout; here with toy sizes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from paths import ROOT


@pytest.mark.slow
def test_rehearsal() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "rehearsal.py"), "--size", "tiny"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 12
    assert all("| ok |" in row for row in rows)
