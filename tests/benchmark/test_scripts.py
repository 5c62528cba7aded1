"""Scripts of benchmarks/: gpu.py without a card (its checks run in tests/card), llama.py without
llama.cpp, and others at toy sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from paths import ROOT
from programs import run_main, run_python

BENCHMARKS = ROOT / "benchmarks"

# gpu.py

TIMES = {
    "image_ms": 1.0,
    "tower_ms": 2.0,
    "prefill_ms": 2.0,
    "ttft_ms": 7.9,
    "ttft_from_pixels_ms": 6.9,
}
TIMES |= {"ttft_after_prefix_ms": 3.0, "decode_tokens_per_second": 600.0, "peak_bytes": 2 * 2**30}
BENCH = {
    **TIMES,
    "graphs": "captured",
    "device": "cuda:0",
    "read_share": 0.8,
    "token_ids": [1, 2],
    "error": None,
}


@pytest.mark.slow
def test_no_gpu_is_one_line(scripts_on_path: None, capsys: pytest.CaptureFixture[str]) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA GPU")
    with pytest.raises(SystemExit, match="2"):
        run_main(BENCHMARKS / "gpu.py")
    stdout, stderr = capsys.readouterr()
    assert (stdout, stderr.count("\n")) == ("", 1)
    assert stderr.startswith("error: no CUDA GPU")


@pytest.mark.slow
def test_a_check_runs_in_a_process_of_its_own(
    scripts_on_path: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="False"):
        run_main(BENCHMARKS / "gpu.py", "--step", "1", "--tiny", "--device", "cpu")
    printed = capsys.readouterr().out
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in printed.splitlines()[2:]
        if "|" in line
    ]
    by_name = {row[1]: row for row in rows}
    assert by_name["cache grown"][2] == "256 -> 512 positions"
    assert by_name["tower replayed, error"][3:] == ["<= 0.02", "yes"]
    for after in ("", " after a capture without memory"):
        for name in ("tower replayed", "decode recaptured", "decode replayed"):
            assert by_name[f"{name}{after}, error"][3:] == ["<= 0.02", "yes"]
    assert by_name["capture without memory"][2:] == [*["0 captures, eager result right"] * 2, "yes"]
    assert by_name["errors of compute-sanitizer"][2].startswith("not measured")
    assert "Random weights." in printed


@pytest.mark.slow
def test_targets_are_judged(scripts_on_path: None) -> None:
    import gpu
    from cards import targets

    results = {
        name: {"error": None, "rows": [dict(BENCH)]}
        for name in ("bf16", "hd", "int4", "int8", "nf4", "eager")
    }
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
    checks = [check for check in gpu.CHECKS if check.step == 2]
    text = "\n".join(
        gpu.lines(gpu.all_rows(checks, {each.name: results[each.options["row"]] for each in checks}))
    )
    assert (text.count("failed: no kernel"), text.count("| NO |")) == (1, 3)


# llama.py

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


def test_what_llamas_programs_print_is_read_and_compared(llama: Any, built: Path) -> None:
    found = llama.theirs("Q4_K_M", str(built), str(built), 145)
    assert found.pop("resident") > 0
    assert found == {
        "speed": 8.0,
        "read": 2 * 10**9,
        "prefill": 3000.0,
        "tower": 500.0,
        "first": 3500.0,
    }
    theirs = found | {"resident": 3e9}
    ours = [
        theirs | {"speed": speed, "prefill": 2000.0, "bandwidth": 40e9} for speed in (9.0, 10.0, 12.0)
    ]
    lines = llama.lines({"flashsloth int4": ours, llama.BASELINE: [theirs]})
    wanted = (
        "10.0 (9.0-12.0)|1.25x|2.00|50%|2000 (2000-2000)|500 (500-500)|3500 (3500-3500)|3.0 (3.0-3.0)"
    )
    assert [cell.strip() for cell in lines[2].split("|")[2:-1]] == wanted.split("|")
    assert {line.count("|") for line in lines[:4]} == {10}
    assert "40.0 GB/s" in lines[-1]


def test_a_program_that_fails_is_an_error(llama: Any, built: Path) -> None:
    (built / "build/bin/llama-bench").write_text("#!/bin/sh\necho no such file >&2; exit 1")
    with pytest.raises(ChildProcessError, match="no such file"):
        llama.theirs("Q4_K_M", str(built), str(built), 145)


def test_programs_are_measured_in_turn_with_their_variables(
    llama: Any, built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[tuple[str, bool]] = []

    def run(job: dict[str, Any], command: tuple[str, ...]) -> dict[str, Any]:
        started.append((job["quant"], command[:2] == ("env", "A=1")))
        if job["engine"] == "flashsloth":
            keys = (
                "decode_tokens_per_second",
                "bytes_per_token",
                "peak_bytes",
                "copy_bytes_per_second",
            )
            return dict.fromkeys((*keys, "tower_ms", "prefill_ms", "prompt_tokens"), 1.0)
        return llama.theirs(**job["theirs"])

    monkeypatch.setattr(llama.benchmark, "run", run)
    for name in ("BF16", "Q4_K_M", "tower"):
        (built / f"{name}.gguf").touch()
    folders = ("--llama", str(built), "--files", str(built))
    rows = ("--ours", "int4:A=1", "none", "--kinds", "Q4_K_M", "--rounds", "2", "--json")
    monkeypatch.setattr("sys.argv", ["llama.py", *folders, *rows])
    llama.main()
    assert started == [("int4", True), ("none", False), ("Q4_K_M", False)] * 2
    found = json.loads(capsys.readouterr().out)
    assert {name: len(rounds) for name, rounds in found.items()} == {
        "flashsloth int4:A=1": 2,
        "flashsloth none": 2,
        "llama.cpp Q4_K_M": 2,
    }


# rehearsal.py: the life of a model of the released layout; batch.py: conversations together


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [("pull", "ask, first"), ()],
    ids=["some", "all"],
)
def test_rehearsal(steps: tuple[str, ...]) -> None:
    only = [word for step in steps for word in ("--only", step)]
    printed = run_python("benchmarks/rehearsal.py", "--size", "tiny", *only, seconds=900)
    rows = [line for line in printed.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(steps) or (not steps and len(rows) >= 12)
    assert all("| ok |" in row for row in rows)


@pytest.mark.slow
def test_batch(scripts_on_path: None, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--only", "nano", "--conversations", "1,3", "--steps", "2", "--rounds", "2")
    run_main(BENCHMARKS / "batch.py", *words)
    head, _, one, three = capsys.readouterr().out.splitlines()
    assert head == "| conversations | nano, float32 |"
    assert one.startswith("| 1 | ")
    assert one.endswith("), 1.0x |")
    assert three.startswith("| 3 | ")
