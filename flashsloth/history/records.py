"""The records of the history as dataclasses, and how they are read from the columns of its tables."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal

READING_OPTIONS = {"reference": bool, "crop": list}  # arguments of `read_image` that are kept

Kind = Literal["chat", "ask"]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer. `model` is the name of the model that answered, `created` the time in UTC. `images`
    counts the pictures that were first shown with this turn, including those dropped later."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: str
    model: str
    created: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """A picture of a conversation. `reading` holds the arguments of `read_image`. `data` are the encoded bytes; None if
    the picture was too large or was removed to save space. `dropped` is the index of the first turn that no longer saw
    it; None if it was never dropped."""

    sha256: str
    source: str
    reading: dict[str, Any]
    data: bytes | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A stored conversation. `writes` counts how often it was saved. `system` and `hd` are None for the model's own.
    `kind` is `chat`, or `ask` for a single question."""

    id: str
    model: str
    adapter: str | None = None
    system: str | None = None
    hd: bool | None = None
    name: str | None = None
    created: str = ""
    updated: str = ""
    writes: int = 0
    turns: tuple[SavedTurn, ...] = ()
    pictures: tuple[SavedPicture, ...] = ()
    kind: Kind = "chat"


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of `sessions list`. `turns` and `images` are counts, `first` is the first question."""

    id: str
    name: str | None
    created: str
    updated: str
    model: str
    turns: int
    images: int
    first: str
    kind: str = "chat"


@dataclass(frozen=True, slots=True)
class Match:
    """A line that a search found, and the field it belongs to. Turns count from 1."""

    where: Literal["name", "picture", "question", "answer"]
    text: str
    turn: int | None = None


def folded(text: str) -> str:
    """Return a text as searches compare it: case folded, and each accent encoded in one way."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def searched_lines(name: str | None, sources: Iterable[str], turns: Iterable[tuple[int, str, str]]) -> Iterator[Match]:
    """Yield all lines of a conversation. `turns` are (number, question, answer)."""
    yield Match("name", name or "")
    for number, question, answer in turns:
        yield from (Match("question", line, number) for line in question.splitlines())
        yield from (Match("answer", line, number) for line in answer.splitlines())
    yield from (Match("picture", source) for source in sources)


def read_session(columns: Sequence[Any], turns: tuple[SavedTurn, ...], pictures: tuple[SavedPicture, ...]) -> Session:
    """Build a session from its columns. Raises: TypeError for a value of the wrong type, ValueError if the turns count
    more pictures than the session has."""
    identity, model, adapter, system, hd, name, created, updated, writes, kind = columns
    _check(str, identity, model, created, updated, kind)
    _check((str, NoneType), adapter, system, name)
    _check((int, NoneType), hd)
    _check(int, writes)
    if (count := sum(turn.images for turn in turns)) > len(pictures):
        raise ValueError(f"the turns count {count} pictures, the session has {len(pictures)}")
    hd = None if hd is None else bool(hd)
    return Session(identity, model, adapter, system, hd, name, created, updated, writes, turns, pictures, kind)


def read_turn(question: Any, answer: Any, ids: Any, reason: Any, model: Any, created: Any, images: Any) -> SavedTurn:
    """Build a turn from its columns. Raises: TypeError or ValueError for an invalid value."""
    token_ids = json.loads(ids)
    _check(str, question, answer, reason, model, created)
    _check(list, token_ids)
    _check(int, images, *token_ids)
    if images < 0:
        raise ValueError(f"a turn counts {images} pictures")
    return SavedTurn(question, answer, tuple(token_ids), reason, model, created, images)


def read_picture(sha256: Any, source: Any, options: Any, data: Any, dropped: Any) -> SavedPicture:
    """Build a picture from its columns. Raises: TypeError or ValueError for an invalid value."""
    reading = json.loads(options)
    _check(str, sha256, source)
    _check(dict, reading)
    reading.pop("allow_truncated", None)  # of older histories; such pictures are always read now
    _check((bytes, NoneType), data)
    _check((int, NoneType), dropped)
    if not reading.keys() <= READING_OPTIONS.keys():
        raise ValueError(f"unknown options {sorted(reading.keys() - READING_OPTIONS)}")
    for name, value in reading.items():
        _check(READING_OPTIONS[name], value)
    if (crop := reading.get("crop")) is not None:
        _check(int, *crop)
        reading["crop"] = tuple(crop)
    return SavedPicture(sha256, source, reading, data, dropped)


def _check(kind: type | tuple[type, ...], *values: object) -> None:
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind}, got {type(value).__name__}")
