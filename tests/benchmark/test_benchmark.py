"""Numbers and table of a benchmark, workers that fail, hang or die, and sizes of published decoders."""

from __future__ import annotations

import math
import mmap
import subprocess
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch

import tiny
from flashsloth import benchmark
from flashsloth.benchmark import measurement, random_weights, table
from flashsloth.benchmark.measurement import make_task
from flashsloth.benchmark.runner import attempt
from flashsloth.checkpoints.compose import embq_sizes
from flashsloth.checkpoints.model_files import empty_shapes
from flashsloth.errors import OutOfMemory, OutOfThreads, SettingsFileError
from flashsloth.sizes.families import part_of
from paths import ROOT

JOB = asdict(benchmark.Job("flashsloth", "nano"))


def row(**changes: Any) -> dict[str, Any]:
    """Return a row with made-up numbers."""
    made: dict[str, Any] = dict.fromkeys(benchmark.NUMBERS, 12345.6)
    spread = {key: [12000.0, 12999.0] for key in made if key.endswith(("_ms", "_second"))}
    made |= {
        "engine": "flashsloth",
        "model": "nano",
        "quant": "none",
        "dtype": "bfloat16",
        "device": "cpu",
    }
    made |= {
        "bandwidth_share": 0.5,
        "peak_bytes": 6.4e9,
        "bytes_per_token": 5.35e9,
        "copy_bytes_per_second": 30e9,
    }
    made |= {
        "visual_tokens": 81,
        "prompt_tokens": 145,
        "output_tokens": 16,
        "token_ids": [1, 2],
        "spread": spread,
    }
    made |= {
        "error": None,
        "error_code": None,
        "environment": measurement.environment(torch.device("cpu")),
    }
    return {**made, **changes}


def new_pages(size: int) -> mmap.mmap:
    """Map pages that are new to this process; an allocator might reuse old ones."""
    memory = mmap.mmap(-1, size)
    for at in range(0, size, mmap.PAGESIZE):
        memory[at] = 1
    return memory


def test_peak_memory_counts_memory_that_was_freed() -> None:
    memory = measurement.PeakMemory(torch.device("cpu"))
    pages = new_pages(40 * 2**20)
    del pages
    assert memory.peak() > 38 * 2**20
    assert measurement.PeakMemory(torch.device("cpu")).peak() < 38 * 2**20  # of a new measurement


def test_shared_weights_count_once() -> None:
    first, second = torch.nn.Linear(8, 8, bias=False), torch.nn.Linear(8, 4, bias=False)
    second.weight = torch.nn.Parameter(first.weight[:4])
    assert measurement.weight_bytes([first, second]) == 256
    assert measurement.read_bytes([first]) == 256


def test_random_weights_are_the_same_for_the_same_name() -> None:
    infos = random_weights.infos(torch.nn.ModuleDict({"a": torch.nn.Linear(3000, 2000)}))
    first, second = (dict(random_weights.random_tensors(infos, torch.float32)) for _ in range(2))
    assert torch.equal(first["a.weight"], second["a.weight"])
    assert first["a.weight"].std().item() == pytest.approx(3000**-0.5, rel=0.01)
    assert not first["a.bias"].any()
    assert not torch.equal(first["a.weight"][0], first["a.weight"][1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text_config = 3", "must be a table"),
        ("embq_heads = 7", "embq_heads 7 must divide"),
        (None, "not a known size"),
    ],
)
def test_invalid_sizes(text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsFileError, match=message):
        random_weights.read_sizes(str(file))


def test_the_random_prompt_is_as_long_as_the_real_one() -> None:
    task = make_task(benchmark.Job("flashsloth", "flashsloth", sizes={}))
    assert len(task.ids) == 145
    assert task.ids.count(task.config.image_token_id) == 81
    assert task.ids.count(task.config.query_token_id) == 9


def test_table_is_at_most_80_wide() -> None:
    failed = benchmark.failed(JOB | {"quant": "nf4"}, "no room " * 30, "out_of_memory")
    without = row(engine="hf", ttft_after_prefix_ms=None, load_ms=None)
    rows = [row(), row(quant="int8"), failed, without]
    lines = table.lines(table.document(rows, {"repeats": 5, "random_weights": "flashsloth"}))
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for part in ("int8", "no room", "bf16", "±4%", "50%", "Random weights"):
        assert part in text


@pytest.mark.parametrize(
    ("error", "code"),
    [(OutOfMemory("full"), "out_of_memory"), (ValueError("odd"), "internal")],
)
def test_an_error_is_a_row(error: Exception, code: str) -> None:
    def measure(job: dict[str, Any], on_progress: Any) -> dict[str, Any]:
        raise error

    failed = attempt(measure, JOB, lambda *report: None)
    assert failed["error_code"] == code
    assert failed["error"]
    assert set(benchmark.NUMBERS) <= set(failed)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed"),
        ("import sys; sys.exit('no such thing')", "exit code 1"),
        ("print('not JSON')", "exit code 0"),
    ],
)
def test_a_worker_that_fails_is_a_row(code: str, message: str) -> None:
    failed = benchmark.run(JOB, (sys.executable, "-c", code))
    assert message in failed["error"]


@pytest.mark.slow
def test_a_row_reports_its_progress() -> None:
    settings = {"repeats": 3, "max_tokens": 2, "device": "cpu", "quant": "none"}
    job = {**JOB, "folder": None, "sizes": tomllib.loads(tiny.SIZES), **settings}
    reports: list[tuple[int, int, str]] = []
    measured = benchmark.run(job, on_progress=lambda *report: reports.append(report))
    assert measured["error"] is None
    assert (0, 3, "answers measured") in reports
    labels = list(dict.fromkeys(label for _, _, label in reports))
    assert labels == ["tensors loaded", "answers to warm up", "answers measured"]


def test_a_worker_needs_no_second_thread() -> None:
    """Where none can be started, the row is measured nevertheless."""
    worker = (
        "import threading\n"
        'def refuse(thread): raise RuntimeError("can\'t start new thread")\n'
        "threading.Thread.start = refuse\n"
        "from flashsloth.benchmark.runner import serve\n"
        "serve(lambda *job: {'error': None})"
    )
    assert benchmark.run(JOB, (sys.executable, "-c", worker))["error"] is None


def test_a_worker_that_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.Popen", mock.Mock(side_effect=BlockingIOError))
    with pytest.raises(OutOfThreads):
        benchmark.run(JOB)


def test_the_worker_ends_with_its_parent() -> None:
    worker = (
        "from flashsloth.benchmark.runner import serve; import time; serve(lambda *job: time.sleep(60))"
    )
    parent = (
        "import subprocess, sys, time\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {worker!r}, '{{}}'], stdin=subprocess.PIPE)\n"
        "print('begun', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        process.kill()
        assert process.stdout.read() == ""  # ends with the last process that holds it, the worker


# of the published weights, tied heads counted once; SmolLM2's rows are grown from 49152 to 49216
WEIGHTS = {
    "qwen3-0.6b-siglip2": 596_049_920,
    "qwen3-1.7b-siglip2": 1_720_574_976,
    "smollm2-135m-siglip2": 134_515_008 + 64 * 576,
    "smollm2-1.7b-siglip2": 1_711_376_384 + 64 * 2048,
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_sizes_are_the_published_ones(name: str) -> None:
    _, values = random_weights.read_sizes(str(ROOT / "benchmarks" / "sizes" / f"{name}.toml"))
    config = random_weights.make_config(values)
    counts = (
        math.prod(shape) for part, shape in empty_shapes(config).items() if part_of(part) == "text"
    )
    assert sum(counts) == WEIGHTS[name]
    text = config.text_config
    sizes = embq_sizes(
        config.vision_config.hidden_size, text.num_hidden_layers, text.num_attention_heads
    )
    assert sizes == {size: getattr(config, size) for size in sizes}
    assert config.tokens_per_tile == 81
