"""What a pretended card has done since `reset`: kernels, waits of the host, memory."""

from __future__ import annotations

import traceback
import weakref
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from paths import ROOT


@dataclass
class Card:
    """One kind of card. The memory of several cards is counted together."""

    kind: str  # "cuda" or "mps"
    count: int = 1
    total: int = 80 * 2**30  # bytes
    current: int = 0  # the number that "cuda" means
    host: str = "cpu"  # where the values are; "meta": nowhere, and tensors have only sizes
    kernels: Counter[str] = field(default_factory=Counter)  # by operator, and captures and replays of graphs
    moved: int = 0  # bytes that kernels read and wrote
    notes: Counter[str] = field(default_factory=Counter)  # attention that the project avoids
    waits: list[str] = field(default_factory=list)  # of the host for the card, with the line of the library
    late: list[tuple[Tensor, Tensor]] = field(default_factory=list)  # memory of the host, and what arrives there
    graph: Any = None  # the one that is being captured
    graphs: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)  # those that are not deleted

    def __post_init__(self) -> None:
        self.limit, self.used, self.peak = self.total, 0, 0  # bytes
        self.storages: set[int] = set()

    def reset(self) -> None:
        self.kernels, self.moved, self.notes, self.waits = Counter(), 0, Counter(), []

    def device(self, named: Any = None) -> torch.device:
        """Return a device with its number."""
        index = None if named is None else torch.device(named).index
        return torch.device(self.kind, self.current if index is None else index)

    def wait(self, why: str) -> None:
        """Note that the host waits, and let all copies arrive."""
        if self.graph is not None:
            raise RuntimeError(f"CUDA error: operation not permitted when stream is capturing ({why})")
        package = str(ROOT / "flashsloth")
        lines = ((frame.f_code.co_filename, line) for frame, line in traceback.walk_stack(None))
        place = next((f" {file.removeprefix(package)}:{line}" for file, line in lines if file.startswith(package)), "")
        self.waits.append(why + place)
        self.arrive(len(self.late))

    @torch.inference_mode()  # as a copy may have begun there, and its reader have failed
    def arrive(self, count: int) -> None:
        for host, value in self.late[:count]:
            host.copy_(value)
        del self.late[:count]

    def check_room(self, size: int) -> None:
        """Raise OutOfMemoryError if as many bytes are not free."""
        if self.used + size > self.limit:
            raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {size / 2**20:.2f} MiB")

    def hold(self, storage: Any) -> None:
        """Count the bytes of a storage until it is freed."""
        key, size = storage._cdata, storage.nbytes()
        if key not in self.storages:
            self.check_room(size)
            self.storages.add(key)
            self.used += size
            self.peak = max(self.peak, self.used)
            weakref.finalize(storage, self._free, key, size).atexit = False

    def _free(self, key: int, size: int) -> None:
        self.storages.discard(key)
        self.used -= size


PRESENT: list[Card] = []  # the last one is seen by all threads


def card() -> Card:
    return PRESENT[-1]
