"""The program with a clock that jumps back by an hour at every second call."""

from __future__ import annotations

import datetime
import time

calls, start, real = 0, time.time(), datetime.datetime


def backwards() -> float:
    global calls
    calls += 1
    return start - 3600 * (calls // 2)


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
