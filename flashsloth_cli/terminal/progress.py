"""Progress on stderr: a bar or a line that goes away on a terminal, plain lines elsewhere."""

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
SETTLED = 1.0  # seconds after the first one is done, before a rate is said
ERASE = "\r\x1b[K"  # back to the line's beginning, and clear it


def _quiet(done: int, total: int, label: str) -> None:
    """No progress at all."""


@contextmanager
def downloading(title: str, total: int, *, quiet: bool) -> Iterator[Callback]:
    """Bytes with rate and time left."""
    if quiet:
        yield _quiet
        return
    if not streams.wants_styling(sys.stderr):
        began = time.monotonic()
        render.note(f"downloading {title}, {gigabytes(total)}")
        yield _quiet
        render.note(f"{title} is here, after {time.monotonic() - began:.0f} s")
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:
        task = bar.add_task(one_line(title), total=total)

        def advance(done: int, in_all: int, label: str) -> None:
            bar.update(task, completed=done, total=in_all, description=one_line(label))

        yield advance


@contextmanager
def loading(title: str, *, quiet: bool) -> Iterator[Callback]:
    """A line while a model is opened, which begins with seconds of imports; it goes away afterwards."""
    if quiet or not streams.wants_styling(sys.stderr):
        yield _quiet
        return
    title = one_line(title)[-max(shutil.get_terminal_size().columns - 15, 10) :]  # a longer line cannot be erased
    shown = -1

    def advance(done: int, total: int, label: str) -> None:
        nonlocal shown
        percent = 100 * done // total
        if percent >= shown + 5:
            shown = percent
            streams.write_stderr(f"{ERASE}loading {title} {percent}%", end="")

    streams.write_stderr(f"loading {title}", end="")
    with streams.no_echo():
        try:
            yield advance
        finally:
            streams.write_stderr(ERASE, end="")


class Pace:
    """How many there are in a second, counted from the first one that is done."""

    def __init__(self) -> None:
        self._before: int | None = None  # done when it began
        self._first: tuple[float, int] | None = None  # when the first was done, and how many were then

    def rate(self, done: int, now: float) -> float | None:
        """Take notice of how many are done; None while too little is known."""
        if self._before is None:
            self._before = done
        elif self._first is None and done > self._before:
            self._first = now, done
        elif self._first is not None and now - self._first[0] >= SETTLED:
            return (done - self._first[1]) / (now - self._first[0]) or None
        return None


@contextmanager
def counting(title: str, *, quiet: bool, rated: bool = False, labelled: bool = False) -> Iterator[Callback]:
    """How much of long work is done: a line that goes away on a terminal, elsewhere a plain one every ten seconds.

    `rated` adds how many there are in a second and how long the rest takes. What comes first also pays for what is
    set up once, so that the rate is counted from there on, and said when a second has passed. `labelled` adds the
    label of each step.
    """
    if quiet:
        yield _quiet
        return
    styled = streams.wants_styling(sys.stderr)
    due = time.monotonic() + (1 if styled else SECONDS_BETWEEN)  # what is done in a second needs no line
    shown = False
    pace = Pace()

    def advance(done: int, total: int, label: str) -> None:
        nonlocal due, shown
        now = time.monotonic()
        rate = pace.rate(done, now)
        if now < due:
            return
        due, shown = now + (0.2 if styled else SECONDS_BETWEEN), True
        step = f"{one_line(label)} " if labelled else ""
        text = f"{one_line(title)}: {step}{done:,} of {total:,} ({100 * done // max(total, 1)}%)"
        if rated and rate:
            text += f", {rate:.3g}/s, {duration((total - done) / rate)} left"
        streams.write_stderr(f"{ERASE}{text}" if styled else text, end="" if styled else "\n")

    try:
        yield advance
    finally:
        if shown and styled:
            streams.write_stderr(ERASE, end="")
