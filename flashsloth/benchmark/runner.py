"""What one row is, and the process it is measured in. Knows no torch: the parent stays small."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

SCHEMA = "flashsloth.bench/1"
NUMBERS = (
    *("load_ms", "image_ms", "tower_ms", "prefill_ms", "ttft_ms", "ttft_after_prefix_ms", "decode_tokens_per_second"),
    *("peak_bytes", "weight_bytes", "bandwidth_share"),
)
CHILD = (sys.executable, "-P", "-m", "flashsloth.benchmark")  # -P: what lies in the working folder is not imported
SPIN = "1000"  # turns a thread waits by spinning; the default makes small models many times slower on a busy machine


@dataclass(frozen=True, slots=True)
class Job:
    """One row to be measured: a model from `folder`, or of random weights with `sizes`.

    `engine` "hf" is transformers' generate(). `graphs` False keeps CUDA graphs out. None stands for what the program
    would choose.
    """

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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def failed(job: Mapping[str, Any], message: str, code: str, hint: str = "") -> dict[str, Any]:
    """The row of a job that came to nothing."""
    known = {key: job.get(key) for key in ("engine", "model", "quant", "dtype", "device")}
    numbers = dict.fromkeys(("visual_tokens", *NUMBERS))
    return {**known, **numbers, "spread": {}, "error": message, "error_code": code, "error_hint": hint}


def run(
    job: Mapping[str, Any],
    command: Sequence[str] = CHILD,
    *,
    verbose: bool = False,
    timeout: float | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Measure one row in a fresh process and wait for it. A row that fails has an `error`.

    Whatever ends this call, Ctrl-C too, ends the child; and the child ends itself when this process is gone. What it
    says on stderr is dropped unless `verbose`. `timeout` in seconds.
    `on_progress` is told of the steps within the row.
    """
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if verbose else said,
            env=environment(),
        )
        late = threading.Timer(timeout, child.kill) if timeout is not None else None
        if late is not None:
            late.start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with suppress(BrokenPipeError):
                child.stdin.write(json.dumps(job).encode() + b"\n")
                child.stdin.flush()
            answer = b"".join(line for line in child.stdout if not _is_report(line, on_progress))
            code = child.wait()
        finally:
            if late is not None:
                late.cancel()
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
        return _row(job, answer, code, said)


def _is_report(line: bytes, on_progress: Callable[[int, int, str], None] | None) -> bool:
    """Whether a line of the child is a report on its progress, which is passed on."""
    if not line.startswith(b'{"progress": '):
        return False
    if on_progress is not None:
        on_progress(*json.loads(line)["progress"])
    return True


def environment() -> dict[str, str]:
    """The child's environment: this package importable from anywhere, and threads that do not spin."""
    found = dict(os.environ)
    root = str(Path(__file__).parents[2])
    found["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [found.get("PYTHONPATH")])])
    if "OMP_WAIT_POLICY" not in found:
        found.setdefault("GOMP_SPINCOUNT", SPIN)
    found.setdefault("TOKENIZERS_PARALLELISM", "false")
    found.setdefault("TRANSFORMERS_VERBOSITY", "error")
    return found


def _row(job: Mapping[str, Any], answer: bytes, code: int, said: BinaryIO) -> dict[str, Any]:
    with suppress(ValueError):
        row = json.loads(answer)
        if isinstance(row, dict):
            return row
    if code == -signal.SIGKILL:
        message = "its process was killed: out of memory, or out of time"
        return failed(job, message, "killed", "Close other programs, or measure something smaller.")
    said.seek(0)
    last = said.read().decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {code}"]
    return failed(job, f"its process ended without a row: {last[0]}", "internal", "With -v it says more.")
