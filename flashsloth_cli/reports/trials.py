"""The checks of `doctor` that compute, in a child process: a machine on which they crash is one of the
problems that `doctor` reports.

The child gets the names of the checks as arguments, and writes each result as a line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import asdict

from flashsloth.utils import child
from flashsloth_cli.reports import doctor

FIX = "Look for the cause in the system's log, and report it with the output of this command."


def run(names: Sequence[str]) -> Generator[doctor.Check, None, None]:
    """Run checks in a child process, and yield their results. If the child ends without a result, that
    check has failed, and another child runs the next ones."""
    left = [*names]
    while left:
        words = [*child.command(__name__), *left]
        with child.start(words, env=child.environment(), stdout=subprocess.PIPE) as process:
            try:
                for line in process.stdout or ():
                    del left[0]
                    yield doctor.Check(**json.loads(line))
            except BaseException:
                process.kill()
                raise
        if left:
            reason = _reason(process.returncode)
            yield doctor.Check(left.pop(0), "fail", f"its process crashed: {reason}", FIX)


def _reason(code: int) -> str:
    """Return what a return code of a process says about its end."""
    return (signal.strsignal(-code) if code < 0 else None) or f"exit code {code}"


def main() -> None:
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # text that libraries print must not get into the results
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends both processes; the other one says so
    for name in sys.argv[1:]:
        print(json.dumps(asdict(doctor.run_check(name, doctor.CHECKS[name]))), file=results, flush=True)


if __name__ == "__main__":
    main()
