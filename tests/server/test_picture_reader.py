"""Pictures of requests are read in processes that end with their clients, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import psutil
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.errors import BadRequest, ImageTooLarge, ImageUndecodable, ServerError
from flashsloth.processing.image_processor import tower_pixels
from flashsloth.server import picture_process, picture_reader
from flashsloth.server.messages import ImagePart
from flashsloth.server.picture_reader import PictureProcess, PictureReader
from image_bombs import one_color_webp
from image_samples import encode
from server.helpers import RunningServer, alone, data_url, eventually, serving, user

OPTIONS: dict[str, Any] = {"size": 8, "hd": False, "grid": 2, "aspect": "square"}
SEE = "What do you see?"
RED, BLUE = (data_url(Image.new("RGB", (30, 20), color)) for color in ("red", "blue"))
ABOUT_RED = {"messages": [user(SEE, Image.new("RGB", (40, 40), "red"))]}


def encoded_url(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def picture(url: str) -> ImagePart:
    return ImagePart(url, "auto", "messages[0].content[1]")


Read = Callable[..., Any]


def in_loop(nano: FlashSloth, work: Callable[[Read], Awaitable[Any]], *, allow_urls: bool = False) -> Any:
    """Run a coroutine with a function that reads pictures by their URLs."""

    async def run() -> Any:
        reader = PictureReader(nano.config, allow_urls=allow_urls)
        try:
            return await work(lambda *urls: reader.read(list(map(picture, urls)), hd=False))
        finally:
            await reader.close()

    return asyncio.run(run())


@pytest.fixture
def reading(nano: FlashSloth) -> Read:
    """Return a function that reads pictures in a loop of its own."""
    return lambda *urls: in_loop(nano, lambda read: read(*urls))


def with_process(work: Callable[[PictureProcess], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine with a process that reads pictures."""

    async def run() -> None:
        process = await PictureProcess.start()
        try:
            await work(process)
        finally:
            process.kill()
            await process.child.wait()

    asyncio.run(run())


def test_pixels_are_those_of_this_process(reading: Read, nano: FlashSloth) -> None:
    images = [
        Image.effect_mandelbrot((120, 90), (-3, -2.5, 2, 2.5), 50).convert("RGB"),
        Image.new("RGB", (9, 7), "red"),
    ]
    read = reading(*map(data_url, images))
    for each, image in zip(read, images, strict=True):
        _, pixels = each.pixels
        assert (pixels == tower_pixels(image, nano.config, hd=False)).all()
    assert read[0].pixels[0] != read[1].pixels[0]


def test_pictures_that_would_take_too_much_memory(reading: Read) -> None:
    url = encoded_url(one_color_webp(6000, 5000), "image/webp")
    with pytest.raises(ImageTooLarge, match=r"content\[1\] is 6000x5000 pixels and would take 540 MB"):
        reading(url)


def test_pixels_of_a_request(reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_reader, "REQUEST_PIXELS", 15_000)
    url, other = (data_url(Image.new("RGB", (100, 100), color)) for color in ("red", "blue"))
    assert len(reading(url)) == 1
    with pytest.raises(BadRequest, match="the pictures of the request have more than 15,000 pixels together"):
        reading(url, other)


def test_a_damaged_picture_keeps_the_process() -> None:
    async def work(process: PictureProcess) -> None:
        damaged = encoded_url(b"\x89PNG\r\n\x1a\n" + bytes(99) + b"IEND", "image/png")
        with pytest.raises(ImageUndecodable, match="a cannot be decoded: the PNG"):
            await process.read(damaged, name="a", **OPTIONS)
        assert process.is_usable
        images, size, warnings = await process.read(RED, name="a", **OPTIONS)
        assert (images[0].getpixel((3, 3)), size, warnings) == ((255, 0, 0), (30, 20), [])

    with_process(work)


def test_a_picture_that_ends_early_has_a_warning(nano: FlashSloth) -> None:
    """Once in the answer, whole or as a stream, and also if the picture was read for an earlier request."""
    cut = encode(Image.effect_noise((99, 99), 9).convert("RGB"), "PNG")[:3000]
    content = [
        {"type": "image_url", "image_url": {"url": encoded_url(cut, "image/png")}},
        {"type": "text", "text": SEE},
    ]
    body = {"messages": [{"role": "user", "content": content}], "max_tokens": 3}
    warning = "messages[0].content[0] ends early: a part of the picture is missing"
    with serving(lambda: nano) as server:
        for _ in range(2):
            assert server.ask(body)[1]["warnings"] == [warning]
        lines = server.request("POST", "/v1/chat/completions", {**body, "stream": True})[2].decode().splitlines()
        assert [line.count(warning) for line in lines if warning in line] == [1]
        assert "warnings" not in server.ask(ABOUT_RED)[1]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_signals_for_the_process() -> None:
    """A service manager sends SIGTERM to every process of the service; the server finishes what runs."""

    async def work(process: PictureProcess) -> None:
        await process.read(RED, name="a", **OPTIONS)  # it has started
        for each in (signal.SIGTERM, signal.SIGINT):
            os.kill(process.child.pid, each)
        assert len((await process.read(RED, name="a", **OPTIONS))[0]) == 1
        os.kill(process.child.pid, signal.SIGKILL)
        with pytest.raises(ServerError, match="a cannot be read: its process ended"):
            await process.read(RED, name="a", **OPTIONS)
        assert not process.is_usable

    with_process(work)


def test_memory_of_the_process() -> None:
    """It is limited, and would stay large after a large picture, which ends the process."""

    async def work(process: PictureProcess) -> None:
        await process.read(data_url(Image.new("L", (2001, 2000))), name="a", **OPTIONS)
        assert not process.is_usable
        if hasattr(psutil, "RLIMIT_AS"):  # on Linux
            assert psutil.Process(process.child.pid).rlimit(psutil.RLIMIT_AS)[0] == picture_process.MEMORY_BYTES

    with_process(work)


def test_the_process_ends_with_the_server() -> None:
    """Its standard input ends, however the server ended."""
    start = "import asyncio, os; from flashsloth.server.picture_reader import PictureProcess"
    program = f"{start}; print(asyncio.run(PictureProcess.start()).child.pid, flush=True); os._exit(9)"
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=60)
    eventually(lambda: not psutil.pid_exists(int(done.stdout)) or psutil.Process(int(done.stdout)).status() == "zombie")


def test_a_process_that_died_is_replaced(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle one, between two requests."""
    started: list[PictureProcess] = []
    begin = PictureProcess.__init__
    monkeypatch.setattr(PictureProcess, "__init__", lambda self, child: (started.append(self), begin(self, child))[1])

    async def work(read: Read) -> None:
        for count in (1, 2):
            assert len(await read(RED if count == 1 else BLUE)) == 1
            assert len(started) == count
            started[-1].kill()
            await started[-1].child.wait()

    in_loop(nano, work)


def test_others_do_not_wait_for_downloads(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    released, read_one = threading.Event(), PictureProcess.read

    async def slow_download(process: PictureProcess, url: str, **options: Any) -> Any:
        if url.startswith("http"):
            assert await asyncio.to_thread(released.wait, 60)
            url = BLUE
        return await read_one(process, url, **options)

    monkeypatch.setattr(PictureProcess, "read", slow_download)

    async def work(read: Read) -> None:
        slow = [asyncio.create_task(read(f"http://example.org/{n}.png")) for n in range(5)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(60):
                assert len(await read(RED)) == 1
            assert not any(each.done() for each in slow)
        finally:
            released.set()
        assert len(await asyncio.gather(*slow)) == 5

    in_loop(nano, work, allow_urls=True)


class Held:
    """Holds every picture until it is released or its process is killed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.released, self.processes = threading.Event(), list[PictureProcess]()
        read = PictureProcess.read

        async def held_read(process: PictureProcess, url: str, **options: Any) -> Any:
            self.processes.append(process)
            process.is_usable = False
            while not self.released.is_set():
                await asyncio.sleep(0.002)
            return await read(process, url, **options)

        monkeypatch.setattr(PictureProcess, "read", held_read)


def health(server: RunningServer) -> Any:
    return json.loads(server.request("GET", "/health")[2])


def test_others_do_not_wait_for_pictures(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests with pictures count in the queue; one without is answered meanwhile."""
    held, got = Held(monkeypatch), []
    with serving(lambda: nano, slots=1, queue=3) as server:
        bodies = [{"messages": [user(SEE, Image.new("RGB", (40, 40 + n), "red"))]} for n in range(3)]
        clients = [threading.Thread(target=lambda body=body: got.append(server.ask(body))) for body in bodies]
        for each in clients:
            each.start()
        eventually(lambda: health(server)["pictures_waiting"] == 3)
        assert b"flashsloth_pictures_waiting 3\n" in server.request("GET", "/metrics")[2]
        assert server.ask({"messages": [user("Hello.")], "max_tokens": 1})[0] == 200
        eventually(lambda: health(server)["active"] == 0)  # its place is free
        fourth = threading.Thread(target=lambda: got.append(server.ask(bodies[0])))
        fourth.start()
        eventually(lambda: health(server)["waiting"] == 4)
        status, headers, _ = server.request("POST", "/v1/chat/completions", bodies[0])
        assert (status, headers["retry-after"]) == (429, "1")
        held.released.set()
        for each in [*clients, fourth]:
            each.join(60)
        assert {status for status, _ in got} <= {200, 429}
        assert health(server)["pictures_waiting"] == 0


def test_a_picture_ends_with_its_client(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    with serving(lambda: nano) as server:
        with pytest.raises(TimeoutError):
            _ask_briefly(server, held)
        eventually(lambda: [each.child.returncode for each in held.processes] == [-signal.SIGKILL] and server.is_idle)
        assert health(server)["pictures_waiting"] == 0
        held.released.set()
        assert server.ask(ABOUT_RED)[0] == 200


def _ask_briefly(server: RunningServer, held: Held) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/v1/chat/completions", json.dumps(ABOUT_RED), {"content-type": "application/json"})
    eventually(lambda: health(server)["pictures_waiting"] == 1 and held.processes)
    connection.sock.settimeout(0.01)
    try:
        connection.getresponse()
    finally:
        connection.close()


def test_time_limit(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    with serving(lambda: nano) as server:
        monkeypatch.setattr(picture_reader, "SECONDS", 0.01)
        status, answer = server.ask(ABOUT_RED)
        assert (status, answer["error"]["code"]) == (400, "image_too_large")
        assert "takes more than 0.01 s to read" in answer["error"]["message"]
        monkeypatch.setattr(picture_reader, "SECONDS", 60.0)
        held.released.set()
        got = server.ask({**ABOUT_RED, "max_tokens": 24})[1]["choices"][0]["message"]["content"]
        assert got == alone(nano, SEE, Image.new("RGB", (40, 40), "red"))[1]
