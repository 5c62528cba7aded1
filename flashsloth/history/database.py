"""The SQLite file of the history. This module opens the file, creates its tables, and refuses a file
that contains anything else.

Several processes may use the file at once, and any of them may be killed at any time. `store.py` reads
and writes the conversations in it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from flashsloth.errors import HistoryError
from flashsloth.utils import atomic_write, system
from flashsloth.utils.text import command_line

# The version of SCHEMA, which is `user_version` in the file. To add a column to a table, write it at
# the end of the table, in the text that ALTER TABLE leaves there, and raise the version. Let
# `_prepare` run the ALTER TABLE and set the version in a writable file of the version before. A
# program refuses files of other versions than its own.
VERSION = 3
APPLICATION_ID = 0x46534C54  # identifies the file as ours in the header that SQLite writes
LOCK_TIMEOUT = 5.0  # seconds to wait for another process
# SQLite may report a full disk with these codes, but they have other causes too.
MAYBE_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

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
TABLES = sorted(statement.strip() for statement in SCHEMA.split(";") if statement.strip())


class Database:
    """A connection to the file of the history. Without write permission the file can still be read.

    Args:
        durable: whether a commit waits for the disk. Otherwise a power failure may undo it.
        create: whether a missing file is created. Otherwise an empty database in memory is used.

    Raises: HistoryError if the file can be neither read nor created, or is not a history of this
        version.
    """

    def __init__(self, path: Path, *, durable: bool = True, create: bool = True) -> None:
        self.path = path
        self.durable = durable
        self.create = create
        with convert_errors(path):
            self._open()

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query finds. Raises: HistoryError."""
        with convert_errors(self.path):
            return self.execute(statement, values).fetchall()

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Run a statement in a transaction."""
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """Commit all writes of the context together, or roll them back. In a DEFERRED transaction all
        reads see the same state of the file. If the file was removed meanwhile, it is created again, or
        the new one that another process has created is opened. Raises: HistoryError."""
        with convert_errors(self.path):
            if self.create and self._opened != _identity(self.path):
                self.close()
                self._open()
            self.execute(f"BEGIN {kind}")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                # If the disk is full, SQLite has already rolled back.
                if self._connection.in_transaction:
                    self.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Return the space of removed rows to the file system. Raises: HistoryError."""
        with convert_errors(self.path):
            self._connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self) -> int:
        """Return the number of bytes of the file and of its write-ahead log."""
        paths = (f"{self.path}{ending}" for ending in ("", "-wal"))
        return sum(os.path.getsize(path) for path in paths if os.path.exists(path))

    def close(self) -> None:
        self._connection.close()

    # Opening

    def _open(self) -> None:
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise HistoryError(f"{self.path} is not a file")
        # Create the file here, because conversations are private and SQLite would let other users read
        # the file.
        if self.create and not os.path.exists(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._opened = _identity(self.path)
        mode = self._mode()
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        self._connection = sqlite3.connect(
            address, uri=True, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(writable=mode in ("rw", "memory"))
        except BaseException:
            self._opened = None  # the next transaction tries to open the file again
            self.close()
            raise

    def _mode(self) -> str:
        """Return the mode in which SQLite opens the file. It is read-only if the file cannot be
        written, or if its folder cannot be written, because SQLite creates further files there."""
        real = os.path.realpath(self.path)
        if not os.path.exists(real):
            return "memory"
        if os.access(self.path, os.W_OK) and os.access(os.path.dirname(real), os.W_OK):
            return "rw"
        with suppress(FileNotFoundError):
            if os.path.getsize(f"{real}-wal"):
                return "ro"
        # With `immutable` SQLite creates no -shm file, which would be read-only and prevent writing
        # later. Opening it in this way is safe, because without a write-ahead log everything is in the
        # file itself.
        return "ro&immutable=1"

    def _prepare(self, *, writable: bool) -> None:
        # Damaged text in one row must not prevent reading the other rows.
        self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        if writable and not self._tables():
            self._create_tables()
        [owner], [version] = (
            self.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        if (self._tables(), owner, version) != (TABLES, APPLICATION_ID, VERSION):
            raise _unusable(self.path, "is not a history of this version of flashsloth")
        # A removed conversation must not stay readable in the file.
        self.execute("PRAGMA secure_delete = ON")
        self.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'NORMAL'}")
        self.execute("PRAGMA foreign_keys = ON")
        if writable:
            # An error means that another process is creating the file, and that process will set the
            # mode.
            with suppress(sqlite3.OperationalError):
                self.execute("PRAGMA journal_mode = WAL")
        # If the file is damaged, this raises now and not in the middle of a conversation.
        self.execute("SELECT count(number) FROM turns").fetchone()

    def _create_tables(self) -> None:
        """Create the tables in an empty file. If several processes try this at the same time, one
        creates the tables and the others wait."""
        self.execute("PRAGMA auto_vacuum = INCREMENTAL")
        with self.transaction():
            if not self._tables():
                for statement in TABLES:
                    self.execute(statement)
                self.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.execute(f"PRAGMA user_version = {VERSION}")

    def _tables(self) -> list[str]:
        """Return the SQL of all tables, views, triggers and indexes in the file. Nothing but our tables
        is accepted, because a trigger in a manipulated file could change other rows than those that are
        written."""
        return sorted(
            sql for (sql,) in self.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        )


@contextmanager
def convert_errors(path: Path) -> Iterator[None]:
    """Convert errors of SQLite and of the file system to HistoryError."""
    try:
        yield
    except sqlite3.Error as error:
        raise _convert(error, path) from error
    except UnicodeEncodeError as error:
        raise HistoryError(
            f"{path}: the text cannot be written as UTF-8", hint="Remove the unusual characters."
        ) from error
    except OSError as error:
        if atomic_write.is_disk_full(error):
            raise _disk_full(path) from error
        raise HistoryError(f"{error.filename or path}: {error.strerror or error}") from error


def _convert(error: sqlite3.Error, path: Path) -> HistoryError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary result code
    if code == sqlite3.SQLITE_FULL or (code in MAYBE_FULL and atomic_write.is_disk_full(error, path)):
        return _disk_full(path)
    if code == sqlite3.SQLITE_READONLY:
        return HistoryError(
            f"{path} is read-only",
            hint="Make the file and its folder writable, or name another folder in FLASHSLOTH_HOME.",
        )
    if code == sqlite3.SQLITE_BUSY and system.has_no_locks(path.parent):
        return HistoryError(
            f"the file system of {path} has no locks",
            hint="Name a folder on another disk in FLASHSLOTH_HOME.",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HistoryError(f"{path} is locked by another process", hint="Try again.")
    if code in DAMAGED:
        return _unusable(path, "is damaged")
    return HistoryError(f"{path}: {error}")


def _disk_full(path: Path) -> HistoryError:
    return HistoryError(f"the disk is full: {path} cannot be written", hint=atomic_write.FREE_SPACE)


def _unusable(path: Path, problem: str) -> HistoryError:
    move = command_line("mv", path, path.with_name(f"{path.name}.old"))
    return HistoryError(f"{path} {problem}", hint=f"To start a new history, move the file away: {move}")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what distinguishes a file from a later one at the same path, or None if there is none."""
    with suppress(OSError):
        status = os.stat(path)
        return status.st_dev, status.st_ino
    return None
