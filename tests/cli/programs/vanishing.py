"""The program while a file is removed. VANISHING names the file, LATER the number of audit events between its first
opening and its removal; 0 removes it just before it is opened."""

from __future__ import annotations

import os
import shutil
import sys

TARGET = os.path.realpath(os.environ["VANISHING"])
left: int | None = None


def watch(event: str, values: tuple) -> None:
    global left
    if left is None:
        if event != "open" or not isinstance(values[0], str | bytes | os.PathLike):
            return
        path = os.path.abspath(os.fsdecode(values[0]))
        if path != TARGET and os.path.dirname(path) != TARGET:
            return
        left = int(os.environ["LATER"])
    if left == 0:
        left = -1
        shutil.rmtree(TARGET) if os.path.isdir(TARGET) else os.unlink(TARGET)
    elif left > 0:
        left -= 1


sys.addaudithook(watch)

from flashsloth_cli.__main__ import main

if __name__ == "__main__":
    main()
