"""Run the command line as a process: start it, disturb it, end it, and read its output. Knows no
command."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from paths import ROOT

PROGRAMS = ROOT / "tests" / "cli" / "programs"
LIMIT_S = 90.0
SETTINGS = ("FLASHSLOTH_", "HF_", "HUGGING", "XDG_", "NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
TRACEBACK = "Traceback (most recent call last)"


@dataclass
class Ended:
    """How a process ended. `lingered` is the number of seconds for which it continued after the first
    signal."""

    code: int
    out: str
    err: str
    seconds: float = 0.0
    hung: bool = False
    lingered: float = 0.0

    @property
    def is_error(self) -> bool:
        """Whether it ended with an error of flashsloth, which has a message, a hint and an exit
        code."""
        reported = re.search(
            r'^error: .+\nhint: .+|"flashsloth.error/1".+"hint": "', self.err, re.MULTILINE
        )
        return 1 <= self.code <= 9 and reported is not None and TRACEBACK not in self.err

    @property
    def has_traceback(self) -> bool:
        """Whether there is a traceback through code of flashsloth. A traceback of Ctrl-C in the first
        milliseconds of Python itself does not count."""
        ours = "/flashsloth/" in self.err or "/flashsloth_cli/" in self.err
        return TRACEBACK in self.err and (ours or not self.err.rstrip().endswith("KeyboardInterrupt"))

    def __str__(self) -> str:
        lines = " | ".join(self.err.strip().splitlines()[-3:])[-400:] or self.out[-200:]
        return f"exit code {self.code}: {lines}"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a new user with this home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    own = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{PROGRAMS}",
        "HOME": str(home),
        "FLASHSLOTH_HOME": str(home),
    }
    return {**kept, **own, "HF_HOME": str(home / "hf"), "GOMP_SPINCOUNT": "1000", **more}


def command(words: Sequence[str], driver: str | None = None) -> list[str]:
    """Return the command line; a driver is a function in tests/cli/programs that changes something
    before the command runs."""
    return [sys.executable, *([str(PROGRAMS), driver] if driver else ["-m", "flashsloth_cli"]), *words]


class Running:
    """A process whose output goes to files, so that writing never blocks it."""

    def __init__(
        self,
        line: Sequence[str],
        env: dict[str, str],
        folder: Path,
        before: Callable[[], None] | None = None,
    ) -> None:
        def prepare() -> None:
            # a background process ignores this signal
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            if before is not None:
                before()

        self.signalled: float | None = None
        self.files = out, err = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115 - closed in `end`
        # It runs in a session of its own, because a signal to the terminal of the tests must not reach
        # it.
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            line, env=env, cwd=folder, start_new_session=True, preexec_fn=prepare,
            stdin=subprocess.DEVNULL, stdout=out, stderr=err,
        )  # fmt: skip

    def wait(self, seconds: float) -> bool:
        """Return whether it ended within this time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, number: int) -> None:
        if self.process.poll() is None:
            self.signalled = self.signalled or time.perf_counter()
            self.process.send_signal(number)

    def end(self) -> Ended:
        """Wait until it ends, or kill it."""
        if hung := not self.wait(LIMIT_S):
            self.process.kill()
            self.process.wait()
        now = time.perf_counter()
        lingered = now - self.signalled if self.signalled else 0.0
        read = []
        for file in self.files:
            file.seek(0)
            read.append(file.read().decode(errors="replace"))
            file.close()
        return Ended(self.process.returncode, *read, now - self.began, hung, lingered)


def run(
    words: Sequence[str],
    env: dict[str, str],
    folder: Path,
    driver: str | None = None,
    before: Callable[[], None] | None = None,
) -> Ended:
    """Run the command line to its end."""
    return Running(command(words, driver), env, folder, before).end()
