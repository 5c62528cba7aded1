"""A row of a data set, independent of the file format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QAPair:
    """A question with its answer."""

    question: str
    answer: str
    # False for an answer with `"weight": 0`, which is only context for later answers
    learned: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation about at most one picture."""

    turns: tuple[QAPair, ...]
    # a path that can be opened from the working directory; None without a picture
    image: str | None = None
    system: str | None = None  # the text before the first turn; None means the model's default text
    source: str = ""  # file and line: "train.jsonl:17"
    category: str | None = None  # groups the scores of `flashsloth eval`; training ignores it
