"""Prepare dialogues in threads while the model answers those before them. Loads no torch."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from flashsloth.answering.dialogues import Answerer, Dialogue, Reply

THREADS = 4  # that read pictures
AHEAD = 4  # dialogues, or two batches if that is more

Row = TypeVar("Row")
Prepared = TypeVar("Prepared")


def answered(
    rows: Iterable[Row], prepare: Callable[[Row], tuple[Prepared, Dialogue | None]], answerer: Answerer
) -> Iterator[tuple[Prepared, Reply | None]]:
    """Yield what `prepare` makes of each row, with the reply to its dialogue, in order and batch by batch.

    `prepare` runs in threads, a few batches ahead. A row without a dialogue is not asked. Raises: OutOfMemory.
    """
    with read_ahead(rows, prepare, max(AHEAD, 2 * answerer.batch_size)) as prepared:
        while group := list(itertools.islice(prepared, answerer.batch_size)):
            replies = answerer.answer([dialogue for _, dialogue in group if dialogue is not None])
            for each, dialogue in group:
                yield each, None if dialogue is None else next(replies)


@contextmanager
def read_ahead(
    rows: Iterable[Row], read: Callable[[Row], Prepared], depth: int = AHEAD
) -> Iterator[Iterator[Prepared]]:
    """Yield an iterator over the results of `read`, which runs in threads up to `depth` rows ahead."""
    pool = ThreadPoolExecutor(THREADS, "flashsloth-pictures")

    def results() -> Iterator[Prepared]:
        pending: deque[Future[Prepared]] = deque()
        for row in rows:
            pending.append(pool.submit(read, row))
            if len(pending) > depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    try:
        yield results()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
