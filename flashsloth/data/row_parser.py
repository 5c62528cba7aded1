"""Decode the bytes of a row into fields, and parse the fields into a Sample. The path of the picture is
resolved, but the picture is not opened.

The layout of a row is recognised by its keys: `conversations` (LLaVA), `messages` (OpenAI), or `answer`
with `question` or `prompt`. A bad row raises BadRow with one of the KINDS.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from urllib.parse import unquote

from flashsloth.data import row_index
from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import BadRow
from flashsloth.images.sources import has_picture_name
from flashsloth.processing.prompt import IMAGE_TOKEN
from flashsloth.utils.paths import expand_text, of_file_url
from flashsloth.utils.safe_read import parse_json
from flashsloth.utils.text import printable, printable_repr, without_login

UTF_8_HINT = "Save it as UTF-8, which Excel calls CSV UTF-8."
KINDS = {
    "json": "the line or element is not valid JSON",
    "encoding": "the text is not UTF-8",
    "row": "not an object, no known field, a field of the wrong type, or one that excludes it or names a picture",
    "columns": "a table row with too few or too many cells, an unclosed quote, or one after a backslash",
    "roles": "the messages do not alternate between user and assistant, or the last one is not an answer",
    "empty_question": "a question without text",
    "empty_answer": "an answer without text",
    "image_path": "the picture is not the path of a file",
    "several_images": "more than one picture, or a picture after the first question",
    "image_place": "<image>, or another program's mark, without a picture; <image> in an answer, or twice",
    "image_missing": "the picture does not exist",
    "image_broken": "the picture cannot be decoded",
    "too_long": "more tokens than the limit",
}
"""The kinds of bad rows. These names are part of the interface and do not change."""

# Characters that are invisible, although Python's `isprintable` accepts them: Unicode's
# Default_Ignorable_Code_Point, and two empty symbols.
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
DIALOGUES = ("messages", "conversations")
# Keys by which other programs name a picture, a video or a sound. Without this check a row with such a
# key would be learned as a row without a picture. The capital ends the word in `imageUrl`; no word ends
# in `photographer`.
MEDIA_KEY = re.compile(
    r"(?i:image|img|picture|photo|video|audio)(?i:s?)(?:\Z|[_\-0-9]|(?<=[a-z])[A-Z])"
)
# Keys that name a picture only if their value is the file name of a picture. They are compared in lower
# case and without "_" and spaces.
OTHER_KEYS = ("file", "filename", "filepath", "path", "pic", "imagefile", "imagepath", "url")
# What other programs write into a question in the place of its picture, video or sound: <|image_1|>,
# <|vision_start|>; <video>, <ImageHere>, <start_of_image>, <image_placeholder>; <img>a.png</img>. The
# groups are the file of an HTML tag and of a Markdown picture, which may also belong to the text (see
# `_is_mark`). A search takes linear time, because no part of the expression goes on beyond the
# beginning of the next mark.
MARK = re.compile(
    r"""<\|\w{0,20}(?:image|img|vision|video|audio)\w{0,20}\|>
    |<(?:imagehere|video|audio|image\ ?[0-9]{1,3}
        |(?:[a-z]{1,16}_){1,4}(?:image|img|video|audio)
        |(?:image|img|video|audio)(?:_[a-z0-9]{1,16}){1,4})>
    |<img>[^<>\n]*+</img>
    |<img\s(?:(?!\bsrc\s*=)[^<>])*+src\s*=\s*+(?:"([^"<>]++)"|'([^'<>]++)'|([^\s"'<>]++))[^<>]*+>
    |!\[[^\[\]\n]*+\]\(((?:[^()\n"]|\([^()\n"]*+\))++)(?:"[^"\n]*+"\s*)?\)""",
    re.IGNORECASE | re.VERBOSE,
)
NOTHING: tuple[Any, ...] = (None, "", [], {})  # values that mean the same as a missing key
# The supported values of the keys that state what is to be learned. A row with another value is
# refused, because it would be learned in a way that its author did not intend.
ALLOWED = {
    "weight": (*NOTHING, 0, 1, "0", "1"),  # cells of a table are text
    **dict.fromkeys(
        ("loss_weight", "train", "loss", "tools", "tool_calls", "function_call", "chosen", "rejected"),
        NOTHING,
    ),
}
_ROLES = {"human": "user", "gpt": "assistant", "developer": "system"}
_URL = re.compile(r"(?:https?|ftp|s3|gs|data):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowLocation:
    """The file and line of a row ("train.jsonl:17"), and the folder to which the path of its picture is
    relative. If `captions` is true, a row with a picture needs no question."""

    source: str
    folder: str
    captions: bool = False

    def reject(self, kind: str, message: str) -> NoReturn:
        raise BadRow(f"{self.source}: {message}", kind=kind, message=message)


@dataclass(frozen=True, slots=True)
class _Message:
    role: str
    text: str
    images: tuple[Any, ...] = ()
    learned: bool = True


def decode_json(data: bytes, location: RowLocation) -> dict[str, Any]:
    """Decode a row of JSON into its fields. Raises: BadRow."""
    text = _decode(data, location)
    if not text.strip():
        location.reject("json", "the file ends inside the list")
    try:
        row = parse_json(text)
    except json.JSONDecodeError as error:
        location.reject("json", f"invalid JSON: {error.msg} at character {error.pos + 1} of the row")
    except ValueError as error:
        location.reject("json", str(error))
    if not isinstance(row, dict):
        location.reject("row", f"{_kind_of(row)}, not an object")
    return row


def parse(row: Mapping[str, Any], location: RowLocation) -> Sample:
    """Parse the fields of a row, whichever layout it has. Raises: BadRow."""
    if not _is_learned(row, location):
        location.reject("row", "its weight is 0, which excludes it from learning")
    layouts = {"conversations": _llava, "messages": _messages, "answer": _plain}
    layout = next((layouts[key] for key in layouts if key in row), None)
    if layout is None:
        location.reject("row", f"it has no answer, messages or conversations{_fields_of(row)}")
    return layout(row, location)


def check_media_keys(
    row: Mapping[str, Any], location: RowLocation, messages: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Raise BadRow if a row without a picture, or one of its messages, names a picture, a video or a
    sound by a key that is not read."""
    for number, fields in enumerate((row, *messages)):
        of = f"message {number}: " if number else ""
        for key, value in fields.items():
            if _names_media(key, value):
                location.reject(
                    "row",
                    f"{of}the key {printable(key)} is not read; "
                    "name the picture by the row's key image, or remove it",
                )


def _names_media(key: str, value: Any) -> bool:
    value = value.strip() if isinstance(value, str) else value
    if MEDIA_KEY.match(key):
        return bool(value) and value not in ("0", "false", "False", "FALSE")  # as cells of a table
    is_file = key.lower().replace("_", "").replace(" ", "") in OTHER_KEYS
    return is_file and isinstance(value, str) and has_picture_name(value)


def without_marks(text: str, location: RowLocation) -> str:
    """Remove from a question the marks that stand for its picture."""
    stripped = text.replace(IMAGE_TOKEN, "").strip()
    rest = MARK.sub(lambda match: "" if _is_mark(match, location) else match[0], stripped)
    return text if rest == text.strip() else rest.strip()


def _is_mark(match: re.Match[str], location: RowLocation) -> bool:
    """Return whether a match of MARK in a stripped text stands for a picture. An HTML tag or a Markdown
    picture does if it begins or ends the text, or names a file beside the data."""
    name = next(filter(None, match.groups()), None)
    if name is None or match.start() == 0 or match.end() == len(match.string):
        return True
    paths = (os.path.join(location.folder, each.strip(" <>")) for each in (name, unquote(name)))
    return any(map(os.path.isfile, paths))


def decode_table(
    data: bytes, header: Sequence[str], delimiter: str, location: RowLocation
) -> dict[str, Any]:
    """Decode a record of a table into its cells by the names of their columns. Empty cells are left
    out, but an empty answer is kept. Raises: BadRow."""
    _decode(data, location)
    [(_, _, cells)] = row_index.records(data, 0, delimiter)
    if cells is None:
        location.reject("columns", "a quote is not closed")
    if row_index.has_backslashed_quote(data, delimiter):
        location.reject(
            "columns", 'a quote has a backslash before it; a quote inside quotes is written twice: ""'
        )
    # Spreadsheets also write the empty cells of deleted columns. scan_table has removed such columns
    # from the header.
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        advice = f"; write a text with {delimiter!r} in quotes" if len(cells) > len(header) else ""
        cells_found = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        location.reject("columns", f"it has {cells_found}, the header has {len(header)}{advice}")
    named = ((column_key(name), cell.decode()) for name, cell in zip(header, cells, strict=True))
    return {name: cell for name, cell in named if name == "answer" or (cell and name not in DIALOGUES)}


def column_key(name: str) -> str:
    """Return the key of a column, which is its name in lower case. A name such as `imageUrl` is not
    changed, because in lower case it would not match MEDIA_KEY."""
    lower = name.lower()
    return name if MEDIA_KEY.match(name) and not MEDIA_KEY.match(lower) else lower


def _decode(data: bytes, location: RowLocation) -> str:
    if len(data) > row_index.LONGEST_ROW:
        location.reject("row", f"it is longer than {row_index.LONGEST_ROW >> 20} MB")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        location.reject("encoding", f"byte {error.start + 1} of the row is not UTF-8")


def _plain(row: Mapping[str, Any], location: RowLocation) -> Sample:
    if not location.captions and not row.keys() & {"question", "prompt"}:
        location.reject("empty_question", f"it has no question{_fields_of(row)}")
    question = text_of(row, "question", location) or text_of(row, "prompt", location) or ""
    answer = text_of(row, "answer", location) or ""
    messages = [_Message("user", question, _images(row, location)), _Message("assistant", answer)]
    return _sample(messages, text_of(row, "system", location), _category(row), location)


def _llava(row: Mapping[str, Any], location: RowLocation) -> Sample:
    messages = []
    for number, message in enumerate(
        _list(row["conversations"], "conversations", location, "from", "value"), 1
    ):
        role = str(message["from"])
        learned = _is_learned(message, location, number)
        messages.append(
            _Message(
                _ROLES.get(role, role), _text(message["value"], "value", location), learned=learned
            )
        )
    system = text_of(row, "system", location)
    if messages and messages[0].role == "system":
        system = messages.pop(0).text
    # a first message that is not the user's is dropped, as in the reference program
    if messages and messages[0].role != "user":
        del messages[0]
    images = _images(row, location, row["conversations"])
    _check_marks(messages, bool(images), location)
    if messages and images:
        messages[0] = replace(messages[0], images=images)
    return _sample(messages, system, _category(row), location)


def _check_marks(messages: Sequence[_Message], has_image: bool, location: RowLocation) -> None:
    """Raise BadRow if `<image>` occurs more than once, outside of the first question, or in a row
    without a picture."""
    if any(IMAGE_TOKEN in message.text for message in messages if message.role != "user"):
        location.reject("image_place", f"an answer contains {IMAGE_TOKEN}")
    counts = [message.text.count(IMAGE_TOKEN) for message in messages]
    if sum(counts) and not has_image:
        location.reject("image_place", f"the text contains {IMAGE_TOKEN}, but the row has no picture")
    if sum(counts) > 1:
        location.reject("image_place", f"the text contains {IMAGE_TOKEN} {sum(counts)} times")
    if sum(counts[1:]):
        location.reject("several_images", "the picture is not in the first question")


def _messages(row: Mapping[str, Any], location: RowLocation) -> Sample:
    numbered = enumerate(_list(row["messages"], "messages", location, "role", "content"), 1)
    messages = [_parse_message(message, number, location) for number, message in numbered]
    system = text_of(row, "system", location)
    if messages and messages[0].role == "system":
        first = messages.pop(0)
        system = first.text
        # a picture in the system text is refused below, like every picture that is not in the first
        # question
        if first.images:
            messages.append(_Message("system", "", first.images))
    if any(message.images for message in messages[1:]):
        location.reject("several_images", "the picture is not in the first question")
    if messages:
        of_parts = messages[0].images
        # Two parts are two pictures even if they name the same file, so the check comes before merging.
        check_one_picture(of_parts, location)
        images = _images(
            row, location, row["messages"], [image for image in of_parts if image is not None]
        )
        if of_parts and not images:
            location.reject("image_path", "a part of type image has no path")
        messages[0] = replace(messages[0], images=images)
    return _sample(messages, system, _category(row), location)


def _parse_message(message: Mapping[str, Any], number: int, location: RowLocation) -> _Message:
    learned = _is_learned(message, location, number)
    role = str(message["role"])
    content = message["content"]
    role = "system" if role == "developer" else role
    if isinstance(content, str):
        return _Message(role, content, learned=learned)
    texts = []
    images = []
    for part in _list(content, "content", location):
        if part.get("type") == "text":
            texts.append(_text(part.get("text"), "text", location))
        elif part.get("type") in ("image", "image_url"):
            images.append(_picture_of(part, location))
        else:
            location.reject(
                "row",
                f"a part of type {printable_repr(part.get('type'))}; expected text, image or image_url",
            )
    return _Message(role, "".join(texts), tuple(images), learned)


def _picture_of(part: Mapping[str, Any], location: RowLocation) -> str | None:
    """Return the path in a part of the type "image". If the part has no path, return None: the row then
    names the picture outside of its messages."""
    value = next(
        (part[key] for key in ("image", "path", "url", "image_url") if part.get(key) is not None), None
    )
    if isinstance(value, dict):
        value = value.get("url")
    return None if value is None else _path(_written(value, location), location)


# Fields


def _is_learned(fields: Mapping[str, Any], location: RowLocation, message: int | None = None) -> bool:
    """Return whether a row, or the message with this number, is to be learned. It is not if its
    `weight` is 0.

    Raises: BadRow for values that are not ALLOWED.
    """
    of = "" if message is None else f"message {message}: "
    for key, allowed in ALLOWED.items():
        if fields.get(key) not in allowed:
            location.reject(
                "row", f"{of}{key} is {printable(fields[key])}, which training does not support"
            )
    return fields.get("weight") not in (0, "0")


def _list(value: Any, name: str, location: RowLocation, *keys: str) -> list[dict[str, Any]]:
    """Return a list of objects that all have these keys. Raises: BadRow."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        location.reject("row", f"{name} must be a list of objects")
    for item in value:
        if not item.keys() >= {*keys}:
            found = printable(", ".join(item)) or "an empty object"
            location.reject("row", f"{name} has {found}; expected {' and '.join(keys)}")
    return value


def _text(value: Any, name: str, location: RowLocation) -> str:
    if not isinstance(value, str):
        location.reject("row", f"{name} is {_kind_of(value)}, not text")
    return value


def text_of(row: Mapping[str, Any], name: str, location: RowLocation) -> str | None:
    """Return the text of a field, or None if the field is missing. Raises: BadRow."""
    value = row.get(name)
    return None if value is None else _text(value, name, location)


def _fields_of(row: Mapping[str, Any]) -> str:
    """Return the end of an error message, which names the first fields of a row."""
    names = printable(", ".join([*row][:8])[:200])
    return f"; its fields are {names}" if names else ""


def _category(row: Mapping[str, Any]) -> str | None:
    """Return the category of a row, or None if the row has none. A value that is not a string is
    ignored, because the author of the data may use the field for something else."""
    value = row.get("category")
    return value.encode(errors="replace").decode().strip() or None if isinstance(value, str) else None


def pictures_of(row: Mapping[str, Any], location: RowLocation) -> tuple[str, ...]:
    """Return the paths in the fields `image` and `images` of a row, unresolved. Raises: BadRow."""
    fields = []
    for key in ("image", "images"):
        value = row.get(key)
        if not isinstance(value, list):
            value = [] if value in (None, "") else [value]
        fields.append([_written(each, location) for each in value])
    return _merge_pictures(*fields)


def _images(
    row: Mapping[str, Any],
    location: RowLocation,
    messages: Sequence[Mapping[str, Any]] = (),
    of_parts: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the pictures of a row and of the parts of its first question. Raises: BadRow."""
    images = [_path(picture, location) for picture in pictures_of(row, location)]
    if not images and not of_parts:
        check_media_keys(row, location, messages)
    return _merge_pictures(images, of_parts)


def _merge_pictures(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Merge the pictures of two fields. A path that occurs in both fields is one picture; a path that
    occurs twice in the same field is two pictures."""
    return tuple((Counter(first) | Counter(second)).elements())


def check_one_picture(images: Sequence[Any], location: RowLocation) -> None:
    if len(images) > 1:
        location.reject("several_images", f"it has {len(images)} pictures; only one is allowed")


def _written(value: Any, location: RowLocation) -> str:
    if not isinstance(value, str):
        location.reject("image_path", f"the picture is {_kind_of(value)}, not a path")
    return value


def _path(value: str, location: RowLocation) -> str:
    """Resolve the path of a picture against the row's folder. Raises: BadRow."""
    if _URL.match(value):
        location.reject("image_path", f"{without_login(value)[:60]!r}: pictures must be files")
    path = of_file_url(value) if value[:5].lower() == "file:" else value
    if path is None:
        location.reject("image_path", f"{value[:60]!r} is a file on another machine")
    path = path.strip()
    if not path or "\0" in path:
        location.reject(
            "image_path", f"the picture's path {'contains a NUL byte' if path else 'is empty'}"
        )
    # checked before the folder is added, because the folder's name need not be valid UTF-8
    check_characters(path, location)
    full = os.path.join(location.folder, expand_text(path))
    # The data file may have been written on Windows, where a backslash separates folders. On other
    # systems a file name may contain a backslash, so the path is first tried unchanged.
    if "\\" in path and not os.path.lexists(full):
        full = os.path.join(location.folder, path.replace("\\", "/"))
    return full


def _kind_of(value: Any) -> str:
    return {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "a truth value",
        type(None): "null",
    }.get(type(value), "a number")


# Checks


def _sample(
    messages: list[_Message], system: str | None, category: str | None, location: RowLocation
) -> Sample:
    _check_roles(messages, location)
    images = messages[0].images
    check_one_picture(images, location)
    image = images[0] if images else None
    first = messages[0].text
    if image is not None:
        if first.count(IMAGE_TOKEN) > 1:
            location.reject(
                "image_place", f"the text contains {IMAGE_TOKEN} {first.count(IMAGE_TOKEN)} times"
            )
        first = without_marks(first, location)
    questions = [first, *(message.text for message in messages[2::2])]
    answers = [message.text for message in messages[1::2]]
    learned = [message.learned for message in messages[1::2]]
    for number, question in enumerate(questions, 1):
        for match in MARK.finditer(question.strip()):
            if _is_mark(match, location):
                location.reject(
                    "image_place",
                    f"question {number} contains {printable(match[0])}, but has no picture for it; "
                    "name the picture by the row's key image, or remove this text",
                )
    _check_texts(
        questions, answers, system, location, captioned=location.captions and image is not None
    )
    return Sample(
        tuple(map(QAPair, questions, answers, learned)), image, system, location.source, category
    )


def _check_roles(messages: Sequence[_Message], location: RowLocation) -> None:
    if not messages:
        location.reject("roles", "it has no messages")
    for number, message in enumerate(messages):
        wanted = ("user", "assistant")[number % 2]
        if message.role == "system":
            location.reject("roles", "a system text after the first message")
        if message.role not in ("user", "assistant"):
            location.reject("roles", f"unknown role {printable_repr(message.role)}")
        if message.role != wanted:
            location.reject(
                "roles", f"message {number + 1} is from the {message.role}; expected the {wanted}"
            )
    if len(messages) % 2:
        location.reject("roles", "it ends without an answer")


def _check_texts(
    questions: Sequence[str],
    answers: Sequence[str],
    system: str | None,
    location: RowLocation,
    *,
    captioned: bool,
) -> None:
    check_characters("".join((*questions, *answers, system or "")), location)
    # The kind is not made from the name: a report keeps it for each bad row, and there may be many.
    for kind, name, texts in (
        ("empty_answer", "answer", answers),
        ("empty_question", "question", () if captioned else questions),
    ):
        for number, text in enumerate(texts, 1):
            if not any(c.isprintable() and c != " " and not BLANK.match(c) for c in text):
                where = f"the {name}" if len(texts) == 1 else f"{name} {number}"
                location.reject(kind, f"{where} is empty")


def check_characters(text: str, location: RowLocation) -> None:
    """Raise BadRow for a text that cannot be encoded as UTF-8. There are such texts because JSON allows
    lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        location.reject("encoding", "the text contains half a character (a lone surrogate)")
