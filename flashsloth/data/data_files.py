"""Access the rows of one or several data files as one sequence of samples.

`open_rows` reads each file once to index its rows (`row_index`). A row is read and parsed
(`row_parser`) only when it is accessed. Pictures are not opened.

To add a file format, begin here (EXTENSIONS, _detect_format, _index_file). To add a layout of rows,
begin in `row_parser.parse`. If rows of the new layout name their picture by a new key, add this key to
`row_index.PICTURE`.
"""

from __future__ import annotations

import hashlib
import os
import re
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from flashsloth.data import row_index, row_parser
from flashsloth.data.sample import Sample
from flashsloth.errors import DataUnreadable
from flashsloth.utils import system
from flashsloth.utils.paths import expand, expand_text
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.safe_read import file_sha256
from flashsloth.utils.text import command_line, path_meant

EXTENSIONS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
# a .csv file is read with the first of these delimiters that its header contains
DELIMITERS = {"csv": ",", "semicolons": ";", "tsv": "\t"}

# How files of other kinds begin, what they are, and what to do.
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an office document", "Unpack it, or export it as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it with gunzip."),
    (b"PAR1", "a Parquet file", "Export it as CSV or JSON Lines."),
    (b"ARROW1", "an Arrow file", "Export it as CSV or JSON Lines."),
    (b"\xff\xfe", "text in UTF-16", row_parser.UTF_8_HINT),
    (b"\xfe\xff", "text in UTF-16", row_parser.UTF_8_HINT),
    (b"version https://git-lfs", "a Git LFS pointer", "Run `git lfs pull` to get the file itself."),
)
NO_ROWS_HINT = "Add rows, or save it again if it had some."


@dataclass(frozen=True)
class DataFile:
    """A data file with its index. `format` is "lines", "array", "csv", "tsv" or "semicolons"."""

    path: str  # as the caller named it
    format: str
    folder: str  # the folder to which the paths of pictures are relative
    header: tuple[str, ...]
    index: row_index.RowIndex
    size: int  # bytes
    modified_ns: int
    captions: bool = False  # whether rows with a picture may lack a question


class Rows(Sequence[Sample]):
    """The samples of one or several files, in order. The object can be pickled, and several threads and
    processes may read from it at the same time.

    A data set may have millions of rows. Therefore no row is kept in memory, only the index of each
    file and the numbers of the selected rows.
    """

    def __init__(
        self, files: Sequence[DataFile], selection: np.typing.NDArray[np.int64] | None = None
    ) -> None:
        self.files = tuple(files)
        # the number of the first row of each file, followed by the number of all rows
        self._firsts = np.cumsum([0, *(len(file.index.starts) for file in self.files)])
        self._selection = selection
        self._readers = [_Reader(file) for file in self.files]

    def __len__(self) -> int:
        return len(self._selection) if self._selection is not None else int(self._firsts[-1])

    def __getitem__(self, row: Any) -> Any:
        """Return the sample of a row. Raises: BadRow; IndexError; DataUnreadable if the file has
        changed since it was indexed."""
        if isinstance(row, slice):
            return self.select(range(*row.indices(len(self))))
        return row_parser.parse(*self.read(row))

    def read(self, row: int) -> tuple[dict[str, Any], row_parser.RowLocation]:
        """Return the fields of a row and its location. Raises: as `rows[row]`."""
        number, at = self._find(row)
        file = self.files[number]
        index = file.index
        location = row_parser.RowLocation(f"{file.path}:{index.lines[at]}", file.folder, file.captions)
        data = self._readers[number].read(int(index.starts[at]), abs(int(index.sizes[at])))
        if file.format in DELIMITERS:
            return row_parser.decode_table(
                data, file.header, DELIMITERS[file.format], location
            ), location
        return row_parser.decode_json(data, location), location

    def where(self, row: int) -> tuple[str, int]:
        """Return the path of a row's file as the caller passed it, and the number of the row's first
        line. Lines are counted from 1."""
        number, at = self._find(row)
        return self.files[number].path, int(self.files[number].index.lines[at])

    @property
    def rough_lengths(self) -> np.typing.NDArray[np.int32]:
        """The size of every row in bytes, as a rough measure of its length. As in LLaVA's sampler, the
        number is negative if the row has no picture."""
        sizes = np.concatenate([file.index.sizes for file in self.files])
        return sizes if self._selection is None else sizes[self._selection]

    def select(self, rows: Iterable[int] | np.typing.NDArray[np.int64]) -> Rows:
        """Return these rows, in this order, without reading them. Raises: IndexError."""
        wanted = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), dtype=np.int64)
        if len(wanted) and not (-len(self) <= wanted.min() and wanted.max() < len(self)):
            raise IndexError(f"row out of range: there are {len(self)} rows")
        wanted = np.where(wanted < 0, wanted + len(self), wanted)
        return Rows(self.files, wanted if self._selection is None else self._selection[wanted])

    def sha256(self) -> str:
        """Return the SHA-256 digest of the file in hex. For several files this is the digest of their
        concatenated hex digests."""
        digests = [file_sha256(file.path) for file in self.files]
        return (
            digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        )

    def _find(self, row: int) -> tuple[int, int]:
        """Return the index of a row's file, and the row's position in the index of that file."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"row out of range: there are {len(self)} rows")
        row = int(row) % len(self)
        if self._selection is not None:
            row = int(self._selection[row])
        number = int(np.searchsorted(self._firsts, row, side="right")) - 1
        return number, row - int(self._firsts[number])

    def __reduce__(self) -> Any:
        return Rows, (self.files, self._selection)


@dataclass(eq=False)
class _Reader:
    """Reads bytes at any offset of a file, which is opened at the first read. Forked processes may
    share the open file, because reading does not move its position."""

    file: DataFile

    def read(self, start: int, size: int) -> bytes:
        try:
            data = system.read_at(self._handle, start, size)
        except OSError as error:
            raise _unreadable(self.file.path, error) from error
        # Rows that end with the file may be shorter than in the index, where no size is 0.
        if len(data) < min(size, self.file.size - start):  # it was truncated after it was opened
            raise _changed(self.file.path)
        return data

    @cached_property
    def _handle(self) -> int:
        # Opened at the first read, so that each process that unpickles the rows opens a handle of its
        # own. Two threads may each open a handle at the same time; both are closed by their finalizer.
        handle = system.open_regular(
            self.file.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        )
        # if the file has changed, the offsets of the index could point into the middle of a row
        status = os.fstat(handle)
        if (status.st_size, status.st_mtime_ns) != (self.file.size, self.file.modified_ns):
            os.close(handle)
            raise _changed(self.file.path)
        weakref.finalize(self, os.close, handle)
        return handle


def open_rows(
    paths: Sequence[str | os.PathLike[str]],
    image_root: str | os.PathLike[str] | None = None,
    on_progress: Progress = ignore,
    *,
    captions: bool = False,
    answers: bool = True,
) -> Rows:
    """Index the rows of one or several data files. A path may also be a folder with exactly one data
    file.

    Formats: LLaVA's `.json` and `.jsonl`, `.jsonl` of messages, `.jsonl` of {image, question, answer},
    `.csv` and `.tsv` with a header. Paths of pictures are relative to the data file's folder, or to
    `image_root`. If `captions` is true, a row with a picture needs no question. If `answers` is false,
    a table needs no column of answers.

    Progress is reported in bytes, labelled with the file's name. Raises: DataUnreadable naming the
    file. A bad row raises an error only when it is read.
    """
    located = [locate(expand(path)) for path in paths]
    if not located:
        raise DataUnreadable("no data file was given")
    total = sum(map(os.path.getsize, located))
    done = 0
    files = []
    for path in located:

        def on_bytes(count: int, path: Path = path, before: int = done) -> None:
            on_progress(before + count, total, str(path))

        folder = str(path.parent) if image_root is None else expand_text(image_root)
        files.append(
            _index_file(
                path, "" if folder == "." else folder, on_bytes, captions=captions, answers=answers
            )
        )
        done += files[-1].size
    return Rows(files)


def _changed(path: str) -> DataUnreadable:
    return DataUnreadable(f"{path} was changed while it was in use", hint="Run the command again.")


def _unreadable(path: object, error: OSError) -> DataUnreadable:
    return DataUnreadable(
        f"{path} cannot be read: {error.strerror}", hint="Check its permissions and its drive."
    )


def locate(path: Path) -> Path:
    """Return a data file, or the only one in a folder, without reading it. Raises: DataUnreadable."""
    if os.path.isdir(path):
        try:
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in EXTENSIONS and p.is_file())
        except OSError as error:
            raise _unreadable(path, error) from error
        if len(inside) == 1:
            return inside[0]
        names = ", ".join(p.name for p in inside[:4]) + (", …" if len(inside) > 4 else "")
        raise DataUnreadable(
            f"{path} is a folder with {len(inside)} data files{f' ({names})' if inside else ''}; expected one",
            hint="Name the data files themselves." if inside else None,
        )
    if not os.path.exists(path):
        folder = path.parent if str(path.parent) != "." else Path.cwd()
        if folder.is_dir() and not os.access(folder, os.X_OK):
            raise _unreadable(path, PermissionError(0, "no permission for its folder"))
        hint = path_meant(path, otherwise="Check the path.")
        raise DataUnreadable(f"no file {path.name} in {folder}", hint=hint)
    if not os.path.isfile(path):
        raise DataUnreadable(f"{path} is not a regular file")
    return path


def _index_file(
    path: Path, folder: str, on_bytes: row_index.OnBytes, *, captions: bool, answers: bool
) -> DataFile:
    header: list[str] = []
    try:
        with open(path, "rb", opener=system.open_regular) as file:
            status = os.fstat(file.fileno())
            format = _detect_format(path, file.read(65536))
            file.seek(0)
            if format in DELIMITERS:
                header, index = row_index.scan_table(file, DELIMITERS[format], on_bytes)
                _check_header(path, header, DELIMITERS[format], answers=answers)
            elif format == "array":
                index = row_index.scan_array(file, on_bytes)
            else:
                index = row_index.scan_lines(file, on_bytes)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not len(index.starts):
        raise DataUnreadable(f"{path} has no rows", hint=NO_ROWS_HINT)
    return DataFile(
        str(path), format, folder, tuple(header), index, status.st_size, status.st_mtime_ns, captions
    )


def _detect_format(path: Path, head: bytes) -> str:
    """Return the format of a file by its first bytes and its extension."""
    for signature, kind, hint in _FOREIGN:
        if head.startswith(signature):
            raise DataUnreadable(f"{path} is {kind}", hint=hint)
    if b"\0" in head:
        raise DataUnreadable(f"{path} is a binary file")
    text = head.removeprefix(row_index.BOM).lstrip()
    suffix = path.suffix.lower()
    # A table is recognised only by its suffix, because any text could be a table. JSON is also
    # recognised by its first character.
    if not text:
        raise DataUnreadable(f"{path} is empty", hint=NO_ROWS_HINT)
    first = text.partition(b"\n")[0].rstrip(b" \r")
    if b"\r" in first and (suffix in (".csv", ".tsv") or text[:1] == b"{"):
        raise DataUnreadable(
            f"{path} has lines that end in a carriage return, as on old Macs; expected a newline",
            hint=f"tr '\\r' '\\n' < {command_line(path)} > new{suffix} writes another file.",
        )
    if suffix in (".csv", ".tsv") and text[:1] in (b"{", b"["):
        raise DataUnreadable(
            f"{path} holds JSON, not a table",
            hint=f"Rename it to {path.stem}.json{'l' if text[:1] == b'{' else ''}.",
        )
    # in countries that write a decimal comma, spreadsheets separate cells with semicolons
    if suffix == ".csv":
        return next(
            (name for name, delimiter in DELIMITERS.items() if delimiter.encode() in first), "csv"
        )
    if suffix == ".tsv":
        return "tsv"
    if text[:1] == b"[":
        return "array"
    if suffix in (".jsonl", ".ndjson"):
        columns = {name.strip(b' "') for name in re.split(b"[,;\t]", first.lower())}
        if len(columns) > 1 and columns & {b"image", b"question", b"prompt"}:
            ending = "tsv" if b"\t" in first else "csv"
            raise DataUnreadable(
                f"{path} is a table, not JSON Lines", hint=f"Rename it to {path.stem}.{ending}."
            )
        return "lines"
    if text[:1] == b"{":
        # In JSON Lines every object ends with its line. An object that continues on the next line is
        # therefore a single large object.
        if len(first) < len(text.rstrip()) and not first.endswith(b"}"):
            raise DataUnreadable(f"{path} holds one object; expected a list of rows")
        return "lines"
    raise DataUnreadable(f"{path} has an unknown format")


def _check_header(path: Path, header: Sequence[str], delimiter: str, *, answers: bool) -> None:
    names = [name.lower() for name in header]
    if (answers and "answer" not in names) or not {"image", "question", "prompt"} & set(names):
        columns = ", ".join(name or "(none)" for name in header[:8])[:200]
        wanted = ["image", "question", "answer"] if answers else ["image", "question"]
        raise DataUnreadable(
            f"{path}: the header must name the columns {', '.join(wanted[:-1])} and {wanted[-1]}, not {columns}",
            hint=f"Use this first line: {delimiter.join(wanted)}",
        )
    duplicate = next((name for name, count in Counter(names).items() if count > 1), None)
    if duplicate is not None:
        raise DataUnreadable(f"{path}: two columns are named {duplicate or '(none)'}")
