"""What is asked: pictures, folders, patterns, and lines of JSON. Knows files and stdin's bytes; opens no picture.

Rows are numbered from 1 through all of the input, so that a shard's rows have the numbers that they have in the whole.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flashsloth.data.row_index import LONGEST_ROW, read_lines
from flashsloth.data.row_parser import RowLocation
from flashsloth.errors import BadRow, BadRows, DataUnreadable, ImageNotFound, InputError, NoPicture, OptionError
from flashsloth.images.reader import looks_like_image
from flashsloth.images.sources import PICTURE_EXTENSIONS, find_path, is_same_file
from flashsloth.utils.paths import expand, expand_text
from flashsloth.utils.text import error_reason, printable_source, source_name

LINES = (".jsonl", ".ndjson")
OTHER_DATA = (".json", ".csv", ".tsv", ".txt")
URL = re.compile(r"(?:https?|file|data):", re.IGNORECASE)
ANYWHERE = re.compile(r"(?:^|(?<=/))\*\*(?:/+(?=[^/])|$)")  # the first ** of a pattern
GLOB = re.compile(r"[*?\[]")
DIALOGUES = ("messages", "conversations")
BOM = b"\xef\xbb\xbf"
WITHOUT = "To ask from text alone: --no-picture."
DUPLICATE = "of a file that another name led to"
A_LINE = 'A line is one: {"image": "a.png", "prompt": "What is it?"}'


OnPassedOver = Callable[[str, dict[str, int]], None]  # a folder, and how many of its entries are left out by reason


@dataclass(frozen=True, slots=True)
class Row:
    """One question about at most one picture.

    `source` says where it comes from: the picture, or "rows.jsonl:17". `image` is what the picture is read from, None
    for text alone. `system` is None where the row has none of its own. A row that cannot be asked has its `error`, and
    of the rest what is known.
    """

    number: int
    source: str
    prompt: str | None = None
    image: str | None = None
    system: str | None = None
    id: str | int | None = None
    error: BadRow | NoPicture | None = None


def find_rows(
    words: Sequence[str],
    prompt: str | None,
    read_stdin: Callable[[], bytes],
    output: Path | None = None,
    also: Iterable[Path] = (),
    *,
    no_picture: bool = False,
    on_passed_over: OnPassedOver | None = None,
) -> list[Row]:
    """The rows of pictures, folders, patterns and files of JSON lines; "-" is lines of JSON or of paths on stdin.

    `prompt` is for rows without one of their own. A folder stands for the pictures in it, not for those in folders
    inside; they come sorted as people do, 9 before 10, like what a pattern matches. `on_passed_over` is told of what
    else is in the folder. A row without a picture has a NoPicture as its error, unless `no_picture` allows it.

    Raises: OptionError where a picture has no prompt, ImageError and InputError for what is not there, DataUnreadable
    where there are no rows, BadRows or NoPicture where none of them can be asked, InputError where `output` is among
    what is read: pictures, files of lines, and what is `also` read.
    """
    if words.count("-") > 1:
        raise OptionError("stdin can be read only once", hint="Give - once.")
    found = _Found(prompt, output, no_picture, on_passed_over)
    for path in also:
        found.refuse_output(str(path))
    for word in words:
        found.add_word(word, read_stdin)
    rows = found.rows
    if rows and all(isinstance(row.error, NoPicture) for row in rows):
        raise NoPicture(f"no row has a picture; of {len(rows)} the first is {rows[0].source}", hint=WITHOUT)
    if rows and all(row.error for row in rows):
        raise BadRows(f"no row can be asked; of {len(rows)} the first: {rows[0].error}", hint=A_LINE)
    return rows


def shard(rows: Sequence[Row], part: int, parts: int) -> Sequence[Row]:
    """The part of so many, from 1: blocks that follow each other and differ by one row at most."""
    first, behind = (len(rows) * number // parts for number in (part - 1, part))
    return rows[first:behind]


def natural_sort_key(path: str) -> tuple[list[str | int], str]:
    """What to sort paths by, so that 9 comes before 10."""
    parts = re.split(r"(\d+)", path.lower(), flags=re.ASCII)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], path


class _Found:
    """The rows so far."""

    def __init__(
        self, prompt: str | None, output: Path | None, no_picture: bool, on_passed_over: OnPassedOver | None = None
    ) -> None:
        self.prompt = prompt
        self.no_picture = no_picture
        self.on_passed_over = on_passed_over
        self.output = output
        self.file: os.stat_result | None = None  # that is there already
        if output is not None:
            with suppress(OSError, ValueError):
                self.file = os.stat(expand(output))
        self.rows: list[Row] = []

    def add_word(self, word: str, read_stdin: Callable[[], bytes]) -> None:
        if word == "-":
            self._add_stdin(read_stdin())
        elif URL.match(word):
            self._add_picture(word)
        elif GLOB.search(word) and not os.path.lexists(expand_text(word)):
            self._add_matches(word)
        else:
            self._add_path(_existing(word))

    def _add_path(self, path: str) -> None:
        ending = os.path.splitext(path)[1].lower()
        if os.path.isdir(path):
            self._add_folder(path)
        elif ending in LINES:
            self.refuse_output(path)
            self._add_lines(_lines_of(path), path, os.path.dirname(path))
        elif ending in OTHER_DATA:
            raise InputError(
                f"{path} is neither a picture nor a file of JSON lines",
                hint="Rows come from .jsonl files; a list of paths goes to stdin: flashsloth batch - < list.txt",
            )
        else:
            self._add_picture(path)

    def _add_folder(self, path: str) -> None:
        try:
            with os.scandir(path) as entries:
                whys = {entry.name: _why_passed_over(entry) for entry in entries}
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error_reason(error)}", hint="Give a folder of yours.") from error
        names = [name for name, why in whys.items() if not why]
        passed_over = Counter(why for name, why in whys.items() if why and not self._is_ours(name))
        if passed_over and self.on_passed_over is not None:
            self.on_passed_over(path, dict(passed_over.most_common()))
        if not names:
            hint = (
                f"Folders in it are not searched; a pattern in quotes does that: '{os.path.join(path, '**', '*.jpg')}'"
            )
            raise InputError(f"{path} has no pictures", hint=hint)
        for name in sorted(names, key=natural_sort_key):
            self._add_picture(os.path.join(path, name))

    def _is_ours(self, name: str) -> bool:
        """Whether this is the name of the file of answers, or of its lock."""
        return self.output is not None and (name == self.output.name or name.startswith(f".{self.output.name}."))

    def _add_matches(self, pattern: str) -> None:
        found = sorted(
            (path for path in _matches(expand_text(pattern)) if not os.path.isdir(path)), key=natural_sort_key
        )
        files: dict[str, str] = {}
        for path in found:
            files.setdefault(os.path.realpath(path), path)
        if not files:
            hint = f"If it is the question: -p {pattern!r}" if " " in pattern else "Check the pattern."
            raise ImageNotFound(f"no file matches {pattern}", hint=hint)
        if len(found) > len(files) and self.on_passed_over is not None:
            self.on_passed_over(pattern, {DUPLICATE: len(found) - len(files)})
        for path in files.values():
            if path.lower().endswith(LINES):
                self._add_path(path)
            else:
                self._add_picture(path)

    def _add_stdin(self, data: bytes) -> None:
        if looks_like_image(data):
            raise InputError(
                "stdin holds a picture, not rows", hint="flashsloth ask - answers about a picture on stdin."
            )
        separator = b"\0" if b"\0" in data else b"\n"  # as `find -print0` writes paths
        self._add_lines(data.removeprefix(BOM).split(separator), "-", "")

    def _add_lines(self, lines: Iterable[bytes], name: str, folder: str) -> None:
        """Lines of JSON; from stdin also paths."""
        before = len(self.rows)
        for number, line in enumerate(lines, 1):
            line = line.rstrip(b"\r\n")
            if not line.strip():
                continue
            if name == "-" and not line.lstrip().startswith(b"{") and len(line) <= LONGEST_ROW:
                self._add_picture(os.fsdecode(line))
            else:
                self._add_json(line, RowLocation(f"{name}:{number}", folder))
        if len(self.rows) == before:
            raise DataUnreadable(f"{'stdin' if name == '-' else name} has no rows", hint=A_LINE)

    def _add_picture(self, image: str) -> None:
        if self.prompt is None:
            text = f"-p {image!r}" if " " in image and not os.path.exists(image) else "-p TEXT"
            raise OptionError(
                f"no question was given for {printable_source(image)}",
                hint=f"Add {text}. Only lines of JSON bring a prompt of their own.",
            )
        self.refuse_output(image)
        self.rows.append(Row(len(self.rows) + 1, source_name(image), self.prompt, image))

    def refuse_output(self, source: str) -> None:
        """Raises InputError where the answers would be written into what is read."""
        if self.file is not None and is_same_file(source, self.file):
            raise InputError(f"{self.output} is what is asked", hint="Give another name for the answers.")

    def _add_json(self, line: bytes, place: RowLocation) -> None:
        row = Row(len(self.rows) + 1, place.source)
        try:
            row = replace(row, **_parse(line, place))
            row = replace(row, prompt=row.prompt or self.prompt)
            if not row.prompt:
                place.bad("empty_question", "it has no prompt, and -p gives none")
            if row.image is None and not self.no_picture:
                row = replace(row, error=NoPicture(f"{place.source}: it has no picture", hint=WITHOUT))
        except BadRow as error:
            error.hint = A_LINE
            row = replace(row, error=error)
        if row.image is not None:
            self.refuse_output(row.image)
        self.rows.append(row)


def _why_passed_over(entry: os.DirEntry[str]) -> str:
    """Return why an entry of a folder is not asked about; nothing for a picture."""
    if entry.name.startswith("."):
        return "hidden"
    try:
        if entry.is_dir():
            return "a folder"
        if not entry.is_file():
            return "a link that leads nowhere" if entry.is_symlink() and not os.path.exists(entry) else "not a file"
    except OSError as error:
        return "a link that leads nowhere" if error.errno == errno.ELOOP else "unreadable"
    ending = os.path.splitext(entry.name)[1].lower()
    if ending in PICTURE_EXTENSIONS:
        return ""
    return f"of another format ({printable_source(ending)})" if ending else "without an extension"


def _matches(pattern: str) -> dict[str, None]:
    """Return the paths that a pattern matches, each once. `**` follows a link only into a folder not yet searched."""
    anywhere = ANYWHERE.search(pattern)
    if anywhere is None:
        return dict.fromkeys(glob.glob(pattern, recursive=True))
    found: dict[str, None] = {}
    head, rest = pattern[: anywhere.start()], pattern[anywhere.end() :] or "*"
    for root in glob.glob(head) if head else [""]:
        for folder in _folders_below(root):
            found.update(_matches(os.path.join(glob.escape(folder), rest)))
    return found


def _folders_below(root: str) -> Iterator[str]:
    """Yield a folder and those in it at any depth, the nearest first, each by one of its names; hidden ones not."""
    searched: set[str] = set()
    folders = [root]
    for folder in folders:
        real = os.path.realpath(folder)
        if real in searched:
            continue
        searched.add(real)
        yield folder
        with suppress(OSError), os.scandir(folder or os.curdir) as entries:
            inside = [entry for entry in entries if not entry.name.startswith(".") and os.path.isdir(entry)]
            inside.sort(key=lambda entry: (entry.is_symlink(), natural_sort_key(entry.name)))
            folders += [os.path.join(folder, entry.name) for entry in inside]


def _existing(word: str) -> str:
    try:
        return find_path(word)
    except ImageNotFound as error:
        if " " in word and os.sep not in word:
            error.hint = f"If it is the question: -p {word!r}"
        raise


def _lines_of(path: str) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            lines = read_lines(file)
            first = next(lines, b"").removeprefix(BOM)
            if b"\0" in first:
                raise DataUnreadable(f"{path} is no text in UTF-8", hint=A_LINE)
            yield first
            yield from lines
    except OSError as error:
        raise DataUnreadable(f"{path} cannot be read: {error_reason(error)}") from error


def _parse(line: bytes, place: RowLocation) -> dict[str, Any]:
    """The fields that count: image, prompt, system and id, each None where it is not there. Raises: BadRow."""
    if len(line) > LONGEST_ROW:
        place.bad("row", f"it is longer than {LONGEST_ROW >> 20} MB")
    try:
        row = json.loads(line.decode())
        json.dumps(row, ensure_ascii=False).encode()  # a lone half of a pair is no text
    except UnicodeError:
        place.bad("encoding", "it is not text in UTF-8")
    except (ValueError, RecursionError) as error:
        place.bad("json", f"no JSON: {str(error)[:120]}")
    if not isinstance(row, dict):
        place.bad("row", "it is no object")
    dialogue = next((name for name in DIALOGUES if name in row), None)
    if dialogue is not None:
        place.bad("row", f"{dialogue} is a dialogue, not a prompt; flashsloth eval asks those")
    row = _with_one_picture(row, place)
    texts = {name: _text(row, name, place) for name in ("image", "prompt", "question", "system")}
    if texts["prompt"] and texts["question"] and texts["prompt"] != texts["question"]:
        place.bad("row", "it has both a prompt and a question, which differ")
    prompt = texts["prompt"] or texts["question"]
    if texts["image"] is None and prompt is None:
        place.bad("row", "it has neither an image nor a prompt")
    if row.get("id") is not None and type(row["id"]) not in (str, int):
        place.bad("row", "its id is neither text nor a whole number")
    image = None if texts["image"] is None else _image(texts["image"], place)
    return {"image": image, "prompt": prompt, "system": texts["system"], "id": row.get("id")}


def _with_one_picture(row: dict[str, Any], place: RowLocation) -> dict[str, Any]:
    """The row with its picture under `image`, be it there or the only entry of `images`. Raises: BadRow for several."""
    named: list[Any] = []
    for value in (row.get("image"), row.get("images")):
        named += [each for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
    if len(set(map(str, named))) > 1:
        place.bad("several_images", f"it has {len(named)} pictures; batch asks about one a row")
    return {**row, "image": named[0]} if named else row


def _text(row: dict[str, Any], name: str, place: RowLocation) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        place.bad("row", f"its {name} is no text")
    return value if name == "system" or (value or "").strip() else None


def _image(image: str, place: RowLocation) -> str:
    """A path begins at the folder of its file."""
    if URL.match(image):
        return image
    return os.path.join(place.folder, expand_text(image))
