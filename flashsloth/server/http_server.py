"""Run the application in uvicorn, with limits on its connections, until a signal stops it.

uvicorn has no time limit for the first request of a connection, nor for the head of a request (its
first line and its headers). Here a head must arrive within HEAD_SECONDS. If there are too many
connections, a new connection replaces one whose client is silent. That connection is chosen in this
order:

1. the connection that has waited longest for the head of a request,
2. if there is none, the connection that has waited longest between two requests,
3. if there is none, the connection that has been stalled for longest during a request or an answer.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from flashsloth.errors import ServerError
from flashsloth.utils import system
from flashsloth.utils.progress import ignore
from flashsloth.utils.text import error_reason

if TYPE_CHECKING:
    from flashsloth.server.app import Server

DRAIN_SECONDS = 30  # how long running answers may continue after SIGTERM
BACKLOG = 128  # how many connections may wait until they are accepted
# How many connections are accepted at once, before those above the limit are closed. A server that may
# open few files would otherwise run out of them, and asyncio would then accept no more connections.
ACCEPTED = 16
# The size of a connection's send buffer. By default the system buffers megabytes, and it would take
# long to notice that a client reads nothing.
SEND_BUFFER = 2**17  # bytes
UNREAD_SECONDS = 60  # after this time a connection is closed if its client reads nothing
IDLE_SECONDS = 75  # how long a connection may stay open between two requests
HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024
PIPELINED_BYTES = 64 * 1024  # how much is read behind a request that is not answered yet
# A body may have TINY_CHUNKS chunks, and in addition one for each CHUNK_BYTES of it. Each chunk takes
# about 10 microseconds, in which the event loop serves nobody else.
TINY_CHUNKS = 4_000
CHUNK_BYTES = 256
# A client that has neither sent the rest of its request nor read its answer for this long may be
# disconnected, so that a new client can connect.
STALLED_SECONDS = 1.0
MAX_CONNECTIONS = 512
OTHER_FILES = 128  # number of files that the process may have open besides its connections


def tcp_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket. With port 0 the system chooses a free port. Raises: ServerError."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        made = socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
        # Accepted connections inherit both options.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    except (OSError, UnicodeError) as error:  # an invalid host name raises UnicodeError
        # `create_server` repeats the address at the end of its message.
        reason = error_reason(error).partition(" (while")[0]
        raise ServerError(
            f"cannot listen on {host}:{port}: {reason}",
            hint="Choose another port with --port, or end the program that has it.",
        ) from error
    return made


def serve(
    server: Server, sockets: list[socket.socket], *, on_stopping: Callable[[], None] = ignore
) -> None:
    """Serve until SIGTERM or SIGINT.

    Running answers then have DRAIN_SECONDS to finish; another SIGINT ends them at once. At the end
    uvicorn raises the signal again for the handler that was installed before `serve` was called.
    """
    config = uvicorn.Config(
        server.app(),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
        backlog=ACCEPTED,
        h11_max_incomplete_event_size=HEAD_BYTES,
        http=TimedProtocol,
        proxy_headers=False,
        ws="none",
    )
    try:
        _Uvicorn(config, on_stopping).run(sockets=sockets)
    finally:
        server.processes.close()


class _Uvicorn(uvicorn.Server):
    """Calls `on_stopping` when it stops accepting requests. Does not wait at the end for clients that
    read nothing."""

    def __init__(self, config: uvicorn.Config, on_stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_stopping = on_stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(BACKLOG)  # asyncio has set this to ACCEPTED, too

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in self.servers:
            each.close()  # refuses connections from here on
        self.on_stopping()
        await super().shutdown(sockets)
        # The requests that remain are cancelled. If the client of such a request reads nothing, uvicorn
        # would wait for it before it responds with an error.
        for connection in self.server_state.connections:
            if isinstance(connection, TimedProtocol) and connection.flow.write_paused:
                connection.transport.abort()


class _Connection(h11.Connection):
    """The parser of a connection. It refuses a body that has too many tiny chunks."""

    _chunks_left = 0.0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks_left = TINY_CHUNKS
        elif isinstance(event, h11.Data):
            self._chunks_left += len(event.data) / CHUNK_BYTES - event.chunk_start
            if self._chunks_left < 0:
                raise h11.RemoteProtocolError("the body has too many tiny chunks")
        return event


class TimedProtocol(H11Protocol):
    """uvicorn's protocol with a time limit for the head of a request and a limit on connections."""

    _head_timer: asyncio.TimerHandle | None = None
    _moved = 0.0  # when the client last sent something or the send buffer last became full

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.conn = _Connection(h11.SERVER, HEAD_BYTES)
        self._watch_head()
        if len(self.connections) > connection_limit():
            others = (
                each
                for each in self.connections
                if isinstance(each, TimedProtocol) and each is not self
            )
            silent = {each: since for each in others if (since := each._silent_since) is not None}
            # If no other connection is silent, the new connection itself is closed.
            oldest = min(silent, key=silent.__getitem__, default=self)
            # Remove it from the set of connections here. `connection_lost` would remove it too, but
            # only later, and more connections may come before that.
            self.connections.discard(oldest)
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._moved = self.loop.time()
        super().data_received(data)
        self._watch_head()

    def handle_events(self) -> None:
        """Handle what has arrived, and go on reading behind a complete request.

        uvicorn stops reading when another request arrives before the answer. It would then not notice
        that the client leaves.
        """
        super().handle_events()
        is_complete = self.conn.their_state is not h11.SEND_BODY
        if is_complete and len(self.conn.trailing_data[0]) < PIPELINED_BYTES:
            self.flow.resume_reading()

    def _should_upgrade(self) -> bool:
        """Return that no other protocol is used. uvicorn would log two warnings for each request of a
        client that offers HTTP/2, as Java's does."""
        return False

    def pause_writing(self) -> None:
        """Record in `_moved` when the send buffer became full.

        If a client reads slowly, the buffer is emptied and filled again and again, and each time
        `_moved` is updated. If the client reads nothing, `_moved` stays unchanged.
        """
        self._moved = self.loop.time()
        super().pause_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_head()

    def send_400_response(self, msg: str) -> None:
        """Close the connection after a head that is not HTTP/1.1. If no response has begun, send one
        with status 400 first."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        self.transport.close()

    # ---- the time of a head

    @property
    def _silent_since(self) -> tuple[int, float] | None:
        """A pair that says how and since when the client is silent; the connection with the smallest
        pair is closed first.

        Its first element is 0, 1 or 2 for the three cases in the docstring of the module. Its second
        element is a time for comparison with other connections of the same case. The value is None
        while the server works on a request, and while the client sends or reads.
        """
        for kind, timer in enumerate((self._head_timer, self.timeout_keep_alive_task)):
            if timer is not None:
                # `when` is the end of the timer, not its start. All timers of a kind run equally long,
                # so both have the same order.
                return kind, timer.when()
        # During a request the server may wait for the rest of the body, or for the client to read.
        is_stalled = self.flow.write_paused or (self.cycle.more_body and not self.flow.read_paused)
        if is_stalled and self.loop.time() - self._moved >= STALLED_SECONDS:
            return 2, self._moved
        return None

    def _watch_head(self) -> None:
        """Start the timer when the head of a request is expected, even before its first byte. Stop the
        timer when the whole head has arrived."""
        is_answering = self.cycle is not None and not self.cycle.response_complete
        # Between two requests the time limit of uvicorn applies.
        if is_answering or self.timeout_keep_alive_task is not None:
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def connection_limit() -> int:
    """Return the maximum number of connections: MAX_CONNECTIONS, or fewer if the process may open few
    files."""
    files = system.open_files_limit()
    return MAX_CONNECTIONS if files is None else max(1, min(MAX_CONNECTIONS, files - OTHER_FILES))
