"""The training rows, drawn during training.

Nothing is stored. A row's number decides its picture and dialogue, so a resumed run sees the same rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import ceil
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch.utils.data import Dataset

from flashsloth.data.sample import Encoded, QAPair, Sample, encode_chat
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.processing.pictures import tower_pixels
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.training.dataset import Collate, TrainingExample, prepare_worker
from flashsloth_synthetic import EDITION, picture, training_sample
from flashsloth_synthetic.background import wear
from flashsloth_synthetic.everyday import any_print
from flashsloth_synthetic.patch_labels import label_patches
from flashsloth_synthetic.scene import Category

if TYPE_CHECKING:
    from flashsloth.training.run_plan import RunPlan
    from flashsloth.training.trainer import SlothTrainer

SEED_STRIDE = 10**8  # rows from one seed to the next
# The share of each category in stage see: objects and letters take longest to learn.
PATCH_SHARES: dict[Category, float] = {
    "shapes": 0.05,
    "objects": 0.18,
    "mixed": 0.08,
    "text": 0.42,
    "chart": 0.05,
    "tag": 0.19,
    "unlike": 0.03,
}


@dataclass(frozen=True)
class SyntheticRows:
    """The rows of a run, as a `flashsloth.training.run_plan.Source`: `count` of them, from `seed` *
    SEED_STRIDE on.

    Args:
        window: the rows of each window are sorted by length. Reading one then draws its whole window,
            which suits one worker.
        patches: learn the labels of patches alone, without dialogues (stage see).
        truth_weight: the weight of the patch labels in the loss of dialogues; 0: without them.
        print_share: how many other pictures, of print, come beside each row; of a fraction, the share
            of rows that have one more. The tower learns from their patch labels alone. One costs a
            third of a row of one tile, and its print is read sooner than by dialogues.
        master_weights: hold trained weights in bfloat16, with float32 masters in the optimizer, instead
            of autocast.
    """

    count: int
    seed: int = 0
    window: int = 1
    patches: bool = False
    truth_weight: Annotated[float, Field(ge=0)] = 0.0
    print_share: Annotated[float, Field(ge=0, le=8)] = 0.0
    master_weights: bool = False

    def __len__(self) -> int:
        return self.count

    def draw(self, index: int) -> Any:
        """Draw a row: a `flashsloth_synthetic.Sample`."""
        return training_sample(self.number(index))

    def number(self, index: int) -> int:
        """Return the number that a row is drawn by."""
        return self.seed * SEED_STRIDE + index

    @property
    def rough_lengths(self) -> npt.NDArray[np.int32]:
        """Zeros: a length is known only once its row is drawn."""
        return np.zeros(self.count, np.int32)

    def sha256(self) -> str:
        """Return a digest of all fields, and of the edition of the world: rows of another one
        differ."""
        return hashlib.sha256(f"{EDITION} {self!r}".encode()).hexdigest()

    def dataset(self, plan: RunPlan) -> PatchDataset | SyntheticChats:
        """Return the rows, encoded."""
        config = plan.sources.config
        if self.patches:
            return PatchDataset(self, config)
        prompt = PromptEncoder(plan.sources.processor.tokenizer, config)
        return SyntheticChats(self, prompt, config, hd=bool(plan.hd), with_truth=self.truth_weight > 0)

    def trainer(self, plan: RunPlan, **arguments: Any) -> SlothTrainer:
        """Return a trainer of the model, with patch heads, master weights and the order of windows
        where wanted."""
        from flashsloth_synthetic.trainer import make_trainer

        return make_trainer(self, plan, **arguments)


NO_TEXT = Encoded([], [])


@dataclass(frozen=True, slots=True)
class PatchExample:
    """A picture (3, S, S) and the labels of its patches (synthetic.patch_labels)."""

    pixels: npt.NDArray[np.float32]
    truth: Any
    encoded: Encoded = NO_TEXT


@dataclass(frozen=True, slots=True)
class SyntheticDialogue(TrainingExample):
    """A row with the labels of its picture's patches, and other pictures, of print."""

    truth: Any = None
    printed: tuple[PatchExample, ...] = ()


class SyntheticChats(Dataset[TrainingExample]):
    """Drawn pictures with their dialogues, encoded; `with_truth` also with patch labels."""

    def __init__(
        self,
        rows: SyntheticRows,
        prompt: PromptEncoder,
        config: FlashSlothConfig,
        *,
        hd: bool,
        with_truth: bool = False,
    ) -> None:
        self.rows, self.prompt, self.config, self.hd, self.with_truth = (
            rows,
            prompt,
            config,
            hd,
            with_truth,
        )
        self.side = int(config.vision_config.image_size) // int(config.vision_config.patch_size)
        # its first row, and its rows by length
        self.window: tuple[int, list[TrainingExample]] = (-1, [])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> TrainingExample:
        prepare_worker()
        first = index - index % self.rows.window
        if self.window[0] != first:
            drawn = [
                self.draw(row) for row in range(first, min(first + self.rows.window, len(self.rows)))
            ]
            self.window = first, sorted(drawn, key=lambda example: len(example.encoded.input_ids))
        return self.window[1][index - first]

    def draw(self, index: int) -> TrainingExample:
        """Draw and encode one row."""
        drawn = self.rows.draw(index)
        turns = tuple(QAPair(turn.question, turn.answer) for turn in drawn.turns)
        sample = Sample(turns, None if drawn.image is None else "drawn")
        encoded = encode_chat(self.prompt, sample, self.config.visual_tokens(self.hd))
        printed = self.draw_print(self.rows.number(index))
        if drawn.image is None:
            return SyntheticDialogue(encoded, None, printed=printed)
        truth = label_patches(drawn.scene, self.side) if self.with_truth else None
        pixels = tower_pixels(drawn.image, self.config, hd=self.hd)
        return SyntheticDialogue(encoded, pixels, truth=truth, printed=printed)

    def draw_print(self, number: int) -> tuple[PatchExample, ...]:
        """Draw the pictures of print that come beside a row."""
        rng = Random(f"print/{number}")
        count = ceil(self.rows.print_share - rng.random())
        drawn = [any_print(rng) for _ in range(count)]
        return tuple(
            PatchExample(
                tower_pixels(wear(rng, image), self.config, hd=False), label_patches(scene, self.side)
            )
            for image, scene in drawn
        )


class PatchDataset(Dataset[PatchExample]):
    """Drawn pictures with the labels of the tower's patches."""

    def __init__(self, rows: SyntheticRows, config: FlashSlothConfig) -> None:
        self.rows, self.config = rows, config
        self.side = int(config.vision_config.image_size) // int(config.vision_config.patch_size)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> PatchExample:
        prepare_worker()
        number = self.rows.number(index)
        category = Random(f"see/{number}").choices(list(PATCH_SHARES), list(PATCH_SHARES.values()))[0]
        image, scene = picture("train", number, category)
        return PatchExample(tower_pixels(image, self.config, hd=False), label_patches(scene, self.side))


def collate_patches(examples: Sequence[PatchExample]) -> dict[str, Any]:
    """Return pixel_values (I, 3, S, S) and `truth`: by name, (I, N) or (I, N, ...)."""
    return {
        "pixel_values": torch.from_numpy(np.stack([example.pixels for example in examples])),
        "truth": stack_truth([example.truth for example in examples]),
        "counts": [len(examples), 0],
        "faults": [],
    }


@dataclass(frozen=True, slots=True)
class CollateWithTruth:
    """Adds the patch labels of the batch's pictures, in their order, where there are any.

    With a `dtype` pixels are converted to it, as the tower would do: half the bytes between processes
    and to a card.
    """

    collate: Collate
    dtype: torch.dtype | None = None

    def __call__(self, examples: Sequence[TrainingExample]) -> dict[str, Any]:
        batch = self.collate(examples)
        truths = [e.truth for e in examples if isinstance(e, SyntheticDialogue) and e.truth is not None]
        if truths:
            batch["truth"] = stack_truth(truths)
        printed = [each for e in examples if isinstance(e, SyntheticDialogue) for each in e.printed]
        if printed:
            both = collate_patches(printed)
            batch |= {"print_pixels": both["pixel_values"], "print_truth": both["truth"]}
        if self.dtype is not None and "pixel_values" in batch:
            batch["pixel_values"] = batch["pixel_values"].to(self.dtype)
        return batch


def stack_truth(truths: Sequence[Any]) -> dict[str, torch.Tensor]:
    """Stack the patch labels of pictures, by name."""
    names = [field.name for field in fields(truths[0])]
    return {
        name: torch.from_numpy(np.stack([getattr(truth, name) for truth in truths])) for name in names
    }
