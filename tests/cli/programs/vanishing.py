"""The program, while a file goes away: VANISHING names it, and LATER how many things Python does between its first
opening and that; 0 takes it away between looking for it and opening it."""

from __future__ import annotations

import os
import shutil
import sys

GOING = os.path.realpath(os.environ["VANISHING"])
left: int | None = None


def watch(event: str, values: tuple) -> None:
    global left
    if left is None:
        if event != "open" or not isinstance(values[0], str | bytes | os.PathLike):
            return
        path = os.path.abspath(os.fsdecode(values[0]))
        if path != GOING and os.path.dirname(path) != GOING:
            return
        left = int(os.environ["LATER"])
    if left == 0:
        left = -1
        shutil.rmtree(GOING) if os.path.isdir(GOING) else os.unlink(GOING)
    elif left > 0:
        left -= 1


sys.addaudithook(watch)

from flashsloth_cli.__main__ import main

if __name__ == "__main__":
    main()
