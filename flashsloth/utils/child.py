"""Run a module in a child process, which has limits and may be ended or crash without harm to this
one."""

from __future__ import annotations

import os
import subprocess
import sys


def command(module: str) -> list[str]:
    """Return the command that runs a module and imports nothing from the current folder."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """Return the environment in which a child process finds this package. Relative entries of
    `sys.path` are left out: they would lead to the current folder, whose files may come from
    strangers."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isabs, sys.path))}


def run(module: str, request: bytes, seconds: float) -> tuple[bool, bytes]:
    """Run a module of this package with a request on stdin, for at most so long. The module sets its
    other limits with `system.limit_process`. Return whether it ended by itself, and its stdout, also if
    not."""
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
