"""What the history holds, as dataclasses, and how they are read from the columns of its tables."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal

READING = {"reference", "allow_truncated"}  # what may be noted of how a picture was read

Kind = Literal["chat", "ask"]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer. `model` is the name of the one that answered, `created` when, in UTC; `images`: how
    many of the pictures were shown with it for the first time, those among them that were dropped later."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: str
    model: str
    created: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """A picture that a conversation is about. `reading`: how it was read, by the names of `read_image`'s arguments.
    `data` are its encoded bytes; None where it was too large to be kept, or had to make room. `dropped`: the number of
    the first turn, from 0, that no longer saw it; None where it was never taken out."""

    sha256: str
    source: str
    reading: dict[str, bool]
    data: bytes | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation as it is kept. `writes` counts its saves; `system` and `hd` None: the model's own. `kind` says
    what began it: a `chat`, or a single question (`ask`)."""

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
    """A line of the list. `turns` and `images` are counts, `first` is the first question."""

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
    """A line that a search found: in the name of the conversation, of a picture, or in the question or answer of a
    turn. Turns count from 1."""

    where: Literal["name", "picture", "question", "answer"]
    text: str
    turn: int | None = None


def folded(text: str) -> str:
    """Return a text as searches compare it: without upper case, and each accent written in one way."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def searched_lines(name: str | None, sources: Iterable[str], turns: Iterable[tuple[int, str, str]]) -> Iterator[Match]:
    """Yield all lines of a conversation: its name, of each turn, given as number, question and answer, what was asked
    and said, and its pictures' names."""
    yield Match("name", name or "")
    for number, question, answer in turns:
        yield from (Match("question", line, number) for line in question.splitlines())
        yield from (Match("answer", line, number) for line in answer.splitlines())
    yield from (Match("picture", source) for source in sources)


def read_session(facts: Sequence[Any], turns: tuple[SavedTurn, ...], pictures: tuple[SavedPicture, ...]) -> Session:
    """Build a session from its columns. Raises: TypeError for a value of another type, ValueError for turns that count
    more pictures than there are."""
    identity, model, adapter, system, hd, name, created, updated, writes, kind = facts
    _check(str, identity, model, created, updated, kind)
    _check((str, NoneType), adapter, system, name)
    _check((int, NoneType), hd)
    _check(int, writes)
    if (counted := sum(turn.images for turn in turns)) > len(pictures):
        raise ValueError(f"the turns count {counted} pictures, and there are {len(pictures)}")
    hd = None if hd is None else bool(hd)
    return Session(identity, model, adapter, system, hd, name, created, updated, writes, turns, pictures, kind)


def read_turn(question: Any, answer: Any, ids: Any, reason: Any, model: Any, created: Any, images: Any) -> SavedTurn:
    """Build a turn from its columns. Raises: TypeError or ValueError for what this program never wrote."""
    token_ids = json.loads(ids)
    _check(str, question, answer, reason, model, created)
    _check(list, token_ids)
    _check(int, images, *token_ids)
    if images < 0:
        raise ValueError("less than no picture")
    return SavedTurn(question, answer, tuple(token_ids), reason, model, created, images)


def read_picture(sha256: Any, source: Any, how: Any, data: Any, dropped: Any) -> SavedPicture:
    """Build a picture from its columns. Raises: TypeError or ValueError for what this program never wrote."""
    reading = json.loads(how)
    _check(str, sha256, source)
    _check(dict, reading)
    _check(bool, *reading.values())
    _check((bytes, NoneType), data)
    _check((int, NoneType), dropped)
    if not reading.keys() <= READING:
        raise ValueError("another program's way of reading")
    return SavedPicture(sha256, source, reading, data, dropped)


def _check(kind: type | tuple[type, ...], *values: object) -> None:
    """TypeError for a value that SQLite took and this program never wrote."""
    if not all(isinstance(value, kind) for value in values):
        raise TypeError(f"one of {len(values)} values is another than {kind}")
