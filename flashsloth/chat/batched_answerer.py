"""Ask many conversations together. Each has a row of the same KV cache. When a conversation ends, the
next one takes over its row.

A later question of a conversation comes after the model's own answers to the earlier questions.
Evaluation and batch use this module, which knows neither files nor scores.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar, cast

from flashsloth.chat.answerer import Answerer, Answers
from flashsloth.chat.conversation import Question
from flashsloth.chat.local_model import FlashSloth, LocalBackend
from flashsloth.devices import free_memory, release_memory
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop, Generation
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.sizes.families import cached_values

# Number of values at one position in the KV cache. If a model has more, a row takes 40 MB or more.
LARGE_CACHE = 100_000
BATCH = 64
LARGE_MODEL_BATCH = 8
ROW_POSITIONS = 512  # assumed length of a conversation, to estimate the memory of a batch

Key = TypeVar("Key")
# A generator that yields the answers of a conversation that are to be generated, one after another, and
# returns all of them.
Talk = Generator[Generation, None, Answers]


class BatchedAnswerer(Answerer):
    """Asks up to `batch_size` conversations at once. If memory runs out, those that were being answered
    are asked again, and only half as many are asked at once from then on. `on_smaller` is called with
    that number. Without `on_smaller` OutOfMemory is raised."""

    def __init__(
        self,
        model: FlashSloth,
        settings: AnswerSettings,
        batch_size: int,
        on_smaller: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(model, settings)
        self.batch_size = batch_size
        self.on_smaller = on_smaller

    def answer(
        self, conversations: Iterable[tuple[Key, Sequence[Question]]]
    ) -> Iterator[tuple[Key, Answers]]:
        source = iter(conversations)
        while True:
            # conversations that were taken from the source and are not answered yet
            unanswered: dict[Key, Sequence[Question]] = {}
            try:
                for key, answers in self._answer(source, unanswered):
                    del unanswered[key]
                    yield key, answers
                return
            except OutOfMemory as error:
                count = min(self.batch_size, len(unanswered))
                if count <= 1:
                    raise
                if self.on_smaller is None:
                    raise OutOfMemory(str(error), hint=f"Use a --batch-size below {count}.") from error
            # This is outside of `except`, because the traceback of the error keeps tensors alive, which
            # must be freed before rows are asked again.
            gc.collect()
            release_memory(self.model.engine.device)
            self.batch_size = count // 2
            self.on_smaller(self.batch_size)
            source = chain(unanswered.items(), source)

    def _answer(
        self,
        source: Iterator[tuple[Key, Sequence[Question]]],
        unanswered: dict[Key, Sequence[Question]],
    ) -> Iterator[tuple[Key, Answers]]:
        """Yield the answers to each conversation as soon as they are complete. Add the conversations
        that are taken from the source to `unanswered`."""
        loop = DecodeLoop[Generation](
            self.model.engine, min(self.batch_size, self.model.engine.encoder.batch)
        )
        talks: dict[Generation, tuple[Key, Talk, KVState]] = {}  # talks by their running answers

        def go_on(key: Key, talk: Talk, row: KVState) -> Iterator[tuple[Key, Answers]]:
            """Compute the next question of a talk in its row. After the last question free the row and
            yield the answers."""
            try:
                answer = next(talk)
                while not loop.add(answer):
                    answer = next(talk)
                talks[answer] = key, talk, row
            except StopIteration as end:
                loop.remove(row)
                yield key, end.value

        encoded = self._encoded(source, unanswered)
        while True:
            # 1. Fill the batch. A conversation takes the row of one that has ended.
            while len(loop.running) < self.batch_size and (found := next(encoded, None)):
                key, questions, image = found
                if not questions:
                    yield key, []
                else:
                    row = loop.new_row()
                    yield from go_on(key, self._talk(key, questions, image, row), row)
            if not loop.running:
                return
            # 2. Compute one token for each answer.
            for answer, token, logits in loop.step():
                answer.append(token, logits)
            # 3. Ask the next question where an answer has ended.
            for answer in [answer for answer in loop.running if answer.record.reason is not None]:
                yield from go_on(*talks.pop(answer))

    def _encoded(
        self,
        source: Iterator[tuple[Key, Sequence[Question]]],
        unanswered: dict[Key, Sequence[Question]],
    ) -> Iterator[tuple[Key, Sequence[Question], EncodedImage | None]]:
        """Yield conversations with their encoded pictures. Several pictures are encoded together."""
        most = min(self.batch_size, self.model.engine.encoder.batch)
        while group := dict(islice(source, most)):
            unanswered.update(group)
            prepared = {
                key: questions[0].prepared
                for key, questions in group.items()
                if questions and questions[0].prepared is not None
            }
            encoded = self.model.engine.encode_images([*prepared.values()])
            images = dict(zip(prepared, encoded, strict=True))
            for key, questions in group.items():
                yield key, questions, images.pop(key, None)

    def _talk(
        self, key: Any, questions: Sequence[Question], image: EncodedImage | None, state: KVState
    ) -> Talk:
        """Yield each answer of a conversation that is to be generated. The generator is resumed when
        that answer is complete. Return all answers."""
        chat = self.chat(questions[0], image)
        records = []
        backend = cast("LocalBackend", chat.backend)
        backend.state = state
        try:
            for question in questions:
                record = AnswerRecord(warnings=chat.warnings_of(question))
                context = chat.context_of(question)
                yield from backend.attempts(chat, question, record)
                chat.add_turn(question, record, *context)
                record.stats = None  # the times would be those of all rows together
                records.append(record)
        except ContextTooLong as error:
            return error
        return records


def choose_answerer(
    model: FlashSloth,
    settings: AnswerSettings,
    batch_size: int | None = None,
    on_smaller: Callable[[int], None] | None = None,
) -> Answerer:
    """Return an answerer for `batch_size` conversations at once. None stands for a number that suits
    the model. With choices the conversations are asked one after another."""
    size = 1 if settings.choices else batch_size or suitable_batch_size(model)
    return (
        Answerer(model, settings) if size == 1 else BatchedAnswerer(model, settings, size, on_smaller)
    )


def suitable_batch_size(model: FlashSloth) -> int:
    """Return the default batch size for a model of this size. With it the KV caches take at most half
    of the free memory."""
    engine = model.engine
    values = cached_values(model.config.text_config)
    row_bytes = values * engine.dtype.itemsize * ROW_POSITIONS
    fitting = free_memory(engine.device) // (2 * row_bytes)
    most = LARGE_MODEL_BATCH if values >= LARGE_CACHE else BATCH
    return max(1, min(most, fitting))
