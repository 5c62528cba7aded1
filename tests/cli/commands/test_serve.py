"""`flashsloth serve`, `ps` and `stop`: real servers with nano, started as a user starts them."""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any
from unittest import mock

import pytest

import tiny
from cli.conftest import QUESTION, Cli, Program
from cli.servers.test_listing import mode
from flashsloth.server import registry
from flashsloth.server.registry import ServerRecord
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.servers import start
from paths import ROOT
from server.helpers import eventually, request

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and unix sockets")

PAGE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- run: (.+?) -->\n```(sh|python)\n(.*?)```", PAGE, re.DOTALL)


class Served:
    """A server in a process of its own, with a home of its own. `seen` has the lines of its stderr so
    far."""

    def __init__(self, program: Program, home: Path, *words: str, driver: str | None = None) -> None:
        self.home, self.seen = home, list[str]()
        env = {"FLASHSLOTH_HOME": str(home), "OMP_NUM_THREADS": "1"}
        before = {*(home / "servers").glob("*.json")}  # a server that was killed has left its own
        self.process = program.start("serve", "--port", "0", *words, driver=driver, env=env)
        self.wait_for("try it:")
        record, *_ = {*(home / "servers").glob("*.json")} - before  # one for each model
        self.record = ServerRecord(**json.loads(record.read_text()))

    def wait_for(self, text: str) -> str:
        """Wait for a line of stderr with this text."""
        for line in self.process.stderr or ():
            self.seen.append(line)
            if text in line:
                return line
        raise AssertionError(f"no line with {text!r}: {self.seen}")

    def wait(self) -> int:
        """Wait for the end; all of stderr has been seen then."""
        self.seen += self.process.stderr or ()
        return self.process.wait(timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Send a request to the port, and return status and text."""
        status, _, text = request(self.record.port, method, path, body)
        return status, text.decode()

    @contextmanager
    def stream(self, tokens: int) -> Iterator[http.client.HTTPResponse]:
        """Ask for a streamed answer of this length, and yield the response after its first event."""
        body = {
            "stream": True,
            "max_tokens": tokens,
            "messages": [{"role": "user", "content": "Hello?"}],
        }
        with closing(
            http.client.HTTPConnection("127.0.0.1", self.record.port, timeout=60)
        ) as connection:
            connection.request(
                "POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"}
            )
            with closing(connection.getresponse()) as response:
                assert response.readline().startswith(b"data: ")
                yield response


@contextmanager
def served(home: Path, *words: str, driver: str | None = None) -> Iterator[Served]:
    with closing(Program()) as program:
        yield Served(program, home, *words, driver=driver)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that do not end it."""
    with served(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture
def beside(shared: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line with the home of the shared server."""
    monkeypatch.setenv("FLASHSLOTH_HOME", str(shared.home))
    return cli


# A running server


def test_what_it_prints(shared: Served) -> None:
    where = f"nano (float32 on cpu) listens on {shared.record.url}\n"
    page, line = shared.seen[shared.seen.index(where) + 1 :][:2]  # requests of other tests follow
    assert page == f"in a browser: {shared.record.url}/\n"
    command = line.removeprefix("try it: ").replace("curl ", "curl -sS ", 1)
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["choices"][0]["message"]["content"]


def test_ps_lists_it(shared: Served, beside: Cli) -> None:
    eventually(lambda: "idle" in beside("ps").out)  # an answer of another test may just have ended
    [server] = beside("ps", "--json").document["servers"]
    assert (server["pid"], server["name"], server["state"]) == (shared.process.pid, "nano", "ok")
    assert (server["active"], server["waiting"], server["slots"]) == (0, 0, 8)
    heading, line = beside("ps").out.splitlines()
    assert heading.split() == ["PROCESS", "MODEL", "STATE", "ADDRESS", "UP"]
    assert line.split()[:6] == [str(shared.process.pid), "nano", "float32", "on", "cpu", "idle"]
    assert shared.record.url in line


def test_files_are_private(shared: Served) -> None:
    folder = shared.home / "servers"
    assert {path.suffix for path in folder.iterdir()} == {".json", ".lock"}
    [record] = folder.glob("*.json")
    assert (mode(folder), mode(record)) == (0o700, 0o600)


def test_health(shared: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # not asked
    everywhere = registry.url("0.0.0.0", shared.record.port)
    for record in (shared.record, replace(shared.record, url=everywhere)):
        assert registry.health(record)["model"] == "nano"
    assert registry.health(replace(shared.record, url="http://127.0.0.1:1")) is None


def test_port_in_use(shared: Served, beside: Cli) -> None:
    beside("serve", "--port", str(shared.record.port)).refused(
        6, f"127.0.0.1:{shared.record.port}", "--port"
    )
    assert beside("serve", "--background", "--port", str(shared.record.port)).code == 6


def test_log_lines_have_no_content(shared: Served) -> None:
    secret = "Where does the tapir sleep?"
    body = {"messages": [{"role": "user", "content": secret}], "max_tokens": 2, "user": "Mr. Tapir"}
    status, text = shared.ask("POST", "/v1/chat/completions", body)
    answer = json.loads(text)["choices"][0]["message"]["content"]
    assert status == 200
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT[\d:]+Z 200 POST /v1/chat/completions \d+ ms \[\w{16}\]\n",
        shared.wait_for("200 POST"),
    )
    assert shared.ask("POST", "/v1/chat/completions", {**body, "tapir": 1})[0] == 400
    shared.ask("GET", "/health")
    shared.ask("GET", "/v1/models/a%0Aerror:%1b[31mb")
    line = shared.wait_for("404 GET /v1/models/a")
    assert re.fullmatch(r"\S+Z 404 GET /v1/models/a\S+ \d+ ms \[\w{16}\]\n", line)
    assert "\x1b" not in line
    log = "".join(shared.seen)
    assert "tapir" not in log.lower()
    assert answer not in log
    assert "/health" not in log


@contextmanager
def logging_to(log: Path) -> Iterator[logging.Logger]:
    """Let this process log as a server in the background does, with a limit of 1,000 bytes."""
    with (
        start.open_log(log) as file,
        open(file.fileno(), "w", encoding="utf-8", closefd=False) as stderr,
        mock.patch.object(start, "MAX_BYTES", 1_000),
        mock.patch.object(sys, "stderr", stderr),
        start.logging_to_stderr(quiet=False, verbose=False, file=log),
    ):
        yield logging.getLogger("flashsloth")


def test_a_log_in_the_background_stays_small(tmp_path: Path) -> None:
    """While the server runs. The lines before are in one other file."""
    log, old = tmp_path / "8707.log", tmp_path / "8707.log.1"
    lines = list[str]()
    with logging_to(log) as logger:
        for number in range(60):
            logger.warning("é" * 20 + " %s", number)
            assert log.stat().st_size <= 1_000
            now = log.read_text(encoding="utf-8").splitlines()
            lines.append(now[-1])
            before = old.read_text(encoding="utf-8").splitlines() if old.exists() else []
            assert [*before, *now] == lines[-len(before) - len(now) :]
            assert len(before) + len(now) > min(number, 10)
    assert sorted(tmp_path.glob("*.log*")) == [log, old]
    assert (mode(old), old.stat().st_size <= 1_000) == (0o600, True)


def test_a_log_whose_name_another_server_has_taken(tmp_path: Path) -> None:
    """It stays small too, and leaves the file of the other one alone."""
    log = tmp_path / "8707.log"
    with logging_to(log) as logger:
        logger.warning("first")
        with start.open_log(log) as other:
            other.write(b"of the other server\n")
        with log.with_suffix(".log.1").open("rb") as mine:
            for number in range(60):
                logger.warning("line %s", number)
                assert 0 < os.fstat(mine.fileno()).st_size <= 1_000
    assert log.read_bytes() == b"of the other server\n"


def test_models_say_nothing_of_this_machine(shared: Served) -> None:
    [model] = json.loads(shared.ask("GET", "/v1/models")[1])["data"]
    assert model["id"] == "nano"
    assert model["flashsloth"]["device"] == "cpu"
    assert "/" not in json.dumps(model)


@pytest.mark.parametrize(
    ("expected", "language", "text"), EXAMPLES, ids=[text[:40] for _, _, text in EXAMPLES]
)
def test_examples_of_the_page(shared: Served, expected: str, language: str, text: str) -> None:
    """As written, but for the port."""
    line = text.replace("127.0.0.1:8707", f"127.0.0.1:{shared.record.port}")
    assert line != text
    command = (
        ["bash", "-euo", "pipefail", "-c", line] if language == "sh" else [sys.executable, "-c", line]
    )
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert expected in done.stdout


def test_the_page_has_examples() -> None:
    assert {language for _, language, _ in EXAMPLES} == {"sh", "python"}
    assert len(re.findall(r"^(?:curl|printf|from openai) ", PAGE, re.MULTILINE)) == len(EXAMPLES)


# The end


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_sigterm_finishes_answers(tmp_path: Path) -> None:
    with served(tmp_path, driver="slow_server") as server, server.stream(tokens=15) as response:
        server.process.send_signal(signal.SIGTERM)
        server.wait_for("ending after 1 answer")
        eventually(lambda: not accepts(server.record.port))
        rest = response.read().decode()
        assert rest.endswith("data: [DONE]\n\n")
        assert '"finish_reason":"length"' in rest
        assert server.wait() == 143
        assert list((tmp_path / "servers").iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    with served(tmp_path, driver="slow_server") as server, server.stream(tokens=1000) as response:
        server.process.send_signal(signal.SIGINT)
        server.wait_for("ending after 1 answer")
        server.process.send_signal(signal.SIGINT)
        assert server.wait() == 130
        with suppress(http.client.IncompleteRead, OSError):
            assert b"[DONE]" not in response.read()
        assert "Traceback" not in "".join(server.seen)
        assert list((tmp_path / "servers").iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_killed_in_the_middle(terminal: Callable[..., Any], home: Path, picture: Path) -> None:
    """What was printed stays, and the error comes after it."""
    with served(home, driver="slow_server") as server:
        asking = terminal("ask", picture, QUESTION, "--max-tokens", "20", "-q")
        asking.until(r"\S")
        server.process.kill()
        assert re.match(
            r"\n\S.*\nerror: .* ended in the middle of the answer", asking.end() and asking.text
        )
    assert asking.exitstatus == 6


@pytest.mark.slow
def test_background_sleep_and_stop(program: Any, home: Path) -> None:
    words = ("--background", "--port", "0", "--keep-alive", "0.5s", "--kept-memory", "0")
    begun = program("serve", *words, env={"OMP_NUM_THREADS": "1"})
    assert (begun.code, begun.out) == (0, "")
    [record] = registry.running()
    try:
        log = Path(record.log or "")
        assert f"process {record.pid}, log: {log}" in begun.err
        assert f"flashsloth stop {record.pid}" in begun.err
        assert mode(log) == 0o600
        assert log.stem != "0"  # which several servers would share
        eventually(lambda: (registry.health(record) or {}).get("status") == "asleep", 60)
        assert "asleep" in program("ps").out
        body = {"messages": [{"role": "user", "content": "Hello?"}]}
        assert json.loads(request(record.port, "POST", "/v1/chat/completions", body)[2])["choices"]
        assert b'flashsloth_cache_bytes{model="nano"} 0\n' in request(record.port, "GET", "/metrics")[2]
        assert "opened nano in" in log.read_text()
        with log.open("ab") as file:
            file.write(b"x" * 10_000_000)
        request(record.port, "POST", "/v1/chat/completions", body)
        eventually(lambda: log.stat().st_size < 1_000)
        assert log.with_suffix(".log.1").stat().st_size > 10_000_000
    finally:
        ended = program("stop", "nano", "--json")
    assert ended.document["stopped"] == [{"pid": record.pid, "name": "nano", "url": record.url}]
    assert registry.running() == []
    assert sorted(path.name for path in (home / "servers").iterdir()) == [log.name, f"{log.name}.1"]


@pytest.mark.slow
def test_background_shows_the_error_of_the_child(program: Any, tmp_path: Path) -> None:
    damaged = shutil.copytree(NANO_FOLDER, tmp_path / "damaged")
    os.truncate(damaged / "model.safetensors", 1000)
    program("serve", "--background", "--port", "0", "-m", str(damaged)).refused(4)
    assert registry.running() == []


def test_a_child_that_ends_without_an_error(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has not answered all the same: no success, and the end of its log is shown."""
    ended = SimpleNamespace(pid=0, returncode=0, poll=lambda: 0)

    def popen(*_: Any, stdout: IO[bytes], **__: Any) -> SimpleNamespace:
        stdout.write(b"what the log has\n")
        return ended

    monkeypatch.setattr(start.subprocess, "Popen", popen)
    done = cli("serve", "--background", "--port", "0")
    done.refused(6, "the server ended before it answered", ".log")
    assert done.err.startswith("what the log has\n")


def test_one_start_on_a_port_at_a_time(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one would replace the log of the first, whose server is not registered yet."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    words = ("serve", "--background", "--port", str(port))
    second = []

    def popen(*_: Any, **__: Any) -> SimpleNamespace:
        log = registry.private_folder() / f"{port}.log"
        log.write_bytes(b"of the first")
        second.append(cli(*words))
        assert log.read_bytes() == b"of the first"
        return SimpleNamespace(pid=0, returncode=3, poll=lambda: 3)

    monkeypatch.setattr(start.subprocess, "Popen", popen)
    assert cli(*words).code == 3
    second[0].refused(
        6, f"another command is starting a server on port {port}", "Wait until it has ended"
    )
    assert [path.suffix for path in registry.private_folder().iterdir()] == [".log"]


def test_the_child_gets_the_same_options(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    monkeypatch.setattr(
        start, "run_in_background", lambda context, *_: found.extend(start.arguments(context))
    )
    line = "serve -m nano --allow-host a.example --allow-host b.example --slots 3 --allow-urls -q"
    line += " --allow-url-host nas.home --allow-url-host [fd00::7]"
    assert cli(*line.split(), "--background", "--open", "--api-key-file", "a b").code == 0
    given = {
        "--model=nano",
        "--allow-host=a.example",
        "--allow-host=b.example",
        "--allow-url-host=nas.home",
        "--allow-url-host=[fd00::7]",
        "--slots=3",
        "--api-key-file=a b",
    }
    assert given | {"--allow-urls", "--quiet"} <= set(found)
    assert not {"--background", "--open"} & set(found)  # the command that has started it opens the page


# Several models


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with nano, and with a folder that has the same files."""
    folder = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(NANO_FOLDER, folder)
    with served(tmp_path_factory.mktemp("several"), "-m", "nano", "-m", str(folder)) as made:
        yield made


def test_commands_find_the_server_by_each_model(
    several: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHSLOTH_HOME", str(several.home))
    listed = cli("ps", "--json").document["servers"]
    assert {each["name"]: each["state"] for each in listed} == {"nano": "ok", "other": "asleep"}
    assert {each["pid"] for each in listed} == {several.process.pid}
    ask = ("ask", "--no-picture", "-p", "What can you do?", "--json", "-m")
    other = next(each["model"] for each in listed if each["name"] == "other")
    for name in (other, "nano"):
        answer = cli(*ask, name).document
        assert (answer["model"]["name"], answer["server"]) == (name, several.record.url)
    assert {each["state"] for each in cli("ps", "--json").document["servers"]} == {"ok"}
    # also by the server's name for it, and on a named server, which then never answers with another one
    answer = cli(*ask, "other").document
    assert answer["model"]["name"] == other
    address = ("--server", several.record.url)
    for name in (other, "other", "nano"):
        answer = cli(*ask, name, *address).document
        assert answer["model"]["name"] == ("nano" if name == "nano" else other)
    assert cli(*ask[:-1], *address).document["model"]["name"] == "nano"
    plain = ("ask", "--no-picture", "-p", "What can you do?", *address, "-m")
    cli(*plain, "smolvlm").refused(3, "smolvlm")
    adapter = tiny.adapter(Path("adapter"), "nano", {})
    cli(*plain, str(adapter)).refused(3, "adapter")
    # the hint has the line that serves what runs and what was asked
    cli("serve", "--port", str(several.record.port), "-m", "smolvlm").refused(
        6, "-m smolvlm", "-m nano"
    )
    # one process, which its models have in common
    stopped = cli("stop", "--json").document["stopped"]
    assert [each["pid"] for each in stopped] == [several.process.pid]


@pytest.mark.usefixtures("no_model")
def test_models_that_cannot_be_served_together(cli: Cli) -> None:
    cli("serve", "-m", "nano", "-m", "nano", "--adapter", "x").refused(2, "-m")


def test_names_and_memory_of_models(cli: Cli) -> None:
    cli("serve", "--port", "0", "-m", "nano", "-m", "nano").refused(2, "nano")
    shutil.copytree(NANO_FOLDER, "other")
    line = ("serve", "--port", "0", "-m", "nano", "-m", "./other", "--memory", "0.1")
    cli(*line).refused("out_of_memory", "--memory")
