"""benchmarks/batch.py with nano: a row for each number of conversations."""

from __future__ import annotations

import subprocess
import sys

import pytest

from paths import ROOT

pytestmark = pytest.mark.slow


def test_table_of_nano() -> None:
    words = ("--only", "nano", "--conversations", "1,3", "--steps", "2", "--rounds", "2")
    command = [sys.executable, str(ROOT / "benchmarks" / "batch.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    head, _, one, three = done.stdout.splitlines()
    assert head == "| conversations | nano, float32 |"
    assert one.startswith("| 1 | ")
    assert one.endswith("), 1.0x |")
    assert three.startswith("| 3 | ")
