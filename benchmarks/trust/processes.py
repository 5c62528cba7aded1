"""The command line as a process of its own: started, disturbed, ended, and what it left on its streams.

Knows signals and terminals; knows no command.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "cli" / "programs"
LIMIT = 90.0  # seconds after which a process hangs
SETTLED = ("FLASHSLOTH_", "HF_", "HUGGING", "XDG_", "NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
REPORTED = re.compile(r"^error: .+\nhint: .+", re.MULTILINE)
TRACEBACK = "Traceback (most recent call last)"
RESET = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EDITING = b"\x1b[?2004h"  # the line editor is there
IDLE = 0.4  # seconds without a change of the screen after which it waits for the user


@dataclass
class Ended:
    """What a run left behind. `hung`: it had to be killed; `lingered`: seconds it went on after a signal."""

    code: int
    out: str
    err: str
    seconds: float
    hung: bool = False
    lingered: float = 0.0

    @property
    def reported(self) -> bool:
        """Whether it ended in an error of ours: message, hint, exit code."""
        return 1 <= self.code <= 9 and REPORTED.search(self.err) is not None and TRACEBACK not in self.err

    @property
    def fell(self) -> bool:
        """Whether there is a traceback that has to do with this program. One of Ctrl-C in Python's own first
        milliseconds, before a line of the program has run, nobody but Python could prevent."""
        ours = "/flashsloth/" in self.err or "/flashsloth_cli/" in self.err
        return TRACEBACK in self.err and (ours or not self.err.rstrip().endswith("KeyboardInterrupt"))

    @property
    def last_words(self) -> str:
        """For a message: the end of what it said."""
        return " | ".join(self.err.strip().splitlines()[-3:])[-400:] or self.out[-200:]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a machine on which nothing was settled, with this home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTLED)}
    paths = os.pathsep.join((str(ROOT), str(PROGRAMS)))
    own = {"PYTHONPATH": paths, "HOME": str(home), "FLASHSLOTH_HOME": str(home), "HF_HOME": str(home / "hf")}
    return {**kept, **own, "GOMP_SPINCOUNT": "1000", **more}


def command(words: Sequence[str], driver: str | None = None) -> list[str]:
    how = [str(PROGRAMS / f"{driver}.py")] if driver else ["-m", "flashsloth_cli"]
    return [sys.executable, *how, *words]


def _as_if_from_a_shell() -> None:
    """A process that is started in the background inherits that it ignores signals; a person's does not."""
    for number in RESET:
        signal.signal(number, signal.SIG_DFL)


class Running:
    """A process whose streams go to files, so that nothing it writes can block it."""

    def __init__(
        self,
        line: Sequence[str],
        env: dict[str, str],
        folder: Path,
        before: Callable[[], None] | None = None,
        stdin: str | None = None,
    ) -> None:
        self.out = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        self.err = tempfile.TemporaryFile()  # noqa: SIM115
        given: Any = subprocess.DEVNULL
        if stdin is not None:
            given = tempfile.TemporaryFile()  # noqa: SIM115 - the process has it
            given.write(stdin.encode())
            given.seek(0)

        def prepare() -> None:
            _as_if_from_a_shell()
            if before is not None:
                before()

        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            line,
            env=env,
            cwd=folder,
            stdin=given,
            stdout=self.out,
            stderr=self.err,
            start_new_session=True,
            preexec_fn=prepare,
        )
        self.signalled: float | None = None

    def alive(self) -> bool:
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Whether it ended within this time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, number: int) -> None:
        if self.alive():
            self.signalled = self.signalled or time.perf_counter()
            self.process.send_signal(number)

    def end(self, limit: float = LIMIT) -> Ended:
        """Wait until it has ended, or end it."""
        hung = not self.wait(limit)
        if hung:
            self.process.kill()
            self.process.wait()
        now = time.perf_counter()
        self.out.seek(0)
        self.err.seek(0)
        said = [stream.read().decode(errors="replace") for stream in (self.out, self.err)]
        self.out.close()
        self.err.close()
        lingered = now - self.signalled if self.signalled else 0.0
        return Ended(self.process.returncode, *said, now - self.began, hung, lingered)


def run(
    words: Sequence[str],
    env: dict[str, str],
    folder: Path,
    *,
    driver: str | None = None,
    before: Callable[[], None] | None = None,
    stdin: str | None = None,
) -> Ended:
    """The command line from its beginning to its end."""
    return Running(command(words, driver), env, folder, before, stdin).end()


class AtTerminal:
    """The same at a terminal, where a script is typed: a line whenever the screen has come to rest."""

    def __init__(self, line: Sequence[str], env: dict[str, str], folder: Path, script: Sequence[str]) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (24, 100))
        self.script, self.typed, self.seen = list(script), 0, b""
        self.changed = time.perf_counter()
        settled = {**env, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "100", "LINES": "24"}
        self.before = termios.tcgetattr(self.slave)
        slave = self.slave

        def prepare() -> None:
            _as_if_from_a_shell()
            import fcntl

            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            line,
            env=settled,
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=prepare,
        )
        self.signalled: float | None = None

    def alive(self) -> bool:
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Type on for so long; whether it ended meanwhile."""
        until = time.perf_counter() + seconds
        while self.alive() and (left := until - time.perf_counter()) > 0:
            self._read(min(left, 0.02))
            rested = time.perf_counter() - self.changed > IDLE
            if rested and EDITING in self.seen and self.typed < len(self.script):
                os.write(self.master, f"{self.script[self.typed]}\r".encode())
                self.typed += 1
                self.changed = time.perf_counter()
        return not self.alive()

    def _read(self, seconds: float) -> None:
        if not select.select([self.master], [], [], seconds)[0]:
            return
        try:
            more = os.read(self.master, 65536)
        except OSError:  # nobody has the other end any more
            time.sleep(seconds)
            return
        self.seen += more
        self.changed = time.perf_counter()

    def send(self, number: int) -> None:
        if self.alive():
            self.signalled = self.signalled or time.perf_counter()
            self.process.send_signal(number)

    def end(self, limit: float = LIMIT) -> Ended:
        """Type on until it has ended, or end it. What the terminal showed counts as stderr."""
        hung = not self.wait(limit)
        if hung:
            self.process.kill()
            self.process.wait()
        while select.select([self.master], [], [], 0)[0]:
            before = len(self.seen)
            self._read(0)
            if len(self.seen) == before:
                break
        now = time.perf_counter()
        self.restored = termios.tcgetattr(self.slave)[3] == self.before[3]
        os.close(self.master)
        os.close(self.slave)
        lingered = now - self.signalled if self.signalled else 0.0
        return Ended(self.process.returncode, "", self.seen.decode(errors="replace"), now - self.began, hung, lingered)
