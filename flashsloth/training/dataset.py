"""The training data set: classes that read and encode rows, choose their order, and make batches."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset, Sampler, get_worker_info

from flashsloth.data.data_files import Rows
from flashsloth.data.sample import IGNORED, Encoded, Sample, encode_caption, encode_chat
from flashsloth.errors import BadRow, ContextTooLong, FlashSlothError
from flashsloth.generation.engine import place_picture
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.images.reader import read_image
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.processing.pictures import tower_pixels
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.training.encoded_pictures import GRID, EncodedPictures
from flashsloth.training.trainer_private import send_batches_by_value

# The rows of this many optimizer steps are sorted by length together. That is enough to find rows of
# about equal length, and few enough for the order to stay random.
WINDOW = 50
# The minimum number of windows in an epoch. With a single window, a small data set would have the same
# batches in every epoch.
WINDOWS = 8


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """An encoded row: ids and labels (T,), and its picture: pixels (3, S, S) or (tiles, 3, S, S), or
    what EncodedPictures has of it, with a row for each visual token.

    `fault` is the error message of a bad row. The labels of such a row are all IGNORED.
    """

    encoded: Encoded
    pixels: np.typing.NDArray[np.float32] | None
    fault: str = ""
    visual: dict[str, torch.Tensor] = field(default_factory=dict)
    axes: torch.Tensor | None = None  # rotary positions (T, 3) if a picture has positions in three axes


@dataclass(frozen=True)
class TrainingRows(Dataset[TrainingExample]):
    """The rows of a data set, read and encoded on access.

    A row that cannot be read or is too long becomes an example with a `fault`. It stays in its batch:
    if it were removed, all later rows would move to other batches.
    """

    rows: Rows
    prompt: PromptEncoder
    config: FlashSlothConfig
    rendering: Literal["caption", "chat"]
    hd: bool | None
    max_length: int
    multiple: int = 1  # as in LengthGroupedSampler
    pictures: EncodedPictures | None = None  # if the tower does not run in a step

    def __len__(self) -> int:
        return -(-len(self.rows) // self.multiple) * self.multiple

    def __getitem__(self, index: int) -> TrainingExample:
        prepare_worker()
        if index >= len(self.rows):  # one of the empty rows that pad the epoch
            return self._empty()
        try:
            sample = self.rows[index]
            encoded = self.encode(sample)
            if len(encoded.input_ids) > self.max_length:
                raise ContextTooLong(
                    f"{len(encoded.input_ids)} tokens, more than the limit of {self.max_length}",
                    hint="Shorten it, or use --skip-bad.",
                )
            if self.pictures is None or sample.image is None:
                return TrainingExample(encoded, self.pixels(sample))
            visual = self.pictures.inputs(sample.image)
            grid = visual.pop(GRID, None)
            axes = None if grid is None else self._axes(encoded.input_ids, grid)
            return TrainingExample(encoded, None, visual=visual, axes=axes)
        except BadRow as error:
            return self._empty(str(error))
        except FlashSlothError as error:
            path, line = self.rows.where(index)
            return self._empty(f"{path}:{line}: {error}")

    def encode(self, sample: Sample) -> Encoded:
        if self.pictures is not None:
            return self.pictures.encode_row(self.prompt, sample)
        encode = encode_caption if self.rendering == "caption" else encode_chat
        return encode(self.prompt, sample, self.config.visual_tokens(self.hd))

    def pixels(self, sample: Sample) -> np.typing.NDArray[np.float32] | None:
        """Return the picture's pixels, or None for a row without a picture."""
        if sample.image is None:
            return None
        return tower_pixels(read_image(sample.image).require_whole().image, self.config, hd=self.hd)

    def _axes(self, ids: list[int], grid: torch.Tensor) -> torch.Tensor:
        axes = torch.arange(len(ids)).repeat(3, 1)
        place_picture(axes, ids.index(self.config.image_token_id), grid)
        return axes.T

    def _empty(self, fault: str = "") -> TrainingExample:
        return TrainingExample(Encoded([self.config.end_token_id] * 2, [IGNORED] * 2), None, fault)


def prepare_worker() -> None:
    """In a worker process of the DataLoader, ignore Ctrl-C and SIGTERM and avoid shared memory.

    A terminal or a job scheduler sends these signals to all processes, but only the main process must
    handle them. A worker ends by itself when the main process is gone. Called in the main process, this
    function does nothing.
    """
    if get_worker_info() is None:
        return
    send_batches_by_value()
    with suppress(ValueError):  # signal() raises ValueError outside of the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


@dataclass(eq=False)
class LengthGroupedSampler(Sampler[int]):
    """Draws rows at random, grouped by length, so that little padding is needed.

    The rows of an optimizer step have about the same length. Nearly always either all of them have
    pictures or none has one.

    The order depends only on seed and epoch, not on the number of processes.

    Args:
        lengths: rough lengths by row, negative for rows without a picture.
        step_rows: rows of an optimizer step.
        multiple: the number of rows that all processes together read at once, one batch in each
            process. An epoch is padded with empty rows to a multiple of this number. Without them,
            accelerate would fill the last batches with rows from the start of the epoch.
    """

    lengths: np.typing.NDArray[np.int32]
    step_rows: int
    seed: int
    multiple: int = 1
    epoch: int = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.multiple) * self.multiple

    def __iter__(self) -> Iterator[int]:
        # 1. Shuffle all rows.
        random = np.random.default_rng((self.seed, self.epoch))
        order = random.permutation(len(self.lengths))
        whole = len(order) // self.step_rows  # number of full steps; the remaining rows come last
        # 2. Sort each window of the shuffled rows by length, and cut it into steps.
        window = min(WINDOW, max(whole // WINDOWS, 1)) * self.step_rows
        steps: list[np.typing.NDArray[np.int64]] = []
        for start in range(0, whole * self.step_rows, window):
            part = order[start : min(start + window, whole * self.step_rows)]
            part = part[np.argsort(self.lengths[part], kind="stable")]
            steps += [part[i : i + self.step_rows] for i in range(0, len(part), self.step_rows)]
        # 3. Shuffle the steps, so that lengths do not rise within a window.
        for number in random.permutation(len(steps)):
            yield from steps[number].tolist()
        yield from order[whole * self.step_rows :].tolist()
        # 4. Pad the epoch with numbers of rows that do not exist. TrainingRows returns an empty row for
        #    each of them.
        yield from range(len(self.lengths), len(self))


@dataclass(frozen=True, slots=True)
class Collate:
    """Makes a batch of examples, padded on the right.

    Args:
        pad: the id of padding.
        idle: the shape of a picture, (3, S, S) or (tiles, 3, S, S). If several processes train, a batch
            without pictures gets a picture of zeros with this shape, because all processes must use
            the same parameters (FlashSlothModel.zero_vision_term). None if only one process trains.
        plan: makes the EmbQ plan of a batch from its ids, padded with -1. The plan is made here, in the
            worker processes, to save time: the model could make it too, but would first have to copy
            the ids back from the GPU and wait for them.
    """

    pad: int
    idle: tuple[int, ...] | None = None
    plan: Callable[[Sequence[Sequence[int]]], EmbqPlan | None] | None = None

    def __call__(self, examples: Sequence[TrainingExample]) -> dict[str, Any]:
        ids = [torch.tensor(example.encoded.input_ids) for example in examples]
        labels = [torch.tensor(example.encoded.labels) for example in examples]
        pixels = [
            torch.from_numpy(example.pixels) for example in examples if example.pixels is not None
        ]
        batch: dict[str, Any] = {
            "input_ids": pad_sequence(ids, batch_first=True, padding_value=self.pad),
            "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORED),
            # number of rows and number of tokens, without padding
            "counts": [len(examples), sum(map(len, ids))],
            "attention_mask": pad_sequence([torch.ones_like(row) for row in ids], batch_first=True),
            "faults": [example.fault for example in examples if example.fault],
        }
        visual = [example.visual for example in examples if example.visual]
        for name in visual[0] if visual else ():
            batch[name] = torch.cat([each[name] for each in visual])
        if any(example.axes is not None for example in examples):
            plain = [torch.arange(len(row))[:, None].expand(-1, 3) for row in ids]
            axes = [
                one.axes if one.axes is not None else row
                for one, row in zip(examples, plain, strict=True)
            ]
            batch["axes"] = pad_sequence(axes, batch_first=True)
        if pixels:
            batch["pixel_values"] = torch.stack(pixels)
            if self.plan is not None:
                # The ids are padded with -1, because `pad` may also be the id of a token of the row.
                batch["embq_plan"] = self.plan(
                    pad_sequence(ids, batch_first=True, padding_value=-1).tolist()
                )
        elif self.idle is not None:
            batch["dummy_pixel_values"] = torch.zeros(1, *self.idle)
        return batch
