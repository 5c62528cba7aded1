"""Clients that leave, and more of them than there is room for: nothing of them stays."""

from __future__ import annotations

import gc
import json
import random
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from unittest import mock

import psutil
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import Engine
from flashsloth.server.protocol import EXPLAIN_PATH
from server.helpers import (
    LONG,
    POST_PATHS,
    STREAMED_PATHS,
    Blocker,
    RunningServer,
    alone,
    body_for,
    eventually,
    serving,
    user,
)

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


def decode_threads() -> int:
    """Return the number of threads, without those that starlette and asyncio keep for others' work."""
    return sum(not thread.name.startswith(("AnyIO", "asyncio")) for thread in threading.enumerate())


def post(path: str, body: bytes) -> bytes:
    """Return a request as it is sent."""
    head = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join((*head, f"Content-Length: {len(body)}", "", "")).encode() + body


def leave(server: RunningServer, body: dict[str, Any], chance: random.Random) -> None:
    """Send a request or a part of it, read a part of the answer, and go."""
    sent = post(server.path, json.dumps(body_for(server.path, body)).encode())
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(sent if chance.random() < 0.8 else sent[: chance.randrange(len(sent))])
        if chance.random() < 0.5:
            connection.settimeout(chance.random() * 0.1)
            with suppress(TimeoutError):
                for _ in range(chance.randrange(20)):
                    connection.recv(chance.choice([1, 100, 10_000]))
        if chance.random() < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@pytest.mark.parametrize("path", POST_PATHS)
def test_clients_that_leave(
    server: RunningServer,
    nano: FlashSloth,
    pictures: list[Image.Image],
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a request or a stream, at any byte: nothing is computed, held or connected for them any
    more."""
    monkeypatch.setattr(server, "path", path)
    chance, threads = random.Random(1), decode_threads()

    def client(seed: int) -> None:
        chance = random.Random(seed)
        images = [pictures[chance.randrange(4)]] if chance.random() < 0.5 else []
        body = {"messages": [user("What do you see?", *images)], "stream": chance.random() < 0.5}
        body |= {"max_tokens": 400, **LONG} if chance.random() < 0.7 else {}
        leave(server, body, chance)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(client, [chance.random() for _ in range(50)]))
    eventually(lambda: server.is_idle)
    eventually(lambda: decode_threads() == threads)
    eventually(lambda: not server.uvicorn.server_state.connections)
    status, body = server.ask({"messages": [user("What do you see?", pictures[0])], "max_tokens": 24})
    assert status == 200
    if path in STREAMED_PATHS:
        assert alone(nano, "What do you see?", pictures[0])[1] in json.dumps(body)


@pytest.mark.parametrize("more", [b"", b"\r\n", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"])
@pytest.mark.parametrize("path", POST_PATHS)
def test_clients_that_leave_the_queue(
    server: RunningServer, nano: FlashSloth, path: str, more: bytes
) -> None:
    """Also those that have sent more than their request meanwhile."""
    scheduler, sent = (
        server.scheduler,
        json.dumps(body_for(path, {"messages": [user("Hello.")]})).encode(),
    )
    blocker, cancelled = Blocker(scheduler, nano), scheduler.counters["answers_cancelled"]
    clients = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(8)]
    for connection in clients:
        connection.sendall(post(path, sent))
    eventually(lambda: (scheduler.waiting, scheduler.pictures_waiting) == (8, 0))
    for connection in clients:
        connection.sendall(more)
        connection.close()
    eventually(lambda: scheduler.counters["answers_cancelled"] == cancelled + 8)
    assert scheduler.waiting == 0
    blocker.released.set()
    eventually(lambda: server.is_idle)


@pytest.mark.parametrize("path", POST_PATHS)
def test_the_end_of_a_server(nano: FlashSloth, path: str) -> None:
    """After a second Ctrl-C, or 30 seconds, requests that wait get an error of ours. A client that
    reads nothing does not hold up the end."""
    sent = json.dumps(body_for(path, {"messages": [user("Hello.")]})).encode()
    with serving(lambda: nano) as server:
        blocker = Blocker(server.scheduler, nano)
        waiting, silent = (socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(2))
        waiting.sendall(post(path, sent))
        silent.setblocking(False)
        with suppress(BlockingIOError):
            for _ in range(100):
                silent.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        connections = server.uvicorn.server_state.connections
        eventually(lambda: any(each.flow.write_paused for each in connections))
        eventually(lambda: (server.scheduler.waiting, server.scheduler.pictures_waiting) == (1, 0))
        server.uvicorn.should_exit = server.uvicorn.force_exit = True
        reply = waiting.makefile("rb").read()
        assert reply.startswith(b"HTTP/1.1 429 ")
        assert json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["code"] == "server_busy"
        blocker.released.set()
    waiting.close()
    silent.close()


@pytest.mark.parametrize(
    ("path", "stream"),
    [*((path, False) for path in POST_PATHS), *((path, True) for path in STREAMED_PATHS)],
)
def test_more_clients_than_places(nano: FlashSloth, path: str, stream: bool) -> None:
    """64 at once with 3 free slots and a queue of 16: each gets its answer or a 429."""
    with serving(lambda: nano, slots=4, queue=16) as server:
        blocker, got = Blocker(server.scheduler, nano), []

        def client(_: int) -> None:
            body = {"messages": [user("Hello.")], "max_tokens": 3, "stream": stream}
            got.append(server.request("POST", path, body_for(path, body)))

        with ThreadPoolExecutor(64) as pool:
            answers = pool.map(client, range(64))
            eventually(lambda: len(got) == 64 - 3 - 16)
            blocker.released.set()
            list(answers)
        assert sorted(status for status, _, _ in got) == [200] * 19 + [429] * 45
        for status, headers, body in got:
            if status == 429:
                assert headers["retry-after"] == "1"
                assert json.loads(body)["error"]["code"] == "server_busy"
            else:
                assert (
                    (b"[DONE]" in body or b"response.incomplete" in body)
                    if stream
                    else json.loads(body)["object"]
                )
        assert server.ask({"messages": [user("Hello.")], "max_tokens": 1})[0] == 200


def test_an_error_in_the_middle_of_a_stream(server: RunningServer) -> None:
    """The stream has begun with status 200, with progress even before the first token; its last event
    says what happened, without what is private."""
    step, prompt = (DecodeLoop, "decode"), (Engine, "prefill")
    for place, stream, progress, wanted in (
        (step, True, 0, 200),
        (prompt, True, 1, 200),
        (step, False, 0, 500),
    ):
        with mock.patch.object(*place, side_effect=RuntimeError("a secret path")):
            body, headers = (
                {"messages": [user("Hello.")], "stream": stream},
                {"x-flashsloth-progress": f"{progress}"},
            )
            status, _, text = server.request("POST", "/v1/chat/completions", body, headers)
        last = text.decode().strip().splitlines()[-1].removeprefix("data: ")
        assert (status, json.loads(last)["error"]["code"]) == (wanted, "server")
        assert b"secret" not in text
        assert b"[DONE]" not in text
    assert server.ask({"messages": [user("Hello.")], "max_tokens": 1})[0] == 200


def test_a_server_that_sleeps(nano: FlashSloth) -> None:
    """Health, models and metrics answer meanwhile; a request opens the model again."""
    with serving(lambda: nano, keep_alive=0.01) as server:
        eventually(lambda: server.scheduler.is_asleep)
        assert json.loads(server.request("GET", "/health")[2])["status"] == "asleep"
        assert json.loads(server.request("GET", "/v1/models")[2])["data"]
        assert b'flashsloth_model_loaded{model="nano"} 0' in server.request("GET", "/metrics")[2]
        assert server.scheduler.is_asleep
        assert server.ask({"messages": [user("Hi")], "max_tokens": 3})[0] == 200


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("paths", "requests", "growth"),
    [
        (POST_PATHS, 25, 3_000_000),
        *(pytest.param([path], 250, 30_000_000, marks=pytest.mark.nightly) for path in POST_PATHS),
    ],
    ids=["", *POST_PATHS],
)
def test_memory_stays_flat(
    server: RunningServer,
    nano: FlashSloth,
    pictures: list[Image.Image],
    paths: list[str],
    requests: int,
    growth: int,
) -> None:
    """After the first fifth of the requests the process grows no more: by 7,500 bytes a request to one
    route at most, and by no object. In each fifth each of four clients sends `requests` to a route, a
    tenth of them for explanations, which take six times as long."""
    process, questions = psutil.Process(), ["What do you see?", "How many?", "Which colour?", "Hello."]
    bodies = [
        {"messages": [user(question, *images)], "max_tokens": 4, "stream": number % 2 == 0}
        for number, question in enumerate(questions)
        for images in ([], [pictures[0]], [pictures[1]])
    ]

    def client(number: int) -> None:
        for path in paths:
            for step in range(requests // 10 if path == EXPLAIN_PATH else requests):
                body = {**bodies[(number + step) % len(bodies)], "seed": step}
                assert server.request("POST", path, body_for(path, body))[0] == 200

    sizes, objects = [], []
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client, range(4)))
        eventually(lambda: server.is_idle)  # counted after the last byte is sent
        gc.collect()
        sizes.append(process.memory_info().rss)
        objects.append(len(gc.get_objects()))
    assert sizes[-1] - sizes[0] < growth, sizes
    assert objects[-1] - objects[0] < 300, objects
