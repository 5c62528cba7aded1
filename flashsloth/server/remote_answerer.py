"""Ask the model of a server about many conversations, several of them at once, for batch and
evaluation. A request that fails is sent again, unless the server would refuse it again. This module
loads no torch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flashsloth.chat.answerer import Answerer, Answers, Key
from flashsloth.chat.chat import Chat
from flashsloth.chat.conversation import Question
from flashsloth.errors import FlashSlothError, ResourceError, thread_error
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import LoadedImage
from flashsloth.server import registry
from flashsloth.server.http_client import ForeignServer
from flashsloth.server.remote_chat import RemoteModel

if TYPE_CHECKING:
    from flashsloth.chat.local_model import FlashSloth
    from flashsloth.generation.engine import EncodedImage

Result = TypeVar("Result")

FOREIGN_BATCH = 4  # number of requests that a foreign server gets at once
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)  # the seconds between six tries
LONGEST_PAUSE = 60.0  # a server that asks for a longer pause is asked again after this one


class RemoteAnswerer(Answerer):
    """Asks a server up to `batch_size` conversations at once. If a conversation cannot be answered, its
    result is the error. Raises: the error of a server that would refuse all other requests too."""

    def __init__(
        self, model: RemoteModel, settings: AnswerSettings, batch_size: int | None = None
    ) -> None:
        # The base class needs only what both kinds of models have.
        super().__init__(cast("FlashSloth", model), settings)
        self.remote = model
        self.batch_size = batch_size or suitable_batch_size(model)

    def prepare(self, image: LoadedImage, settings: AnswerSettings) -> Any:
        return self.remote.backend().picture(image, hd=settings.hd)

    def chat(self, first: Question, encoded: EncodedImage | None = None) -> Chat:
        images = [] if first.image is None else [first.image]
        chat = self.remote.chat(*images, system=first.settings.system, hd=first.settings.hd)
        chat.encode(lambda _: first.prepared)
        return chat

    def each(
        self,
        conversations: Iterable[tuple[Key, Sequence[Question]]],
        ask: Callable[[Sequence[Question]], Answers],
    ) -> Iterator[tuple[Key, Answers]]:
        tasks = SimpleQueue[tuple[Key, Sequence[Question]] | None]()
        results = SimpleQueue[tuple[Key, Future[Answers]]]()
        stopped = threading.Event()

        def work() -> None:
            while (task := tasks.get()) is not None and not stopped.is_set():
                key, questions = task
                result = Future[Answers]()
                try:
                    answers = persist(ask, questions, stopped)
                except BaseException as error:
                    stopped.set()
                    result.set_exception(error)
                else:
                    if stopped.is_set() and isinstance(answers, FlashSlothError):
                        return  # not all tries were made
                    result.set_result(answers)
                results.put((key, result))

        def next_result() -> tuple[Key, Answers]:
            key, result = results.get()
            return key, result.result()

        limit = self.batch_size
        threads = 0
        running = 0  # the number of tasks that wait or are being worked on
        try:
            for key, questions in conversations:
                if not questions:
                    yield key, []
                    continue
                if running >= threads and threads < limit:
                    if start_thread(work):
                        threads += 1
                    else:
                        limit = threads
                if not limit:
                    yield key, persist(ask, questions, stopped)
                    continue
                tasks.put((key, questions))
                running += 1
                # Each thread finds its next task waiting, so that no slot of a server stays empty while
                # an answer is written. An answer is passed on at once, because reading the next picture
                # may take long.
                while running and (running >= 2 * limit or not results.empty()):
                    yield next_result()
                    running -= 1
            while running:
                yield next_result()
                running -= 1
        finally:
            stopped.set()
            for _ in range(threads):
                tasks.put(None)


def start_thread(work: Callable[[], None]) -> bool:
    """Start a thread. Return False if the system starts no more threads. The program ends without
    waiting for it, because a server may take minutes for an answer."""
    try:
        threading.Thread(target=work, name="flashsloth-server", daemon=True).start()
    except RuntimeError as error:
        if thread_error(error) is None:
            raise
        return False
    return True


def persist(
    ask: Callable[[Sequence[Question]], Answers],
    questions: Sequence[Question],
    stopped: threading.Event,
) -> Answers:
    """Ask a conversation as `retried` does, until `stopped` is set. Return the answers, or the error.
    Raises: an error that is general."""
    try:
        return retried(partial(ask, questions), stopped.wait)
    except FlashSlothError as error:
        if isinstance(error, ResourceError) and error.is_general:
            raise
        return error


def retried(request: Callable[[], Result], pause: Callable[[float], object]) -> Result:
    """Return what a function returns. If it raises a temporary error, call it again after a pause, up
    to six times in all. `pause` gets the seconds, and returns a true value if the function is not to be
    called again."""
    for seconds in PAUSES:
        try:
            return request()
        except ResourceError as error:
            wait = seconds if error.retry_after is None else min(error.retry_after, LONGEST_PAUSE)
            if not error.is_temporary or pause(wait):
                raise
    return request()


def suitable_batch_size(model: RemoteModel) -> int:
    """Return how many requests a server gets at once: as many as a server of this user answers at once
    with this model, FOREIGN_BATCH for another one."""
    if isinstance(model.record, ForeignServer):
        return FOREIGN_BATCH
    health = registry.health(model.record) or {}
    slots = {each["model"]: each["slots"] for each in health.get("models", ())}
    return slots.get(model.record.name, FOREIGN_BATCH)
