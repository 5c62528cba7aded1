"""Load every program first, then ask them in turn for some rounds, and measure the memory's bandwidth beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import ROOT

HERE = Path(__file__).parent
READ_BYTES = 2**28  # by each thread; far more than any cache holds
Request = Mapping[str, Any]
Replies = dict[str, list[dict[str, Any]]]  # of each program, one for each round


class ProgramFailed(Exception):
    """A program ended instead of answering; the message has its last line."""


@dataclass
class Program:
    """A program in a process of its own. `ready` is what it said when it was loaded."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Program:
        """Start the process and wait until the model is loaded. Raises: ProgramFailed."""
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, "PYTHONPATH": path, **self.environment},
        )
        try:
            self.ready = self._read()["ready"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                pipe.close()

    def ask(self, request: Request) -> dict[str, Any]:
        """Return the reply to a request. Raises: ProgramFailed."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(dict(request)).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended: what it said is read below
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        if line := self._process.stdout.readline():
            return dict(json.loads(line))
        self._process.wait()
        self._stderr.seek(0)
        last = self._stderr.read().decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise ProgramFailed(f"{self.name}: {last[0]}")


def load(programs: Sequence[Program], stack: ExitStack) -> list[Program]:
    """Start the programs one after another; leave out, with a line, those that fail."""
    started = []
    for program in programs:
        print(f"{program.name}: loading …", file=sys.stderr, flush=True)
        try:
            started.append(stack.enter_context(program))
        except ProgramFailed as error:
            print(f"left out: {error}", file=sys.stderr, flush=True)
    return started


def ask_in_turn(programs: Sequence[Program], requests: Sequence[Request], rounds: int) -> tuple[Replies, list[float]]:
    """Ask each program all requests, `rounds` times in turn, after one round that does not count.

    Returns the replies, those to one round's requests merged, and the read bandwidth (bytes a second) of each round.
    """
    replies: Replies = {program.name: [] for program in programs}
    bandwidths = []
    memory = ReadBandwidth()
    for number in range(rounds + 1):
        print(f"round {number} of {rounds} …", file=sys.stderr, flush=True)
        bandwidths.append(memory.measure())
        for program in programs:
            reply: dict[str, Any] = {}
            for request in requests:
                reply |= program.ask(request)
            replies[program.name].append(reply)
    return {name: values[1:] for name, values in replies.items()}, bandwidths[1:]


class ReadBandwidth:
    """Memory that two threads read."""

    def __init__(self, threads: int = 2, size: int = READ_BYTES) -> None:
        import numpy as np

        self.parts = [np.ones(size // 8, np.int64) for _ in range(threads)]

    def measure(self, tries: int = 4) -> float:
        """Return the bytes per second of the fastest try."""
        return max(self._once() for _ in range(tries))

    def _once(self) -> float:
        threads = [threading.Thread(target=part.sum) for part in self.parts]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(part.nbytes for part in self.parts) / (time.perf_counter() - began)


def ours(name: str, sizes: Mapping[str, Any]) -> Program:
    """Return our program for a row's name: PRESET, bf16, or PRESET:VARIABLE=VALUE,... to choose what computes it."""
    preset, _, rest = name.partition(":")
    variables = dict(part.split("=", 1) for part in rest.split(",") if part)
    quant = "none" if preset == "bf16" else preset
    job = {"quant": quant, "dtype": "bfloat16", "sizes": dict(sizes)}
    worker = str(HERE / "flashsloth_worker.py")
    return Program(f"flashsloth {name}", [sys.executable, "-P", worker, json.dumps(job)], variables)


def llama(kind: str, python: str, files: Path) -> Program:
    """Return llama.cpp with a file of `files`."""
    worker = str(HERE / "llama_worker.py")
    return Program(f"llama.cpp {kind}", [python, "-P", worker, str(files / f"{kind}.gguf"), str(files / "vision.gguf")])


def has_llama(python: str) -> bool:
    """Return whether a Python has what llama.cpp's rows need."""
    try:
        return subprocess.run([python, "-c", "import gguf, llama_cpp"], capture_output=True).returncode == 0
    except OSError:
        return False


def make_files(kinds: Sequence[str], python: str, files: Path, sizes: Mapping[str, Any]) -> None:
    """Write the files that are missing."""
    files.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        target = files / f"{kind}.gguf"
        if not target.exists():
            print(f"writing {target} …", file=sys.stderr, flush=True)
            command = [python, "-P", str(HERE / "gguf_file.py"), kind, str(target)]
            subprocess.run(command, input=json.dumps(sizes).encode(), check=True)


def column(replies: Sequence[Mapping[str, Any]], key: str, unit: float = 1.0) -> list[float]:
    """Return a number of all replies, in `unit`; empty if they lack it."""
    return [reply[key] / unit for reply in replies if reply.get(key) is not None]
