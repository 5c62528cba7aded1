"""The file of conversations: created, opened, upgraded, or renamed when it cannot be used."""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from flashsloth.errors import HistoryError
from flashsloth.history import database
from flashsloth.history.store import History
from history.helpers import in_threads, questions, save_chat, turn

DATA = Path(__file__).parent / "data"


def test_a_file_locked_for_writing_is_still_read(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0)  # to wait for the lock would be an error
    first = save_chat(history, "a")
    with closing(sqlite3.connect(history.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with History(history.path) as other:
            assert other.last().id == first.id
            with pytest.raises(HistoryError, match=r"history\.db is locked"):
                save_chat(other, "b")
        writer.execute("ROLLBACK")
    assert save_chat(history, "b").turns


@pytest.mark.parametrize("damage", [b"nonsense " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_renamed(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(damage)
    with History(path) as history:
        (renamed,) = tmp_path.glob("history.damaged-*.db")
        assert renamed.name in (history.set_aside or "")
        assert renamed.read_bytes() == damage
        first = save_chat(history, "a")
    with History(path) as again:
        assert again.last().id == first.id


def test_damaged_pages_are_found_on_opening(history: History) -> None:
    save_chat(history, *(f"{i} " + "x" * 3000 for i in range(40)))
    history.close()
    data = bytearray(history.path.read_bytes())
    data[4096 * 3 : 4096 * 20] = os.urandom(4096 * 17)
    history.path.write_bytes(data)
    with History(history.path) as again:
        assert "damaged" in (again.set_aside or "")


@pytest.mark.parametrize(
    ("change", "reason"), [("user_version = 99", "newer"), ("application_id = 7", "not a history of")]
)
def test_a_newer_or_foreign_file_is_renamed_unchanged(history: History, change: str, reason: str) -> None:
    save_chat(history, "a")
    history.close()
    with closing(sqlite3.connect(history.path)) as db:
        db.execute(f"PRAGMA {change}")
    with History(history.path) as again:
        assert reason in (again.set_aside or "")
        assert again.list() == []
    (renamed,) = (path for path in history.path.parent.iterdir() if path.suffix == ".db" and path != history.path)
    with closing(sqlite3.connect(renamed)) as db:
        assert db.execute("SELECT question FROM turns").fetchall() == [("a",)]


def test_nothing_writes_to_a_file_that_was_renamed(tmp_path: Path) -> None:
    """A connection that was open before would roll the journal of the new file back into the old one."""
    path = tmp_path / "history.db"
    path.write_bytes(b"precious nonsense" * 1000)
    with path.open("r+b") as opened_before:
        with History(path) as history:
            assert history.set_aside is not None
        opened_before.truncate(0)
    [renamed] = tmp_path.glob("history.damaged-*.db")
    assert renamed.read_bytes() == b"precious nonsense" * 1000


@pytest.mark.parametrize("reason", ["newer", "damaged"])
def test_only_one_of_many_renames_the_file(tmp_path: Path, reason: str) -> None:
    """The others use the new file, and the old one stays as it was."""
    for number in range(4):
        path = tmp_path / str(number) / "history.db"
        with History(path) as history:
            save_chat(history, "precious")
            history._db.execute("PRAGMA user_version = 99")
        if reason == "damaged":
            path.write_bytes(b"precious nonsense" * 1000)
        before = path.read_bytes()

        def begin(_: int, path: Path = path) -> bool:
            with History(path) as own:
                save_chat(own, "new")
                return own.set_aside is not None

        assert sorted(in_threads(8, begin)) == [False] * 7 + [True]
        [renamed] = path.parent.glob(f"history.{reason}-*.db")
        assert renamed.read_bytes() == before
        with History(path) as history:
            assert len(history.list()) == 8


def test_another_process_renames_the_file_first(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """After this process has looked at it, and before it renames it."""
    save_chat(history, "precious")
    history._db.execute("PRAGMA user_version = 99")
    history.close()
    check = database.Database._check_owner

    def check_and_lose(self: database.Database) -> None:
        try:
            check(self)
        except BaseException:
            monkeypatch.undo()
            with History(history.path) as other:
                save_chat(other, "new")
            raise

    monkeypatch.setattr(database.Database, "_check_owner", check_and_lose)
    with History(history.path) as again:
        assert (again.set_aside, [each.first for each in again.list()]) == (None, ["new"])


def test_another_process_renames_the_file_before_it_is_connected(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite cannot open the file then, although there is one again by the time of the error."""
    save_chat(history, "a")
    history.close()
    connect = sqlite3.connect

    def connect_late(*args: object, **options: object) -> sqlite3.Connection:
        monkeypatch.undo()
        os.replace(history.path, history.path.with_name("elsewhere.db"))
        try:
            return connect(*args, **options)  # type: ignore[call-overload, no-any-return]
        finally:
            with History(history.path) as other:
                save_chat(other, "new")

    monkeypatch.setattr(sqlite3, "connect", connect_late)
    with History(history.path) as again:
        assert [each.first for each in again.list()] == ["new"]


def test_renamed_names_differ_within_a_second(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    for number in range(5):
        path.write_bytes(b"nonsense %d" % number * 1000)
        History(path).close()
    assert len({each.read_bytes() for each in tmp_path.glob("history.damaged-*.db")}) == 5


def test_a_read_only_file(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be read, leaves no other file behind, and is written again when that is allowed."""
    first = save_chat(history, "a")
    history.close()
    monkeypatch.setattr(database, "_is_writable", lambda path: False)  # root may write everything
    with History(history.path) as reader:
        assert reader.last().id == first.id
        assert [each.first for each, _ in reader.search("a")] == ["a"]
        with pytest.raises(HistoryError, match=r"history\.db is read-only"):
            save_chat(reader, "b")
        assert {each.name for each in history.path.parent.iterdir()} == {"history.db", "history.db.lock"}
    monkeypatch.undo()
    with History(history.path) as writer:
        save_chat(writer, "b")


def test_an_unusable_file_in_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "history.db").write_bytes(b"nonsense" * 1000)
    monkeypatch.setattr(database, "_is_writable", lambda path: False)
    with pytest.raises(HistoryError, match=r"history\.db is damaged"):
        History(tmp_path / "history.db")


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_a_read_only_shm_is_made_writable(history: History) -> None:
    """A -shm has the mode that the file had when it was made, which would keep every later writer out."""
    save_chat(history, "a")
    shm = Path(f"{history.path}-shm")
    shm.chmod(0o444)
    with History(history.path):
        assert shm.stat().st_mode & 0o777 == 0o600


def test_a_full_disk(history: History) -> None:
    history._db.execute("PRAGMA max_page_count = 1")  # no more than the pages in use
    with pytest.raises(HistoryError, match=r"the disk is full: .*history\.db"):
        save_chat(history, "a" * 100_000)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "history.db").touch()
    with History(tmp_path / "history.db") as history:
        assert history.set_aside is None
        assert history.list() == []


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_removed_while_it_is_open(history: History, tmp_path: Path, replaced: bool) -> None:
    """The next save writes the whole conversation into the file at the path."""
    first = save_chat(history, "a")
    for end in ("", "-wal", "-shm"):
        os.replace(f"{history.path}{end}", f"{tmp_path / 'elsewhere.db'}{end}")
    if replaced:
        with History(tmp_path / "new" / "history.db") as other:
            save_chat(other, "theirs")
        os.replace(other.path, history.path)
    saved = history.save(replace(first, turns=(*first.turns, turn("b"))), keep=1)
    with History(history.path) as other:
        assert questions(other.find(saved.id)) == ["a", "b"]
        assert len(other.list()) == 1 + replaced


def test_a_folder_that_cannot_be_created_for_a_while(history: History, tmp_path: Path) -> None:
    """Each save tries again."""
    history._db.path = tmp_path / "file" / "history.db"
    (tmp_path / "file").touch()
    for _ in range(2):
        with pytest.raises(HistoryError, match="Not a directory"):
            save_chat(history, "a")
    (tmp_path / "file").unlink()
    assert save_chat(history, "a").writes == 1


def test_the_file_is_private(history: History) -> None:
    assert history.path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HistoryError):
        History(tmp_path / "deep" / "history.db")


def test_a_folder_at_the_path(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()
    with pytest.raises(HistoryError, match=r"history\.db"):
        History(tmp_path / "history.db")


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_earlier_version_is_upgraded(tmp_path: Path, version: int) -> None:
    """Files that these versions wrote. Every conversation is a chat, and a picture belongs to the first turn."""
    path = tmp_path / "history.db"
    path.write_bytes(gzip.decompress((DATA / f"history-{version}.db.gz").read_bytes()))
    for _ in range(2):
        with History(path) as history:
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
        assert db.execute("PRAGMA user_version").fetchone() == (database.VERSION,)


def test_many_upgrade_at_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(gzip.decompress((DATA / "history-1.db.gz").read_bytes()))

    def upgrade(_: int) -> object:
        with History(path) as history:
            return history.set_aside or len(history.list())

    assert in_threads(8, upgrade) == [2] * 8
