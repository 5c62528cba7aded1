"""The memory that the models of a server share. Each model has a scheduler of its own.

`ModelMemory` decides which models are in memory at the same time. A model takes its memory before it is
opened, and gives it back after it was closed, both in the thread of its scheduler. If it does not fit
beside the others, it waits:

1. If enough of the others are idle, the least recently used of them are closed at once.
2. Otherwise the requests that the others have got until now are answered first. Their later requests
   wait, so that a model that is asked rarely is not kept waiting by those that are asked all the time.
3. When a model has been opened, all requests that it got until then are answered, even if the next
   model waits already. So a model is not opened for a single request while others wait for it, too.

Models wait in the order in which they came.
"""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol

from starlette.requests import ClientDisconnect

from flashsloth.errors import OutOfMemory
from flashsloth.server.requests import Job

WAIT_SECONDS = 60.0  # how long a request waits for the memory of its model
POLL_SECONDS = 0.1  # interval at which a waiting model asks the others to make room


class Holder(Protocol):
    """What the memory needs to know of a scheduler."""

    model_bytes: int

    @property
    def last_used(self) -> float: ...

    @property
    def is_idle(self) -> bool: ...

    def make_room(self, since: float | None) -> None: ...


class ModelMemory:
    """Lets schedulers take and give back the memory of their models, in bytes."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = limit
        self._changed = threading.Condition()
        self._open: list[Holder] = []
        self._waiting: list[Holder] = []

    @property
    def used(self) -> int:
        """The bytes of the models that are open or are being opened."""
        return sum(each.model_bytes for each in self._open)

    def take(self, scheduler: Holder, job: Job | None) -> None:
        """Reserve memory for the model of a scheduler, which is then opened for this job. Without a job
        it must fit at once.

        Raises: OutOfMemory if the job has waited for WAIT_SECONDS; ClientDisconnect if it is cancelled.
        """
        with self._changed:
            self._waiting.append(scheduler)
            since = time.perf_counter()
            try:
                while (
                    self._waiting[0] is not scheduler or self.used + scheduler.model_bytes > self.limit
                ):
                    if job is not None and job.cancelled:
                        raise ClientDisconnect
                    if job is None or time.perf_counter() - job.queued > WAIT_SECONDS:
                        raise OutOfMemory(
                            "other models have the memory of this one and are answering",
                            hint="Send the request again, or give the server more memory with --memory.",
                        )
                    if self._waiting[0] is scheduler:
                        self._make_room(scheduler.model_bytes, since)
                    self._changed.wait(POLL_SECONDS)
                self._open.append(scheduler)
            finally:
                self._waiting.remove(scheduler)
                for each in self._open:
                    each.make_room(None)
                self._changed.notify_all()

    def give_back(self, scheduler: Holder) -> None:
        """Release the memory of a model that was closed."""
        with self._changed:
            self._open.remove(scheduler)
            scheduler.make_room(None)
            self._changed.notify_all()

    def _make_room(self, size: int, since: float) -> None:
        """Tell models to make room for another one of `size` bytes, which waits since this time."""
        missing = self.used + size - self.limit
        leaving = []
        for each in sorted(self._open, key=lambda each: each.last_used):
            if missing > 0 and each.is_idle:
                leaving.append(each)
                missing -= each.model_bytes
        for each in self._open if missing > 0 else leaving:
            each.make_room(since)
