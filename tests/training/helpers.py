"""Small runs of the tiny model: data, a recipe, the run, and its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

import tiny
from data.helpers import write_rows
from flashsloth.data.sample import IGNORED
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import Result, train
from flashsloth.training.run_folder import Note, Stepped, TrainingEvent

COLOURS = ("red", "green", "blue", "black")


def picture(path: Path, number: int = 0) -> Path:
    """Draw a picture of two colours, different for each number."""
    image = Image.new("RGB", (20, 14), COLOURS[number % 4])
    image.paste(COLOURS[(number // 4 + 1) % 4], (0, 0, 10, 4 + number % 5))
    image.save(path)
    return path


def make_data(
    folder: Path, count: int = 8, *, text_only: Callable[[int], bool] = lambda number: False
) -> Path:
    """Write a data file of `count` rows with pictures; those that `text_only` selects have none."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        row = {
            "question": f"Which one is number {number}?",
            "answer": f"It is {COLOURS[number % 4]}" + "." * number,
        }
        if not text_only(number):
            row["image"] = picture(folder / f"{number}.png", number).name
        rows.append(row)
    return write_rows(folder / "rows.jsonl", *rows)


def batch(shown: tuple[bool, ...] = (True, False, True), tiles: int = 1) -> dict[str, Tensor]:
    """Return rows of two turns and several lengths for the tiny model, padded on the right."""
    config = tiny.config()
    generator = torch.Generator().manual_seed(len(shown))
    queries = [config.query_token_id] * config.num_query_tokens
    ids, labels = [], []
    for number, picture in enumerate(shown):
        words = torch.randint(20, tiny.VOCABULARY - 1, (14 + 3 * number,), generator=generator).tolist()
        visual = [config.image_token_id] * (config.tokens_per_tile * tiles if picture else 0)
        row = [
            words[0],
            *visual,
            *words[1:4],
            *queries,
            *words[4:8],
            2,
            words[8],
            *queries,
            *words[9:],
            2,
        ]
        first = 4 + len(visual) + len(queries)
        # the first one does not count: no position predicts it
        learned = [i == 0 or first <= i < first + 5 or i >= len(row) - 4 for i in range(len(row))]
        ids.append(torch.tensor(row))
        labels.append(
            torch.tensor([t if yes else IGNORED for t, yes in zip(row, learned, strict=True)])
        )
    size = config.vision_config.image_size
    shape = (sum(shown), 3, size, size) if tiles == 1 else (sum(shown), tiles, 3, size, size)
    made = {
        "input_ids": nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=0),
        "labels": nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=IGNORED),
        "attention_mask": nn.utils.rnn.pad_sequence(
            [torch.ones_like(row) for row in ids], batch_first=True
        ),
    }
    return made | ({"pixel_values": torch.randn(shape, generator=generator)} if any(shown) else {})


def recipe(model: Path, data: Path, out: Path, /, **changes: Any) -> Recipe:
    """Return the recipe of a few steps on the CPU, without workers."""
    paths = {"model": str(model), "data": (str(data),), "output": str(out)}
    return Recipe(
        **{**paths, "max_steps": 4, "batch_size": 2, "workers": 0, "device": "cpu", **changes}
    )


def saved_bytes(module: nn.Module, run: Callable[[], Any]) -> int:
    """Return the bytes that autograd saves in a call, without the module's parameters."""
    own, saved = {parameter.data_ptr() for parameter in module.parameters()}, dict[int, Tensor]()

    def note(tensor: Tensor) -> Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        run()
    return sum(saved[place].untyped_storage().nbytes() for place in saved.keys() - own)


class Run:
    """A run with its events: `Run(recipe)` trains."""

    def __init__(self, recipe: Recipe, *, stop_after: int | None = None, **options: Any) -> None:
        self.events: list[TrainingEvent] = []
        self.result: Result = train(
            recipe, on_event=self.events.append, stop=self._stop(stop_after), **options
        )

    @classmethod
    def resumed(cls, out: Path, **options: Any) -> Run:
        """Resume a run of which only the folder is named."""
        return cls(Recipe(output=str(out)), resume=True, **options)

    def _stop(self, after: int | None) -> Callable[[], bool]:
        return lambda: (
            after is not None and max((e.step for e in self.of(Stepped)), default=0) >= after - 1
        )

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def losses(self) -> list[float]:
        return [event.loss for event in self.of(Stepped)]

    @property
    def steps(self) -> list[int]:
        return [event.step for event in self.of(Stepped)]

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.of(Note)]


def weights(out: Path) -> dict[str, str]:
    """Return digests of the finished weights by file."""
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("*.safetensors"))
    }
    assert digests, f"{out} holds no finished weights"
    return digests


def metrics(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def record(out: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((out / "run.json").read_text())
    return value


def checkpoint_steps(out: Path) -> list[int]:
    return sorted(
        int(path.name.removeprefix("checkpoint-"))
        for path in (out / "checkpoints").glob("checkpoint-*")
    )


class Killed(BaseException):
    """Like a signal: nothing catches it."""


def killed(*_: Any, **__: Any) -> None:
    """Stand in for a function that is killed."""
    raise Killed
