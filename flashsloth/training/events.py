"""The events of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

AVERAGED = (
    10  # the loss that is printed and recorded is a mean of this many steps; metrics.jsonl has each
)


@dataclass(frozen=True, slots=True)
class Stepped:
    """An optimizer step, with its own loss. Rates are those of all processes. `waited`: the share of
    time spent waiting for data; `memory`: peak bytes; `left`: remaining seconds at the recent rate."""

    step: int
    steps: int
    loss: float
    lr: float
    grad_norm: float
    samples_per_second: float
    tokens_per_second: float
    waited: float
    memory: int
    left: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The loss on the evaluation rows; `best` if it is the lowest so far."""

    step: int
    loss: float
    best: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint is complete and on the disk."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True)
class Note:
    """A message for the user."""

    text: str


TrainingEvent = Stepped | Evaluated | Saved | Note
