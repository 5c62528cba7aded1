"""Where a server listens: its port and its unix socket."""

from __future__ import annotations

import os
import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from flashsloth.errors import ServerError
from flashsloth.server.run import answers, tcp_socket, unix_socket

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "sloth.sock"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_permissions(path: Path) -> None:
    before = os.umask(0)
    try:
        with unix_socket(path):
            assert mode(path) == 0o600
            assert mode(path.parent) == 0o700
            assert os.umask(0) == 0
    finally:
        os.umask(before)


def test_it_listens_at_once(path: Path) -> None:
    """Who connects before the application runs is not refused, and another server sees that it is there."""
    assert not answers(path)
    with unix_socket(path):
        assert answers(path)
        with pytest.raises(ServerError, match="a server answers"):
            unix_socket(path)
        assert answers(path)


def test_a_stale_socket_is_replaced(path: Path) -> None:
    unix_socket(path).close()
    assert path.is_socket()
    assert not answers(path)
    with unix_socket(path):
        assert answers(path)


def test_a_busy_server_is_not_stale(path: Path) -> None:
    """Its backlog is full."""
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(0)
        waiting = []
        for _ in range(3):
            connection = socket.socket(socket.AF_UNIX)
            connection.setblocking(False)
            waiting.append(connection)
            try:
                connection.connect(str(path))
            except BlockingIOError:
                break
        assert answers(path)
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling"])
def test_what_is_no_socket_stays(path: Path, kind: str) -> None:
    path.parent.mkdir()
    other = path.parent / "other"
    if kind == "file":
        path.write_text("mine")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other)
        if kind == "link":
            other.write_text("mine")
    with pytest.raises(ServerError, match="is not a socket"):
        unix_socket(path)
    assert os.path.lexists(path)
    assert not (kind == "dangling" and other.exists())


def test_paths_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "sock", tmp_path / ("x" * 200) / "sock"):
        with pytest.raises(ServerError, match="cannot listen on"):
            unix_socket(path)


def test_two_at_once(path: Path) -> None:
    """One of them gets the socket; it still answers afterwards."""
    start = threading.Barrier(8)

    def listen(_: int) -> socket.socket | None:
        start.wait()
        try:
            return unix_socket(path)
        except ServerError:
            return None

    with ThreadPoolExecutor(8) as pool:
        [made] = filter(None, pool.map(listen, range(8)))
    assert answers(path)
    made.close()


def test_ports() -> None:
    with tcp_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServerError, match=f"cannot listen on 127.0.0.1:{port}"):
            tcp_socket("127.0.0.1", port)
    with tcp_socket("127.0.0.1", port):
        pass
    with pytest.raises(ServerError, match="cannot listen"):
        tcp_socket("host.invalid", 0)
    for port in (-1, 65_536, 70_000):
        with pytest.raises(ServerError, match="is not a port"):
            tcp_socket("127.0.0.1", port)


def test_whoever_holds_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flashsloth.server.run.LOCK_SECONDS", 0.01)
    path.parent.mkdir()
    with FileLock(f"{path}.lock"), pytest.raises(ServerError, match="another program holds"):
        unix_socket(path)
