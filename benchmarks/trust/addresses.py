"""Addresses of pictures: whatever is asked for, nothing on this machine is connected to unless that was allowed; and
whatever a server answers, it is a picture or one of our errors, in time and within the ceiling on bytes."""

from __future__ import annotations

import random
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.trust.answers import PNG, Server
from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.reading import forget_peak, resident_kib
from benchmarks.trust.spellings import RESOLVES, is_local, url

PUBLIC = "93.184.216.34"  # stands for the internet: the local server answers in its place
SECONDS = 0.5
MAX_BYTES = 1 << 18
MEMORY_MIB = 24.0


class World:
    """The network as the fetcher sees it: numbers resolve to themselves, names as told, and a connection to a public
    address ends at the local server. `reached` has every local address that was connected to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.reached: list[str] = []
        self.rebinding: set[str] = set()  # names that were asked for once: from now on they are this machine
        self.connect, self.lookup = socket.socket.connect, socket.getaddrinfo

    def connected(self, sock: socket.socket, peer: Any) -> None:
        if is_local(str(peer[0])):
            self.reached.append(str(peer[0]))
        if peer[0] != PUBLIC:
            raise ConnectionRefusedError(111, "Connection refused")
        self.connect(sock, self.server.address)

    def resolved(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        host = host.decode() if isinstance(host, bytes) else host
        name = host.rstrip(".").lower()
        if name.endswith(".rebinding.example"):
            found: tuple[str, ...] = ("127.0.0.1",) if name in self.rebinding else (PUBLIC,)
            self.rebinding.add(name)
        elif name in RESOLVES:
            found = RESOLVES[name]
        else:
            return self.lookup(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found
        ]


@contextmanager
def world(seed: int) -> Iterator[World]:
    with Server(seed) as server:
        made = World(server)
        with (
            mock.patch.object(socket.socket, "connect", lambda sock, peer: made.connected(sock, peer)),
            mock.patch.object(socket, "getaddrinfo", made.resolved),
            mock.patch.object(urllib.request, "getproxies", dict),
        ):
            yield made


def fetched(outcome: Outcome, what: str, address: str, **options: Any) -> bytes | None:
    """The body; None where one of our errors came instead. Anything else is counted as a crash."""
    from flashsloth.errors import ImageError
    from flashsloth.images.http_fetch import fetch

    try:
        return fetch(address, **options)
    except ImageError as error:
        outcome.refused += 1
        if not (str(error).isprintable() and error.hint):
            outcome.mistake(f"{what}: the error says {str(error)!r}, hint {error.hint!r}")
    except Exception as error:
        outcome.crash(f"{what}: {type(error).__name__}: {error}"[:300])
    return None


def local_targets(count: int, rng: random.Random, folder: Path) -> Outcome:
    """Spellings of local addresses, asked for outright, after a redirect from a public host, or by a name whose answer
    changes once it was checked."""
    outcome = Outcome()
    with world(0) as network:
        for number in range(count):
            target = url(rng)
            what, way = f"{number}: {target!r}", rng.randrange(5)
            network.reached.clear()
            if way == 0:
                network.server.targets[f"/{number}"] = target.encode("utf-8", "surrogateescape").partition(b"\r")[0]
                address = f"http://{PUBLIC}/{number}"
            elif way == 1:
                address = f"http://n{number}.rebinding.example/to"
                network.server.targets["/to"] = f"http://n{number}.rebinding.example/again".encode()
            else:
                address = target
            with outcome.one(5.0, what):
                body = fetched(outcome, what, address, seconds=4.0)
            if network.reached or body is not None:
                outcome.mistake(f"{what}, way {way}: it reached {network.reached}, {body and len(body)} bytes came")
    return outcome


def hostile_answers(count: int, rng: random.Random, folder: Path) -> Outcome:
    """Answers of a server on this machine, which is allowed here."""
    from flashsloth.errors import ImageError
    from flashsloth.images.reader import read_image

    outcome, seed = Outcome(), rng.randrange(2**32)
    whole = read_image(PNG).image.tobytes()
    with mock.patch.object(urllib.request, "getproxies", dict), Server(seed) as server:
        for number in range(count):
            what = f"answer {number} of {seed}"
            forget_peak()
            before = resident_kib()[0]
            address = f"http://127.0.0.1:{server.address[1]}/{number}"
            with outcome.one(5.0, what):
                body = fetched(outcome, what, address, allow_local=True, seconds=SECONDS, max_bytes=MAX_BYTES)
            mib = max(resident_kib()[1] - before, 0) / 1024
            outcome.peak_mib = max(outcome.peak_mib, mib)
            if mib > MEMORY_MIB:
                outcome.mistake(f"{what}: it took {mib:.0f} MiB")
            if body is None:
                continue
            if len(body) > MAX_BYTES:
                outcome.mistake(f"{what}: {len(body)} bytes came")
            try:
                arrived = read_image(body).image
                if body == PNG and arrived.tobytes() != whole:
                    outcome.mistake(f"{what}: the picture came out as another")
            except ImageError:
                outcome.refused += 1
            except Exception as error:
                outcome.crash(f"{what}, as a picture: {type(error).__name__}: {error}"[:300])
    return outcome


CHECKS = [
    Check("addresses", "ways to write a local address", "inputs", 5_000, 400, local_targets),
    Check("addresses", "answers of a hostile server", "inputs", 4_000, 150, hostile_answers),
]
