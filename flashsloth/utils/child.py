"""Run a module in a child process with limits. It may crash or be killed without harm to this
process."""

from __future__ import annotations

import os
import subprocess
import sys


def command(module: str) -> list[str]:
    """Return the command that runs a module and imports nothing from the current folder."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """Return the environment in which a child process finds this package. Relative entries of
    `sys.path` are left out: they would lead to the current folder, whose files may be untrusted."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isabs, sys.path))}


def run(module: str, request: bytes, seconds: float) -> tuple[bool, bytes]:
    """Run a module of this package with a request on stdin, and kill it after this number of seconds.
    Return whether it succeeded (exit code 0), and in any case its stdout. The module sets its other
    limits with `system.limit_process`."""
    with subprocess.Popen(
        command(module),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            written, _ = process.communicate(request, seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            written, _ = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process.returncode == 0, written
