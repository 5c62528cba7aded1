"""Requests that are too large, too slow, broken or hostile get an error of ours; the server goes on."""

from __future__ import annotations

import difflib
import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psutil
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.errors import BadRequest
from flashsloth.generation.constraint import constrain
from flashsloth.server import gate, http_server
from flashsloth.server.app import Limits, Server
from flashsloth.server.protocol import RESPONSES_PATH
from flashsloth.server.security import AccessRules
from flashsloth.utils import system
from image_samples import png
from pdf_samples import encrypted
from server.helpers import (
    POST_PATHS,
    RunningServer,
    body_for,
    data_url,
    encoded_url,
    eventually,
    serving,
    user,
)

LIMIT = 200_000
HELLO = {"messages": [user("Hello.")], "max_tokens": 1}


@pytest.fixture(scope="module", params=POST_PATHS)
def small(nano: FlashSloth, request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A server with low limits; after each test of this module it still answers. Each test asks every
    route that takes requests."""
    with serving(lambda: nano, limits=Limits(body_bytes=LIMIT, images=3)) as running:
        running.path = request.param
        running.server.bodies.seconds = 5.0
        yield running


def test_no_thread_can_be_started(
    nano: FlashSloth, small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new server, which keeps no idle threads."""
    with serving(lambda: nano) as running:
        running.path = small.path
        with monkeypatch.context() as patch:
            refused = RuntimeError("can't start new thread")
            patch.setattr(threading.Thread, "start", mock.Mock(side_effect=refused))
            for _ in range(2):
                status, body = running.ask(HELLO)
                assert (status, body["error"]["code"]) == (503, "out_of_threads")
                assert "ulimit -u" in body["error"]["message"]
            assert running.request("GET", "/nothing")[0] == 404
        assert running.ask(HELLO)[0] == 200


def test_another_error_of_its_class_is_a_bug(
    nano: FlashSloth, small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Server, "_model", mock.Mock(side_effect=RuntimeError("private")))
        status, body = small.ask(HELLO)
    assert (status, body["error"]["code"]) == (500, "server")
    assert "private" not in str(body)


@pytest.fixture(autouse=True)
def still_answers(small: RunningServer) -> Iterator[None]:
    yield
    eventually(lambda: small.is_idle)
    assert small.ask(HELLO)[0] == 200


def refusal(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"]["code"]


def connect(server: RunningServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def hello(server: RunningServer) -> bytes:
    """Return the body of a question to the server's route."""
    return json.dumps(body_for(server.path, HELLO)).encode()


def send(server: RunningServer, connection: socket.socket, *lines: str, body: bytes = b"") -> None:
    """Send the head of a question with these lines, and what is given of its body."""
    head = (f"POST {server.path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *lines)
    connection.sendall("\r\n".join((*head, "", "")).encode() + body)


def read(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    pieces = []
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def status(connection: socket.socket) -> int:
    return int(connection.recv(65536).split()[1])


# ---- bodies


CHUNK = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
TOO_LARGE: list[tuple[tuple[str, ...], bytes]] = [  # the first two are refused before they are sent
    ((f"Content-Length: {10**9}",), b""),
    ((f"Content-Length: {LIMIT + 1}", "Expect: 100-continue"), b""),
    (("Transfer-Encoding: chunked",), CHUNK * (LIMIT // 0x4000 + 1)),
]


@pytest.mark.parametrize(("lines", "body"), TOO_LARGE, ids=lambda value: str(value)[:40])
def test_a_body_that_is_too_large(small: RunningServer, lines: tuple[str, ...], body: bytes) -> None:
    with connect(small) as connection:
        send(small, connection, *lines, body=body)
        assert status(connection) == 413


def test_the_largest_body(small: RunningServer) -> None:
    body = hello(small)
    assert small.ask(body + b" " * (LIMIT - len(body)))[0] == 200
    answer = small.ask(body + b" " * (LIMIT - len(body) + 1))
    assert refusal(answer) == (413, "request_too_large")
    assert "200,000 bytes" in answer[1]["error"]["message"]
    assert "144 pixels" in answer[1]["error"]["hint"]  # of nano


@pytest.fixture
def large(small: RunningServer, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A question in a body that counts as large."""
    monkeypatch.setattr(gate, "LARGE_BODY", 1_000)
    return hello(small) + b" " * 100_000


@pytest.mark.parametrize("length", [f"Content-Length: {LIMIT}", "Transfer-Encoding: chunked"])
def test_uploads_that_have_sent_little_keep_nobody_out(
    small: RunningServer, large: bytes, length: str
) -> None:
    stopped = [connect(small) for _ in range(20)]
    for connection in stopped:
        send(small, connection, length, body=b"800\r\n" + b" " * 2_000)
    assert small.ask(large)[0] == 200
    # the answered one ends after its last byte
    eventually(lambda: len(small.uvicorn.server_state.tasks) <= 20)
    assert len(small.uvicorn.server_state.tasks) == 20  # nobody had to give way
    for connection in stopped:
        connection.close()


def test_an_upload_that_stops_gives_way(
    small: RunningServer, large: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large bodies may take 400 kB together: one of those that have stopped ends, as soon as another
    one sends."""
    monkeypatch.setattr(gate, "STOPPED_SECONDS", 0.0)
    first, second = stopped_uploads(small)
    assert small.ask(large)[0] == 200
    assert status(first) == 408
    second.sendall(b" ")
    finish(second)
    first.close()


def test_a_large_body_waits_for_those_that_send(
    small: RunningServer, large: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "STOPPED_SECONDS", 60.0)
    uploads = stopped_uploads(small)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(small.ask, large)
        eventually(lambda: len(small.server.bodies._large) == 3)  # private: nobody else sees it
        assert small.ask(HELLO)[0] == 200
        assert not waiting.done()
        for connection in uploads:
            finish(connection)
        assert waiting.result(30)[0] == 200


def test_uploads_that_wait_do_not_wait_for_each_other(small: RunningServer, large: bytes) -> None:
    """What they have sent is together more than large bodies may take, and their clients leave."""
    uploads = [connect(small) for _ in range(20)]
    for connection in uploads:
        send(small, connection, f"Content-Length: {LIMIT}", body=b" " * 60_000)
    eventually(lambda: len(small.server.bodies._large) == 20)
    for connection in uploads:
        connection.sendall(b" " * 60_000)
    for connection in uploads:
        connection.close()
    eventually(lambda: not small.server.bodies._large)
    assert small.ask(large)[0] == 200


def stopped_uploads(server: RunningServer) -> list[socket.socket]:
    """Return two uploads that have sent 180 kB each of a question, and not the rest."""
    uploads = []
    for number in range(1, 3):
        uploads.append(connect(server))
        send(server, uploads[-1], f"Content-Length: {LIMIT - 1}", body=hello(server).ljust(180_000))
        eventually(
            lambda n=number: sum(each.size for each in server.server.bodies._large) == n * 180_000
        )
    return uploads


def finish(upload: socket.socket) -> None:
    """Send the rest of a stopped upload and read its answer."""
    upload.sendall(b" " * (LIMIT - 180_001))
    assert status(upload) == 200
    upload.close()


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_that_is_compressed(small: RunningServer, coding: str) -> None:
    status, headers, body = small.request(
        "POST", small.path, hello(small), {"content-encoding": coding}
    )
    assert (status, headers["accept-encoding"]) == (415, "identity")
    assert f"content encoding {coding} is not supported" in json.loads(body)["error"]["message"]
    for none in ("identity", ""):
        assert small.ask(HELLO, **{"content-encoding": none})[0] == 200


def test_a_field_with_a_long_name(small: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not compared with the names of known fields, which takes minutes for one of 60 MB."""
    monkeypatch.setattr(difflib, "SequenceMatcher", None)
    monkeypatch.setattr(difflib, "get_close_matches", None)
    answer = small.ask({**HELLO, "temperature" * 10_000: 1})
    assert refusal(answer) == (400, "bad_request")
    assert len(answer[1]["error"]["message"]) < 300


def test_grammars_hold_up_nobody(small: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests with a grammar are checked at once. Of others whose clients leave, nothing is
    checked."""
    checked, released, original = [], threading.Event(), constrain

    def slow(*arguments: Any, **options: Any) -> Any:
        checked.append(arguments)
        assert released.wait(60)
        return original(*arguments, **options)

    monkeypatch.setattr("flashsloth.server.requests.constrain", slow)
    body = json.dumps(
        body_for(small.path, {**HELLO, "response_format": {"type": "json_object"}})
    ).encode()
    clients = [connect(small) for _ in range(45)]  # more than there are threads
    for connection in clients:
        send(small, connection, f"Content-Length: {len(body)}", body=body)
    eventually(lambda: len(checked) == 2)
    assert small.ask(HELLO)[0] == 200
    for connection in clients:
        connection.close()
    eventually(lambda: not small.uvicorn.server_state.connections)
    released.set()
    eventually(lambda: small.is_idle)
    assert len(checked) == 2


def test_pictures_are_not_held_by_an_answer(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[Any] = []
    original = Server._receive

    async def receive(*arguments: Any) -> Any:
        received.append(await original(*arguments))
        return received[-1]

    monkeypatch.setattr(Server, "_receive", receive)
    assert small.ask(about(GOOD))[0] == 200
    [(_, job, *_)] = received
    assert (job.body.messages, job.turns, job.pictures) == ([], (), ())
    assert GOOD[30:60] not in repr(job)


@pytest.mark.parametrize("escape", ["\\n", "\\r\\n", "\\u002b", "\\/", "\\u4f60", "\\ud83d\\ude0a"])
def test_long_texts_with_escapes(escape: str) -> None:
    """Base64 in lines of 76, what .NET and Gson write for + and =, and 600 kB of Chinese as json.dumps
    writes it."""
    text = '{"a": "' + ("A" * 75 + escape) * 20_000 + '", "b": [1, "\\u005c/' + escape * 200_000 + '"]}'
    assert gate.parse_json(bytearray(text.encode())) == json.loads(text)


@pytest.mark.parametrize("lines", [("Content-Length: 5", "Transfer-Encoding: chunked"), ("Host: b",)])
def test_headers_that_contradict_each_other(small: RunningServer, lines: tuple[str, ...]) -> None:
    """A proxy before the server may go by the other one; the connection ends."""
    with connect(small) as connection:
        send(small, connection, *lines, body=b"0\r\n\r\n")
        head = read(connection).partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 400")
    assert b"connection: close" in head


@pytest.mark.parametrize(
    ("allowed", "size", "served"), [(4_000, 1, False), (10_000, 1, True), (10, 300, True)]
)
def test_a_body_in_chunks(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch, allowed: int, size: int, served: bool
) -> None:
    """Each chunk takes as long as a large one, and meanwhile nobody else is served."""
    monkeypatch.setattr(http_server, "TINY_CHUNKS", allowed)
    body = hello(small) + b" " * 5_000
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    with connect(small) as connection:
        send(small, connection, "Transfer-Encoding: chunked", "Connection: close", body=chunks)
        assert is_refused(read(connection)) is not served


def test_an_offer_of_http_2(small: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    """Java's client makes it with each first request. It is not taken, and not logged."""
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAMAAABk"}
    assert small.request("POST", small.path, hello(small), offer)[0] == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


MANY = (
    *(
        b"[" + b"[]," * 200_000 + b"[]]",
        b"[" + b'"",' * 200_000 + b"1]",
        b"[" + b"1," * 300_000 + b"1]",
    ),
    *(b"[" * 600_000, b'{"a":' * 60_000),
)


@pytest.mark.parametrize("body", MANY, ids=lambda body: repr(body[:8]))
def test_a_body_of_many_values(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before objects are made of it."""
    with monkeypatch.context() as patch:
        patch.setattr(json, "loads", None)
        with pytest.raises(BadRequest, match="too many values"):
            gate.parse_json(body)


def test_a_slow_body(small: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small.server.bodies, "seconds", 0.05)
    with connect(small) as connection:
        send(small, connection, "Content-Length: 100", body=b'{"messages"')
        assert status(connection) == 408


BROKEN = (
    *(
        b"",
        b"{",
        b"hello",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"null",
        b"[]",
    ),
    *(
        b"[" * 90_000,
        b" " * 190_000,
        b'"' + b"\n" * 90_000 + b'"',
        b'"' + b"A" * 150_000 + b"\xff",
        b'{"a":' * 30_000,
    ),
    *(b"9" * 5_000, b"1e999999", b'"\\ud800"'),
)


REFUSED: list[tuple[Any, int, str]] = [
    *((body, 400, "bad_request") for body in BROKEN),
    *(
        ({**HELLO, name: "x" * size}, 400, "bad_request")
        for name, size in (("user", 20_000), ("stop", 1_001))
    ),
    ({**HELLO, "metadata": {"a": [["x" * 9_000], {"b": "x" * 9_000}]}}, 400, "bad_request"),
    ({"messages": [user("\ud800")]}, 400, "input"),
    ({**HELLO, "model": "\ud800"}, 404, "model_not_found"),
    *(
        ({**HELLO, name: value}, 400, "bad_request")
        for name, value in (("\ud800", 1), ("stop", "\ud800"))
    ),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED, ids=lambda value: ascii(value)[:60])
def test_what_is_no_request(small: RunningServer, body: Any, status: int, code: str) -> None:
    assert refusal(small.ask(body)) == (status, code)


# ---- pictures


def about(url: str) -> dict[str, Any]:
    content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    return {"messages": [{"role": "user", "content": content}], "max_tokens": 1}


GOOD = data_url(Image.new("RGB", (60, 40), "red"))
OTHER_URLS = (
    *("file:///etc/passwd", "FILE:/etc/passwd", "/etc/passwd", "photo.png", "~/photo.png", ""),
    *(
        "iVBORw0KGgoAAAANSUhEUg==",
        "ftp://example.org/a.png",
        "javascript:alert(1)",
        "http:/example.org/a.png",
    ),
    *("data:image/png;base64,\ud800", "http://example.org/a.png", "HTTPS://example.org/a.png"),
)
BAD_PICTURES = [
    (encoded_url(png(30_000, 30_000, bytes(100_000_000), depth=1, color=0)), "image_too_large"),
    (GOOD[:60], "image_undecodable"),
    (encoded_url(b"hello"), "image_format_unsupported"),
    (encoded_url(b""), "image_unreadable"),
    ("data:image/png;base64,%%%", "image_undecodable"),
    *(
        [(encoded_url(encrypted(b"wombat", b"boss")), "image_unreadable")]
        if find_spec("pypdfium2")
        else []
    ),
    *((url, "bad_request") for url in OTHER_URLS),
]


@pytest.mark.parametrize(("url", "code"), BAD_PICTURES, ids=lambda value: ascii(value)[:50])
def test_bad_pictures(small: RunningServer, url: str, code: str) -> None:
    """Among them all that is not the picture itself: no file is read, no URL fetched unless that is
    allowed."""
    status, error = small.ask(about(url))
    place = "input[0].content[1]" if small.path == RESPONSES_PATH else "messages[0].content[1]"
    assert refusal((status, error)) == (400, code)
    assert place in error["error"]["message"]
    assert code != "bad_request" or error["error"]["param"] == place
    assert error["error"]["hint"]
    if code == "bad_request" and "\ud800" not in url:  # also of base64 alone: what has to be before it
        assert "data:" in error["error"]["hint"]
    assert ("--allow-urls" in error["error"]["hint"]) == url.lower().startswith(("http://", "https://"))


def test_addresses_of_this_machine(small: RunningServer, nano: FlashSloth) -> None:
    """Also with --allow-urls, nothing is fetched from here."""
    with serving(lambda: nano, allow_urls=True) as server:
        server.path = small.path
        for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"):
            answer = server.ask(about(f"http://{host}:{server.port}/health"))
            assert refusal(answer) == (400, "image_address_refused")
        assert refusal(server.ask(about("file:///etc/passwd"))) == (400, "bad_request")


class OnePicture(http.server.BaseHTTPRequestHandler):
    """Answers every request with a picture, but below /away/ with a redirect to the URL after it. It is
    also a proxy."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        away = path.startswith("/away/")
        self.send_response(302 if away else 200)
        self.send_header("Location", path.removeprefix("/away/"))
        self.end_headers()
        self.wfile.write(b"" if away else png(2, 2, bytes(14)))

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "behind a proxy"])
def test_clients_reach_no_private_address(
    small: RunningServer, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    """At no hop, unless the operator has named the host."""
    with ExitStack() as stack:
        site = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), OnePicture))
        threading.Thread(target=site.serve_forever).start()
        stack.callback(site.shutdown)
        if proxied:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{site.server_port}")
        rules = AccessRules(url_hosts=("localhost", "192.168.7.8"))
        server = stack.enter_context(serving(lambda: nano, allow_urls=True, rules=rules))
        server.path = small.path
        home = f"http://LOCALHOST:{site.server_port}"
        for host in ("10.0.0.1", "192.168.1.7", "127.0.0.1"):
            for url in (f"http://{host}:9/a.png", f"{home}/away/http://{host}:9/a.png"):
                answer = server.ask(about(url))
                assert refusal(answer) == (400, "image_address_refused"), url
                assert "--allow-url-host" in answer[1]["error"]["hint"]
        allowed = [f"{home}/a.png", f"{home}/away/{home}/a.png"]
        if proxied:  # which looks names up
            allowed += ["http://nas.example/a.png", "http://192.168.7.8/a.png"]
        for url in allowed:
            assert server.ask(about(url))[0] == 200, url


def test_too_many_pictures(small: RunningServer) -> None:
    picture = {"type": "image_url", "image_url": {"url": GOOD}}
    answer = small.ask({"messages": [{"role": "user", "content": [picture] * 4}]})
    assert refusal(answer) == (400, "bad_request")
    assert "4 pictures; 3 are allowed" in answer[1]["error"]["message"]


def test_pictures_that_do_not_fit_are_not_read(
    small: RunningServer, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda: nano, limits=Limits(images=200)) as server:
        server.path = small.path
        monkeypatch.setattr(server.server.readers["nano"], "read", None)
        picture = {"type": "image_url", "image_url": {"url": GOOD}}
        body = {"messages": [{"role": "user", "content": [picture] * 150}]}
        assert refusal(server.ask(body)) == (400, "context_length_exceeded")


# ---- connections


def test_a_storm_of_headers(small: RunningServer) -> None:
    with connect(small) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        with suppress(BrokenPipeError, ConnectionResetError):
            for number in range(2_000):
                connection.sendall(f"X-{number}: {'x' * 90}\r\n".encode())
        assert is_refused(read(connection))


def is_refused(answer: bytes) -> bool:
    """Return whether the connection was closed without an answer, or with an error of the client."""
    return answer == b"" or answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "head", [b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 99]
)
def test_what_is_not_http(small: RunningServer, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.1)  # what looks like a head that has begun
    with connect(small) as connection:
        connection.sendall(head)
        assert is_refused(read(connection))


@pytest.mark.parametrize("count", [20, pytest.param(700, marks=pytest.mark.slow)])
def test_connections_that_send_nothing(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Of more than the server takes, others are answered again as soon as their time is over."""
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.3)
    idle = [connect(small) for _ in range(count)]
    for number, connection in enumerate(idle):
        connection.sendall([b"", b"G", b"GET / HTTP/1.1\r\nHost: local"][number % 3])
    for connection in idle:
        assert read(connection) == b""
        connection.close()
    eventually(lambda: not small.uvicorn.server_state.connections)


def test_a_connection_with_pauses_between_requests(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time limit is that of a head; between two requests a connection may wait."""
    with connect(small) as connection:
        health_over(connection)
        monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.05)
        with connect(small) as idle:
            assert read(idle) == b""  # its time is over
        health_over(connection)
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        assert read(connection) == b""


def health_over(connection: socket.socket) -> None:
    """Send a whole request and read its answer."""
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        piece = connection.recv(1000)
        assert piece, "the connection was closed"
        answer += piece


def test_silent_connections_give_way(small: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all places are taken, the one that is silent for longest is closed for a new one."""
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 3)
    silent = []
    for number in range(6):
        silent.append(connect(small))
        eventually(lambda n=number: len(small.uvicorn.server_state.connections) == min(n + 1, 3))
    assert small.ask(HELLO)[0] == 200
    assert [read(connection) for connection in silent[:4]] == [b""] * 4
    for connection in silent:
        connection.close()


def test_a_burst_of_connections_takes_few_files(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More clients connect while the server is busy than it may open files. Each is accepted and
    closed for the next one. If asyncio ran out of files, it would hang with a full queue."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 4)
    released = threading.Event()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with connect(small) as first, ExitStack() as stack:
        health_over(first)
        for each in small.uvicorn.server_state.connections:
            each.loop.call_soon_threadsafe(released.wait, 30)
        for _ in range(120):
            stack.enter_context(connect(small))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        files = psutil.Process().num_fds() + 80
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, limits[1]))
        released.set()
        assert small.ask(HELLO)[0] == 200
    assert "out of system resource" not in caplog.text


def test_a_connection_between_two_requests_gives_way(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 2)
    with connect(small) as first, connect(small) as second:
        health_over(first)
        health_over(second)
        with connect(small) as third:
            health_over(third)
        assert read(first) == b""


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_too_many_that_are_answered(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The one that stops sending gives way, after a while; till then the new one is closed."""
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(http_server, "STALLED_SECONDS", seconds)
    with connect(small) as busy:
        send(small, busy, "Content-Length: 100", body=b"{")
        eventually(lambda: small.uvicorn.server_state.tasks)
        with connect(small) as other:
            if seconds:
                assert read(other) == b""
            else:
                health_over(other)
                assert read(busy) == b""


def test_clients_that_do_not_read_give_way(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each asks on one connection for more than the system's buffers hold, and reads nothing."""
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(http_server, "STALLED_SECONDS", 0.0)
    silent = [connect(small) for _ in range(3)]
    for connection in silent:
        connection.setblocking(False)
        with suppress(BlockingIOError):
            for _ in range(100):
                connection.send(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
    connections = small.uvicorn.server_state.connections
    eventually(lambda: [each.flow.write_paused for each in connections] == [True] * 3)
    assert small.ask(HELLO)[0] == 200
    for connection in silent:
        connection.close()


def test_a_client_that_reads_slowly_keeps_its_place(
    small: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has sent its requests long ago, and the server waits for it most of the time."""
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(http_server, "STALLED_SECONDS", 60.0)
    connections = small.uvicorn.server_state.connections
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
        slow.connect(("127.0.0.1", small.port))
        slow.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
        eventually(lambda: [each.flow.write_paused for each in connections] == [True])
        [connection] = connections
        loop = connection.loop
        later = SimpleNamespace(
            time=lambda: loop.time() + 60, call_later=loop.call_later, create_task=loop.create_task
        )
        monkeypatch.setattr(connection, "loop", later)
        held: list[int] = []
        with slow.makefile("rb") as answers:
            answers.read(2**21)  # more than all buffers hold
            eventually(lambda: is_full(connection, held))
            with connect(small) as other:
                assert read(other) == b""
            assert connection in connections


def is_full(connection: Any, held: list[int]) -> bool:
    """Return whether all buffers for a client are full. `held`: what the server has held for it at
    earlier calls."""
    held.append(connection.transport.get_write_buffer_size())
    return len(held) > 50 and len({*held[-50:]}) == 1


def test_places_where_few_files_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "open_files_limit", lambda: 256)
    assert http_server.connection_limit() == 128


def test_each_answer_has_an_id(small: RunningServer) -> None:
    assert (
        small.request("GET", "/health", headers={"x-request-id": "mine-1"})[1]["x-request-id"]
        == "mine-1"
    )
    for bad in ("", "a b", "x" * 99):
        assert len(small.request("GET", "/x", headers={"x-request-id": bad})[1]["x-request-id"]) == 16
    assert small.request("GET", "/health")[1]["x-content-type-options"] == "nosniff"
