"""Record what takes the time, as a trace that https://ui.perfetto.dev and chrome://tracing open.
Nothing is recorded outside of `recording`.

The file is a JSON array in the trace-event format. Each event is written when it has ended, over the
bracket that ends the array, together with a new bracket. So the file is valid JSON from the moment it
is open, however the process ends.

On a GPU an event ends when its work is queued, which is before the work is done.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flashsloth.utils.atomic_write import open_output

STEPS = "steps"  # decode steps; there may be thousands of them
END = b"\n]\n"

active: Trace | None = None  # None if nothing is recorded


@contextmanager
def recording(trace: Trace) -> Iterator[None]:
    """While the context lasts, record the events of all threads. Then close the trace."""
    global active
    active = trace
    try:
        yield
    finally:
        active = None
        with trace.lock:  # another thread may be writing an event
            trace.file.close()


@contextmanager
def span(name: str, /, **args: Any) -> Iterator[None]:
    """Record how long the context lasts as an event, also if it ends with an exception."""
    trace = active
    if trace is None:
        yield
        return
    start = time.perf_counter()
    if name != STEPS:
        trace.last = None
    try:
        yield
    finally:
        trace.add(name, start, time.perf_counter(), **args)


class Trace:
    """The file of a trace, open for writing. Times are values of `time.perf_counter`.

    Raises: OSError, InputError for a link that is not followed.
    """

    def __init__(self, path: Path) -> None:
        self.problem: OSError | None = None  # why events are missing
        # The last event, unless another one has begun since: its name, thread and arguments, its start,
        # its position in the file, and the number of steps that it stands for.
        self.last: tuple[Any, float, int, int] | None = None
        self.threads = set[int | None]()  # the threads whose names are in the file
        self.lock = threading.Lock()
        self.file = open(path, "wb", buffering=0, opener=open_output)  # noqa: SIM115 - until the end
        self.file.write(b"[" + END)

    def add(self, name: str, start: float, end: float, /, **args: Any) -> None:
        """Write an event of this thread. Decode steps that follow one another are one event if their
        arguments are equal: each of them writes this event again, with a later end.

        If writing fails, for example because the disk is full, the file ends before the event."""
        thread = threading.current_thread()
        key = (name, thread.native_id, args)
        if thread.native_id not in self.threads:
            self.threads.add(thread.native_id)
            self.add("thread_name", start, end, name=thread.name)
        with self.lock:
            if self.file.closed:
                return
            place = self.file.seek(0, os.SEEK_END) - len(END)
            count = 0
            if name == STEPS and self.last is not None and self.last[0] == key:
                _, start, place, count = self.last
            self.last = None  # a signal may come before the event is written
            # Both times are rounded, so that an event within another one is within it in the file, too.
            ts = round(start * 1e6)
            event = {
                "name": name,
                "ph": "M" if name == "thread_name" else "X",
                "ts": ts,
                "dur": round(end * 1e6) - ts,
                "pid": os.getpid(),
                "tid": thread.native_id,
                "args": {**args, "count": count + 1} if name == STEPS else args,
            }
            # The first event follows the opening bracket.
            data = (b",\n" if place > 1 else b"\n") + json.dumps(event).encode() + END
            try:
                self.file.seek(place)
                if self.file.write(data) < len(data):
                    raise OSError("there is no space left")
            except OSError as error:
                self.problem = error
                self.file.truncate(place)
                self.file.seek(place)
                self.file.write(END)
            self.last = (key, start, place, count + 1)
