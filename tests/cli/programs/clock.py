"""The program on a machine whose clock goes back by an hour at every other look."""

from __future__ import annotations

import datetime
import time

looked, began, real = 0, time.time(), datetime.datetime


def backwards() -> float:
    global looked
    looked += 1
    return began - 3600 * (looked // 2)


class Backwards(real):
    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(backwards(), tz)


time.time = backwards
time.time_ns = lambda: int(backwards() * 10**9)
datetime.datetime = Backwards

from flashsloth_cli.__main__ import main

if __name__ == "__main__":
    main()
