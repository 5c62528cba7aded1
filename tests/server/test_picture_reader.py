"""Pictures of requests are read in processes that end with their clients, and nobody else waits for
them."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.errors import BadRequest, ImageTooLarge, ImageUnreadable, OutOfThreads, ServerError
from flashsloth.images.reader import read_image
from flashsloth.processing.pictures import PictureProcessor, tower_pixels
from flashsloth.server import picture_process, picture_reader
from flashsloth.server.messages import ImagePart
from flashsloth.server.picture_reader import PictureProcesses, PictureReader
from flashsloth.server.protocol import CHAT_PATH, RESPONSES_PATH, SQUARES
from flashsloth.utils import child
from image_bombs import nested, one_color_webp
from image_samples import chunk, encode
from pdf_samples import encrypted
from server.helpers import (
    RunningServer,
    alone,
    data_url,
    encoded_url,
    eventually,
    pages,
    serving,
    user,
)

OPTIONS: dict[str, Any] = {
    "scale": {"side": 8, "grid": 2, "aspect": "square"},
    "ways": [False],
    "page": None,
    "hosts": [],
    "crop": None,
}
SEE = "What do you see?"
RED, GREEN, BLUE = (data_url(Image.new("RGB", (30, 20), color)) for color in ("red", "green", "blue"))
ABOUT_RED = {"messages": [user(SEE, Image.new("RGB", (40, 40), "red"))]}


Read = Callable[..., Any]  # of pictures by their URLs


def in_loop(
    nano: FlashSloth, work: Callable[[Read], Awaitable[Any]], *, allow_urls: bool = False
) -> Any:
    """Run a coroutine with a function that reads pictures by their URLs."""

    async def read(*urls: str) -> Any:
        parts = [ImagePart(url, "auto", "messages[0].content[1]") for url in urls]
        [pictures] = await reader.read(parts, [False])
        return pictures

    async def run() -> Any:
        return await work(read)

    with closing(PictureProcesses()) as processes:
        reader = PictureReader(nano.pictures, processes, allow_urls=allow_urls)
        return asyncio.run(run())


@pytest.fixture
def reading(nano: FlashSloth) -> Read:
    """Return a function that reads pictures in a loop of its own."""
    return lambda *urls: in_loop(nano, lambda read: read(*urls))


def test_pixels_are_those_of_this_process(reading: Read, nano: FlashSloth) -> None:
    mandelbrot = Image.effect_mandelbrot((120, 90), (-3, -2.5, 2, 2.5), 50).convert("RGB")
    images = [mandelbrot, Image.new("RGB", (9, 7), "red")]
    read = reading(*map(data_url, images))
    for each, image in zip(read, images, strict=True):
        _, pixels = each.prepared
        assert (pixels == tower_pixels(image, nano.config, hd=False)).all()
    assert read[0].prepared[0] != read[1].prepared[0]


@pytest.mark.parametrize("aspect", ["square", "pad"])
def test_a_picture_that_is_prepared_in_two_ways_is_decoded_once(nano: FlashSloth, aspect: str) -> None:
    config = replace(nano.config, image_aspect_ratio=aspect)
    pictures = PictureProcessor(config, "cpu")
    image = Image.effect_mandelbrot((120, 90), (-3, -2.5, 2, 2.5), 50).convert("RGB")
    with closing(PictureProcesses()) as processes:
        reader = PictureReader(pictures, processes, allow_urls=False)
        part = ImagePart(data_url(image), "auto", "messages[0].content[1]")
        with mock.patch.object(processes, "decode", wraps=processes.decode) as decode:
            read = asyncio.run(reader.read([part], [False, True]))
            [[later]] = asyncio.run(
                reader.read([part], [True])
            )  # as when a conversation keeps its tiles
    assert later == read[1][0]
    for hd, [each] in zip((False, True), read, strict=True):
        assert (each.prepared[1] == tower_pixels(image, config, hd=hd)).all()
    assert decode.call_count == 1


def test_pictures_of_other_colors_and_inner_pictures_are_those_of_this_process(
    reading: Read, nano: FlashSloth
) -> None:
    """Within the limits of that process."""
    image = Image.effect_mandelbrot((1200, 900), (-3, -2.5, 2, 2.5), 50).convert("RGB")
    plain = encode(image, "PNG")
    linear = plain[:33] + chunk(b"gAMA", (100_000).to_bytes(4, "big")) + plain[33:]
    hdr = encode(image, "AVIF", quality=95).replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\x09\0\x10")
    page, copy = image.copy(), image.resize((12, 9))
    page.encoderinfo = {"tiffinfo": {254: 0}}  # type: ignore[attr-defined]
    for data in (
        linear,
        hdr,
        encode(copy, "TIFF", save_all=True, append_images=[page], tiffinfo={254: 1}),
    ):
        (read,) = reading(encoded_url(data))
        expected = read_image(data).image
        assert expected.size == image.size
        assert (read.prepared[1] == tower_pixels(expected, nano.config, hd=False)).all()


def test_pictures_that_would_take_too_much_memory(reading: Read) -> None:
    url = encoded_url(one_color_webp(6000, 5000), "image/webp")
    with pytest.raises(ImageTooLarge, match=r"content\[1\] is 6000x5000 pixels and would take 630 MB"):
        reading(url)


def test_pixels_of_a_request(reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_reader, "REQUEST_PIXELS", 15_000)
    url, other = (data_url(Image.new("RGB", (100, 100), color)) for color in ("red", "blue"))
    assert len(reading(url)) == 1
    with pytest.raises(
        BadRequest, match="the pictures of the request have more than 15,000 pixels together"
    ):
        reading(url, other)


def test_a_picture_that_ends_early_has_a_warning(nano: FlashSloth) -> None:
    """Once in the answer, whole or as a stream, and also if the picture was read for an earlier
    request."""
    cut = encode(Image.effect_noise((99, 99), 9).convert("RGB"), "PNG")[:3000]
    content = [
        {"type": "image_url", "image_url": {"url": encoded_url(cut)}},
        {"type": "text", "text": SEE},
    ]
    body = {"messages": [{"role": "user", "content": content}], "max_tokens": 3}
    place = "messages[0].content[0]"
    with serving(lambda: nano) as server:
        for _ in range(2):
            [sent] = server.ask(body)[1]["warnings"]
            assert sent["param"] == place
            assert sent["message"] == f"{place}{sent['reason'].removeprefix('it')}"
        warning = sent["message"]
        lines = (
            server.request("POST", "/v1/chat/completions", {**body, "stream": True})[2]
            .decode()
            .splitlines()
        )
        assert [line.count(warning) for line in lines if warning in line] == [1]
        assert "warnings" not in server.ask(ABOUT_RED)[1]


REFUSED = {
    "base64": ("data:image/png;base64,%%%", "image_undecodable"),
    "text": (encoded_url(b"words"), "image_format_unsupported"),
    "damaged": (encoded_url(encode(Image.new("RGB", (9, 9)), "PNG")[:40]), "image_undecodable"),
    "large": (encoded_url(one_color_webp(6000, 5000)), "image_too_large"),
    "page": (encoded_url(pages([Image.new("RGB", (9, 9))] * 2)), "image_not_found"),
    "local address": ("http://127.0.0.1/a.png", "image_address_refused"),
    "no host": ("http:///a.png", "image_fetch_failed"),
    "scheme": ("ftp://example.org/a.png", "bad_request"),
    "squares": (f"{SQUARES}AAAA", "bad_request"),
}


@pytest.mark.parametrize("path", [CHAT_PATH, RESPONSES_PATH])
def test_each_error_about_a_picture_names_its_place(nano: FlashSloth, path: str) -> None:
    """`reason` says the same without the place, and no hint asks for a path."""
    is_chat = path == CHAT_PATH
    place = "messages[0].content[1]" if is_chat else "input[0].content[1]"
    with serving(lambda: nano, allow_urls=True) as server:
        page = {"page": {"flashsloth_page": 3}}
        for name, (url, code) in REFUSED.items():
            image: Any = {"type": "input_image", "image_url": url}
            if is_chat:
                image = {"type": "image_url", "image_url": {"url": url, **page.get(name, {})}}
            elif name in page:
                continue  # the Responses protocol has none
            parts = [{"type": "text" if is_chat else "input_text", "text": SEE}, image]
            body = {"messages" if is_chat else "input": [{"role": "user", "content": parts}]}
            status, _, reply = server.request("POST", path, body)
            error = json.loads(reply)["error"]
            assert (status, error["code"], error["param"]) == (400, code, place), name
            assert error["message"].startswith((f"{place} ", f"{place}: ")), name
            rest = error["message"].removeprefix(place).removeprefix(": ")
            assert f"{error['reason'].removeprefix('it')}. {error['hint']}" == rest, name
            assert place not in error["reason"], name
            assert "path" not in error["hint"], name


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_the_process_of_a_picture() -> None:
    """Its memory is limited. A service manager sends SIGTERM to every process of the service; the
    server finishes what runs."""
    with subprocess.Popen(
        picture_reader.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        status = Path(f"/proc/{process.pid}/status")
        ignored = 1 << signal.SIGTERM - 1 | 1 << signal.SIGINT - 1
        eventually(
            lambda: int(re.search(r"SigIgn:\s*(\w+)", status.read_text())[1], 16) & ignored == ignored
        )
        eventually(
            lambda: (
                psutil.Process(process.pid).rlimit(psutil.RLIMIT_AS)[0] == picture_process.MEMORY_BYTES
            )
        )
        for each in (signal.SIGTERM, signal.SIGINT):
            process.send_signal(each)
        asked = json.dumps({**OPTIONS, "name": "a", "length": len(RED)}).encode() + b"\n" + RED.encode()
        reply, _ = process.communicate(asked)
    started, head, squares = reply.split(b"\n", 2)
    assert json.loads(started) == {"bytes": 0}
    assert (json.loads(head), squares) == (
        {"bytes": 192, "size": [30, 20], "parts": [[[8, 8]]], "warnings": [], "pages": 1},
        b"\xff\0\0" * 64,
    )


@pytest.mark.parametrize("program", ["import os; os.kill(os.getpid(), 9)", "print('{}')", "print('[')"])
def test_a_process_that_dies(reading: Read, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(picture_reader, "COMMAND", (sys.executable, "-c", program))
    with pytest.raises(ServerError, match="cannot be read: its process ended"):
        reading(RED)


def running(command: Sequence[str]) -> list[psutil.Process]:
    """Return the children of this process that run a command."""
    found = []
    for each in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it ends just now
            found += [each] if each.cmdline() == [*command] else []
    return found


def test_reading_processes_get_no_secrets(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client must not open its PDF with the operator's password. Proxies are needed for URLs."""
    pytest.importorskip("pypdfium2")
    secrets = dict.fromkeys(picture_reader.SECRETS, "wombat")
    kept = {"https_proxy": "http://proxy.example:3128", "NO_PROXY": "nas.example"}
    for name, value in {**secrets, **kept}.items():
        monkeypatch.setenv(name, value)
    assert {"FLASHSLOTH_PDF_PASSWORD", "FLASHSLOTH_SERVER_KEY", "HF_TOKEN"} <= {*secrets}
    data = encrypted(b"wombat", b"boss")
    assert read_image(data).image.getextrema() == ((0, 255),) * 3  # the operator's own ask

    async def work(read: Read) -> None:
        with pytest.raises(ImageUnreadable, match="it needs a password"):
            await read(encoded_url(data, "application/pdf"))
        [process] = running(picture_reader.COMMAND)
        variables = process.environ()
        assert not {*secrets} & {*variables}
        assert kept.items() <= variables.items()

    in_loop(nano, work)


def test_a_process_reads_many_pictures(nano: FlashSloth) -> None:
    """It is replaced if it dies, or after a large picture, and ends with the reader."""

    async def work(read: Read) -> None:
        await read(RED)
        [first] = running(picture_reader.COMMAND)
        await read(BLUE)
        assert running(picture_reader.COMMAND) == [first]
        first.kill()
        eventually(lambda: first.status() == psutil.STATUS_ZOMBIE)
        await read(GREEN)
        [second] = running(picture_reader.COMMAND)
        assert second != first
        await read(data_url(Image.new("L", (2001, 2000))))
        assert not running(picture_reader.COMMAND)
        await read(data_url(Image.new("RGB", (30, 20), "black")))

    in_loop(nano, work)
    assert not running(picture_reader.COMMAND)


@pytest.mark.parametrize(
    "is_read_before", [True, False], ids=["read before the client leaves", "and after"]
)
def test_a_process_is_kept_when_a_client_leaves(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, is_read_before: bool
) -> None:
    """A small picture is read to its end, and the process reads the next one."""
    reached, released, exchange = threading.Event(), threading.Event(), PictureProcesses._exchange

    def held(*given: Any) -> Any:
        reply = exchange(*given) if is_read_before else None
        reached.set()
        assert released.wait(60)
        return reply or exchange(*given)

    async def work(read: Read) -> None:
        await read(RED)
        [first] = running(picture_reader.COMMAND)
        with monkeypatch.context() as patch:
            patch.setattr(PictureProcesses, "_exchange", held)
            leaving = asyncio.create_task(read(BLUE))
            await asyncio.to_thread(reached.wait, 60)
            leaving.cancel()
            asyncio.get_running_loop().call_soon(released.set)
            await asyncio.wait({leaving})
        assert leaving.cancelled()
        await read(GREEN)
        assert running(picture_reader.COMMAND) == [first]

    in_loop(nano, work)


def test_a_killed_process_reads_no_other_picture(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have replied just before it is killed."""
    monkeypatch.setattr(picture_reader, "FINISH_SECONDS", 0.0)
    reached, released, exchange = threading.Event(), threading.Event(), PictureProcesses._exchange

    def held(*given: Any) -> Any:
        reply = exchange(*given)
        reached.set()
        assert released.wait(60)
        return reply

    async def work(read: Read) -> None:
        await read(GREEN)
        with monkeypatch.context() as patch:
            patch.setattr(PictureProcesses, "_exchange", held)
            leaving = asyncio.create_task(read(BLUE))
            await asyncio.to_thread(reached.wait, 60)
            [process] = running(picture_reader.COMMAND)
            leaving.cancel()
            await asyncio.to_thread(eventually, lambda: has_ended(process))
            released.set()
            await asyncio.wait({leaving})
        await read(RED)

    in_loop(nano, work)


def test_a_picture_whose_process_dies_is_read_again(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    exchange = PictureProcesses._exchange

    def dying(self: PictureProcesses, process: subprocess.Popen[bytes], request: bytes) -> Any:
        if request and not killed:
            process.kill()
            killed.append(process.pid)
        return exchange(self, process, request)

    monkeypatch.setattr(PictureProcesses, "_exchange", dying)
    in_loop(nano, lambda read: read(RED))
    assert killed


def test_a_thread_that_is_refused_leaves_no_process(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = picture_reader.run_in_threadpool

    async def refused(function: Any, *arguments: Any) -> Any:
        if arguments:  # the exchange with a process
            raise RuntimeError("can't start new thread")
        return await run(function, *arguments)

    async def work(read: Read) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(picture_reader, "run_in_threadpool", refused)
            with pytest.raises(RuntimeError, match="can't start new thread"):
                await read(RED)
        assert not running(picture_reader.COMMAND)
        await read(RED)

    in_loop(nano, work)


def test_a_process_that_is_refused(reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", mock.Mock(side_effect=BlockingIOError))
    with pytest.raises(OutOfThreads):
        reading(RED)


def test_a_process_ends_with_its_server() -> None:
    done = subprocess.run(
        picture_reader.COMMAND, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{"bytes": 0}\n', b"")


def test_others_do_not_wait_for_downloads(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    released, decode = threading.Event(), PictureProcesses.decoded

    async def slow_download(self: PictureProcesses, request: bytes) -> Any:
        head, _, url = request.partition(b"\n")
        if url.startswith(b"http"):
            assert await asyncio.to_thread(released.wait, 60)
            request = (
                json.dumps({**json.loads(head), "length": len(BLUE)}).encode() + b"\n" + BLUE.encode()
            )
        return await decode(self, request)

    monkeypatch.setattr(PictureProcesses, "decoded", slow_download)

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


ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)  # no picture")


def health(server: RunningServer) -> Any:
    return json.loads(server.request("GET", "/health")[2])


def test_others_do_not_wait_for_pictures(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests with pictures count in the queue; one without is answered meanwhile."""
    released, decode, got = threading.Event(), PictureProcesses.decoded, []

    async def held(self: PictureProcesses, request: bytes) -> Any:
        assert await asyncio.to_thread(released.wait, 60)
        return await decode(self, request)

    monkeypatch.setattr(PictureProcesses, "decoded", held)
    with serving(lambda: nano, slots=1, queue=3) as server:
        bodies = [{"messages": [user(SEE, Image.new("RGB", (40, 40 + n), "red"))]} for n in range(3)]
        clients = [
            threading.Thread(target=lambda body=body: got.append(server.ask(body))) for body in bodies
        ]
        for each in clients:
            each.start()
        eventually(lambda: health(server)["pictures_waiting"] == 3)
        assert b'flashsloth_pictures_waiting{model="nano"} 3\n' in server.request("GET", "/metrics")[2]
        assert server.ask({"messages": [user("Hello.")], "max_tokens": 1})[0] == 200
        eventually(lambda: health(server)["active"] == 0)  # its place is free
        fourth = threading.Thread(target=lambda: got.append(server.ask(bodies[0])))
        fourth.start()
        eventually(lambda: health(server)["waiting"] == 4)
        status, headers, _ = server.request("POST", "/v1/chat/completions", bodies[0])
        assert (status, headers["retry-after"]) == (429, "1")
        released.set()
        for each in [*clients, fourth]:
            each.join(60)
        assert {status for status, _ in got} <= {200, 429}
        assert health(server)["pictures_waiting"] == 0


def test_a_picture_ends_with_its_client(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda: nano) as server:
        with monkeypatch.context() as patch:
            patch.setattr(picture_reader, "COMMAND", ENDLESS)
            patch.setattr(picture_reader, "START_SECONDS", 0.1)
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request(
                "POST", CHAT_PATH, json.dumps(ABOUT_RED), {"content-type": "application/json"}
            )
            eventually(lambda: running(ENDLESS))
            assert health(server)["pictures_waiting"] == 1
            connection.close()
            eventually(lambda: not running(ENDLESS) and server.is_idle)
        assert health(server)["pictures_waiting"] == 0
        assert server.ask(ABOUT_RED)[0] == 200


PAGE = encoded_url(nested(7, 10), "application/pdf")  # drawing it takes longer than is allowed


def drawing() -> list[psutil.Process]:
    """Return the processes that draw a page for a reading process of this one."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ends just now
            found += [each] if each.cmdline() == child.command("flashsloth.images.pdf") else []
    return found


def has_ended(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


@pytest.mark.slow
def test_the_drawing_of_a_page_ends_with_its_client(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place of a picture is free only when neither process of it is left."""
    pytest.importorskip("pypdfium2")
    monkeypatch.setattr(picture_reader, "FINISH_SECONDS", 0.0)
    body = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PAGE}}]}
    left: list[psutil.Process] = []
    with serving(lambda: nano) as server:
        for _ in range(picture_reader.PROCESSES + 1):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request(
                "POST",
                CHAT_PATH,
                json.dumps({"messages": [body]}),
                {"content-type": "application/json"},
            )
            eventually(drawing)
            left += drawing()
            connection.close()
            eventually(lambda: health(server)["pictures_waiting"] == 0)
            assert [has_ended(each) for each in left] == [True] * len(left)
    assert len(left) == picture_reader.PROCESSES + 1


@pytest.mark.slow
def test_the_drawing_of_a_page_ends_with_the_process_that_reads_it(nano: FlashSloth) -> None:
    """If the system kills that process, the picture is read again, and nothing is left of the first
    try."""
    pytest.importorskip("pypdfium2")

    async def work(read: Read) -> None:
        leaving = asyncio.create_task(read(PAGE))
        await asyncio.to_thread(eventually, drawing)
        [first] = drawing()
        first.parent().kill()
        await asyncio.to_thread(eventually, lambda: [*filter(first.__ne__, drawing())])
        assert has_ended(first)
        leaving.cancel()
        await asyncio.wait({leaving})

    in_loop(nano, work)


def test_a_client_that_leaves_puts_no_traceback_into_the_log(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(picture_reader, "COMMAND", ENDLESS)
    monkeypatch.setattr(picture_reader, "START_SECONDS", 0.0)

    async def work(read: Read) -> None:
        leaving = asyncio.create_task(read(RED))
        while not running(ENDLESS):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait({leaving})

    in_loop(nano, work)  # joins the threads
    gc.collect()
    assert not caplog.records


def test_a_picture_ends_with_the_event_loop(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the end of a server: its last thread would otherwise wait until the picture is read."""
    monkeypatch.setattr(picture_reader, "COMMAND", ENDLESS)
    monkeypatch.setattr(picture_reader, "START_SECONDS", 0.1)
    left = []

    async def work(read: Read) -> None:
        left.append(asyncio.create_task(read(RED)))
        while not running(ENDLESS):
            await asyncio.sleep(0)

    in_loop(nano, work)  # joins the threads
    assert left[0].cancelled()
    assert not running(ENDLESS)


def test_time_limit(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda: nano) as server:
        with monkeypatch.context() as patch:
            patch.setattr(picture_reader, "SECONDS", 0.5)
            patch.setattr(picture_reader, "COMMAND", ENDLESS)
            patch.setattr(picture_reader, "START_SECONDS", 0.1)
            status, answer = server.ask(ABOUT_RED)
        assert (status, answer["error"]["code"]) == (400, "image_too_large")
        assert "takes more than 0.5 s to read" in answer["error"]["message"]
        eventually(lambda: not running(ENDLESS))
        got = server.ask({**ABOUT_RED, "max_tokens": 24})[1]["choices"][0]["message"]["content"]
        assert got == alone(nano, SEE, Image.new("RGB", (40, 40), "red"))[1]
