"""Run a server's application: its port, signals, and the end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from flashsloth.errors import ServerError
from flashsloth.server.connections import TimedProtocol
from flashsloth.utils.text import error_reason

if TYPE_CHECKING:
    from flashsloth.server.app import Server

DRAIN_SECONDS = 30  # for running answers after SIGTERM
BACKLOG = 128
UNREAD_SECONDS = 60  # that a client may leave unread what was sent to it
IDLE_SECONDS = 75  # that a connection may stay open without a request


def tcp_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises: ServerError."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        made = socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by connections: end those of clients that read nothing
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    except (OSError, UnicodeError) as error:  # UnicodeError: an invalid host name
        hint = "Choose another port with --port, or end the program that has it."
        reason = error_reason(error).partition(" (while")[0]  # create_server names the address again
        raise ServerError(f"cannot listen on {host}:{port}: {reason}", hint=hint) from error
    return made


def serve(server: Server, sockets: list[socket.socket], *, on_stopping: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Running answers are finished, for at most DRAIN_SECONDS or until another SIGINT.
    The signal is then raised again, for the handler that was installed before."""
    config = uvicorn.Config(
        server.app(),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
        http=TimedProtocol,
        proxy_headers=False,
        ws="none",
    )
    try:
        _Uvicorn(config, on_stopping).run(sockets=sockets)
    finally:
        server.pictures.close()


class _Uvicorn(uvicorn.Server):
    """Calls `on_stopping` when it stops to accept requests."""

    def __init__(self, config: uvicorn.Config, on_stopping: Callable[[], None] | None) -> None:
        super().__init__(config)
        self.on_stopping = on_stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in self.servers:
            each.close()  # who connects from here on is refused
        if self.on_stopping is not None:
            self.on_stopping()
        await super().shutdown(sockets)
