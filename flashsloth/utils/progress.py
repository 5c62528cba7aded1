"""The callback with which long work reports its progress. The command line draws it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]  # done, total, label
