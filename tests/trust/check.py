"""The class of a check, and the process that opens hostile files for a check, so that a crash ends only
one try."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

PATIENCE_S = 60.0  # seconds after which a silent worker is killed


@dataclass(slots=True)
class Outcome:
    """The number of tries of a check, and its defects: crashes, long waits, wrong results and
    losses."""

    tried: int = 0
    slowest_s: float = 0.0
    defects: list[str] = field(default_factory=list)

    def add(self, defect: str) -> None:
        self.defects.append(defect[:500])

    @contextmanager
    def timed(self, limit_s: float, what: str) -> Iterator[None]:
        """Count one try, which must not take longer than the limit."""
        began = time.perf_counter()
        self.tried += 1
        try:
            yield
        finally:
            self.took(time.perf_counter() - began, limit_s, what)

    def took(self, seconds: float, limit_s: float, what: str) -> None:
        self.slowest_s = max(self.slowest_s, seconds)
        if seconds > limit_s:
            self.add(f"{what}: {seconds:.1f} s")


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table. `run(count, empty_folder)` tries the same `count` things each time."""

    area: str
    name: str
    unit: str
    full: int  # the count in the table of the README
    quick: int  # the count in the tests and in a run without --full
    run: Callable[[int, Path], Outcome]


def for_each(strategy: SearchStrategy[Any], count: int, body: Callable[[Any], None]) -> None:
    """Call `body` with `count` examples of the strategy. The examples are the same on every machine."""
    if count < 1:
        return

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def example(value: Any) -> None:
        body(value)

    example()


@dataclass(slots=True)
class Report:
    """The result of one call. `end` is "done", "refused" (an error of flashsloth) or "crash"."""

    end: str
    value: Any = None
    error: str = ""  # the class of the error
    message: str = ""
    hint: str = ""
    exit_code: int = 0
    seconds: float = 0.0
    mib: float = 0.0  # peak of memory in addition to the memory before the call
    printed: bytes = b""  # the output to stdout and stderr
    events: list[str] = field(default_factory=list)  # forbidden events that an audit hook recorded


def memory(name: str) -> int:
    """Return a number of bytes from /proc: VmRSS is the present memory, VmHWM its peak, VmSize the
    address space. Return 0 if there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def measured(function: Callable[..., Any], *arguments: Any) -> Report:
    """Call the function. Report how it ended, how long it took and how much memory it needed."""
    from flashsloth.errors import FlashSlothError

    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")  # reset VmHWM
    before, began = memory("VmRSS"), time.perf_counter()
    try:
        report = Report("done", function(*arguments))
    except FlashSlothError as error:
        report = Report("refused", None, type(error).__name__, str(error), error.hint, error.exit_code)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of native code is not an Exception
        frames = [
            f"{Path(f.filename).name}:{f.lineno}"
            for f in traceback.extract_tb(error.__traceback__)[-4:]
        ]
        report = Report(
            "crash", message=f"{type(error).__name__}: {error}"[:300] + " at " + " ".join(frames)
        )
    report.seconds = time.perf_counter() - began
    report.mib = max(memory("VmHWM") - before, 0) / 2**20
    return report


def judge(outcome: Outcome, what: str, report: Report, limit_s: float, limit_mib: float) -> bool:
    """Count one report. Return False if it crashed, because there is nothing more to check then."""
    outcome.tried += 1
    if report.end == "crash":
        outcome.add(f"{what}: {report.message}")
        return False
    outcome.took(report.seconds, limit_s, what)
    if report.mib > limit_mib:
        outcome.add(f"{what}: it took {report.mib:.0f} MiB, more than {limit_mib:.0f}")
    if report.events:
        outcome.add(f"{what}: {report.events[0]}")
    said = report.message.isprintable() and 0 < len(report.message) <= 1500 and report.hint
    if report.end == "refused" and not said:
        outcome.add(f"{what}: the error is {report.message[:200]!r}, hint {report.hint!r}")
    return True


def try_each(
    strategy: SearchStrategy[tuple[Any, ...]],
    count: int,
    problem: Callable[..., str],
    limit_s: float,
    limit_mib: float,
) -> Outcome:
    """Call `problem` with drawn arguments. It returns what is wrong, or "" if nothing is wrong."""
    outcome = Outcome()

    def one(drawn: tuple[Any, ...]) -> None:
        report = measured(problem, *drawn)
        if judge(outcome, repr(drawn), report, limit_s, limit_mib) and report.value:
            outcome.add(f"{drawn!r}: {report.value}")

    for_each(strategy, count, one)
    return outcome


events: list[str] = []  # in the worker: the events that an audit hook recorded during the call


_output: Any = None  # in the worker: a file that replaces stdout and stderr


def _begin(setup: Callable[[], None]) -> None:
    global _output
    setup()
    _output = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker runs
    for stream in (1, 2):
        os.dup2(_output.fileno(), stream)


def _run(function: Callable[..., Any], *arguments: Any) -> Report:
    events.clear()
    _output.truncate(0)
    _output.seek(0)
    report = measured(function, *arguments)
    report.printed, report.events = os.pread(_output.fileno(), 200, 0), list(events)
    return report


class Worker:
    """The process. The first call starts it, and so does the call after a call that killed it."""

    def __init__(self, setup: Callable[[], None]) -> None:
        self.setup = setup
        self.pool: ProcessPoolExecutor | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Report:
        """Run a function of a module in the worker."""
        if self.pool is None:
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(self.setup,))
            self.pid = self.pool.submit(os.getpid).result()
        try:
            return self.pool.submit(_run, function, *arguments).result(PATIENCE_S)
        # After a crash of the worker, or if it is silent, the next call starts another worker.
        except (BrokenProcessPool, TimeoutError) as error:
            self.close()
            return Report(
                "crash", message=f"no answer in {PATIENCE_S:.0f} s" if str(error) == "" else str(error)
            )

    def close(self) -> None:
        if self.pool is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pool.shutdown()
        self.pool = None
