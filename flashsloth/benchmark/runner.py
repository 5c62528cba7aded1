"""Run a benchmark's job in a worker process. The worker gets the job as JSON. It writes lines of
progress and then the row to stdout, and everything else to stderr. This module does not import torch,
so that the parent process stays small."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flashsloth.errors import FlashSlothError
from flashsloth.utils import child, system
from flashsloth.utils.progress import Progress, ignore

SCHEMA = "flashsloth.bench/1"
NUMBERS = (
    "load_ms",
    "image_ms",
    "tower_ms",
    "prefill_ms",
    "ttft_ms",
    "ttft_after_prefix_ms",
    "decode_tokens_per_second",
    "peak_bytes",
    "weight_bytes",
    "bandwidth_share",
)
WORKER = child.command("flashsloth.benchmark.measurement")
# The worker's GOMP_SPINCOUNT, which limits how long waiting threads spin. With the default, spinning
# threads make small models many times slower on a busy machine.
SPIN = "1000"

Measure = Callable[[dict[str, Any], Progress], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Job:
    """A row to measure. The model comes from `folder`, or has the sizes `sizes` and random weights.
    `engine` names the program that answers. `graphs` False disables CUDA graphs. A field that is None
    means the default."""

    engine: str
    model: str
    folder: str | None = None
    sizes: dict[str, Any] | None = None
    quant: str | None = None
    dtype: str | None = None
    device: str = "auto"
    hd: bool | None = None
    max_side: int | None = None
    max_tokens: int = 64
    repeats: int = 5
    warmup: int = 1
    graphs: bool = True


def failed(
    job: Mapping[str, Any], message: str, code: str, hint: str = "Use -v for details."
) -> dict[str, Any]:
    """Return the row of a job that could not be measured. It has an `error` instead of numbers."""
    return {
        **{key: job.get(key) for key in ("engine", "model", "quant", "dtype", "device")},
        **dict.fromkeys(("visual_tokens", *NUMBERS)),
        "spread": {},
        "error": message,
        "error_code": code,
        "error_hint": hint,
    }


def run(
    job: Mapping[str, Any],
    command: Sequence[str] = WORKER,
    *,
    verbose: bool = False,
    on_progress: Progress = ignore,
) -> dict[str, Any]:
    """Measure one row in a new process. If that fails, the row has an `error`.

    The worker never outlives this call. It is killed when the call ends, even if Ctrl-C ends it, and it
    exits by itself when this process is killed. Its stderr is shown only if `verbose`. Raises:
    OutOfThreads."""
    # Nothing is written to stdin. The worker exits when stdin is closed, which also happens if this
    # process is killed.
    pipe = subprocess.PIPE
    stderr = None if verbose else subprocess.DEVNULL
    words = [*command, json.dumps(job)]
    with child.start(words, stdin=pipe, stdout=pipe, stderr=stderr, env=environment()) as worker:
        try:
            for line in worker.stdout or ():
                message: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
                if "row" in message:
                    return dict(message["row"])
                if "progress" in message:
                    on_progress(*message["progress"])
            code = worker.wait()
        finally:
            worker.kill()
    if code == system.KILLED:
        return failed(
            job,
            "the process was killed, probably because memory ran out",
            "killed",
            hint="Close other programs, or measure something smaller.",
        )
    return failed(job, f"the process ended without a result, with exit code {code}", "internal")


def environment() -> dict[str, str]:
    """Return the worker's environment variables. With them it finds this package, and its threads spin
    little."""
    spin = {} if "OMP_WAIT_POLICY" in os.environ else {"GOMP_SPINCOUNT": SPIN}
    return {**spin, **child.environment()}


# In the worker


def serve(measure: Measure) -> None:
    """Measure the job in the last argument of the command. Write lines of progress and then the row to
    stdout."""
    # Libraries may print to stdout. The original stdout is kept for the protocol, and file descriptor 1
    # is redirected to stderr.
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    # Without this thread the worker ends when it writes its next line to a parent that was killed.
    with suppress(RuntimeError):
        threading.Thread(target=_exit_with_parent, daemon=True).start()

    def write(name: str, value: object) -> None:
        out.write(json.dumps({name: value}) + "\n")

    write("row", attempt(measure, json.loads(sys.argv[-1]), lambda *step: write("progress", step)))


def attempt(measure: Measure, job: dict[str, Any], on_progress: Progress) -> dict[str, Any]:
    """Measure a job and return its row. An exception becomes a row with an `error`, so that the other
    rows can still be measured."""
    try:
        return measure(job, on_progress)
    except FlashSlothError as error:
        return failed(job, str(error), error.code, error.hint)
    except Exception as error:
        traceback.print_exc()
        return failed(job, f"{type(error).__name__}: {error}".splitlines()[0], "internal")


def _exit_with_parent() -> None:
    sys.stdin.read()  # this returns when the parent process ends
    os.kill(os.getpid(), signal.SIGTERM)
