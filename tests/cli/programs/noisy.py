"""The program with a backend that writes to stdout in every possible way, while it loads and with each token."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import subprocess
import sys
import warnings

gc.disable()  # while modules are imported, as in the command line

from flashsloth_cli.__main__ import ENVIRONMENT, main

os.environ.update(ENVIRONMENT)  # as the program does before it imports anything

from flashsloth.checkpoints import loader
from flashsloth.generation.engine import Engine

libc = ctypes.CDLL(None)
first_stdout = sys.stdout  # as a library keeps it that was imported early
log = logging.getLogger("backend")
log.addHandler(logging.StreamHandler(first_stdout))


def make_noise() -> None:
    """Write buffered output last, so that nothing else flushes it."""
    os.write(1, b"NOISE descriptor\n")
    libc.write(1, b"NOISE C\n", 8)
    libc.puts(b"NOISE C, buffered")
    warnings.warn("NOISE warning", stacklevel=1)
    log.warning("NOISE log")
    logging.warning("NOISE root log")
    print("NOISE flushed print", flush=True)
    print("NOISE print")
    print("NOISE print to the first stdout", file=first_stdout)
    libc.printf(b"NOISE C, no end of line")


def noisy(function):
    def wrapped(*args, **kwargs):
        make_noise()
        try:
            return function(*args, **kwargs)
        finally:
            make_noise()

    return wrapped


load = loader.load


def load_with_child(*args, **kwargs):
    subprocess.run(["echo", "NOISE child"], check=True)
    return load(*args, **kwargs)


loader.load = noisy(load_with_child)
Engine.prefill = noisy(Engine.prefill)
Engine.decode = noisy(Engine.decode)

if __name__ == "__main__":
    main()
