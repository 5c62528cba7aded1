"""Write answers into files beside their pictures (sidecars). A sidecar is an XMP file for photo
programs, or a file with one line of text for training tools.

Pictures are never changed. A sidecar is replaced atomically, and keeps the content that other programs
wrote into it. If the path of a sidecar is a link, the link is never followed.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from flashsloth.batch.answer_formats import cell_text
from flashsloth.batch.answer_rows import Outcome
from flashsloth.batch.inputs import Row
from flashsloth.batch.xmp import EMPTY, MAX_BYTES, Packet
from flashsloth.data.row_index import BOM
from flashsloth.errors import BadRow, ImageError, InputError
from flashsloth.images.sources import find_path, source_kind, split_page
from flashsloth.utils import atomic_write
from flashsloth.utils.system import open_no_link
from flashsloth.utils.text import error_reason, printable_source

Kind = Literal["xmp", "txt"]
Existing = Literal["skip", "append", "overwrite"]
FIELDS = ("title", "description", "keywords")  # fields of a schema that a sidecar can have
KEYWORDS = re.compile(r"^[ \t]*(?:keywords|tags)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
MAX_KEYWORDS = 100
MAX_KEYWORD = 64  # maximum number of characters; a longer text is probably a sentence, and dropped


@dataclass(frozen=True, slots=True)
class SidecarOptions:
    """The content and the names of sidecars.

    Args:
        existing: what happens to a description that a sidecar already has.
        only_keywords: whether the whole answer is a list of keywords.
        adobe_names: whether the name of a sidecar is photo.xmp and not photo.jpg.xmp.
        fields: the fields of an answer that are written, some of FIELDS. This is for `xmp` and answers
            that match a schema. `existing` applies to each of these fields separately.
    """

    kind: Kind
    existing: Existing = "skip"
    only_keywords: bool = False
    adobe_names: bool = False
    fields: tuple[str, ...] = ()

    def path_of(self, picture: str) -> Path:
        """Return the path of a picture's sidecar. Raises: ValueError for a path without a name."""
        path = Path(picture)
        long = self.kind == "xmp" and not self.adobe_names
        return path.with_name(f"{path.name}.xmp") if long else path.with_suffix(f".{self.kind}")


class SidecarWriter:
    """Writes the sidecars of answers.

    `rows` contains the given rows, with an error for each row that cannot have a sidecar. `described`
    contains the numbers of the rows that are skipped because their sidecars already have the text.

    Args:
        output: the output file, which must not be a sidecar.
        owners: needed only if the rows come in several parts, each with a writer of its own. This dict
            maps the path of each sidecar so far to the row or file that it belongs to; the writer
            updates it. With `owners`, a conflict makes only the later row fail.

    Raises: InputError if two rows have the same sidecar, if a sidecar is the output or a picture, or if
        no row can have a sidecar.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        options: SidecarOptions,
        output: Path | None = None,
        owners: dict[str, str] | None = None,
    ) -> None:
        self.options = options
        self._owners = owners
        self.described: set[int] = set()
        self._paths: dict[int, Path] = {}
        self._pictures: set[str] = set()
        self.rows = [self._checked(row) for row in rows]
        self._check_distinct(output)
        errors = [row.error for row in self.rows if row.error is not None]
        if owners is None and errors and len(errors) == len(self.rows):
            raise errors[0]

    def write(self, outcome: Outcome) -> Outcome:
        """Write the sidecar of an answer. Return the outcome, with an error if the sidecar cannot be
        written. Raises: DiskFull."""
        number = outcome.row.number
        if outcome.record is None or number not in self._paths or number in self.described:
            return outcome
        try:
            self._write(self._paths[number], outcome.record.text, outcome.value)
        except InputError as error:
            return Outcome(outcome.row, error=error, image=outcome.image)
        return outcome

    def _checked(self, row: Row) -> Row:
        if row.error is not None or row.image is None:
            return row
        try:
            if source_kind(row.image) in ("http", "data"):
                raise BadRow(
                    f"{row.source}: a picture at a URL has no place for a sidecar",
                    hint="Download it and name its file, or leave out --write.",
                )
            try:
                picture = split_page(find_path(row.image))[0]
            except ImageError:
                return row  # the error is reported later, when the picture is read
            self._paths[row.number] = path = self.options.path_of(picture)
            self._pictures.add(os.path.realpath(picture))
            # Check this now, and not only after the answer is computed.
            if not os.access(path.parent, os.W_OK | os.X_OK):
                raise _unwritable(path, os.strerror(errno.EACCES))
            if self.options.existing == "skip" and self._has_text(path):
                self.described.add(row.number)
        except InputError as error:
            return replace(row, error=error)
        return row

    def _check_distinct(self, output: Path | None) -> None:
        taken = {} if self._owners is None else self._owners
        taken |= dict.fromkeys(self._pictures, "a picture")
        if output is not None:
            taken[os.path.realpath(output)] = "the output"
        for at, row in enumerate(self.rows):
            path = self._paths.get(row.number)
            if path is None:
                continue
            place = os.path.join(os.path.realpath(path.parent), path.name)
            owner = f"that of {printable_source(row.source)}"
            if place not in taken or (self._owners is not None and taken[place] == owner):
                taken[place] = owner
                continue
            names = [printable_source(each) for each in (row.source, str(path))]
            hint = (
                "Choose another -o."
                if taken[place] == "the output"
                else "Ask about each picture once; txt and --adobe-names leave out the picture's extension."
            )
            error = InputError(
                f"the sidecar of {names[0]}, {names[1]}, is also {taken[place]}", hint=hint
            )
            if self._owners is None:
                raise error
            del self._paths[row.number]
            self.rows[at] = replace(row, error=error)

    def remove_leftovers(self) -> None:
        """Remove the scratch files of a process that was killed."""
        prefixes = set(map(_scratch, self._paths.values()))
        for folder in {path.parent for path in self._paths.values()}:
            with suppress(OSError):
                atomic_write.remove_scratch_files(folder, prefixes)

    def _has_text(self, path: Path) -> bool:
        data = _read(path)
        if self.options.kind == "txt":
            return bool(data.removeprefix(BOM).strip())
        packet = _packet(data, path)
        fields = self.options.fields or ("keywords" if self.options.only_keywords else "description",)
        return all(packet.keywords if name == "keywords" else packet.text(name) for name in fields)

    def _write(self, path: Path, answer: str, value: Any) -> None:
        # Read the sidecar again, because other programs may have written into it while the answer was
        # computed.
        old = _read(path)
        if self.options.kind == "txt":
            data = self._text(old, answer, path)
        elif self.options.fields:
            texts, keywords = fields_of(value, self.options.fields)
            data = self._xmp(old, texts, keywords, path)
        else:
            description, keywords = split_answer(answer, only_keywords=self.options.only_keywords)
            data = self._xmp(old, {"description": description}, keywords, path)
        if data == old:
            return
        with (
            atomic_write.convert_os_errors(path, hint="Check the permissions of the folder."),
            atomic_write.atomic_write(path, prefix=_scratch(path), replace_link=True) as file,
        ):
            file.write(data)

    def _xmp(self, old: bytes, texts: Mapping[str, str], keywords: list[str], path: Path) -> bytes:
        packet = _packet(old, path)
        existing = self.options.existing
        changed = False
        for name, text in texts.items():
            before = packet.text(name)
            if text and before and existing == "append":
                changed |= packet.append_text(name, text)
            elif text and text != before and (existing == "overwrite" or not before):
                packet.set_text(name, text)
                changed = True
        known = [] if existing == "overwrite" else packet.keywords
        if self.options.fields and existing == "skip" and known:
            keywords = []  # there are keywords already, so this field is skipped
        words = list(dict.fromkeys([*known, *keywords]))
        if keywords and words != packet.keywords:
            packet.set_keywords(words)
            changed = True
        return packet.encode() if changed else old

    def _text(self, old: bytes, answer: str, path: Path) -> bytes:
        before = ""
        new = " ".join(answer.split())
        if self.options.existing != "overwrite":
            try:
                before = old.removeprefix(BOM).decode().strip()
            except UnicodeDecodeError as error:
                raise _unwritable(path, "its text is not UTF-8") from error
        if before and self.options.existing == "skip":
            return old
        if self.options.only_keywords:
            known = [word.strip() for word in before.split(",")] if before else []
            new = ", ".join(dict.fromkeys([*known, *split_answer(answer, only_keywords=True)[1]]))
        elif before and new:
            # Search for whole words, so that "red" is found in "a red bus" but not in "bored".
            new = before if re.search(rf"(?<!\w){re.escape(new)}(?!\w)", before) else f"{before} {new}"
        mark = BOM if before and old.startswith(BOM) else b""
        return mark + f"{new}\n".encode() if new and new != before else old


def split_answer(answer: str, *, only_keywords: bool = False) -> tuple[str, list[str]]:
    """Return the description and the keywords of an answer. Lines that begin with "Keywords:" or
    "Tags:" are keywords, divided by commas or semicolons; all other lines are the description. With
    `only_keywords` all lines are keywords."""
    lists = KEYWORDS.sub(r"\1", answer).splitlines() if only_keywords else KEYWORDS.findall(answer)
    description = "" if only_keywords else KEYWORDS.sub("", answer).strip()
    return description, _distinct(re.split(r"[,;]", ",".join(lists)))


def fields_of(value: Any, fields: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the texts (by field name) and the keywords of an answer with a schema. In the answer the
    keywords are a list, or a text that is divided by commas or semicolons."""
    if not isinstance(value, dict):  # a schema without a type allows other values too
        return {}, []
    texts = {name: cell_text(value.get(name)).strip() for name in fields if name != "keywords"}
    words = value.get("keywords") if "keywords" in fields else None
    divided = words if isinstance(words, list) else re.split(r"[,;]", cell_text(words))
    return texts, _distinct(map(cell_text, divided))


def _distinct(words: Iterable[str]) -> list[str]:
    """Return the distinct keywords, without the quotes, full stops and list markers around them."""
    found: dict[str, str] = {}
    for word in words:
        word = " ".join(word.split()).strip(" .\"'*-#")
        if 0 < len(word) <= MAX_KEYWORD:
            found.setdefault(word.lower(), word)
    return list(found.values())[:MAX_KEYWORDS]


def _scratch(path: Path) -> str:
    return f".{path.name[:50]}.unfinished-"


def _packet(data: bytes, path: Path) -> Packet:
    try:
        return Packet(data if data.strip() else EMPTY)
    except ValueError as error:
        raise InputError(
            f"{printable_source(str(path))} is not XMP, and stays as it is: {error_reason(error)}",
            hint="Move the file away, or open it in the program that wrote it.",
        ) from error


def _read(path: Path) -> bytes:
    """Return the bytes of a sidecar, or b"" if there is none. Raises: InputError for a link, a folder
    or a device."""
    try:
        if path.is_symlink():
            raise atomic_write.link_refused(path)
        if path.exists() and not path.is_file():
            raise _unwritable(path, "it is not a file")
        with open(path, "rb", opener=open_no_link) as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise _unwritable(path, error_reason(error)) from error
    if len(data) > MAX_BYTES or (path.suffix == ".txt" and b"\0" in data):
        raise _unwritable(path, "it is too large, or not text")
    return data


def _unwritable(path: Path, reason: str) -> InputError:
    return InputError(
        f"the sidecar {printable_source(str(path))} cannot be written: {reason}",
        hint="Check the folder and its permissions.",
    )
