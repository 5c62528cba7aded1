"""Conversations in the history: saved, found by name, id and text, removed, by several processes at
once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flashsloth.errors import SessionNotFound
from flashsloth.history import store
from flashsloth.history.store import History, SavedPicture, Session, new_id
from history.helpers import bytes_on_disk, execute, picture, questions, save_ask, save_chat, turn
from paths import ROOT


def test_a_saved_conversation_is_read_back(history: History) -> None:
    turns = (replace(turn("a"), images=1), turn("b"))
    wanted = Session("ab12", "org/model@rev", "adapter", "Be brief.", True, turns=turns)
    part = replace(picture("p"), reading={"reference": True, "crop": (1, 2, 3, 4)})
    found = history.save(replace(wanted, pictures=(part,)))
    with History(history.path) as other:
        again = other.find("ab12")
    assert again == found
    assert (again.turns, again.pictures) == (wanted.turns, (part,))
    assert (again.system, again.hd, again.adapter, again.writes) == ("Be brief.", True, "adapter", 1)
    assert "" < again.created <= again.updated


def test_turns_are_added_replaced_and_removed(history: History) -> None:
    first = save_chat(history, "a", "b")
    second = history.save(replace(first, turns=(*first.turns, turn("c"))))
    assert questions(history.find(first.id)) == ["a", "b", "c"]
    third = history.save(replace(second, turns=(turn("a"), turn("B"))))
    assert questions(history.find(first.id)) == ["a", "B"]
    assert (third.id, third.writes, third.created) == (first.id, 3, first.created)


def test_two_processes_continue_the_same_conversation(history: History) -> None:
    """The second one to save gets a new id, also if the first removed the conversation."""
    first = save_chat(history, "a")
    with History(history.path) as other:
        theirs = other.save(replace(other.find(first.id), turns=(turn("a"), turn("theirs"))))
    ours = history.save(replace(first, turns=(turn("a"), turn("ours"))))
    assert (theirs.id, ours.id != first.id) == (first.id, True)
    assert questions(history.find(first.id)) == ["a", "theirs"]
    assert questions(history.find(ours.id)) == ["a", "ours"]
    history.remove([ours.id])
    again = history.save(replace(ours, turns=(*ours.turns, turn("b"))))
    assert (again.id != ours.id, questions(history.find(again.id))) == (True, ["a", "ours", "b"])


def test_a_failed_save_is_rolled_back(history: History) -> None:
    first = save_chat(history, "a")
    broken = replace(turn("b"), token_ids=(1, object()))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        history.save(replace(first, turns=(turn("A"), broken)))
    assert questions(history.find(first.id)) == ["a"]
    assert save_chat(history, "c").turns


def test_find_by_name_id_prefix_and_time(history: History) -> None:
    first, second = save_chat(history, "first?"), save_chat(history, "second?")
    assert history.last().id == second.id
    first = history.rename(first, "market")
    assert history.find("market").id == first.id
    assert history.find(second.id[:7]).id == second.id
    assert [(each.name, each.turns, each.images, each.first) for each in history.list()] == [
        (None, 1, 0, "second?"),
        ("market", 1, 0, "first?"),
    ]
    renamed = history.rename(second, "market")
    assert history.save(renamed).id == second.id
    assert history.find("market").id == second.id
    assert history.find(first.id).name is None


@pytest.mark.parametrize("word", ["", "zz", "%", "_", "a' OR 1=1 --"])
def test_an_unknown_name_or_id(history: History, word: str) -> None:
    save_chat(history, "a")
    with pytest.raises(SessionNotFound):
        history.find(word)


def test_a_picture_is_stored_once_and_removed_with_its_last_conversation(history: History) -> None:
    big = picture("p", 200_000)
    first, second = save_chat(history, "a", pictures=(big,)), save_chat(history, "b", pictures=(big,))
    assert execute(history.path, "SELECT length(data) FROM pictures") == [(200_000,)]
    before = bytes_on_disk(history)
    history.remove([first.id])
    assert history.find(second.id).pictures == (big,)
    assert history.remove([second.id]) > 150_000
    assert bytes_on_disk(history) < before - 150_000


def test_old_pictures_are_removed_for_new_ones(history: History) -> None:
    """Those of single questions first, then that of the oldest conversation; one over the limit is not
    kept at all."""
    history.max_picture_bytes = 250
    first, ask = (
        save_chat(history, "a", pictures=(picture("a"),)),
        save_ask(history, "b", None, picture("b")),
    )
    second = save_chat(history, "c", pictures=(picture("c"),))
    assert [has_data(history, each) for each in (first, ask, second)] == [True, False, True]
    third = save_chat(history, "d", pictures=(picture("d"),))
    assert [has_data(history, each) for each in (first, second, third)] == [False, True, True]
    assert history.find(first.id).pictures[0].source == "/pictures/a.png"
    huge = save_chat(history, "huge", pictures=(picture("h", store.LARGEST_PICTURE + 1),))
    assert [has_data(history, each) for each in (second, third, huge)] == [True, True, False]


def has_data(history: History, session: Session) -> bool:
    return history.find(session.id).pictures[0].data is not None


def test_saving_after_a_time_that_has_no_successor(history: History) -> None:
    save_chat(history, "a")
    execute(history.path, "UPDATE sessions SET updated = '9999-12-31T23:59:59.999999Z'")
    assert save_chat(history, "b").writes == 1


SAVER = """
import sys
from dataclasses import replace
from pathlib import Path
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session
path, name, count, kind = sys.argv[1:]
sys.stdin.read()
history = History(Path(path), durable=kind == "chat")
session = Session(name, "nano", pictures=(SavedPicture(name * 8, "a.png", {}, name.encode() * 50_000),), kind=kind)
for i in range(int(count)):
    session = history.save(replace(session, turns=(*session.turns, SavedTurn(f"{name} {i}", "x", (), "stop", "nano"))))
    print(i, flush=True)
history.close()
"""


def saver(*words: object) -> subprocess.Popen[str]:
    """Start a process that saves a conversation after each of its turns, as soon as its stdin is
    closed."""
    line, pipe = [sys.executable, "-c", SAVER, *map(str, words)], subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env)


def test_a_killed_writer_loses_no_saved_turn(tmp_path: Path) -> None:
    """Every turn that was reported as saved is in the file, and no half of one."""
    path = tmp_path / "history.db"
    for count in (1, 5, 20, 40):
        path.unlink(missing_ok=True)
        with saver(path, "cafe0000", 10**6, "chat") as writer:
            writer.stdin.close()
            reported = [int(writer.stdout.readline()) for _ in range(count)]
            writer.send_signal(signal.SIGKILL)
            reported += [int(line) for line in writer.stdout]
        with History(path) as history:
            saved = questions(history.find("cafe"))
        assert saved == [f"cafe0000 {i}" for i in range(len(saved))]
        assert len(saved) > reported[-1]
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)


# Single questions


def test_only_the_newest_unnamed_asks_are_kept(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chats and named asks are kept as well; a picture is removed with its last conversation."""
    monkeypatch.setattr(store, "UNNAMED_ASKS", 3)
    chat, named = save_chat(history, "chat"), save_ask(history, "named", "market")
    for number in range(6):
        save_ask(history, str(number), None, picture("p" if number < 2 else "q"))
    assert [each.first for each in history.list()] == ["5", "4", "3", "named", "chat"]
    assert execute(history.path, "SELECT sha256 FROM pictures") == [("q" * 8,)]
    assert (history.find("market").id, history.find(chat.id).id) == (named.id, chat.id)


def test_a_new_conversation_with_a_taken_name(history: History) -> None:
    """Two scripts may begin a conversation of the same name at once: the second one is saved without
    the name."""
    first, second = save_ask(history, "a", "market"), save_ask(history, "b", "market")
    assert (first.name, second.name) == ("market", None)
    assert history.find("market").id == first.id
    assert history.find(second.id).turns[0].question == "b"


@pytest.mark.slow
def test_twenty_processes_save_at_once(tmp_path: Path) -> None:
    """All of them create the file, and each saves its question and picture in it."""
    path = tmp_path / "history.db"
    names = [f"{number:08}" for number in range(20)]
    started = [saver(path, name, 1, "ask") for name in names]
    for each in started:
        each.stdin.close()
        each.stdin = None
    assert [each.communicate(timeout=120) for each in started] == [("0\n", "")] * 20
    with History(path) as history:
        assert sorted(each.first for each in history.list("ask")) == [f"{name} 0" for name in names]


# Search


def test_of_a_huge_text_only_the_beginning_is_listed_and_searched(history: History) -> None:
    """One of 200 MB took 3 GB."""
    history.rename(
        save_chat(history, "a" * 3_000_000 + "b", pictures=(picture("p" * 3_000_000, 0),)),
        "n" * 3_000_000,
    )
    (row,) = history.list()
    assert {len(row.first), len(row.name or ""), len(row.picture)} == {store.LONGEST_TEXT}
    assert (len(search(history, "aa")), search(history, "b")) == (1, [])
    assert len(history.find(row.id).turns[0].question) == 3_000_001


def search(history: History, text: str) -> list[tuple[str, list[str]]]:
    return [(each.first, [match.text for match in matches]) for each, matches in history.search(text)]


def test_search(history: History) -> None:
    save_chat(history, "How many slices?", "and the COLOUR?")
    save_ask(history, "What is it?", None, SavedPicture("x", "/photos/Slice of bread.jpg", {}, b""))
    history.rename(save_chat(history, "x"), "sliced")
    assert search(history, "slice") == [
        ("x", ["sliced"]),
        ("What is it?", ["/photos/Slice of bread.jpg"]),
        ("How many slices?", ["How many slices?"]),
    ]
    assert search(history, "colour") == [("How many slices?", ["and the COLOUR?"])]
    assert [match.turn for _, matches in history.search("colour") for match in matches] == [2]
    assert len(search(history, "yes")) == 3
    assert search(history, "%") == search(history, "nothing like it") == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [("Ärger", "ärger"), ("STRASSE", "straße"), ("cafe\u0301", "CAFÉ"), ("Ёж", "ёж")],
)
def test_search_in_other_scripts(history: History, answer: str, text: str) -> None:
    history.save(Session(new_id(), "nano", turns=(turn("q", f"One\nor {answer} it is\nthree"),)))
    assert search(history, text) == [("q", [f"or {answer} it is"])]
