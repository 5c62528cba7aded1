"""Callbacks to which a long operation reports what it does. The command line uses them to draw a
progress bar and to print notes."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]  # done, total, label


def ignore(*_: object) -> None:
    """Ignore a report. This is the callback of a caller who wants none."""
