"""Watch folders for pictures, for `batch --watch`. This module finds the files that are new or changed
and are complete, and the row of each file. It opens no model and prints nothing.

Folders are polled, because inotify does not report files that other machines write to a network drive.
A file counts as complete if it does not change between two looks and can be read. The modification time
of a file is compared only with its time at an earlier look, and never with the clock of this machine:
copied files keep old times, and the clock of a file server may differ.
"""

from __future__ import annotations

import os
import stat
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from flashsloth.batch.inputs import Row, folders_below, natural_sort_key, with_id
from flashsloth.batch.resuming import PreviousAnswer, RowKey, match, read_previous_answer
from flashsloth.images.sources import PICTURE_EXTENSIONS, split_page
from flashsloth.utils.progress import ignore
from flashsloth.utils.text import error_reason, source_name

LOOK_SECONDS = 1.0  # minimum time between two looks
# If a look takes long, for example on a network drive, the pause after it is this many times as long.
LOOK_PAUSES = 4
STABLE_SECONDS = 2.0  # time during which a file must not change before it is read
RETRY_SECONDS = 10.0  # time before a picture that could not be read completely is read again
PATIENCE = 120.0  # time after which a picture that still cannot be read completely has failed

# Attributes of files whose content is only in a cloud. Reading such files would make OneDrive, Dropbox
# or iCloud download them.
WINDOWS_OFFLINE = 0x1000 | 0x40000 | 0x400000  # OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS
MACOS_DATALESS = 0x40000000  # SF_DATALESS

# size in bytes, modification time, inode, and change time; times in nanoseconds. Only the change time
# differs after an unreadable file was made readable.
Signature = tuple[int, int, int, int]
# the pictures by path, and the folders that cannot be read with their reasons
Listing = tuple[dict[str, Signature], dict[str, str]]


def list_pictures(folder: str, *, recursive: bool = False) -> Listing:
    """Return the pictures in a folder, and the folders that do not exist or cannot be read, each with
    the reason. With `recursive` subfolders are included. No file is opened.

    Hidden names are left out, because rsync, Syncthing, Dropbox and iCloud give such names to files
    that they are still writing. Browsers and most other programs use other extensions until a file is
    complete.
    """
    pictures: dict[str, Signature] = {}
    unreadable: dict[str, str] = {}
    for each in folders_below(folder) if recursive else [folder]:
        try:
            names = os.listdir(each)
        except OSError as error:
            unreadable[each] = error_reason(error)
            continue
        for name in names:
            if name.startswith((".", "~$")) or not name.lower().endswith(PICTURE_EXTENSIONS):
                continue
            path = os.path.join(each, name)
            with suppress(OSError):  # the file may have been removed or renamed meanwhile
                status = os.stat(path)
                is_offline = getattr(status, "st_file_attributes", 0) & WINDOWS_OFFLINE
                is_dataless = getattr(status, "st_flags", 0) & MACOS_DATALESS
                if stat.S_ISREG(status.st_mode) and not is_offline and not is_dataless:
                    pictures[path] = (
                        status.st_size,
                        status.st_mtime_ns,
                        status.st_ino,
                        status.st_ctime_ns,
                    )
    return pictures, unreadable


@dataclass(slots=True)
class _File:
    """The state of a file at the last look."""

    signature: Signature
    # when the file is to be read, if it does not change before; None once `look` has returned it
    due: float | None
    failing: float | None = None  # when it first could not be read completely


@dataclass(slots=True)
class FolderWatcher:
    """Finds files that are new or changed, and returns each state of a file once. It keeps one small
    record for each existing file.

    `unreadable` contains the folders that the last look could not read, with the reasons. Their files
    count as unchanged, so that nothing is asked again when a network drive comes back. `clock` returns
    seconds.
    """

    folders: Sequence[str]
    recursive: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    list_folder: Callable[..., Listing] = list_pictures
    files: dict[str, _File] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    pause: float = LOOK_SECONDS  # seconds before the next look

    def look(self, limit: int) -> tuple[list[str], int]:
        """Look at the folders once. Return at most `limit` files that are to be read now, sorted
        naturally, and the number of all such files. The next look returns the remaining files. Files
        that could not be read before come last, because there may be thousands of them."""
        # 1. List the pictures of all folders.
        begun = self.clock()
        pictures: dict[str, Signature] = {}
        self.unreadable = {}
        for folder in self.folders:
            found, unreadable = self.list_folder(folder, recursive=self.recursive)
            pictures |= found
            self.unreadable |= unreadable
        ended = self.clock()
        self.pause = max(LOOK_SECONDS, LOOK_PAUSES * (ended - begun))
        # 2. Forget the files that were removed. The files of a folder that cannot be read are unknown,
        #    and not removed.
        away = tuple(os.path.join(folder, "") for folder in self.unreadable)
        for path in self.files.keys() - pictures.keys():
            if not path.startswith(away):
                del self.files[path]

        # 3. Record new and changed files. A look may take long, so the time in which a file must not
        #    change is counted from the end of this look to the beginning of a later look.
        for path, signature in pictures.items():
            if path not in self.files or self.files[path].signature != signature:
                self.files[path] = _File(signature, ended + STABLE_SECONDS)

        # 4. Return the files that did not change in this time.
        due = [
            path
            for path in pictures
            if (time_due := self.files[path].due) is not None and time_due <= begun
        ]
        due.sort(key=self._order)
        for path in due[:limit]:
            self.files[path].due = None
        return due[:limit], len(due)

    def _order(self, path: str) -> tuple[bool, Any]:
        file = self.files[path]
        # An empty file cannot be read either.
        is_unreadable = file.failing is not None or file.signature[0] == 0
        return is_unreadable, natural_sort_key(path)

    def try_again(self, path: str) -> bool:
        """Schedule a file that could not be read completely for another look. If it has been failing
        for PATIENCE seconds, return False and do not schedule it again."""
        now = self.clock()
        file = self.files[path]
        if file.failing is None:
            file.failing = now
        if now - file.failing >= PATIENCE:
            return False
        file.due = now + RETRY_SECONDS
        return True


class WatchedRows:
    """The numbered rows of a watch. The rows that are already in the output file come first, then the
    rows of new files in the order of their arrival. A question about a page keeps its number, so that a
    new answer replaces the old answer."""

    def __init__(self, earlier: Iterable[PreviousAnswer], prompt: str, system: str | None) -> None:
        self.rows: dict[int, Row] = {}  # the rows that are in the output file
        # The answers that are in the output file, including those of failed rows.
        self.answers: dict[int, PreviousAnswer] = {}
        self._question = (prompt, system)
        self._known: dict[RowKey, Row] = {}  # this includes rows that are not yet in the output file
        # numbers of the rows with this question, by the path of the file
        self._of_file = defaultdict[str, set[int]](set)
        self._ids: set[str] = set()
        self._id_counts = Counter[str]()
        for answer in earlier:  # a later answer to the same question replaces an earlier answer
            asked = answer.key
            _, source, name, fields = answer.names
            row = Row(0, source, asked.prompt, asked.image, asked.system, name, fields=fields)
            row = self._add(asked, row)
            self.rows[row.number] = row
            self.answers[row.number] = answer

    def in_order(self) -> list[Row]:
        """Return the rows that are in the output file, sorted by number."""
        return [self.rows[number] for number in sorted(self.rows)]

    def of(self, path: str, pages: Sequence[str]) -> list[Row]:
        """Return a row for each page of a file."""
        prompt = self._question[0]
        return [
            self._add(
                RowKey(source_name(page), *self._question), Row(0, source_name(page), prompt, page)
            )
            for page in pages
        ]

    def unanswered(self, rows: Sequence[Row], options: Mapping[str, Any]) -> list[Row]:
        """Return the rows that have no answer about the present content of their picture. `options`
        contains the options of this run."""
        earlier = [self.answers[row.number] for row in rows if row.number in self.answers]
        kept = match(rows, earlier, self._question[1], options, ignore)
        return [row for row in rows if row.number not in kept]

    def record(self, row: Row, document: dict[str, Any]) -> None:
        """Record that the output file now has this document of a row."""
        self.rows[row.number] = row
        self.answers[row.number] = read_previous_answer(document, 0, 0)

    def drop_obsolete(self, path: str, rows: Sequence[Row], signature: Signature) -> None:
        """Remove the rows of pages that a file no longer has since it changed. For example, a scan may
        have fewer pages now, or its file could not be read before. `rows` contains the rows of its
        present pages."""
        others = self._of_file[path].difference(row.number for row in rows)
        for number in others.intersection(self.rows):
            if self.answers[number].file != signature[:2]:
                del self.rows[number]

    def _add(self, key: RowKey, row: Row) -> Row:
        """Return the known row with this key. Add the given row, with a number and an id, if no row
        has the key yet."""
        if key not in self._known:
            numbered = replace(row, number=len(self._known) + 1)
            self._known[key] = with_id(numbered, self._ids, self._id_counts)
            self._ids.add(str(self._known[key].id))
            if key[1:] == self._question and row.image is not None:
                self._of_file[split_page(row.image)[0]].add(len(self._known))
        return self._known[key]
