"""HTTP connections that must send something, and give way to others where there are too many.

uvicorn waits for the first request of a connection, and for the rest of a request's head, without end. Here a head must
arrive within HEAD_SECONDS. Where there are too many, the connection that has been silent for longest is closed for a
new one, then the one that has waited for longest between two requests, then the one that for longest has not read its
answer. Only where all are being answered, a new one gets an error.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from flashsloth.server.responses import RequestRefused, error_response
from flashsloth.utils import system

HEAD_SECONDS = 10.0
MAX_CONNECTIONS = 512
STALLED_SECONDS = 1.0  # after which an answer that nobody reads gives way
OTHER_FILES = 128  # that the process has open besides connections


class TimedProtocol(H11Protocol):
    """uvicorn's protocol with a time limit for the head of a request and a limit of connections."""

    _head_timer: asyncio.TimerHandle | None = None
    _stalled_since: float | None = None

    def pause_writing(self) -> None:
        """Note that the client does not read."""
        super().pause_writing()
        self._stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled_since = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch_head()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        if not self._is_answering:
            self.app = self.config.loaded_app if self._has_place else too_many_connections
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_head()

    def send_400_response(self, msg: str) -> None:
        """Answer a head that is not HTTP/1.1 with an error of the protocol, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            refused = error_response(RequestRefused(msg, 400, "bad_request", "Send HTTP/1.1 as RFC 9112 has it."))
            head = h11.Response(status_code=400, headers=[*refused.raw_headers, *CLOSING])
            for event in (head, h11.Data(data=bytes(refused.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    # ---- the time of a head

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _is_idle(self) -> bool:
        """Whether it is between two requests; uvicorn's own time limit applies."""
        return self.timeout_keep_alive_task is not None

    def _watch_head(self) -> None:
        """Start the timer of a head that has begun, or that has not after the connection was made."""
        if self._is_answering or self._is_idle:
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    # ---- the number of connections

    def _neighbours(self) -> list[TimedProtocol]:
        """Return the other connections."""
        return [each for each in self.connections if isinstance(each, TimedProtocol) and each is not self]

    @property
    def _has_place(self) -> bool:
        limit = connection_limit()
        return len(self.connections) <= limit or sum(each._is_answering for each in self._neighbours()) < limit

    def _make_room(self) -> None:
        """Close the connection that is silent for longest, if there are too many."""
        neighbours = self._neighbours()
        if len(neighbours) < connection_limit():
            return
        times = [(each._silent_since, each) for each in neighbours if each._silent_since is not None]
        if times:
            _, oldest = min(times, key=lambda pair: pair[0])
            self.connections.discard(oldest)  # it counts no more
            oldest.transport.abort()

    @property
    def _silent_since(self) -> tuple[int, float] | None:
        """Return how soon it gives way: a kind of silence, and when that began; None while it is answered."""
        for kind, timer in enumerate((self._head_timer, self.timeout_keep_alive_task)):
            if timer is not None:
                return kind, timer.when()
        stalled = self._stalled_since
        return None if stalled is None or self.loop.time() - stalled < STALLED_SECONDS else (2, stalled)


def connection_limit() -> int:
    """Return how many connections there may be: fewer where the process may open few files."""
    files = system.open_files_limit()
    return MAX_CONNECTIONS if files is None else max(1, min(MAX_CONNECTIONS, files - OTHER_FILES))


async def too_many_connections(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a request, as there are too many connections, and close this one."""
    response = error_response(RequestRefused("the server has too many connections", 503, "server_busy", "Try again."))
    response.headers["connection"] = "close"
    await response(scope, receive, send)


CLOSING = [(b"connection", b"close")]
