"""What a check is and what it counts. Knows nothing of images, files or commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("pictures", "addresses", "checkpoints", "prompts", "faults", "load", "determinism", "privacy")
DEFECTS = ("crashes", "hangs", "wrong", "bytes_lost")


@dataclass(slots=True)
class Outcome:
    """The counts of one check; `details` describes the first 20 defects."""

    tried: int = 0
    refused: int = 0  # ended in an error with a hint, or as a signal asks for
    crashes: int = 0  # tracebacks, other exit codes, a process that died
    hangs: int = 0  # took longer than the limit
    wrong: int = 0  # succeeded with a wrong result, or took too much memory
    bytes_lost: int = 0  # data that was saved before
    slowest_s: float = 0.0
    details: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not any(getattr(self, defect) for defect in DEFECTS)

    def add(self, defect: str, detail: str) -> None:
        """Count a defect, one of DEFECTS."""
        setattr(self, defect, getattr(self, defect) + 1)
        if len(self.details) < 20:
            self.details.append(f"{defect}: {detail}"[:500])

    @contextmanager
    def timed(self, limit_s: float, what: str) -> Iterator[None]:
        """Count one try; it hangs if it takes longer than the limit."""
        began = time.perf_counter()
        self.tried += 1
        try:
            yield
        finally:
            self.took(time.perf_counter() - began, limit_s, what)

    def took(self, seconds: float, limit_s: float, what: str) -> None:
        self.slowest_s = max(self.slowest_s, seconds)
        if seconds > limit_s:
            self.add("hangs", f"{what}: {seconds:.1f} s")


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table. `run(count, empty_folder)` tries the same `count` things each time."""

    area: str
    name: str
    unit: str
    full: int  # the count of the table
    quick: int  # the count of the tests and of a run without --full
    run: Callable[[int, Path], Outcome]


def for_each(strategy: SearchStrategy[Any], count: int, body: Callable[[Any], None]) -> None:
    """Call `body` with `count` examples of the strategy, the same ones on every machine."""
    if count < 1:
        return

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def example(value: Any) -> None:
        body(value)

    example()
