"""A server on this machine whose every answer is another kind of wrong: lengths that lie, chunks that have no size or
no end, heads that never stop, silence. What is asked for is a number, and the number says all of the answer."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.trust.seeds import encode, picture

PNG = encode(picture("L", 20, 16), "PNG")
AT_MOST = 256 << 20  # bytes of an answer without an end
SIZES = (
    b"-1",
    b"-2",
    b"-0",
    b"ffffffffffffffff",
    b"1_0",
    b"0x10",
    b"+5",
    b" 5 ",
    b"",
    b"zz",
    b"5;a=b",
    b"7fffffff",
    b"0",
)


@dataclass
class Script:
    """What is sent, and how it ends."""

    pieces: list[bytes]
    endless: bytes = b""  # said again and again after the pieces
    pause_s: float = 0.0  # between its sayings
    end: str = "close"  # close, reset, silence


def chunked(rng: random.Random) -> list[bytes]:
    at = rng.randrange(len(PNG))
    sizes = [b"%x" % at, b"%x" % (len(PNG) - at), b"0"]
    if rng.random() < 0.8:
        sizes[rng.randrange(3)] = rng.choice(SIZES)
    ends = [rng.choice((b"\r\n", b"\r\n", b"\n", b"", b"xx")) for _ in range(3)]
    return [size + b"\r\n" + body + end for size, body, end in zip(sizes, (PNG[:at], PNG[at:], b""), ends, strict=True)]


LINES = (b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 200 \xff\0")
ODD_LINES = (
    *(b"HTTP/1.1 999 X", b"HTTP/1.1 20x OK", b"HTTP/9.9 200 OK", b"", b"ICY 200 OK", b"HTTP/1.1", b"HTTP/1.1 -1 X"),
    *(b"HTTP/1.1 206 Partial", b"HTTP/1.1 204 None", b"HTTP/1.1 304 Same", b"HTTP/1.1 101 Up", b"\x16\x03\x01\x02"),
)
ODD_HEADERS = (
    *(b"Content-Encoding: gzip", b"Transfer-Encoding: gzip, chunked", b"X: " + b"y" * 70_000, b": x", b" folded"),
    *(b"Content-Length: 5, 6", b"Content-Type: text/html; charset=\xff", b"\0: \0", b"Connection: keep-alive"),
)


def head(rng: random.Random, *lines: bytes) -> bytes:
    first = rng.choice(ODD_LINES if rng.random() < 0.15 else LINES)
    return b"\r\n".join((first, *lines, b"", b""))


def script(seed: int, number: int) -> Script:
    rng = random.Random(f"{seed}/{number}")
    kind = rng.randrange(12)
    length = b"Content-Length: %d" % len(PNG)
    if kind <= 2:
        made = Script([head(rng, length), PNG])
    elif kind <= 5:
        made = Script([head(rng, b"Transfer-Encoding: chunked"), *chunked(rng)])
        if rng.random() < 0.2:
            made.endless = rng.choice((b"x" * 65536, b"1\r\nx\r\n", b"-1\r\n", b"Trailer: x\r\n"))
    elif kind == 6:
        said = rng.choice((0, 1, len(PNG) - 1, len(PNG) + 1, 2**31, 2**63, 10**30, -1, -len(PNG)))
        made = Script([head(rng, b"Content-Length: %d" % said, *rng.choice(((), (length,)))), PNG])
    elif kind == 7:
        made = Script([head(rng), PNG], endless=rng.choice((b"", b"x" * 65536)))
    elif kind == 8:
        where = (
            b"/again",
            b"//[",
            b"http://[::1",
            b"",
            b"\xff\xfe",
            b"file:///etc/passwd",
            b"http://\0/",
            b"//%00@:x/",
            b"?",
        )
        made = Script([b"HTTP/1.1 302 F\r\nLocation: " + rng.choice(where) + b"\r\nContent-Length: 0\r\n\r\n"])
    elif kind == 9:
        again = (b"HTTP/1.1 100 C\r\n\r\n", b"X: y\r\n", b"x" * 4096, b"HTTP/1.1 100 C\r\nA: b\r\n\r\n")
        made = Script([rng.choice((b"", b"HTTP/1.1 200 OK\r\n"))], endless=rng.choice(again))
    elif kind == 10:
        made = Script([head(rng, *(rng.choice(ODD_HEADERS) for _ in range(rng.choice((1, 3, 120)))), length), PNG])
    else:
        made = Script([rng.randbytes(rng.choice((0, 1, 100, 100_000)))])
    return damaged(rng, made)


def damaged(rng: random.Random, made: Script) -> Script:
    """Bits of the head or body changed, cut in odd places, slow or without an end."""
    whole = bytearray(b"".join(made.pieces))
    if whole and rng.random() < 0.35:
        for _ in range(rng.choice((1, 1, 3))):
            whole[rng.randrange(min(len(whole), rng.choice((20, 80, len(whole)))))] = rng.randrange(256)
    if rng.random() < 0.15:
        del whole[rng.randrange(len(whole) + 1) :]
    at = rng.randrange(len(whole) + 1)
    made.pieces = [bytes(whole[:at]), bytes(whole[at:])]
    made.end = rng.choices(("close", "reset", "silence"), (90, 8, 2))[0]
    if made.endless and rng.random() < 0.2:
        made.endless, made.pause_s = made.endless[:1], 0.01
    return made


@dataclass
class Server:
    """`with Server(seed) as server`: GET /NUMBER is answered by script(seed, NUMBER), a path in `targets` redirects."""

    seed: int
    targets: dict[str, bytes] = field(default_factory=dict)  # path -> where it redirects
    only: Script | None = None  # the answer to every number
    sent: int = 0  # bytes of what has no end

    def __enter__(self) -> Server:
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address: tuple[str, int] = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self.stop.is_set():
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            path = connection.recv(65536).split(b" ")[1].decode().partition("?")[0]
            if path in self.targets:
                where = self.targets[path]
                connection.sendall(b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: " + where + b"\r\n\r\n")
            elif path.strip("/").isdigit():
                self._answer(connection, self.only or script(self.seed, int(path.strip("/"))))

    def _answer(self, connection: socket.socket, said: Script) -> None:
        for piece in said.pieces:
            connection.sendall(piece)
        end = self.sent + AT_MOST
        while said.endless and self.sent < end and not self.stop.is_set():
            connection.sendall(said.endless)
            self.sent += len(said.endless)
            time.sleep(said.pause_s)
        if said.end == "silence":
            connection.recv(1)  # until the other side goes
        elif said.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
