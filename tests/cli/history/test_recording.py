"""Saving conversations of `ask` and `chat`, and finding them again."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import QUESTION
from flashsloth.generation.engine import Engine
from flashsloth.history import database
from flashsloth.history.store import History, SavedTurn, Session
from flashsloth_cli.history import recording
from flashsloth_cli.terminal import render, streams
from history.helpers import execute

COLOR = "What color is it?"
EARLIER = SavedTurn("Who are you?", "Nano.", (), "stop", "nano")

pytestmark = pytest.mark.usefixtures("saving")


@pytest.fixture
def saved(home: Path):
    """`saved()` returns the conversations of the history, the newest first."""

    def read(kind=None):
        with History(home / "history.db") as history:
            return [history.find(each.id) for each in history.list(kind)]

    return read


@pytest.fixture
def chatted(home: Path, picture: Path) -> None:
    """An earlier chat without a picture, 00c0ffee."""
    with History(home / "history.db") as history:
        history.save(Session("00c0ffee", "nano", turns=(EARLIER,)))


def test_ask_is_saved(cli, picture: Path, expected: str, saved) -> None:
    """With its picture, as a conversation of its own kind; the document names it."""
    document = cli("ask", picture, QUESTION, "-q", "--json").document
    [one] = saved()
    assert (one.kind, one.id, one.name) == ("ask", document["session"], None)
    assert [(each.question, each.answer, each.images) for each in one.turns] == [
        (QUESTION, expected, 1)
    ]
    assert one.pictures[0].data == picture.read_bytes()


def test_ctrl_c_when_an_answer_has_just_been_saved(cli, saved, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits until this process knows of that: the answer so far is saved once."""
    save, step, calls = History.save, Engine.step, []

    def save_and_interrupt(self: History, session: Session) -> Session:
        done = save(self, session)
        calls.append(session)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return done

    def slow_after_that(self: Engine, *args: Any) -> Any:
        time.sleep(60 if len(calls) > 1 else 0)
        return step(self, *args)

    monkeypatch.setattr(recording, "SAVE_EVERY", 0)
    monkeypatch.setattr(History, "save", save_and_interrupt)
    monkeypatch.setattr(Engine, "step", slow_after_that)
    before = signal.signal(signal.SIGINT, streams.interrupt)
    try:
        done = cli("chat", "-q", input="hello\n")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (done.code, done.err, len(saved())) == (130, "", 1)


def test_ways_to_save_nothing(cli, picture: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("ask", picture, QUESTION, "-q", "--no-history", "--json").document["session"] is None
    (home / "config.toml").write_text("history = false\n")
    assert cli("ask", picture, QUESTION, "-q").code == 0
    (home / "config.toml").unlink()
    monkeypatch.setenv("FLASHSLOTH_NO_HISTORY", "1")
    assert cli("ask", picture, QUESTION, "-q").code == 0
    monkeypatch.delenv("FLASHSLOTH_NO_HISTORY")
    assert cli("ask", "--each", picture, "-q", "-p", QUESTION).code == 0
    assert cli("batch", picture, "-q", "-p", QUESTION).code == 0
    assert not (home / "history.db").exists()


def test_ask_continues_the_last_conversation(cli, picture: Path, nano, chatted, saved) -> None:
    """Not an older chat. A continued `ask` stays of that kind."""
    chat = nano.chat(picture)
    answers = [chat.ask(question).text() for question in (QUESTION, COLOR)]
    assert cli("ask", picture, QUESTION, "-q").out == f"{answers[0]}\n"
    done = cli("ask", "-c", COLOR, "-m", "nano")
    assert done.out == f"{answers[1]}\n"
    assert done.err == f'note: continuing "{QUESTION}" about disc.png\n'
    assert cli("ask", "-c", "-q", COLOR).err == ""
    asked, chat_before = saved()
    assert (asked.kind, [each.question for each in asked.turns]) == ("ask", [QUESTION, COLOR, COLOR])
    assert (chat_before.id, len(chat_before.turns)) == ("00c0ffee", 1)


def test_chat_continues_the_last_chat(cli, picture: Path, chatted, saved) -> None:
    assert cli("ask", picture, QUESTION, "-q").code == 0
    done = cli("chat", "-c", "--plain", "-m", "nano", picture, input=f"{COLOR}\n")
    assert (done.code, done.err) == (0, 'note: continuing "Who are you?"\n')
    assert [(each.kind, len(each.turns)) for each in saved()] == [("chat", 2), ("ask", 1)]
    done = cli("ask", "-c", "-m", "nano", "And its shape?")
    assert done.err == 'note: continuing "Who are you?" about disc.png\n'
    assert [(each.kind, len(each.turns)) for each in saved()] == [("chat", 3), ("ask", 1)]


def test_chat_does_not_continue_an_ask(cli, picture: Path) -> None:
    assert cli("ask", picture, QUESTION, "-q").code == 0
    cli("chat", "-c", "--plain").refused(3, "there is no chat", "flashsloth ask -c")


def test_chats_are_not_hidden_among_asks(cli, picture: Path, chatted, saved) -> None:
    """`/load` lists chats, and conversations with a name."""
    for words in ((), ("--session", "market")):
        assert cli("ask", picture, QUESTION, "-q", *words).code == 0
    listed = cli("chat", "--plain", "-c", "-q", input="/load\n").err.splitlines()
    assert [line.split()[0] for line in listed[:-1]] == ["market", "00c0ffee"]
    assert {cli("sessions", "show", each.id, "--json").document["kind"] for each in saved()} == {
        "ask",
        "chat",
    }


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_an_unknown_name_begins_a_conversation(cli, picture: Path, saved, command: str) -> None:
    first = cli(command, "--session", "market", picture, QUESTION, "-m", "nano")
    assert (first.code, first.err) == (0, "note: market is a new conversation\n")
    second = cli(command, "--session", "market", COLOR, "-m", "nano")
    assert second.err == 'note: continuing "market" about disc.png\n'
    [one] = saved()
    assert (one.name, one.kind, len(one.turns)) == ("market", command, 2)


def test_a_named_conversation_of_piped_lines(cli, picture: Path, saved) -> None:
    """It keeps the name when its picture comes as the first line."""
    lines = f"/image {picture}\n{QUESTION}\n/new\n{COLOR}\n"
    assert cli("chat", "--plain", "--session", "market", "-q", input=lines).ok
    assert [(each.name, each.turns[0].question) for each in saved()] == [
        (None, COLOR),
        ("market", QUESTION),
    ]


def test_beginnings_of_ids(cli, picture: Path, chatted, saved) -> None:
    """Four letters of an id are enough; fewer are a name."""
    words = (picture, "-p", QUESTION, "-q", "--json")
    assert cli("ask", "--session", "00c0", *words).document["session"] == "00c0ffee"
    assert cli("ask", "--session", "00c", *words).document["session"] != "00c0ffee"
    assert [each.name for each in saved()] == ["00c", None]
    assert cli("ask", "--session", " ", *words).code == 2


@pytest.mark.parametrize(
    "words", [("ask", "-c", QUESTION), ("ask", "-c", QUESTION, "-q"), ("chat", "--plain", "-c")]
)
def test_a_named_model_answers_without_the_adapter(cli, home: Path, words: tuple[str, ...]) -> None:
    with History(home / "history.db") as history:
        history.save(Session("00c0ffee", "nano", adapter="/gone/adapter", turns=(EARLIER,)))
    done = cli(*words, "-m", "nano", "--no-picture", input="").ok
    assert ("/gone/adapter" in done.err) == ("-q" not in words)


def test_a_question_waits_for_no_history(
    cli, picture: Path, expected: str, home: Path, monkeypatch
) -> None:
    """One that another program has locked costs a warning, after the answer."""
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0.2)
    assert cli("ask", picture, QUESTION, "-q").code == 0
    holder = sqlite3.connect(home / "history.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for words in ((picture,), (picture, "--json"), ("-c",), (picture, "--session", "market")):
        done = cli("ask", "-p", QUESTION, "-q", *words).ok
        assert "this conversation is not saved: " in done.err
        assert done.err.count("\n") == 1
        if words == (picture,):
            assert done.out == f"{expected}\n"
    holder.execute("ROLLBACK")
    holder.close()


def test_a_history_that_is_not_ours(cli, picture: Path, expected: str, saved, home: Path) -> None:
    """Questions are answered, with the command that moves it away."""
    assert cli("ask", picture, QUESTION, "-q").code == 0
    execute(
        home / "history.db", "CREATE TRIGGER lose AFTER INSERT ON turns BEGIN DELETE FROM turns; END"
    )
    move = f"away: mv {home / 'history.db'} {home / 'history.db'}.old\n"
    for words in ((), ("--session", "market")):
        done = cli("ask", picture, QUESTION, "-q", *words)
        assert (done.code, done.out, done.err.count("\n"), done.err.endswith(move)) == (
            0,
            f"{expected}\n",
            1,
            True,
        )
    for words in (("sessions", "list"), ("ask", "-c", COLOR)):
        assert (cli(*words).code, move.strip() in cli(*words).error[1]) == (5, True)


def test_a_read_only_history(cli, picture: Path, saved, home: Path, monkeypatch) -> None:
    """Its conversations can be listed and continued, which leaves no other file; new turns cost a
    warning."""
    assert cli("ask", picture, QUESTION, "-q").code == 0
    access = os.access
    with monkeypatch.context() as patch:
        # root may write everything
        patch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
        for words in (("list",), ("show",), ("search", QUESTION), ("show", "-o", "talk.md")):
            assert cli("sessions", *words).code == 0
        for words in (("-c",), ("--session", "market", picture)):
            assert "history.db is read-only" in cli("ask", "-p", QUESTION, *words).ok.err
        assert [each.name for each in home.glob("history.db*")] == ["history.db"]
    assert [len(each.turns) for each in saved()] == [1]
    assert "read-only" not in cli("ask", "-c", "-p", QUESTION).ok.err
    assert [len(each.turns) for each in saved()] == [2]


def test_a_damaged_picture_in_the_history(cli, picture: Path, saved, home: Path) -> None:
    """Its file is read instead."""
    shutil.copy(picture, "mine.png")
    assert cli("ask", "mine.png", QUESTION, "-q").code == 0
    execute(home / "history.db", "UPDATE pictures SET data = x'00'")
    assert cli("ask", "-c", QUESTION, "-q").code == 0
    Path("mine.png").unlink()
    cli("ask", "-c", QUESTION, "-q").refused(3, "mine.png of that conversation is missing", "Restore")


def test_the_answer_comes_before_the_history(
    cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    end, init = render.StdoutWriter.end, History.__init__
    monkeypatch.setattr(
        render.StdoutWriter, "end", lambda self: (opened.append("answer"), end(self))[1]
    )
    monkeypatch.setattr(
        History, "__init__", lambda self, *a, **k: (opened.append("history"), init(self, *a, **k))[1]
    )
    assert cli("ask", picture, QUESTION, "-q").code == 0
    assert opened == ["answer", "history"]


def test_a_model_folder_from_elsewhere(
    cli, picture: Path, native_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    """A relative path is saved as an absolute one."""
    (tmp_path / "model").symlink_to(native_folder)
    monkeypatch.chdir(tmp_path)
    assert cli("ask", picture, QUESTION, "-m", "model", "--max-tokens", "1", "-q").code == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert cli("ask", "-c", COLOR, "--max-tokens", "1", "-q").code == 0


def test_what_is_not_continued(cli, history: History) -> None:
    """Token ids of another model, and a turn that was killed before the first word of its answer."""
    session, lengths = history.find("00c0ffee"), set()
    text = replace(session.turns[0], model="another", token_ids=())
    cut = SavedTurn(QUESTION, "", (), "interrupted", "nano")
    for id, turns in (("0000aaaa", (text,)), ("0000bbbb", (replace(text, token_ids=(5,) * 40), cut))):
        history.save(replace(session, id=id, writes=0, turns=turns))
        done = cli("ask", "--session", id, COLOR, "-m", "nano", "-q", "--json")
        lengths.add(done.document["usage"]["input_tokens"])
    assert len(lengths) == 1


def test_another_system_text(cli, picture: Path) -> None:
    note = "note: the new system text also applies to the earlier turns"
    assert note not in cli("ask", picture, QUESTION, "-s", "One.").err
    assert note not in cli("ask", "-c", COLOR, "-s", "One.").err
    assert note in cli("ask", "-c", COLOR, "-s", "Two.").err
    assert note in cli("ask", "-c", COLOR, "--set", "system=Three.").err
