"""The SQLite file of the history: create it, open it, upgrade it, or rename a file that cannot be used.

Several processes may use the file at once, and any of them may be killed. `store.py` has the conversations.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flashsloth.errors import HistoryError
from flashsloth.utils import atomic_write, system

VERSION = 3  # 1 had no `turns.images`, 2 no `sessions.kind` and no `shown.dropped`
APPLICATION_ID = 0x46534C54  # identifies the file as ours, in SQLite's header
LOCK_TIMEOUT = 5.0  # seconds to wait for another process
MAYBE_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)  # SQLite also reports a full disk with these codes

UNUSABLE = {
    "newer": "was written by a newer version of flashsloth",
    "foreign": "is not a history of flashsloth",
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


class Database:
    """A connection to the file, which is created if it is missing. A damaged, newer or foreign file is renamed, and
    `set_aside` holds a message about that.

    With `durable` False a commit does not wait for the disk: a power failure may undo it. Without write permission the
    file can still be read. With `create` False a missing file stays missing: an empty one in memory takes its place.
    Raises: HistoryError if the file can be neither read nor created.
    """

    def __init__(self, path: Path, *, durable: bool, create: bool = True) -> None:
        self.path, self.durable, self.create = path, durable, create
        self.set_aside: str | None = None
        self._file_id: tuple[int, int] | None = None
        with convert_errors(path):
            self._open_with_retries()

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the writes inside all together, or roll them back."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let the reads inside see one state of the file."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # on a full disk SQLite has ended it already
            self.execute("ROLLBACK")

    def shrink(self) -> None:
        """Return the space of removed rows to the file system."""
        self._connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self) -> int:
        """Return the bytes of the file and of its write-ahead log."""
        return sum(os.path.getsize(f"{self.path}{end}") for end in ("", "-wal") if os.path.exists(f"{self.path}{end}"))

    def close(self) -> None:
        self._connection.close()

    def reopen_if_replaced(self) -> None:
        """Open the file again if the path now leads to another file, or to none."""
        if self._file_id is not None and _file_id(self.path) == self._file_id:
            return
        self.close()
        try:
            self._open_with_retries()
        except BaseException:
            self._file_id = None
            raise

    # Opening

    def _open_with_retries(self) -> None:
        """Open the file, and retry while other processes create or rename it: SQLite's own timeout does not cover
        that."""
        end = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                return self._open()
            except (_Missing, _Unusable) as error:
                if time.monotonic() > end:
                    raise
                self._replace(error)
            except (sqlite3.OperationalError, _Replaced) as error:
                if not (isinstance(error, _Replaced) or "locked" in str(error)) or time.monotonic() > end:
                    raise
                time.sleep(random.uniform(0.005, 0.05))

    def _open(self) -> None:
        self._file_id = _file_id(self.path)
        if self.create and _is_missing(self.path):
            raise _Missing
        self._connect()
        try:
            # a damaged text must not hide the other rows
            self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
            self._is_empty()  # opens the -wal by its name
            if _file_id(self.path) != self._file_id:  # then the -wal may belong to another file
                raise _Replaced
            self._check_owner()
            if self._is_empty():  # in memory, or a file without tables
                _create_tables(self._connection)
            self.execute("PRAGMA secure_delete = ON")
            self.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'NORMAL'}")
            self.execute("PRAGMA foreign_keys = ON")
            self._check_owner()
            self._upgrade()
            self.execute("SELECT count(*), max(length(question)) FROM turns").fetchone()  # finds damage early
        except sqlite3.OperationalError as error:
            self.close()
            if _file_id(self.path) != self._file_id:
                raise _Replaced from error
            if "malformed" in str(error):
                raise _Unusable("damaged") from error
            raise
        except sqlite3.DatabaseError as error:
            self.close()
            raise _Unusable("damaged") from error
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        """Connect to the file, read-only if it or its folder cannot be written, or without a file to memory."""
        mode = "mode=rw"
        if self._file_id is None:
            mode = "mode=memory"
        elif _is_writable(self.path) and _is_writable(Path(os.path.realpath(self.path)).parent):
            self._make_wal_writable()
        else:  # immutable leaves no -shm, whose read-only mode would later keep writers out
            wal = Path(f"{os.path.realpath(self.path)}-wal")
            mode = "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1"
        try:
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{mode}",
                uri=True,
                timeout=LOCK_TIMEOUT,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.OperationalError as error:
            if _file_id(self.path) != self._file_id:
                raise _Replaced from error
            raise

    def _make_wal_writable(self) -> None:
        """Make the -wal and -shm writable that a reader left while the file was read-only."""
        for end in ("-wal", "-shm"):
            companion = f"{os.path.realpath(self.path)}{end}"
            with suppress(OSError):
                if not os.stat(companion).st_mode & 0o200:
                    os.chmod(companion, self.path.stat().st_mode & 0o777)

    def _check_owner(self) -> None:
        if self._is_empty():
            return
        (owner,) = self.execute("PRAGMA application_id").fetchone()
        if owner != APPLICATION_ID:
            raise _Unusable("foreign")
        if self._version() > VERSION:
            raise _Unusable("newer")

    def _upgrade(self) -> None:
        """Upgrade a file of an earlier version, in one transaction."""
        if self._version() == VERSION:
            return
        with self.transaction():
            version = self._version()  # another process may have been faster
            if version < 2:  # a conversation had one picture, shown with its first turn
                self.execute("ALTER TABLE turns ADD COLUMN images INTEGER NOT NULL DEFAULT 0")
                self.execute("UPDATE turns SET images = 1 WHERE number = 0 AND session IN (SELECT session FROM shown)")
            if version < 3:  # every conversation was a chat
                self.execute("ALTER TABLE shown ADD COLUMN dropped INTEGER")
                self.execute("ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'chat'")
            self.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        (version,) = self.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _is_empty(self) -> bool:
        (tables,) = self.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return tables == 0

    # Replacing

    def _replace(self, error: _Missing | _Unusable) -> None:
        """Create the missing file, or rename the unusable one. Both happen under the lock and after another look, so
        that no process renames a file that another one has just created."""
        if isinstance(error, _Unusable) and not _is_writable(self.path.parent):
            raise error
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            if _is_missing(self.path):
                self._create()
            elif isinstance(error, _Unusable):
                try:
                    with suppress(_Missing, _Replaced):
                        self._open()
                        self.close()
                except _Unusable as still:
                    self._rename(str(still))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.lock", timeout=LOCK_TIMEOUT, mode=0o600)
        try:
            with suppress(NotImplementedError):  # a file system without locks
                lock.acquire()
        except Timeout as error:
            raise sqlite3.OperationalError("database is locked") from error
        try:
            yield
        finally:
            lock.release()

    def _create(self) -> None:
        """Create the file with its tables, readable by its owner only. No process sees it without them."""
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        new.unlink(missing_ok=True)  # of a killed process
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            _create_tables(connection)
        system.replace(new, self.path)

    def _rename(self, reason: str) -> None:
        """Rename the file and its -wal and -shm to a name that no other file has."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        for number in itertools.count(1):
            suffix = f"-{number}" if number > 1 else ""
            target = self.path.with_name(f"{self.path.stem}.{reason}-{stamp}{suffix}{self.path.suffix}")
            with suppress(FileExistsError):
                os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # reserves the name
                break
        self._copy(target)
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                system.replace(f"{self.path}{end}", f"{target}{end}")
        self._create()
        self.set_aside = f"{self.path} {UNUSABLE[reason]}; it was renamed to {target.name}, and a new history was begun"

    def _copy(self, target: Path) -> None:
        """Copy the file, whose name is then given to a new one; without room for a copy, rename it. A connection that
        has the file open finds its journal by name: it would take that of the new file for its own, and roll it back
        into the old one, so that one should have no name."""
        try:
            shutil.copyfile(self.path, target)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                target.unlink()
                raise
            system.replace(self.path, target)


class _Unusable(Exception):
    """The file must be renamed; the text is a key of UNUSABLE."""


class _Missing(Exception):
    """The file does not exist."""


class _Replaced(Exception):
    """Another process renamed the file while it was opened."""


@contextmanager
def convert_errors(path: Path) -> Iterator[None]:
    """Raise errors of SQLite and the file system as HistoryError."""
    try:
        yield
    except sqlite3.Error as error:
        raise _convert(error, path) from error
    except _Unusable as error:
        raise HistoryError(
            f"{path} {UNUSABLE[str(error)]}", hint="Make its folder writable, so that the file can be renamed."
        ) from error
    except (_Missing, _Replaced) as error:
        raise HistoryError(f"another process keeps replacing {path}", hint="Try again.") from error
    except UnicodeEncodeError as error:
        raise HistoryError(
            f"{path}: the text cannot be written as UTF-8", hint="Remove the unusual characters."
        ) from error
    except OSError as error:
        if atomic_write.is_disk_full(error):
            raise _disk_full(path) from error
        raise HistoryError(f"{path}: {error.strerror or error}") from error


def _convert(error: sqlite3.Error, path: Path) -> HistoryError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code
    if code == sqlite3.SQLITE_FULL or (code in MAYBE_FULL and atomic_write.is_disk_full(error, path)):
        return _disk_full(path)
    if code == sqlite3.SQLITE_READONLY:
        return HistoryError(
            f"{path} is read-only",
            hint="Make the file and its folder writable, or name another folder in FLASHSLOTH_HOME.",
        )
    if "locked" in str(error) or "busy" in str(error):
        return HistoryError(f"{path} is locked by another process", hint="Try again.")
    return HistoryError(f"{path}: {error}")


def _disk_full(path: Path) -> HistoryError:
    return HistoryError(f"the disk is full: {path} cannot be written", hint=atomic_write.FREE_SPACE)


def _create_tables(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"
    )


def _is_missing(path: Path) -> bool:
    """Return whether there is no file, or an empty one."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def _file_id(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a file; None if there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK)
