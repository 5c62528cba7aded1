"""Answer dialogues with a model: one by one like `flashsloth chat`, or in batches.

Each question follows the model's own earlier answers. Evaluation and batch use this. Uses no files and no scores.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence

from flashsloth.answering.dialogues import Answerer, Dialogue, DialogueAnswer, Reply, SequentialAnswerer
from flashsloth.chat import FlashSloth, question_warnings
from flashsloth.config.families import cached_values
from flashsloth.devices import free_memory, release_memory
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.batched import BatchedGenerator, BatchPrompt
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.prompt import check_characters

LARGE_CACHE = 100_000  # values of a position in the KV cache; with more it takes 40 MB and more per dialogue
BATCH, LARGE_MODEL_BATCH = 64, 8
ROW_POSITIONS = 512  # of a dialogue, for the memory that a batch is expected to take


class BatchedAnswerer:
    """Answers up to `batch_size` dialogues at once. If memory runs out, the batch size is halved and `on_smaller`
    called with it; without `on_smaller` OutOfMemory is raised."""

    def __init__(
        self,
        model: FlashSloth,
        settings: AnswerSettings,
        batch_size: int,
        on_smaller: Callable[[int], None] | None = None,
    ) -> None:
        self.model, self.batch_size, self.on_smaller = model, batch_size, on_smaller
        self.settings = model.facts.complete(settings)
        self.hd = bool(self.settings.hd)
        self.generator = BatchedGenerator(model.engine, model.prompt, model.grammars, self.settings)

    def dialogue(self, questions: tuple[str, ...], image: LoadedImage | None, system: str | None) -> Dialogue:
        """Return a dialogue with the pixels of its image: a batch of full-size photographs would take gigabytes."""
        return Dialogue(
            questions,
            pixels=None if image is None else self.model.tower_input(image.image, hd=self.hd),
            system=system,
            warnings=() if image is None else image.warnings,
        )

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        done = 0
        while done < len(dialogues):
            replies = self._answer_part(dialogues[done : done + self.batch_size])
            done += len(replies)
            yield from replies

    def _answer_part(self, dialogues: Sequence[Dialogue]) -> list[Reply]:
        """Return replies to all of the dialogues, or none after the batch size was halved."""
        prompts = [self._prompt(dialogue) for dialogue in dialogues]
        try:
            generated = iter(self.generator.generate([p for p in prompts if isinstance(p, BatchPrompt)]))
        except OutOfMemory:
            if len(dialogues) == 1 or self.on_smaller is None:
                raise
        else:
            return [
                p if isinstance(p, ContextTooLong) else self._reply(d, next(generated))
                for d, p in zip(dialogues, prompts, strict=True)
            ]
        gc.collect()  # the error kept the tensors alive
        release_memory(self.model.engine.device)
        self.batch_size = len(dialogues) // 2
        self.on_smaller(self.batch_size)
        return []

    def _prompt(self, dialogue: Dialogue) -> BatchPrompt | ContextTooLong:
        """Encode a dialogue. Return ContextTooLong for a text that cannot fit, without encoding it."""
        prompt, config = self.model.prompt, self.model.config
        system = (self.settings.system if dialogue.system is None else dialogue.system) or ""
        questions, constraint = dialogue.questions, self.settings.constraint
        if constraint is not None:
            questions = tuple(map(constraint.question, questions))
        try:
            check_characters(max(map(len, questions)) + len(system), self.model.engine.context_length)
        except ContextTooLong as error:
            return error
        pixels = dialogue.pixels
        if pixels is None and dialogue.image is not None:
            pixels = self.model.tower_input(dialogue.image.image, hd=self.hd)
        first = (questions[0], int(dialogue.has_image), None)
        opening = prompt.conversation(system, [first], config.visual_tokens(self.hd))
        return BatchPrompt([opening, *(prompt.question(question) for question in questions[1:])], pixels)

    def _reply(self, dialogue: Dialogue, generated: list[AnswerRecord] | ContextTooLong) -> Reply:
        if isinstance(generated, ContextTooLong):
            return generated
        answers = []
        for number, (question, record) in enumerate(zip(dialogue.questions, generated, strict=True)):
            warnings = question_warnings(
                question,
                has_image=dialogue.has_image,
                untrained_hd=self.hd and number == 0 and not self.model.config.image_hd,
            )
            of_picture = () if number else dialogue.warnings
            answers.append(DialogueAnswer(record, [*warnings, *record.warnings, *of_picture]))
        return answers


def choose_answerer(
    model: FlashSloth,
    settings: AnswerSettings,
    batch_size: int | None = None,
    on_smaller: Callable[[int], None] | None = None,
) -> Answerer:
    """Return an answerer for `batch_size` dialogues at once, None for a size that suits the model. Choices are answered
    one dialogue after another."""
    size = 1 if settings.choices else batch_size or suitable_batch_size(model)
    return SequentialAnswerer(model, settings) if size == 1 else BatchedAnswerer(model, settings, size, on_smaller)


def suitable_batch_size(model: FlashSloth) -> int:
    """Return the default batch size for a model of this size, so that the KV caches take half of the free memory."""
    values, engine = cached_values(model.config.text_config), model.engine
    fitting = free_memory(engine.device) // (2 * values * engine.dtype.itemsize * ROW_POSITIONS)
    return max(1, min(LARGE_MODEL_BATCH if values >= LARGE_CACHE else BATCH, fitting))
