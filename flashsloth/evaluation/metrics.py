"""Compare answers and count the correct ones. This module uses neither a model nor files."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flashsloth.generation.answer_record import Choice

QUOTES = re.compile(r"[\"“”„‟«»‹›`]|(?<!\w)'|'(?!\w)")  # an apostrophe inside a word does not match
ARTICLES = frozenset(("a", "an", "the"))
END = ".,;:!?…。！？"


def normalise(text: str) -> str:
    """Return a text in lower case, without quotation marks, final punctuation, articles and repeated
    spaces: `normalise("'The red Car.'") == "red car"`. If nothing would be left, only the case and the
    spaces are changed."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("‘", "'")
    words = QUOTES.sub("", plain).strip().rstrip(END).split()
    # The articles are kept if nothing else would be left: in multiple choice "A" may be the answer.
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
    """A question with two answers: `answer` is the correct one of the data set, and `given` is the
    model's. `turn` is the number of the turn, counted from 1."""

    turn: int
    question: str
    answer: str
    given: str
    choices: tuple[Choice, ...] = ()  # the choices with their probabilities, if the model had to choose
    correct: int = 0  # the index of the right choice
    cut: bool = False  # whether the answer reached its maximum length, or the context was full

    @property
    def exact(self) -> bool:
        """Whether the texts are equal, apart from white space at their ends, or are JSON objects with
        equal values."""
        return self.given.strip() == self.answer.strip() or are_equal_objects(self.given, self.answer)

    @property
    def normalised(self) -> bool:
        """Whether the texts are equal after `normalise`."""
        return self.exact or normalise(self.given) == normalise(self.answer)


@dataclass(slots=True)
class Score:
    """Counts the dialogues of one category and their answers. First turns and later turns are counted
    separately."""

    dialogues: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, turns: tuple[ScoredAnswer, ...]) -> None:
        self.dialogues += 1
        for answer in turns:
            turn = "first" if answer.turn == 1 else "later"
            self.counts.update(
                {
                    turn: 1,
                    f"{turn} exact": answer.exact,
                    "normalised": answer.normalised,
                    "cut": int(answer.cut),
                }
            )

    def as_values(self) -> dict[str, Any]:
        """Return the counts and the accuracies. An accuracy is between 0 and 1, or None if nothing was
        counted. `count` is the number of answers."""
        counts = self.counts
        count = counts["first"] + counts["later"]
        exact = counts["first exact"] + counts["later exact"]
        return {
            "count": count,
            "dialogues": self.dialogues,
            "cut": counts["cut"],
            "accuracy": share(exact, count),
            "normalised_accuracy": share(counts["normalised"], count),
            "first_turn_accuracy": share(counts["first exact"], counts["first"]),
            "later_turn_accuracy": share(counts["later exact"], counts["later"]),
        }


@dataclass(slots=True)
class Scores:
    """The scores of all dialogues together and of each category. Dialogues without a category count
    only in `all`."""

    all: Score = field(default_factory=Score)
    by_category: dict[str, Score] = field(default_factory=dict)

    def add(self, category: str | None, turns: tuple[ScoredAnswer, ...]) -> None:
        self.all.add(turns)
        if category:
            self.by_category.setdefault(category, Score()).add(turns)

    def as_values(self) -> dict[str, Any]:
        """Return all scores for JSON, with the categories sorted by name."""
        return {
            **self.all.as_values(),
            "by_category": {
                name: score.as_values() for name, score in sorted(self.by_category.items())
            },
        }


def share(part: float, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
