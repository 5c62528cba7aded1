"""Find the rows of a batch in pictures, folders, patterns and data files. The pages of pictures are
counted, but no picture is decoded.

Rows are numbered from 1 over the whole input. The rows of a shard keep these numbers.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from flashsloth.chat.answerer import read_ahead
from flashsloth.data import row_index, row_parser
from flashsloth.data.data_files import EXTENSIONS, open_rows
from flashsloth.errors import (
    BadRow,
    BadRows,
    DataUnreadable,
    ImageNotFound,
    InputError,
    NoPicture,
    OptionError,
)
from flashsloth.images.formats import identify
from flashsloth.images.sources import (
    GLOB,
    PICTURE_EXTENSIONS,
    URL,
    candidate_paths,
    find_path,
    is_same_file,
    page_sources,
)
from flashsloth.utils.paths import expand, expand_text
from flashsloth.utils.text import command_line, error_reason, path_meant, printable_source, source_name

RECURSIVE = re.compile(r"(?:^|(?<=/))\*\*(?:/+(?=[^/])|$)")  # the first ** of a pattern
NO_PICTURE_HINT = "To ask from text alone: --no-picture."
DUPLICATE = "a duplicate name"
# The fields of a row that a batch reads. All other fields are kept in `Row.fields`.
OURS = {"image", "images", "prompt", "question", "system", "id"}
# Number of files whose pages are counted ahead. Only the numbers of pages are kept in memory.
PAGES_AHEAD = 64
# The other fields of a row may be nested this much less deeply than Python can read JSON: an answer has
# them at a greater depth, and a later run must be able to read it.
SPARE_DEPTH = 100
# Folders of thumbnails, deleted files and earlier copies, in lower case. They are searched only if they
# are named, as hidden folders are, to which .@__thumb, .Trash-1000 and .snapshot belong.
SYSTEM_FOLDERS = {
    "@eadir",  # Synology: thumbnails, one folder for each picture
    "#recycle",  # Synology: deleted files of a shared folder
    "#snapshot",  # Synology: earlier copies of a shared folder
    "@__thumb",  # QNAP: thumbnails
    "@recycle",  # QNAP: deleted files
    "@recently-snapshot",  # QNAP: earlier copies
    "trashbox",  # Buffalo: deleted files
    "~snapshot",  # NetApp: earlier copies
    "$recycle.bin",  # Windows since Vista: deleted files of a drive
    "recycler",  # Windows XP: deleted files of a drive
    "system volume information",  # Windows: restore points and the index of a drive
    "network trash folder",  # macOS and netatalk: deleted files of a shared folder
    "temporary items",  # macOS and netatalk: unfinished files of a shared folder
    "lost+found",  # fsck of ext2 to ext4: what it found without a name
}
ROW_HINT = 'A row looks like this: {"image": "a.png", "prompt": "What is it?"}'
TABLE_HINT = (
    'A table has columns such as image,prompt; a cell with a comma stands in quotes: "Red, or blue?"'
)


# A function that is called with a folder and the number of its skipped entries by reason.
OnSkipped = Callable[[str, dict[str, int]], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A question about a picture, or about text alone."""

    number: int
    source: str  # the picture, or a file and a line such as "rows.jsonl:17"
    prompt: str | None = None
    image: str | None = None  # path or URL of the picture; None for a question about text alone
    system: str | None = None  # None if the row has no system text of its own
    id: str | int | None = None  # from the row, or made from the name of its picture
    error: InputError | None = None  # the error if the row cannot be asked
    data: bytes | None = None  # bytes of the picture, if `image` is only its name
    is_argument: bool = False  # whether `image` was typed as an argument; then it may be a pipe
    # The other fields of a row of a data file, with the names of their columns as keys.
    fields: dict[str, Any] = field(default_factory=dict, hash=False)


def find_rows(
    inputs: Sequence[str],
    prompt: str | None,
    read_stdin: Callable[[], bytes],
    output: Path | None = None,
    also_read: Iterable[Path] = (),
    *,
    no_picture: bool = False,
    recursive: bool = False,
    pages: bool = True,
    on_skipped: OnSkipped | None = None,
    on_counted: Callable[[int, int, str], None] | None = None,
) -> list[Row]:
    """Return the rows of pictures, folders, patterns and data files. The input "-" reads JSON lines or
    paths from stdin. Pictures of a folder or a pattern are sorted naturally, that is, 9 before 10.

    Args:
        prompt: the prompt for rows without a prompt of their own.
        output: the file to which the answers are written. It must not be one of the files that are
            read.
        also_read: further files that will be read.
        no_picture: whether rows without a picture are allowed. If not, they get a NoPicture error.
        recursive: whether to include the pictures in the subfolders of a folder, except in hidden
            subfolders.
        pages: whether to make a row for each page of a picture. A row of a data file always stays one
            row.
        on_skipped: called with a folder, and the number of its skipped entries by reason.
        on_counted: called with (files counted so far, all files to count, name of the file) after the
            pages of a file were counted.

    Raises: OptionError for a picture without a prompt, ImageError and InputError for missing files,
    DataUnreadable for an input without rows, BadRows or NoPicture if no row can be asked, InputError if
    `output` is one of the files that are read.
    """
    if inputs.count("-") > 1:
        raise OptionError("stdin can be read only once", hint="Give - once.")
    collector = _RowCollector(inputs, prompt, no_picture, recursive, on_skipped)
    for path in () if output is None else (output, answers_file(output)):
        collector.outputs[path] = None
        with suppress(OSError, ValueError):
            collector.outputs[path] = os.stat(expand(path))
    for path in also_read:
        collector.check_not_output(str(path))
    # A shell that expands album/* names the sidecars beside their pictures.
    pictures = [word for word in inputs if word.lower().endswith(PICTURE_EXTENSIONS)]
    stems = {*pictures, *(os.path.splitext(word)[0] for word in pictures)}
    for word in inputs:
        if os.path.splitext(word)[0] not in stems or not _is_sidecar(word, stems):
            collector.add(word, read_stdin)
    rows = collector.rows
    if rows and all(isinstance(row.error, NoPicture) for row in rows):
        raise NoPicture(
            f"no row has a picture; the first of {len(rows)} is {rows[0].source}", hint=NO_PICTURE_HINT
        )
    errors = [row.error for row in rows if row.error is not None]
    if errors and len(errors) == len(rows):
        raise BadRows(
            f"no row can be asked; the first of {len(rows)}: {errors[0]}", hint=errors[0].hint
        )
    return _with_ids(_with_pages(rows, collector.named, on_counted) if pages else rows)


def answers_file(output: Path) -> Path:
    """Return the file of JSON lines to which a batch appends and from which it resumes. This is the
    output itself, or a file beside it if the output is a table."""
    return (
        output.with_name(f"{output.name}.jsonl")
        if output.suffix.lower() in (".csv", ".tsv")
        else output
    )


def _with_pages(
    rows: Sequence[Row], named: Container[int], on_counted: Callable[[int, int, str], None] | None
) -> list[Row]:
    """Return the rows, with a row for each page of a picture. `named` contains the numbers of the rows
    whose pages become rows."""
    pictures = [row.image or "" for row in rows if row.number in named]
    found: list[Row] = []
    counted = 0
    # Pages are counted in threads, because a PDF is read in a separate process and a network drive may
    # be slow.
    with read_ahead(pictures, page_sources, PAGES_AHEAD) as pages:
        for row in rows:
            if row.number not in named:
                found.append(row)
                continue
            found += [replace(row, source=source_name(page), image=page) for page in next(pages)]
            counted += 1
            if on_counted is not None:
                on_counted(counted, len(pictures), row.source)
    return [replace(row, number=number) for number, row in enumerate(found, 1)]


def _with_ids(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, each with an id. A new id is the name of the row's picture, or its file and
    line. The second row with the same name gets NAME#2."""
    taken = {str(row.id) for row in rows if row.id is not None}
    counts = Counter[str]()
    return [with_id(row, taken, counts) for row in rows]


def with_id(row: Row, taken: set[str], counts: Counter[str]) -> Row:
    """Return a row with its own id, or with a new id that is added to `taken`. `counts` contains the
    number of repetitions of each name."""
    if row.id is not None:
        return row
    source = source_name(row.image or row.source)
    # The name of a URL does not include its query.
    path = re.split(r"[?#]", source)[0] if source.lower().startswith("http") else source
    name = unique = os.path.basename(path) or source
    while unique in taken:
        counts[name] += 1
        unique = f"{name}#{counts[name] + 1}"
    taken.add(unique)
    return replace(row, id=unique)


def shard(rows: Sequence[Row], part: int, parts: int) -> Sequence[Row]:
    """Return one of several contiguous parts whose sizes differ by at most one row. The first part has
    number 1."""
    count = len(rows)
    return rows[count * (part - 1) // parts : count * part // parts]


def natural_sort_key(path: str) -> tuple[list[str | int], str]:
    """Return a sort key that puts 9 before 10."""
    parts = re.split(r"(\d+)", path.lower(), flags=re.ASCII)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], path


@dataclass(slots=True)
class _RowCollector:
    """Collects the rows of the inputs of a command line, one input after another. Its fields are
    arguments of `find_rows`."""

    inputs: Sequence[str]
    prompt: str | None
    no_picture: bool
    recursive: bool
    on_skipped: OnSkipped | None
    rows: list[Row] = field(default_factory=list)
    # Numbers of the rows that do not come from a data file. Each page of their pictures becomes a row.
    named: set[int] = field(default_factory=set)
    # The output files and their status, which is None for a file that does not exist.
    outputs: dict[Path, os.stat_result | None] = field(default_factory=dict)

    def add(self, word: str, read_stdin: Callable[[], bytes]) -> None:
        if word == "-":
            self._add_stdin(read_stdin())
        elif URL.match(word):
            self._add_picture(word, is_argument=True)
        elif GLOB.search(word) and not os.path.lexists(expand_text(word)):
            self._add_matches(word)
        else:
            try:
                path = find_path(word)
            except ImageNotFound as error:
                if " " in word and os.sep not in word:
                    question = f"If it is the question: {command_line('-p', word)}"
                    error.hint = path_meant(word, otherwise=question)
                raise
            self._add_path(path)

    def _add_path(self, path: str) -> None:
        ending = os.path.splitext(path)[1].lower()
        if os.path.isdir(path):
            for picture in folder_pictures(
                path, self.on_skipped, self._is_ours, recursive=self.recursive
            ):
                self._add_picture(picture)
        elif ending in EXTENSIONS:
            self.check_not_output(path)
            rows = open_rows([path], answers=False)
            header = rows.files[0].header  # names of the columns if it is a table
            # Keep the path as it was typed, because answers of earlier runs are found by this path.
            for number in range(len(rows)):
                location = row_parser.RowLocation(
                    f"{path}:{rows.where(number)[1]}", os.path.dirname(path)
                )
                self._add_row(location, partial(lambda row: rows.read(row)[0], number), header)
        elif ending == ".txt":
            raise InputError(
                f"{path} is neither a picture nor a data file ({', '.join(EXTENSIONS)})",
                hint="If it lists paths, send it to stdin: flashsloth batch - -p TEXT < "
                + command_line(path),
            )
        else:
            self._add_picture(path, is_argument=True)

    def _is_ours(self, name: str) -> bool:
        """Return whether this is the name of an output file, of its journal or of its lock."""
        return any(
            name in (path.name, f"{path.name}.undo") or name.startswith(f".{path.name}.")
            for path in self.outputs
        )

    def _add_matches(self, pattern: str) -> None:
        matches = [path for path in _matches(expand_text(pattern)) if not os.path.isdir(path)]
        paths = sorted(wanted_matches(matches, pattern), key=natural_sort_key)
        # If a file has several names, for example by links, it counts as one picture.
        files: dict[str, str] = {}
        for path in paths:
            files.setdefault(os.path.realpath(path), path)
        if not files:
            raise ImageNotFound(
                f"no file matches {pattern}",
                hint=f"If it is the question: {command_line('-p', pattern)}"
                if " " in pattern
                else "Check the pattern.",
            )
        if len(paths) > len(files) and self.on_skipped is not None:
            self.on_skipped(pattern, {DUPLICATE: len(paths) - len(files)})
        for path in files.values():
            if path.lower().endswith(EXTENSIONS):
                self._add_path(path)
            else:
                self._add_picture(path)

    def _add_stdin(self, data: bytes) -> None:
        if identify(data):
            raise InputError(
                "stdin holds a picture; expected rows or paths",
                hint="To ask about it, use: flashsloth ask -",
            )
        # `find -print0` separates paths by NUL bytes, and old Macs wrote lines that end in a carriage
        # return.
        separator = next((each for each in (b"\0", b"\n", b"\r") if each in data), b"\n")
        before = len(self.rows)
        for number, line in enumerate(data.removeprefix(row_index.BOM).split(separator), 1):
            line = line.rstrip(b"\r\n")
            if not line.strip():
                continue
            if not line.lstrip().startswith(b"{") and len(line) <= row_index.LONGEST_ROW:
                self._add_picture(os.fsdecode(line))
            else:
                location = row_parser.RowLocation(f"-:{number}", "")
                self._add_row(location, partial(row_parser.decode_json, line, location))
        if len(self.rows) == before:
            raise DataUnreadable("stdin has no rows", hint=ROW_HINT)

    def _add_picture(self, image: str, *, is_argument: bool = False) -> None:
        if self.prompt is None:
            names = (word for word in self.inputs if " " in word and not _matches(expand_text(word)))
            texts = (word for word in names if not any(map(os.path.lexists, candidate_paths(word))))
            raise OptionError(
                f"no question was given for {printable_source(image)}",
                hint=f"Add {command_line('-p', next(texts, 'TEXT'))}. "
                "Rows of a data file can have their own questions.",
            )
        self.check_not_output(image)
        number = len(self.rows) + 1
        self.named.add(number)
        row = Row(number, source_name(image), self.prompt, image, is_argument=is_argument)
        self.rows.append(row)

    def check_not_output(self, source: str) -> None:
        """Raise InputError if an input file is an output file."""
        for path, status in self.outputs.items():
            if status is not None and is_same_file(source, status):
                raise InputError(
                    f"{path} is also an input", hint="Choose another file for the answers."
                )

    def _add_row(
        self,
        location: row_parser.RowLocation,
        read: Callable[[], dict[str, Any]],
        header: Sequence[str] = (),
    ) -> None:
        row = Row(len(self.rows) + 1, location.source)
        try:
            fields = read()
            row = replace(row, fields=_other_fields(fields, header, location))
            if not (self.no_picture or fields.get("image") or fields.get("images")):
                row_parser.check_media_keys(fields, location)
            row = replace(row, **_parse(fields, location))
            row = replace(row, prompt=row.prompt or self.prompt)
            if row.prompt is None:
                location.reject("empty_question", "it has no prompt, and -p was not given")
            if row.image is None and not self.no_picture:
                row = replace(
                    row, error=NoPicture(f"{location.source}: it has no picture", hint=NO_PICTURE_HINT)
                )
        except BadRow as error:
            # Replace the hint of the class, which is about training rows that need an answer.
            layout = TABLE_HINT if header else ROW_HINT
            error.hint = row_parser.UTF_8_HINT if error.kind == "encoding" else layout
            row = replace(row, error=error)
        if row.image is not None:
            self.check_not_output(row.image)
        self.rows.append(row)


def _is_sidecar(name: str, stems: Container[str]) -> bool:
    """Return whether a file is a sidecar. Every .xmp file is a sidecar, and so is NAME.txt beside a
    picture NAME. `stems` contains the names of the pictures without extensions."""
    stem, ending = os.path.splitext(name)
    return ending.lower() == ".xmp" or (ending == ".txt" and stem in stems)


def wanted_matches(matches: Iterable[str], pattern: str) -> list[str]:
    """Return the matches of a pattern without those that a folder would skip: sidecars, and files in a
    system folder that the pattern does not name. If only sidecars match, they are returned."""
    unnamed = SYSTEM_FOLDERS.difference(Path(pattern.lower()).parts)
    paths = [path for path in matches if unnamed.isdisjoint(Path(path.lower()).parts)]
    stems = {os.path.splitext(path)[0] for path in paths if path.lower().endswith(PICTURE_EXTENSIONS)}
    return [path for path in paths if not _is_sidecar(path, stems)] or paths


def folder_pictures(
    folder: str,
    on_skipped: OnSkipped | None = None,
    is_ours: Callable[[str], bool] = lambda _: False,
    *,
    recursive: bool = False,
) -> list[str]:
    """Return the pictures in a folder, sorted naturally. With `recursive` this includes the folders of
    `folders_below`. Names for which `is_ours` is true are not reported as skipped.

    Raises: InputError for a folder that cannot be read or has no pictures.
    """
    skipped = Counter[str]()
    pictures = list[str]()
    for each in folders_below(folder) if recursive else [folder]:
        try:
            with os.scandir(each) as entries:
                reasons = {entry.name: _skip_reason(entry) for entry in entries}
        except OSError as error:
            if each != folder:
                skipped["an unreadable folder"] += 1
                continue
            raise InputError(
                f"{folder} cannot be read: {error_reason(error)}",
                hint="Check the permissions of the folder.",
            ) from error
        stems = {os.path.splitext(name)[0] for name, reason in reasons.items() if not reason}
        ours = {name for name in reasons if is_ours(name) or _is_sidecar(name, stems)}
        skipped.update(reason for name, reason in reasons.items() if reason and name not in ours)
        pictures += [os.path.join(each, name) for name, reason in reasons.items() if not reason]
    if recursive:
        del skipped["a folder"]  # the pictures of subfolders were found
    if skipped and on_skipped is not None:
        on_skipped(folder, dict(skipped.most_common()))
    if not pictures:
        hint = (
            "Pictures are found by their extensions, such as .jpg."
            if recursive
            else f"To search its subfolders too: {command_line('flashsloth', 'batch', '-r', Path(folder))} -p TEXT"
        )
        raise InputError(f"{folder} has no pictures", hint=hint)
    return sorted(pictures, key=natural_sort_key)


def _skip_reason(entry: os.DirEntry[str]) -> str:
    """Return the reason why an entry of a folder is skipped, such as its extension. Return "" for a
    picture."""
    if entry.name.startswith("."):
        return "hidden"
    try:
        if entry.is_dir():
            return "a system folder" if entry.name.lower() in SYSTEM_FOLDERS else "a folder"
        if not entry.is_file():
            return (
                "a broken link"
                if entry.is_symlink() and not os.path.exists(entry)
                else "a special file"
            )
    except OSError as error:
        # A link that leads to itself raises ELOOP.
        return "a broken link" if error.errno == errno.ELOOP else "unreadable"
    ending = os.path.splitext(entry.name)[1].lower()
    if ending in PICTURE_EXTENSIONS:
        return ""
    return printable_source(ending) or "without an extension"


def _matches(pattern: str) -> dict[str, None]:
    """Return the paths that a pattern matches, each only once. Unlike in `glob`, `**` follows a link to
    a folder only if that folder has not been searched yet."""
    recursive = RECURSIVE.search(pattern)
    if recursive is None:
        return dict.fromkeys(glob.glob(pattern, recursive=True))
    paths: dict[str, None] = {}
    head = pattern[: recursive.start()]
    rest = pattern[recursive.end() :] or "*"
    for root in glob.glob(head) if head else [""]:
        for folder in folders_below(root):
            paths.update(_matches(os.path.join(glob.escape(folder), rest)))
    return paths


def folders_below(root: str) -> Iterator[str]:
    """Yield a folder and its subfolders in breadth-first order, without hidden subfolders and system
    folders. A folder that has several names is yielded only once."""
    searched: set[str] = set()
    folders = [root]
    # The list grows while it is read, which makes the order breadth first.
    for folder in folders:
        real = os.path.realpath(folder)
        if real in searched:
            continue
        searched.add(real)
        yield folder
        with suppress(OSError), os.scandir(folder or os.curdir) as entries:
            inside = [entry for entry in entries if _skip_reason(entry) == "a folder"]
            inside.sort(key=lambda entry: (entry.is_symlink(), natural_sort_key(entry.name)))
            folders += [os.path.join(folder, entry.name) for entry in inside]


def _other_fields(
    fields: Mapping[str, Any], header: Sequence[str], location: row_parser.RowLocation
) -> dict[str, Any]:
    """Return the fields of a row that a batch does not read. Raises: BadRow.

    `fields` of a table lacks empty cells, and its names are those of `column_key`. The result contains
    the empty cells too, with names as in the `header` of the table. Only tables have a header.
    """
    if header:
        ours = OURS.union(row_parser.DIALOGUES)  # `fields` also lacks the columns of DIALOGUES
        columns = ((name, row_parser.column_key(name)) for name in header)
        return {name: fields.get(key, "") for name, key in columns if key not in ours}
    others = {name: value for name, value in fields.items() if name not in OURS}
    try:
        text = json.dumps(others)
        json.loads(f"{'[' * SPARE_DEPTH}{text}{']' * SPARE_DEPTH}")
    except RecursionError:
        location.reject("json", "it is nested too deeply")
    # NaN and infinite numbers, which Python reads and writes, are not JSON. They become null.
    return json.loads(text, parse_constant=lambda _: None)


def _parse(row: dict[str, Any], location: row_parser.RowLocation) -> dict[str, Any]:
    """Return the fields image, prompt, system and id of a row. A missing field is None. Raises:
    BadRow."""
    dialogue = next((name for name in row_parser.DIALOGUES if name in row), None)
    if dialogue is not None:
        location.reject("row", f"it has {dialogue}, not a prompt; flashsloth eval asks dialogues")
    pictures = [picture for picture in row_parser.pictures_of(row, location) if picture.strip()]
    system = row_parser.text_of(row, "system", location)
    row_parser.check_one_picture(pictures, location)
    texts = [row_parser.text_of(row, name, location) or "" for name in ("prompt", "question")]
    prompts = {text for text in texts if text.strip()}
    if len(prompts) > 1:
        location.reject("row", "its prompt and its question differ")
    if not pictures and not prompts:
        location.reject("row", "it has neither an image nor a prompt")
    if not isinstance(row.get("id"), str | int | None) or isinstance(row.get("id"), bool):
        location.reject("row", "its id must be a string or an integer")
    row_parser.check_characters(
        "".join((*pictures, *texts, system or "", str(row.get("id")))), location
    )
    image = next(iter(pictures), None)
    prompt = next(iter(prompts), None)
    if image is not None and prompt is not None:
        prompt = row_parser.without_marks(prompt, location)
    if image is not None and not URL.match(image):
        image = os.path.join(location.folder, expand_text(image))
    return {"image": image, "prompt": prompt, "system": system, "id": row.get("id")}
