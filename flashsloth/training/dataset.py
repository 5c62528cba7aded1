"""Rows in the order they are learned, as tensors. Knows samples, a tokenizer and pictures; knows no weights."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset, Sampler, get_worker_info

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.data.dataset import Rows
from flashsloth.data.labels import IGNORED, Encoded, encode_caption, encode_chat
from flashsloth.data.sample import Sample
from flashsloth.errors import BadRow, ContextTooLong, FlashSlothError
from flashsloth.images.reader import read_image
from flashsloth.processing.image_processor import tower_pixels
from flashsloth.processing.prompt import PromptEncoder

WINDOW = 50  # optimizer steps whose rows are sorted together: long enough to find likes, short enough to stay random
WINDOWS = 8  # of an epoch at least: in a small set the same rows would always be together


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One row: ids and labels (T,), pixels (3, S, S) or (tiles, 3, S, S). `fault`: why it teaches nothing."""

    encoded: Encoded
    pixels: npt.NDArray[np.float32] | None
    fault: str = ""


class TrainingRows(Dataset[TrainingExample]):
    """The rows of a data set, read and encoded when they are asked for.

    A row that cannot be read or is too long comes out with a `fault` and without labels: whoever trains decides
    whether that ends the run. So the same rows make the same batches whatever is wrong with them.
    """

    def __init__(
        self,
        rows: Rows,
        prompt: PromptEncoder,
        config: FlashSlothConfig,
        *,
        form: Literal["caption", "chat"],
        hd: bool,
        max_length: int,
        multiple: int = 1,
    ) -> None:
        self.rows, self.prompt, self.config = rows, prompt, config
        self.form, self.hd, self.max_length, self.multiple = form, hd, max_length, multiple

    def __len__(self) -> int:
        return -(-len(self.rows) // self.multiple) * self.multiple

    def __getitem__(self, index: int) -> TrainingExample:
        if get_worker_info() is not None:
            ignore_interrupts()
        if index >= len(self.rows):
            return self.nothing()
        try:
            sample = self.rows[index]
            encoded = self.encode(sample)
            if len(encoded.input_ids) > self.max_length:
                raise ContextTooLong(
                    f"{len(encoded.input_ids)} tokens, more than the limit of {self.max_length}",
                    hint="Shorten it, or leave such rows out with --skip-bad.",
                )
            return TrainingExample(encoded, self.pixels(sample))
        except BadRow as error:
            return self.nothing(str(error))
        except FlashSlothError as error:
            path, line = self.rows.where(index)
            return self.nothing(f"{path}:{line}: {error}")

    def encode(self, sample: Sample) -> Encoded:
        """Ids and labels of a sample."""
        render = encode_caption if self.form == "caption" else encode_chat
        return render(self.prompt, sample, self.config.visual_tokens(self.hd))

    def pixels(self, sample: Sample) -> npt.NDArray[np.float32] | None:
        """The picture's pixels, None for text alone."""
        if sample.image is None:
            return None
        return tower_pixels(read_image(sample.image).image, self.config, hd=self.hd)

    def nothing(self, fault: str = "") -> TrainingExample:
        """A row of text that teaches nothing."""
        return TrainingExample(Encoded([self.config.end_token_id] * 2, [IGNORED] * 2), None, fault)


def ignore_interrupts() -> None:
    """In a process that loads data: Ctrl-C reaches every process of a terminal, SIGTERM by `timeout`, systemd or SLURM
    every process of a job, and only the main one may act. It ends without being told when the main one has gone."""
    with suppress(ValueError):  # not in the main thread of it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


class LengthGroupedSampler(Sampler[int]):
    """Rows in a random order in which likes stand together: each optimizer step gets rows of about one length, with
    pictures or without, so that little is padded.

    The order depends on seed and epoch alone; not on how the rows of a step are divided among processes.

    Args:
        lengths: rough lengths by row, negative for rows without a picture.
        step_rows: rows of an optimizer step.
        multiple: where several processes train, rows that are one batch of each: an epoch is filled up to it with
            nothing (`TrainingRows`), where otherwise some rows would count twice.
    """

    def __init__(self, lengths: npt.NDArray[np.int32], step_rows: int, seed: int, multiple: int = 1) -> None:
        self.lengths, self.step_rows, self.seed, self.multiple = lengths, step_rows, seed, multiple
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Which order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.multiple) * self.multiple

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        order = random.permutation(len(self.lengths))
        whole = len(order) // self.step_rows  # steps; what is left over is drawn, too, and comes last
        window = min(WINDOW, max(whole // WINDOWS, 1)) * self.step_rows
        steps: list[npt.NDArray[np.int64]] = []
        for start in range(0, whole * self.step_rows, window):
            part = order[start : min(start + window, whole * self.step_rows)]
            part = part[np.argsort(self.lengths[part], kind="stable")]
            steps += [part[i : i + self.step_rows] for i in range(0, len(part), self.step_rows)]
        for number in random.permutation(len(steps)):
            yield from steps[number].tolist()
        yield from order[whole * self.step_rows :].tolist()
        yield from range(len(self.lengths), len(self))


@dataclass(frozen=True, slots=True)
class Collate:
    """Items as one batch, padded on the right.

    `idle`: the shape of a picture (3, S, S) or (tiles, 3, S, S) for batches that have none, where several processes
    train together (FlashSlothModel.zero_vision_term); None for one process.
    """

    pad: int
    idle: tuple[int, ...] | None = None

    def __call__(self, items: Sequence[TrainingExample]) -> dict[str, Any]:
        ids = [torch.tensor(item.encoded.input_ids) for item in items]
        labels = [torch.tensor(item.encoded.labels) for item in items]
        pixels = [torch.from_numpy(item.pixels) for item in items if item.pixels is not None]
        lengths = torch.tensor([len(row) for row in ids])
        batch: dict[str, Any] = {
            "input_ids": pad_sequence(ids, batch_first=True, padding_value=self.pad),
            "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORED),
            "counts": [len(items), int(lengths.sum())],
            "faults": [item.fault for item in items if item.fault],
        }
        batch["attention_mask"] = mask_of(lengths)
        if pixels:
            batch["pixel_values"] = torch.stack(pixels)
        elif self.idle is not None:
            batch["dummy_pixel_values"] = torch.zeros(1, *self.idle)
        return batch


def mask_of(lengths: Tensor) -> Tensor:
    """(B,) -> (B, longest): 1 where there is a token, 0 at padding."""
    return (torch.arange(int(lengths.max())) < lengths[:, None]).long()
