"""A dialogue, which is a list of questions, the answerer that asks one dialogue after another, and
threads that prepare the next dialogues meanwhile. This module loads no torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from flashsloth.errors import ContextTooLong, thread_error
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import LoadedImage
from flashsloth.utils import system

if TYPE_CHECKING:
    from flashsloth.chat import Chat, FlashSloth
    from flashsloth.generation.engine import EncodedImage

THREADS = 4  # number of threads that read pictures
# The minimum number of dialogues that are prepared ahead. If an answerer asks many dialogues at once,
# twice as many are prepared ahead.
AHEAD = 4

Key = TypeVar("Key")
Row = TypeVar("Row")
Prepared = TypeVar("Prepared")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions to ask in turn about at most one image. If `prepared` has the image as a
    PictureProcessor has prepared it, `image` itself has no pixels. Of a data set `number` is the number
    of its row, and `correct` has the correct answers."""

    questions: tuple[str, ...]
    image: LoadedImage | None = None
    prepared: Any = None
    system: str | None = None  # None means the system text of the settings
    number: int = 0
    correct: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueAnswer:
    """The answer to one question, with the warnings about the question and the answer. `cached` says
    whether the encoded picture came from the cache."""

    record: AnswerRecord
    warnings: list[str]
    cached: bool = False


Reply = list[DialogueAnswer] | ContextTooLong  # an answer to each question, or an error


class Answerer:
    """Answers one dialogue after another, in the same way as `ask` and `chat`. A subclass may answer up
    to `batch_size` dialogues at once. `settings` are completed with the model's own values, except for
    its temperature."""

    batch_size = 1
    # called with each reply, also with one that waits for the replies to earlier rows
    on_reply: Callable[[], object] | None = None

    def __init__(self, model: FlashSloth, settings: AnswerSettings) -> None:
        self.model = model
        facts = model.facts
        # Without a temperature the answers are greedy, whatever the model's files say.
        greedy = {**facts.generation_defaults, "temperature": 0.0}
        self.settings = settings.completed(
            facts.system_prompt, facts.image_hd, greedy, schema_in_prompt=facts.schema_in_prompt
        )

    def dialogue(
        self, questions: tuple[str, ...], image: LoadedImage | None, system: str | None
    ) -> Dialogue:
        """Return a dialogue that keeps only the prepared pixels of its image, because several full-size
        photographs would take gigabytes. A server scales the image itself. Several threads may call
        this."""
        if image is None or self.model.server is not None:
            return Dialogue(questions, image, system=system)
        prepared = self.model.pictures.prepare(image.image, hd=bool(self.settings.hd))
        return Dialogue(questions, image.without_pixels(), prepared, system)

    def answer(
        self, dialogues: Iterable[tuple[Key, Dialogue | None]]
    ) -> Iterator[tuple[Key, Reply | None]]:
        """Yield a reply to each dialogue as soon as the reply is complete. For a row without a dialogue
        yield None. Dialogues are taken when they are needed. Raises: OutOfMemory."""
        for key, dialogue in dialogues:
            if dialogue is None:
                yield key, None
            else:
                yield key, ask_in_turn(self.chat(dialogue), dialogue.questions, self.settings)

    def chat(self, dialogue: Dialogue, encoded: EncodedImage | None = None) -> Chat:
        """Return a conversation about the image of a dialogue, before its first question. The image is
        encoded, unless it was `encoded` before."""
        images = [] if dialogue.image is None else [dialogue.image]
        chat = self.model.chat(
            *images,
            system=self.settings.system if dialogue.system is None else dialogue.system,
            hd=self.settings.hd,
        )
        if (prepared := dialogue.prepared) is not None:
            chat.blocks.append(self.model.pictures.block(prepared))
            chat.prepared.append(None)
            chat.encode(lambda _: self.model.encode_image(prepared) if encoded is None else encoded)
        return chat


def ask_in_turn(chat: Chat, questions: Sequence[str], settings: AnswerSettings) -> Reply:
    """Ask the questions in a new conversation. Return the answer to each question, or the error if a
    question does not fit into the context."""
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
    rows: Iterable[Row],
    prepare: Callable[[Row], tuple[Prepared, Dialogue | None]],
    answerer: Answerer,
    *,
    in_order: bool = True,
) -> Iterator[tuple[Prepared, Reply | None]]:
    """Prepare rows and ask their dialogues. Yield the prepared rows, each with the reply to its
    dialogue, either in the order of the rows or as soon as the reply is complete.

    `prepare` returns a prepared row and its dialogue, which is None if nothing is to be asked. It runs
    in threads, a few rows ahead. Raises: OutOfMemory.
    """
    taken: dict[int, Prepared] = {}
    replies: dict[int, Reply | None] = {}  # replies that wait for the reply to an earlier row
    following = 0
    with read_ahead(rows, prepare, max(AHEAD, 2 * answerer.batch_size)) as prepared:

        def dialogues() -> Iterator[tuple[int, Dialogue | None]]:
            for number, (each, dialogue) in enumerate(prepared):
                taken[number] = each
                yield number, dialogue

        for number, reply in answerer.answer(dialogues()):
            if answerer.on_reply is not None:
                answerer.on_reply()
            # With `in_order` a reply waits until all rows before it have their replies.
            if not in_order:
                yield taken.pop(number), reply
                continue
            replies[number] = reply
            while following in replies:
                yield taken.pop(following), replies.pop(following)
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
