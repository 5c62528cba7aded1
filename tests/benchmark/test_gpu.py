"""benchmarks/gpu.py without a card: its process, its table. Its checks run in tests/card."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch

from paths import ROOT
from programs import run_python

pytestmark = pytest.mark.slow

TIMES = {"image_ms": 1.0, "tower_ms": 2.0, "prefill_ms": 2.0, "ttft_ms": 7.9, "ttft_from_pixels_ms": 6.9}
TIMES |= {"ttft_after_prefix_ms": 3.0, "decode_tokens_per_second": 600.0, "peak_bytes": 2 * 2**30}
BENCH = {**TIMES, "graphs": "captured", "device": "cuda:0", "token_ids": [1, 2], "error": None}


@pytest.fixture(scope="module")
def gpu(scripts_on_path: None) -> Any:
    import gpu

    return gpu


def test_no_gpu_is_one_line() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA GPU")
    done = subprocess.run([sys.executable, ROOT / "benchmarks" / "gpu.py"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no CUDA GPU")
    assert done.stderr.count("\n") == 1


def test_a_check_runs_in_a_process_of_its_own() -> None:
    printed = run_python("benchmarks/gpu.py", "--step", "1", "--tiny", "--device", "cpu", seconds=280)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines()[2:] if "|" in line]
    by_name = {row[1]: row for row in rows}
    assert by_name["cache grown"][2] == "256 -> 512 positions"
    assert by_name["tower replayed, error"][3:] == ["<= 0.02", "yes"]
    for after in ("", " after a capture without memory"):
        for name in ("tower replayed", "decode recaptured", "decode replayed"):
            assert by_name[f"{name}{after}, error"][3:] == ["<= 0.02", "yes"]
    assert by_name["capture without memory"][2:] == [*["0 captures, eager result right"] * 2, "yes"]
    assert by_name["errors of compute-sanitizer"][2].startswith("not measured")
    assert "Random weights." in printed


def test_targets_are_judged(gpu: Any) -> None:
    from cards import targets

    results = {name: {"error": None, "rows": [dict(BENCH)]} for name in ("bf16", "hd", "int4", "int8", "eager")}
    results["int4"]["rows"][0]["decode_tokens_per_second"] = 650.0
    results["int8"] = {"error": "no kernel", "rows": []}
    results["eager"]["rows"][0]["token_ids"] = [1, 3]
    results["hd"]["rows"][0]["graphs"] = "capture of the tower failed"
    rows = {row.name: row for row in targets.judge(results)}
    kept = {name for name, row in rows.items() if row.kept}
    first = {"first token, 81 visual tokens, from the decoded picture", "first token, HD, 405"}
    assert first | {"peak, int4, picture in", "graphs, bf16"} <= kept
    broken = {name for name, row in rows.items() if row.kept is False}
    assert broken == {"decode, int4", "graphs, hd", "captured and eager greedy ids"}
    assert rows["decode, int8"].measured == "not measured: int8"
    assert rows["first token, 81 visual tokens, from the model's pixels"].measured == "6.90 ms"
    assert rows["resizing on the processor"].measured == "1.00 ms"


def test_failed_checks_and_broken_promises_are_in_the_table(gpu: Any) -> None:
    failed, broken = [check for check in gpu.CHECKS if check.step in (3, 6)]
    row = {"step": 6, "name": "a", "measured": "1", "kept": False}
    results = {failed.name: {"rows": [], "error": "out of memory"}, broken.name: {"rows": [row], "error": None}}
    text = "\n".join(gpu.lines(gpu.all_rows([failed, broken], results)))
    assert (text.count("failed: out of memory"), text.count("| NO |")) == (1, 1)
