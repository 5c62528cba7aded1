"""Answer many dialogues together. Each dialogue has a row of the same KV cache. When a dialogue ends,
the next dialogue takes over its row.

A later question of a dialogue comes after the model's own answers to the earlier questions. Evaluation
and batch use this module, which knows neither files nor scores.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar, cast

from flashsloth.chat import FlashSloth
from flashsloth.chat.conversation import GenerationRequest
from flashsloth.chat.local_model import LocalBackend
from flashsloth.devices import free_memory, release_memory
from flashsloth.dialogues.dialogue import Answerer, Dialogue, DialogueAnswer, Reply
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop, Generation
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.sizes.families import cached_values

# Number of values at one position in the KV cache. If a model has more, a dialogue takes 40 MB or more.
LARGE_CACHE = 100_000
BATCH = 64
LARGE_MODEL_BATCH = 8
ROW_POSITIONS = 512  # assumed length of a dialogue, to estimate the memory of a batch

Key = TypeVar("Key")
# A generator that yields the answers of a dialogue that are to be generated, one after another, and
# returns the reply.
Talk = Generator[Generation, None, Reply]


class BatchedAnswerer(Answerer):
    """Answers up to `batch_size` dialogues at once. If memory runs out, the dialogues that were being
    answered are asked again, and only half as many dialogues are answered at once from then on.
    `on_smaller` is called with that number. Without `on_smaller` OutOfMemory is raised."""

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
        self, dialogues: Iterable[tuple[Key, Dialogue | None]]
    ) -> Iterator[tuple[Key, Reply | None]]:
        source = iter(dialogues)
        while True:
            # dialogues that were taken from the source and are not answered yet
            unanswered: dict[Key, Dialogue | None] = {}
            try:
                for key, reply in self._answer(source, unanswered):
                    del unanswered[key]
                    yield key, reply
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
        self, source: Iterator[tuple[Key, Dialogue | None]], unanswered: dict[Key, Dialogue | None]
    ) -> Iterator[tuple[Key, Reply | None]]:
        """Yield each reply as soon as it is complete. Add the dialogues that are taken from the source
        to `unanswered`."""
        loop = DecodeLoop[Generation](
            self.model.engine, min(self.batch_size, self.model.engine.encoder.batch)
        )
        talks: dict[Generation, tuple[Key, Talk, KVState]] = {}  # talks by their running answers

        def go_on(key: Key, talk: Talk, row: KVState) -> Iterator[tuple[Key, Reply]]:
            """Compute the next question of a talk in its row. After the last question free the row and
            yield the reply."""
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
            # 1. Fill the batch. A dialogue takes the row of a dialogue that has ended.
            while len(loop.running) < self.batch_size and (found := next(encoded, None)):
                key, dialogue, image = found
                if dialogue is None:
                    yield key, None
                else:
                    row = loop.new_row()
                    yield from go_on(key, self._talk(dialogue, image, row), row)
            if not loop.running:
                return
            # 2. Compute one token for each answer.
            for answer, token, _ in loop.step():
                answer.append(token)
            # 3. Ask the next question where an answer has ended.
            for answer in [answer for answer in loop.running if answer.record.reason is not None]:
                yield from go_on(*talks.pop(answer))

    def _encoded(
        self, source: Iterator[tuple[Key, Dialogue | None]], unanswered: dict[Key, Dialogue | None]
    ) -> Iterator[tuple[Key, Dialogue | None, EncodedImage | None]]:
        """Yield dialogues with their encoded pictures. Several pictures are encoded together."""
        most = min(self.batch_size, self.model.engine.encoder.batch)
        while group := dict(islice(source, most)):
            unanswered.update(group)
            prepared = {
                key: dialogue.prepared
                for key, dialogue in group.items()
                if dialogue is not None and dialogue.prepared is not None
            }
            encoded = self.model.engine.encode_images([*prepared.values()])
            images = dict(zip(prepared, encoded, strict=True))
            for key, dialogue in group.items():
                yield key, dialogue, images.pop(key, None)

    def _talk(self, dialogue: Dialogue, image: EncodedImage | None, state: KVState) -> Talk:
        """Yield each answer of a dialogue that is to be generated. The generator is resumed when that
        answer is complete. Return the reply."""
        chat = self.chat(dialogue, image)
        answers = []
        backend = cast("LocalBackend", chat.backend)
        backend.state = state
        try:
            for question in dialogue.questions:
                request = GenerationRequest.of(question, self.settings)
                record = AnswerRecord()
                warnings = chat.warnings_of(request)
                context = chat.context_of(request)
                yield backend.begin(chat, request, record)
                chat.end_answer(request, record, *context)
                record.stats = None  # the times would be those of all rows together
                answers.append(DialogueAnswer(record, [*warnings, *record.warnings]))
        except ContextTooLong as error:
            return error
        return answers


def choose_answerer(
    model: FlashSloth,
    settings: AnswerSettings,
    batch_size: int | None = None,
    on_smaller: Callable[[int], None] | None = None,
) -> Answerer:
    """Return an answerer for `batch_size` dialogues at once. None stands for a number that suits the
    model. With choices the dialogues are answered one after another."""
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
