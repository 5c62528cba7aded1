"""What `ask` keeps, what is gone on with, and how it is found again."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import QUESTION
from flashsloth.history import store as histories
from flashsloth.history.store import History, SavedTurn, Session
from paths import IMAGES

COLOR = "What color is it?"


@pytest.fixture
def kept(home: Path):
    """`kept()`: what the history holds, the newest first."""

    def read(kind=None):
        with closing(History(home / "history.db")) as history:
            return [history.find(each.id) for each in history.list(kind)]

    return read


@pytest.fixture
def chatted(home: Path, picture: Path) -> None:
    """A chat about nothing, held before anything else."""
    turn = SavedTurn("Who are you?", "Nano.", (), "stop", "nano")
    with closing(History(home / "history.db")) as history:
        history.save(Session("00c0ffee", "nano", turns=(turn,)))


def test_ask_is_kept(cli, picture: Path, expected: str, kept) -> None:
    """With its picture, as a conversation of its own kind; the document names it."""
    document = cli("ask", picture, QUESTION, "-q", "--json").document
    [one] = kept()
    assert (one.kind, one.id, one.name) == ("ask", document["session"], None)
    assert [(each.question, each.answer, each.images) for each in one.turns] == [(QUESTION, expected, 1)]
    assert one.pictures[0].data == picture.read_bytes()


def test_one_rule_keeps_nothing(cli, picture: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_second_ask_goes_on_with_the_first(cli, picture: Path, nano, chatted, kept) -> None:
    """Not with an older chat, which stays as it was; an ask that is gone on with stays one."""
    chat = nano.chat(picture)
    said = [chat.ask(question).text() for question in (QUESTION, COLOR)]
    assert cli("ask", picture, QUESTION, "-q").out == f"{said[0]}\n"
    done = cli("ask", "-c", COLOR, "-m", "nano")
    assert done.out == f"{said[1]}\n"
    assert done.err == f'note: going on with "{QUESTION}" about disc.png\n'
    assert cli("ask", "-c", "-q", COLOR).err == ""
    asked, chat_before = kept()
    assert (asked.kind, [each.question for each in asked.turns]) == ("ask", [QUESTION, COLOR, COLOR])
    assert (chat_before.id, len(chat_before.turns)) == ("00c0ffee", 1)


def test_chat_goes_on_with_the_last_chat(cli, picture: Path, chatted, kept) -> None:
    assert cli("ask", picture, QUESTION, "-q").code == 0
    done = cli("chat", "-c", "--plain", "-m", "nano", picture, input=f"{COLOR}\n")
    assert (done.code, done.err) == (0, 'note: going on with "Who are you?"\n')
    assert [(each.kind, len(each.turns)) for each in kept()] == [("chat", 2), ("ask", 1)]
    done = cli("ask", "-c", "-m", "nano", "And its shape?")
    assert done.err == 'note: going on with "Who are you?" about disc.png\n'
    assert [(each.kind, len(each.turns)) for each in kept()] == [("chat", 3), ("ask", 1)]


def test_only_asks_to_go_on_with(cli, picture: Path) -> None:
    assert cli("ask", picture, QUESTION, "-q").code == 0
    done = cli("chat", "-c", "--plain")
    assert (done.code, done.error[0]) == (3, "there is no chat to go on with")
    assert "flashsloth ask -c" in done.error[1]


def test_chats_are_not_hidden_among_asks(cli, picture: Path, chatted, kept) -> None:
    """`/load` alone lists chats, and what has a name."""
    for words in ((), ("--session", "market")):
        assert cli("ask", picture, QUESTION, "-q", *words).code == 0
    listed = cli("chat", "--plain", "-c", "-q", input="/load\n").err.splitlines()
    assert [line.split()[0] for line in listed[:-1]] == ["market", "00c0ffee"]
    assert {cli("sessions", "show", each.id, "--json").document["kind"] for each in kept()} == {"ask", "chat"}


def test_with_json_an_error_stands_alone(cli, picture: Path) -> None:
    """What is gone on with is said with the answer."""
    assert cli("ask", picture, QUESTION, "-q").code == 0
    assert cli("ask", "-c", "--json", "-m", "nano", COLOR).err.startswith("note: going on with ")
    assert cli("ask", "-c", "--json", "word " * 3000).error_document["code"] == "context_too_long"


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_a_session_that_is_not_there_begins(cli, picture: Path, kept, command: str) -> None:
    first = cli(command, "--session", "market", picture, "-p", QUESTION, "-m", "nano")
    assert (first.code, first.err) == (0, "note: market is a new conversation\n")
    second = cli(command, "--session", "market", "-p", COLOR, "-m", "nano")
    assert second.err == 'note: going on with "market" about disc.png\n'
    [one] = kept()
    assert (one.name, one.kind, len(one.turns)) == ("market", command, 2)


def test_a_named_conversation_of_piped_lines(cli, picture: Path, kept) -> None:
    """The name stays with it when its picture comes first, as a line."""
    done = cli("chat", "--plain", "--session", "market", "-q", input=f"/image {picture}\n{QUESTION}\n/new\n{COLOR}\n")
    assert done.code == 0
    assert [(each.name, each.turns[0].question) for each in kept()] == [(None, COLOR), ("market", QUESTION)]


def test_names_and_beginnings_of_ids(cli, picture: Path, chatted, kept) -> None:
    """The beginning of an id stands for it from four letters on, as less may be meant as a name."""
    words = (picture, "-p", QUESTION, "-q", "--json")
    assert cli("ask", "--session", "00c0", *words).document["session"] == "00c0ffee"
    assert cli("ask", "--session", "00c", *words).document["session"] != "00c0ffee"
    assert [each.name for each in kept()] == ["00c", None]
    assert cli("ask", "--session", " ", *words).code == 2
    assert cli("ask", "--session", "\udcff", *words).code == 3


def test_a_question_waits_for_no_history(cli, picture: Path, expected: str, home: Path, monkeypatch) -> None:
    """One that another program holds costs a warning, after the answer."""
    monkeypatch.setattr(histories, "WAIT", 0.2)
    assert cli("ask", picture, QUESTION, "-q").code == 0
    holder = sqlite3.connect(home / "history.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for words in ((picture,), (picture, "--json"), ("-c",), (picture, "--session", "market")):
        done = cli("ask", "-p", QUESTION, "-q", *words)
        assert done.code == 0
        assert "this conversation is not saved: " in done.err
        assert done.err.count("\n") == 1
        if words == (picture,):
            assert done.out == f"{expected}\n"
    holder.execute("ROLLBACK")
    holder.close()


def test_a_history_that_cannot_be_made(cli, picture: Path, expected: str, home: Path) -> None:
    (home / "history.db").mkdir()
    done = cli("ask", picture, QUESTION)
    assert (done.code, done.out) == (0, f"{expected}\n")
    assert "warning: this conversation is not saved: " in done.err
    assert cli("ask", picture, QUESTION, "-q").err.startswith("warning: this conversation is not saved: ")
    done = cli("ask", "-c", COLOR)
    assert (done.code, "--no-history" in done.err) == (5, False)


def test_a_history_that_may_only_be_read(cli, picture: Path, kept, home: Path, monkeypatch) -> None:
    """It is listed and gone on with; what is new costs a warning."""
    assert cli("ask", picture, QUESTION, "-q").code == 0
    monkeypatch.setattr(histories, "_is_writable", lambda path: False)  # root may write everything
    for words in (("list",), ("show",), ("search", QUESTION), ("export",)):
        assert cli("sessions", *words).code == 0
    for words in (("-c",), ("--session", "market", picture)):
        done = cli("ask", "-p", QUESTION, *words)
        assert done.code == 0
        assert "history.db cannot be written, only read" in done.err
    monkeypatch.undo()
    assert [len(each.turns) for each in kept()] == [1]


def test_a_named_conversation_where_no_history_can_be_made(cli, picture: Path, expected: str, monkeypatch) -> None:
    monkeypatch.setenv("FLASHSLOTH_HOME", str(picture / "home"))  # below a file
    done = cli("ask", "--session", "market", picture, QUESTION)
    assert (done.code, done.out) == (0, f"{expected}\n")
    assert "warning: this conversation is not saved: " in done.err
    assert cli("ask", "-c", QUESTION).code == 5


def test_a_picture_that_was_damaged_in_the_history(cli, picture: Path, kept, home: Path) -> None:
    """The file is taken while it is there."""
    shutil.copy(picture, "mine.png")
    assert cli("ask", "mine.png", QUESTION, "-q").code == 0
    with closing(sqlite3.connect(home / "history.db", isolation_level=None)) as db:
        db.execute("UPDATE pictures SET data = x'00'")
    assert cli("ask", "-c", QUESTION, "-q").code == 0
    Path("mine.png").unlink()
    done = cli("ask", "-c", QUESTION, "-q")
    assert done.code == 3
    assert "the copy of " in done.error[0]
    assert "history.db is damaged, and the file itself is gone" in done.error[0]


def test_only_the_answer_comes_before_the_history(cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is opened until the answer is out."""
    from flashsloth_cli.terminal import render

    opened: list[str] = []
    end, init = render.StdoutWriter.end, History.__init__
    monkeypatch.setattr(render.StdoutWriter, "end", lambda self: (opened.append("answer"), end(self))[1])
    monkeypatch.setattr(History, "__init__", lambda self, *a, **k: (opened.append("history"), init(self, *a, **k))[1])
    assert cli("ask", picture, QUESTION, "-q").code == 0
    assert opened == ["answer", "history"]


@pytest.mark.slow
def test_fifty_at_once(program, picture: Path, kept, home: Path) -> None:
    """Fifty programs that ask: each answers and is kept, and none warns."""
    started = [
        program.start("ask", picture, "-q", "-p", f"Is it {number}?", "--max-tokens", "2") for number in range(50)
    ]
    for each in started:
        out, err = each.communicate(timeout=290)
        assert (each.returncode, err, out.count("\n")) == (0, "", 1)
    assert sorted(each.turns[0].question for each in kept("ask")) == sorted(f"Is it {n}?" for n in range(50))


# sessions


@pytest.fixture
def many(home: Path) -> None:
    with closing(History(home / "history.db")) as history:
        for number in range(60):
            turn = SavedTurn(f"Question {number}?", f"Ärger Nummer {number}.\nund mehr", (), "stop", "nano")
            kind = "ask" if number % 2 else "chat"
            history.save(Session(f"{number:08x}", "nano", turns=(turn,), kind=kind))  # type: ignore[arg-type]


def test_a_long_list(cli, many) -> None:
    """The newest of them, unless all are wanted; the document has all."""
    done = cli("sessions", "list")
    assert len(done.out.splitlines()) == 51
    assert re.fullmatch(r"note: .*50 of 60.*--all.*\n", done.err)
    assert "Question 59?" in done.out.splitlines()[1]
    assert len(cli("sessions", "list", "--all").out.splitlines()) == 61
    assert len(cli("sessions", "list", "--json").document["sessions"]) == 60
    asks = cli("sessions", "list", "--kind", "ask")
    assert (len(asks.out.splitlines()), asks.err) == (31, "")
    assert {each["kind"] for each in cli("sessions", "list", "--kind", "chat", "--json").document["sessions"]} == {
        "chat"
    }


def test_all_of_a_kind_can_be_removed(cli, many) -> None:
    assert cli("sessions", "rm", "--kind", "ask", "-y").code == 2
    assert cli("sessions", "rm", "0000003b", "--kind", "ask", "-y").code == 2
    assert "removed 30 conversations" in cli("sessions", "rm", "--all", "--kind", "ask", "-y").err
    assert {each["kind"] for each in cli("sessions", "list", "--json").document["sessions"]} == {"chat"}


def test_search(cli, many, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    head, *rows = cli("sessions", "search", "ÄRGER nummer 5").out.splitlines()
    assert head.split()[-1] == "FOUND"
    assert [row.split()[0] for row in rows] == [f"{n:08x}" for n in (*range(59, 49, -1), 5)]
    assert all("Ärger Nummer 5" in row for row in rows)
    [one] = cli("sessions", "search", "question 7?", "--json").document["sessions"]
    assert one["matches"] == [{"where": "question", "text": "Question 7?", "turn": 1}]
    assert (one["id"], one["kind"], one["first"]) == ("00000007", "ask", "Question 7?")
    assert cli("sessions", "search", "question 7?", "--kind", "chat", "--json").document["sessions"] == []


def test_search_shows_what_it_found(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it stands far behind in its line, and in the name of a picture."""
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copy(IMAGES / "stop-sign.png", "Über grün.png")
    turn = SavedTurn("and " * 90 + "an apple", "No.", (), "stop", "nano")
    with closing(History(home / "history.db")) as history:
        history.save(Session("0badcafe", "nano", turns=(turn,)))
    assert "an apple" in cli("sessions", "search", "apple").out
    assert cli("ask", "Über grün.png", "What is it?", "-q").code == 0
    assert cli("sessions", "search", "über GRÜN").out.rstrip().endswith("Über grün.png")


def test_nothing_found(cli, many) -> None:
    done = cli("sessions", "search", "zebra")
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"note: .*zebra\n", done.err)
    assert cli("sessions", "search", "zebra", "--json").document == {"schema": "flashsloth.search/1", "sessions": []}
    assert cli("sessions", "search", " ").code == 2


def test_advice_that_can_be_followed(cli, home: Path) -> None:
    """`sessions` has no --no-history."""
    (home / "history.db").mkdir()
    done = cli("sessions", "list")
    assert (done.code, "--no-history" in done.error[1]) == (5, False)


def test_folders_are_found_from_elsewhere(cli, picture: Path, native_folder: Path, tmp_path: Path, monkeypatch) -> None:
    """A model that was named by a relative path is kept by its absolute one."""
    (tmp_path / "model").symlink_to(native_folder)
    monkeypatch.chdir(tmp_path)
    assert cli("ask", picture, QUESTION, "-m", "model", "--max-tokens", "1", "-q").code == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert cli("ask", "-c", COLOR, "--max-tokens", "1", "-q").code == 0


def test_another_system_text_is_said(cli, picture: Path) -> None:
    note = "note: this system text stands before the earlier turns too, from here on"
    assert note not in cli("ask", picture, QUESTION, "-s", "One.").err
    assert note not in cli("ask", "-c", COLOR, "-s", "One.").err
    assert note in cli("ask", "-c", COLOR, "-s", "Two.").err


def test_a_question_that_ends_like_a_picture(cli, picture: Path) -> None:
    done = cli("ask", picture, "What is in a.png")
    assert (done.code, done.error) == (
        3,
        ("there is no file What is in a.png", 'If it is the question: -p "What is in a.png"'),
    )


def test_a_default_that_is_no_model(cli, picture: Path) -> None:
    assert cli("config", "set", "model", "nono").code == 0
    done = cli("ask", picture, QUESTION)
    assert (done.code, "`flashsloth config` names" in done.error[1]) == (4, True)
