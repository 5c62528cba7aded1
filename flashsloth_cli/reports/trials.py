"""The checks of `doctor` that compute, in a child process: a machine on which they crash is one of the
problems that `doctor` reports.

The child reads the name of a check from each line of stdin, and writes its result as a line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict

from flashsloth.utils import child
from flashsloth_cli.reports import doctor

FIX = "Look for the cause in the system's log, and report it with the output of this command."


class Trials:
    """Runs checks in a child process. Use it as a context manager. The child starts with the first
    check; after a crash another one starts with the next check."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def run(self, name: str) -> doctor.Check:
        """Run one check. If the child ends without a result, the check has failed."""
        if self._process is None:
            self._process = child.start(
                child.command(__name__),
                env=child.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = b""
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{name}\n".encode())
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if line:
            return doctor.Check(**json.loads(line))
        self._process.communicate()
        code = self._process.returncode
        self._process = None
        return doctor.Check(name, "fail", f"its process crashed: {_reason(code)}", FIX)


def _reason(code: int) -> str:
    """Return what a return code of a process says about its end."""
    return (signal.strsignal(-code) if code < 0 else None) or f"exit code {code}"


def main() -> None:
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # text that libraries print must not get into the results
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends both processes; the other one says so
    for line in sys.stdin:
        name = line.strip()
        print(json.dumps(asdict(doctor.run_check(name, doctor.CHECKS[name]))), file=results, flush=True)


if __name__ == "__main__":
    main()
