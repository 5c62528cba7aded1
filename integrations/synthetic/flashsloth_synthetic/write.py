"""Write drawn samples as files: a picture for each, and rows.jsonl, which flashsloth reads as any data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flashsloth_synthetic import sample, training_sample
from flashsloth_synthetic.scene import Split

SAMPLES = 1_000_000  # of a seed, so that those of two seeds differ


def write(split: Split, count: int, folder: Path, seed: int = 0) -> Path:
    """Write the first `count` samples of a seed into a folder. Return the file of their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "rows.jsonl"
    with rows.open("w", encoding="utf-8") as file:
        for number in range(seed * SAMPLES, seed * SAMPLES + count):
            drawn = training_sample(number) if split == "train" else sample(split, number)
            picture = None
            if drawn.image is not None:
                picture = f"{number}.png"
                drawn.image.save(folder / picture)
            file.write(json.dumps(row(picture, drawn.turns, drawn.category)) + "\n")
    return rows


def row(picture: str | None, turns: Sequence[Any], category: str) -> dict[str, Any]:
    """Return a row of a data file. `turns`: with `question` and `answer`."""
    pairs = [(("user", turn.question), ("assistant", turn.answer)) for turn in turns]
    messages = [{"role": role, "content": text} for pair in pairs for role, text in pair]
    return {"image": picture, "category": category, "messages": messages}
