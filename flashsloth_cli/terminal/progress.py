"""Progress on stderr: on a terminal a bar or a line that is erased at the end, elsewhere plain lines."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import duration, gigabytes, one_line

Callback = Callable[[int, int, str], None]

SECONDS_BETWEEN = 10.0  # plain lines of progress
WARM_UP = 1.0  # seconds after the first step, before a rate is shown
ERASE = "\r\x1b[K"


def _quiet(done: int, total: int, label: str) -> None:
    """Show no progress."""


@contextmanager
def downloading(title: str, total: int, *, quiet: bool) -> Iterator[Callback]:
    """Show the bytes of a download, its rate and the time left."""
    if quiet:
        yield _quiet
        return
    if not streams.wants_styling(sys.stderr):
        start = time.monotonic()
        render.note(f"downloading {title}, {gigabytes(total)}")
        yield PlainLines(f"downloading {title}")
        render.note(f"downloaded {title} in {duration(time.monotonic() - start)}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:
        task = bar.add_task(one_line(title), total=total)

        def advance(done: int, all_bytes: int, label: str) -> None:
            bar.update(task, completed=done, total=all_bytes, description=one_line(label))

        yield advance


@contextmanager
def loading(title: str, *, quiet: bool) -> Iterator[Callback]:
    """Show a line while a model is imported and loaded."""
    if quiet or not streams.wants_styling(sys.stderr):
        yield _quiet if quiet else PlainLines(f"loading {title}")
        return
    title = one_line(title)[-max(shutil.get_terminal_size().columns - 15, 10) :]  # a longer line cannot be erased
    last = -1

    def advance(done: int, total: int, label: str) -> None:
        nonlocal last
        percent = 100 * done // total
        if percent >= last + 5:
            last = percent
            streams.write_stderr(f"{ERASE}loading {title} {percent}%", end="")

    streams.write_stderr(f"loading {title}", end="")
    with streams.no_echo():
        try:
            yield advance
        finally:
            streams.write_stderr(ERASE, end="")


def note_above(text: str) -> None:
    """Print a note in place of the line of progress, which is drawn again below it."""
    if streams.wants_styling(sys.stderr):
        streams.write_stderr(ERASE, end="")
    render.note(text)


class Throughput:
    """Steps per second since the first step, which also includes the set-up."""

    def __init__(self) -> None:
        self._before: int | None = None  # steps done at the start
        self._first: tuple[float, int] | None = None  # time of the first new step, and the steps done then

    def rate(self, done: int, now: float) -> float | None:
        """Record the number of steps done, and return the rate, or None for WARM_UP seconds."""
        if self._before is None:
            self._before = done
        elif self._first is None and done > self._before:
            self._first = now, done
        elif self._first is not None and now - self._first[0] >= WARM_UP:
            return (done - self._first[1]) / (now - self._first[0]) or None
        return None


class PlainLines:
    """Prints how much of long work is done and the time left, at most every ten seconds, where there is no terminal.
    Without a title, the label of the work is its title, and other work begins with another label."""

    def __init__(self, title: str = "") -> None:
        self._title, self._label = title, ""
        self._begin()

    def _begin(self) -> None:
        self._due, self._throughput = time.monotonic() + SECONDS_BETWEEN, Throughput()

    def __call__(self, done: int, total: int, label: str) -> None:
        if label != self._label and not self._title:
            self._begin()
        self._label, now = label, time.monotonic()
        rate = self._throughput.rate(done, now)
        if now >= self._due:
            self._due = now + SECONDS_BETWEEN
            left = f", {duration((total - done) / rate)} left" if rate else ""
            render.note(f"{self._title or label} {100 * done // max(total, 1)}%{left}")


@contextmanager
def counting(title: str, *, quiet: bool, rated: bool = False, labelled: bool = False) -> Iterator[Callback]:
    """Show how many steps are done: on a terminal in one line, elsewhere in a new line every ten seconds. The time left
    is shown where the line stays or with `rated`, which adds the rate; `labelled` adds the label of each step."""
    if quiet:
        yield _quiet
        return
    styled = streams.wants_styling(sys.stderr)
    due = time.monotonic() + (1 if styled else SECONDS_BETWEEN)  # short work needs no line
    visible = False
    throughput = Throughput()

    def advance(done: int, total: int, label: str) -> None:
        nonlocal due, visible
        now = time.monotonic()
        rate = throughput.rate(done, now)
        if now < due:
            return
        due, visible = now + (0.2 if styled else SECONDS_BETWEEN), True
        step = f"{one_line(label)} " if labelled else ""
        text = f"{one_line(title)}: {step}{done:,} of {total:,} ({100 * done // max(total, 1)}%)"
        if rated and rate:
            text += f", {rate:.3g}/s"
        if rate and (rated or not styled):
            text += f", {duration((total - done) / rate)} left"
        streams.write_stderr(f"{ERASE}{text}" if styled else text, end="" if styled else "\n")

    try:
        yield advance
    finally:
        if visible and styled:
            streams.write_stderr(ERASE, end="")
