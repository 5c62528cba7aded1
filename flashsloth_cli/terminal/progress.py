"""Show progress on stderr. On a terminal this is one line that is erased at the end, elsewhere it is
plain lines."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from flashsloth.utils.progress import ignore
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import cut, duration, gigabytes, one_line

Callback = Callable[[int, int, str], None]

SECONDS_BETWEEN = 10.0  # seconds between two plain lines of progress
REDRAWN = 0.2  # seconds between two updates of the line on a terminal
WARM_UP = 1.0  # seconds after the first step before a rate is shown


@contextmanager
def downloading(title: str, total: int, *, quiet: bool) -> Iterator[Callback]:
    """Show the bytes of a download, its rate and the time left."""
    start = time.monotonic()
    render.note(f"downloading {title}, {gigabytes(total)}", quiet=quiet)
    with counting(f"downloading {title}", quiet=quiet, percent=True, rated=True) as advance:
        yield advance
    render.note(f"downloaded {title} in {duration(time.monotonic() - start)}", quiet=quiet)


@contextmanager
def counting(
    title: str,
    *,
    quiet: bool,
    percent: bool = False,
    rated: bool = False,
    timed: bool = False,
    labelled: bool = False,
    at_once: int = 1,
) -> Iterator[Callback]:
    """Show how many steps are done. On a terminal this is shown in one line, elsewhere in a new line
    every ten seconds.

    Args:
        percent: whether to show a percentage without counts, and to show the title at once, for example
            while a model is loaded. Keys are not echoed then.
        rated: whether to add the time left and the rate. With `percent` the rate is in bytes per
            second.
        timed: whether to add the time left alone. Plain lines always have it.
        labelled: whether to add the label of each step.
        at_once: the number of steps that are done together, and so end shortly after each other. As
            many must have followed the first one before a rate is shown.
    """
    if quiet:
        yield ignore
        return
    styled = streams.wants_styling(sys.stderr)
    if styled:  # the numbers must be visible even after a long title
        title = cut(one_line(title), max(shutil.get_terminal_size().columns - 15, 10))
    wait = 0 if percent else 1  # work that takes less than a second needs no line
    due = time.monotonic() + (wait if styled else SECONDS_BETWEEN)
    visible = styled and percent
    # Pairs of the time and the number of steps done, at the start and after the first new step.
    begun: list[tuple[float, int]] = []

    def advance(done: int, total: int, label: str) -> None:
        nonlocal due, visible
        now = time.monotonic()
        # The first step also includes the set-up, so the rate is measured from its end.
        if not begun or (len(begun) == 1 and done > begun[0][1]):
            begun.append((now, done))
        if now < due:
            return
        due = now + (REDRAWN if styled else SECONDS_BETWEEN)
        visible = True
        since, before = begun[-1]
        is_known = len(begun) > 1 and now - since >= WARM_UP and done - before >= at_once
        rate = (done - before) / (now - since) if is_known else 0
        share = f"{100 * done // max(total, 1)}%"
        step = f"{one_line(label)} " if labelled else ""
        text = f"{title} {share}" if percent else f"{title}: {step}{done:,} of {total:,} ({share})"
        if rated and rate:
            text += f", {gigabytes(rate) if percent else f'{rate:.3g}'}/s"
        if rate and (rated or timed or not styled):
            text += f", {duration((total - done) / rate)} left"
        if styled:
            show_line(text)
        else:
            render.note(text)

    if visible:
        show_line(title)
    with streams.no_echo() if visible else nullcontext():
        try:
            yield advance
        finally:
            if visible:
                streams.write_stderr("", end="")  # this ends the line


def show_line(text: str) -> None:
    """Show a text in one line of the terminal until something else is printed. The text is cut to the
    width of the terminal, because a line that is wrapped could not be erased."""
    streams.show_line(cut(text, shutil.get_terminal_size().columns - 1))
