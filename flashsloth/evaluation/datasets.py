"""Evaluation samples, from data files or drawn by a row source. Uses no model."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flashsloth.data import drawn_rows
from flashsloth.data.data_files import Rows, open_rows
from flashsloth.data.drawn_rows import EVALUATION_SPLITS, PREFIX, EvaluationSplit
from flashsloth.data.sample import QAPair
from flashsloth.data.validate import RowError
from flashsloth.errors import BadRow, ContextTooLong, DataUnreadable, ImageError, ImageNotFound, OptionError
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import printable_source

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage

DRAWN_LIMIT = 1000  # samples, if no limit is given
PER_SEED = 1_000_000  # synthetic samples of one seed


@dataclass(frozen=True, slots=True)
class EvalSample:
    """Questions about at most one picture, with the correct answers. `name` is its place ("rows.jsonl:17",
    "synth:test/123"), `image` the path of the picture, or the name of a drawn one. `system` is None for the model's
    own."""

    name: str
    turns: tuple[QAPair, ...]
    category: str = ""
    image: str | None = None
    system: str | None = None
    drawn: Any = None  # the PIL image of a synthetic sample

    def read(self) -> LoadedImage | None:
        """Read the picture. Raises: ImageError."""
        from flashsloth.images.reader import read_image

        if self.image is None:
            return None
        return read_image(Path(self.image) if self.drawn is None else self.drawn).require_whole()


class EvalDataset(Protocol):
    """A sequence of evaluation samples."""

    def __len__(self) -> int: ...

    def sample(self, number: int) -> EvalSample:
        """Return a sample. Raises: BadRow."""
        ...

    def location(self, number: int) -> tuple[str, int]:
        """Return file and line of a sample, for messages."""
        ...


class FileDataset:
    """Rows of data files. With several files, a row without a `category` is counted under the name of its file."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def sample(self, number: int) -> EvalSample:
        sample = self.rows[number]
        category = sample.category or (self.location(number)[0] if len(self.rows.files) > 1 else "")
        return EvalSample(sample.source, sample.turns, category, sample.image, sample.system)

    def location(self, number: int) -> tuple[str, int]:
        return self.rows.where(number)


class DrawnDataset:
    """Samples that a row source draws. Those of a seed begin at `seed * PER_SEED`."""

    def __init__(self, split: EvaluationSplit, count: int, seed: int) -> None:
        self.split, self.count, self.start = split, count, seed * PER_SEED

    def __len__(self) -> int:
        return self.count

    def sample(self, number: int) -> EvalSample:
        index = self.start + number
        sample, name = drawn_rows.find().sample(self.split, index), f"{PREFIX}{self.split}/{index}"
        turns = tuple(QAPair(turn.question, turn.answer) for turn in sample.turns)
        return EvalSample(name, turns, sample.category, None if sample.image is None else name, None, sample.image)

    def location(self, number: int) -> tuple[str, int]:
        return f"{PREFIX}{self.split}", self.start + number


def open_dataset(
    data: Sequence[str | os.PathLike[str]],
    *,
    image_root: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> EvalDataset:
    """Open data files in any format of `flashsloth.data`, or one of synth:test, synth:combo and synth:unlike.

    `limit` selects that many rows at random, in order and the same for the same `seed`. Of synthetic samples it selects
    the first ones of the seed.

    Raises: OptionError, DataUnreadable.
    """
    names = [str(name) for name in data]
    synthetic = [name for name in names if name.startswith(PREFIX)]
    if synthetic:
        return _open_drawn(names, synthetic[0], image_root, DRAWN_LIMIT if limit is None else limit, seed)
    rows = open_rows(names, image_root, on_progress)
    if limit is not None and limit < len(rows):
        rows = rows.select(sorted(random.Random(seed).sample(range(len(rows)), limit)))
    return FileDataset(rows)


def _open_drawn(names: Sequence[str], name: str, image_root: Any, limit: int, seed: int) -> DrawnDataset:
    if len(names) > 1:
        raise OptionError(f"{name} cannot be combined with other data", hint="Evaluate them one by one.")
    if image_root is not None:
        raise OptionError(f"--image-root does not apply to {name}, which has no files", hint="Leave it out.")
    split = next((split for split in EVALUATION_SPLITS if name == PREFIX + split), None)
    if split is None:
        known = ", ".join(PREFIX + split for split in EVALUATION_SPLITS)
        raise DataUnreadable(f"unknown data set {name}", hint=f"Known: {known}. For a file of that name, use ./{name}.")
    if limit > PER_SEED:
        raise OptionError(f"--limit {limit}: a seed has only {PER_SEED:,} samples", hint="Use several seeds.")
    drawn_rows.find()  # before the model is opened
    return DrawnDataset(split, limit, seed)


def row_error(
    error: BadRow | ImageError | ContextTooLong, location: tuple[str, int], image: str | None = None
) -> RowError:
    """Return the error of a sample as `data check` reports it."""
    if isinstance(error, BadRow):
        return RowError(*location, error.kind, error.message)
    if isinstance(error, ImageNotFound):
        return RowError(*location, "image_missing", f"no file {printable_source(image or '')}")
    kind = "image_broken" if isinstance(error, ImageError) else "too_long"
    return RowError(*location, kind, str(error))
