"""Write drawn samples as files: a picture for each, and rows.jsonl, which flashsloth reads as any
data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flashsloth_synthetic import sample, training_sample
from flashsloth_synthetic.dialogues import Turn
from flashsloth_synthetic.forms import REFERRING
from flashsloth_synthetic.question_templates import Words
from flashsloth_synthetic.scene import Split

SAMPLES = 1_000_000  # of a seed, so that those of two seeds differ


def write(
    split: Split,
    count: int,
    folder: Path,
    seed: int = 0,
    words: Words | None = None,
    by_kind: bool = False,
) -> Path:
    """Write the first `count` samples of a seed into a folder. Return the file of their rows.

    Args:
        words: which wordings the questions have; None: as training draws them.
        by_kind: make a row of each question, with its kind as category.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "rows.jsonl"
    with rows.open("w", encoding="utf-8") as file:
        for number in range(seed * SAMPLES, seed * SAMPLES + count):
            training = split == "train" and words is None
            drawn = training_sample(number) if training else sample(split, number, words=words)
            picture = None
            if drawn.image is not None:
                picture = f"{number}.png"
                drawn.image.save(folder / picture)
            talks = by_kinds(drawn.turns) if by_kind else [(drawn.category, drawn.turns)]
            for category, turns in talks:
                if turns:  # of a few pictures no question has a held-out wording
                    file.write(json.dumps(row(picture, turns, category)) + "\n")
    return rows


def by_kinds(turns: Sequence[Turn]) -> Iterator[tuple[str, Sequence[Turn]]]:
    """Yield each question with its kind; before one that refers to others stand those that it needs."""
    first = 0
    for i, turn in enumerate(turns):
        if not (turn.form.startswith(("and ", "it ")) or turn.form in REFERRING):
            first = i
        yield turn.form, turns[first : i + 1]


def row(picture: str | None, turns: Sequence[Any], category: str) -> dict[str, Any]:
    """Return a row of a data file. `turns`: with `question` and `answer`."""
    pairs = [(("user", turn.question), ("assistant", turn.answer)) for turn in turns]
    messages = [{"role": role, "content": text} for pair in pairs for role, text in pair]
    return {"image": picture, "category": category, "messages": messages}
