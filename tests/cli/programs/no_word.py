"""The program with a decoder that never comes to the first word."""

from __future__ import annotations

import gc
import sys
import time

gc.disable()  # while modules are imported, as in the command line

from flashsloth.generation import engine
from flashsloth_cli.__main__ import main


def __next__(self):
    print("computing", file=sys.stderr, flush=True)
    while True:
        time.sleep(1)


engine.TokenStream.__iter__ = lambda self: self
engine.TokenStream.__next__ = __next__

if __name__ == "__main__":
    main()
