"""Questions to a model, their answers, the interface of what answers them, and threads that prepare them meanwhile.
Loads no torch."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from flashsloth.errors import ContextTooLong
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import LoadedImage

if TYPE_CHECKING:
    from flashsloth.chat import Chat, FlashSloth
    from flashsloth.processing.pixels import Pixels

THREADS = 4  # that read pictures
AHEAD = 4  # dialogues, or two batches if that is more

Row = TypeVar("Row")
Prepared = TypeVar("Prepared")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions to ask in turn about at most one image, given as `image` or, already scaled, as `pixels`."""

    questions: tuple[str, ...]
    image: LoadedImage | None = None
    pixels: Pixels | None = None
    system: str | None = None  # None: the one in the settings
    warnings: tuple[str, ...] = ()  # about `pixels`

    @property
    def has_image(self) -> bool:
        return self.image is not None or self.pixels is not None


@dataclass(frozen=True, slots=True)
class DialogueAnswer:
    """The answer to one question, with the warnings about both. `cached`: its picture came from the cache of encoded
    pictures."""

    record: AnswerRecord
    warnings: list[str]
    cached: bool = False


Reply = list[DialogueAnswer] | ContextTooLong  # an answer to each question, or the error


class Answerer(Protocol):
    """Answers up to `batch_size` dialogues at once."""

    @property
    def batch_size(self) -> int: ...

    @property
    def settings(self) -> AnswerSettings:
        """How it answers, with nothing left for the model to decide."""
        ...

    def dialogue(self, questions: tuple[str, ...], image: LoadedImage | None, system: str | None) -> Dialogue:
        """Return a dialogue with as much of its image as this answerer needs. May be called in several threads."""
        ...

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        """Yield a reply to each dialogue, in order. Raises: OutOfMemory."""
        ...


class SequentialAnswerer:
    """Answers one dialogue after another, like `ask` and `chat`."""

    batch_size = 1

    def __init__(self, model: FlashSloth, settings: AnswerSettings) -> None:
        self.model, self.settings = model, model.facts.complete(settings)

    def dialogue(self, questions: tuple[str, ...], image: LoadedImage | None, system: str | None) -> Dialogue:
        return Dialogue(questions, image, system=system)

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        return map(self._answer, dialogues)

    def _answer(self, dialogue: Dialogue) -> Reply:
        return ask_in_turn(self.chat(dialogue), dialogue.questions, self.settings)

    def chat(self, dialogue: Dialogue) -> Chat:
        """Return a conversation about the image of a dialogue, before its first question."""
        images = [] if dialogue.image is None else [dialogue.image]
        return self.model.chat(
            *images, system=self.settings.system if dialogue.system is None else dialogue.system, hd=self.settings.hd
        )


def ask_in_turn(chat: Chat, questions: Sequence[str], settings: AnswerSettings) -> Reply:
    """Ask a new conversation the questions. Return the answer to each, or the error if one does not fit."""
    answers = []
    try:
        for question in questions:
            answer = chat.answer(question, settings)
            answer.text()
            answers.append(DialogueAnswer(answer.record, answer.warnings, any(chat.images_from_cache)))
    except ContextTooLong as error:
        return error
    return answers


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
