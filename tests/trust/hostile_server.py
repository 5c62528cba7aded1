"""A server on this machine. Each of its answers is wrong in another way: false lengths, chunks without
a size or an end, headers that never end, or silence."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import strategies as st

from edited_bytes import edited
from image_samples import encode, picture

PNG = encode(picture("L", 20, 16), "PNG")
AT_MOST = 256 << 20  # the maximum number of bytes of an endless answer
SIZES = (
    b"-1",
    b"-2",
    b"-0",
    b"f" * 16,
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
LINES = (
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 200 OK",
    b"HTTP/1.1 200",
    b"HTTP/1.1 200 \xff\0",
)
ODD_LINES = (
    b"HTTP/1.1 999 X", b"HTTP/1.1 20x OK", b"HTTP/9.9 200 OK", b"", b"ICY 200 OK", b"HTTP/1.1", b"HTTP/1.1 -1 X",
    b"HTTP/1.1 206 Partial", b"HTTP/1.1 204 None", b"HTTP/1.1 304 Same", b"HTTP/1.1 101 Up", b"\x16\x03\x01\x02",
)  # fmt: skip
ODD_HEADERS = (
    b"Content-Encoding: gzip", b"Transfer-Encoding: gzip, chunked", b"X: " + b"y" * 70_000, b": x", b" folded",
    b"Content-Length: 5, 6", b"Content-Type: text/html; charset=\xff", b"\0: \0", b"Connection: keep-alive",
)  # fmt: skip
LOCATIONS = (
    b"/again", b"//[", b"http://[::1", b"", b"\xff\xfe", b"file:///etc/passwd", b"http://\0/", b"//%00@:x/", b"?",
)  # fmt: skip
LENGTHS = (0, 1, len(PNG) - 1, len(PNG) + 1, 2**31, 2**63, 10**30, -1, -len(PNG))
KINDS = [
    *["whole"] * 3,
    *["chunked"] * 3,
    "length",
    "unbounded",
    "moved",
    "headless",
    "headers",
    "noise",
]
LENGTH = b"Content-Length: %d" % len(PNG)


@dataclass
class Answer:
    """An answer, which is sent in one or more pieces, and how the connection ends."""

    pieces: list[bytes]
    endless: bytes = b""  # bytes that are sent again and again after the pieces
    pause_s: float = 0.0  # the pause between repetitions
    end: str = "close"  # close, reset, silence


@st.composite
def chunked(draw: st.DrawFn) -> bytes:
    at = draw(st.integers(0, len(PNG) - 1))
    sizes = [b"%x" % at, b"%x" % (len(PNG) - at), b"0"]
    if draw(st.integers(0, 4)):
        sizes[draw(st.integers(0, 2))] = draw(st.sampled_from(SIZES))
    ends = st.sampled_from((b"\r\n", b"\r\n", b"\n", b"", b"xx"))
    bodies = (PNG[:at], PNG[at:], b"")
    return b"".join(
        b"%b\r\n%b%b" % (size, body, draw(ends)) for size, body in zip(sizes, bodies, strict=True)
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw answers of ten kinds. A third of them are damaged, some are cut, slow, reset or silent."""

    def head(*lines: bytes) -> bytes:
        first = draw(st.sampled_from(ODD_LINES if draw(st.integers(0, 6)) == 0 else LINES))
        return b"\r\n".join((first, *lines, b"", b""))

    whole, endless = b"", b""
    match draw(st.sampled_from(KINDS)):
        case "whole":
            whole = head(LENGTH) + PNG
        case "chunked":
            whole = head(b"Transfer-Encoding: chunked") + draw(chunked())
            endless = draw(
                st.sampled_from(
                    (b"",) * 12 + (b"x" * 65536, b"1\r\nx\r\n", b"-1\r\n", b"Trailer: x\r\n")
                )
            )
        case "length":
            twice = [LENGTH] if draw(st.booleans()) else []
            whole = head(b"Content-Length: %d" % draw(st.sampled_from(LENGTHS)), *twice) + PNG
        case "unbounded":
            whole, endless = head() + PNG, draw(st.sampled_from((b"", b"x" * 65536)))
        case "moved":
            whole = b"HTTP/1.1 302 F\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % draw(
                st.sampled_from(LOCATIONS)
            )
        case "headless":
            whole = draw(st.sampled_from((b"", b"HTTP/1.1 200 OK\r\n")))
            again = (
                b"HTTP/1.1 100 C\r\n\r\n",
                b"X: y\r\n",
                b"x" * 4096,
                b"HTTP/1.1 100 C\r\nA: b\r\n\r\n",
            )
            endless = draw(st.sampled_from(again))
        case "headers":
            whole = head(
                *draw(st.lists(st.sampled_from(ODD_HEADERS), max_size=4))
                * draw(st.sampled_from((1, 40)))
            )
            whole += PNG
        case "noise":
            whole = draw(st.binary(max_size=100)) * draw(st.sampled_from((1, 1000)))
    if draw(st.integers(0, 2)) == 0:
        whole = draw(edited(whole or b"\0"))
    at = draw(st.integers(0, len(whole)))
    answer = Answer(
        [whole[:at], whole[at:]],
        endless,
        end=draw(st.sampled_from(["close"] * 45 + ["reset"] * 4 + ["silence"])),
    )
    if endless and draw(st.integers(0, 4)) == 0:
        answer.endless, answer.pause_s = endless[:1], 0.01
    return answer


@dataclass
class Server:
    """`with Server() as server`: the last part of a path names one of `answers`; other requests get
    `answer`."""

    answers: dict[str, Answer] = field(default_factory=dict)
    answer: Answer = field(default_factory=lambda: Answer([]))
    sent: int = 0  # the number of bytes of endless answers
    seen: list[str] = field(default_factory=list)  # the received requests with their headers
    # set when a client disconnects during an answer
    left: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Server:
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address: tuple[str, int] = self.listener.getsockname()
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        with suppress(OSError):  # macOS
            self.listener.shutdown(socket.SHUT_RDWR)  # ends `accept`
        self.listener.close()
        self.thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while not self.stop.is_set():
                connection, _ = self.listener.accept()
                threading.Thread(
                    target=self._serve, args=(connection, self.answer), daemon=True
                ).start()

    def _serve(self, connection: socket.socket, answer: Answer) -> None:
        try:
            with connection:
                connection.settimeout(10)
                self.seen.append(connection.recv(65536).decode("latin-1"))
                path = self.seen[-1].split(" ")[1].partition("?")[0]
                self._send(connection, self.answers.get(path.rpartition("/")[2], answer))
        except (OSError, IndexError):
            self.left.set()

    def _send(self, connection: socket.socket, answer: Answer) -> None:
        for piece in answer.pieces:
            connection.sendall(piece)
        end = self.sent + AT_MOST
        while answer.endless and self.sent < end and not self.stop.is_set():
            connection.sendall(answer.endless)
            self.sent += len(answer.endless)
            time.sleep(answer.pause_s)
        if answer.end == "silence":
            connection.recv(1)  # until the client leaves
        elif answer.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def moved(location: bytes) -> Answer:
    return Answer([b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % location])
