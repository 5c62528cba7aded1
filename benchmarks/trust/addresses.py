"""Addresses of images: nothing on this machine is connected to unless that is allowed, and whatever a server answers
ends as an image or an error, within the limits on time and bytes."""

from __future__ import annotations

import itertools
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from benchmarks.trust.check import Check, Outcome, try_each
from benchmarks.trust.hostile_server import PNG, Answer, Server, answers
from benchmarks.trust.local_urls import RESOLVES, URLS, is_local

PUBLIC = "93.184.216.34"  # stands for the internet: connections to it end at the local server
LIMIT_S = 5.0
MAX_BYTES = 1 << 18
MEMORY_MIB = 24.0


class Network:
    """The network as the fetcher sees it: names resolve as RESOLVES says, and connections to PUBLIC reach the local
    server. `reached` lists the local addresses that were connected to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.reached: list[str] = []
        self.rebinding: set[str] = set()  # names that resolved to PUBLIC once and to this machine from then on
        self._connect, self._resolve = socket.socket.connect, socket.getaddrinfo

    def connect(self, sock: socket.socket, peer: Any) -> None:
        if is_local(str(peer[0])):
            self.reached.append(str(peer[0]))
        if peer[0] != PUBLIC:
            raise ConnectionRefusedError(111, "Connection refused")
        self._connect(sock, self.server.address)

    def resolve(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        host = host.decode() if isinstance(host, bytes) else host
        name = host.rstrip(".").lower()
        if name.endswith(".rebinding.example"):
            ips: tuple[str, ...] = ("127.0.0.1",) if name in self.rebinding else (PUBLIC,)
            self.rebinding.add(name)
        elif name in RESOLVES:
            ips = RESOLVES[name]
        else:
            return self._resolve(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        families = [socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in ips]
        return [(family, socket.SOCK_STREAM, 6, "", (ip, port)) for family, ip in zip(families, ips, strict=True)]


@contextmanager
def simulated_network() -> Iterator[Network]:
    with Server() as server:
        network = Network(server)
        with (
            mock.patch.object(socket.socket, "connect", lambda sock, peer: network.connect(sock, peer)),
            mock.patch.object(socket, "getaddrinfo", network.resolve),
            mock.patch.object(urllib.request, "getproxies", dict),
        ):
            yield network


def local_targets(count: int, folder: Path) -> Outcome:
    """Spellings of local addresses: asked for directly, as the target of a redirect, or by a name that resolves to
    another address after it was checked."""
    from flashsloth.errors import ImageError
    from flashsloth.images.http_fetch import fetch

    number = itertools.count()
    with simulated_network() as network:

        def problem(url: str, how: str) -> str:
            network.reached.clear()
            name = f"n{next(number)}"
            if how == "redirect":
                network.server.targets[f"/{name}"] = url.encode("utf-8", "surrogateescape").partition(b"\r")[0]
                url = f"http://{PUBLIC}/{name}"
            elif how == "rebinding":
                url = f"http://{name}.rebinding.example/to"
                network.server.targets["/to"] = f"http://{name}.rebinding.example/again".encode()
            try:
                fetch(url, seconds=4.0)
            except ImageError:
                if network.reached:
                    return f"it reached {network.reached}"
                raise
            return f"it reached {network.reached or 'a server'}"

        drawn = st.tuples(URLS, st.sampled_from(("redirect", "rebinding", *["direct"] * 3)))
        return try_each(drawn, count, problem, LIMIT_S, MEMORY_MIB)


def hostile_answers(count: int, folder: Path) -> Outcome:
    """Answers of a server on this machine, which is allowed here."""
    from flashsloth.images.http_fetch import fetch
    from flashsloth.images.reader import read_image

    whole = read_image(PNG).image.tobytes()
    with mock.patch.object(urllib.request, "getproxies", dict), Server() as server:

        def problem(answer: Answer) -> str:
            server.answer = answer
            url = f"http://127.0.0.1:{server.address[1]}/1"
            body = fetch(url, allow_local=True, seconds=0.5, max_bytes=MAX_BYTES)
            if len(body) > MAX_BYTES:
                return f"{len(body)} bytes"
            image = read_image(body).image
            return f"another image of {image.size}" if body == PNG and image.tobytes() != whole else ""

        return try_each(st.tuples(answers()), count, problem, LIMIT_S, MEMORY_MIB)


CHECKS = [
    Check("addresses", "spellings of local addresses", "inputs", 5_000, 400, local_targets),
    Check("addresses", "answers of a hostile server", "inputs", 4_000, 150, hostile_answers),
]
