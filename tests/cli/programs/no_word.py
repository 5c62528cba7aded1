"""The program with a decoder that never comes to the first word."""

from __future__ import annotations

import gc
import sys
import time

gc.disable()  # while modules are imported, as in the command line

from flashsloth.chat import local_backend
from flashsloth_cli.__main__ import main


def decode_alone(generation):
    print("computing", file=sys.stderr, flush=True)
    while True:
        time.sleep(1)
        yield from ()


local_backend.decode_alone = decode_alone

if __name__ == "__main__":
    main()
