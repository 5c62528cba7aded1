"""Switch something of the whole process off while any of several threads needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class SwitchedOff:
    """A context manager that switches something off. With several threads in the context, the last one
    to leave restores the setting.

    Args:
        is_on: reads the switch.
        switch: sets the switch.
    """

    def __init__(self, is_on: Callable[[], bool], switch: Callable[[bool], object]) -> None:
        self.is_on = is_on
        self.switch = switch
        self.lock = threading.Lock()
        self.users = 0
        self.before = True

    def __enter__(self) -> None:
        with self.lock:
            if self.users == 0:
                self.before = self.is_on()
                self.switch(False)
            self.users += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.switch(self.before)
