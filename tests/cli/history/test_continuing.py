"""Continuing a conversation: its turns, pictures and settings, and what is saved of the new ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION, exported
from flashsloth.history.store import History, Session
from flashsloth.images.reader import read_image
from flashsloth.utils import system
from flashsloth_cli.history import recording
from flashsloth_cli.history.recording import to_saved_picture
from history.helpers import execute
from messages import record

COLOR = "What color is it?"


def test_a_picture_that_is_missing_or_has_changed(cli, history: History, picture: Path) -> None:
    session, moved = history.find("00c"), Path("x.png").absolute()
    image = replace(session.pictures[0], source=str(moved), data=None)
    session = history.save(
        replace(session, pictures=(replace(session.pictures[0], source=str(moved)),))
    )
    assert cli("ask", "-c", "-p", "hello", "-q").code == 0  # it is saved, too
    saved = history.save(replace(history.find("00c"), pictures=(image,)))
    execute(history.path, "DELETE FROM pictures")
    done = cli("ask", "-c", "-p", "hello", "-q")
    done.refused(3, f"the picture {moved} ")
    Image.new("RGB", (9, 9)).save(moved)
    cli("ask", "-c", "-p", "hello", "-q").refused(3, f"{moved} has changed ")
    moved.write_bytes(picture.read_bytes())
    assert cli("ask", "--session", saved.id, "-p", "hello", "-q").code == 0


def test_a_full_context(cli, history: History) -> None:
    """Error 9; with drop-oldest an answer and a warning."""
    session = history.find("00c")
    long = replace(session.turns[0], question="word " * 280, images=0)
    history.save(replace(session, turns=(session.turns[0], *[long] * 5)))
    words = ("ask", "-c", "-p", "What is it?" + " so" * 300, "-q")
    assert cli(*words).code == 9
    done = cli(*words, "--set", "overflow=drop-oldest").ok
    assert done.err.startswith("warning: ")
    record(done.err)


def test_add_a_picture(cli, history: History, square: Path) -> None:
    """It comes with the next question, and is saved."""
    assert cli("ask", "-c", square, "-p", "hi", "-q").code == 0
    session = history.find("00c")
    assert [turn.images for turn in session.turns] == [1, 1]
    assert [Path(each.source).name for each in session.pictures] == ["disc.png", square.name]
    assert len(cli("ask", "-c", "-p", "and?", "-q", "--json").document["images"]) == 2
    assert [turn.images for turn in history.find("00c").turns] == [1, 1, 0]


def test_reading_options_are_saved(cli, history: History) -> None:
    session = history.find("00c")
    image = replace(session.pictures[0], reading={"reference": True})
    history.save(replace(session, pictures=(image,)))
    assert cli("ask", "-c", "-p", COLOR, "-q").code == 0
    assert history.find("00c").pictures == (image,)


def test_a_picture_whose_name_is_not_utf8(picture: Path, history: History) -> None:
    saved = to_saved_picture(read_image(picture.read_bytes(), name="caf\udce9.png"), {})
    assert saved.source == "caf\ufffd.png"
    history.save(Session("0badcafe", "nano", pictures=(saved,)))


def test_undo_of_the_only_turn_removes_the_conversation(cli, history: History) -> None:
    """A question after it is saved as before."""
    undone = f"removed the turn: {QUESTION}\n"
    assert cli("chat", "--plain", "-q", "-c", input=f"/undo\n{COLOR}\n").err == undone
    assert [(row.first, row.id, row.images) for row in history.list()] == [(COLOR, "00c0ffee", 1)]
    assert cli("chat", "--plain", "-q", "-c", input="/undo\n").code == 0
    assert history.list() == []
    assert execute(history.path, "SELECT count(*) FROM pictures") == [(0,)]


def test_an_empty_conversation_with_a_name_stays(cli, history: History) -> None:
    history.rename(history.last(), "mine")
    cli("chat", "--plain", "-q", "-c", input="/undo\n")
    assert [(each.name, each.turns) for each in history.list()] == [("mine", 0)]


def test_pending_pictures_are_saved_and_dropped(
    cli, nano, picture: Path, square: Path, history: History
) -> None:
    """A picture that waits for its question is there again, and a removed one is not."""
    chat = nano.chat(picture)
    chat.ask(QUESTION).text()
    chat.add_image(square)
    chat.remove_image(1)
    talk = ("chat", "--plain", "-q", "-c")
    (turn,) = history.last().turns
    cli(*talk, input=f"/add {square}\n")
    first, second = cli(*talk, input="/images\n").err.splitlines()
    assert ["next question" in line for line in (first, second)] == [False, True]
    cli(*talk, input="/drop 1\n")
    assert [each.dropped for each in history.last().pictures] == [1, None]
    assert history.last().turns == (turn,)
    cli(*talk, input=f"{COLOR}\n/undo\n")
    assert cli(*talk, input=f"{COLOR}\n").out == f"{chat.ask(COLOR).text()}\n"
    left = cli(*talk, input="/undo\n/drop 1\n/images\n").err
    assert left.splitlines()[-1].startswith("no picture; ")
    record(left)


def test_a_dropped_picture_stays_on_record(
    cli, nano, history: History, square: Path, picture: Path
) -> None:
    """In the history and in exports the earlier turn keeps it; the model never sees it again, also
    after the conversation is restored."""
    lines = f"/add {square}\n{COLOR}\n/drop 1\n{COLOR}\n/export talk.md\n"
    cli("chat", "--plain", "-q", "--continue", input=lines)
    written = Path("talk.md").read_text()
    assert written.index("Picture: disc.png") < written.index("Picture: square.png")
    assert written.index("Picture: square.png") < written.index("without the picture disc.png")
    assert cli("sessions", "show").out == written
    document = cli("sessions", "show", "--json").document
    dropped = {each["source"]: each["dropped"] for each in document["images"]}
    assert dropped == {str(picture): 2, str(square): None}
    assert [turn["images"] for turn in document["turns"]] == [1, 1, 0]
    assert "without the picture disc.png" in exported(cli, "html")

    before = history.last()
    done = cli("ask", "-c", "-q", "--json", "-p", COLOR).document
    assert [Path(each["source"]).name for each in done["images"]] == ["square.png"]
    assert done["usage"]["visual_tokens"] == nano.config.visual_tokens(False)
    assert history.last().turns[:-1] == before.turns
    assert [each.dropped for each in history.last().pictures] == [2, None]


def test_a_dropped_picture_may_be_missing(cli, history: History, square: Path) -> None:
    cli("chat", "--plain", "-q", "--continue", input=f"/add {square}\n/drop 1\n{COLOR}\n")
    execute(history.path, f"DELETE FROM pictures WHERE sha256 = '{history.last().pictures[0].sha256}'")
    execute(history.path, "UPDATE shown SET source = '/gone/disc.png' WHERE position = 0")
    assert cli("chat", "--plain", "-q", "--continue", input=f"{COLOR}\n").code == 0
    assert "Picture: disc.png" in cli("sessions", "show").out


@pytest.mark.skipif(system.WINDOWS, reason="an open file cannot be removed there")
def test_a_history_that_is_removed_while_a_conversation_continues(history: History) -> None:
    """Further turns are saved in a new one, not in the removed file."""
    opened, session = recording.open_previous(None, "chat", enabled=True)
    assert opened is not None
    history.close()
    for path in history.path.parent.glob("history.db*"):
        path.unlink()
    with opened:
        saved = opened.save(session)
    with History(history.path) as other:
        assert [each.id for each in other.list()] == [saved.id]
