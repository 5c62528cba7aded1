"""Run a module in a child process with limits. The child may crash or be killed without an effect on
this process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from flashsloth.errors import OutOfThreads


def command(module: str) -> list[str]:
    """Return the command that runs a module without importing anything from the working directory."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """Return the environment in which a child process finds this package. Relative entries of
    `sys.path` are left out, because they would lead to the working directory, whose files may be
    untrusted."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isabs, sys.path))}


def start(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process, as `subprocess.Popen` does. Raises: OutOfThreads."""
    try:
        return subprocess.Popen(words, **options)
    except BlockingIOError as error:
        raise OutOfThreads("the system starts no more processes") from error


def run(module: str, request: bytes, seconds: float) -> tuple[bool, bytes]:
    """Run a module of this package with a request on stdin. Kill the process if it takes more than
    `seconds`. Return whether it succeeded (exit code 0), and its stdout in both cases. The module sets
    other limits itself with `system.limit_process`. Raises: OutOfThreads."""
    with start(
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
