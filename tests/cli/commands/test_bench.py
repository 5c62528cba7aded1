"""`flashsloth bench` as a whole: rows from fresh processes, one table or one document. And the scripts
beside it."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmark.conftest import scripts_on_path  # noqa: F401
from checkpoints.test_families import write
from cli.conftest import failing_at
from flashsloth import benchmark
from flashsloth.benchmark import NUMBERS
from programs import run_python
from tiny import SIZES


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SIZES)
    return file


@pytest.mark.slow
@pytest.mark.usefixtures("scripts_on_path")
def test_nano_beside_transformers_as_json(
    nano,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    preloaded: str,
) -> None:
    """A row as `bench` measures it, and that of `benchmarks/compare.py`, in processes that begin with
    torch. No token ends an answer: nano's own is shorter."""
    words = ["-m", "nano", "--max-tokens", "24", "--repeats", "2", "--device", "cpu", "--json"]
    import compare

    monkeypatch.setattr(sys, "argv", ["compare.py", *words])
    monkeypatch.setattr(sys, "executable", preloaded)
    monkeypatch.setattr(benchmark, "WORKER", [preloaded, *benchmark.WORKER[1:]])
    with pytest.raises(SystemExit, match="False"):  # whether a row failed
        compare.main()
    document = json.loads(capsys.readouterr().out)
    ours, theirs = document["rows"]
    assert (ours["engine"], theirs["engine"]) == ("flashsloth", "hf")
    assert document["schema"] == "flashsloth.bench/1"
    assert {"torch", "transformers", "threads", "processor"} <= set(document["environment"])
    for row in (ours, theirs):
        assert {
            "engine",
            "model",
            "quant",
            "dtype",
            "device",
            "visual_tokens",
            "spread",
            "error",
            *NUMBERS,
        } <= set(row)
        assert (row["model"], row["quant"], row["dtype"], row["device"]) == (
            "nano",
            "none",
            "float32",
            "cpu",
        )
        assert row["visual_tokens"] == nano.config.visual_tokens(False)
        wanted = set(NUMBERS) - ({"ttft_after_prefix_ms"} if row["engine"] == "hf" else set())
        assert all(row[name] > 0 for name in wanted)
        assert all(row["spread"][n][0] <= row[n] <= row["spread"][n][1] for n in row["spread"])
        assert len(row["token_ids"]) == row["output_tokens"] == 24
        assert 1 < row["weight_bytes"] / sum(p.nbytes for p in nano.loaded.model.parameters()) < 1.1
    assert theirs["ttft_after_prefix_ms"] is None
    [comparison] = document["comparison"]
    assert comparison["same_ids"] is (ours["token_ids"] == theirs["token_ids"]) is True
    assert comparison["decode_speedup"] == pytest.approx(
        ours["decode_tokens_per_second"] / theirs["decode_tokens_per_second"], abs=1e-3
    )


@pytest.mark.nightly
@pytest.mark.slow
def test_random_weights_as_a_table(cli, sizes: Path) -> None:
    words = [
        "--random-weights",
        sizes,
        "--hd",
        "--max-tokens",
        "4",
        "--repeats",
        "1",
        "--device",
        "cpu",
    ]
    done = cli("bench", *words, "--quant", "int4").ok
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].startswith("flashsloth int4")
    assert "small: 20 visual tokens in a prompt of 84, 4 out" in done.out
    assert "\x1b" not in done.out + done.err
    assert "row 1 of 1" in done.err


def test_a_row_that_fails_leaves_the_others(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """If all fail it is that error."""

    def run(job: dict[str, Any], **_: Any) -> dict[str, Any]:
        if job["quant"] == "int4":
            return benchmark.failed(job, "no room for it", "out_of_memory", "Close other programs.")
        return good(job)

    monkeypatch.setattr(benchmark, "run", run)
    done = cli("bench", "-m", "nano", "--quant", "all", "--json")
    assert (done.code, "warning: int4: no room for it" in done.err) == (7, True)
    errors = {row["quant"]: row["error"] for row in done.document["rows"]}
    assert errors == {"none": None, "int4": "no room for it", "int8": None, "nf4": None}
    error = cli("bench", "-m", "nano", "--quant", "int4", "--json", "-q").error_document
    assert (error["code"], error["exit"], error["hint"]) == (
        "out_of_memory",
        5,
        "Close other programs.",
    )


def test_ctrl_c_prints_what_is_done(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "run", failing_at(3, KeyboardInterrupt(), good))
    done = cli("bench", "-m", "nano", "--quant", "all", "--json")
    assert done.code == 130
    assert [row["quant"] for row in done.document["rows"]] == ["none", "int4"]


def good(job: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Return the row of a job without measuring."""
    numbers = {
        **dict.fromkeys(NUMBERS, 1.0),
        "visual_tokens": 36,
        "spread": {},
        "token_ids": [1],
        "error": None,
    }
    return {**{key: job[key] for key in ("engine", "model", "quant", "dtype", "device")}, **numbers}


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["a decoder without sdpa", "random weights and a tied head"])
def test_other_models_beside_transformers(kind: str, tmp_path: Path) -> None:
    """A tied head has no tensor of its own."""
    if kind == "a decoder without sdpa":
        words = ["-m", str(write(tmp_path / "model", "gemma2", {}).folder)]
    else:
        tied = "[text_config]\nmodel_type = 'llama'\ntie_word_embeddings = true\nvocab_size = 51200"
        (tmp_path / "tied.toml").write_text(SIZES.replace("[text_config]", tied))
        words = ["--random-weights", str(tmp_path / "tied.toml"), "--device", "cpu"]
    printed = run_python(
        "benchmarks/compare.py", *words, "--max-tokens", "2", "--repeats", "1", seconds=280
    )
    lines = printed.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[2:5:2]] == ["flashsloth", "hf"]
    assert "the same ids" in " ".join(lines[-2:])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], ["int8"]),  # of the environment
        (["--quant", "auto"], ["auto"]),
        (["--quant", "4bit"], ["int4"]),
    ],
)
def test_which_presets(
    cli, monkeypatch: pytest.MonkeyPatch, words: list[str], asked: list[str | None]
) -> None:
    monkeypatch.setattr(benchmark, "run", good)
    monkeypatch.setenv("FLASHSLOTH_QUANT", "int8")
    rows = cli("bench", *words, "--json").document["rows"]
    assert [row["quant"] for row in rows] == asked


def measures(process: psutil.Process) -> bool:
    """Whether it is the child of `bench`, and none that some library started while it was imported."""
    try:
        return "flashsloth.benchmark.measurement" in process.cmdline()
    except psutil.Error:  # it has ended
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupting_ends_the_child_too(program) -> None:
    words = ["-m", "nano", "--max-tokens", "400", "--repeats", "1000", "--device", "cpu"]
    process = program.start("bench", *words)
    children: list[psutil.Process] = []
    while not children:
        time.sleep(0.1)  # each look asks about all processes of the machine
        children += filter(measures, psutil.Process(process.pid).children())
    process.send_signal(signal.SIGINT)  # to the parent alone, as a script would
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    # interrupted at its start, it ends after its imports
    assert psutil.wait_procs(children, timeout=60)[1] == []


PEERS = {  # visual tokens
    "flashsloth": 81,
    "flashsloth-hd": 405,
    "qwen2-vl-2b": 999,
    "qwen2-vl-2b, <=256": 234,
    "internvl2-2b shape": 3328,
    "smolvlm2-2.2b": 1053,
    "qwen3-vl-2b": 768,
    "lfm2-vl-1.6b": 1770,
}


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "names",
    [["flashsloth-hd", "qwen2-vl-2b, <=256"], [*PEERS]],
    ids=["two", "all"],
)
def test_peers_script_runs_all_that_can_be_built(names: list[str]) -> None:
    only = [word for name in names for word in ("--only", name)]
    words = ("--tiny", "--repeats", "1", "--max-tokens", "2", "--device", "cpu", "--json")
    done = run_python("benchmarks/peers.py", *only, *words, seconds=580)
    rows = {row["model"]: row for row in json.loads(done)["rows"]}
    assert {name: row["error"] for name, row in rows.items() if row["error"]} == {}
    tokens = {name: row["visual_tokens"] for name, row in rows.items()}
    assert tokens == {name: PEERS[name] for name in names}
