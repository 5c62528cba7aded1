"""Dialogues to be answered, from data files or from the program that draws pictures. Knows no model."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from flashsloth.data.dataset import Progress, Rows, open_rows
from flashsloth.data.sample import QAPair
from flashsloth.data.validate import RowError
from flashsloth.errors import BadRow, ContextTooLong, DataUnreadable, ImageError, ImageNotFound, OptionError
from flashsloth.utils.text import printable_source

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage

DRAWN = "synth:"
Split = Literal["test", "combo", "unlike"]
SPLITS: tuple[Split, ...] = get_args(Split)
DRAWN_LIMIT = 1000  # dialogues, where no other limit is given
PER_SEED = 1_000_000  # pictures of one seed


@dataclass(frozen=True, slots=True)
class EvalSample:
    """Questions about at most one picture, with the answers that are right.

    `name` says where it stands ("rows.jsonl:17", "synth:test/123"), `image` which picture it is: a path, or the name
    of a drawn one. `system` is None for the model's own.
    """

    name: str
    turns: tuple[QAPair, ...]
    category: str = ""
    image: str | None = None
    system: str | None = None
    drawn: Any = None  # a PIL picture that no file holds

    def read(self) -> LoadedImage | None:
        """The picture. Raises: ImageError."""
        from flashsloth.images.reader import read_image

        if self.image is None:
            return None
        return read_image(Path(self.image) if self.drawn is None else self.drawn)


class EvalDataset(Protocol):
    """What is evaluated."""

    def __len__(self) -> int: ...

    def sample(self, number: int) -> EvalSample:
        """Raises: BadRow."""
        ...

    def location(self, number: int) -> tuple[str, int]:
        """File and line, for messages."""
        ...


class FileDataset:
    """Rows of data files. One without a `category` has its file's name where there are several files."""

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


class SyntheticDataset:
    """Pictures that flashsloth.synthetic draws: those of a seed begin at a million times it."""

    def __init__(self, split: Split, count: int, seed: int) -> None:
        self.split, self.count, self.first = split, count, seed * PER_SEED

    def __len__(self) -> int:
        return self.count

    def sample(self, number: int) -> EvalSample:
        from flashsloth import synthetic

        place = self.first + number
        sample, name = synthetic.sample(self.split, place), f"{DRAWN}{self.split}/{place}"
        turns = tuple(QAPair(turn.question, turn.answer) for turn in sample.turns)
        return EvalSample(name, turns, sample.category, None if sample.image is None else name, None, sample.image)

    def location(self, number: int) -> tuple[str, int]:
        return f"{DRAWN}{self.split}", self.first + number


def open_dataset(
    data: Sequence[str | os.PathLike[str]],
    *,
    image_root: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> EvalDataset:
    """Find what is to be evaluated: files in any form that `flashsloth.data` reads, or one of synth:test, synth:combo
    and synth:unlike.

    `limit` takes so many rows by chance, the same for the same `seed`, and leaves them in their order; of drawn
    pictures the first ones, and the seed says of which million.

    Raises: OptionError, DataUnreadable.
    """
    names = [str(name) for name in data]
    drawn = [name for name in names if name.startswith(DRAWN)]
    if drawn:
        return _open_drawn(names, drawn[0], image_root, DRAWN_LIMIT if limit is None else limit, seed)
    rows = open_rows(names, image_root, on_progress)
    if limit is not None and limit < len(rows):
        rows = rows.select(sorted(random.Random(seed).sample(range(len(rows)), limit)))
    return FileDataset(rows)


def _open_drawn(names: Sequence[str], name: str, image_root: Any, limit: int, seed: int) -> SyntheticDataset:
    if len(names) > 1:
        raise OptionError(f"{name} goes with no other data", hint="Evaluate them one by one.")
    if image_root is not None:
        raise OptionError(f"--image-root is for files, and {name} is none", hint="Leave it out.")
    split = next((split for split in SPLITS if name == DRAWN + split), None)
    if split is None:
        known = ", ".join(DRAWN + split for split in SPLITS)
        raise DataUnreadable(f"there is no {name}", hint=f"Known: {known}; a file of that name is ./{name}.")
    if limit > PER_SEED:
        raise OptionError(f"--limit {limit}: a seed has {PER_SEED:,} pictures", hint="Take several seeds.")
    return SyntheticDataset(split, limit, seed)


def problem(error: BadRow | ImageError | ContextTooLong, place: tuple[str, int], image: str | None = None) -> RowError:
    """What is wrong with a dialogue, in the words of `data check`."""
    if isinstance(error, BadRow):
        return RowError(*place, error.kind, error.message)
    if isinstance(error, ImageNotFound):
        return RowError(*place, "image_missing", f"no file {printable_source(image or '')}")
    kind = "image_broken" if isinstance(error, ImageError) else "too_long"
    return RowError(*place, kind, str(error))
