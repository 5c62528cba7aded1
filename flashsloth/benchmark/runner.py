"""Jobs, and the process that measures one: it reads the job, writes lines of progress and then the row, and all else to
stderr. Loads no torch, to keep the parent small."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Literal, TextIO

from flashsloth.errors import FlashSlothError
from flashsloth.utils import child, system
from flashsloth.utils.progress import Progress

SCHEMA = "flashsloth.bench/1"
NUMBERS = (
    *("load_ms", "image_ms", "tower_ms", "prefill_ms", "ttft_ms", "ttft_after_prefix_ms", "decode_tokens_per_second"),
    *("peak_bytes", "weight_bytes", "bandwidth_share"),
)
WORKER = child.command("flashsloth.benchmark.measurement")
REPORT_SECONDS = 0.2  # between two reports
SPIN = "1000"  # for GOMP_SPINCOUNT; the default makes small models many times slower on a busy machine

Measure = Callable[[dict[str, Any], Progress], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Job:
    """One row to measure: a model from `folder`, or with random weights of `sizes`. `engine` "hf" is transformers'
    generate(). `graphs` False disables CUDA graphs. None stands for the default."""

    engine: Literal["flashsloth", "hf"]
    model: str
    folder: str | None = None
    sizes: dict[str, Any] | None = None
    quant: str | None = None
    dtype: str | None = None
    device: str = "auto"
    hd: bool | None = None
    max_tokens: int = 64
    repeats: int = 5
    warmup: int = 1
    graphs: bool = True


def failed(job: Mapping[str, Any], message: str, code: str, hint: str = "") -> dict[str, Any]:
    settings = {key: job.get(key) for key in ("engine", "model", "quant", "dtype", "device")}
    numbers = dict.fromkeys(("visual_tokens", *NUMBERS))
    return {**settings, **numbers, "spread": {}, "error": message, "error_code": code, "error_hint": hint}


def run(
    job: Mapping[str, Any],
    command: Sequence[str] = WORKER,
    *,
    verbose: bool = False,
    timeout: float | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure one row in a fresh process. A row that fails has an `error`. The worker is killed when this call ends,
    also by Ctrl-C, and exits when this process is killed. Its stderr is shown only if `verbose`. `timeout` is in
    seconds."""
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=None if verbose else stderr, env=environment()
        ) as worker,
    ):
        timer = threading.Timer(timeout or threading.TIMEOUT_MAX, worker.kill)
        timer.start()
        try:
            assert worker.stdin is not None
            assert worker.stdout is not None
            with suppress(BrokenPipeError):
                os.write(worker.stdin.fileno(), json.dumps(job).encode() + b"\n")
            output = b"".join(line for line in worker.stdout if not _is_report(line, on_progress))
            return _row(job, output, worker.wait(), stderr)
        finally:
            timer.cancel()
            worker.kill()


def _is_report(line: bytes, on_progress: Progress | None) -> bool:
    """Return whether a line of output is a progress report; pass it on if it is."""
    if not line.startswith(b'{"progress": '):
        return False
    if on_progress is not None:
        on_progress(*json.loads(line)["progress"])
    return True


def environment() -> dict[str, str]:
    """Return the worker's environment variables: with them it finds this package, and its threads do not spin."""
    variables = child.environment()
    if "OMP_WAIT_POLICY" not in variables:
        variables.setdefault("GOMP_SPINCOUNT", SPIN)
    variables.setdefault("TOKENIZERS_PARALLELISM", "false")
    variables.setdefault("TRANSFORMERS_VERBOSITY", "error")
    return variables


def _row(job: Mapping[str, Any], output: bytes, code: int, stderr: IO[bytes]) -> dict[str, Any]:
    with suppress(ValueError):
        row = json.loads(output)
        if isinstance(row, dict):
            return row
    if code == system.KILLED:
        message = "the process was killed: out of memory, or out of time"
        return failed(job, message, "killed", "Close other programs, or measure something smaller.")
    stderr.seek(0)
    last = stderr.read().decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {code}"]
    return failed(job, f"the process ended without a result: {last[0]}", "internal", "Use -v for details.")


# In the worker


def serve(measure: Measure) -> None:
    """Measure the job on stdin and write its row to stdout. Progress is reported as lines
    {"progress": [done, total, label]}."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    with out:
        json.dump(attempt(measure, job, _reporter(out)), out)


def _reporter(out: TextIO) -> Progress:
    last = 0.0

    def report(done: int, total: int, label: str) -> None:
        nonlocal last
        if done and time.monotonic() - last < REPORT_SECONDS:
            return
        last = time.monotonic()
        out.write(json.dumps({"progress": [done, total, label]}) + "\n")
        out.flush()

    return report


def attempt(measure: Measure, job: dict[str, Any], on_progress: Progress) -> dict[str, Any]:
    """Return the row of a job, or a row with an `error`, so that the other rows can still be measured."""
    try:
        return measure(job, on_progress)
    except FlashSlothError as error:
        return failed(job, str(error), error.code, error.hint)
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            return failed(job, "out of memory", "out_of_memory", "Close other programs, or use a smaller preset.")
        first = (str(error).strip() or "no message").splitlines()[0]
        return failed(job, f"{type(error).__name__}: {first}", "internal", "Use -v for details.")


def _exit_with_parent() -> None:
    sys.stdin.read()  # returns when the parent ends
    os.kill(os.getpid(), signal.SIGTERM)
