"""The `sessions` commands: list, search, show, export and remove."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import QUESTION, exported
from flashsloth.history.store import History, SavedTurn, Session
from flashsloth_cli.terminal.text import cell_width
from paths import IMAGES


def test_sessions_commands(cli, history: History) -> None:
    (row,) = cli("sessions", "list", "--json").document["sessions"]
    assert (row["id"], row["model"], row["turns"], row["images"]) == ("00c0ffee", "nano", 1, 1)
    assert QUESTION in cli("sessions", "list").out
    assert QUESTION in cli("sessions", "show").out
    assert cli("sessions", "show", "00c", "--json").document["turns"][0]["question"] == QUESTION
    assert exported(cli, "html").startswith("<!doctype html>")
    cli("sessions", "rm").refused(2, "--all")
    assert cli("sessions", "rm", "--all").error[1] == "Add -y."
    assert "removed 1 conversation" in cli("sessions", "rm", "00c", "00c0ffee", "-y").err
    assert cli("sessions", "list", "--json").document["sessions"] == []
    assert cli("sessions", "show").code == 3


def test_remove_all_leaves_no_typed_line(cli, history: History, home: Path) -> None:
    """And no words of others who look into the file: a chat that is open goes on with it."""
    lines = home / "prompts"
    lines.write_text("\n# 2026-01-01 00:00:00\n+What is it?\n")
    lines.chmod(0o600)
    assert cli("sessions", "rm", "00c0ffee", "-y").ok
    assert cli("sessions", "rm", "--all", "--kind", "ask", "-y").ok
    assert "What is it?" in lines.read_text()
    assert cli("sessions", "rm", "--all", "-y").ok
    assert lines.read_text() == ""
    assert lines.stat().st_mode & 0o077 == 0
    lines.unlink()
    assert cli("sessions", "rm", "--all", "-y").ok


def test_a_file_and_json(cli, history: History) -> None:
    """The file has its own format, and stdout the document."""
    done = cli("sessions", "show", "--json", "-o", "talk.html")
    assert done.document == cli("sessions", "show", "--json").document
    assert Path("talk.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_reading_creates_no_history(cli, home: Path) -> None:
    """The folder may be read-only."""
    done = cli("sessions", "list")
    assert (done.code, done.out, done.err) == (0, "", "note: no conversations yet\n")
    assert cli("sessions", "list", "--json").document["sessions"] == []
    assert cli("sessions", "search", "x").code == 0
    cli("sessions", "show").refused("session_not_found")
    cli("sessions", "rm", "one", "-y").refused("session_not_found", " one\n")
    cli("ask", "-c", "-p", "hi").refused("session_not_found")
    assert list(home.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="who may read a file follows from its folder")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_what_was_said(cli, home: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        assert (
            cli("ask", "-q", "--session", "a", "--no-picture", "-p", "Hello", "--max-tokens", "2").code
            == 0
        )
        assert (
            cli("chat", "-q", "--plain", input="Hello\n/export talk.html\n/export talk.md\n").code == 0
        )
        exported(cli, "json")
    finally:
        os.umask(before)
    written = [path for top in (home, Path.cwd()) for path in top.rglob("*") if path.is_file()]
    assert {"history.db", "talk.html", "talk.md", "exported.json"} <= {path.name for path in written}
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


def test_times_are_local(cli, history: History, east: None) -> None:
    """In JSON they are in UTC."""
    saved = datetime.fromisoformat(cli("sessions", "list", "--json").document["sessions"][0]["updated"])
    assert saved.utcoffset() == timedelta(0)
    assert f"{saved + timedelta(hours=3):%Y-%m-%d %H:%M}" in cli("sessions", "list").out
    assert cli("sessions", "show").out.count(" EAST, 00c0ffee") == 1


def test_a_list_fits(cli, history: History, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and questions are cut; of the pictures the first is named."""
    monkeypatch.setenv("COLUMNS", "80")
    before = history.find("00c")
    turn = replace(before.turns[0], question="What is it\nthat 猫 stands there? " * 9)
    more = replace(before.pictures[0], sha256="0" * 64)
    long = replace(before, id="0badcafe", turns=(turn,), pictures=(*before.pictures, more), writes=0)
    history.rename(history.save(long), "a name that is rather long for a list")
    head, long_row, row = cli("sessions", "list").out.splitlines()
    assert head.split() == ["ID", "NAME", "LAST", "TURNS", "PICTURE", "FIRST", "QUESTION"]
    assert [each.split()[0] for each in (long_row, row)] == ["0badcafe", "00c0ffee"]
    assert max(map(cell_width, (head, long_row, row))) <= 80
    assert "  a name that" in long_row
    assert "  disc.png +1  What is it" in long_row
    assert "  disc.png     What is" in row
    assert long_row.count("…") == 2
    assert cli("sessions", "list", "--json").document["sessions"][0]["first"] == turn.question


@pytest.fixture
def many(home: Path) -> None:
    with History(home / "history.db") as history:
        for number in range(60):
            turn = SavedTurn(
                f"Question {number}?", f"Ärger Nummer {number}.\nund mehr", (), "stop", "nano"
            )
            kind = "ask" if number % 2 else "chat"
            history.save(Session(f"{number:08x}", "nano", turns=(turn,), kind=kind))  # type: ignore[arg-type]


def test_a_long_list(cli, many) -> None:
    """Only the newest 50, unless --all or --json is given."""
    done = cli("sessions", "list")
    assert (len(done.out.splitlines()), done.err) == (
        51,
        "note: the newest 50 of 60; --all lists all\n",
    )
    assert "Question 59?" in done.out.splitlines()[1]
    assert len(cli("sessions", "list", "--all").out.splitlines()) == 61
    assert len(cli("sessions", "list", "--json").document["sessions"]) == 60
    asks = cli("sessions", "list", "--kind", "ask")
    assert (len(asks.out.splitlines()), asks.err) == (31, "")


def test_remove_all_of_a_kind(cli, many) -> None:
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
    assert (
        cli("sessions", "search", "question 7?", "--kind", "chat", "--json").document["sessions"] == []
    )


@pytest.mark.usefixtures("saving")
def test_search_shows_the_match(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the end of a long line, and in the name of a picture."""
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copy(IMAGES / "stop-sign.png", "Über grün.png")
    turn = SavedTurn("and " * 90 + "an apple", "No.", (), "stop", "nano")
    with History(home / "history.db") as history:
        history.save(Session("0badcafe", "nano", turns=(turn,)))
    assert "an apple" in cli("sessions", "search", "apple").out
    assert cli("ask", "Über grün.png", "What is it?", "-q").code == 0
    assert cli("sessions", "search", "über GRÜN").out.rstrip().endswith("Über grün.png")


def test_nothing_found(cli, many) -> None:
    done = cli("sessions", "search", "zebra")
    assert (done.code, done.out, done.err) == (0, "", "note: no conversation contains zebra\n")
    assert cli("sessions", "search", "zebra", "--json").document == {
        "schema": "flashsloth.search/1",
        "sessions": [],
    }
    assert cli("sessions", "search", " ").code == 2


def test_models_and_system_text(cli, history: History) -> None:
    session = history.find("00c")
    models = ("nano", "flashsloth", "nano", "flashsloth-hd")
    turns = [
        replace(session.turns[0], model=model, images=int(not at)) for at, model in enumerate(models)
    ]
    session = history.save(
        replace(session, model="flashsloth-hd", turns=tuple(turns), system="Be <brief>.\nBe kind.")
    )
    page, text = (exported(cli, form) for form in ("html", "md"))
    for document in (page, text):
        assert "nano, then flashsloth, then flashsloth-hd, " in document
    assert '<p class="about system">System text: Be &lt;brief&gt;.\nBe kind.</p>' in page
    assert "\n\nSystem text: Be &lt;brief>.\nBe kind.\n\n" in text

    session = history.save(replace(session, system=""))
    assert "System text: (none)" in exported(cli, "md")


def test_text_is_neither_markup_nor_a_link(cli, history: History) -> None:
    session = history.find("00c")
    answer = "<script>alert(1)</script> [a](javascript:b) ![c](http://d)\n\n[e]: f\n\n1 < 2 & [g] &lt;"
    history.save(
        replace(session, turns=(replace(session.turns[0], answer=answer, question="</div><b>"),))
    )
    page, text = (exported(cli, form) for form in ("html", "md"))
    assert "<script>" not in page
    assert "</div><b>" not in page
    assert "> &lt;/div>&lt;b>" in text
    assert "&lt;script>alert(1)&lt;/script> [a&#93;(javascript:b) ![c&#93;(http://d)" in text
    assert "[e&#93;: f\n\n1 < 2 & [g] &amp;lt;" in text
