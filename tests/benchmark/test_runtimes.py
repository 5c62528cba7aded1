"""`benchmarks/peers.py --programs`: programs are loaded first and asked in turn; the table's arithmetic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from flashsloth.config.model_config import FlashSlothConfig
from paths import ROOT

# writes each event into a file that all programs share
WORKER = """
import json, sys
name, path, speed = sys.argv[1:4]
def note(what):
    with open(path, "a") as file:
        file.write(f"{name} {what}\\n")
note("loaded")
print(json.dumps({"ready": {"read_bytes": 10**9, "threads": 2}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    note(request["task"])
    if request["task"] == "answer":
        reply = {"prefill_ms": 1000.0, "decode_tokens_per_second": float(speed), "resident_bytes": 2e9}
    else:
        reply = {"tower_ms": 500.0, "ttft_ms": 1500.0}
    print(json.dumps(reply), flush=True)
"""
ANSWER, PICTURE = {"task": "answer"}, {"task": "picture"}


@pytest.fixture(scope="module")
def table(scripts_on_path: None) -> Any:
    from runtimes import table

    return table


@pytest.fixture
def in_turn(table: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from runtimes import in_turn

    monkeypatch.setattr(in_turn, "READ_BYTES", 2**16)
    return in_turn


def program(in_turn: Any, name: str, log: Path, speed: float = 10.0) -> Any:
    return in_turn.Program(name, [sys.executable, "-c", WORKER, name, str(log), str(speed)])


def test_programs_are_loaded_first_and_asked_in_turn(in_turn: Any, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with ExitStack() as stack:
        started = in_turn.load([program(in_turn, name, log) for name in "ab"], stack)
        replies, bandwidths = in_turn.ask_in_turn(started, [ANSWER, PICTURE], rounds=2)
    assert log.read_text().splitlines() == [
        *("a loaded", "b loaded"),
        *["a answer", "a picture", "b answer", "b picture"] * 3,  # the first round does not count
    ]
    assert {name: len(rounds) for name, rounds in replies.items()} == {"a": 2, "b": 2}
    assert replies["a"][0]["tower_ms"] == 500.0
    assert replies["a"][0]["prefill_ms"] == 1000.0
    assert len(bandwidths) == 2
    assert min(bandwidths) > 0


def test_a_program_that_fails_is_left_out(in_turn: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = in_turn.Program("broken", [sys.executable, "-c", "raise SystemExit('no such file')"])
    with ExitStack() as stack:
        started = in_turn.load([broken, program(in_turn, "a", tmp_path / "log")], stack)
        assert [each.name for each in started] == ["a"]
    assert "left out: broken: no such file" in capsys.readouterr().err


def test_a_program_that_ends_while_it_is_asked_is_an_error(in_turn: Any) -> None:
    dying = "print('{\"ready\": {}}', flush=True); input(); raise SystemExit('out of memory')"
    with (
        in_turn.Program("dying", [sys.executable, "-c", dying]) as asked,
        pytest.raises(in_turn.ProgramFailed, match="dying: out of memory"),
    ):
        asked.ask(ANSWER)


def test_the_table(table: Any) -> None:
    def replies(speeds: list[float], prefill: float) -> list[dict[str, Any]]:
        common = {"prefill_ms": prefill, "tower_ms": 500.0, "ttft_ms": prefill + 500, "resident_bytes": 3e9}
        return [{"decode_tokens_per_second": speed, **common} for speed in speeds]

    result = table.Comparison(
        {name: {"read_bytes": 2 * 10**9, "threads": 2} for name in ("flashsloth int4", table.BASELINE)},
        {"flashsloth int4": replies([9.0, 10.0, 12.0], 2000.0), table.BASELINE: replies([8.0, 8.0, 9.0], 3000.0)},
        [40e9, 40e9, 50e9],
    )
    lines = table.lines(result)
    cells = [cell.strip() for cell in lines[2].split("|")[1:-1]]
    assert cells == [
        *("flashsloth int4", "10.0 (9.0-12.0)", "1.25x", "2.00", "48%", "2000 (2000-2000)", "1.50x"),
        *("500 (500-500)", "2500 (2500-2500)", "3.0 (3.0-3.0)"),
    ]
    assert {line.count("|") for line in lines[:4]} == {11}
    assert "Two threads read 40.0 (40.0-50.0) GB/s" in lines[-1]


def test_rows_of_ours_choose_what_computes_them(in_turn: Any) -> None:
    plain, other = in_turn.ours("bf16", {}), in_turn.ours("int4:WHO=torch,HOW=1", {"embq_layer": 1})
    assert (plain.name, plain.environment) == ("flashsloth bf16", {})
    assert json.loads(plain.command[-1]) == {"quant": "none", "dtype": "bfloat16", "sizes": {}}
    assert (other.name, other.environment) == ("flashsloth int4:WHO=torch,HOW=1", {"WHO": "torch", "HOW": "1"})
    assert json.loads(other.command[-1])["quant"] == "int4"


def test_sizes_are_those_of_the_released_model(table: Any) -> None:
    sizes, released = table.published({}), FlashSlothConfig()
    assert table.prompt_parts({}) == (38, 26, 145)
    for name in ("hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "num_attention_heads"):
        assert sizes["text"][name] == getattr(released.text_config, name)
    vision = sizes["vision"]
    assert (vision["image_size"] // vision["patch_size"] // vision["window"]) ** 2 == 81
    assert (vision["num_hidden_layers"], vision["text_width"]) == (26, 2560)


@pytest.mark.slow
def test_without_llama_its_rows_are_left_out() -> None:
    words = ["--programs", "--tiny", "--ours", "none", "--rounds", "1", "--llama-python", "/no/such/python"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "peers.py"), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "left out: llama.cpp, as /no/such/python has no llama_cpp and gguf" in done.stderr
