"""The callback by which long work reports how far it is. Only the command line draws it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]  # done, total, label
