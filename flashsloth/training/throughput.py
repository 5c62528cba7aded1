"""Rows and tokens per second over the most recent optimizer steps."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

RECENT = 20  # optimizer steps that the averages cover


@dataclass(slots=True)
class Throughput:
    """Counters of the current step, and those of the last `RECENT` steps."""

    steps: deque[tuple[float, float, int, int]] = field(default_factory=lambda: deque(maxlen=RECENT))
    started: float = 0.0
    waited: float = 0.0
    rows: int = 0
    tokens: int = 0
    warmed_up: bool = False

    def start(self) -> None:
        self.started, self.waited, self.rows, self.tokens = time.perf_counter(), 0.0, 0, 0

    def exclude(self, seconds: float) -> None:
        """Leave time out of the current step: an evaluation, a checkpoint."""
        self.started += seconds

    def end_step(self) -> None:
        """Close a step and start the next. The first includes the set-up, so it is dropped once there is another."""
        now = time.perf_counter()
        if not self.warmed_up and self.steps:
            self.steps.clear()
            self.warmed_up = True
        self.steps.append((now - self.started, self.waited, self.rows, self.tokens))
        self.start()

    def averages(self) -> tuple[float, float, float, float]:
        """Return seconds per step, rows per second, tokens per second and the share of time spent waiting for data."""
        seconds, waited, rows, tokens = (sum(step[i] for step in self.steps) for i in range(4))
        seconds = max(seconds, 1e-9)
        return seconds / max(len(self.steps), 1), rows / seconds, tokens / seconds, waited / seconds
