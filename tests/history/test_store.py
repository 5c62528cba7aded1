"""The file of conversations: what is saved stays, whoever else writes, and whatever happens to the file."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from flashsloth.errors import HistoryError, SessionNotFound
from flashsloth.history import store as kept
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session
from paths import ROOT

DATA = Path(__file__).parent / "data"


def turn(question: str, answer: str = "Yes.") -> SavedTurn:
    return SavedTurn(question, answer, (3, 1, 4), "stop", "nano", "2026-01-02T03:04:05.000000Z")


def picture(name: str, size: int = 100) -> SavedPicture:
    return SavedPicture(name * 8, f"/pictures/{name}.png", {"reference": True}, name.encode() * size)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.db") as opened:
        yield opened


def saved(history: History, *questions: str, pictures: tuple[SavedPicture, ...] = ()) -> Session:
    return history.save(Session(kept.new_id(), "nano", turns=tuple(map(turn, questions)), pictures=pictures))


def test_what_is_saved_comes_back(history: History) -> None:
    wanted = Session("ab12", "org/model@rev", "adapter", "Be brief.", True, turns=(turn("a"), turn("b")))
    found = history.save(replace(wanted, pictures=(picture("p"),)))
    with History(history.path) as other:
        again = other.find("ab12")
    assert again == found
    assert (again.turns, again.pictures) == (wanted.turns, (picture("p"),))
    assert (again.system, again.hd, again.adapter, again.writes) == ("Be brief.", True, "adapter", 1)
    assert "" < again.created <= again.updated


def test_turns_are_added_replaced_and_taken_back(history: History) -> None:
    first = saved(history, "a", "b")
    second = history.save(replace(first, turns=(*first.turns, turn("c"))), keep=2)
    assert [each.question for each in history.find(first.id).turns] == ["a", "b", "c"]
    third = history.save(replace(second, turns=(turn("a"), turn("B"))), keep=1)
    assert [each.question for each in history.find(first.id).turns] == ["a", "B"]
    assert (third.id, third.writes, third.created) == (first.id, 3, first.created)


def test_two_who_go_on_with_the_same_conversation(history: History) -> None:
    """The second one to save keeps its turns as another conversation."""
    first = saved(history, "a")
    with History(history.path) as other:
        theirs = other.save(replace(other.find(first.id), turns=(turn("a"), turn("theirs"))), keep=1)
    ours = history.save(replace(first, turns=(turn("a"), turn("ours"))), keep=1)
    assert (theirs.id, ours.id != first.id) == (first.id, True)
    assert [each.question for each in history.find(first.id).turns] == ["a", "theirs"]
    assert [each.question for each in history.find(ours.id).turns] == ["a", "ours"]


def test_one_that_is_removed_before_it_is_read(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    first = saved(history, "a")
    read = history._read

    def late(identity: str) -> Session:
        with History(history.path) as other:
            other.remove([identity])
        return read(identity)

    monkeypatch.setattr(history, "_read", late)
    with pytest.raises(SessionNotFound, match=f"conversation {first.id} was removed meanwhile"):
        history.find(first.id)
    monkeypatch.undo()
    assert saved(history, "b").turns  # the file is not left amid a transaction


def test_another_program_that_holds_the_file(history: History) -> None:
    first = saved(history, "a")
    history._db.execute("PRAGMA busy_timeout = 1")
    holder = sqlite3.connect(history.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(HistoryError, match="database is locked") as caught:
        history.save(replace(first, turns=(*first.turns, turn("b"))), keep=1)
    assert caught.value.hint == "Another program holds it; try again."
    holder.execute("ROLLBACK")
    holder.close()
    again = history.save(replace(first, turns=(*first.turns, turn("b"))), keep=1)
    assert [each.question for each in history.find(again.id).turns] == ["a", "b"]


def test_reading_while_another_program_writes(history: History) -> None:
    """A file that is there is opened and read without waiting for one that writes to it."""
    first = saved(history, "a")
    holder = sqlite3.connect(history.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with closing(History(history.path)) as other:
        assert other.last().id == first.id
    assert time.monotonic() - began < kept.WAIT
    holder.execute("ROLLBACK")
    holder.close()


def test_what_fails_amid_saving_is_taken_back(history: History) -> None:
    first = saved(history, "a")
    broken = replace(turn("b"), token_ids=(1, object()))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        history.save(replace(first, turns=(turn("A"), broken)), keep=0)
    assert [each.question for each in history.find(first.id).turns] == ["a"]
    assert saved(history, "c").turns


def test_one_that_was_removed_meanwhile_is_kept_anew(history: History) -> None:
    first = saved(history, "a", "b")
    history.remove([first.id])
    ours = history.save(replace(first, turns=(*first.turns, turn("c"))), keep=2)
    assert [each.question for each in history.find(ours.id).turns] == ["a", "b", "c"]


def test_found_by_name_beginning_and_time(history: History) -> None:
    first, second = saved(history, "first?"), saved(history, "second?")
    assert history.last().id == second.id
    first = history.rename(first, "market")
    assert history.find("market").id == first.id
    assert history.find(second.id[:7]).id == second.id
    assert [(each.name, each.turns, each.images, each.first) for each in history.list()] == [
        (None, 1, 0, "second?"),
        ("market", 1, 0, "first?"),
    ]
    renamed = history.rename(second, "market")
    assert history.save(renamed, 1).id == second.id
    assert history.find("market").id == second.id
    assert history.find(first.id).name is None


@pytest.mark.parametrize("word", ["", "zz", "%", "_", "a' OR 1=1 --"])
def test_what_is_not_there(history: History, word: str) -> None:
    saved(history, "a")
    with pytest.raises(SessionNotFound):
        history.find(word)


def test_no_conversation_at_all(history: History) -> None:
    with pytest.raises(SessionNotFound, match="no conversation to go on with"):
        history.last()


def test_a_picture_is_kept_once_and_goes_with_the_last_that_shows_it(history: History) -> None:
    big = picture("p", 200_000)
    first, second = saved(history, "a", pictures=(big,)), saved(history, "b", pictures=(big,))
    assert kept._size(history.path) < 700_000
    assert history.remove([first.id]) < 100_000
    assert history.find(second.id).pictures == (big,)
    assert history.remove([second.id]) > 150_000
    assert kept._size(history.path) < 100_000


def test_pictures_make_room_for_new_ones(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The oldest conversation loses its picture, and only that; one too large for all is not kept."""
    history = History(tmp_path / "history.db", pictures=250)
    request.addfinalizer(history.close)
    shown = [saved(history, name, pictures=(picture(name),)) for name in "abc"]
    held = [history.find(each.id).pictures[0].data is not None for each in shown]
    assert held == [False, True, True]
    assert history.find(shown[0].id).pictures[0].source == "/pictures/a.png"
    huge = saved(history, "huge", pictures=(picture("h", kept.LARGEST_PICTURE + 1),))
    assert history.find(huge.id).pictures[0].data is None
    assert history.find(shown[1].id).pictures[0].data is not None


@pytest.mark.parametrize("damage", [b"nonsense " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(damage)
    with History(path) as history:
        assert history.set_aside is not None
        (aside,) = tmp_path.glob("history.damaged-*.db")
        assert aside.name in history.set_aside
        assert aside.read_bytes() == damage
        first = saved(history, "a")
    with History(path) as again:
        assert again.last().id == first.id


def test_pages_that_were_damaged_later(history: History) -> None:
    """Found when the file is opened, not at a later question."""
    saved(history, *(f"{i} " + "x" * 3000 for i in range(40)))
    history.close()
    data = bytearray(history.path.read_bytes())
    data[4096 * 3 : 4096 * 20] = os.urandom(4096 * 17)
    history.path.write_bytes(data)
    with History(history.path) as again:
        assert "damaged" in (again.set_aside or "")


@pytest.mark.parametrize(("change", "why"), [("user_version = 99", "newer"), ("application_id = 7", "not a file of")])
def test_a_newer_or_foreign_file_is_set_aside_unchanged(history: History, change: str, why: str) -> None:
    saved(history, "a")
    history.close()
    with sqlite3.connect(history.path) as db:
        db.execute(f"PRAGMA {change}")
    db.close()
    with History(history.path) as again:
        assert why in (again.set_aside or "")
        assert again.list() == []
    (aside,) = (path for path in history.path.parent.iterdir() if path.suffix == ".db" and path != history.path)
    with sqlite3.connect(aside) as db:
        assert db.execute("SELECT question FROM turns").fetchall() == [("a",)]
    db.close()


@pytest.mark.parametrize("why", ["newer", "damaged"])
def test_one_of_many_sets_a_file_aside(tmp_path: Path, why: str) -> None:
    """The others find the new file, and the old one stays as it was."""
    for number in range(4):
        path = tmp_path / str(number) / "history.db"
        with History(path) as history:
            saved(history, "precious")
            history._db.execute("PRAGMA user_version = 99")
        if why == "damaged":
            path.write_bytes(b"precious nonsense" * 1000)
        before = path.read_bytes()
        told: list[str | None] = []
        failed: list[BaseException] = []
        together = threading.Barrier(8)

        def begin(path: Path = path, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                with History(path) as own:
                    told.append(own.set_aside)  # noqa: B023
                    saved(own, "new")
            except BaseException as error:
                failed.append(error)  # noqa: B023

        threads = [threading.Thread(target=begin) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len([each for each in told if each is not None]) == 1
        [aside] = path.parent.glob(f"history.{why}-*.db")
        assert aside.read_bytes() == before
        with History(path) as history:
            assert len(history.list()) == 8


def test_a_file_that_another_program_sets_aside_first(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between this one's judging it and moving it."""
    saved(history, "precious")
    history._db.execute("PRAGMA user_version = 99")
    history.close()
    check = History._check_owner

    def late(self: History) -> None:
        try:
            check(self)
        except BaseException:
            monkeypatch.undo()
            with History(history.path) as other:
                saved(other, "new")
            raise

    monkeypatch.setattr(History, "_check_owner", late)
    with History(history.path) as again:
        assert (again.set_aside, [each.first for each in again.list()]) == (None, ["new"])


def test_set_aside_twice_within_a_second(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    for number in range(5):
        path.write_bytes(b"nonsense %d" % number * 1000)
        History(path).close()
    assert len({each.read_bytes() for each in tmp_path.glob("history.damaged-*.db")}) == 5


def test_a_file_that_may_only_be_read(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left beside it, and once it may be written again it is."""
    first = saved(history, "a")
    history.close()
    monkeypatch.setattr(kept, "_is_writable", lambda path: False)  # root may write everything
    with History(history.path) as again:
        assert again.last().id == first.id
        assert [each.first for each, _ in again.search("a")] == ["a"]
        with pytest.raises(HistoryError, match="cannot be written, only read"):
            saved(again, "b")
        assert {each.name for each in history.path.parent.iterdir()} == {"history.db", "history.db.lock"}
    with History(history.path) as writer:
        with pytest.raises(HistoryError):
            saved(writer, "b")
        monkeypatch.undo()
    with History(history.path) as writer:
        saved(writer, "b")


def test_an_unusable_file_in_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "history.db").write_bytes(b"nonsense" * 1000)
    monkeypatch.setattr(kept, "_is_writable", lambda path: False)
    with pytest.raises(HistoryError, match=r"history\.db is damaged"):
        History(tmp_path / "history.db")


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_what_a_reader_left_is_made_writable(history: History) -> None:
    """A -shm has the mode that the file had then, which keeps all from writing later."""
    saved(history, "a")
    shm = Path(f"{history.path}-shm")
    shm.chmod(0o444)
    with History(history.path):
        assert shm.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_is_full(history: History) -> None:
    history._db.execute("PRAGMA max_page_count = 1")  # as low as it goes: the pages that there are
    with pytest.raises(HistoryError, match=r"the disk is full: .*history\.db cannot be written"):
        saved(history, "a" * 100_000)


def test_a_conversation_of_the_last_day_there_is(history: History) -> None:
    saved(history, "a")
    history._db.execute("UPDATE sessions SET updated = '9999-12-31T23:59:59.999999Z'")
    assert saved(history, "b").writes == 1


def test_turns_that_count_more_pictures_than_there_are(history: History) -> None:
    session = saved(history, "a", pictures=(picture("p"),))
    history._db.execute("UPDATE turns SET images = 7")
    with pytest.raises(HistoryError, match="is damaged") as caught:
        history.find(session.id)
    assert caught.value.hint == f"flashsloth sessions rm {session.id} removes it."


def test_an_empty_file_is_begun(tmp_path: Path) -> None:
    (tmp_path / "history.db").touch()
    with History(tmp_path / "history.db") as history:
        assert history.set_aside is None


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_removed_while_it_is_open(history: History, tmp_path: Path, replaced: bool) -> None:
    """What is saved next is in the file that is there, all of it."""
    first = saved(history, "a")
    for end in ("", "-wal", "-shm"):
        os.replace(f"{history.path}{end}", f"{tmp_path / 'elsewhere.db'}{end}")
    if replaced:
        with History(tmp_path / "new" / "history.db") as other:
            saved(other, "theirs")
        os.replace(other.path, history.path)
    again = history.save(replace(first, turns=(*first.turns, turn("b"))), keep=1)
    with History(history.path) as other:
        assert [each.question for each in other.find(again.id).turns] == ["a", "b"]
        assert len(other.list()) == 1 + replaced


def test_a_folder_that_cannot_be_made_again(history: History, tmp_path: Path) -> None:
    """Each save tries it."""
    history.path = tmp_path / "file" / "history.db"
    (tmp_path / "file").touch()
    for _ in range(2):
        with pytest.raises(HistoryError, match="Not a directory"):
            saved(history, "a")
    (tmp_path / "file").unlink()
    assert saved(history, "a").writes == 1


def test_nobody_else_may_read_it(history: History) -> None:
    assert history.path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HistoryError):
        History(tmp_path / "deep" / "history.db")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()
    with pytest.raises(HistoryError, match=r"history\.db"):
        History(tmp_path / "history.db")


def test_many_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    failed: list[BaseException] = []

    def talk(number: int) -> None:
        try:
            session = Session(f"{number:08x}", "nano")
            with History(path) as own:
                for i in range(10):
                    session = own.save(replace(session, turns=(*session.turns, turn(f"{number} {i}"))), keep=i)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=talk, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with History(path) as history:
        assert sorted(each.turns for each in history.list()) == [10] * 4


WRITER = """
import sys
from dataclasses import replace
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session
history = History(__import__("pathlib").Path(sys.argv[1]))
session = Session("cafe0000", "nano", pictures=(SavedPicture("a" * 64, "a.png", {}, b"a" * 300_000),))
for i in range(10**6):
    session = history.save(replace(session, turns=(*session.turns, SavedTurn(str(i), "x", (), "stop", "nano"))), i)
    print(i, flush=True)
"""


def test_killed_amid_saving(tmp_path: Path) -> None:
    """Every turn that was reported as saved is there, and no half of one."""
    path = tmp_path / "history.db"
    for wait in (0.02, 0.05, 0.11, 0.17):
        path.unlink(missing_ok=True)
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, env=env) as writer:
            assert writer.stdout is not None
            reported = [int(writer.stdout.readline())]
            time.sleep(wait)
            writer.send_signal(signal.SIGKILL)
            reported += [int(line) for line in writer.stdout]
        with History(path) as history:
            assert history.set_aside is None
            turns = history.find("cafe").turns
        assert [each.question for each in turns] == [str(i) for i in range(len(turns))]
        assert len(turns) > reported[-1]
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_earlier_version_is_upgraded(tmp_path: Path, version: int) -> None:
    """Files that these versions wrote. All of it is there, as chats; a picture was shown with the first turn."""
    path = tmp_path / "history.db"
    path.write_bytes(gzip.decompress((DATA / f"history-{version}.db.gz").read_bytes()))
    for _ in range(2):
        with closing(History(path)) as history:
            assert history.set_aside is None
            pie = history.find("pie")
            assert [(each.question, each.answer, each.images) for each in pie.turns] == [
                ("What is it?", "A pie chart.", 1),
                ("And now?", "Still one.", 0),
            ]
            assert (pie.id, pie.system, pie.hd, pie.kind) == ("aaaaaaaa", "Be brief.", False, "chat")
            assert (pie.pictures[0].reading, pie.pictures[0].dropped) == ({"reference": True}, None)
            assert (pie.pictures[0].data or b"").startswith(b"\x89PNG")
            assert [each.images for each in history.find("bb").turns] == [0]
            assert [each.kind for each in history.list()] == ["chat", "chat"]
            shorter = history.save(replace(pie, turns=pie.turns[:1]), 1)
            history.rename(history.save(replace(shorter, turns=pie.turns), 1), "pie")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (kept.VERSION,)


def test_many_upgrade_at_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(gzip.decompress((DATA / "history-1.db.gz").read_bytes()))
    found: list[object] = []

    def upgrade() -> None:
        try:
            with closing(History(path)) as history:
                found.append(history.set_aside or len(history.list()))
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8


def test_each_turn_keeps_its_number_of_pictures(history: History) -> None:
    first = replace(turn("a"), images=2)
    session = saved(history, pictures=(picture("p"), picture("q")))
    history.save(replace(session, turns=(first, turn("b"))), 0)
    assert [each.images for each in history.find(session.id).turns] == [2, 0]


# Single questions


def asked(history: History, question: str, name: str | None = None, picture: SavedPicture | None = None) -> Session:
    shown = () if picture is None else (picture,)
    return history.save(Session(kept.new_id(), "nano", name=name, turns=(turn(question),), pictures=shown, kind="ask"))


def test_the_last_of_a_kind(history: History) -> None:
    chat, ask = saved(history, "a chat"), asked(history, "an ask")
    assert (history.last().id, history.last("chat").id, history.last("ask").id) == (ask.id, chat.id, ask.id)
    assert [each.kind for each in history.list()] == ["ask", "chat"]
    assert [each.id for each in history.list("chat")] == [chat.id]
    with closing(History(history.path)) as again:
        assert again.find(ask.id).kind == "ask"
    history.remove([chat.id])
    with pytest.raises(SessionNotFound):
        history.last("chat")


def test_only_the_newest_asks_stay(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those without a name; chats and named ones stay, and a picture goes with the last that shows it."""
    monkeypatch.setattr(kept, "ASKS", 3)
    chat, named = saved(history, "chat"), asked(history, "named", "market")
    for number in range(6):
        asked(history, str(number), picture=picture("p" if number < 2 else "q"))
    assert [each.first for each in history.list()] == ["5", "4", "3", "named", "chat"]
    assert history._db.execute("SELECT sha256 FROM pictures").fetchall() == [("q" * 8,)]
    assert (history.find("market").id, history.find(chat.id).id) == (named.id, chat.id)


def test_an_ask_that_is_gone_on_with_is_new_again(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "ASKS", 2)
    first = asked(history, "first")
    asked(history, "second")
    history.save(replace(first, turns=(*first.turns, turn("more"))), 1)
    asked(history, "third")
    assert [each.first for each in history.list()] == ["third", "first"]


def test_pictures_of_asks_make_room_for_those_of_chats(tmp_path: Path) -> None:
    with closing(History(tmp_path / "history.db", pictures=250)) as history:
        chat = saved(history, "a", pictures=(picture("a"),))
        ask, last = asked(history, "b", picture=picture("b")), asked(history, "c", picture=picture("c"))
        held = [history.find(each.id).pictures[0].data is not None for each in (chat, ask, last)]
    assert held == [True, False, True]


def test_a_new_one_of_a_name_that_is_taken(history: History) -> None:
    """Two scripts may begin one of the same name at once: the second one is kept without it."""
    first, second = asked(history, "a", "market"), asked(history, "b", "market")
    assert (first.name, second.name) == ("market", None)
    assert history.find("market").id == first.id
    assert history.find(second.id).turns[0].question == "b"


SAVER = """
import sys
from pathlib import Path
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session, new_id
sys.stdin.read()
history = History(Path(sys.argv[1]), durable=False)
turn = SavedTurn(sys.argv[2], "x", (), "stop", "nano", images=1)
picture = SavedPicture(sys.argv[2] * 32, "a.png", {}, sys.argv[2].encode() * 250_000)
history.save(Session(new_id(), "nano", turns=(turn,), pictures=(picture,), kind="ask"))
history.close()
"""


def test_fifty_save_at_once(tmp_path: Path) -> None:
    """Fifty processes that make the file, and each keeps its question and picture in it."""
    path = tmp_path / "history.db"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path), f"{number:02}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            text=True,
        )
        for number in range(50)
    ]
    for each in started:
        assert each.stdin is not None
        each.stdin.close()
        each.stdin = None
    assert [each.communicate(timeout=120)[1] for each in started] == [""] * 50
    with closing(History(path)) as history:
        assert history.set_aside is None
        assert sorted(each.first for each in history.list("ask")) == [f"{number:02}" for number in range(50)]


# Search


def found(history: History, text: str) -> list[tuple[str, list[str]]]:
    return [(each.first, [match.text for match in matches]) for each, matches in history.search(text)]


def test_search(history: History) -> None:
    saved(history, "How many slices?", "and the COLOUR?")
    asked(history, "What is it?", picture=SavedPicture("x", "/photos/Slice of bread.jpg", {}, b""))
    history.rename(saved(history, "x"), "sliced")
    assert found(history, "slice") == [
        ("x", ["sliced"]),
        ("What is it?", ["/photos/Slice of bread.jpg"]),
        ("How many slices?", ["How many slices?"]),
    ]
    assert found(history, "colour") == [("How many slices?", ["and the COLOUR?"])]
    assert [match.turn for _, matches in history.search("colour") for match in matches] == [2]
    assert len(found(history, "yes")) == 3
    assert found(history, "%") == found(history, "nothing like it") == []


@pytest.mark.parametrize(
    ("said", "text"), [("Ärger", "ärger"), ("STRASSE", "straße"), ("cafe\u0301", "CAFÉ"), ("Ёж", "ёж")]
)
def test_search_in_other_scripts(history: History, said: str, text: str) -> None:
    history.save(Session(kept.new_id(), "nano", turns=(turn("q", f"One\nor {said} it is\nthree"),)))
    assert found(history, text) == [("q", [f"or {said} it is"])]
