"""What one row of a data set comes to, whatever format it was written in. Knows no files and no model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QAPair:
    """One question with the answer that is to be learned."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation about at most one picture.

    `image` is a path, resolved against the data file's folder or the image root, or None for text alone. `system` is
    the text before the first turn, None for the model's own. `source` says where the row stands: "train.jsonl:17".
    `category` is what `flashsloth eval` counts the row under; nothing is learned from it.
    """

    turns: tuple[QAPair, ...]
    image: str | None = None
    system: str | None = None
    source: str = ""
    category: str | None = None
