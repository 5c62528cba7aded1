"""The type of the callback to which a long operation reports its progress. The command line uses it to
draw a progress bar."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]  # done, total, label
