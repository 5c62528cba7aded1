"""The program; at its end the names of all loaded packages stand on stderr."""

from __future__ import annotations

import os
import sys

from flashsloth_cli.__main__ import main

leave = os._exit


def tell_and_leave(code: int) -> None:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr, flush=True)
    leave(code)


os._exit = tell_and_leave

if __name__ == "__main__":
    main()
