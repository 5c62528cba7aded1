"""A server whose answers go on only when a test lets them."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from server.helpers import RunningServer, user


class Streamed(threading.Thread):
    """A streamed answer with progress, which is asked for and read at once. `text` is what has come of
    it."""

    text = ""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.start()

    def run(self) -> None:
        headers = {"content-type": "application/json", "x-flashsloth-progress": "1"}
        body = {"messages": [user("Describe the picture.")], "stream": True}
        with closing(self.connection):
            self.connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            response = self.connection.getresponse()
            while piece := response.read1():
                self.text += piece.decode()


@dataclass
class Held:
    """Lets the scheduler make its steps. `permits` are tokens of all running answers together."""

    permits: threading.Semaphore
    free: threading.Event

    def allow(self, steps: int) -> None:
        self.permits.release(steps)

    def release(self) -> None:
        """Let all answers go on to their end."""
        self.free.set()
        self.permits.release()

    def wait(self) -> None:
        if not self.free.is_set():
            self.permits.acquire()


@contextmanager
def holding(server: RunningServer) -> Iterator[Held]:
    """Inside, the server's running answers stand still until they are allowed steps."""
    # nothing public waits
    held, step = (Held(threading.Semaphore(0), threading.Event()), server.scheduler._step)

    def held_step() -> None:
        if server.scheduler._running:  # `active` counts those that are being prefilled, too
            held.wait()
        step()

    server.scheduler._step = held_step  # type: ignore[method-assign]
    try:
        yield held
    finally:
        held.release()
        server.scheduler._step = step  # type: ignore[method-assign]


def stream_of(*pieces: str) -> bytes:
    """Return a stream with an answer in these pieces, as the server sends it."""
    parts: list[tuple[dict[str, str], str | None]] = [({"content": piece}, None) for piece in pieces]
    choices = [{"delta": delta, "finish_reason": reason} for delta, reason in [*parts, ({}, "stop")]]
    events = [f"data: {json.dumps({'choices': [choice]})}\n\n" for choice in choices]
    return "".join([*events, "data: [DONE]\n\n"]).encode()
