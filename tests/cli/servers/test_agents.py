"""`flashsloth mcp`: what an agent may see, what the tools answer, and how the command ends."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import Cli, Program
from flashsloth.chat import FlashSloth
from paths import ROOT

pytest.importorskip("mcp", reason="pip install '.[mcp]'")

import mcp

STOP = ROOT / "examples" / "images" / "stop-sign.png"
WHAT = "What is this?"
Call = Callable[..., Awaitable[Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with pictures, and with links out of it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "stop.png").write_bytes(STOP.read_bytes())
    (tmp_path / "secret.png").write_bytes(STOP.read_bytes())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "inside.png").symlink_to("stop.png")
    os.mkfifo(folder / "pipe.png")
    pages = [Image.new("RGB", (60, 40), color) for color in ("red", "blue")]
    pages[0].save(folder / "two.tif", save_all=True, append_images=pages[1:])
    return folder


def with_agent(home: Path, *words: str, work: Callable[[Call], Awaitable[Any]]) -> Any:
    """Run a coroutine with a function that calls tools of `flashsloth mcp`."""

    async def run() -> Any:
        command = mcp.StdioServerParameters(
            command=sys.executable,
            args=["-m", "flashsloth_cli", "mcp", *words],
            env={**os.environ, "FLASHSLOTH_HOME": str(home), "OMP_NUM_THREADS": "1"},
        )
        async with mcp.Client(command) as client:
            listed = await client.list_tools()
            assert [each.name for each in listed.tools] == [
                "ask_picture",
                "choose",
                "read_text",
                "crop",
            ]
            return await work(client.call_tool)

    return asyncio.run(run())


def text_of(result: Any) -> str:
    assert not result.is_error, result.content
    return str(result.content[0].text)


def refused(result: Any) -> str:
    assert result.is_error, result.content
    return str(result.content[0].text)


def test_the_tools(root: Path, home: Path, nano: FlashSloth) -> None:
    """The model is opened at the first call; two calls at once are answered together."""
    wanted = str(nano.chat(STOP).ask(WHAT))

    async def work(call: Call) -> None:
        about = {"picture": "stop.png"}
        both = await asyncio.gather(
            *(call("ask_picture", {**about, "question": WHAT}) for _ in range(2))
        )
        assert [text_of(each) for each in both] == [wanted] * 2
        inside = await call("ask_picture", {"picture": str(root / "inside.png"), "question": WHAT})
        assert text_of(inside) == wanted
        answer = await call("ask_picture", {**about, "question": WHAT, "schema": "name, red boolean"})
        assert json.loads(text_of(answer)).keys() == {"name", "red"}
        chosen = await call("choose", {**about, "question": WHAT, "choices": ["a sign", "a car"]})
        found = json.loads(text_of(chosen))
        assert found["answer"] == "a sign"
        assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert "STOP" in text_of(await call("read_text", about))
        # a part, as the agent sees it
        part = await call("crop", {**about, "box": "50%,0,50%,100%"})
        image = Image.open(io.BytesIO(base64.b64decode(part.content[0].data)))
        with Image.open(STOP) as whole:
            assert image.size == (whole.width - whole.width // 2, whole.height)
        # a page; without one a note says that there are others
        second = await call("crop", {"picture": "two.tif#2", "box": [0, 0, 10, 10]})
        image = Image.open(io.BytesIO(base64.b64decode(second.content[0].data)))
        assert image.getpixel((5, 5)) == (0, 0, 255)
        first = await call("ask_picture", {"picture": "two.tif", "question": WHAT})
        assert "page 1 of 2" in first.content[1].text

    with_agent(home, "--root", str(root), work=work)


def test_refusals_are_results(root: Path, home: Path) -> None:
    """The next call works."""

    async def work(call: Call) -> None:
        for path in ("link.png", "folder/secret.png", "../secret.png", "/etc/hostname", "~/x.png"):
            found = refused(await call("ask_picture", {"picture": path, "question": WHAT}))
            assert "--root" in found
        for path, part in (
            ("nothing.png", "no file"),
            ("pipe.png", "regular file"),
            (".", "cannot be read"),
            ("a\0b", "cannot be read"),
            ("http://127.0.0.1/x.png", "--allow-urls"),
            ("data:image/png;base64,AAAA", "path"),
            ("clipboard:", "path"),
            ("-", "no file"),
        ):
            assert part in refused(await call("crop", {"picture": path, "box": "0,0,5,5"})), path
        about = {"picture": "stop.png", "question": WHAT}
        assert "/" in refused(await call("ask_picture", {**about, "schema": {"type": "no"}}))
        assert "nano" in refused(await call("ask_picture", {**about, "model": "other"}))
        assert "question" in refused(await call("ask_picture", {"picture": "stop.png"}))
        assert "more" in refused(await call("ask_picture", {**about, "more": 1}))
        assert refused(await call("choose", {**about, "choices": ["one"]}))
        assert refused(await call("crop", {"picture": "stop.png", "box": "no"}))
        assert refused(await call("nothing", about))
        assert text_of(await call("ask_picture", about))

    with_agent(home, "--root", str(root), work=work)


def test_a_running_server_answers(root: Path, home: Path) -> None:
    with closing(Program()) as program:
        environment = {"FLASHSLOTH_HOME": str(home), "OMP_NUM_THREADS": "1"}
        server = program.start("serve", "--port", "0", env=environment)
        seen = iter(server.stderr or ())
        assert any("try it:" in line for line in seen)

        async def work(call: Call) -> None:
            assert text_of(await call("ask_picture", {"picture": "stop.png", "question": WHAT}))

        with_agent(home, "--root", str(root), work=work)
        assert any("200 POST /v1/chat/completions" in line for line in seen)


@pytest.mark.slow
def test_urls(root: Path, home: Path) -> None:
    """Only with both permissions is a host asked whose address is not public."""

    class OnePicture(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(STOP.read_bytes())

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), OnePicture) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{site.server_port}/stop.png"

        async def work(call: Call) -> Any:
            return await call("ask_picture", {"picture": url, "question": WHAT})

        line = ("--root", str(root), "--allow-urls")
        assert refused(with_agent(home, *line, work=work))
        assert text_of(with_agent(home, *line, "--allow-url-host", "127.0.0.1", work=work))
        site.shutdown()
        thread.join()


@pytest.mark.slow
def test_a_server_that_is_slow(root: Path, home: Path) -> None:
    """Other messages are answered, a cancelled call closes its connection, and the command ends."""
    with closing(Program()) as program:
        environment = {"FLASHSLOTH_HOME": str(home), "OMP_NUM_THREADS": "1"}
        server = program.start("serve", "--port", "0", env=environment)
        assert any("try it:" in line for line in server.stderr or ())
        with started(home, "--root", str(root)) as process:
            assert process.stdin is not None
            assert process.stdout is not None

            def send(**message: Any) -> None:
                assert process.stdin is not None
                process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
                process.stdin.flush()

            send(**HELLO)
            process.stdout.readline()
            send(method="notifications/initialized")
            server.send_signal(signal.SIGSTOP)
            try:
                call = {"name": "ask_picture", "arguments": {"picture": "stop.png", "question": WHAT}}
                for number in range(12):
                    send(id=f"call {number}", method="tools/call", params=call)
                send(id="ping", method="ping")
                assert json.loads(process.stdout.readline())["id"] == "ping"
                begun = time.monotonic()
                process.send_signal(signal.SIGINT)
                assert process.wait(20) == 130
                assert time.monotonic() - begun < 5
                assert process.stderr is not None
                assert b"Traceback" not in process.stderr.read()
            finally:
                server.send_signal(signal.SIGCONT)


@contextmanager
def started(home: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flashsloth_cli", "mcp", *words]
    pipe = subprocess.PIPE
    environment = {**os.environ, "FLASHSLOTH_HOME": str(home)}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, None])
def test_it_ends(root: Path, home: Path, ending: signal.Signals | None) -> None:
    """By a signal although nothing comes on stdin, or with stdin. stdout has the protocol alone."""
    with started(home, "--root", str(root)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "flashsloth"
        begun = time.monotonic()
        if ending is None:
            process.stdin.close()
        else:
            process.send_signal(ending)
        assert process.wait(20) == (0 if ending is None else 128 + ending)
        assert time.monotonic() - begun < 5
        assert process.stdout.read() == b""


@pytest.mark.parametrize("here", ["home", "/"])
def test_a_folder_that_nobody_chose(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path if here == "home" else "/")
    cli("mcp").refused(2, "--root")


@pytest.mark.parametrize(
    ("words", "code"), [(("-m", "nano", "-m", "nano"), 2), (("-m", "nope"), 4), (("-m", "a/b/c"), 4)]
)
def test_models_are_checked_at_the_start(cli: Cli, words: tuple[str, ...], code: int) -> None:
    cli("mcp", "--root", ".", *words).refused(code)


def test_a_root_that_does_not_exist(cli: Cli) -> None:
    cli("mcp", "--root", "nothing").refused(2, "nothing")
