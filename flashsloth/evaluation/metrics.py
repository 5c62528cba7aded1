"""Right or wrong, and how often. Pure functions of text, and counts; knows no model and no files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

QUOTES = re.compile(r"[\"“”„‟«»‹›`]|(?<!\w)'|'(?!\w)")  # an apostrophe inside a word is none
ARTICLES = frozenset(("a", "an", "the"))
END = ".,;:!?…。！？"


def normalise(text: str) -> str:
    """What answers that say the same have in common: no capitals, no quotes, no punctuation at the end, no articles,
    single spaces. `normalise("'The red  Car.'") == "red car"`. An answer that is nothing else keeps it."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("‘", "'")
    words = QUOTES.sub("", plain).strip().rstrip(END).split()
    kept = [word for word in words if word not in ARTICLES] or words
    return " ".join(kept) or " ".join(plain.split())


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """One answer beside the right one; `turn` counts from 1."""

    turn: int
    question: str
    answer: str
    given: str

    @property
    def exact(self) -> bool:
        """The same text, but for white space at its ends."""
        return self.given.strip() == self.answer.strip()

    @property
    def normalised(self) -> bool:
        """The same after `normalise`."""
        return self.exact or normalise(self.given) == normalise(self.answer)


@dataclass(slots=True)
class Count:
    """Answers of one kind."""

    turns: int = 0
    exact: int = 0
    normalised: int = 0

    def add(self, judged: ScoredAnswer) -> None:
        self.turns += 1
        self.exact += judged.exact
        self.normalised += judged.normalised


@dataclass(slots=True)
class Score:
    """Dialogues of one category, first turns and later ones apart."""

    dialogues: int = 0
    first: Count = field(default_factory=Count)
    later: Count = field(default_factory=Count)

    def add(self, turns: tuple[ScoredAnswer, ...]) -> None:
        """One dialogue."""
        self.dialogues += 1
        for judged in turns:
            (self.first if judged.turn == 1 else self.later).add(judged)

    def as_values(self) -> dict[str, Any]:
        """Shares from 0 to 1, None of nothing; `count` is that of answers."""
        count = self.first.turns + self.later.turns
        return {
            "count": count,
            "dialogues": self.dialogues,
            "accuracy": _share(self.first.exact + self.later.exact, count),
            "normalised_accuracy": _share(self.first.normalised + self.later.normalised, count),
            "first_turn_accuracy": _share(self.first.exact, self.first.turns),
            "later_turn_accuracy": _share(self.later.exact, self.later.turns),
        }


class Scores:
    """All that was judged, and by category in the order in which categories came up; those without one count in all
    alone."""

    def __init__(self) -> None:
        self.all = Score()
        self.by_category: dict[str, Score] = {}

    def add(self, category: str, turns: tuple[ScoredAnswer, ...]) -> None:
        """One dialogue."""
        self.all.add(turns)
        if category:
            self.by_category.setdefault(category, Score()).add(turns)

    def as_values(self) -> dict[str, Any]:
        """For a document: those of all, and `by_category`, by name."""
        found = sorted(self.by_category.items())
        return {**self.all.as_values(), "by_category": {name: score.as_values() for name, score in found}}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
