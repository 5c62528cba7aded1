"""One row's bytes -> a Sample, in every format there is. Knows where pictures are looked for; opens none of them.

A row says by its own keys what it is: `conversations` (LLaVA), `messages` (OpenAI's), or question and answer. What is
wrong with a row is a BadRow of one of the kinds in KINDS.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import BadRow
from flashsloth.processing.prompt import IMAGE_TOKEN
from flashsloth.utils.paths import expand_text
from flashsloth.utils.text import without_login

KINDS = {
    "json": "the line or element is no JSON",
    "encoding": "the text is not UTF-8",
    "row": "no object, none of the known fields, or a field of another type",
    "columns": "a table's row has too few cells, too many, or a quote that is not closed",
    "roles": "turns do not alternate between user and assistant, or end without an answer",
    "empty_question": "a question without text",
    "empty_answer": "an answer without text",
    "image_path": "the picture is a URL or no text at all",
    "several_images": "more than one picture, or one that is not in the first question",
    "image_place": "<image> is typed where no picture is, or twice",
    "image_missing": "there is no such picture",
    "image_broken": "the picture does not decode",
    "too_long": "more tokens than the model has places for",
}
"""Everything that can be wrong with a row, by its stable name."""

BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)  # printable for Python, and drawn as nothing: Unicode's Default_Ignorable_Code_Point, and two empty symbols
_ROLES = {"human": "user", "gpt": "assistant"}
_URL = re.compile(r"(?:https?|ftp|s3|gs|data):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowLocation:
    """Where a row stands ("train.jsonl:17"), and the folder that its picture's path begins at. `captions`: a row with
    a picture needs no question."""

    source: str
    folder: str
    captions: bool = False

    def bad(self, kind: str, message: str) -> NoReturn:
        raise BadRow(f"{self.source}: {message}", kind=kind, message=message)


@dataclass(frozen=True, slots=True)
class _Turn:
    role: str
    text: str
    images: tuple[Any, ...] = ()


def parse_json(data: bytes, place: RowLocation) -> Sample:
    """Raises: BadRow."""
    text = _decode(data, place)
    if not text.strip():
        place.bad("json", "the list breaks off")
    try:
        row = json.loads(text)
    except RecursionError:
        place.bad("json", "it is nested too deeply")
    except json.JSONDecodeError as error:
        place.bad("json", f"no JSON: {error.msg} at character {error.pos + 1} of the row")
    except ValueError as error:  # a number of thousands of digits
        place.bad("json", f"no JSON: {error}")
    if not isinstance(row, dict):
        place.bad("row", f"{_kind_of(row)}, not an object")
    if "conversations" in row:
        return _llava(row, place)
    if "messages" in row:
        return _messages(row, place)
    if "answer" not in row:
        place.bad("row", "it has neither conversations nor messages, nor question and answer")
    return _plain(row, place)


def parse_table(data: bytes, header: Sequence[str], delimiter: str, place: RowLocation) -> Sample:
    """A record under a header. Raises: BadRow."""
    text = _decode(data, place)
    lines = (*io.StringIO(text, newline="\n"), "behind")  # which an open quote swallows
    try:
        [cells, _] = csv.reader(lines, delimiter=delimiter)
    except (csv.Error, ValueError):
        place.bad("columns", "a quote is opened and not closed")
    if len(cells) != len(header):
        place.bad("columns", f"{len(cells)} cells under {len(header)} columns")
    return _plain({name.lower(): cell for name, cell in zip(header, cells, strict=True)}, place)


def _decode(data: bytes, place: RowLocation) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        place.bad("encoding", f"byte {error.start + 1} of the row is not UTF-8")


def _plain(row: Mapping[str, Any], place: RowLocation) -> Sample:
    question = _text(row.get("question") or "", "question", place)
    answer = _text(row["answer"] if row["answer"] is not None else "", "answer", place)
    images = _images(row, place)
    turns = [_Turn("user", question, images), _Turn("assistant", answer)]
    return _sample(turns, _system(row, place), _category(row), place)


def _llava(row: Mapping[str, Any], place: RowLocation) -> Sample:
    turns = []
    for message in _list(row["conversations"], "conversations", place):
        role = str(message.get("from"))
        turns.append(_Turn(_ROLES.get(role, role), _text(message.get("value"), "value", place)))
    system = _system(row, place)
    if turns and turns[0].role == "system":
        system = turns.pop(0).text
    if turns and turns[0].role != "user":  # the reference leaves it out as well
        del turns[0]
    images = _images(row, place)
    _check_marks(turns, bool(images), place)
    if turns and images:
        turns[0] = _Turn(turns[0].role, turns[0].text, images)
    return _sample(turns, system, _category(row), place)


def _check_marks(turns: Sequence[_Turn], shown: bool, place: RowLocation) -> None:
    """`<image>` stands once at most, in the first question, where a picture is."""
    if any(IMAGE_TOKEN in turn.text for turn in turns if turn.role != "user"):
        place.bad("image_place", f"{IMAGE_TOKEN} is typed in an answer")
    typed = [turn.text.count(IMAGE_TOKEN) for turn in turns]
    if sum(typed) and not shown:
        place.bad("image_place", f"{IMAGE_TOKEN} is typed, but the row has no picture")
    if sum(typed) > 1:
        place.bad("image_place", f"{IMAGE_TOKEN} is typed {sum(typed)} times")
    if sum(typed[1:]):
        place.bad("several_images", "the picture is not in the first question")


def _messages(row: Mapping[str, Any], place: RowLocation) -> Sample:
    turns = [_message(message, place) for message in _list(row["messages"], "messages", place)]
    system = _system(row, place)
    if turns and turns[0].role == "system":
        first = turns.pop(0)
        system = first.text
        turns += [_Turn("system", "", first.images)] if first.images else []
    if any(turn.images for turn in turns[1:]):
        place.bad("several_images", "the picture is not in the first question")
    beside = _images(row, place)
    if turns:
        inside = [image for image in turns[0].images if image is not None]
        if len(turns[0].images) > len(inside) and not beside:
            place.bad("image_path", "a part of type image names no file")
        _check_one_picture(turns[0].images, place)  # each part is one, also where several name the same file
        together = _merge_pictures(beside, inside)
        turns[0] = _Turn(turns[0].role, turns[0].text, together)
    return _sample(turns, system, _category(row), place)


def _message(message: Mapping[str, Any], place: RowLocation) -> _Turn:
    role, content = str(message.get("role")), message.get("content")
    if isinstance(content, str):
        return _Turn(role, content)
    texts, images = [], []
    for part in _list(content, "content", place):
        if part.get("type") == "text":
            texts.append(_text(part.get("text"), "text", place))
        elif part.get("type") in ("image", "image_url"):
            images.append(_picture_of(part, place))
        else:
            place.bad("row", f"a part of type {part.get('type')!r}; known are text, image and image_url")
    return _Turn(role, "".join(texts), tuple(images))


def _picture_of(part: Mapping[str, Any], place: RowLocation) -> str | None:
    """The path in a part of type image; None where it stands beside the messages."""
    value = next((part[key] for key in ("image", "path", "url", "image_url") if part.get(key) is not None), None)
    if isinstance(value, dict):
        value = value.get("url")
    return None if value is None else _path(value, place)


# Fields


def _list(value: Any, name: str, place: RowLocation) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        place.bad("row", f"{name} is no list of objects")
    return value


def _text(value: Any, name: str, place: RowLocation) -> str:
    if not isinstance(value, str):
        place.bad("row", f"{name} is {_kind_of(value)}, not text")
    return value


def _system(row: Mapping[str, Any], place: RowLocation) -> str | None:
    value = row.get("system")
    return None if value is None else _text(value, "system", place)


def _category(row: Mapping[str, Any]) -> str | None:
    """What the row is counted under; what is no text is somebody else's field and left alone."""
    value = row.get("category")
    return value.encode(errors="replace").decode().strip() or None if isinstance(value, str) else None


def _images(row: Mapping[str, Any], place: RowLocation) -> tuple[str, ...]:
    """The picture or pictures that a row names beside its text."""
    found = []
    for key in ("image", "images"):
        value = row.get(key)
        values = [] if value in (None, "") else value if isinstance(value, list) else [value]
        found.append([_path(value, place) for value in values])
    return _merge_pictures(*found)


def _merge_pictures(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Return the pictures that a row names in two places: one named in both is the same, one named twice in one is
    two."""
    return tuple((Counter(first) | Counter(second)).elements())


def _check_one_picture(images: Sequence[Any], place: RowLocation) -> None:
    if len(images) > 1:
        place.bad("several_images", f"{len(images)} pictures; the model looks at one")


def _path(value: Any, place: RowLocation) -> str:
    """A picture's path as the program can open it."""
    if not isinstance(value, str):
        place.bad("image_path", f"the picture is {_kind_of(value)}, not a path")
    if _URL.match(value):
        place.bad("image_path", f"{without_login(value)[:60]!r}: pictures must be files")
    path = (_of_file_url(value, place) if value[:5].lower() == "file:" else value).strip()
    if not path or "\0" in path:
        place.bad("image_path", "the picture's path has a NUL" if path else "the picture's path is empty")
    _check_characters(path, place)  # of the row's own part: the folder's name may be no UTF-8
    return os.path.join(place.folder, expand_text(path))


def _of_file_url(url: str, place: RowLocation) -> str:
    from urllib.parse import unquote

    path = url[5:]
    if path.startswith("//"):
        host, slash, path = path[2:].partition("/")
        if host.lower() not in ("", "localhost"):
            place.bad("image_path", f"{url[:60]!r} names a file on another machine")
        path = slash + path
    return unquote(path)


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


# The whole


def _sample(turns: list[_Turn], system: str | None, category: str | None, place: RowLocation) -> Sample:
    _check_roles(turns, place)
    images = turns[0].images
    _check_one_picture(images, place)
    image = images[0] if images else None
    first = turns[0].text
    if image is not None and IMAGE_TOKEN in first:
        if first.count(IMAGE_TOKEN) > 1:
            place.bad("image_place", f"{IMAGE_TOKEN} is typed {first.count(IMAGE_TOKEN)} times")
        first = first.replace(IMAGE_TOKEN, "").strip()
    questions = [first, *(turn.text for turn in turns[2::2])]
    answers = [turn.text for turn in turns[1::2]]
    _check_texts(questions, answers, system, place, captioned=place.captions and image is not None)
    return Sample(tuple(map(QAPair, questions, answers)), image, system, place.source, category)


def _check_roles(turns: Sequence[_Turn], place: RowLocation) -> None:
    if not turns:
        place.bad("roles", "it has no turns")
    for number, turn in enumerate(turns):
        wanted = ("user", "assistant")[number % 2]
        if turn.role not in ("user", "assistant"):
            where = "a system text behind the first turn" if turn.role == "system" else f"unknown role {turn.role!r}"
            place.bad("roles", where)
        if turn.role != wanted:
            place.bad("roles", f"message {number + 1} is the {turn.role}'s, where the {wanted}'s was expected")
    if len(turns) % 2:
        place.bad("roles", "it ends without an answer")


def _check_texts(
    questions: Sequence[str], answers: Sequence[str], system: str | None, place: RowLocation, *, captioned: bool
) -> None:
    _check_characters("".join((*questions, *answers, system or "")), place)
    number = _first_empty(answers)
    if number:
        place.bad("empty_answer", "the answer is empty" if len(answers) == 1 else f"answer {number} is empty")
    number = 0 if captioned else _first_empty(questions)
    if number:
        place.bad("empty_question", "the question is empty" if len(questions) == 1 else f"question {number} is empty")


def _first_empty(texts: Sequence[str]) -> int:
    """Return the number, from 1, of the first text without a visible character; 0 if there is none."""
    return next((n for n, text in enumerate(texts, 1) if not any(map(_is_visible, text))), 0)


def _is_visible(character: str) -> bool:
    return character.isprintable() and character != " " and not BLANK.match(character)


def _check_characters(text: str, place: RowLocation) -> None:
    if not is_text(text):
        place.bad("encoding", "the text holds half of a character (a lone surrogate)")


def is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: no lone surrogate, with which Python carries the other bytes of a name."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
