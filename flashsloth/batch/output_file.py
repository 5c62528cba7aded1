"""The file of answers, a JSON object a line: appended to as they come, in order when all are there. Knows no model.

Killed at any moment it holds whole lines and perhaps one torn at its end, which the next run drops. While a batch is
under way a row may stand twice, failed and behind that anew; the last step, one atomic replacement, puts the file in
order and leaves one line a row.
"""

from __future__ import annotations

import glob
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flashsloth.batch.inputs import Row
from flashsloth.batch.resume import SCHEMA, PreviousAnswer, is_answer, read_earlier
from flashsloth.data.row_index import read_lines
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write
from flashsloth.utils.paths import expand

SYNC_SECONDS = 2.0  # between two waits for the disk: what a power failure may cost


class Output:
    """A file of answers that one process writes. `earlier` is what it holds already.

    Use as a context. Raises: InputError where it cannot be written, is being written to, or holds something else.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self.shown = path
        self.path = Path(os.path.realpath(expand(path)))  # a link stays one when the file is replaced
        self.force = force
        self.earlier: list[PreviousAnswer] = []
        self._lock = FileLock(self.path.with_name(f".{self.path.name}.flashsloth-lock"))
        self._scratch = f".{self.path.name}.unfinished-"
        self._handle = -1
        self._end = 0  # bytes of whole lines
        self._synced = 0.0
        self._lines: dict[int, PreviousAnswer | tuple[int, int]] = {}  # by row: where it stands

    def __enter__(self) -> Output:
        self._check()
        with self._failing():
            try:
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise InputError(
                    f"another process is writing to {self.shown}", hint="Wait for it, stop it, or give another file."
                ) from error
        try:
            with self._failing():
                for left in self.path.parent.glob(f"{glob.escape(self._scratch)}*"):  # by a process that was killed
                    left.unlink()
                if not self.force:
                    self.earlier = list(self._read())
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.fsync(self._handle)
            os.close(self._handle)
            self._handle = -1
        self._let_go()

    @property
    def there(self) -> int:
        """How many of the rows it has."""
        return len(self._lines)

    def begin(self, kept: Mapping[int, PreviousAnswer]) -> None:
        """Open it behind its last whole line; `kept` are the rows that stay as they are."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        with self._failing():
            self._handle = os.open(self.path, flags, 0o666)
            os.ftruncate(self._handle, self._end)
        self._lines.update(kept)

    def add(self, number: int, document: dict[str, Any]) -> None:
        """Append a row: with the system when this returns, on the disk within seconds. Raises: DiskFull, InputError."""
        data = encoded(document)
        with self._failing():
            try:
                rest = memoryview(data)
                while rest:  # once, but where the disk is full
                    rest = rest[os.write(self._handle, rest) :]
            except OSError:
                os.ftruncate(self._handle, self._end)
                raise
            self._lines[number] = (self._end, len(data))
            self._end += len(data)
            if time.monotonic() - self._synced > SYNC_SECONDS:
                os.fsync(self._handle)
                self._synced = time.monotonic()

    def finish(self, rows: Sequence[Row]) -> None:
        """Put the file in the rows' order, one line each, all of it or nothing. Raises: DiskFull, InputError."""
        with self._failing():
            if self._is_in_order(rows):
                os.fsync(self._handle)
                return
            with atomic_write.atomic_write(self.path, prefix=self._scratch) as file:
                for row in rows:
                    file.write(self._line(row))
                os.close(self._handle)  # before the replacement: Windows wants it so
                self._handle = -1

    def _is_in_order(self, rows: Sequence[Row]) -> bool:
        at = 0
        for row in rows:
            line = self._lines[row.number]
            if isinstance(line, PreviousAnswer):
                if not _is_of(line, row):
                    return False
                line = (line.start, line.size)
            if line[0] != at:
                return False
            at += line[1]
        return at == self._end

    def _line(self, row: Row) -> bytes:
        """A row's line. One that was answered under another number, as rows came or went, gets its new one."""
        line = self._lines[row.number]
        start, size = (line.start, line.size) if isinstance(line, PreviousAnswer) else line
        data = _read_at(self._handle, start, size)
        if not isinstance(line, PreviousAnswer) or _is_of(line, row):
            return data
        own = {} if row.id is None else {"id": row.id}
        return encoded({**json.loads(data), "row": row.number, "source": row.source, **own})

    def _check(self) -> None:
        """Raises InputError for what can be no file of answers."""
        if os.path.isdir(self.path):
            raise InputError(f"{self.shown} is a folder", hint="Give the file that is to be written.")
        if not os.path.isdir(self.path.parent):
            raise InputError(f"there is no folder {self.shown.parent}", hint="Make it, or give another file.")
        try:
            atomic_write.check_regular_file(expand(self.shown))
        except OSError as error:
            raise InputError(
                f"{self.shown} cannot be written: {error.strerror}",
                hint="Without -o the answers go to stdout, from where they can go on.",
            ) from error

    def _read(self) -> Iterator[PreviousAnswer]:
        """The whole lines of the file. A torn one at its end does not count."""
        if not os.path.lexists(self.path):
            return
        with self.path.open("rb") as file:
            torn = b""
            for number, line in enumerate(read_lines(file), 1):
                document = _parsed(line)
                if torn or (document is None and line.endswith(b"\n") and line.strip()):
                    self._refuse(number - bool(torn))
                if document is None:
                    torn = line
                    continue
                yield read_earlier(document, self._end, len(line))
                self._end += len(line)
        beginning = json.dumps({"schema": SCHEMA})[:-1].encode()
        if torn and self._end == 0 and not torn.startswith(beginning[: len(torn)]):
            self._refuse(1)

    def _refuse(self, number: int) -> None:
        raise InputError(
            f"{self.shown}:{number} is no answer; the file holds something else",
            hint="Give another file, or replace it with --force.",
        )

    def _let_go(self) -> None:
        with suppress(OSError):
            if self._lock.is_locked:
                os.unlink(self._lock.lock_file)
        self._lock.release()

    def _failing(self) -> AbstractContextManager[None]:
        return atomic_write.convert_os_errors(self.shown, full_hint="Free some space and run the same line again.")


def encoded(document: dict[str, Any]) -> bytes:
    """A document's line. A name that is no UTF-8 goes into it with escapes, and comes back the same."""
    try:
        return (json.dumps(document, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(document) + "\n").encode()


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A row's document; None for anything else, torn lines among it."""
    if not line.endswith(b"\n"):
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if is_answer(document) else None


def _is_of(line: PreviousAnswer, row: Row) -> bool:
    """Whether a line says of itself what it now is."""
    return (line.number, line.source) == (row.number, row.source) and (row.id is None or line.id == row.id)


def _read_at(handle: int, start: int, size: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(handle, size, start)
    os.lseek(handle, start, os.SEEK_SET)
    return os.read(handle, size)
