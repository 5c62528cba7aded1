"""Answer dialogues with a model: one by one as `flashsloth chat` does, or many at once where the answers are the same.

Each question follows the model's own earlier answers. Evaluation and batch stand on this; it knows neither files of
rows nor what would be right.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from flashsloth.chat import LONGEST_TOKEN, FlashSloth, question_warnings
from flashsloth.devices import release_memory
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.batched import BatchedGenerator, BatchPrompt, Completion
from flashsloth.generation.events import GenerationStats
from flashsloth.generation.sampling import Sampling
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.image_processor import Pixels, tower_pixels

LARGE = 10**9  # parameters from which on a batch is small: the cache of a dialogue takes 100 MB
BATCH, LARGE_BATCH = 64, 8


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions to ask in turn about at most one image. `pixels` may stand in for an image that is scaled already."""

    questions: tuple[str, ...]
    image: LoadedImage | None = None
    pixels: Pixels | None = None
    system: str | None = None  # None: that of the settings

    @property
    def has_image(self) -> bool:
        return self.image is not None or self.pixels is not None


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How to answer. `system` None is the model's own text, `hd` None what it was trained for, `sampling` None greedy
    with the model's own repetition penalty."""

    system: str | None = None
    hd: bool | None = None
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    sampling: Sampling | None = None


@dataclass(frozen=True, slots=True)
class DialogueAnswer:
    """The answer to one question. `stats` are None where it was generated among others: it has no times of its own."""

    completion: Completion
    warnings: list[str]
    stats: GenerationStats | None = None


Reply = list[DialogueAnswer] | ContextTooLong  # an answer to each question, or why the dialogue does not fit


class Answerer(Protocol):
    """Answers dialogues, `batch_size` of them at once."""

    @property
    def batch_size(self) -> int: ...

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        """Yield a reply to each, in their order, as they are computed. Raises: OutOfMemory."""
        ...


class SequentialAnswerer:
    """Answers with the engine, as `ask` and `chat` do."""

    batch_size = 1

    def __init__(self, model: FlashSloth, settings: AnswerSettings) -> None:
        self.model, self.settings = model, settings

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        return map(self._answer, dialogues)

    def _answer(self, dialogue: Dialogue) -> Reply:
        settings = self.settings
        images = [] if dialogue.image is None else [dialogue.image]
        system = settings.system if dialogue.system is None else dialogue.system
        chat = self.model.chat(*images, system=system, hd=settings.hd)
        sampling: dict[str, Any] = {"temperature": 0} if settings.sampling is None else asdict(settings.sampling)
        answers = []
        try:
            for question in dialogue.questions:
                answer = chat.ask(question, max_tokens=settings.max_tokens, stop=settings.stop, **sampling)
                answer.text()
                turn, stats = chat.turns[-1], answer.stats
                assert stats is not None
                counts = (stats.input_tokens, stats.visual_tokens, stats.query_tokens)
                completion = Completion(turn.answer, turn.token_ids, turn.reason, *counts)
                answers.append(DialogueAnswer(completion, answer.warnings, stats))
        except ContextTooLong as error:
            return error
        return answers


class BatchedAnswerer:
    """Answers up to `batch_size` dialogues at once, greedily. Only for weights in 16 or 32 bit.

    Where memory runs out, `on_smaller` is called with half the size and the dialogues are answered in smaller batches;
    without it OutOfMemory is raised.
    """

    def __init__(
        self,
        model: FlashSloth,
        settings: AnswerSettings,
        batch_size: int,
        on_smaller: Callable[[int], None] | None = None,
    ) -> None:
        self.model, self.settings, self.batch_size, self.on_smaller = model, settings, batch_size, on_smaller
        self.hd = model.config.image_hd if settings.hd is None else settings.hd
        self.generator = BatchedGenerator(
            model.engine,
            model.loaded.processor.tokenizer.decode,
            between_turns=model.prompt.between_turns(),
            max_tokens=settings.max_tokens,
            stop=settings.stop,
        )

    def answer(self, dialogues: Sequence[Dialogue]) -> Iterator[Reply]:
        done = 0
        while done < len(dialogues):
            replies = self._answer_part(dialogues[done : done + self.batch_size])
            done += len(replies)
            yield from replies

    def _answer_part(self, dialogues: Sequence[Dialogue]) -> list[Reply]:
        """Return replies to all of the part; none where it must be smaller."""
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
        gc.collect()  # the error, which is gone by now, kept the tensors alive
        release_memory(self.model.engine.device)
        self.batch_size = len(dialogues) // 2
        self.on_smaller(self.batch_size)
        return []

    def _prompt(self, dialogue: Dialogue) -> BatchPrompt | ContextTooLong:
        """The dialogue as ids; ContextTooLong for a text too long for any tokenizer, before it is encoded."""
        prompt, config, limit = self.model.prompt, self.model.config, self.model.engine.context_length
        system = self.settings.system if dialogue.system is None else dialogue.system
        system = config.system_prompt if system is None else system
        for number, question in enumerate(dialogue.questions, 1):
            if len(question) + len(system) > limit * LONGEST_TOKEN:
                return ContextTooLong(f"question {number} has {len(question):,} characters; {limit} tokens fit")
        pixels = dialogue.pixels
        if pixels is None and dialogue.image is not None:
            pixels = tower_pixels(dialogue.image.image, config, hd=self.hd)
        opening = prompt.opening(system, config.visual_tokens(self.hd) if dialogue.has_image else 0)
        questions = [
            prompt.question(question, after_picture=dialogue.has_image and number == 0)
            for number, question in enumerate(dialogue.questions)
        ]
        return BatchPrompt(opening, questions, pixels)

    def _reply(self, dialogue: Dialogue, generated: list[Completion] | ContextTooLong) -> Reply:
        if isinstance(generated, ContextTooLong):
            return generated
        config = self.model.config
        return [
            DialogueAnswer(
                completion,
                question_warnings(question, config, has_image=dialogue.has_image, hd=self.hd and number == 0),
            )
            for number, (question, completion) in enumerate(zip(dialogue.questions, generated, strict=True))
        ]


def choose_answerer(
    model: FlashSloth,
    settings: AnswerSettings,
    batch_size: int | None = None,
    on_smaller: Callable[[int], None] | None = None,
) -> Answerer:
    """Return an answerer for `batch_size` dialogues at once, or for as many as suit the model; one by one where tokens
    are sampled or penalised, and where weights are quantized."""
    defaults = model.loaded.generation_defaults.get("repetition_penalty", 1.0)
    sampling = settings.sampling or Sampling(repetition_penalty=defaults)
    greedy = sampling.temperature == 0 and sampling.repetition_penalty == 1
    if batch_size == 1 or model.loaded.quant != "none" or not greedy:
        return SequentialAnswerer(model, settings)
    return BatchedAnswerer(model, settings, batch_size or suitable_batch_size(model), on_smaller)


def suitable_batch_size(model: FlashSloth) -> int:
    """How many dialogues at once suit a model's size."""
    weights = sum(weight.numel() for weight in model.loaded.model.parameters())
    return LARGE_BATCH if weights >= LARGE else BATCH
