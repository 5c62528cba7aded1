"""The records of the history as dataclasses, and how they are read from the columns of its tables."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_origin, get_type_hints

READING_OPTIONS = {"reference", "crop"}  # arguments of `read_image` that are kept

Kind = Literal["chat", "ask"]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer. `model` is the name of the model that answered, `created` the time in
    UTC. `images` counts the pictures that were first shown with this turn, including those dropped
    later."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: str
    model: str
    created: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """A picture of a conversation. `reading` holds the arguments of `read_image`. `data` are the
    encoded bytes; None if the picture was too large or was removed to save space. `dropped` is the
    index of the first turn that no longer saw it; None if it was never dropped."""

    sha256: str
    source: str
    reading: dict[str, Any]
    data: bytes | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A stored conversation. `writes` counts how often it was saved. `system` and `hd` are None for the
    model's own. `kind` is `chat`, or `ask` for a single question."""

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
    """A line of `sessions list`. `turns` and `images` are counts, `first` is the first question, and
    `picture` the source of the first picture."""

    id: str
    name: str | None
    created: str
    updated: str
    model: str
    turns: int
    images: int
    first: str
    kind: str
    picture: str


@dataclass(frozen=True, slots=True)
class Match:
    """A line that a search found, and the field it belongs to. Turns count from 1."""

    where: Literal["name", "picture", "question", "answer"]
    text: str
    turn: int | None = None


def folded(text: str) -> str:
    """Return a text as searches compare it: case folded, and in one Unicode normal form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def searched_lines(
    name: str | None, sources: Iterable[str], turns: Iterable[tuple[int, str, str]]
) -> Iterator[Match]:
    """Yield all lines of a conversation. `turns` are (number, question, answer)."""
    yield Match("name", name or "")
    for number, question, answer in turns:
        yield from (Match("question", line, number) for line in question.splitlines())
        yield from (Match("answer", line, number) for line in answer.splitlines())
    yield from (Match("picture", source) for source in sources)


def read_reading(text: str) -> dict[str, Any]:
    """Return the options of a picture from their column. Raises: TypeError or ValueError for others."""
    reading = dict(json.loads(text))
    if not reading.keys() <= READING_OPTIONS:
        raise ValueError(f"unknown options {sorted(reading.keys() - READING_OPTIONS)}")
    if "crop" in reading:
        reading["crop"] = tuple(map(int, reading["crop"]))
    return reading


def check_types(record: SavedTurn | SavedPicture | Session) -> None:
    """Raise TypeError for a field whose value does not have the annotated type."""
    for name, kind in get_type_hints(type(record)).items():
        plain = {Literal: str, tuple: tuple, dict: dict}.get(get_origin(kind), kind)
        if not isinstance(getattr(record, name), plain):
            raise TypeError(f"{name} is not {kind}")
