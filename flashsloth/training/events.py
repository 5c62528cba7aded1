"""What a run tells while it goes on: values for whoever shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stepped:
    """An optimizer step has been taken. Rates count all processes; `waited` is the share of the step's time that went
    into waiting for data; `memory` bytes at most so far; `left` seconds to go at the recent pace."""

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
    """The loss on rows that are not learned from; `best` where it is the lowest so far."""

    step: int
    loss: float
    best: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint is whole and on the disk."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling."""

    text: str


TrainingEvent = Stepped | Evaluated | Saved | Note
