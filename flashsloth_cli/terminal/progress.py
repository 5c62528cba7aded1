"""Progress on stderr: on a terminal a bar or a line that is erased at the end, elsewhere plain lines."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import cut, duration, gigabytes, one_line

Callback = Callable[[int, int, str], None]

SECONDS_BETWEEN = 10.0  # plain lines of progress
REDRAWN = 0.2  # seconds between two states of the line of a terminal
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
        with counting(f"downloading {title}", quiet=False, percent=True) as advance:
            yield advance
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
        yield lambda done, total, label: bar.update(task, completed=done, total=total, description=one_line(label))


class Throughput:
    """Steps per second since the first step, which also includes the set-up."""

    def __init__(self) -> None:
        self._begun: list[tuple[float, int]] = []  # times and steps done: at the start, and after the first new step

    def rate(self, done: int, now: float) -> float | None:
        """Record the number of steps done, and return the rate, or None for WARM_UP seconds."""
        if len(self._begun) < 2:
            self._begun += [(now, done)] if not self._begun or done > self._begun[0][1] else []
            return None
        since, before = self._begun[1]
        return (done - before) / (now - since) or None if now - since >= WARM_UP else None


@contextmanager
def counting(
    title: str, *, quiet: bool, percent: bool = False, rated: bool = False, labelled: bool = False
) -> Iterator[Callback]:
    """Show how many steps are done: on a terminal in one line, elsewhere in a new line every ten seconds.

    Args:
        percent: show no counts, and at once that it begins, as for a model that is loaded. Keys are not echoed.
        rated: add the rate and the time left, which is shown in plain lines without this too.
        labelled: add the label of each step.
    """
    if quiet:
        yield _quiet
        return
    styled = streams.wants_styling(sys.stderr)
    title = cut(one_line(title), max(shutil.get_terminal_size().columns - 15, 10) if styled else len(title))
    due = time.monotonic() + (SECONDS_BETWEEN if not styled else 0 if percent else 1)  # short work needs no line
    visible = styled and percent
    throughput = Throughput()

    def advance(done: int, total: int, label: str) -> None:
        nonlocal due, visible
        now = time.monotonic()
        rate = throughput.rate(done, now)
        if now < due:
            return
        due, visible = now + (REDRAWN if styled else SECONDS_BETWEEN), True
        share = f"{100 * done // max(total, 1)}%"
        step = f"{one_line(label)} " if labelled else ""
        text = f"{title} {share}" if percent else f"{title}: {step}{done:,} of {total:,} ({share})"
        if rated and rate:
            text += f", {rate:.3g}/s"
        if rate and (rated or not styled):
            text += f", {duration((total - done) / rate)} left"
        if styled:  # a longer line cannot be erased
            streams.write_stderr(ERASE + cut(text, shutil.get_terminal_size().columns - 1), end="")
        else:
            render.note(text)

    if visible:
        streams.write_stderr(title, end="")
    with streams.no_echo() if visible else nullcontext():
        try:
            yield advance
        finally:
            if visible and styled:
                streams.write_stderr(ERASE, end="")


def note_above(text: str) -> None:
    """Print a note in place of the line of progress, which is drawn again below it."""
    if streams.wants_styling(sys.stderr):
        streams.write_stderr(ERASE, end="")
    render.note(text)
