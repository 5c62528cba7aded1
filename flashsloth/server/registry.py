"""Records of the user's running servers. Other commands use them to find a server. Imports neither
torch nor a web framework.

A server holds a lock beside its record for as long as it runs. If the lock is free, the server has
ended. The pid in the record does not show this, because another process may have the same pid by now.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from flashsloth.errors import ServerError
from flashsloth.utils import atomic_write, safe_read, system
from flashsloth.utils.paths import servers_folder

HEALTH_SECONDS = 2.0
MAX_HEALTH_BYTES = 64 * 1024
HINT = "Check the folder and its disk, or set FLASHSLOTH_HOME to another folder."


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """A running server, with its process, the model that it serves, and its address."""

    pid: int
    machine: str  # the host name, because several machines may share a home folder
    started: str  # ISO 8601
    version: str  # the version of this package
    name: str  # the name of the model for clients
    model: str  # the name or folder with which it was opened
    adapter: str | None
    quant: str
    dtype: str
    device: str
    host: str
    port: int
    url: str
    log: str | None
    # The model, adapter, preset, dtype and device that the user asked for.
    request: dict[str, str | None] = field(default_factory=dict)
    folder: str = ""  # the folder of the model's files
    stamp: str = ""  # identifies the state of these files when they were opened
    token: str = field(default="", repr=False)  # a key that only this user's commands can read
    process: str = ""  # `process_mark` of the server
    number: int = 0  # the place of the model among those of its server; the first is the default

    def __post_init__(self) -> None:
        """Check the values, because the file may be damaged. Raises: ValueError for values that no
        server writes."""
        texts: list[object] = [getattr(self, each.name) for each in fields(self) if each.type == "str"]
        optional = (self.adapter, self.log, *self.request, *self.request.values())
        texts += filter(None, optional)
        if not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise ValueError("a field of the record is not printable text")
        are_integers = type(self.pid) is int and type(self.port) is int
        if not are_integers or self.pid <= 0 or not 0 < self.port < 2**16:
            raise ValueError("a number of the record is out of its range")
        if datetime.fromisoformat(self.started).tzinfo is None:
            raise ValueError("the record has no time zone")

    @property
    def page(self) -> str:
        """The address of the server's page for a browser on this machine."""
        return f"{url(reachable(self.host), self.port)}/"

    @property
    def path(self) -> Path:
        """The file of this record. Its name is unique although processes of two containers may have the
        same pid."""
        other = hashlib.sha256(f"{self.machine} {self.token}".encode()).hexdigest()[:8]
        return servers_folder() / f"{self.pid}-{other}.json"


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable(host: str) -> str:
    """Return an address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def private_folder() -> Path:
    """Return the folder of the records, which only this user can enter. Create it if necessary. If it
    is a link, the mode of its target is not changed. Raises: ServerError."""
    folder = servers_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if not system.is_own(found):
            raise ServerError(f"{folder} belongs to another user", hint=HINT)
        if not system.WINDOWS and stat.S_IMODE(found.st_mode) & 0o077:
            if folder.is_symlink():
                raise ServerError(
                    f"{folder} is a link to a folder that others can enter",
                    hint="Give that folder the mode 700, or remove the link.",
                )
            folder.chmod(0o700)
    except OSError as error:
        raise ServerError(f"{folder} cannot be used: {error.strerror}", hint=HINT) from error
    return folder


@contextmanager
def registered(record: ServerRecord) -> Iterator[None]:
    """Publish a record while the context lasts. Raises: ServerError, DiskFull."""
    private_folder()
    path = record.path
    with ExitStack() as stack:
        with atomic_write.convert_os_errors(path, hint=HINT):
            stack.enter_context(_lock(path).acquire(timeout=5))
            with atomic_write.atomic_write(path, mode=0o600) as file:
                file.write(json.dumps(asdict(record)).encode())
        stack.callback(_remove, path)
        yield


@contextmanager
def starting(name: str) -> Iterator[None]:
    """Let only one process at a time start the server in the background whose log has this name: two
    would replace each other's log. Raises: ServerError, DiskFull."""
    path = private_folder() / f"{name}.starting"
    lock = FileLock(path, mode=0o600)
    with atomic_write.convert_os_errors(path, hint=HINT):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ServerError(
                f"another command is starting a server on port {name}",
                hint="Wait until it has ended and use that server, or choose another port with --port.",
            ) from error
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        lock.release()


def running() -> list[ServerRecord]:
    """Return the servers of this user that run on this machine, the oldest first. Remove the records of
    servers that have ended. If there is a `problem`, return no server and remove nothing."""
    found: list[ServerRecord] = []
    with suppress(OSError):
        for path in sorted(servers_folder().glob("*.json")) if problem() is None else ():
            record = _read(path)
            # This machine cannot find out whether a process of another machine holds its lock.
            if record is not None and record.machine == socket.gethostname() and _is_held(path):
                found.append(record)
    return sorted(found, key=lambda record: (record.started, record.pid, record.number))


def is_running(record: ServerRecord) -> bool:
    """Return whether the process of a server still runs.

    A server removes its record before its process ends, so a missing record does not show that the
    process has ended. The record is checked only on systems where `process_mark` returns "".
    """
    if record.process:
        return process_mark(record.pid) == record.process
    return _read(record.path) == record and _is_held(record.path)


def problem() -> str | None:
    """Return the reason why the records are not used, or None if they are used."""
    folder = servers_folder()
    # Another user who can write a record could put the address of their own server there, and would
    # then get the questions and pictures of this user.
    if system.WINDOWS or not folder.is_dir() or is_private(folder.stat()):
        return None
    return f"{folder} can be written by others, so its servers are not asked; repair it with: chmod 700 {folder}"


def is_private(found: os.stat_result) -> bool:
    """Return whether this user owns a file or folder and nobody else can write it."""
    return system.WINDOWS or (system.is_own(found) and not found.st_mode & 0o022)


def process_mark(pid: int) -> str:
    """Return an identity that survives pid reuse, also in another container: the pid namespace and the
    start time of the process. Return "" if the process has ended, and on systems without /proc."""
    with suppress(OSError, IndexError):
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        # The name of the program, in brackets, may have spaces and brackets itself.
        state, *values = text.rpartition(")")[2].split()
        if state not in "ZX":  # a zombie has ended
            return f"{os.readlink('/proc/self/ns/pid')} {values[18]}"  # field 22 of proc_pid_stat(5)
    return ""


def _read(path: Path) -> ServerRecord | None:
    """Return the record in a file, or None if the file is damaged or other users could have written
    it."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        if is_private(path.lstat()):
            values = safe_read.read_json(path)
            record = ServerRecord(
                **{each.name: values[each.name] for each in fields(ServerRecord) if each.name in values}
            )
            return record if record.path == path else None
    return None


def _lock(path: Path) -> Any:
    return FileLock(path.with_suffix(".lock"), mode=0o600, thread_local=False)


def _is_held(path: Path) -> bool:
    """Return whether the lock beside a record is held. A server holds this lock until it ends. If the
    lock is free, remove the record."""
    try:
        with _lock(path).acquire(timeout=0):
            _remove(path)
    except Timeout:
        return True
    return False


def _remove(path: Path) -> None:
    for each in (path, path.with_suffix(".lock")):
        with suppress(OSError):
            each.unlink()


# ---- asking a server


def connection(url: str, timeout: float) -> http.client.HTTPConnection:
    """Return a connection to the server of a URL. Proxies of the environment are not used. Raises:
    ValueError for a port that is not a number."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(reachable(parts.hostname or ""), parts.port, timeout=timeout)


def health(record: ServerRecord, timeout: float = HEALTH_SECONDS) -> dict[str, Any] | None:
    """Return the reply of a server to /health, or None if no valid reply arrives in time."""
    try:
        with closing(connection(record.url, timeout)) as asked:
            asked.request("GET", "/health")
            response = asked.getresponse()
            value = json.loads(response.read(MAX_HEALTH_BYTES))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    match value:
        case {"status": str(), "slots": int(), "active": int(), "waiting": int()} if (
            response.status == 200
        ):
            return dict(value)
    return None
