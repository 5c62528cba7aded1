"""The output file of a batch, to which rows are appended as they are answered. Uses no model.

The file has JSON lines (`answer_formats`). For a table they are in a file beside it (`answers_file`),
and the table is written at the end. After a kill the file has whole records, and at most an incomplete
one at its end, which the next run drops.

During a batch a row may have two records: a failure and a later answer, or an answer before and after
its row was renamed. The last step, one atomic replacement, sorts the file and leaves one record for
each row.
"""

from __future__ import annotations

import glob
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
from flashsloth.batch.answer_rows import Answered, Failed
from flashsloth.batch.inputs import Row, answers_file
from flashsloth.batch.row_json import (
    PreviousAnswer,
    Question,
    digest_of,
    input_field,
    read_previous_answer,
)
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write
from flashsloth.utils.append import append, read_at
from flashsloth.utils.atomic_write import check_output_path
from flashsloth.utils.paths import expand

SYNC_SECONDS = 2.0  # between two fsyncs; a power failure may lose the answers of this time


class OutputFile:
    """The output file, locked for one process in a `with` statement. `earlier` are the answers that it
    has already, `failures` the rows that failed.

    Raises: InputError if it cannot be written, is locked by another process, or is not an output of
    `flashsloth batch`.
    """

    def __init__(self, path: Path, *, force: bool = False, excel: bool = False) -> None:
        self.given_path = path
        self._lines_path = answers_file(path)
        # if the path is a link, the file that it points to is replaced, and the link stays
        self.path = Path(os.path.realpath(expand(self._lines_path)))
        self.force = force
        self._convert_errors = partial(
            atomic_write.convert_os_errors,
            path,
            full_hint="Free some space, then run the same command again.",
        )
        is_table = self._lines_path != path
        self._style = answer_formats.TableStyle.of(path, excel=excel) if is_table else None
        self.earlier: list[PreviousAnswer] = []
        self.failures: list[PreviousAnswer] = []  # without those that were answered later
        self.settings: dict[str, dict[str, Any]] = {}  # a document for each digest of settings
        self._lock = FileLock(self.path.with_name(f".{self.path.name}.flashsloth-lock"))
        self._scratch = f".{self.path.name}.unfinished-"
        self._handle = -1
        self._end = 0  # of the last whole record
        self._last_sync = 0.0
        # start and size of a record, by the number of its row
        self._lines: dict[int, tuple[int, int]] = {}
        self._kept: dict[int, PreviousAnswer] = {}
        self._unasked: Sequence[PreviousAnswer] = ()
        self._table_stamp: tuple[int, ...] | None = None  # of the table as it was read or written

    def __enter__(self) -> OutputFile:
        self._check()
        # This comes before the lock, as filelock would report a folder that cannot be written as
        # locked.
        with atomic_write.convert_os_errors(self.path.parent, **self._convert_errors.keywords):
            tempfile.TemporaryFile(dir=self.path.parent, prefix=self._scratch).close()
        with self._convert_errors():
            try:
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise InputError(
                    f"another process is writing to {self.given_path}",
                    hint="Wait for it, stop it, or choose another file.",
                ) from error
        try:
            with self._convert_errors():
                # This process has the lock, so these scratch files were left by one that was killed.
                for leftover in self.path.parent.glob(f"{glob.escape(self._scratch)}*"):
                    leftover.unlink()
                if not self.force:
                    self.read()
                    self._check_table()
                self._table_stamp = _stamp(expand(self.given_path))
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
        """Open the file, and append after its last whole line. `kept` are the answers that are reused,
        by row number; `unasked` stay in the file although no row asks for them."""
        with self._convert_errors():
            self._open()
            os.ftruncate(self._handle, self._end)
        self._kept = dict(kept)
        self._unasked = unasked
        self._lines.update({number: (answer.start, answer.size) for number, answer in kept.items()})

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._handle = os.open(self.path, flags, 0o666)

    def add(self, event: Answered | Failed, document: dict[str, Any]) -> None:
        """Append the document of a row. It is synced to the disk within seconds. Raises: DiskFull,
        InputError."""
        with self._convert_errors():
            self._append(event.row, document)
            if time.monotonic() - self._last_sync > SYNC_SECONDS:
                os.fsync(self._handle)
                self._last_sync = time.monotonic()

    def finish(self, rows: Sequence[Row]) -> None:
        """Write the table, if the output is one, then sort the JSON lines: one for each row, and after
        them the `unasked` answers. Each file is replaced atomically. Raises: DiskFull, InputError."""
        with self._convert_errors():
            # 1. Append what changes, so that the JSON lines have a record for each row of the table. If
            #    the process is killed in the next steps, `_check_table` needs them.
            self._append_renamed(rows)

            # 2. Write the table. Any row may add a column to the header, so all rows are read twice.
            if self._style is not None:
                columns = answer_formats.columns_of(self._documents(rows))
                lines = answer_formats.table_lines(self._documents(rows), self._style, columns)
                with atomic_write.atomic_write(expand(self.given_path), prefix=self._scratch) as file:
                    file.writelines(lines)
                    file.flush()
                    # Make the JSON lines newer than the table. If the process is killed before step 3,
                    # `_check_table` then does not expect the rows in order.
                    os.utime(self.path)
                self._table_stamp = _stamp(expand(self.given_path))

            # 3. Sort the JSON lines, which drops records that no row has any more.
            if self._is_in_order(rows):
                os.fsync(self._handle)
            else:
                self._sort(rows)

    def update(self, rows: Sequence[Row]) -> str:
        """Do what `finish` does, for a batch that goes on and has no `unasked` answers. If the table
        was edited or is open in another program, change neither it nor the JSON lines, as
        `_check_table` compares the two, and return the reason; else return "". Raises: DiskFull."""
        reason = "" if self._style is None else self._in_use(expand(self.given_path))
        if not reason:
            try:
                self.finish(rows)
            except InputError as error:  # on Windows a table that is open cannot be replaced
                reason = str(error)
        return reason

    def _in_use(self, table: Path) -> str:
        """Return why a table must not be replaced now, or ""."""
        if _stamp(table) not in (None, self._table_stamp):
            return (
                f"{self.given_path} was changed by another program; rename it to have it written again"
            )
        for lock in (f".~lock.{table.name}#", f".{table.name}.swp"):  # LibreOffice; vim and nano
            if os.path.lexists(table.with_name(lock)):
                return (
                    f"{self.given_path} is open in another program; close it there, or remove {lock} "
                    "beside it if none has it open"
                )
        return ""

    def _documents(self, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
        return map(json.loads, self._sorted_lines(rows))

    def _sorted_lines(self, rows: Sequence[Row]) -> Iterator[bytes]:
        return (read_at(self._handle, start, size) for start, size in self._places(rows))

    def _places(self, rows: Sequence[Row]) -> list[tuple[int, int]]:
        """Return start and size of the records that stay, in their final order."""
        asked = [self._lines[row.number] for row in rows]
        return [*asked, *((answer.start, answer.size) for answer in self._unasked)]

    def _sort(self, rows: Sequence[Row]) -> None:
        try:
            with atomic_write.atomic_write(self.path, prefix=self._scratch) as file:
                sizes = [file.write(line) for line in self._sorted_lines(rows)]
                os.close(self._handle)  # Windows cannot replace an open file
                self._handle = -1
            # When a folder is watched, the batch goes on after this and needs the new places. The sizes
            # of unasked answers come after the sizes of the rows.
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
        """Append a new record for each row whose number, source, id or other input has changed since it
        was answered."""
        for row in rows:
            names = (row.number, row.source, row.id, row.fields)
            kept = self._kept.pop(row.number, None)
            if kept is None or kept.names == names:
                continue
            document = json.loads(read_at(self._handle, kept.start, kept.size))
            document |= {"row": row.number, "source": row.source, "id": row.id}
            document.pop("input", None)
            self._append(row, document | input_field(row))

    def _append(self, row: Row, document: dict[str, Any]) -> None:
        data = answer_formats.encode_line(document)
        start = self._end
        self._end = append(self._handle, data, self._end)
        self._lines[row.number] = (start, len(data))
        self._kept.pop(row.number, None)  # a kept answer is replaced if its picture has changed

    def _check(self) -> None:
        """Raise InputError if a path cannot be written."""
        for path in dict.fromkeys((self.given_path, self._lines_path)):
            check_output_path(expand(path), force=True)
            with atomic_write.convert_os_errors(
                path, hint="To write to a pipe, leave out -o: the answers then go to stdout."
            ):
                atomic_write.check_regular_file(expand(path))

    def _check_table(self) -> None:
        """Raise InputError for a table whose rows are not those of the JSON lines beside it: somebody
        has edited it, and replacing it would lose the edits."""
        given = expand(self.given_path)
        if self._style is None or not given.exists() or not given.stat().st_size:
            return
        if not self.path.exists():
            raise InputError(
                f"{self.given_path} has no {self._lines_path.name} beside it, from which a batch resumes",
                hint="Choose another file, or start over with --force.",
            )
        found = given.read_bytes()
        # Whether the last run was killed after it had added JSON lines, before it wrote the table.
        unfinished = given.stat().st_mtime_ns <= self.path.stat().st_mtime_ns
        # Only the columns of its header are compared: rows of the unfinished run may have others.
        style, columns = answer_formats.read_header(found, given)
        for fields in (True, False):
            documents = (document for document, _, _ in self._answers())
            lines = [*answer_formats.table_lines(documents, style, columns, fields=fields)]
            if found == b"".join(lines) or (unfinished and answer_formats.consists_of(found, lines)):
                return
        raise InputError(
            f"{self.given_path} was changed since flashsloth batch wrote it",
            hint=f"Rename it, and run the same line again: {self._lines_path} has the answers.",
        )

    def read(self) -> None:
        """Read the answers and the failures in the file, and the end of its last whole line. Outside of
        `with` another process may be writing.

        Raises: InputError for a file that is not an output of `flashsloth batch`.
        """
        # A row that was renamed has two records if the process was killed before it sorted the file.
        # The last one counts. In an edited file `row` may be any JSON.
        answered: dict[tuple[str, Question], PreviousAnswer] = {}
        failed: dict[Question, PreviousAnswer] = {}  # the last one of each question
        for document, start, size in self._answers():
            self._end = start + size
            record = read_previous_answer(document, start, size)
            if document.get("error") is None:
                self.settings.setdefault(digest_of(document), document)
                answered[str(document["row"]), record.question] = record
            else:
                failed[record.question] = record
        self.earlier = [*answered.values()]
        for answer in self.earlier:
            failed.pop(answer.question, None)
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


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return values that change when a file is written, None without a file."""
    with suppress(OSError):
        status = path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino
    return None
