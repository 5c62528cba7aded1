"""Rows that a program draws instead of reading them from files: `synth:train` to learn from, `synth:test` to evaluate.

A row source comes in a distribution of its own and is found by an entry point of the group `flashsloth.row_sources`,
whose name is the word before the colon. `integrations/synthetic` is the one that exists. Loads no torch.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from flashsloth.errors import DataUnreadable, OptionError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from flashsloth.data.sample import Sample

GROUP = "flashsloth.row_sources"
NAME = "synth"
PREFIX = f"{NAME}:"
TRAINING = f"{PREFIX}train"
EvaluationSplit = Literal["test", "combo", "unlike"]
EVALUATION_SPLITS: tuple[EvaluationSplit, ...] = get_args(EvaluationSplit)


class DrawnSample(Protocol):
    """A picture, or None, and a dialogue about it."""

    @property
    def image(self) -> Any: ...  # a PIL image
    @property
    def turns(self) -> Sequence[Any]: ...  # with `question` and `answer`
    @property
    def category(self) -> str: ...


class DrawnRows(ABC):
    """The training rows of a run, in place of `data.data_files.Rows`. A row's number decides its content."""

    window: int  # how many rows in a row are sorted by length

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, index: int) -> Sample: ...

    @property
    @abstractmethod
    def rough_lengths(self) -> npt.NDArray[np.int32]:
        """Zeros: a length is known only once its row is drawn."""

    @abstractmethod
    def sha256(self) -> str:
        """Return a digest of what decides the rows."""

    @abstractmethod
    def where(self, index: int) -> tuple[str, int]:
        """Return the source of a row and its number there."""

    @abstractmethod
    def chats(self, prompt: Any, config: Any, *, hd: bool, with_truth: bool) -> Any:
        """Return a torch data set of `training.dataset.TrainingExample`, with patch labels if `with_truth`."""

    @abstractmethod
    def patches(self, config: Any) -> Any:
        """Return a torch data set of pictures with the labels of the tower's patches."""


class RowSource(Protocol):
    """What an entry point of the group names."""

    def rows(self, count: int, seed: int, window: int) -> DrawnRows:
        """Return the first `count` training rows of a seed."""
        ...

    def sample(self, split: EvaluationSplit, number: int) -> DrawnSample:
        """Draw a sample of an evaluation split."""
        ...

    def collate_patches(self, examples: Sequence[Any]) -> dict[str, Any]:
        """Make a batch of what `DrawnRows.patches` gives."""
        ...

    def collate_with_truth(self, collate: Any) -> Callable[[Any], dict[str, Any]]:
        """Return a function that adds patch labels to the batches of a `training.dataset.Collate`."""
        ...

    def supervise(self, model: Any, weight: float) -> Any:
        """Return the model with heads that learn the patch labels, with this weight in its loss."""
        ...


@functools.cache
def find() -> RowSource:
    """Return the installed row source. Raises: OptionError if there is none."""
    for entry_point in entry_points(group=GROUP, name=NAME):
        source: RowSource = entry_point.load()
        return source
    raise OptionError(
        f"drawn pictures ({PREFIX}) need the package flashsloth-synthetic",
        hint="In a clone of this project: pip install ./integrations/synthetic",
    )


def is_drawn(files: Sequence[str]) -> bool:
    """Return whether training data is drawn. Raises OptionError for evaluation splits and for a mixture with files,
    DataUnreadable for an unknown name."""
    for name in files:
        if name.startswith(PREFIX) and name != TRAINING:
            if name.removeprefix(PREFIX) in EVALUATION_SPLITS:
                raise OptionError(f"{name} is for evaluation, not for training", hint=f"Use {TRAINING}.")
            raise DataUnreadable(f"unknown data {name}", hint=f"Use {TRAINING}.")
    if TRAINING in files and len(files) > 1:
        raise OptionError(f"{TRAINING} cannot be mixed with other data", hint="Train on one, then on the other.")
    return TRAINING in files
