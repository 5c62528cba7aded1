"""A server whose answers go on only when a test lets them."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from server.helpers import RunningServer, user


@dataclass
class Streamed:
    """A streamed answer that a thread reads."""

    thread: threading.Thread
    chunks: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.chunks)


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

    def ask(self, server: RunningServer) -> Streamed:
        """Ask with progress, in a thread."""

        def read() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            headers = {"content-type": "application/json", "x-flashsloth-progress": "1"}
            body = {"messages": [user("Describe the picture.")], "stream": True}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            response = connection.getresponse()
            while piece := response.read1():
                streamed.chunks.append(piece.decode())
            connection.close()

        streamed = Streamed(threading.Thread(target=read))
        streamed.thread.start()
        return streamed


@contextmanager
def holding(server: RunningServer) -> Iterator[Held]:
    """Inside, the server's running answers stand still until they are allowed steps."""
    held, step = Held(threading.Semaphore(0), threading.Event()), server.scheduler._step  # nothing public waits

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
