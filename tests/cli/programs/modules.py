"""The program; before it exits it prints the names of all loaded modules on stderr."""

from __future__ import annotations

import os
import sys

from flashsloth_cli.__main__ import main

exit_process = os._exit


def print_and_exit(code: int) -> None:
    print(*sys.modules, file=sys.stderr, flush=True)
    exit_process(code)


os._exit = print_and_exit

if __name__ == "__main__":
    main()
