"""Records of the user's running servers, so that other commands find them. Imports neither torch nor a web framework.

A server holds a lock beside its record for as long as it runs. A record whose lock is free was left by a process that
is gone, also if another process has its number now.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flashsloth.errors import ServerError
from flashsloth.utils import atomic_write, safe_read, system
from flashsloth.utils.paths import servers_folder

HEALTH_SECONDS = 2.0
MAX_HEALTH_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """A running server: its process, what it serves, and where."""

    pid: int
    machine: str  # a home folder may be shared by several
    started: str  # ISO 8601
    version: str  # of this package
    name: str  # by which clients name the model
    model: str  # as it was found
    adapter: str | None
    quant: str
    dtype: str
    device: str
    host: str
    port: int
    url: str
    socket: str | None
    log: str | None
    request: dict[str, str | None] = field(default_factory=dict)  # model, adapter, preset, dtype, device as asked for
    token: str = field(default="", repr=False)  # that this user's commands send; the record is 0600


def private_folder() -> Path:
    """Return the folder of the records, made if necessary, that only this user may enter. Raises: ServerError."""
    folder = servers_folder()
    hint = "Check the folder and its disk, or set FLASHSLOTH_HOME to another folder."
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if not system.is_own(found):
            raise ServerError(f"{folder} belongs to another user", hint=hint)
        if not system.WINDOWS and stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise ServerError(f"{folder} cannot be used: {error.strerror}", hint=hint) from error
    return folder


@contextmanager
def registered(record: ServerRecord) -> Iterator[None]:
    """Inside, other processes of the user find this server. Raises: ServerError, DiskFull."""
    path = private_folder() / f"{record.pid}.json"
    lock = _lock(path)
    hint = "Check the folder and its disk, or set FLASHSLOTH_HOME to another folder."
    with atomic_write.convert_os_errors(path, hint=hint):
        lock.acquire(timeout=5)
        try:
            with atomic_write.atomic_write(path, mode=0o600) as file:
                file.write(json.dumps(asdict(record)).encode())
        except BaseException:
            lock.release()
            raise
    try:
        yield
    finally:
        _remove(path)
        lock.release()


def running() -> list[ServerRecord]:
    """Return the servers of this user that run on this machine. What servers that are gone have left is removed."""
    found = []
    with suppress(OSError):
        for path in sorted(servers_folder().glob("*.json")):
            record = _read(path)
            if record is None or record.machine != socket.gethostname():
                continue
            if _is_held(path):
                found.append(record)
    return sorted(found, key=lambda record: record.started)


def is_running(record: ServerRecord) -> bool:
    """Return whether the server of a record still runs."""
    path = servers_folder() / f"{record.pid}.json"
    return _read(path) == record and _is_held(path)


def _read(path: Path) -> ServerRecord | None:
    with suppress(OSError, ValueError, TypeError):
        values = json.loads(safe_read.read_text(path))
        return ServerRecord(**{each.name: values[each.name] for each in fields(ServerRecord) if each.name in values})
    return None


def _lock(path: Path) -> Any:
    return FileLock(path.with_suffix(".lock"), mode=0o600, thread_local=False)


def _is_held(path: Path) -> bool:
    """Return whether a record's server runs; remove the record if not."""
    lock = _lock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    try:
        _remove(path)
    finally:
        lock.release()
    return False


def _remove(path: Path) -> None:
    for each in (path, path.with_suffix(".lock")):
        with suppress(OSError):
            each.unlink()


# ---- asking a server


class _UnixConnection(http.client.HTTPConnection):
    """A connection over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        made = socket.socket(system.UNIX_SOCKET, socket.SOCK_STREAM)
        made.settimeout(self.timeout)
        try:
            made.connect(self.path)
        except BaseException:
            made.close()
            raise
        self.sock = made


def connection(record: ServerRecord, timeout: float) -> http.client.HTTPConnection:
    """Return a connection to a server, over its unix socket if it has one. No proxy of the environment is used."""
    if record.socket is not None and system.HAS_UNIX_SOCKETS and os.path.exists(record.socket):
        return _UnixConnection(record.socket, timeout)
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return http.client.HTTPConnection(everywhere.get(record.host, record.host), record.port, timeout=timeout)


def health(record: ServerRecord, timeout: float = HEALTH_SECONDS) -> dict[str, Any] | None:
    """Return what a server says about itself, or None if it does not answer in time."""
    asked = connection(record, timeout)
    try:
        asked.request("GET", "/health")
        response = asked.getresponse()
        value = json.loads(response.read(MAX_HEALTH_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        asked.close()
    return value if response.status == 200 and isinstance(value, dict) else None
