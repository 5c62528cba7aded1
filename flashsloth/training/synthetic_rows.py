"""Rows that nano's world draws while they are learned, instead of a data file: `synth:train`.

Knows the world and the model's sizes; knows no weights. Nothing is stored: row `number` is always the same picture and
dialogue, so a run that goes on sees what it would have seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset, Sampler, get_worker_info

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.data.labels import Encoded, encode_chat
from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import DataUnreadable, OptionError
from flashsloth.processing.image_processor import preprocess, tower_pixels
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.synthetic.scene import Category
from flashsloth.training.dataset import Collate, TrainingExample, ignore_interrupts
from flashsloth.training.recipe import DRAWN

SOURCE = f"{DRAWN}train"
APART = 10**8  # rows from one seed to the next
WINDOW = 8  # steps whose rows are sorted together
OTHERS = ("synth:test", "synth:combo", "synth:unlike")
# What the tower learns to see, by shares: things and letters take longest.
HARD: dict[Category, float] = {
    "shapes": 0.05,
    "objects": 0.18,
    "mixed": 0.08,
    "text": 0.42,
    "chart": 0.05,
    "tag": 0.19,
    "unlike": 0.03,
}


def is_drawn(files: Sequence[str]) -> bool:
    """Whether a recipe's data is drawn. OptionError for what is drawn to measure on, and for a mixture with files;
    DataUnreadable for an unknown name."""
    for name in files:
        if name.startswith(DRAWN) and name != SOURCE:
            if name in OTHERS:
                raise OptionError(f"{name} is there to measure on, not to learn from", hint=f"Use {SOURCE}.")
            raise DataUnreadable(f"there is no {name}", hint=f"Use {SOURCE}.")
    if SOURCE in files and len(files) > 1:
        raise OptionError(f"{SOURCE} goes with no other data", hint="Train on one after the other.")
    return SOURCE in files


@dataclass(frozen=True)
class DrawnRows:
    """The numbers of rows that a run learns from: `count`, from `seed` times APART on. Stands where `data.files.Rows`
    stands for files.

    Dialogues of `window` rows are sorted by length, so that little is padded: how long one is is known only once it is
    drawn. Whoever reads a row of a window draws all of it, so it pays where one process reads.
    """

    count: int
    seed: int = 0
    window: int = 1

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        lesson = self.lesson(index)
        turns = tuple(QAPair(turn.question, turn.answer) for turn in lesson.turns)
        image = None if lesson.image is None else f"{SOURCE}/{self.number(index)}"
        return Sample(turns, image, source=f"{SOURCE}/{self.number(index)}")

    def lesson(self, index: int) -> Any:
        from flashsloth.synthetic import lesson

        return lesson(self.number(index))

    def number(self, index: int) -> int:
        """Of the row in the world."""
        return self.seed * APART + index

    @property
    def rough_lengths(self) -> npt.NDArray[np.int32]:
        return np.zeros(self.count, np.int32)

    def sha256(self) -> str:
        """Of the numbers: the pictures are the program's."""
        windows = f" {self.window}" if self.window > 1 else ""
        return hashlib.sha256(f"{SOURCE} {self.count} {self.seed}{windows}".encode()).hexdigest()

    def where(self, index: int) -> tuple[str, int]:
        return SOURCE, self.number(index)


@dataclass(frozen=True, slots=True)
class SyntheticDialogue(TrainingExample):
    """A row with the truth about its picture's patches, None where it is not asked for."""

    truth: Any = None


class Lessons(Dataset[TrainingExample]):
    """Drawn pictures with their dialogues, as the model takes them; `truth` with what stands under every patch."""

    def __init__(
        self, rows: DrawnRows, prompt: PromptEncoder, config: FlashSlothConfig, *, hd: bool, truth: bool = False
    ) -> None:
        self.rows, self.prompt, self.config, self.hd, self.truth = rows, prompt, config, hd, truth
        self.side = int(config.vision_config.image_size) // int(config.vision_config.patch_size)
        self.sorted: tuple[int, list[TrainingExample]] = (-1, [])  # a window's first row, and its rows by length

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> TrainingExample:
        quiet_worker()
        first = index - index % self.rows.window
        if self.sorted[0] != first:
            drawn = [self.draw(row) for row in range(first, min(first + self.rows.window, len(self.rows)))]
            self.sorted = first, sorted(drawn, key=lambda item: len(item.encoded.input_ids))
        return self.sorted[1][index - first]

    def draw(self, index: int) -> TrainingExample:
        """A row by itself."""
        lesson = self.rows.lesson(index)
        turns = tuple(QAPair(turn.question, turn.answer) for turn in lesson.turns)
        sample = Sample(turns, None if lesson.image is None else SOURCE)
        encoded = encode_chat(self.prompt, sample, self.config.visual_tokens(self.hd))
        if lesson.image is None:
            return SyntheticDialogue(encoded, None)
        return SyntheticDialogue(
            encoded, self.pixels(lesson.image), truth=self.tell(lesson.scene) if self.truth else None
        )

    def tell(self, scene: Any) -> Any:
        from flashsloth.synthetic.patch_labels import truth

        return truth(scene, self.side)

    def pixels(self, image: Any) -> npt.NDArray[np.float32]:
        return tower_pixels(image, self.config, hd=self.hd)


NO_TEXT = Encoded([], [])


@dataclass(frozen=True, slots=True)
class PatchExample:
    """A picture (3, S, S) and the truth about its patches (synthetic.patch_labels)."""

    pixels: npt.NDArray[np.float32]
    truth: Any
    encoded: Encoded = NO_TEXT


class Sights(Dataset[PatchExample]):
    """Drawn pictures with the truth about every patch of the tower's grid."""

    def __init__(self, rows: DrawnRows, prompt: PromptEncoder, config: FlashSlothConfig) -> None:
        self.rows, self.prompt, self.size = rows, prompt, int(config.vision_config.image_size)
        self.side = self.size // int(config.vision_config.patch_size)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> PatchExample:
        from flashsloth.synthetic import picture
        from flashsloth.synthetic.patch_labels import truth

        quiet_worker()
        number = self.rows.number(index)
        random = Random(f"see/{number}")
        image, scene = picture("train", number, random.choices(list(HARD), list(HARD.values()))[0])
        return PatchExample(preprocess(image, self.size), truth(scene, self.side))


class SequentialSampler(Sampler[int]):
    """Drawn rows one after the other: they are random as they are, and windows stay together."""

    def __init__(self, rows: DrawnRows) -> None:
        self.rows = rows

    def set_epoch(self, epoch: int) -> None:
        """There is but one."""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.rows)))


def quiet_worker() -> None:
    if get_worker_info() is not None:
        ignore_interrupts()


def collate_sights(items: Sequence[PatchExample]) -> dict[str, Any]:
    """pixel_values (I, 3, S, S) and `truth`: by name, (I, N) or (I, N, ...)."""
    return {
        "pixel_values": torch.from_numpy(np.stack([item.pixels for item in items])),
        "truth": stacked([item.truth for item in items]),
        "counts": [len(items), 0],
        "faults": [],
    }


@dataclass(frozen=True, slots=True)
class CollateLessons:
    """`collate`, and the truth about the pictures of the batch, in their order; none for rows of files."""

    collate: Collate

    def __call__(self, items: Sequence[TrainingExample]) -> dict[str, Any]:
        truths = [item.truth for item in items if isinstance(item, SyntheticDialogue) and item.truth is not None]
        return {**self.collate(items), **({"truth": stacked(truths)} if truths else {})}


def stacked(truths: Sequence[Any]) -> dict[str, torch.Tensor]:
    """Truths by name, one picture behind the other."""
    names = [field.name for field in fields(truths[0])]
    return {name: torch.from_numpy(np.stack([getattr(truth, name) for truth in truths])) for name in names}
