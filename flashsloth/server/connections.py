"""HTTP connections that must send something, and give way to others where there are too many.

uvicorn waits for the first request of a connection, and for the rest of a request's head, without end. Here a head must
arrive within HEAD_SECONDS. Where there are too many, the connection that has been silent for longest is closed for a
new one, then the one that has waited for longest between two requests.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from flashsloth.utils import system

HEAD_SECONDS = 10.0
MAX_CONNECTIONS = 512
OTHER_FILES = 128  # that the process has open besides connections


class TimedProtocol(H11Protocol):
    """uvicorn's protocol with a time limit for the head of a request and a limit of connections."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch_head()
        if len(self.connections) > connection_limit():
            silent = [each for each in self.connections if isinstance(each, TimedProtocol) and each._silent_since]
            oldest = min(silent, key=lambda each: each._silent_since or (0, 0.0))  # at least this one is silent
            self.connections.discard(oldest)  # it counts no more
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_head()

    def send_400_response(self, msg: str) -> None:
        """Answer a head that is not HTTP/1.1, unless a response has begun, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        self.transport.close()

    # ---- the time of a head

    @property
    def _silent_since(self) -> tuple[int, float] | None:
        """Return how soon it gives way: a kind of silence, and when that began; None while it is answered."""
        timers = enumerate((self._head_timer, self.timeout_keep_alive_task))
        return next(((kind, timer.when()) for kind, timer in timers if timer is not None), None)

    def _watch_head(self) -> None:
        """Start the timer of a head that has begun, or that has not after the connection was made."""
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering or self.timeout_keep_alive_task is not None:  # between two requests uvicorn has a time limit
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def connection_limit() -> int:
    """Return how many connections there may be: fewer where the process may open few files."""
    files = system.open_files_limit()
    return MAX_CONNECTIONS if files is None else max(1, min(MAX_CONNECTIONS, files - OTHER_FILES))
