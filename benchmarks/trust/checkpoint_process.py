"""The process that opens damaged folders (checkpoint_worker), as the checks see it: asked, waited for, begun again.

One serves all checks of a run: starting it takes seconds.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.trust.__main__ import ROOT
from benchmarks.trust.checkpoint_files import lay_traps
from benchmarks.trust.checkpoint_seeds import Seeds

PATIENCE = 45.0  # seconds after which the process is ended
OWN_DISKS = ["unshare", "--user", "--map-root-user", "--mount"]  # it may mount what no other process sees


class Worker:
    """The process, begun when it is first needed and again when it died."""

    def __init__(self) -> None:
        self.workplace = ""
        self.process: subprocess.Popen[str] | None = None

    def _start(self) -> subprocess.Popen[str]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
        command = [sys.executable, "-m", "benchmarks.trust.checkpoint_worker"]
        try:
            own = subprocess.run([*OWN_DISKS, "true"], capture_output=True).returncode == 0
        except FileNotFoundError:
            own = False
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - for as long as the process lives
        self.process = subprocess.Popen(
            [*(OWN_DISKS if own else []), *command],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        if self._line(120) != "ready":
            errors.seek(0)
            raise RuntimeError(f"the process does not start: {errors.read()[-2000:]}")
        errors.close()
        return self.process

    def _line(self, seconds: float) -> str | None:
        """One line of what it says; None when it takes longer, "" when it is gone."""
        assert self.process is not None
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return self.process.stdout.readline().strip() if ready else None

    def __call__(self, **case: Any) -> dict[str, Any]:
        """What came of one folder; see checkpoint_worker."""
        process = self.process if self.process is not None else self._start()
        assert process.stdin is not None
        process.stdin.write(json.dumps({"workplace": self.workplace, **case}) + "\n")
        process.stdin.flush()
        line = self._line(PATIENCE)
        if line:
            found: dict[str, Any] = json.loads(line)
            return found
        self.close()
        if line is None:
            return {"outcome": "hang"}
        return {"outcome": "crash", "class": "the process ended", "message": f"code {process.returncode}", "where": ""}

    def fork(self, **case: Any) -> dict[str, Any]:
        """One conversion in a child of the process: how it ended, and the seconds it took."""
        return self(do="fork", **case)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()
        self.process = None


WORKER = Worker()
atexit.register(WORKER.close)


@contextmanager
def working(folder: Path) -> Iterator[tuple[Worker, Seeds]]:
    """The worker in a workplace of its own with traps."""
    folder = folder.resolve()
    seeds = Seeds(folder)
    lay_traps(folder, seeds("native"))
    WORKER.workplace = str(folder)
    yield WORKER, seeds


def contents(folder: Path) -> dict[str, int] | None:
    """The files below a folder and a number that other content does not have; None where there is no folder."""
    if not folder.exists():
        return None
    return {str(p.relative_to(folder)): zlib.crc32(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
