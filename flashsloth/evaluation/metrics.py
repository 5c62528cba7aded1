"""Compare answers and count the correct ones. Uses no model and no files."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from flashsloth.generation.events import Choice

QUOTES = re.compile(r"[\"“”„‟«»‹›`]|(?<!\w)'|'(?!\w)")  # not an apostrophe inside a word
ARTICLES = frozenset(("a", "an", "the"))
END = ".,;:!?…。！？"


def normalise(text: str) -> str:
    """Return a text in lower case, without quotes, final punctuation, articles and repeated spaces. `normalise("'The
    red  Car.'") == "red car"`. A text that would become empty is only put in lower case."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("‘", "'")
    words = QUOTES.sub("", plain).strip().rstrip(END).split()
    without_articles = [word for word in words if word not in ARTICLES] or words
    return " ".join(without_articles) or " ".join(plain.split())


def are_equal_objects(one: str, other: str) -> bool:
    """Return whether two texts are JSON objects with equal values."""
    if not (one.lstrip().startswith("{") and other.lstrip().startswith("{")):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """The correct answer of a turn, `answer`, and the model's, `given`. `turn` counts from 1."""

    turn: int
    question: str
    answer: str
    given: str
    choices: tuple[Choice, ...] | None = None  # where the model's is one of several
    cut: bool = False  # whether it reached its maximum length, or the context was full

    @property
    def exact(self) -> bool:
        """Whether the texts are equal, apart from white space at their ends, or are JSON objects of equal values."""
        return self.given.strip() == self.answer.strip() or are_equal_objects(self.given, self.answer)

    @property
    def normalised(self) -> bool:
        """Whether the texts are equal after `normalise`."""
        return self.exact or normalise(self.given) == normalise(self.answer)


@dataclass(slots=True)
class Count:
    """The number of answers, and of correct ones."""

    turns: int = 0
    exact: int = 0
    normalised: int = 0
    cut: int = 0

    def add(self, answer: ScoredAnswer) -> None:
        self.turns += 1
        self.exact += answer.exact
        self.normalised += answer.normalised
        self.cut += answer.cut


@dataclass(slots=True)
class Score:
    """Counts of the dialogues of one category, with first and later turns separately."""

    dialogues: int = 0
    first: Count = field(default_factory=Count)
    later: Count = field(default_factory=Count)

    def add(self, turns: tuple[ScoredAnswer, ...]) -> None:
        self.dialogues += 1
        for answer in turns:
            (self.first if answer.turn == 1 else self.later).add(answer)

    def as_values(self) -> dict[str, Any]:
        """Return accuracies from 0 to 1, None if nothing was counted. `count` is the number of answers."""
        count = self.first.turns + self.later.turns
        return {
            "count": count,
            "dialogues": self.dialogues,
            "cut": self.first.cut + self.later.cut,
            "accuracy": _share(self.first.exact + self.later.exact, count),
            "normalised_accuracy": _share(self.first.normalised + self.later.normalised, count),
            "first_turn_accuracy": _share(self.first.exact, self.first.turns),
            "later_turn_accuracy": _share(self.later.exact, self.later.turns),
        }


class Scores:
    """Scores of all dialogues, and of each category. Dialogues without a category count only in `all`."""

    def __init__(self) -> None:
        self.all = Score()
        self.by_category: dict[str, Score] = {}

    def add(self, category: str | None, turns: tuple[ScoredAnswer, ...]) -> None:
        self.all.add(turns)
        if category:
            self.by_category.setdefault(category, Score()).add(turns)

    def as_values(self) -> dict[str, Any]:
        """Return all scores for JSON, with the categories sorted by name."""
        categories = sorted(self.by_category.items())
        return {**self.all.as_values(), "by_category": {name: score.as_values() for name, score in categories}}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
