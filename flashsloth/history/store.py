"""Conversations that were held, in one SQLite file: turns as they complete, pictures by the hash of their content.

Several programs may use the file at once, and any of them may be killed: a save is one transaction. Knows no model and
no terminal.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

from flashsloth.errors import HistoryError, SessionNotFound
from flashsloth.history.records import (
    Kind,
    Match,
    SavedPicture,
    SavedTurn,
    Session,
    Summary,
    folded,
    read_picture,
    read_session,
    read_turn,
    searched_lines,
)
from flashsloth.utils import atomic_write

__all__ = ["PICTURE", "History", "Kind", "Match", "SavedPicture", "SavedTurn", "Session", "Summary", "new_id", "now"]

VERSION = 3  # 1 had no `images` of a turn, 2 no `kind` of a conversation and no pictures that were dropped
APPLICATION = 0x46534C54  # tells our files from other programs' ones
PICTURES = 2**30  # bytes of all pictures together; over it those of the oldest conversations go
PICTURE = 32 * 2**20  # bytes of the largest picture that is kept
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
WAIT = 5.0  # seconds for another program to end its save
MAYBE_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)  # what SQLite also says on a disk that is full
ASKS = 1000  # single questions that are kept: the newest ones, and all that have a name

REASONS = {  # why a file is set aside
    "newer": "was written by a newer version of this program",
    "foreign": "is not a file of this program",
    "damaged": "is damaged",
}

SCHEMA = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, name TEXT UNIQUE, created TEXT NOT NULL, updated TEXT NOT NULL, writes INTEGER NOT NULL,
    model TEXT NOT NULL, adapter TEXT, system TEXT, hd INTEGER, turns INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT 'chat'
);
CREATE TABLE turns (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, number INTEGER NOT NULL, created TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, token_ids TEXT NOT NULL, reason TEXT NOT NULL, model TEXT NOT NULL,
    images INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (session, number)
) WITHOUT ROWID;
CREATE TABLE shown (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, position INTEGER NOT NULL, sha256 TEXT NOT NULL,
    source TEXT NOT NULL, reading TEXT NOT NULL, dropped INTEGER, PRIMARY KEY (session, position)
) WITHOUT ROWID;
CREATE TABLE pictures (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);
"""


def new_id() -> str:
    return secrets.token_hex(4)


def now() -> str:
    return datetime.now(UTC).strftime(TIME)


class History:
    """The file of conversations; made when it is not there. One that is damaged or of a newer version is set aside
    under another name, which `set_aside` tells, and a new one is begun. Close it, or use it in `with`.

    Others' writing is waited for, WAIT seconds at most. With `durable` False a save does not wait for the disk, and a
    power failure may undo it. A file that may not be written, or whose folder may not, can be read all the same.
    Raises: HistoryError where it can neither be read nor made.
    """

    def __init__(self, path: Path, pictures: int = PICTURES, *, durable: bool = True) -> None:
        self.path, self.ceiling, self.durable = path, pictures, durable
        self.set_aside: str | None = None
        self._file: tuple[int, int] | None = None
        with _said(path):
            self._open_patiently()

    def _open_patiently(self) -> None:
        """Open it again while others begin or set aside the same file: SQLite does not wait then, whatever its
        timeout."""
        end = time.monotonic() + WAIT
        while True:
            try:
                return self._open()
            except (_Missing, _Unusable) as problem:
                if time.monotonic() > end:
                    raise
                self._replace(problem)
            except (sqlite3.OperationalError, _Moved) as error:
                if not (isinstance(error, _Moved) or "locked" in str(error)) or time.monotonic() > end:
                    raise
                time.sleep(random.uniform(0.005, 0.05))

    def _replace(self, problem: _Missing | _Unusable) -> None:
        """Make the file, or set the unusable one aside, unless another program did so meanwhile.

        Both happen only under the lock, so that nobody sets aside the file that another one has just made.
        """
        if isinstance(problem, _Unusable) and not _is_writable(self.path.parent):
            raise problem
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # what was asked is nobody else's business
            elif isinstance(problem, _Unusable):
                try:
                    with suppress(_Missing, _Moved):
                        self._open()
                        self._db.close()
                except _Unusable as again:
                    self._move(str(again))

    def _open_if_replaced(self) -> None:
        """Open the file again where the open one was removed, or another one took its place."""
        if self._file is not None and _identity(self.path) == self._file:
            return
        self._db.close()
        try:
            self._open_patiently()
        except BaseException:
            self._file = None
            raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.lock", timeout=WAIT, mode=0o600)
        try:
            with suppress(NotImplementedError):  # a file system without locks
                lock.acquire()
        except Timeout as error:
            raise sqlite3.OperationalError("database is locked") from error
        try:
            yield
        finally:
            lock.release()

    def _open(self) -> None:
        self._file = _identity(self.path)
        if self._file is None:
            raise _Missing
        self._connect()
        try:
            self._db.text_factory = partial(str, encoding="utf-8", errors="replace")  # a damaged one hides no other
            self._is_empty()  # opens the -wal, by its name
            if _identity(self.path) != self._file:  # that may have been another file's
                raise _Moved
            self._check_owner()
            if self._is_empty():  # else each start would write to the file, and wait for others to do so
                self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is removed is gone
            self._db.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'NORMAL'}")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._check()
        except sqlite3.OperationalError as error:
            self._db.close()
            if _identity(self.path) != self._file:
                raise _Moved from error
            if "malformed" in str(error):
                raise _Unusable("damaged") from error
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _Unusable("damaged") from error
        except BaseException:
            self._db.close()
            raise

    def _connect(self) -> None:
        """Connect to the file that is there, never making one. Where nothing may be written, read without leaving a
        -shm behind, whose mode would be that of the file and keep others from writing later."""
        mode = "mode=rw"
        if _is_writable(self.path) and _is_writable(Path(os.path.realpath(self.path)).parent):
            self._mend_modes()
        else:
            wal = Path(f"{os.path.realpath(self.path)}-wal")
            mode = "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1"
        try:
            self._db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{mode}",
                uri=True,
                timeout=WAIT,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.OperationalError as error:
            if not self.path.exists():
                raise _Missing from error
            raise

    def _mend_modes(self) -> None:
        """Make the -wal and -shm writable that were left by a reader while the file was not."""
        for end in ("-wal", "-shm"):
            beside = f"{os.path.realpath(self.path)}{end}"
            with suppress(OSError):
                if not os.stat(beside).st_mode & 0o200:
                    os.chmod(beside, self.path.stat().st_mode & 0o777)

    def _check_owner(self) -> None:
        """Before anything is written to it."""
        if self._is_empty():
            return
        (owner,) = self._db.execute("PRAGMA application_id").fetchone()
        if owner != APPLICATION:
            raise _Unusable("foreign")
        if self._version() > VERSION:
            raise _Unusable("newer")

    def _check(self) -> None:
        if self._is_empty():
            with self._writing():
                if self._is_empty():  # another program may have been faster
                    for statement in SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                    self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._check_owner()
        self._bring_up()
        self._db.execute("SELECT count(*), max(length(question)) FROM turns").fetchone()  # meets damage early

    def _bring_up(self) -> None:
        """Upgrade a file of an earlier version, in one transaction."""
        if self._version() == VERSION:
            return
        with self._writing():
            before = self._version()  # another program may have been faster
            if before < 2:  # a conversation had one picture, shown with its first turn
                self._db.execute("ALTER TABLE turns ADD COLUMN images INTEGER NOT NULL DEFAULT 0")
                self._db.execute(
                    "UPDATE turns SET images = 1 WHERE number = 0 AND session IN (SELECT session FROM shown)"
                )
            if before < 3:  # every conversation was a chat
                self._db.execute("ALTER TABLE shown ADD COLUMN dropped INTEGER")
                self._db.execute("ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'chat'")
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(found)

    def _is_empty(self) -> bool:
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return tables == 0

    def _move(self, why: str) -> None:
        """Give the file a name that no other one has."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        for number in itertools.count(1):
            more = f"-{number}" if number > 1 else ""
            aside = self.path.with_name(f"{self.path.stem}.{why}-{stamp}{more}{self.path.suffix}")
            with suppress(FileExistsError):
                os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # so that nobody else takes it
                break
        try:
            os.replace(self.path, aside)
        except BaseException:
            aside.unlink()
            raise
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{self.path}{end}", f"{aside}{end}")
        self.set_aside = f"{self.path} {REASONS[why]}; it was set aside as {aside.name}, and a new one begun"

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # SQLite has ended it already where the disk is full
            self._db.execute("ROLLBACK")

    # Saving

    def save(self, session: Session, keep: int = 0) -> Session:
        """Write a conversation whose first `keep` turns are in the file already; the session as it now is kept.

        If another program wrote to it meanwhile, or removed it, this conversation is kept as a new one. A new one
        whose name is taken is kept without a name. Of the unnamed single questions only the newest stay.
        """
        with _said(self.path):
            self._open_if_replaced()
        with _said(self.path), self._writing():
            row = self._db.execute("SELECT writes FROM sessions WHERE id = ?", (session.id,)).fetchone()
            if row is None or row[0] != session.writes:
                if row is not None or session.writes:
                    session = replace(session, id=new_id(), name=None)
                if session.name is not None and self._owner_of(session.name) is not None:
                    session = replace(session, name=None)
                session, keep = replace(session, created=now(), writes=0), 0
            session = replace(session, updated=self._later(), writes=session.writes + 1)
            self._write_facts(session)
            self._write_turns(session, keep)
            if session.kind == "ask":
                self._forget_old_asks()
            self._write_pictures(session)
        return session

    def _forget_old_asks(self) -> None:
        self._db.execute(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE kind = 'ask' AND name IS NULL"
            " ORDER BY updated DESC LIMIT -1 OFFSET ?)",
            (ASKS,),
        )

    def _later(self) -> str:
        """Now, or just after the last save where the clock went back: what was talked in last stays the last."""
        (last,) = self._db.execute("SELECT max(updated) FROM sessions").fetchone()
        with suppress(TypeError, ValueError, OverflowError):
            return max(now(), (datetime.fromisoformat(last) + timedelta(microseconds=1)).strftime(TIME))
        return now()

    def _write_facts(self, session: Session) -> None:
        values = (
            *(session.id, session.name, session.created, session.updated, session.writes, session.model),
            *(session.adapter, session.system, session.hd, len(session.turns), session.kind),
        )
        self._db.execute(
            "INSERT INTO sessions (id, name, created, updated, writes, model, adapter, system, hd, turns, kind)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, updated = excluded.updated, writes = excluded.writes, model = excluded.model,"
            " adapter = excluded.adapter, system = excluded.system, hd = excluded.hd, turns = excluded.turns",
            values,
        )

    def _write_turns(self, session: Session, keep: int) -> None:
        self._db.execute("DELETE FROM turns WHERE session = ? AND number >= ?", (session.id, keep))
        self._db.executemany(
            "INSERT INTO turns (session, number, created, question, answer, token_ids, reason, model, images)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(session.id, number, turn.created or session.updated, turn.question, turn.answer),
                    *(json.dumps(turn.token_ids), turn.reason, turn.model, turn.images),
                )
                for number, turn in enumerate(session.turns)
                if number >= keep
            ],
        )

    def _write_pictures(self, session: Session) -> None:
        self._db.execute("DELETE FROM shown WHERE session = ?", (session.id,))
        for position, picture in enumerate(session.pictures):
            self._db.execute(
                "INSERT INTO shown (session, position, sha256, source, reading, dropped) VALUES (?, ?, ?, ?, ?, ?)",
                (session.id, position, picture.sha256, picture.source, json.dumps(picture.reading), picture.dropped),
            )
            if picture.data is not None and len(picture.data) <= PICTURE:
                self._db.execute(
                    "INSERT OR IGNORE INTO pictures VALUES (?, ?, ?)",
                    (picture.sha256, len(picture.data), picture.data),
                )
        self._forget_unshown()
        self._make_room(session)

    def _forget_unshown(self) -> None:
        self._db.execute("DELETE FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM shown)")

    def _make_room(self, session: Session) -> None:
        """Drop pictures until the rest fit: first those that only unnamed single questions show, then those that were
        last talked about longest ago; none of this conversation."""
        (held,) = self._db.execute("SELECT coalesce(sum(size), 0) FROM pictures").fetchone()
        if held <= self.ceiling:
            return
        oldest = self._db.execute(
            "SELECT sha256, size FROM pictures JOIN shown USING (sha256) JOIN sessions ON sessions.id = session"
            " GROUP BY sha256 HAVING sum(session = ?) = 0"
            " ORDER BY max(kind <> 'ask' OR name IS NOT NULL), max(updated)",
            (session.id,),
        ).fetchall()
        for sha256, size in oldest:
            if held <= self.ceiling:
                break
            self._db.execute("DELETE FROM pictures WHERE sha256 = ?", (sha256,))
            held -= size

    def named(self, name: str) -> str | None:
        """The id of the conversation of that name; None if there is none."""
        with _said(self.path):
            return self._owner_of(name)

    def _owner_of(self, name: str) -> str | None:
        row = self._db.execute("SELECT id FROM sessions WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def rename(self, session: Session, name: str) -> Session:
        """Give a kept conversation a name; one that had it before loses it."""
        with _said(self.path), self._writing():
            self._db.execute("UPDATE sessions SET name = NULL, writes = writes + 1 WHERE name = ? AND id <> ?",
                             (name, session.id))  # fmt: skip
            self._db.execute("UPDATE sessions SET name = ?, writes = writes + 1 WHERE id = ?", (name, session.id))
        return replace(session, name=name, writes=session.writes + 1)

    def discard(self, session: Session) -> bool:
        """Remove a conversation unless another program wrote to it since; whether it is gone."""
        with _said(self.path), self._writing():
            row = "id = ? AND writes <> ?"
            if self._db.execute(f"SELECT 1 FROM sessions WHERE {row}", (session.id, session.writes)).fetchone():
                return False
            self._db.execute("DELETE FROM sessions WHERE id = ?", (session.id,))
            self._forget_unshown()
        return True

    # Finding

    def list(self, kind: Kind | None = None) -> list[Summary]:
        """All conversations, or those of one kind, the one talked in last first; of a damaged one what can be shown."""
        with _said(self.path):
            rows = self._db.execute(
                "SELECT cast(coalesce(id, '') AS TEXT), cast(name AS TEXT), cast(created AS TEXT),"
                " cast(updated AS TEXT), cast(model AS TEXT), cast(turns AS INTEGER),"
                " (SELECT count(*) FROM shown WHERE session = id),"
                " cast(coalesce((SELECT question FROM turns WHERE session = id AND number = 0), '') AS TEXT),"
                " cast(kind AS TEXT) FROM sessions WHERE kind = ?1 OR ?1 IS NULL ORDER BY updated DESC",
                (kind,),
            ).fetchall()
        return [Summary(*row) for row in rows]

    def search(self, text: str, kind: Kind | None = None) -> Iterator[tuple[Summary, Sequence[Match]]]:
        """The conversations that have a text in their name, a picture's name, a question or an answer, the one talked
        in last first, each with the lines that have it. Upper and lower case, and ways to write an accent, are one."""
        wanted = folded(text)
        for each in self.list(kind):
            with _said(self.path):
                shown = self._db.execute(
                    "SELECT cast(source AS TEXT) FROM shown WHERE session = ? ORDER BY position", (each.id,)
                ).fetchall()
                turns = self._db.execute(
                    "SELECT number + 1, cast(question AS TEXT), cast(answer AS TEXT) FROM turns WHERE session = ?"
                    " ORDER BY number",
                    (each.id,),
                ).fetchall()
            lines = searched_lines(each.name, [source for (source,) in shown], turns)
            if found := [line for line in lines if wanted in folded(line.text)]:
                yield each, found

    def last(self, kind: Kind | None = None) -> Session:
        """The conversation talked in last, of one kind if that is given. Raises: SessionNotFound; HistoryError for one
        that is damaged."""
        with _said(self.path):
            row = self._db.execute(
                "SELECT id FROM sessions WHERE kind = ?1 OR ?1 IS NULL ORDER BY updated DESC LIMIT 1", (kind,)
            ).fetchone()
        if row is None:
            asked = "flashsloth ask -c goes on with what `ask` was asked; " if self.list() else ""
            raise SessionNotFound(
                f"there is no {'chat' if asked else 'conversation'} to go on with",
                hint=f"{asked}flashsloth chat photo.jpg begins one.",
            )
        return self._read(row[0])

    def first_pictures(self) -> dict[str, str]:
        """Return the source of the first picture of each conversation, by its id."""
        with _said(self.path):
            rows = self._db.execute(
                "SELECT session, cast(source AS TEXT) FROM shown AS one"
                " WHERE position = (SELECT min(position) FROM shown WHERE session = one.session)"
            ).fetchall()
        return dict(rows)

    def find(self, word: str) -> Session:
        """A conversation by its name, or by the beginning of its id that no other has.

        Raises: SessionNotFound; HistoryError for one that is damaged.
        """
        return self._read(self.which(word))

    def which(self, word: str) -> str:
        """The id of that conversation, which need not be sound. Raises: SessionNotFound."""
        named: str | None = None
        begun: Sequence[str] = ()
        with _said(self.path), suppress(UnicodeEncodeError):  # no name is like that
            named, begun = self._owner_of(word), self.beginning(word)
        if named is not None:
            return named
        if not word or len(begun) != 1:
            many = f"{len(begun)} conversations begin with {word}" if len(begun) > 1 and word else None
            raise SessionNotFound(many or f"there is no conversation {word}")
        return begun[0]

    def beginning(self, word: str) -> Sequence[str]:
        """The ids that begin like that."""
        pattern = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        with _said(self.path):
            rows = self._db.execute(r"SELECT id FROM sessions WHERE id LIKE ? ESCAPE '\'", (pattern,)).fetchall()
        return [str(each) for (each,) in rows]

    def _read(self, identity: str) -> Session:
        with _said(self.path):
            self._db.execute("BEGIN")
            try:
                facts = self._db.execute(
                    "SELECT id, model, adapter, system, hd, name, created, updated, writes, kind FROM sessions"
                    " WHERE id = ?",
                    (identity,),
                ).fetchone()
                turns = self._db.execute(
                    "SELECT question, answer, token_ids, reason, model, created, images FROM turns WHERE session = ?"
                    " ORDER BY number",
                    (identity,),
                ).fetchall()
                shown = self._db.execute(
                    "SELECT shown.sha256, source, reading, data, dropped FROM shown LEFT JOIN pictures USING (sha256)"
                    " WHERE session = ? ORDER BY position",
                    (identity,),
                ).fetchall()
            finally:
                self._roll_back()
        if facts is None:
            raise SessionNotFound(f"conversation {identity} was removed meanwhile")
        try:
            return read_session(
                facts, tuple(read_turn(*row) for row in turns), tuple(read_picture(*row) for row in shown)
            )
        except (TypeError, ValueError, RecursionError) as error:
            raise HistoryError(
                f"conversation {identity} in {self.path} is damaged",
                hint=f"flashsloth sessions rm {identity} removes it.",
            ) from error

    # Removing

    def remove(self, identities: Sequence[str]) -> int:
        """Remove conversations and the pictures that no other one shows; the bytes that came free."""
        before = _size(self.path)
        with _said(self.path):
            with self._writing():
                self._db.executemany("DELETE FROM sessions WHERE id = ?", [(one,) for one in identities])
                self._forget_unshown()
            self._db.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")
        return max(0, before - _size(self.path))


class _Unusable(Exception):
    """Why a file is set aside: damaged, foreign or newer."""


class _Missing(Exception):
    """There is no file yet, or no longer."""


class _Moved(Exception):
    """Another program set the file aside while it was opened."""


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Inside, what SQLite and the disk have to complain about becomes a HistoryError."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the kind of the error within its class
        if code == sqlite3.SQLITE_FULL or (code in MAYBE_FULL and atomic_write.is_full(error, path)):
            raise HistoryError(f"the disk is full: {path} cannot be written", hint=atomic_write.FREE) from error
        if code == sqlite3.SQLITE_READONLY:
            raise HistoryError(f"{path} cannot be written, only read") from error
        busy = "locked" in str(error) or "busy" in str(error)
        hint = "Another program holds it; try again." if busy else None
        raise HistoryError(f"{path}: {error}", hint=hint) from error
    except _Unusable as error:
        raise HistoryError(f"{path} {REASONS[str(error)]}") from error
    except (_Missing, _Moved) as error:
        raise HistoryError(f"{path} is replaced by another program", hint="Try again.") from error
    except UnicodeEncodeError as error:
        raise HistoryError(f"{path}: it keeps only text that is UTF-8") from error
    except OSError as error:
        if atomic_write.is_full(error):
            raise HistoryError(f"the disk is full: {path} cannot be written", hint=atomic_write.FREE) from error
        raise HistoryError(f"{path}: {error.strerror or error}") from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _size(path: Path) -> int:
    return sum(os.path.getsize(f"{path}{end}") for end in ("", "-wal") if os.path.exists(f"{path}{end}"))
