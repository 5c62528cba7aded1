"""Addresses: the checks of benchmarks/trust with few inputs, and one test for each defect that they found. What a
server may do, slow and lying, and which addresses are refused, name by name, is in tests/images/test_http_fetch.py."""

from __future__ import annotations

import random
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.trust import addresses
from benchmarks.trust.answers import PNG, Script, Server
from benchmarks.trust.check import Check
from benchmarks.trust.spellings import is_local
from flashsloth.errors import ImageFetchFailed
from flashsloth.images import http_fetch as module
from flashsloth.images.http_fetch import fetch


def run(check: Check, count: int, folder: Path) -> None:
    outcome = check.run(count, random.Random(zlib.crc32(check.name.encode())), folder)
    assert outcome.tried == count
    assert outcome.good, outcome.details


@pytest.mark.parametrize("check", addresses.CHECKS, ids=lambda check: check.name)
def test_few(check: Check, tmp_path: Path) -> None:
    run(check, check.quick, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("check", addresses.CHECKS, ids=lambda check: check.name)
def test_all(check: Check, tmp_path: Path) -> None:
    run(check, check.full, tmp_path)


def test_a_connection_would_be_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The check can fail: a fetcher that checks nothing connects to this machine, and is caught."""
    monkeypatch.setattr(module, "_address_kind", lambda address: ("", True))
    outcome = addresses.local_targets(100, random.Random(1), tmp_path)
    assert outcome.wrong > 10
    assert "it reached [" in outcome.details[0]


@pytest.mark.parametrize(
    ("address", "local"),
    [
        *(("127.0.0.1", True), ("0.1.2.3", True), ("169.254.1.1", True), ("::1", True), ("::", True)),
        *(("fe80::1%lo", True), ("::ffff:127.0.0.1", True), ("::7f00:1", True), ("64:ff9b::7f00:1", True)),
        *(("2002:7f00:1::", True), ("224.0.0.1", True)),
        *(("93.184.216.34", False), ("192.168.1.1", False), ("2606:2800::1", False), ("::ffff:8.8.8.8", False)),
    ],
)
def test_the_judge(address: str, local: bool) -> None:
    assert is_local(address) is local


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("urllib.request.getproxies", dict)
    with Server(0) as running:
        yield running


def answer(server: Server, *pieces: bytes, endless: bytes = b"") -> bytes:
    server.only = Script(list(pieces), endless)
    return fetch(f"http://127.0.0.1:{server.address[1]}/1", allow_local=True, seconds=5)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("size", [b"-1", b"-2", b"0x10", b"+5", b"1_0", b"", b"zz", b"f" * 17])
def test_chunks_without_a_true_size(size: bytes, server: Server) -> None:
    """A size of -1 read all that ever came into memory; one of -2 raised a ValueError."""
    with pytest.raises(ImageFetchFailed, match="does not speak HTTP properly"):
        answer(server, CHUNKED, size + b"\r\n", endless=b"x" * 65536)
    assert server.sent < 32 << 20  # what a connection holds, and not all that would come


def test_chunks_as_they_should_be(server: Server) -> None:
    first, second = PNG[:7], PNG[7:]
    body = b"%X;a=b\r\n%b\r\n%x\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (len(first), first, len(second), second)
    assert answer(server, CHUNKED, body) == PNG
    for broken, said in ((body[:30], "early"), (body.replace(b"\r\n0\r\n", b"more\r\n0\r\n"), "longer than its size")):
        with pytest.raises(ImageFetchFailed, match=said):
            answer(server, CHUNKED, broken)


def test_an_address_that_is_not_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of an argument that are not UTF-8 arrive as lone surrogates: sent as the bytes they were."""
    monkeypatch.setattr("urllib.request.getproxies", dict)
    asked: list[str] = []
    monkeypatch.setattr(
        module._Download, "_request", lambda self, address, stack: asked.append(address.target) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        fetch("http://pictures.example/\udcff.png?\udcfe")
    assert asked == ["/%FF.png?%FE"]
    for url in ("http://pictures.example/\ud800.png", "http://pictures.example/?\ud800", "http://\udcff/"):
        with pytest.raises(ImageFetchFailed, match="not a valid URL"):
            fetch(url)


def test_names_are_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address that was checked, whatever the name says a moment later."""
    with addresses.world(0) as network:
        network.server.targets["/a"] = b"http://n.rebinding.example/b"
        with pytest.raises(Exception, match=r"n\.rebinding\.example is 127\.0\.0\.1, a loopback address"):
            fetch("http://n.rebinding.example/a")
        assert network.reached == []
        assert socket.getaddrinfo("n.rebinding.example", 80)[0][4][0] == "127.0.0.1"
