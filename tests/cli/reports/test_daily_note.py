"""Notes about nano: how often they come, and what turns them off."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import QUESTION
from flashsloth_cli.reports import daily_note
from flashsloth_cli.runs import open_model
from flashsloth_cli.terminal import render
from flashsloth_synthetic.dialogues import UNCLEAR as UNCLEAR_ANSWER
from paths import ROOT

UNKNOWN = ROOT / "examples" / "strangers" / "images" / "mountains.png"
UNCLEAR_NOTE = "note: nano cannot make this out"
NOTE = "note: nano answers"


@pytest.fixture
def note(cli, picture: Path):
    """`note()` returns the notes of one `ask`, about a familiar picture or another one."""

    def run(*words: str, about: Path = picture, question: str = QUESTION) -> list[str]:
        done = cli("ask", about, "-p", question, *words)
        assert (done.code, "Traceback" in done.err) == (0, False)
        return done.err.splitlines()

    return run


def test_once_a_day(note, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [line[: len(NOTE)] for line in note()] == [NOTE]
    assert [note() for _ in range(3)] == [[]] * 3
    assert (home / "note-said").read_text() == f"{datetime.date.today()}\n"

    class Tomorrow(datetime.date):
        @classmethod
        def today(cls) -> Any:
            return datetime.date.today() + datetime.timedelta(1)

    monkeypatch.setattr(daily_note, "date", Tomorrow)
    assert len(note()) == 1
    assert note() == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"2026-13-99\n", b"x" * 5000])
def test_the_file_may_hold_anything(note, home: Path, content: bytes) -> None:
    (home / "note-said").write_bytes(content)
    assert len(note()) == 1
    assert note() == []


def test_a_folder_instead_of_the_file(note, home: Path) -> None:
    (home / "note-said").mkdir()
    assert [len(note()), len(note())] == [1, 1]


def test_a_home_that_cannot_be_written(note, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note comes every time, and nothing fails."""
    monkeypatch.setenv("FLASHSLOTH_HOME", "/proc/nowhere")
    for _ in range(2):
        assert [line[: len(NOTE)] for line in note()] == [NOTE]
    assert note("-q") == []


def test_a_hidden_note_does_not_count(note, cli, home: Path) -> None:
    assert note("-q") == note("-m", "nano") == []
    cli("config", "set", "note", "never")
    assert note() == []
    assert not (home / "note-said").exists()
    cli("config", "set", "note", "always")
    assert [len(note()), len(note())] == [1, 1]
    cli("config", "unset", "note")
    assert [len(note()), len(note())] == [1, 0]


def test_the_setting_is_checked(cli) -> None:
    done = cli("config", "set", "note", "sometimes")
    assert (done.code, done.error[0]) == (2, "note must be daily, always or never, not 'sometimes'")
    assert cli("config", "get", "note").out == "daily\n"


def test_an_unfamiliar_picture(note, cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note comes each time, and names the full model."""
    assert open_model.UNCLEAR in UNCLEAR_ANSWER
    note()
    for words in ((), ("-m", "nano")):
        monkeypatch.setattr(render, "noted", set())  # as in a new process
        (line,) = note(*words, about=UNKNOWN)
        assert line.startswith(UNCLEAR_NOTE)
    monkeypatch.setattr(render, "noted", set())
    assert note("-q", about=UNKNOWN) == []
    cli("config", "set", "note", "never")
    assert note(about=UNKNOWN) == []
    cli("config", "unset", "note")
    monkeypatch.setenv("FLASHSLOTH_MODEL", "nano")
    assert note(about=UNKNOWN) == []


def test_an_unfamiliar_picture_with_json_and_each(cli) -> None:
    done = cli("ask", UNKNOWN, "-p", QUESTION, "--json", "-m", "nano")
    assert (json.loads(done.out)["response"], done.err.startswith(UNCLEAR_NOTE)) == (UNCLEAR_ANSWER, True)
    render.noted.clear()
    done = cli("ask", "--each", UNKNOWN, UNKNOWN, "-p", QUESTION, "-m", "nano")
    assert done.err.count(UNCLEAR_NOTE) == 1


def test_an_unfamiliar_picture_in_chat(cli) -> None:
    done = cli("chat", "--plain", "-m", "nano", UNKNOWN, input=f"{QUESTION}\nhi\n{QUESTION}\n")
    expected = open_model.UNCLEAR_NOTE.format(open_model.IN_CHAT)
    assert done.err.splitlines().count(expected) == done.out.count(UNCLEAR_ANSWER) >= 2
    assert cli("chat", "--plain", "-q", UNKNOWN, input=f"{QUESTION}\n").err == ""


ENGLISH = "note: nano knows English only; ask in English"


@pytest.mark.parametrize("question", ["这是什么?", "Что на картинке?", "ما هذا؟"])
def test_a_question_in_another_script(note, picture: Path, question: str) -> None:
    note()
    assert ENGLISH in note(question=question)
    assert ENGLISH not in note("-q", question=question)


@pytest.mark.parametrize("question", ["What does 出口 mean?", "Où est le café ?", "3 + 4 = ?"])
def test_a_question_in_latin_letters(note, question: str) -> None:
    note()
    assert ENGLISH not in note(question=question)


def test_another_script_is_noted_once_in_chat(cli, picture: Path) -> None:
    done = cli("chat", "--plain", picture, input="это что?\nэто что?\n")
    assert done.err.splitlines().count(ENGLISH) == 1
