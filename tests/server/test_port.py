"""The port of a server."""

from __future__ import annotations

import pytest

from flashsloth.errors import ServerError
from flashsloth.server.run import tcp_socket


def test_ports() -> None:
    with tcp_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServerError, match=f"cannot listen on 127.0.0.1:{port}"):
            tcp_socket("127.0.0.1", port)
    with tcp_socket("127.0.0.1", port):
        pass
    with pytest.raises(ServerError, match="cannot listen"):
        tcp_socket("host.invalid", 0)
