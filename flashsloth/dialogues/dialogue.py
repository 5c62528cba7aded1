"""A dialogue, which is a list of questions; the answerer that asks them one after another; and threads
that prepare the next dialogues meanwhile. Loads no torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from flashsloth.errors import ContextTooLong
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import LoadedImage

if TYPE_CHECKING:
    from flashsloth.chat import Chat, FlashSloth
    from flashsloth.processing.pixels import Pixels

THREADS = 4  # that read pictures
# Dialogues that are prepared ahead; or twice as many as are answered at once, if that is more.
AHEAD = 4

Key = TypeVar("Key")
Row = TypeVar("Row")
Prepared = TypeVar("Prepared")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions to ask in turn about at most one image. If `pixels` has the image as the tower reads
    it, `image` has no pixels."""

    questions: tuple[str, ...]
    image: LoadedImage | None = None
    pixels: Pixels | None = None
    system: str | None = None  # None: the one in the settings


@dataclass(frozen=True, slots=True)
class DialogueAnswer:
    """The answer to one question, with the warnings about both. `cached` says whether its picture came
    from the cache of encoded pictures."""

    record: AnswerRecord
    warnings: list[str]
    cached: bool = False


Reply = list[DialogueAnswer] | ContextTooLong  # an answer to each question, or the error


class Answerer:
    """Answers one dialogue after another, like `ask` and `chat`, at most `batch_size` at once.
    `settings` are completed with the model's own values, except for its temperature."""

    batch_size = 1

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
        """Return a dialogue with as much of its image as this answerer needs. May be called in several
        threads."""
        return Dialogue(questions, image, system=system)

    def answer(
        self, dialogues: Iterable[tuple[Key, Dialogue | None]]
    ) -> Iterator[tuple[Key, Reply | None]]:
        """Yield a reply to each dialogue, in the order in which they are complete; None for a row
        without a dialogue. Dialogues are taken when they are needed. Raises: OutOfMemory."""
        for key, dialogue in dialogues:
            if dialogue is None:
                yield key, None
            else:
                yield key, ask_in_turn(self.chat(dialogue), dialogue.questions, self.settings)

    def chat(self, dialogue: Dialogue) -> Chat:
        """Return a conversation about the image of a dialogue, before its first question."""
        images = [] if dialogue.image is None else [dialogue.image]
        return self.model.chat(
            *images,
            system=self.settings.system if dialogue.system is None else dialogue.system,
            hd=self.settings.hd,
        )


def ask_in_turn(chat: Chat, questions: Sequence[str], settings: AnswerSettings) -> Reply:
    """Ask a new conversation the questions. Return the answer to each, or the error if one does not
    fit."""
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
    dialogue: in order, or as soon as the reply is complete.

    `prepare` returns a prepared row and its dialogue, or None if nothing is to be asked. It runs in
    threads, a few rows ahead. Raises: OutOfMemory.
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
    """Yield an iterator over the results of `read`, which runs in threads up to `depth` rows ahead."""
    pool = ThreadPoolExecutor(THREADS, "flashsloth-pictures")

    def results() -> Iterator[Prepared]:
        # The queue is bounded: pictures that are read ahead take memory.
        pending: deque[Future[Prepared]] = deque()
        for row in rows:
            pending.append(pool.submit(read, row))
            if len(pending) > depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    # The caller may stop before the last row: then rows that no thread has begun are not read.
    try:
        yield results()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
