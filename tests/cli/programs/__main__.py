"""`python programs CHANGE ask …`: the program after one change, a function of this file. Imports are
made late, so that each change loads what it changes and no more."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

gc.disable()  # while modules are imported, as in the command line


def patch(owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Replace a function by what `change` makes of it."""
    setattr(owner, name, change(getattr(owner, name)))


def endless(logits, engine):
    """Return the logits of an answer that does not end by itself."""
    logits = logits.clone()
    logits[..., engine.config.end_token_id] = -1e9
    return logits


def slow() -> None:
    """Every token takes 0.2 s, and no answer ends. It waits while there is a file `hold`, and writes
    `held` then."""
    from flashsloth.generation.engine import Engine

    def slowly(step):
        def call(self, tokens, lengths, cache):
            if len(lengths) > 1:  # several answers together are not slow
                return step(self, tokens, lengths, cache)
            time.sleep(0.2)
            while os.path.exists("hold"):
                open("held", "w").close()
                time.sleep(0.02)
            return endless(step(self, tokens, lengths, cache), self)

        return call

    patch(
        Engine,
        "prefill",
        lambda prefill: lambda self, *args, **more: endless(prefill(self, *args, **more), self),
    )
    patch(Engine, "step", slowly)


def quick_tries() -> None:
    """A server is asked again after hundredths of a second."""
    from flashsloth.server import remote_answerer

    remote_answerer.PAUSES = (0.01,) * 5
    remote_answerer.LONGEST_PAUSE = 0.01


def slow_server() -> None:
    """The answers of a server take a tenth of a second a token and never end by themselves."""
    from flashsloth.generation.decode_loop import DecodeLoop

    def slowly(step):
        def call(self, tokens):
            time.sleep(0.1)
            return endless(step(self, tokens), self.engine)

        return call

    patch(DecodeLoop, "decode", slowly)


def no_word() -> None:
    """An answer never comes to its first word."""
    from flashsloth.chat import local_model

    def answer_alone(generation):
        print("computing", file=sys.stderr, flush=True)
        while True:
            time.sleep(1)
            yield from ()

    local_model.answer_alone = answer_alone


def slow_tower() -> None:
    """Every picture takes long enough to encode that it is kept in the cache."""
    from flashsloth.generation import caches

    caches.MIN_SECONDS = 0.0


def no_tower() -> None:
    """A picture that must be encoded is a bug."""
    from flashsloth.generation.engine import Engine

    def refused(self, pixels):
        raise AssertionError("the tower is needed")

    Engine.encode_image = refused


def escapes() -> None:
    """The model answers with escape sequences."""
    from flashsloth.generation.answer_record import TextStream

    TextStream.push = lambda self, token: "a\x1b[31mb\x07c"


def modules() -> None:
    """Before it exits the program prints the names of all loaded modules on stderr."""

    def change(exit_process):
        def print_and_exit(code):
            print(*sys.modules, file=sys.stderr, flush=True)
            exit_process(code)

        return print_and_exit

    patch(os, "_exit", change)


def late_reader() -> None:
    """When the program waits for the reader of its output, it makes the file `waiting`."""
    import select

    def noted(wait):
        def call(*args):
            open("waiting", "w").close()
            return wait(*args)

        return call

    patch(select, "select", noted)


def noisy() -> None:
    """A backend writes to stdout in every possible way, while it loads and with each token."""
    from flashsloth_cli.__main__ import ENVIRONMENT

    os.environ.update(ENVIRONMENT)  # as the program does before it imports anything
    from flashsloth.checkpoints import loader
    from flashsloth.generation.engine import Engine

    libc = ctypes.CDLL(None)
    first_stdout = sys.stdout  # as a library keeps it that was imported early
    log = logging.getLogger("backend")
    log.addHandler(logging.StreamHandler(first_stdout))

    def make_noise():
        subprocess.run(["echo", "NOISE child"], check=True)
        os.write(1, b"NOISE descriptor\n")
        libc.write(1, b"NOISE C\n", 8)
        libc.puts(b"NOISE C, buffered")
        warnings.warn("NOISE warning", stacklevel=1)
        log.warning("NOISE log")
        logging.warning("NOISE root log")
        print("NOISE flushed print", flush=True)
        print("NOISE print")
        print("NOISE print to the first stdout", file=first_stdout)
        libc.printf(b"NOISE C, no end of line")  # last, so that nothing else flushes it

    def noise(function):
        def call(*args, **kwargs):
            make_noise()
            try:
                return function(*args, **kwargs)
            finally:
                make_noise()

        return call

    patch(loader, "load", noise)
    patch(Engine, "prefill", noise)
    patch(Engine, "step", noise)


LONG = 200  # tokens


def squeezed() -> None:
    """The system refuses memory. SQUEEZE is load, prefill (of a long prompt) or decode (once, at the
    fifth token)."""
    from flashsloth_cli.__main__ import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    import torch

    from flashsloth.checkpoints import safetensors_reader
    from flashsloth.inference.decoder import PackedDecoder

    where, lengths = os.environ["SQUEEZE"], []

    def load(read_tensors):
        def call(*args, **kwargs):
            yield next(read_tensors(*args, **kwargs))
            bytearray(2**50)  # Python's error; that of the decoder is torch's

        return call

    def decoder(function):
        def call(self, x, *args):
            lengths.append(len(x))
            is_fifth = len(x) == 1 and lengths.count(1) == 5
            if len(x) >= LONG if where == "prefill" else is_fifth:
                torch.empty(2**50, dtype=torch.uint8)
            return function(self, x, *args)

        return call

    if where == "load":
        patch(safetensors_reader, "read_tensors", load)
    else:
        patch(PackedDecoder, "logits", decoder)
        patch(PackedDecoder, "step", decoder)


def vanishing() -> None:
    """A file is removed. VANISHING names it, LATER the number of audit events between its first opening
    and its removal; 0 removes it just before it is opened."""
    target, left = os.path.realpath(os.environ["VANISHING"]), list[int]()

    def watch(event, values):
        if not left:
            if event != "open" or not isinstance(values[0], str | bytes | os.PathLike):
                return
            path = os.path.abspath(os.fsdecode(values[0]))
            if target not in (path, os.path.dirname(path)):
                return
            left.append(int(os.environ["LATER"]))
        left[0] -= 1
        if left[0] == -1:
            shutil.rmtree(target) if os.path.isdir(target) else os.unlink(target)

    sys.addaudithook(watch)


def killed() -> None:
    """The process is killed at the first audit event KILLED_AT of a file in the kernels' folder."""

    def watch(event, values):
        if event == os.environ["KILLED_AT"] and f"{os.sep}kernels{os.sep}" in str(values[0]):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def few_threads() -> None:
    """The system starts no further thread."""
    import threading

    from flashsloth.utils import system

    def refused(thread):
        raise RuntimeError("can't start new thread")

    threading.Thread.start = refused
    system.can_start_threads = lambda count: False


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    from flashsloth_cli.__main__ import main

    main()
