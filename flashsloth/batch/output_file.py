"""The output file of a batch, to which each row is appended when it is answered. This module uses no
model.

The file has JSON lines (`answer_formats`). If the output is a table, the JSON lines are in a file
beside the table (`answers_file`), and the table is written at the end. If the process is killed, at
most the last record of the file is incomplete. The next run drops it.

During a batch a row may have two records: a failure and a later answer, or the same answer before and
after its row was renamed. The last step replaces the file atomically by a sorted file with one record
for each row.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flashsloth.batch import answer_formats
from flashsloth.batch.answer_rows import Outcome, input_field
from flashsloth.batch.inputs import Row, answers_file
from flashsloth.batch.resuming import PreviousAnswer, RowKey, digest_of, read_previous_answer
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write, system
from flashsloth.utils.paths import expand

SYNC_SECONDS = 2.0  # time between two fsyncs; a power failure may lose the answers of this time


class OutputFile:
    """The output file. In a `with` statement it is locked for this process. `earlier` contains the
    answers that are already in the file, and `failures` the rows that failed.

    Raises: InputError if the file cannot be written, is locked by another process, or is not an output
    of `flashsloth batch`.
    """

    def __init__(self, path: Path, *, force: bool = False, excel: bool = False) -> None:
        self.given_path = path
        self._table = expand(path)
        self._lines_path = answers_file(path)
        _checked(path)
        self.path = _checked(self._lines_path)
        self.force = force
        self._convert_errors = partial(
            atomic_write.convert_os_errors,
            path,
            full_hint="Free some space, then run the same command again.",
        )
        self._style = (
            answer_formats.TableStyle.of(path, excel=excel) if self._lines_path != path else None
        )
        self.earlier: list[PreviousAnswer] = []
        self.failures: list[PreviousAnswer] = []  # without rows that were answered later
        self.settings: dict[str, dict[str, Any]] = {}  # one document for each digest of settings
        self.warning = ""  # about a file system without locks
        self._lock = FileLock(_checked(self.path.with_name(f".{self.path.name}.flashsloth-lock")))
        self._scratch = f".{self.path.name}.unfinished-"
        self._handle = -1
        self._end = 0  # the end of the last complete record
        self._last_sync = 0.0
        # Start and size of each record, with the number of its row as the key.
        self._lines: dict[int, tuple[int, int]] = {}
        self._kept: dict[int, PreviousAnswer] = {}
        self._unasked: Sequence[PreviousAnswer] = ()
        # stamp of the table when it was last read or written
        self._table_stamp: tuple[int, ...] | None = None
        # Another program's file is recognised by its first line. This is checked now, so that the error
        # comes before the slow import of the model. `__enter__` checks the rest.
        with self._convert_errors():
            if not force:
                next(self._answers(), None)
                if not self.path.exists():
                    self._check_table()

    def __enter__(self) -> OutputFile:
        # Check that the folder can be written, before the lock is taken. If it cannot, filelock would
        # report that another process has the lock.
        with atomic_write.convert_os_errors(self.path.parent, **self._convert_errors.keywords):
            tempfile.TemporaryFile(dir=self.path.parent, prefix=self._scratch).close()
        with self._convert_errors():
            try:
                self.warning = system.acquire_lock(self._lock, self._lines_path)
            except Timeout as error:
                raise InputError(
                    f"another process is writing to {self._lines_path}",
                    hint="Wait for it, stop it, or choose another file.",
                ) from error
        try:
            with self._convert_errors():
                # this process has the lock, so no running process has such files
                atomic_write.remove_scratch_files(self.path.parent, [self._scratch])
                if not self.force:
                    self.read()
                    self._check_table()
                self._table_stamp = _stamp(self._table)
        except BaseException:
            self._release_lock()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.fsync(self._handle)
            os.close(self._handle)
        self._release_lock()

    def begin(self, kept: Mapping[int, PreviousAnswer], unasked: Sequence[PreviousAnswer] = ()) -> None:
        """Open the file, so that records are appended after its last complete line. `kept` contains the
        answers that are reused, by row number. The answers in `unasked` stay in the file although no
        row asks their questions."""
        with self._convert_errors():
            self._open()
            os.ftruncate(self._handle, self._end)
        self._kept = dict(kept)
        self._unasked = unasked
        self._lines.update({number: (answer.start, answer.size) for number, answer in kept.items()})

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._handle = system.open_no_link(self.path, flags)

    def add(self, outcome: Outcome, document: dict[str, Any]) -> None:
        """Append the document of a row. It is synced to the disk within seconds. Raises: DiskFull,
        InputError."""
        with self._convert_errors():
            self._check_unchanged()
            self._append(outcome.row, document)
            if time.monotonic() - self._last_sync > SYNC_SECONDS:
                os.fsync(self._handle)
                self._last_sync = time.monotonic()

    def finish(self, rows: Sequence[Row]) -> None:
        """Write the table if the output is a table, then sort the JSON lines. They have one line for
        each row, followed by the `unasked` answers. Each file is replaced atomically.

        Raises: DiskFull; InputError, also if another program has changed one of the files since it was
            read. Nothing is written then.
        """
        with self._convert_errors():
            self._check_unchanged()
            if self._style is not None and _stamp(self._table) not in (None, self._table_stamp):
                raise InputError(
                    f"{self.given_path} was changed by another program; rename it to have it written again",
                    hint=f"Then run the same command again: {self._lines_path} has the answers.",
                )

            # 1. Append changed records, so that the JSON lines have a record for each row of the table.
            #    If the process is killed in the next steps, `_check_table` needs these records.
            self._append_renamed(rows)

            # 2. Write the table. Any row may add a column to the header, so all rows are read twice.
            if self._style is not None:
                columns = answer_formats.columns_of(self._documents(rows))
                lines = answer_formats.table_lines(self._documents(rows), self._style, columns)
                # A new table has the permissions of the JSON lines, which obey the umask.
                mode = atomic_write.own_permissions(os.fstat(self._handle)) or 0o666
                with atomic_write.atomic_write(self._table, prefix=self._scratch, mode=mode) as file:
                    file.writelines(lines)
                    file.flush()
                    # Make the JSON lines newer than the table. If the process is killed before step 3,
                    # `_check_table` sees this and does not expect the rows in order.
                    os.utime(self.path)
                self._table_stamp = _stamp(self._table)

            # 3. Sort the JSON lines. This drops records that no longer belong to a row.
            if self._is_in_order(rows):
                os.fsync(self._handle)
            else:
                self._sort(rows)

    def update(self, rows: Sequence[Row]) -> str:
        """Do what `finish` does, for a batch that continues and has no `unasked` answers.

        If the table was edited or is open in another program, nothing is written, and the reason is
        returned. The JSON lines are not changed either, because `_check_table` compares the two.

        Returns: the reason, or "" if the files were written.

        Raises: DiskFull; InputError if another program has removed or changed the JSON lines.
        """
        with self._convert_errors():
            self._check_unchanged()
        reason = "" if self._style is None else self._in_use()
        if not reason:
            try:
                self.finish(rows)
            # the table was changed, or is open on Windows
            except InputError as error:
                reason = str(error)
        return reason

    def _in_use(self) -> str:
        """Return the name of the lock of another program that has the table open, as a reason not to
        replace it, or ""."""
        # the first is a lock of LibreOffice, the second of vim and nano
        for lock in (f".~lock.{self._table.name}#", f".{self._table.name}.swp"):
            if os.path.lexists(self._table.with_name(lock)):
                return (
                    f"{self.given_path} is open in another program; close it there, or remove {lock} "
                    "beside it if none has it open"
                )
        return ""

    def _documents(self, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
        return map(json.loads, self._sorted_lines(rows))

    def _sorted_lines(self, rows: Sequence[Row]) -> Iterator[bytes]:
        return (system.read_at(self._handle, start, size) for start, size in self._places(rows))

    def _places(self, rows: Sequence[Row]) -> list[tuple[int, int]]:
        """Return the start and the size of each record that stays, in the final order."""
        asked = [self._lines[row.number] for row in rows]
        return [*asked, *((answer.start, answer.size) for answer in self._unasked)]

    def _sort(self, rows: Sequence[Row]) -> None:
        try:
            with atomic_write.atomic_write(self.path, prefix=self._scratch) as file:
                sizes = [file.write(line) for line in self._sorted_lines(rows)]
                os.close(self._handle)  # Windows cannot replace an open file
                self._handle = -1
            # When a folder is watched, the batch continues after this and needs the new places. The
            # sizes of unasked answers come after the sizes of the rows, and `zip` skips them.
            places = zip(rows, sizes, accumulate(sizes), strict=False)
            self._lines = {row.number: (end - size, size) for row, size, end in places}
            self._end = sum(sizes)
        finally:
            if self._handle < 0:
                self._open()

    def _is_in_order(self, rows: Sequence[Row]) -> bool:
        places = self._places(rows)
        ends = accumulate((size for _, size in places), initial=0)
        return [*ends] == [*(start for start, _ in places), self._end]

    def _append_renamed(self, rows: Sequence[Row]) -> None:
        """Append a new record for each kept answer whose row has another number, source, id or other
        input now."""
        for row in rows:
            names = (row.number, row.source, row.id, row.fields)
            kept = self._kept.pop(row.number, None)
            if kept is None or kept.names == names:
                continue
            document = json.loads(system.read_at(self._handle, kept.start, kept.size))
            document |= {"row": row.number, "source": row.source, "id": row.id}
            document.pop("input", None)
            self._append(row, document | input_field(row))

    def _append(self, row: Row, document: dict[str, Any]) -> None:
        data = answer_formats.encode_line(document)
        start = self._end
        self._end = atomic_write.append(self._handle, data, self._end)
        self._lines[row.number] = (start, len(data))
        # the new record replaces a kept answer, for example if its picture has changed
        self._kept.pop(row.number, None)

    def _check_unchanged(self) -> None:
        """Raise InputError if another program has removed, replaced or changed the JSON lines while
        they were written. Further records would go into a file without a name, or would not be at the
        places in `_lines`."""
        with suppress(FileNotFoundError):
            if os.stat(self.path).st_size == self._end:
                return
        hint = "Run the same command again"
        # A table without its JSON lines, or with other ones, would be refused.
        if self._style is not None and self._table.exists():
            hint = f"Rename {self.given_path} and run the same command again"
        raise InputError(
            f"{self._lines_path} was removed or changed by another program",
            hint=f"{hint}: it keeps the answers that are still in {self._lines_path}.",
        )

    def _check_table(self) -> None:
        """Raise InputError if the rows of a table differ from the JSON lines beside it. Somebody has
        probably edited the table, and replacing it would lose the edits."""
        if self._style is None or not self._table.exists() or not self._table.stat().st_size:
            return
        if not self.path.exists():
            raise InputError(
                f"{self.given_path} has no {self._lines_path.name} beside it, from which a batch resumes",
                hint="Choose another file, or start over with --force.",
            )
        found = self._table.read_bytes()
        # True if the last run may have been killed after it had added JSON lines and before it wrote
        # the table.
        unfinished = self._table.stat().st_mtime_ns <= self.path.stat().st_mtime_ns
        # Only the columns in the table's header are compared, because rows of the unfinished run may
        # have other columns.
        style, columns = answer_formats.read_header(found, self._table)
        documents = (document for document, _, _ in self._answers())
        lines = [*answer_formats.table_lines(documents, style, columns)]
        if found != b"".join(lines) and not (unfinished and answer_formats.consists_of(found, lines)):
            raise InputError(
                f"{self.given_path} was changed since flashsloth batch wrote it",
                hint=f"Rename it, and run the same line again: {self._lines_path} has the answers.",
            )

    def read(self) -> None:
        """Read the answers and the failures in the file, and the position of the end of its last
        complete line. Outside of a `with` statement another process may be writing the file.

        Raises: InputError for a file that is not an output of `flashsloth batch`.
        """
        # A row that was renamed has two records if the process was killed before it sorted the file.
        # The last record counts. In an edited file the field `row` may be any JSON value, so it is
        # converted to text.
        answered: dict[tuple[str, RowKey], PreviousAnswer] = {}
        failed: dict[RowKey, PreviousAnswer] = {}  # the last failure of each question
        for document, start, size in self._answers():
            self._end = start + size
            record = read_previous_answer(document, start, size)
            if document.get("error") is None:
                self.settings.setdefault(digest_of(document), document)
                answered[str(document["row"]), record.key] = record
            else:
                failed[record.key] = record
        self.earlier = [*answered.values()]
        for answer in self.earlier:
            failed.pop(answer.key, None)
        self.failures = [*failed.values()]

    def _answers(self) -> Iterator[tuple[dict[str, Any], int, int]]:
        """Yield the documents in the file with the places of their lines."""
        if os.path.lexists(self.path):
            with self.path.open("rb") as file:
                yield from answer_formats.read_answers(file, self._lines_path)

    def _release_lock(self) -> None:
        with suppress(OSError):
            if self._lock.is_locked:
                os.unlink(self._lock.lock_file)
        self._lock.release()


def _checked(path: Path) -> Path:
    """Return the file that is written under this name. Raises: InputError if it cannot be written."""
    atomic_write.check_output_path(expand(path), force=True)
    with atomic_write.convert_os_errors(
        path, hint="To write to a pipe, leave out -o: the answers then go to stdout."
    ):
        return atomic_write.output_target(expand(path))


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return values that change when a file is written, or None if there is no file."""
    with suppress(OSError):
        status = path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino
    return None
