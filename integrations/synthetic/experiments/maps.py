"""Does the map of "Where is the X?" fall on X, and does it follow the question?

    python integrations/synthetic/experiments/maps.py [--scenes 300] [--model nano] [--json FILE]

Scenes of the drawn world with two or three things, one question for each thing that a name tells from
the others. For every map: `times chance`, the attention on the asked thing; `brightest`, how often the
asked thing has more than each other; `moves`, the attention on it divided by that when another thing is
asked for, median. A map of things in general is high in the first column and at chance in the others.
The same with all weights random, which keeps the layout of model and prompt and nothing that was
learned. Then plain pictures of one color: the largest value of each map.
"""

# ruff: noqa: T201 - a program
from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.explain.explanation import KEPT, LOOKED, STOOD_OUT
from flashsloth_synthetic import sample
from flashsloth_synthetic.scene_index import View

QUESTION = "Where is {}?"
CATEGORIES = ("shapes", "objects", "mixed")
PLAIN = ("white", "black", "grey", "orange", "red", "green", "blue", "yellow", "purple", "pink")

Maps = dict[str, np.ndarray]


@dataclass
class Scores:
    """What was measured of one map; a number for each question."""

    times_chance: list[float] = field(default_factory=list)
    brightest: list[bool] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, str, str]:
        means = (
            statistics.mean(self.times_chance),
            statistics.mean(self.brightest),
            statistics.median(self.moves),
        )
        return f"{means[0]:.1f}", f"{means[1]:.2f}", f"x{means[2]:.2f}"


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(map(str, cells))} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--json", dest="json_file", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)  # a small model is faster so
    run(options.scenes, options.model, options.json_file)


def run(scenes: int, model: str, json_file: Path | None) -> None:
    drawn = list(drawn_scenes(scenes))
    chance = statistics.mean(1 / len(view.things) for _, view, named in drawn for _ in named)
    questions = sum(len(named) for _, _, named in drawn)
    print(f"{len(drawn)} scenes, {questions} questions; brightest by chance: {chance:.2f}")
    trained = flashsloth.open(model)
    results = {
        "trained": measure(trained, drawn),
        "all weights random": measure(randomized(model), drawn),
    }
    head = ("weights", "map", "times chance", "brightest", "moves")
    rows = [
        (weights, name, *scores.row())
        for weights, found in results.items()
        for name, scores in found.items()
    ]
    print(table(head, rows))
    plain_maps = [explained(trained, picture(color), QUESTION.format("the heart")) for color in PLAIN]
    plain = {
        name: max(float(maps[name].max()) for maps in plain_maps)
        for name in plain_maps[0]
        if name != KEPT
    }
    print(
        "largest value over",
        len(PLAIN),
        "plain pictures:",
        {name: round(value, 1) for name, value in plain.items()},
    )
    if json_file:
        values = {
            weights: {name: asdict(each) for name, each in found.items()}
            for weights, found in results.items()
        }
        json_file.write_text(json.dumps({"chance": chance, "plain": plain, **values}))


def drawn_scenes(count: int) -> Iterator[tuple[Image.Image, View, list[Any]]]:
    """Yield scenes with two or three things, at least two of which have a name of their own, and
    those."""
    number = 0
    while True:
        for category in CATEGORIES:
            drawn = sample("test", number, category)
            view = View(drawn.scene)
            named = view.named()
            if 2 <= len(view.things) <= 3 and len(named) >= 2:
                yield drawn.image, view, named
                count -= 1
                if not count:
                    return
        number += 1


def measure(
    model: FlashSloth, scenes: Sequence[tuple[Image.Image, View, list[Any]]]
) -> dict[str, Scores]:
    """Ask for every named thing of every scene."""
    found: dict[str, Scores] = {}
    for image, view, named in scenes:
        maps = [explained(model, image, QUESTION.format(view.the(thing))) for thing in named]
        for number, thing in enumerate(named):
            for name, values in maps[number].items():
                here = cells(thing.box, values.shape)
                if not here.any():
                    continue
                scores = found.setdefault(name, Scores())
                scores.times_chance.append(float(values[here].mean()))
                others = [
                    values[cells(each.box, values.shape)] for each in view.things if each is not thing
                ]
                scores.brightest.append(
                    all(values[here].mean() > other.mean() for other in others if other.size)
                )
                elsewhere = [
                    float(each[name][here].sum()) for i, each in enumerate(maps) if i != number
                ]
                scores.moves.append(float(values[here].sum()) / max(statistics.mean(elsewhere), 1e-9))
    return found


def explained(model: FlashSloth, image: Image.Image, question: str) -> Maps:
    """Return the maps before the first token of the answer, in times chance."""
    chat = model.chat(image)
    chat.ask(question, temperature=0, max_tokens=1).text()
    explanation = chat.explain()
    maps = {LOOKED: explanation.looked[0], KEPT: explanation.kept[0]}
    return maps if explanation.stood_out is None else {**maps, STOOD_OUT: explanation.stood_out[0]}


def cells(box: Sequence[float], shape: tuple[int, int]) -> np.ndarray:
    """Return which cells have their center in the box (left, top, right, bottom, of 0..1)."""
    y, x = ((np.arange(size) + 0.5) / size for size in shape)
    return (x > box[0]) & (x < box[2]) & (y[:, None] > box[1]) & (y[:, None] < box[3])


def picture(color: str) -> Image.Image:
    return Image.new("RGB", (200, 200), color)


def randomized(name: str, seed: int = 0) -> FlashSloth:
    """Return the model with random weights of the same size: norms as at the start, biases 0."""
    model = flashsloth.open(name)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, weight in model.loaded.model.named_parameters():
            if weight.dim() == 1:
                weight.fill_(1.0 if "norm" in key and key.endswith("weight") else 0.0)
            else:
                weight.copy_(torch.randn(weight.shape, generator=generator) * weight.std())
    return model


if __name__ == "__main__":
    main()
