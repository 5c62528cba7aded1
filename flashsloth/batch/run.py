"""Rows go in, answers come out in their order. Knows no files of answers and no terminal.

Pictures are read and scaled in threads while the device computes. Rows are answered many at once where that says the
very same: greedily, with weights in 16 or 32 bit. Where memory runs out it goes on with half as many.
"""

from __future__ import annotations

import gc
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Protocol

from flashsloth.answering.answerers import GenerationSettings, PreparedSample, suitable_batch
from flashsloth.answering.batched import BatchedAnswerer, Completion, tower_pixels
from flashsloth.batch.inputs import Row
from flashsloth.chat import FlashSloth, question_warnings
from flashsloth.data.sample import QAPair
from flashsloth.devices import release_memory
from flashsloth.errors import BadRow, ContextTooLong, ImageError, NoPicture, OutOfMemory
from flashsloth.evaluation.datasets import EvalSample
from flashsloth.generation.events import GenerationStats
from flashsloth.generation.sampling import Sampling
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.images.sources import status
from flashsloth.processing.image_processor import Pixels

THREADS = 4  # that read pictures
AHEAD = 4  # pictures read ahead, or two batches if that is more


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How is asked. `system` is for rows without a system text of their own."""

    system: str
    hd: bool
    sampling: Sampling
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    reference: bool = False
    allow_truncated: bool = False
    allow_local: bool = False

    def system_of(self, row: Row) -> str:
        """The text before a row's question."""
        return self.system if row.system is None else row.system


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What is known of a picture that was read; as in LoadedImage, with the file's size and time of change."""

    source: str
    sha256: str
    format: str
    width: int
    height: int
    orientation_applied: bool
    bytes: int | None
    modified_ns: int | None


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row whose picture, if it has one, is in memory: scaled for the tower already, or whole."""

    row: Row
    seen: ImageInfo | None = None
    image: LoadedImage | None = None
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A row's answer. `stats` are None where it was answered among others: then it has no times of its own."""

    row: Row
    seen: ImageInfo | None
    said: Completion
    warnings: list[str]
    stats: GenerationStats | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A row that cannot be asked."""

    row: Row
    error: BadRow | NoPicture | ImageError | ContextTooLong
    seen: ImageInfo | None = None


class Answerer(Protocol):
    """Whatever answers rows, `batch_size` of them at once."""

    @property
    def batch_size(self) -> int: ...

    def answer(self, opened: Sequence[PreparedRow]) -> Iterator[Answered | Failed]:
        """An event for each, in their order. Raises: OutOfMemory."""
        ...


class SequentialRows:
    """The engine, as `ask` uses it."""

    batch_size = 1

    def __init__(self, model: FlashSloth, way: BatchSettings) -> None:
        self.model, self.way = model, way

    def answer(self, opened: Sequence[PreparedRow]) -> Iterator[Answered | Failed]:
        return map(self._answer, opened)

    def _answer(self, opened: PreparedRow) -> Answered | Failed:
        way, row = self.way, opened.row
        images = [] if opened.image is None else [opened.image]
        chat = self.model.chat(*images, system=way.system_of(row), hd=way.hd)
        answer = chat.ask(row.prompt or "", max_tokens=way.max_tokens, stop=way.stop, **asdict(way.sampling))
        try:
            answer.text()
        except ContextTooLong as error:
            return Failed(row, error, opened.seen)
        turn, stats = chat.turns[-1], answer.stats
        assert stats is not None
        counts = (stats.input_tokens, stats.visual_tokens, stats.query_tokens)
        said = Completion(turn.answer, turn.token_ids, turn.reason, *counts)
        return Answered(row, opened.seen, said, answer.warnings, stats)


class BatchedRows:
    """`batch_size` rows at once, with the answers they have alone. `on_smaller` hears when there are to be fewer."""

    def __init__(
        self, model: FlashSloth, way: BatchSettings, batch_size: int, on_smaller: Callable[[int], None]
    ) -> None:
        self.model, self.way, self.on_smaller = model, way, on_smaller
        self.batch_size = batch_size
        self.together = BatchedAnswerer(
            model, GenerationSettings(way.system, way.hd, way.max_tokens, way.stop), batch_size
        )

    def answer(self, opened: Sequence[PreparedRow]) -> Iterator[Answered | Failed]:
        done = 0
        while done < len(opened):
            part = opened[done : done + self.batch_size]
            replies = self._say(part)
            if replies is not None:
                done += len(part)
                yield from map(self._event, part, replies)

    def _say(self, opened: Sequence[PreparedRow]) -> list[list[Completion] | ContextTooLong] | None:
        """The answers; None where they have to be fewer. Raises: OutOfMemory where it is only one."""
        try:
            return self.together.say([self._asked(each) for each in opened])
        except OutOfMemory:
            if len(opened) == 1:
                raise
        gc.collect()  # the error, which is gone by now, held what was computed
        release_memory(self.model.engine.device)
        self.batch_size = len(opened) // 2
        self.on_smaller(self.batch_size)
        return None

    def _asked(self, opened: PreparedRow) -> PreparedSample:
        row = opened.row
        dialogue = EvalSample(row.source, (QAPair(row.prompt or "", ""),), system=row.system)
        return PreparedSample(dialogue, None, opened.pixels)

    def _event(self, opened: PreparedRow, reply: list[Completion] | ContextTooLong) -> Answered | Failed:
        row = opened.row
        if isinstance(reply, ContextTooLong):
            return Failed(row, reply, opened.seen)
        warnings = question_warnings(row.prompt or "", self.model.config, shown=row.image is not None, hd=self.way.hd)
        return Answered(row, opened.seen, reply[0], warnings)


def choose_answerer(
    model: FlashSloth,
    way: BatchSettings,
    batch_size: int | None = None,
    on_smaller: Callable[[int], None] = lambda _: None,
) -> Answerer:
    """One that answers `batch_size` rows at once, or as many as suit the model; one by one where tokens are drawn, with
    a repetition penalty, and where weights are quantized."""
    likeliest = way.sampling.temperature == 0 and way.sampling.repetition_penalty == 1
    if batch_size == 1 or model.loaded.quant != "none" or not likeliest:
        return SequentialRows(model, way)
    return BatchedRows(model, way, batch_size or suitable_batch(model), on_smaller)


def answer_rows(
    model: FlashSloth, rows: Iterable[Row], way: BatchSettings, answerer: Answerer
) -> Iterator[Answered | Failed]:
    """An event for each row, in their order; those of a batch come together. Raises: OutOfMemory."""
    scale = isinstance(answerer, BatchedRows)  # a batch of whole photographs would take gigabytes

    def read(row: Row) -> PreparedRow | Failed:
        return open_row(row, way, model, scale=scale)

    with _ahead(rows, read, max(AHEAD, 2 * answerer.batch_size)) as opened:
        while group := list(itertools.islice(opened, answerer.batch_size)):
            events = iter(answerer.answer([each for each in group if isinstance(each, PreparedRow)]))
            for each in group:
                yield each if isinstance(each, Failed) else next(events)


def open_row(row: Row, way: BatchSettings, model: FlashSloth, *, scale: bool) -> PreparedRow | Failed:
    """Read a row's picture; with `scale` as the tower wants it."""
    if row.error is not None:
        return Failed(row, row.error)
    if row.image is None:
        return PreparedRow(row)
    try:
        file = status(row.image)  # before it is read: one that changes meanwhile is then read again next time
        image = read_image(
            row.image, reference=way.reference, allow_truncated=way.allow_truncated, allow_local=way.allow_local
        )
    except ImageError as error:
        return Failed(row, error)
    size, changed = (file.st_size, file.st_mtime_ns) if file is not None else (None, None)
    shape = (image.format, image.width, image.height, image.orientation_applied)
    seen = ImageInfo(image.source, image.sha256, *shape, size, changed)
    if scale:
        return PreparedRow(row, seen, pixels=tower_pixels(image, model.config, way.hd))
    return PreparedRow(row, seen, image)


@contextmanager
def _ahead(
    rows: Iterable[Row], read: Callable[[Row], PreparedRow | Failed], depth: int
) -> Iterator[Iterator[PreparedRow | Failed]]:
    """The rows as `read` gives them, so many read before they are asked for."""
    pool = ThreadPoolExecutor(THREADS, "flashsloth-pictures")

    def results() -> Iterator[PreparedRow | Failed]:
        waiting: deque[Future[PreparedRow | Failed]] = deque()
        for row in rows:
            waiting.append(pool.submit(read, row))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    try:
        yield results()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
