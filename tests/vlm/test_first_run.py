"""benchmarks/first_run.py, which somebody with a network runs first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from paths import ROOT
from programs import run_main
from vlm.stand_ins import STAND_INS

pytestmark = pytest.mark.slow
SCRIPT = ROOT / "benchmarks" / "first_run.py"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ("smolvlm", "lighton-ocr") else pytest.mark.nightly)
        for name in STAND_INS
    ],
)
def test_report(
    name: str,
    stand_in_folder: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has a row for each picture, and says where the ids are equal."""
    folder = stand_in_folder(name)
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    run_main(SCRIPT, str(folder), "--tokens", "8", "--pictures", "3")
    report = capsys.readouterr().out
    rows = [
        line.split(" | ") for line in report.splitlines() if line.startswith("| ") and ".png" in line
    ]
    assert len(rows) == 3
    for row in rows:
        assert row[1].startswith("equal")
        assert row[2].startswith(("equal", "**7 of 8", "**8 of 7"))
    assert str(folder) in report
