"""Runs in processes that are killed at any moment, and resumed with the same result."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Program
from flashsloth.training import checkpoints

from .helpers import Run, metrics, record, weights

Start = Callable[..., subprocess.Popen[str]]
STEPS = 24
SETTINGS: dict[str, Any] = {
    "max_steps": STEPS,
    "save_every": 7,
    "eval_split": 0.2,
    "eval_every": 9,
    "lr": 3e-3,
}
FLAGS = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `finetune` in a process of its own, in its own session."""
    program = Program()
    yield lambda *words: program.start(
        "finetune", *map(str, words), "--set", "workers=0", "-q", start_new_session=True
    )
    program.close()


def wait_for_step(process: subprocess.Popen[str], out: Path, step: int) -> None:
    """Wait until metrics.jsonl has this many steps."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        path = out / "metrics.jsonl"
        if path.is_file() and path.read_bytes().count(b'"loss"') >= step:
            return
        time.sleep(0.002)
    pytest.fail(
        f"no step {step}: {process.communicate()[1] if process.poll() is not None else 'it takes too long'}"
    )


def killed(start: Start, seed: int, words: list[object], out: Path) -> None:
    """Kill a run at a random moment."""
    rng = random.Random(seed)
    process = start(*words, "-o", out)
    wait_for_step(process, out, rng.randrange(1, STEPS // 2))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert list(out.glob("*.safetensors")) == []
    assert record(out)["status"] == "running"


@pytest.fixture
def words(native_folder: Path, data: Path) -> list[object]:
    return [data, "-m", native_folder, "--batch-size", 2, "--device", "cpu", *FLAGS]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "seed"),
    [
        pytest.param(method, seed, marks=[pytest.mark.nightly] if (method, seed) != ("lora", 0) else [])
        for method in ("lora", "full")
        for seed in range(10)
    ],
)
def test_killed_twice_and_resumed(
    method: str,
    seed: int,
    start: Start,
    undisturbed: Callable[..., Path],
    words: list[object],
    out: Path,
) -> None:
    killed(start, 100 + seed, [*words, f"--{method}"], out)
    process = start("-o", out, "--resume")
    done = (out / "metrics.jsonl").read_bytes().count(b'"loss"')
    # if it is done: during the imports
    wait_for_step(process, out, random.Random(seed).randrange(done, STEPS))
    process.kill()
    process.communicate()
    assert Run.resumed(out).result.finished
    assert weights(out) == weights(undisturbed(method=method, **SETTINGS))
    assert [line["step"] for line in metrics(out) if "loss" in line] == list(range(1, STEPS + 1))


@pytest.mark.slow
def test_interrupted_and_resumed(
    start: Start, undisturbed: Callable[..., Path], words: list[object], out: Path
) -> None:
    """Ctrl-C ends the run after its step, saves, and prints how to resume."""
    process = start(*words, "--lora", "-o", out)
    wait_for_step(process, out, 3)
    process.send_signal(signal.SIGINT)
    stdout, err = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert "Traceback" not in err
    assert f"flashsloth finetune -o {out} --resume" in err
    step = record(out)["steps"]
    assert (record(out)["status"], 3 <= step < STEPS) == ("interrupted", True)
    assert checkpoints.newest(out) == out / "checkpoints" / f"checkpoint-{step}"
    assert Run.resumed(out).result.finished
    assert weights(out) == weights(undisturbed(method="lora", **SETTINGS))
