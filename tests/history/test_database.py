"""The file of conversations: created, opened, and refused when it cannot be used."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from flashsloth.errors import HistoryError
from flashsloth.history import database
from flashsloth.history.store import History
from flashsloth.utils import system
from history.helpers import questions, save_chat, turn


def test_a_file_locked_for_writing_is_still_read(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.skipif(system.WINDOWS, reason="all folders have locks there")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(
    history: History, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """SQLite takes it for a lock of another process, which nobody would find."""
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0)
    save_chat(history, "a")
    with closing(sqlite3.connect(history.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with History(history.path) as other:
            monkeypatch.setattr("fcntl.lockf", mock.Mock(side_effect=OSError(number, "")))
            with pytest.raises(HistoryError, match=r"history\.db has no locks") as caught:
                save_chat(other, "b")
        writer.execute("ROLLBACK")
    assert "FLASHSLOTH_HOME" in caught.value.hint


def refuse(path: Path, problem: str) -> None:
    """Assert that the file is refused with the command that moves it away, and is not changed."""
    before = path.read_bytes()
    with pytest.raises(HistoryError, match=problem) as caught:
        History(path)
    assert f"mv {path} {path}.old" in caught.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"nonsense " * 1000, b"SQLite format 3\0" + b"\xff" * 5000, None])
def test_a_damaged_file(history: History, damage: bytes | None) -> None:
    """None: some pages of a good one."""
    save_chat(history, *(f"{i} " + "x" * 3000 for i in range(40)))
    history.close()
    data = history.path.read_bytes()
    history.path.write_bytes(damage or data[: 4096 * 3] + os.urandom(4096 * 17) + data[4096 * 20 :])
    refuse(history.path, "is damaged")


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 7",
        "CREATE TABLE more (a)",
        "CREATE TRIGGER lose AFTER INSERT ON turns BEGIN DELETE FROM turns; END",
        "DROP TABLE turns",
    ],
)
def test_a_file_with_anything_that_is_not_ours(history: History, change: str) -> None:
    """Also one that loses turns in silence."""
    save_chat(history, "a")
    with closing(sqlite3.connect(history.path)) as db:
        db.executescript(f"PRAGMA foreign_keys = OFF; {change}; PRAGMA wal_checkpoint(TRUNCATE)")
    history.close()
    refuse(history.path, "is not a history of this version of flashsloth")


def test_a_full_disk(history: History) -> None:
    history.execute("PRAGMA max_page_count = 1")  # of this connection: no more than are in use
    with pytest.raises(HistoryError, match=r"the disk is full: .*history\.db"):
        save_chat(history, "a" * 100_000)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "history.db").touch()
    with History(tmp_path / "history.db") as history:
        assert history.list() == []


def test_a_file_removed_while_it_is_open(history: History) -> None:
    """The next save writes the whole conversation into a new one; until a folder can be created it
    fails."""
    first = save_chat(history, "a")
    shutil.rmtree(history.path.parent)
    history.path.parent.touch()
    for _ in range(2):
        with pytest.raises(HistoryError, match="File exists"):
            save_chat(history, "b")
    history.path.parent.unlink()
    saved = history.save(replace(first, turns=(*first.turns, turn("b"))))
    with History(history.path) as other:
        assert questions(other.find(saved.id)) == ["a", "b"]
        assert len(other.list()) == 1


@pytest.mark.skipif(system.WINDOWS, reason="an open file cannot be removed there")
def test_a_file_replaced_while_it_is_open(history: History) -> None:
    """Another process has created a new one: there a conversation is saved, not in the removed one."""
    first = save_chat(history, "a")
    for path in history.path.parent.iterdir():
        path.unlink()
    with History(history.path) as other:
        save_chat(other, "c")
        saved = history.save(replace(first, turns=(*first.turns, turn("b"))))
        assert questions(other.find(saved.id)) == ["a", "b"]
        assert len(other.list()) == len(history.list()) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HistoryError):
        History(tmp_path / "deep" / "history.db")


@pytest.mark.parametrize("make", [Path.mkdir, *([os.mkfifo] if hasattr(os, "mkfifo") else [])])
def test_what_is_no_file_at_the_path(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "history.db")
    with pytest.raises(HistoryError, match=r"history\.db is not a file"):
        History(tmp_path / "history.db")
