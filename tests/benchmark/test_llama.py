"""benchmarks/llama.py without llama.cpp: its programs are asked in turn, and the table's arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

# in place of llama.cpp's programs: each prints what the real ones print
PROGRAM = """#!/bin/sh
case "$0" in
  *bench) echo '[{"avg_ns": 3e9, "model_size": 4}, {"avg_ts": 8.0, "model_size": 2000000000}]';;
  *) echo 'image slice encoded in 500 ms' >&2;;
esac
"""


@pytest.fixture(scope="module")
def llama(scripts_on_path: None) -> Any:
    import llama

    return llama


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "build/bin").mkdir(parents=True)
    for name in ("llama-bench", "llama-mtmd-cli"):
        (tmp_path / "build/bin" / name).write_text(PROGRAM)
        (tmp_path / "build/bin" / name).chmod(0o700)
    return tmp_path


def test_what_llamas_programs_print_is_read(llama: Any, built: Path) -> None:
    found = llama.theirs("Q4_K_M", built, built, 145)
    assert found.pop("resident") > 0
    assert found == {"speed": 8.0, "read": 2 * 10**9, "prefill": 3000.0, "tower": 500.0, "first": 3500.0}


def test_a_program_that_fails_is_an_error(llama: Any, built: Path) -> None:
    (built / "build/bin/llama-bench").write_text("#!/bin/sh\necho no such file >&2; exit 1")
    with pytest.raises(SystemExit, match="no such file"):
        llama.theirs("Q4_K_M", built, built, 145)


def test_the_table(llama: Any) -> None:
    def rounds(speeds: list[float], prefill: float, **more: float) -> list[dict[str, float]]:
        common = {"read": 2e9, "prefill": prefill, "tower": 500.0, "first": prefill + 500, "resident": 3e9, **more}
        return [{"speed": speed, **common} for speed in speeds]

    found = {
        "flashsloth int4": rounds([9.0, 10.0, 12.0], 2000.0, bandwidth=40e9),
        llama.BASELINE: rounds([8.0, 8.0, 9.0], 3000.0),
    }
    lines = llama.lines(found)
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        *("flashsloth int4", "10.0 (9.0-12.0)", "1.25x", "2.00", "50%", "2000 (2000-2000)", "500 (500-500)"),
        *("2500 (2500-2500)", "3.0 (3.0-3.0)"),
    ]
    assert {line.count("|") for line in lines[:4]} == {10}
    assert "40.0 GB/s" in lines[-1]
