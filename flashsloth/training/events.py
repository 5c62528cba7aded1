"""The events that a run reports through `on_event`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Number of steps over which the loss is averaged for display and in run.json. metrics.jsonl has the
# loss of every step.
AVERAGED = 10


@dataclass(frozen=True, slots=True)
class Stepped:
    """An optimizer step with its loss.

    Samples and tokens per second are summed over all processes. `waited` is the share of time that was
    spent waiting for data. `memory` is the peak memory in bytes. `left` is the estimated remaining time
    in seconds.
    """

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
    """The loss on the evaluation rows. `best` is True if this loss is the lowest so far."""

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
