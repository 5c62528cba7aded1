"""Write answers into files beside their pictures (sidecars). A sidecar is an XMP file for photo
programs, or a file with one line of text for training tools.

Pictures are never changed. A sidecar is replaced atomically, and keeps the content that other programs
wrote into it. If the path of a sidecar is a link, the link is never followed.

What a person wrote counts wherever it is: in the sidecar, in one with another name, or in the picture's
file (XMP, IPTC, EXIF). A value that was cut, and a refusal to answer, are not written.
"""

from __future__ import annotations

import copy
import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from flashsloth.batch import sidecar_files
from flashsloth.batch.answer_formats import cell_text
from flashsloth.batch.answer_rows import Outcome
from flashsloth.batch.inputs import Row
from flashsloth.batch.sidecar_files import real_path, scratch_prefix, unwritable
from flashsloth.batch.xmp import EMPTY, LISTS, Packet, clean, first_text
from flashsloth.data.row_index import BOM
from flashsloth.errors import BadRow, ImageError, InputError
from flashsloth.generation.answer_record import SHORTENED, AnswerRecord
from flashsloth.generation.detail import is_refusal
from flashsloth.images.metadata import read_metadata
from flashsloth.images.sources import find_path, source_kind, split_page
from flashsloth.utils import atomic_write
from flashsloth.utils.text import error_reason, printable_source

Kind = Literal["xmp", "txt"]
Existing = Literal["skip", "append", "overwrite", "replace-own"]
FIELDS = ("title", "description", "keywords")  # fields of a schema that a sidecar can have
TEXTS = FIELDS[:2]
XMP_ENDINGS = (".xmp", ".XMP")
# Camera raw, whose programs name sidecars photo.xmp
RAW_ENDINGS = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".mrw", ".nef", ".nrw"),
    *(".orf", ".pef", ".raf", ".rw2", ".rwl", ".sr2", ".srw", ".x3f"),
)
KEYWORDS = re.compile(r"^[ \t]*(?:keywords|tags)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
MAX_KEYWORDS = 100
MAX_KEYWORD = 64  # maximum number of characters; a longer text is probably a sentence, and dropped
MAX_TITLE = 100  # maximum number of characters of a title, if its schema has none


@dataclass(frozen=True, slots=True)
class SidecarOptions:
    """The content and the names of sidecars.

    Args:
        existing: what happens to a description that a picture or its sidecar already has. `replace-own`
            replaces what FlashSloth wrote and nobody changed since.
        only_keywords: whether the whole answer is a list of keywords.
        adobe_names: whether the name of a sidecar is photo.xmp and not photo.jpg.xmp.
        fields: the fields of an answer that are written, some of FIELDS. This is for `xmp` and answers
            that match a schema. `existing` applies to each of these fields separately.
        limits: the lengths from which texts of these fields were cut, as `bounded_schema` returns them.
        refusals: patterns. An answer, or a value of it, in which one is found is a refusal to answer.
    """

    kind: Kind
    existing: Existing = "skip"
    only_keywords: bool = False
    adobe_names: bool = False
    fields: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    refusals: tuple[Any, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that a picture must have to be skipped."""
        return self.fields or ("keywords" if self.only_keywords else "description",)

    def path_of(self, picture: str) -> Path:
        """Return the path of a picture's sidecar. Raises: ValueError for a path without a name."""
        path = Path(picture)
        long = self.kind == "xmp" and not self.adobe_names
        return path.with_name(f"{path.name}.xmp") if long else path.with_suffix(f".{self.kind}")


class _Place(NamedTuple):
    """Where the sidecar of a picture is, or will be, and the other sidecars that describe it."""

    picture: str
    path: Path
    others: Sequence[Path] = ()


class SidecarWriter:
    """Writes the sidecars of answers.

    `rows` contains the given rows, with an error for each row that cannot have a sidecar. `described`
    contains the numbers of the rows that are skipped because their sidecars already have the text.

    Args:
        output: the output file, which must not be a sidecar. The journal for `undo` is beside it.
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
        self._journal = None if output is None else sidecar_files.journal_of(output)
        self.described: set[int] = set()
        self._places: dict[int, _Place] = {}
        self._pictures: set[str] = set()
        self.rows = [self._checked(row) for row in rows]
        self._check_distinct(output)
        errors = [row.error for row in self.rows if row.error is not None]
        if owners is None and errors and len(errors) == len(self.rows):
            raise errors[0]

    def write(self, outcome: Outcome, model: str) -> Outcome:
        """Write the sidecar of an answer of a model. Return the outcome with what became of the
        sidecar, or with an error if it cannot be written. Raises: DiskFull."""
        number = outcome.row.number
        if outcome.record is None or number not in self._places or number in self.described:
            return outcome
        try:
            written = self._write(self._places[number], outcome.record, outcome.value, model)
            return replace(outcome, sidecar=written)
        except InputError as error:
            return Outcome(outcome.row, error=error, image=outcome.image)

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
            self._pictures.add(os.path.realpath(picture))
            self._places[row.number] = place = self._place_of(picture)
            # Check this now, and not only after the answer is computed.
            if not os.access(place.path.parent, os.W_OK | os.X_OK):
                raise unwritable(place.path, os.strerror(errno.EACCES))
            if self.options.existing in ("skip", "replace-own") and self._has_text(place):
                self.described.add(row.number)
        except InputError as error:
            return replace(row, error=error)
        return row

    def _place_of(self, picture: str) -> _Place:
        """Find the sidecars of a picture. A new one would hide those of other programs, so the first
        that exists is written into. Raises: InputError if its sidecar belongs to a camera raw."""
        default = self.options.path_of(picture)
        if self.options.kind == "txt":
            return _Place(picture, default)
        path = Path(picture)
        long = [path.with_name(path.name + each) for each in XMP_ENDINGS]
        short = [path.with_suffix(each) for each in XMP_ENDINGS]
        names = short + long if self.options.adobe_names else long + short
        found = [each for each in dict.fromkeys(names) if os.path.lexists(each)]
        if not {default, *found}.isdisjoint(short) and path.suffix.lower() not in RAW_ENDINGS:
            raw = (path.with_suffix(each) for each in (*RAW_ENDINGS, *map(str.upper, RAW_ENDINGS)))
            if any(map(os.path.lexists, raw)):
                found = [each for each in found if each not in short]
                if default in short:
                    raise InputError(
                        f"{printable_source(str(default))} belongs to the camera raw of that name",
                        hint="Leave out --adobe-names, or name the raw files alone.",
                    )
        return _Place(picture, found[0] if found else default, found[1:])

    def _check_distinct(self, output: Path | None) -> None:
        taken = {} if self._owners is None else self._owners
        taken |= dict.fromkeys(self._pictures, "a picture")
        if output is not None:
            taken[os.path.realpath(output)] = "the output"
        for at, row in enumerate(self.rows):
            if row.number not in self._places:
                continue
            picture, path, _ = self._places[row.number]
            if row.number in self.described and path != self.options.path_of(picture):
                continue  # photo.xmp describes photo.jpg and photo.png, and is not written
            place = real_path(path)
            owner = f"that of {printable_source(row.source)}"
            if place not in taken or (self._owners is not None and taken[place] == owner):
                taken[place] = owner
                continue
            names = [printable_source(each) for each in (row.source, str(path))]
            hint = (
                "Choose another -o."
                if taken[place] == "the output"
                else "Ask about each picture once; photo.jpg and photo.png share photo.txt and photo.xmp."
            )
            error = InputError(
                f"the sidecar of {names[0]}, {names[1]}, is also {taken[place]}", hint=hint
            )
            if self._owners is None:
                raise error
            del self._places[row.number]
            self.rows[at] = replace(row, error=error)

    def remove_leftovers(self) -> None:
        """Remove the scratch files of a process that was killed."""
        paths = [place.path for place in self._places.values()]
        prefixes = set(map(scratch_prefix, paths))
        for folder in {path.parent for path in paths}:
            with suppress(OSError):
                atomic_write.remove_scratch_files(folder, prefixes)

    def _has_text(self, place: _Place) -> bool:
        """Return whether the answer to a row would change nothing."""
        data = sidecar_files.read(place.path) or b""
        if self.options.kind == "txt":
            return bool(data.removeprefix(BOM).strip())
        packet = _packet(data, place.path)
        known = _known(place, packet, self.options.needed)
        found = [_before(packet, known, name) for name in self.options.needed]
        replaces = self.options.existing == "replace-own"
        return all(before and not (replaces and own) for before, own in found)

    def _write(self, place: _Place, record: AnswerRecord, value: Any, model: str) -> str:
        """Write a sidecar. Return what became of it, as in `Outcome.sidecar`."""
        answer = record.text
        if record.reason != "stop" or any(each.startswith(SHORTENED) for each in record.warnings):
            return "cut"
        flaw = ""
        if self.options.fields:
            texts, keywords, flaw = self._sound_values(value)
        elif is_refusal(answer, self.options.refusals):
            return "refused"
        else:
            description, keywords = split_answer(answer, only_keywords=self.options.only_keywords)
            texts = {"description": clean(description)}
        # Read the sidecar again, because other programs may have written into it while the answer was
        # computed.
        old = sidecar_files.read(place.path)
        if self.options.kind == "txt":
            data = self._text(old or b"", answer, place.path)
        else:
            data = self._xmp(old or b"", texts, keywords, place, model)
        if data == (old or b""):
            return flaw
        sidecar_files.replace(place.path, old, data, self._journal)
        return flaw or "written"

    def _sound_values(self, value: Any) -> tuple[dict[str, str], list[str], str]:
        """Return the texts (by field name) and the keywords of an answer with a schema, without
        refusals and without texts that were cut, because they have the greatest length that the schema
        allows. Return also what was left out: "refused", "cut" or "". In the answer the keywords are a
        list, or a text that is divided by commas or semicolons."""
        # a schema without a type allows other values too
        values = value if isinstance(value, dict) else {}
        texts: dict[str, str] = {}
        words: list[str] = []
        flaws = [""]
        for name in self.options.fields:
            given: Any = values.get(name)
            is_list = name == "keywords" and isinstance(given, list)
            for text in map(cell_text, given if is_list else [given]):
                if is_refusal(text, self.options.refusals):
                    flaws.append("refused")
                elif len(text) >= self.options.limits.get(name, len(text) + 1):
                    flaws.append("cut")
                elif name == "keywords":
                    words += [text] if is_list else re.split(r"[,;]", text)
                else:
                    texts[name] = clean(text)
        return texts, _distinct(words), max(flaws)  # a refusal counts before a cut

    def _xmp(
        self, old: bytes, texts: Mapping[str, str], keywords: list[str], place: _Place, model: str
    ) -> bytes:
        packet = _packet(old, place.path)
        existing = self.options.existing
        known = _known(place, packet, (*texts, "keywords"))
        # 1. The title and the description.
        own_texts: dict[str, str] = {}
        for name, text in texts.items():
            before, own = _before(packet, known, name)
            if not text or text == before:
                continue
            if existing == "append" and before:
                if not packet.text(name):
                    packet.set_text(name, before)
                if packet.append_text(name, text):
                    own_texts[name] = f"{own}\n{text}" if own else text
            elif existing == "overwrite" or not before or (existing == "replace-own" and own):
                others = before.removesuffix(own) if existing == "replace-own" else ""
                packet.set_text(name, others + text)
                own_texts[name] = text
        # 2. The keywords.
        before, own = _before(packet, known, "keywords")
        words = [] if existing == "overwrite" else before
        if existing == "replace-own":
            ours = set(own)
            words = [each for each in before if each not in ours]
        stays = existing == "skip" or (existing == "replace-own" and not own)
        if keywords and not (self.options.fields and before and stays):
            words = list(dict.fromkeys([*words, *keywords]))
        else:
            words = before
        if words != before:
            packet.set_keywords(words, known)
            theirs = set(before).difference(own)
            own = [each for each in words if each not in theirs]
        # 3. What of this is ours.
        if words == before and not own_texts:
            return old
        packet.sign(model, own_texts, own)
        return packet.encode()

    def _text(self, old: bytes, answer: str, path: Path) -> bytes:
        before = ""
        new = " ".join(answer.split())
        if self.options.existing != "overwrite":
            try:
                before = old.removeprefix(BOM).decode().strip()
            except UnicodeDecodeError as error:
                raise unwritable(path, "its text is not UTF-8") from error
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


def _distinct(words: Iterable[str]) -> list[str]:
    """Return the distinct keywords, without the quotes, full stops and list markers around them."""
    found: dict[str, str] = {}
    for word in words:
        word = " ".join(word.split()).strip(" .\"'*-#")
        if 0 < len(word) <= MAX_KEYWORD:
            found.setdefault(word.lower(), word)
    return list(found.values())[:MAX_KEYWORDS]


def bounded_schema(
    schema: Mapping[str, Any], fields: Sequence[str]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return a schema in which titles and keywords have a greatest length, from which one sees that
    they were cut. Return also the greatest length of the texts of each field that has one."""
    bounded = copy.deepcopy(dict(schema))
    limits: dict[str, int] = {}
    for name in fields:
        for part, is_item in _text_parts(bounded["properties"].get(name), False):
            if part.keys().isdisjoint(("maxLength", "pattern", "format")):
                if name == "title":
                    part["maxLength"] = MAX_TITLE
                elif name == "keywords" and is_item:
                    part["maxLength"] = MAX_KEYWORD
            if "maxLength" in part:
                limits[name] = min(part["maxLength"], limits.get(name, part["maxLength"]))
    return bounded, limits


def _text_parts(part: Any, is_item: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the parts of the schema of a field that allow any text, and whether it is in a list."""
    if not isinstance(part, dict):
        return
    if "string" in (part.get("type") or ()) and part.keys().isdisjoint(("enum", "const")):
        yield part, is_item
    for each in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _text_parts(each, is_item)
    yield from _text_parts(part.get("items"), True)


def _known(place: _Place, packet: Packet, names: Sequence[str]) -> dict[str, Any]:
    """Return what other sidecars and the picture's file say, unless the sidecar has all of these fields
    itself: texts, keywords, and the lists of xmp.LISTS. Of each the first that has it counts. Raises:
    InputError for a sidecar that is not XMP."""
    if all(_before(packet, {}, name)[0] for name in names):
        return {}
    packets = [_packet(sidecar_files.read(each) or b"", each) for each in place.others]
    inside = read_metadata(place.picture)
    with suppress(ValueError):  # there is none, or it is damaged
        packets.append(Packet(inside.packet))
    known: dict[str, Any] = {
        name: clean(first_text([*(each.text(name) for each in packets), *inside.texts[name]]))
        for name in TEXTS
    }
    words = [*(each.keywords for each in packets), list(dict.fromkeys(inside.texts["keywords"]))]
    known["keywords"] = next(filter(None, words), [])
    for name in LISTS:
        known[name] = next(filter(None, (each.items(name) for each in packets)), [])
    return known


def _before(packet: Packet, known: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """Return the text or the keywords of a picture, and what of them is ours."""
    if name == "keywords":
        return packet.keywords or known.get(name, []), packet.own_keywords
    text = packet.text(name) or known.get(name, "")
    return text, packet.own_text(name, text)


def _packet(data: bytes, path: Path) -> Packet:
    try:
        return Packet(data if data.strip() else EMPTY)
    except ValueError as error:
        raise InputError(
            f"{printable_source(str(path))} is not XMP, and stays as it is: {error_reason(error)}",
            hint="Move the file away, or open it in the program that wrote it.",
        ) from error
