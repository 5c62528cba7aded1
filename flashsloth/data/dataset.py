"""Data files as one long list of samples, read row by row. Knows where rows stand and which form a file has.

`open_rows` looks at every byte once and keeps where rows begin (`scan`); a row is read and parsed (`parse`) when it is
asked for. Nothing here opens a picture.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flashsloth.data import row_index, row_parser
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRow, DataUnreadable
from flashsloth.utils.close_names import close_names
from flashsloth.utils.paths import expand, expand_text

Progress = Callable[[int, int, str], None]  # bytes done, bytes in all, file
EXTENSIONS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
DELIMITERS = {"csv": ",", "tsv": "\t", "semicolons": ";"}  # the last: a .csv as spreadsheets write it in much of Europe

_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\xff\xfe", "text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16; save it as UTF-8"),
    (b"version https://git-lfs", "a Git LFS pointer; git lfs pull fetches the file itself"),
)


@dataclass(frozen=True)
class DataFile:
    """One file with its index. `form` is "lines", "array", "csv" or "tsv"."""

    path: str  # as given
    form: str
    folder: str  # that pictures' paths begin at
    header: tuple[str, ...]
    extents: row_index.RowIndex
    size: int  # bytes
    changed: int  # time of the last change in nanoseconds
    captions: bool = False  # whether rows with a picture need no question


class Rows(Sequence[Sample]):
    """Samples of one or several files, in their order. Picklable; may be read by several threads and processes."""

    def __init__(self, files: Sequence[DataFile], chosen: npt.NDArray[np.int64] | None = None) -> None:
        self.files = tuple(files)
        self._ends = np.cumsum([len(file.extents.starts) for file in self.files])
        self._chosen = chosen
        self._readers = [_Reader(file) for file in self.files]

    def __len__(self) -> int:
        return len(self._chosen) if self._chosen is not None else int(self._ends[-1])

    def __getitem__(self, row: Any) -> Any:
        """The sample of a row. Raises: BadRow with its `kind`, IndexError, DataUnreadable if the file has changed."""
        if isinstance(row, slice):
            return self.select(range(*row.indices(len(self))))
        number, at = self._find(row)
        file = self.files[number]
        start, size = int(file.extents.starts[at]), abs(int(file.extents.sizes[at]))
        place = row_parser.RowLocation(f"{file.path}:{file.extents.lines[at]}", file.folder, file.captions)
        if size > row_index.LONGEST_ROW:
            place.bad("row", f"it is longer than {row_index.LONGEST_ROW >> 20} MB")
        data = self._readers[number].read(start, size)
        if file.form in DELIMITERS:
            return row_parser.parse_table(data, file.header, DELIMITERS[file.form], place)
        return row_parser.parse_json(data, place)

    def __iter__(self) -> Iterator[Sample]:
        return (self[row] for row in range(len(self)))

    def where(self, row: int) -> tuple[str, int]:
        """The file, as it was given, and the line on which a row begins, from 1."""
        number, at = self._find(row)
        return self.files[number].path, int(self.files[number].extents.lines[at])

    @property
    def rough_lengths(self) -> npt.NDArray[np.int32]:
        """Bytes of every row in its file; negative where it names no picture, as LLaVA's own sampler has it."""
        sizes = [file.extents.sizes for file in self.files]
        whole = sizes[0] if len(sizes) == 1 else np.concatenate(sizes)
        return whole if self._chosen is None else whole[self._chosen]

    def select(self, rows: Iterable[int] | npt.NDArray[np.int64]) -> Rows:
        """Some of the rows, in the order given; nothing is read anew. Raises: IndexError."""
        wanted = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), dtype=np.int64)
        if len(wanted) and not (-len(self) <= wanted.min() and wanted.max() < len(self)):
            raise IndexError(f"there are {len(self)} rows")
        wanted = np.where(wanted < 0, wanted + len(self), wanted)
        return Rows(self.files, wanted if self._chosen is None else self._chosen[wanted])

    def sha256(self) -> str:
        """A digest of the files' bytes, in hex: of one file its own, of several that of their digests in a row."""
        digests = [_digest(file.path) for file in self.files]
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()

    def _find(self, row: int) -> tuple[int, int]:
        """File and place in its index."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"there are {len(self)} rows")
        row = int(row) % len(self)
        if self._chosen is not None:
            row = int(self._chosen[row])
        number = int(np.searchsorted(self._ends, row, side="right")) if len(self.files) > 1 else 0
        return number, row - (int(self._ends[number - 1]) if number else 0)

    def __getstate__(self) -> dict[str, Any]:
        return {"files": self.files, "chosen": self._chosen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Rows.__init__(self, state["files"], state["chosen"])


class _Reader:
    """Bytes from any place of a file, which is opened when it is first needed. Forked processes may share it."""

    def __init__(self, file: DataFile) -> None:
        self._file = file
        self._handle = -1
        self._lock = threading.Lock()

    def read(self, start: int, size: int) -> bytes:
        try:
            if self._handle < 0:
                self._open()
            if hasattr(os, "pread"):  # needs no position that others could move
                return os.pread(self._handle, size, start)
            with self._lock:
                os.lseek(self._handle, start, os.SEEK_SET)
                return os.read(self._handle, size)
        except OSError as error:
            raise DataUnreadable(f"{self._file.path} cannot be read: {error.strerror}") from error

    def _open(self) -> None:
        with self._lock:
            if self._handle >= 0:
                return
            handle = os.open(self._file.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
            status = os.fstat(handle)
            if (status.st_size, status.st_mtime_ns) != (self._file.size, self._file.changed):
                os.close(handle)
                raise DataUnreadable(f"{self._file.path} was changed while it was in use", hint="Begin again.")
            self._handle = handle

    def __del__(self) -> None:
        if getattr(self, "_handle", -1) >= 0:
            with suppress(OSError):
                os.close(self._handle)


def open_rows(
    paths: Sequence[str | os.PathLike[str]],
    image_root: str | os.PathLike[str] | None = None,
    on_progress: Progress | None = None,
    *,
    captions: bool = False,
) -> Rows:
    """Find the rows of one or several data files; a folder stands for the one data file in it.

    Forms: LLaVA `.json` and `.jsonl`, messages `.jsonl`, `.jsonl` of {image, question, answer}, `.csv` and `.tsv` with
    a header. Pictures' paths begin at the data file's folder, or at `image_root`. With `captions` a question may be
    empty where there is a picture.

    Raises: DataUnreadable, naming the file. What is wrong with single rows is said when they are read.
    """
    found = [_locate(expand(path)) for path in paths]
    if not found:
        raise DataUnreadable("no data file was given")
    total, done, files = sum(map(_size, found)), 0, []
    for path in found:

        def on_bytes(count: int, path: Path = path, before: int = done) -> None:
            if on_progress is not None:
                on_progress(before + count, total, str(path))

        folder = str(path.parent) if image_root is None else expand_text(image_root)
        files.append(_scan(path, "" if folder == "." else folder, on_bytes, captions=captions))
        done += files[-1].size
    return Rows(files)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise DataUnreadable(f"{path} cannot be read: {error.strerror}") from error


def _locate(path: Path) -> Path:
    if os.path.isdir(path):
        try:
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in EXTENSIONS and p.is_file())
        except OSError as error:
            raise DataUnreadable(f"{path} cannot be read: {error.strerror}") from error
        if len(inside) == 1:
            return inside[0]
        what = ", ".join(p.name for p in inside[:4]) + (", …" if len(inside) > 4 else "")
        raise DataUnreadable(
            f"{path} is a folder with {len(inside)} data files{f' ({what})' if inside else ''}, not one"
        )
    if not os.path.exists(path):
        _refuse_missing(path)
    if not os.path.isfile(path):
        raise DataUnreadable(f"{path} is no regular file")
    return path


def _refuse_missing(path: Path) -> None:
    where = path.parent if str(path.parent) != "." else Path.cwd()
    names: list[str] = []
    with suppress(OSError):
        names = [p.name for p in path.parent.iterdir()]
    near = close_names(path.name, names)
    hint = f"did you mean {path.with_name(near[0])}?" if near else None
    raise DataUnreadable(f"no file {path.name} in {where}", hint=hint)


def _scan(path: Path, folder: str, on_bytes: row_index.OnBytes, *, captions: bool) -> DataFile:
    header: list[str] = []
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            form = _form(path, file.read(65536))
            file.seek(0)
            if form in DELIMITERS:
                header, extents = row_index.scan_table(file, DELIMITERS[form], on_bytes)
                _check_header(path, header)
            elif form == "array":
                extents = row_index.scan_array(file, str(path), on_bytes)
            else:
                extents = row_index.scan_lines(file, on_bytes)
    except OSError as error:
        raise DataUnreadable(f"{path} cannot be read: {error.strerror}") from error
    if not len(extents.starts):
        raise DataUnreadable(f"{path} has no rows")
    return DataFile(str(path), form, folder, tuple(header), extents, status.st_size, status.st_mtime_ns, captions)


def _form(path: Path, head: bytes) -> str:
    """What a file is, by its first bytes and its extension."""
    kind = next((kind for signature, kind in _FOREIGN if head.startswith(signature)), None)
    if kind is None and b"\0" in head:
        kind = "a binary file"
    if kind is not None:
        raise DataUnreadable(f"{path} is {kind}")
    text = head.removeprefix(row_index.BOM).lstrip()
    suffix = path.suffix.lower()
    if not text:
        raise DataUnreadable(f"{path} is empty")
    if suffix == ".csv":
        first = text.partition(b"\n")[0]
        return "semicolons" if b";" in first and b"," not in first else "csv"
    if suffix == ".tsv":
        return "tsv"
    if text[:1] == b"[":
        return "array"
    if suffix in (".jsonl", ".ndjson"):
        return "lines"
    if text[:1] == b"{":
        if _is_one_object(text):
            raise DataUnreadable(f"{path} holds one object, not a list of rows")
        return "lines"
    raise DataUnreadable(f"{path} is in no known format")


def _is_one_object(text: bytes) -> bool:
    """Whether an object is written over several lines, as no list of rows is."""
    first = text.partition(b"\n")[0].strip()
    return len(first) < len(text.strip()) and not first.endswith(b"}")


def _check_header(path: Path, header: Sequence[str]) -> None:
    names = [name.lower() for name in header]
    if "answer" not in names or not {"image", "question"} & set(names):
        shown = ", ".join(name or "(none)" for name in header[:8])[:200]
        raise DataUnreadable(
            f"{path}: the first line must name the columns image, question and answer, not {shown}",
            hint="Let the first line be: image,question,answer",
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataUnreadable(f"{path}: the column {twice or '(none)'} is there twice")


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["BadRow", "DataFile", "Progress", "Rows", "open_rows"]
