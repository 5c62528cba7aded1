"""The records of the history as dataclasses, and functions that read and check them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_origin, get_type_hints

READING_OPTIONS = {"reference", "crop"}  # the arguments of `read_image` that are stored

Kind = Literal["chat", "ask"]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer.

    Args:
        model: the name of the model that answered.
        created: the time in UTC.
        images: the number of pictures that were added in this turn, including those that were dropped
            later.
    """

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: str
    model: str
    created: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """A picture of a conversation.

    Args:
        reading: the arguments of `read_image`.
        data: the content of the file; None if it was too large, or was removed to save space.
        dropped: the index of the first turn without the picture; None if it was never dropped.
    """

    sha256: str
    source: str
    reading: dict[str, Any]
    data: bytes | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A stored conversation.

    Args:
        system, hd: settings of the conversation; None if the model's defaults are used.
        writes: how often the conversation was saved. `History.save` compares this number to find out
            whether another process has saved it meanwhile.
        kind: "chat", or "ask" for a single question.
    """

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
    """A line of `sessions list`. `turns` and `images` are numbers, `first` is the first question, and
    `picture` is the source of the first picture."""

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
    """A line that a search found, and the field to which it belongs. Turns count from 1."""

    where: Literal["name", "picture", "question", "answer"]
    text: str
    turn: int | None = None


def folded(text: str) -> str:
    """Normalise a text for comparison in searches. The result is case folded and in Unicode's NFC."""
    # Normalise again after case folding, because its result may not be in the normal form.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def searched_lines(
    name: str | None, sources: Iterable[str], turns: Iterable[tuple[int, str, str]]
) -> Iterator[Match]:
    """Yield all lines of a conversation that a search compares. Each item of `turns` is (number,
    question, answer)."""
    # Matches are listed in this order.
    yield Match("name", name or "")
    for number, question, answer in turns:
        yield from (Match("question", line, number) for line in question.splitlines())
        yield from (Match("answer", line, number) for line in answer.splitlines())
    yield from (Match("picture", source) for source in sources)


def read_reading(text: str) -> dict[str, Any]:
    """Parse the column with the arguments of `read_image`. Raises: TypeError or ValueError if the
    column is damaged."""
    reading = dict(json.loads(text))
    if not reading.keys() <= READING_OPTIONS:
        raise ValueError(f"unknown options {sorted(reading.keys() - READING_OPTIONS)}")
    if "crop" in reading:
        reading["crop"] = tuple(map(int, reading["crop"]))
    return reading


def check_types(record: object) -> None:
    """Raise TypeError if the value of a field does not have the annotated type."""
    for name, kind in get_type_hints(type(record)).items():
        # `isinstance` needs a plain class: tuple for tuple[int, ...], and str for a Literal of texts.
        plain = {Literal: str, tuple: tuple, dict: dict}.get(get_origin(kind), kind)
        if not isinstance(getattr(record, name), plain):
            raise TypeError(f"{name} is not {kind}")
