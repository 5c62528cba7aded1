"""The child's side: one line of JSON in, one document out, before it lines of progress if they are wanted, and nothing
else on stdout whatever a library prints."""

from __future__ import annotations

import functools
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

Measure = Callable[[dict[str, Any]], dict[str, Any]]
SECONDS_BETWEEN = 0.2  # reports of one kind of work


def serve(measure: Callable[..., dict[str, Any]], *, telling: bool = False) -> None:
    """Measure the job that stands on stdin and write its row to what was stdout. With `telling`, `measure` gets a
    second argument, to which it reports how far it is; each report is a line {"progress": [done, total, label]}."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with out:
        work = functools.partial(measure, on_progress=_reports(out)) if telling else measure
        json.dump(attempt(work, job), out)


def _reports(out: TextIO) -> Callable[[int, int, str], None]:
    last = 0.0

    def report(done: int, total: int, label: str) -> None:
        nonlocal last
        if done and time.monotonic() - last < SECONDS_BETWEEN:
            return
        last = time.monotonic()
        out.write(json.dumps({"progress": [done, total, label]}) + "\n")
        out.flush()

    return report


def attempt(measure: Measure, job: dict[str, Any]) -> dict[str, Any]:
    """The row, or one with an `error`: here a fault is a result, as the other rows are still wanted."""
    try:
        return measure(job)
    except FlashSlothError as error:
        return failed(job, str(error), error.code, error.hint)
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            return failed(job, "out of memory", "out_of_memory", "Close other programs, or take a smaller preset.")
        first = (str(error).strip() or "no message").splitlines()[0]
        return failed(job, f"{type(error).__name__}: {first}", "internal", "With -v it says more.")


def _end_with_parent() -> None:
    """The parent holds stdin open as long as it lives."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
