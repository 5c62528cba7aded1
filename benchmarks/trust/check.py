"""What a check is and what it found. Knows nothing of pictures, files or commands."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

AREAS = ("pictures", "addresses", "checkpoints", "prompts", "faults", "load", "determinism", "privacy")


@dataclass(slots=True)
class Outcome:
    """What came of trying: `tried` things of this `unit`, of which `refused` ended in one of our errors or in a clean
    end by signal, the rest in what was asked for. The others are defects, and `details` names the first of them."""

    tried: int = 0
    refused: int = 0
    crashes: int = 0  # any exception or exit that is not ours
    hangs: int = 0  # longer than the check's limit
    bytes_lost: int = 0  # of what had been written or saved before
    wrong: int = 0  # ended well with something else than it should
    slowest_s: float = 0.0
    peak_mib: float = 0.0  # the most memory that one try took beyond what was there; 0: not measured
    details: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not (self.crashes or self.hangs or self.bytes_lost or self.wrong)

    def crash(self, what: str) -> None:
        self.crashes += 1
        self.say(what)

    def mistake(self, what: str) -> None:
        self.wrong += 1
        self.say(what)

    def say(self, what: str) -> None:
        """Keep the first twenty."""
        if len(self.details) < 20:
            self.details.append(what)

    @contextmanager
    def one(self, limit_s: float, what: str):  # type: ignore[no-untyped-def]
        """Count one try and the time it takes; longer than the limit is a hang."""
        began = time.perf_counter()
        self.tried += 1
        try:
            yield
        finally:
            seconds = time.perf_counter() - began
            self.slowest_s = max(self.slowest_s, seconds)
            if seconds > limit_s:
                self.hangs += 1
                self.say(f"{what}: {seconds:.1f} s")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table. `run(count, random, folder)` tries `count` things, the same ones for the same random, and
    may write into the empty folder. `full` is the count of the table, `quick` that of the default tests."""

    area: str
    name: str
    unit: str  # "inputs", "faults", "turns", "questions", "runs"
    full: int
    quick: int
    run: Callable[[int, random.Random, Path], Outcome]
