"""Commands where the system starts no thread: they compute and read in the one that there is."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from cli.conftest import QUESTION, write_rows
from flashsloth.utils import system


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = RuntimeError("can't start new thread")
    monkeypatch.setattr(threading.Thread, "start", mock.Mock(side_effect=refused))
    monkeypatch.setattr(system, "can_start_threads", lambda _: False)


def test_an_answer(cli, picture: Path, expected: str, no_threads: None) -> None:
    for preset in ("none", "int4"):
        done = cli("ask", picture, QUESTION, "-q", "--quant", preset)
        assert (done.code, done.err) == (0, "")
    assert cli("ask", picture, QUESTION, "-q").out == f"{expected}\n"


@pytest.mark.parametrize("size", ["1", "2"])
def test_a_batch_asks_each_row_once(cli, no_threads: None, size: str) -> None:
    names = []
    for number, color in enumerate(("red", "green", "blue", "black", "white") * 2):
        names.append(f"{number}.png")
        Image.new("RGB", (40, 40), color).save(names[-1])
    words = ("batch", *names, "-p", QUESTION, "-q", "--batch-size", size)
    assert sorted(row["id"] for row in cli(*words).rows) == names


def test_an_evaluation(cli, picture: Path, expected: str, no_threads: None) -> None:
    rows = [{"image": str(picture), "question": QUESTION, "answer": expected.strip()}] * 3
    write_rows("rows.jsonl", *rows)
    assert cli("eval", "rows.jsonl", "-q", "--json").document["accuracy"] == 1


def test_a_picture_that_needs_a_process_is_an_error_of_its_row(
    cli, picture: Path, no_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pypdfium2")
    from pdf_samples import form

    Path("form.pdf").write_bytes(form("false"))
    monkeypatch.setattr(subprocess, "Popen", mock.Mock(side_effect=BlockingIOError))
    done = cli("batch", "form.pdf", picture, "-p", QUESTION, "-q")
    errors = [row["error"] for row in done.rows]
    assert errors[0]["code"] == "out_of_threads"
    assert errors[1] is None


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_conversation_at_a_terminal(terminal: Callable, picture: Path, expected: str) -> None:
    talk = terminal("chat", "-q", picture, driver="few_threads")
    talk.until("> ")
    talk.type(QUESTION)
    talk.until_text(expected)
    talk.until("> ")
    talk.sendeof()
    talk.end()
    assert talk.exitstatus == 0
    assert not re.search("Traceback", talk.text)
