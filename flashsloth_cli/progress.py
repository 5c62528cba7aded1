"""Progress on stderr: a bar or a line that goes away on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flashsloth_cli import render, streams

Callback = Callable[[int, int, str], None]

SECONDS_BETWEEN = 10.0  # plain lines of progress
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
        render.note(f"downloading {title}, {render.gigabytes(total)}")
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
        task = bar.add_task(render.one_line(title), total=total)

        def advance(done: int, in_all: int, label: str) -> None:
            bar.update(task, completed=done, total=in_all, description=render.one_line(label))

        yield advance


@contextmanager
def loading(title: str, *, quiet: bool) -> Iterator[Callback]:
    """A line while a model is opened, which begins with seconds of imports; it goes away afterwards."""
    if quiet or not streams.wants_styling(sys.stderr):
        yield _quiet
        return
    title = render.one_line(title)[
        -max(shutil.get_terminal_size().columns - 15, 10) :
    ]  # a longer line cannot be erased
    shown = -1

    def advance(done: int, total: int, label: str) -> None:
        nonlocal shown
        percent = 100 * done // total
        if percent >= shown + 5:
            shown = percent
            streams.tell(f"{ERASE}loading {title} {percent}%", end="")

    streams.tell(f"loading {title}", end="")
    with streams.unechoed():
        try:
            yield advance
        finally:
            streams.tell(ERASE, end="")


@contextmanager
def counting(title: str, *, quiet: bool, rated: bool = False) -> Iterator[Callback]:
    """How much of long work is done: a line that goes away on a terminal, elsewhere a plain one every ten seconds.

    `rated` adds how many there are in a second and how long the rest takes, counted from the first call on.
    """
    if quiet:
        yield _quiet
        return
    styled = streams.wants_styling(sys.stderr)
    began, first = time.monotonic(), -1
    due = began + (1 if styled else SECONDS_BETWEEN)  # what is done in a second needs no line
    shown = False

    def advance(done: int, total: int, label: str) -> None:
        nonlocal due, shown, began, first
        now = time.monotonic()
        if first < 0:
            began, first = now, done
        if now < due:
            return
        due, shown = now + (0.2 if styled else SECONDS_BETWEEN), True
        text = f"{render.one_line(title)}: {done:,} of {total:,} ({100 * done // max(total, 1)}%)"
        if rated and done > first:
            rate = (done - first) / max(now - began, 1e-3)
            text += f", {rate:.3g}/s, {render.duration((total - done) / rate)} left"
        streams.tell(f"{ERASE}{text}" if styled else text, end="" if styled else "\n")

    try:
        yield advance
    finally:
        if shown and styled:
            streams.tell(ERASE, end="")
