"""Watch folders for pictures, for `batch --watch`: which files are complete and new or changed, and
which row each of them is. Opens no model, and prints nothing.

Folders are polled: inotify reports nothing of what other machines write to a network drive. Whether a
file is complete is decided by two looks at it and by reading it. Its own times are only compared with
each other, because copied files keep old ones, and the clock of a server may differ.
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
from flashsloth.batch.row_json import PreviousAnswer, match, read_previous_answer
from flashsloth.images.sources import PICTURE_EXTENSIONS, split_page
from flashsloth.utils.text import source_name

LOOK_SECONDS = 1.0  # between two looks
LOOK_PAUSES = (
    4  # a look that takes long, as on a network drive, is followed by so many times its length
)
STABLE_SECONDS = 2.0  # in which a file must not change before it is read
RETRY_SECONDS = 10.0  # before a picture that could not be read whole is read again
PATIENCE = 120.0  # seconds after which such a picture has failed

# of files whose content is elsewhere: reading them would make OneDrive, Dropbox or iCloud download them
WINDOWS_OFFLINE = 0x1000 | 0x40000 | 0x400000  # OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS
MACOS_DATALESS = 0x40000000  # SF_DATALESS

Signature = tuple[int, int, int]  # size in bytes, modification time in nanoseconds, inode
Listing = tuple[dict[str, Signature], list[str]]  # pictures by path, and folders that cannot be read


def list_pictures(folder: str, *, recursive: bool = False) -> Listing:
    """Return the pictures in a folder, or below it if `recursive`, and the folders that are not there
    or cannot be read. Opens no file.

    Hidden names are left out, and so are temporary names: rsync, Syncthing, Dropbox and iCloud write
    hidden ones, browsers and most other programs such that do not end like a picture's.
    """
    pictures: dict[str, Signature] = {}
    unreadable = []
    for each in folders_below(folder) if recursive else [folder]:
        try:
            names = os.listdir(each)
        except OSError:
            unreadable.append(each)
            continue
        for name in names:
            if name.startswith((".", "~$")) or not name.lower().endswith(PICTURE_EXTENSIONS):
                continue
            path = os.path.join(each, name)
            with suppress(OSError):  # it was removed or renamed meanwhile
                status = os.stat(path)
                is_offline = getattr(status, "st_file_attributes", 0) & WINDOWS_OFFLINE
                is_dataless = getattr(status, "st_flags", 0) & MACOS_DATALESS
                if stat.S_ISREG(status.st_mode) and not is_offline and not is_dataless:
                    pictures[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return pictures, unreadable


@dataclass(slots=True)
class _File:
    """What is known of a file at a path."""

    signature: Signature
    due: float | None  # when it is read, unless it changes before; None after that
    failing: float | None = None  # since when it cannot be read whole


@dataclass(slots=True)
class FolderWatcher:
    """Finds files that are new or changed, each once per content. It keeps one small record for each
    file that is there.

    `unreadable` are the folders that the last look could not read. Their files count as unchanged, so
    that a network drive that comes back is not asked about again. `clock` returns seconds.
    """

    folders: Sequence[str]
    recursive: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    list_folder: Callable[..., Listing] = list_pictures
    files: dict[str, _File] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    pause: float = LOOK_SECONDS  # before the next look

    def look(self, limit: int) -> tuple[list[str], int]:
        """Look at the folders once. Return at most `limit` files to be read now, 9 before 10, and how
        many there are in all; the others are returned by the next look."""
        begun = self.clock()
        pictures: dict[str, Signature] = {}
        self.unreadable = []
        for folder in self.folders:
            found, unreadable = self.list_folder(folder, recursive=self.recursive)
            pictures |= found
            self.unreadable += unreadable
        ended = self.clock()
        self.pause = max(LOOK_SECONDS, LOOK_PAUSES * (ended - begun))
        away = tuple(os.path.join(folder, "") for folder in self.unreadable)
        for path in self.files.keys() - pictures.keys():
            # what a folder has that cannot be read is not known
            if not path.startswith(away):
                del self.files[path]
        for path, signature in pictures.items():
            if path not in self.files or self.files[path].signature != signature:
                # from the end of this look to the beginning of a later one, which may take long
                self.files[path] = _File(signature, ended + STABLE_SECONDS)
        due = [
            path
            for path in pictures
            if (time_due := self.files[path].due) is not None and time_due <= begun
        ]
        due.sort(key=natural_sort_key)
        for path in due[:limit]:
            self.files[path].due = None
        return due[:limit], len(due)

    def try_again(self, path: str) -> bool:
        """Return whether a file that could not be read whole will be returned once more; False if it
        has been so for two minutes."""
        now = self.clock()
        file = self.files[path]
        if file.failing is None:
            file.failing = now
        if now - file.failing >= PATIENCE:
            return False
        file.due = now + RETRY_SECONDS
        return True


class WatchedRows:
    """The rows of a watch by number: those that the output file already has, and then those of files in
    the order of their arrival. A question about the same page keeps its number, so that a new answer
    replaces the old one."""

    def __init__(self, earlier: Iterable[PreviousAnswer], prompt: str, system: str | None) -> None:
        self.rows: dict[int, Row] = {}  # those that are in the file
        self.answers: dict[
            int, PreviousAnswer
        ] = {}  # those in the file, by number; also of failed rows
        self._question = (prompt, system)
        self._known: dict[tuple[Any, ...], Row] = {}  # also those that are not yet in the file
        self._of_file = defaultdict[str, set[int]](set)  # numbers of rows with this question, by path
        self._ids: set[str] = set()
        self._id_counts = Counter[str]()
        for answer in earlier:  # of two answers to a question the later one stays
            image, *question = answer.question
            _, source, name, fields = answer.names
            row = Row(0, source, question[0], image, question[1], name, fields=fields)
            row = self._add(answer.question, row)
            self.rows[row.number] = row
            self.answers[row.number] = answer

    def in_order(self) -> list[Row]:
        """Return the rows that are in the file, by number."""
        return [self.rows[number] for number in sorted(self.rows)]

    def of(self, path: str, pages: Sequence[str]) -> list[Row]:
        """Return a row for each page of a file."""
        prompt = self._question[0]
        return [
            self._add((source_name(page), *self._question), Row(0, source_name(page), prompt, page))
            for page in pages
        ]

    def unanswered(self, rows: Sequence[Row], options: Mapping[str, Any]) -> list[Row]:
        """Return the rows without an answer about the content that their picture has now. `options` are
        those of this run."""
        earlier = [self.answers[row.number] for row in rows if row.number in self.answers]
        kept = match(rows, earlier, self._question[1], options, lambda _: None)
        return [row for row in rows if row.number not in kept]

    def record(self, row: Row, document: dict[str, Any]) -> None:
        """Note that the file now has this document of a row."""
        self.rows[row.number] = row
        self.answers[row.number] = read_previous_answer(document, 0, 0)

    def drop_obsolete(self, path: str, rows: Sequence[Row], signature: Signature) -> None:
        """Remove the rows of a file about pages that it had only before its content changed: of a scan
        that has fewer pages now, or that could not be read before. `rows` are those of its pages."""
        others = self._of_file[path].difference(row.number for row in rows)
        for number in others.intersection(self.rows):
            if self.answers[number].file != signature[:2]:
                del self.rows[number]

    def _add(self, question: tuple[Any, ...], row: Row) -> Row:
        """Return the row of a question; if there is none yet, this one, with a number and an id."""
        if question not in self._known:
            numbered = replace(row, number=len(self._known) + 1)
            self._known[question] = with_id(numbered, self._ids, self._id_counts)
            self._ids.add(str(self._known[question].id))
            if question[1:] == self._question and row.image is not None:
                self._of_file[split_page(row.image)[0]].add(len(self._known))
        return self._known[question]
