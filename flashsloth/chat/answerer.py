"""Ask many conversations, for batch and evaluation: the answerer that asks one after another, and
threads that read the pictures of the next ones meanwhile. `batched_answerer.py` has the answerer that
asks several at once. This module loads no torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from flashsloth.chat.conversation import Question
from flashsloth.errors import ContextTooLong, FlashSlothError, thread_error
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import LoadedImage
from flashsloth.utils import system

if TYPE_CHECKING:
    from flashsloth.chat.chat import Chat
    from flashsloth.chat.local_model import FlashSloth
    from flashsloth.generation.engine import EncodedImage

THREADS = 4  # number of threads that read pictures
# The minimum number of rows that are prepared ahead. If an answerer asks many conversations at once,
# twice as many are prepared ahead.
AHEAD = 4

Key = TypeVar("Key")
Row = TypeVar("Row")
Prepared = TypeVar("Prepared")


# an AnswerRecord for each question of a conversation (or what `answered` was told to ask), or the error
# of one that does not fit into the context or that a server does not answer
Answers: TypeAlias = "list[Any] | FlashSlothError"


class Answerer:
    """Asks one conversation after another, in the same way as `ask` and `chat`. A subclass may ask up
    to `batch_size` at once. Settings that are None become the model's own values; a temperature that is
    None becomes 0."""

    batch_size = 1
    # called with each conversation that is answered, also if it waits for those of earlier rows
    on_reply: Callable[[], object] | None = None

    def __init__(self, model: FlashSloth, settings: AnswerSettings) -> None:
        self.model = model
        facts = model.facts
        # Without a temperature the answers are greedy, whatever the model's files say.
        greedy = {**facts.generation_defaults, "temperature": 0.0}
        self.settings = settings.completed(
            facts.system_prompt, facts.image_hd, greedy, schema_in_prompt=facts.schema_in_prompt
        )

    def questions(
        self, texts: Iterable[str], image: LoadedImage | None, system: str | None
    ) -> list[Question]:
        """Return the questions of a conversation. The first of them shows the picture, of which only
        the prepared pixels are kept if possible, because several full-size photographs would take
        gigabytes.
        `system` is None for the system text of the settings. Several threads may call this."""
        settings = self.settings if system is None else replace(self.settings, system=system)
        first, *others = (Question.of(text, settings) for text in texts)
        if image is None:
            return [first, *others]
        prepared = self.prepare(image, settings)
        # tiles may be made of the picture later
        kept = image if settings.may_read_more else image.without_pixels()
        return [replace(first, image=kept, prepared=prepared), *others]

    def prepare(self, image: LoadedImage, settings: AnswerSettings) -> Any:
        """Return a picture as it is kept until its question is asked."""
        return self.model.pictures.prepare(image.image, hd=settings.first_hd)

    def answer(
        self, conversations: Iterable[tuple[Key, Sequence[Question]]]
    ) -> Iterator[tuple[Key, Answers]]:
        """Yield the answers to each conversation as soon as they are complete; none for a row without
        questions. Conversations are taken when they are needed. Raises: OutOfMemory, and the errors of
        a server that would refuse the other conversations too."""
        return self.each(conversations, self.ask)

    def each(
        self,
        conversations: Iterable[tuple[Key, Sequence[Question]]],
        ask: Callable[[Sequence[Question]], Answers],
    ) -> Iterator[tuple[Key, Answers]]:
        """Yield the result of `ask` for each conversation as `answer` does. A subclass may call `ask`
        in several threads."""
        for key, questions in conversations:
            yield key, ask(questions) if questions else []

    def ask(self, questions: Sequence[Question]) -> Answers:
        chat = self.chat(questions[0])
        records = []
        try:
            for question in questions:
                answer = chat.answer(question.text, question.settings)
                answer.text()
                answer.record.from_cache = any(chat.images_from_cache)
                records.append(answer.record)
        except ContextTooLong as error:
            return error
        return records

    def chat(self, first: Question, encoded: EncodedImage | None = None) -> Chat:
        """Return a conversation about the picture of its first question, before that question. The
        picture is encoded, unless it was `encoded` before."""
        images = [] if first.image is None else [first.image]
        chat = self.model.chat(*images, system=first.settings.system, hd=first.settings.hd)
        if (prepared := first.prepared) is not None:
            chat.hd = first.settings.first_hd
            chat.pictures[0].block = self.model.pictures.block(prepared)
            chat.encode(lambda _: self.model.encode_image(prepared) if encoded is None else encoded)
        return chat


def answered(
    rows: Iterable[Row],
    prepare: Callable[[Row], tuple[Prepared, Sequence[Question]]],
    answerer: Answerer,
    ask: Callable[[Sequence[Question]], Answers] | None = None,
    *,
    in_order: bool = True,
) -> Iterator[tuple[Prepared, Answers]]:
    """Prepare rows and ask their questions. Yield the prepared rows with their answers, either in the
    order of the rows or as soon as the answers are complete.

    `prepare` returns a prepared row and its questions; an empty list means that nothing is asked. It
    runs in threads, a few rows ahead. `ask` returns the answers to the questions of a row; None stands
    for the answers of the model. Raises: as `Answerer.answer`.
    """
    taken: dict[int, Prepared] = {}
    waiting: dict[int, Answers] = {}  # answers that wait for those of an earlier row
    following = 0
    with read_ahead(rows, prepare, max(AHEAD, 2 * answerer.batch_size)) as prepared:

        def conversations() -> Iterator[tuple[int, Sequence[Question]]]:
            for number, (each, questions) in enumerate(prepared):
                taken[number] = each
                yield number, questions

        found = answerer.answer(conversations()) if ask is None else answerer.each(conversations(), ask)
        for number, answers in found:
            if answerer.on_reply is not None:
                answerer.on_reply()
            # With `in_order` the answers of a row wait until all rows before it have theirs.
            if not in_order:
                yield taken.pop(number), answers
                continue
            waiting[number] = answers
            while following in waiting:
                yield taken.pop(following), waiting.pop(following)
                following += 1


@contextmanager
def read_ahead(
    rows: Iterable[Row], read: Callable[[Row], Prepared], depth: int = AHEAD
) -> Iterator[Iterator[Prepared]]:
    """Yield an iterator over the results of `read`, which runs in threads up to `depth` rows ahead. If
    the system allows few threads, it runs in this thread as soon as a result is needed."""
    pool = ThreadPoolExecutor(THREADS, "flashsloth-pictures")

    def read_into(result: Future[Prepared], row: Row) -> None:
        try:
            result.set_result(read(row))
        except BaseException as error:
            result.set_exception(error)

    def results() -> Iterator[Prepared]:
        # Each thread may start a process, too, for a PDF.
        if not system.can_start_threads(2 * THREADS):
            yield from map(read, rows)
            return
        # The queue is bounded, because pictures that are read ahead take memory.
        pending: deque[Future[Prepared]] = deque()
        has_thread = False
        waiting = iter(rows)
        for row in waiting:
            result = Future[Prepared]()
            try:
                pool.submit(read_into, result, row)
                has_thread = True
            except RuntimeError as error:
                if thread_error(error) is None:
                    raise
                # `submit` has queued the row although it started no thread. A thread that it started
                # before reads it. Without any, nothing is submitted again, as a later thread would then
                # read this row a second time.
                if not has_thread:
                    yield from map(read, chain([row], waiting))
                    return
            pending.append(result)
            if len(pending) > depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    # If the caller stops before the last row, the rows that no thread has begun to read are not read.
    try:
        yield results()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
