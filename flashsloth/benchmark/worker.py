"""The worker process: reads a job, writes lines of progress and then the row. Other output goes to stderr."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from flashsloth.benchmark.runner import failed
from flashsloth.errors import FlashSlothError
from flashsloth.utils.progress import Progress

Measure = Callable[[dict[str, Any], Progress], dict[str, Any]]
REPORT_SECONDS = 0.2  # between two reports


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


if __name__ == "__main__":
    from flashsloth.benchmark.measurement import measure

    serve(measure)
