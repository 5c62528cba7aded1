"""Run a server's application: sockets, signals, and the end."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from filelock import FileLock, Timeout

from flashsloth.errors import ServerError
from flashsloth.server.connections import TimedProtocol
from flashsloth.utils import system
from flashsloth.utils.text import error_reason

if TYPE_CHECKING:
    from flashsloth.server.app import Server

DRAIN_SECONDS = 30  # for running answers after SIGTERM
BACKLOG = 128
LOCK_SECONDS = 5.0  # that another server may need to make its socket
UNREAD_SECONDS = 60  # that a client may leave unread what was sent to it
IDLE_SECONDS = 75  # that a connection may stay open without a request


def tcp_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises: ServerError."""
    if not 0 <= port < 2**16:  # getaddrinfo would take the remainder
        raise ServerError(f"{port} is not a port", hint="A port is 0 to 65535.")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, proto)
        try:
            if not system.WINDOWS:  # there Windows it would let two servers share a port
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by connections: end those of clients that read nothing
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
            made.bind(address)
            made.listen(BACKLOG)
        except BaseException:
            made.close()
            raise
    except (OSError, UnicodeError) as error:  # UnicodeError: an invalid host name
        hint = "Choose another port with --port, or end the program that has it."
        raise ServerError(f"cannot listen on {host}:{port}: {error_reason(error)}", hint=hint) from error
    return made


def unix_socket(path: Path) -> socket.socket:
    """Return a listening socket at a path, 0600 in a folder of 0700. What a dead server left there is replaced.

    Raises: ServerError if a server answers there, or the path cannot be used.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", LOCK_SECONDS):  # of two servers at once, the second finds the first one listening
            return _unix_socket(path)
    except Timeout as error:
        problem = f"cannot listen on {path}: another program holds {path}.lock"
        raise ServerError(problem, hint="End that program, or choose another path with --socket.") from error
    except OSError as error:
        problem = f"cannot listen on {path}: {error_reason(error)}"
        raise ServerError(problem, hint="Choose another path with --socket.") from error


def _unix_socket(path: Path) -> socket.socket:
    if os.path.lexists(path):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ServerError(f"{path} is not a socket", hint="Choose another path with --socket.")
        if answers(path):
            raise ServerError(f"a server answers on {path}", hint="Stop it first: flashsloth stop")
        path.unlink()
    made = socket.socket(system.UNIX_SOCKET, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def answers(path: Path) -> bool:
    """Return whether somebody accepts connections at a path."""
    with socket.socket(system.UNIX_SOCKET, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # it is busy, or another user's
            return True
        return True


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
