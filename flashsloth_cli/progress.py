"""Progress on stderr: a Rich bar on a terminal, two plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flashsloth_cli import render, streams

Callback = Callable[[int, int, str], None]


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
        task = bar.add_task(title, total=total)

        def advance(done: int, in_all: int, label: str) -> None:
            bar.update(task, completed=done, total=in_all, description=label)

        yield advance


@contextmanager
def loading(title: str, *, quiet: bool) -> Iterator[Callback]:
    """A bar that shows itself only when loading takes longer than half a second, and goes away afterwards."""
    if quiet or not streams.wants_styling(sys.stderr):
        yield _quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("loading {task.description}", markup=False), BarColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    began = time.monotonic()
    task = bar.add_task(title, total=None)
    shown = False

    def advance(done: int, total: int, label: str) -> None:
        nonlocal shown
        if not shown and time.monotonic() - began > 0.5:
            shown = True
            bar.start()
        if shown:
            bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        if shown:
            bar.stop()
