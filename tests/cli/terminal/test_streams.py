"""stdout has the answer and nothing else; signals and closed streams end the program in an orderly
way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import QUESTION
from flashsloth_cli.terminal import streams
from paths import ROOT
from server.helpers import eventually


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_noisy_backend(program, picture: Path, expected: str) -> None:
    done = program("ask", picture, QUESTION, "-q", driver="noisy").ok
    assert done.out == f"{expected}\n"
    for noise in (
        "descriptor",
        "C",
        "log",
        "flushed print",
        "print",
        "print to the first stdout",
        "child",
    ):
        assert f"NOISE {noise}\n" in done.err
    assert "NOISE warning" not in done.err
    assert (
        program("ask", picture, QUESTION, "-q", "--json", driver="noisy").document["response"]
        == expected
    )
    assert (
        program("ask", picture, "what " * 3000, "-q", "--json", driver="noisy").error_document["exit"]
        == 9
    )


def test_printing_backend_in_this_process(
    cli, monkeypatch: pytest.MonkeyPatch, picture: Path, expected: str
) -> None:
    """Where stdout is no file, as in a program that calls this one."""
    monkeypatch.setattr(
        "flashsloth_cli.terminal.render.stats_line", lambda *_: print("NOISE") or "numbers"
    )
    done = cli("ask", picture, QUESTION, "-q", "--set", "stats=true")
    assert (done.out, done.err) == (f"{expected}\n", "NOISE\nnumbers\n")


def test_model_text_goes_into_a_pipe_as_it_is(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text in a picture may hold anything; only a terminal needs protection, and nothing is ever
    markup."""
    said = "a[red]b\x1b[31mc\x07\t\u202ed"
    monkeypatch.setattr("flashsloth.generation.answer_record.TextStream.push", lambda self, token: said)
    assert cli("ask", "--no-picture", "-p", "hi", "-q", "--max-tokens", "1").out == f"{said}\n"
    assert (
        cli("ask", "--no-picture", "-p", "hi", "-q", "--max-tokens", "1", "--json").document["response"]
        == said
    )


# Streams that are closed, full, or go away


@pytest.mark.parametrize(
    "words",
    ["--help", "list --json", pytest.param("ask -q --no-picture -p hello", marks=pytest.mark.slow)],
)
def test_stdout_that_takes_nothing(shell, words: str) -> None:
    for where, reason in ((">&-", "it is closed"), ("> /dev/full", "No space left on device")):
        done = shell(f"flashsloth {words} {where}")
        if "--json" in words:
            error = done.error_document
            assert (error["exit"], error["code"], reason in error["message"]) == (1, "output", True)
        else:
            done.refused(1, f"stdout cannot be written to: {reason}")


@pytest.mark.slow
def test_closed_stdin_and_stderr(shell, nano) -> None:
    done = shell("flashsloth ask --no-picture -p hello <&- 2>&-")
    assert (done.code, done.out, done.err) == (0, nano.chat().ask("hello").text() + "\n", "")
    assert shell("flashsloth ask nothing.png -p hello 2>&-").code == 3
    assert shell("flashsloth ask nothing.png -p hello 2>/dev/full").code == 3
    assert shell("flashsloth chat --plain -q <&- ").code == 0


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_reader_that_goes_away(shell, picture: Path) -> None:
    shutil.copy(picture, "a.png")
    done = shell(
        'flashsloth-slow ask --each a.png a.png -p hello --max-tokens 2 -q | head -c 1; echo " ${PIPESTATUS[0]}"'
    )
    assert re.fullmatch(r"\w 141\n", done.out)
    assert done.err == ""


@pytest.fixture
def full_pipe() -> Iterator[tuple[int, int, int]]:
    """The two ends of a non-blocking pipe that takes no more, and how many bytes it has."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            count += os.write(writer, b"x" * 4096)
    yield reader, writer, count
    for end in (reader, writer):
        with suppress(OSError):
            os.close(end)


@pytest.mark.parametrize(
    ("words", "stream"),
    [
        ("ask --help", "stdout"),
        ("list --json", "stdout"),
        pytest.param("ask -q --no-picture -p hello", "stdout", marks=pytest.mark.slow),
        ("ask nothing.png -p hello", "stderr"),
    ],
)
def test_a_late_reader_of_a_non_blocking_pipe(program, full_pipe, words: str, stream: str) -> None:
    """It gets all of the output, as from a pipe that blocks."""
    reader, writer, count = full_pipe
    expected = program(*words.split())
    process = program.start(*words.split(), driver="late_reader", **{stream: writer})
    os.close(writer)
    eventually(lambda: Path("waiting").exists() or process.poll() is not None, seconds=60)
    with open(reader, closefd=False) as pipe:
        said = pipe.read()[count:]
    assert (process.wait(60), said) == (expected.code, getattr(expected, stream[3:]))


@pytest.mark.parametrize(("end", "code"), [("signal", 130), ("reader", 141)])
def test_a_reader_that_never_comes(program, full_pipe, end: str, code: int) -> None:
    reader, writer, _ = full_pipe
    process = program.start("list", "--json", driver="late_reader", stdout=writer)
    os.close(writer)
    eventually(lambda: Path("waiting").exists() or process.poll() is not None, seconds=60)
    if end == "signal":
        process.send_signal(signal.SIGINT)
    else:
        os.close(reader)
    assert (process.wait(60), process.stderr.read()) == (code, "")


# Signals


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.usefixtures("forked")
def test_a_signal_keeps_what_was_answered(
    program, picture: Path, expected: str, number: int, code: int
) -> None:
    """It comes after the first piece of an answer, which a terminal shows at once."""
    screen, terminal = os.openpty()
    with open(terminal, "wb") as stdout, open(screen, "rb", buffering=0) as shown:
        process = program.start("ask", picture, QUESTION, "-q", driver="slow", stdout=stdout)
        out = shown.read(1000)
        process.send_signal(number)
        assert (process.wait(60), process.stderr.read()) == (code, "")
        answer = (out + shown.read(1000)).decode()
    assert answer.endswith("\r\n")
    assert expected.startswith(answer.strip())
    assert "" != answer.strip() != expected


def test_a_signal_at_the_end_of_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the reader has got is not written again when the stream is closed."""
    write = streams._WaitingFile.write

    def write_interrupted(self: Any, data: Any, /) -> int:
        write(self, data)
        raise KeyboardInterrupt

    reader, writer = os.pipe()
    stream = streams._open_waiting(writer, sys.stdout, "replace", closefd=True)
    with open(reader, encoding="utf-8") as pipe:
        monkeypatch.setattr(streams._WaitingFile, "write", write_interrupted)
        with pytest.raises(KeyboardInterrupt):
            stream.write("A")
        monkeypatch.undo()
        stream.close()
        assert pipe.read() == "A"


def test_ctrl_c_with_json_leaves_stdout_empty(cli, slow, picture: Path) -> None:
    done = cli("ask", picture, QUESTION, "-q", "--json")
    assert (done.code, done.out, done.err) == (130, "", "")


INTERRUPTED = """
import _signal, time
_signal.raise_signal(_signal.SIGINT)
time.sleep(1000)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "code"),
    [("signal", -signal.SIGINT), ("typer", 130), ("torch", 130), ("safetensors", -signal.SIGINT)],
)
def test_ctrl_c_during_an_import(program, tmp_path: Path, module: str, code: int) -> None:
    """The program ends silently: at once during the imports at the start, and after a moment in a later
    one, which may end by itself. A module that interrupts and then hangs replaces the real one."""
    (tmp_path / "instead").mkdir()
    (tmp_path / "instead" / f"{module}.py").write_text(INTERRUPTED)
    env = {"PYTHONPATH": f"{tmp_path / 'instead'}{os.pathsep}{ROOT}"}
    done = program("ask", "--no-picture", "-p", "hi", env=env)
    assert (done.code, done.out, done.err) == (code, "", "")
