"""The command line for tests: `cli` runs it in this process, `program` in a new one.

A new process takes seconds, because it imports torch. It is only for streams, signals, exit codes, and
environment variables that are read at import.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unittest import mock

import pytest
import typer.main
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from data.helpers import write_rows  # noqa: F401
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session
from messages import record
from paths import ROOT

if TYPE_CHECKING:
    from cli.terminals import Terminal

PROGRAMS = Path(__file__).parent / "programs"
ENVIRONMENT = ("FLASHSLOTH_", "HF_", "HUGGING", "XDG_", "PYTHONUNBUFFERED", "NO_COLOR", "FORCE_COLOR")
ENVIRONMENT += ("TERM", "WAYLAND", "DISPLAY")

QUESTION = "What is in the picture?"


@dataclass
class Result:
    """Exit code and output of a run, and the `error.code` of one in this process."""

    code: int
    out: str
    err: str
    error_code: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document that is all of stdout."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON documents of stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def ok(self) -> Result:
        """This result, of a run without an error."""
        assert self.code == 0, self.err
        return self

    def refused(self, code: int | str, *objects: str) -> None:
        """Check the exit code or `error.code`, and that the only error or its hint names each of these
        objects; record what was said."""
        assert code in (self.code, self.error_code), self.err
        said = "\n".join((f"{self.error_code or 'error'}: {self.error[0]}", self.error[1]))
        assert [each for each in objects if each not in said] == [], said
        record(said)

    @property
    def error(self) -> tuple[str, str]:
        """Message and hint of the only error on stderr; stdout must be empty."""
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = [line for line in self.err.splitlines() if line.startswith(("error:", "hint:"))]
        assert [line.partition(":")[0] for line in lines] == ["error", "hint"], self.err
        message, hint = (line.partition(": ")[2] for line in lines)
        assert message
        assert hint
        return message, hint

    @property
    def error_document(self) -> dict[str, Any]:
        """The error object of --json, alone on stderr but for lines of a noisy backend."""
        assert self.out == ""
        *before, last = self.err.splitlines()
        assert all("NOISE" in line for line in before), self.err
        document = json.loads(last.rpartition("NOISE C, no end of line")[2])
        assert set(document) == {"schema", "error"}
        assert document["schema"] == "flashsloth.error/1"
        assert set(document["error"]) == {"code", "exit", "message", "hint"}
        assert document["error"]["exit"] == self.code
        return document["error"]


Cli: TypeAlias = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new home without configuration, and an empty working folder."""
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT)]:
        monkeypatch.delenv(name)
    for folder in ("home", "work"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    from flashsloth_cli.terminal import render

    render.note_once.cache_clear()  # as in a new process
    return tmp_path / "home"


@pytest.fixture
def saving(home: Path) -> None:
    """A setting that saves conversations without a terminal too."""
    (home / "config.toml").write_text("history = true\n")


@contextmanager
def histories_closed() -> Iterator[None]:
    """Fail if a history that is opened inside stays open."""
    left: list[History] = []
    init, close = History.__init__, History.close

    def opened(self: History, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        left.append(self)

    def closed(self: History) -> None:
        close(self)
        left[:] = [each for each in left if each is not self]

    with mock.patch.multiple(History, __init__=opened, close=closed):
        yield
    assert not left, "a history stays open"


@pytest.fixture(scope="session")
def _built_once() -> Iterator[None]:
    """Build the tree of commands, and each command, once. For each line this would take 15 ms."""
    from flashsloth_cli.app import LazyCommand

    with (
        mock.patch("typer.testing._get_command", functools.cache(typer.main.get_command)),
        mock.patch.object(LazyCommand, "load", functools.cache(LazyCommand.load)),
    ):
        yield


@pytest.fixture
def cli(home: Path, _built_once: None) -> Cli:
    """`cli("ask", ..., input=b"…")` runs the command line in this process. Bugs raise; no history stays
    open."""
    from flashsloth_cli.app import app
    from flashsloth_cli.terminal import render

    show_error, codes = render.show_error, list[str]()

    def shown(*words: Any, code: str = "usage", **options: Any) -> None:
        codes.append(code)
        show_error(*words, code=code, **options)

    def run(*words: str | os.PathLike[str], input: bytes | str | None = None) -> Result:
        codes.clear()
        with histories_closed(), mock.patch.object(render, "show_error", shown):
            done = CliRunner().invoke(
                app, [os.fspath(word) for word in words], input=input, catch_exceptions=False
            )
        return Result(done.exit_code, done.stdout, done.stderr, " ".join(codes[-1:]))

    return run


python = sys.executable


@pytest.fixture
def forked(preloaded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`program`, `terminal` and `shell` start the command line without importing torch anew. Not for
    tests of imports, closed streams and job control."""
    monkeypatch.setattr(f"{__name__}.python", preloaded)


def command(driver: str | None = None) -> list[str]:
    """Return the program's command line. `driver` is a change that it begins with, a function in
    programs/."""
    return [python, *([str(PROGRAMS), driver] if driver else ["-m", "flashsloth_cli"])]


def environment(**more: str) -> dict[str, str]:
    """Return the variables of a new process, which imports this checkout."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{PROGRAMS}", **more}


class Program:
    """The command line in a new process: `program(…)` waits for its end, `program.start(…)` returns the
    process."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[str]] = []

    def start(
        self, *words: str | os.PathLike[str], driver: str | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        env = environment(**options.pop("env", {}))
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        line = [*command(driver), *map(os.fspath, words)]
        self.started.append(subprocess.Popen(line, env=env, text=True, **{**pipes, **options}))
        return self.started[-1]

    def close(self) -> None:
        for process in self.started:
            with process:  # waits for it, and closes its streams
                process.kill()

    def __call__(
        self, *words: str | os.PathLike[str], input: str | None = None, **options: Any
    ) -> Result:
        if input is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*words, **options)
        out, err = process.communicate(input, timeout=120)
        return Result(process.returncode, out or "", err or "")


@pytest.fixture
def program(opens_models: None, home: Path) -> Iterator[Program]:
    made = Program()
    yield made
    made.close()


def default_sighup() -> None:
    """In a new process, undo that the tests run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def terminal(opens_models: None, home: Path) -> Iterator[Callable[..., Terminal]]:
    """`terminal("chat", driver="slow", at=(24, 200))` starts the program, or another `program`, at a
    terminal with so many rows and columns."""
    from cli.terminals import Terminal

    started: list[Terminal] = []

    def start(
        *words: str | os.PathLike[str],
        driver: str | None = None,
        program: Sequence[str] = (),
        at: tuple[int, int] = (24, 200),
        **env: str,
    ) -> Terminal:
        first, *rest = [*(program or command(driver)), *map(os.fspath, words)]
        env = environment(
            **{"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": str(at[1]), **env}
        )
        options = {"env": env, "encoding": "utf-8", "dimensions": at}
        started.append(Terminal(first, rest, preexec_fn=default_sighup, **options))
        return started[-1]

    yield start
    for each in started:
        each.close(force=True)


@pytest.fixture
def chatting(forked: None, terminal: Callable[..., Terminal]) -> Callable[..., Terminal]:
    """`chatting(picture, …)` starts `chat -q` at a terminal and waits for its prompt."""
    from cli.terminals import PROMPT

    def start(*words: str | os.PathLike[str], **options: Any) -> Terminal:
        made = terminal("chat", "-q", *words, **options)
        made.until(PROMPT)
        return made

    return start


@pytest.fixture
def shell(opens_models: None, home: Path, tmp_path: Path) -> Callable[[str], Result]:
    """Run a line of bash with `flashsloth`, and `flashsloth-slow`, which has the slow decoder."""
    (tmp_path / "bin").mkdir()
    for name, driver in (("flashsloth", None), ("flashsloth-slow", "slow")):
        wrapper = tmp_path / "bin" / name
        wrapper.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec {shlex.join(command(driver))} "$@"\n')
        wrapper.chmod(0o755)

    def run(line: str) -> Result:
        env = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-c", line],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A time zone three hours before UTC."""
    monkeypatch.setenv("TZ", "EAST-3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def made_once(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`made_once("gates.json", make, tmp_path)` calls make(path) once in a process, and copies what it
    wrote."""

    def copied(name: str, make: Callable[[Path], object], into: Path) -> Path:
        folder = tmp_path_factory.getbasetemp() / f"once-{name}"
        if not folder.exists():
            folder.mkdir()
            make(folder / name)
        shutil.copytree(folder, into, dirs_exist_ok=True)
        return into / name

    return copied


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red disc on white."""
    path = tmp_path_factory.mktemp("pictures") / "disc.png"
    drawn = Image.new("RGB", (160, 120), "white")
    ImageDraw.Draw(drawn).ellipse((40, 20, 120, 100), fill="red")
    drawn.save(path)
    return path


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> Path:
    """The disc in the right half of a large picture."""
    drawn = Image.new("RGB", (1200, 900), "gray")
    drawn.paste(Image.open(picture).resize((600, 600)), (600, 100))
    drawn.save(path := tmp_path_factory.mktemp("photos") / "photo.png")
    return path


@pytest.fixture(scope="session")
def answer_record(nano: Any, picture: Path) -> Any:
    """The library's answer to QUESTION about the picture, computed once."""
    answer = nano.chat(picture).ask(QUESTION)
    assert answer.text()
    return answer


@pytest.fixture(scope="session")
def expected(answer_record: Any) -> str:
    return str(answer_record.text())


def failing_at(number: int, error: BaseException, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises an error at its n-th call, and is the given one at all others."""
    calls = itertools.count(1)

    def call(*args: Any, **options: Any) -> Any:
        if next(calls) == number:
            raise error
        return function(*args, **options)

    return call


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that is interrupted, as by Ctrl-C, at the third token."""
    from flashsloth.generation.engine import Engine

    monkeypatch.setattr(Engine, "step", failing_at(3, KeyboardInterrupt(), Engine.step))


@pytest.fixture
def square(tmp_path: Path) -> Path:
    """A blue square on white."""
    drawn = Image.new("RGB", (140, 140), "white")
    drawn.paste("blue", (30, 30, 100, 100))
    drawn.save(tmp_path / "square.png")
    return tmp_path / "square.png"


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the words of each command, and the command as it is declared."""
    from flashsloth_cli.app import app

    for name, command in (group or typer.main.get_command(app)).commands.items():
        below = (*path, name)
        yield from commands(command, below) if hasattr(command, "commands") else [(below, command)]


def exported(cli: Cli, form: str) -> str:
    """Return the last conversation as a file has it."""
    assert cli("sessions", "show", "-o", f"exported.{form}", "--force").ok
    return Path(f"exported.{form}").read_text(encoding="utf-8")


@pytest.fixture
def history(home: Path, picture: Path, answer_record: Any, expected: str) -> Iterator[History]:
    """A history with one conversation, 00c0ffee: QUESTION about the disc."""
    ids = tuple(answer_record.token_ids)
    turn = SavedTurn(QUESTION, expected, ids, "stop", "nano", "2026-01-01T00:00:00.0Z", 1)
    data = picture.read_bytes()
    image = SavedPicture(hashlib.sha256(data).hexdigest(), str(picture), {}, data)
    with History(home / "history.db") as history:
        history.save(
            Session("00c0ffee", "nano", system=None, hd=False, turns=(turn,), pictures=(image,))
        )
        yield history


def read_rows(path: str | Path) -> list[dict[str, Any]]:
    """The rows of a file; each of its lines is whole."""
    text = Path(path).read_text(encoding="utf-8")
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test fails where a model is opened."""
    from flashsloth.checkpoints import loader

    monkeypatch.setattr(loader, "load", lambda *_, **__: pytest.fail("a model was opened"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that reach the model."""
    from flashsloth.chat import Chat

    ask, questions = Chat.ask, list[str]()
    monkeypatch.setattr(
        Chat, "ask", lambda self, text, **how: questions.append(text) or ask(self, text, **how)
    )
    return questions
