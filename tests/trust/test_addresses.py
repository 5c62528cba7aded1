"""Addresses of images: one test for each defect that was found. What servers may do and which addresses are refused is
in tests/images/test_http_fetch.py."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from benchmarks.trust.hostile_server import Answer, Server
from flashsloth.errors import ImageFetchFailed, ImageTooLarge
from flashsloth.images import http_fetch as module
from flashsloth.images.http_fetch import fetch


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("urllib.request.getproxies", dict)
    with Server() as running:
        yield running


def answer(server: Server, *pieces: bytes, endless: bytes = b"") -> bytes:
    server.answer = Answer(list(pieces), endless)
    return fetch(f"http://127.0.0.1:{server.address[1]}/1", allow_local=True, seconds=5)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("size", [b"-1", b"-2", b"0x10", b"+5", b"1_0", b"", b"zz", b"f" * 17])
def test_chunk_with_an_invalid_size(size: bytes, server: Server) -> None:
    """A size of -1 made the fetcher read everything into memory; -2 raised a ValueError."""
    with pytest.raises((ImageFetchFailed, ImageTooLarge)):
        answer(server, CHUNKED, size + b"\r\n", endless=b"x" * 65536)
    assert server.sent < module.MAX_DOWNLOAD_BYTES + (32 << 20)  # the buffers of a connection, not the whole answer


def test_url_with_invalid_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of an argument that are not UTF-8 arrive as lone surrogates and are sent as those bytes."""
    monkeypatch.setattr("urllib.request.getproxies", dict)
    targets: list[str] = []
    # private: what would be sent, as no server is asked
    monkeypatch.setattr(
        module._Download, "_request", lambda self, address, stack: targets.append(address.geturl()) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        fetch("http://pictures.example/\udcff.png?\udcfe")
    assert targets == ["http://pictures.example/%FF.png?%FE"]
    for url in ("http://pictures.example/\ud800.png", "http://pictures.example/?\ud800", "http://\udcff/"):
        with pytest.raises(ImageFetchFailed):
            fetch(url)


def test_tests_stay_offline() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match=r"tried to connect to \('192\.0\.2\.1', 80\)"):
        one.connect(("192.0.2.1", 80))


def test_addresses_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own address in a network is refused; others of that network are not."""
    # private: the addresses of this machine are not known
    monkeypatch.setattr(module, "_is_own", lambda address: address == "192.168.7.8")
    assert module._address_kind("192.168.7.8")[0] == "an address of this machine"  # private: as above
    assert module._address_kind("192.168.7.9")[0] == ""


def test_own_addresses_are_found() -> None:
    # private: as above
    assert module._is_own("127.0.0.1")
    assert not module._is_own("192.0.2.1")
