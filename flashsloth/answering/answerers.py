"""Who answers: the engine, one dialogue after another, or many at once where the weights allow it.

Either way each question comes behind the model's own earlier answers, greedily answered, as in `flashsloth chat`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flashsloth.chat import FlashSloth
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import ContextTooLong
from flashsloth.evaluation.datasets import EvalSample
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.image_processor import Pixels

Reply = list[str] | ContextTooLong  # what is said to each question, or that the dialogue does not fit

LARGE = 10**9  # parameters from which on a batch is small: what is kept of a dialogue takes 100 MB
BATCH, LARGE_BATCH = 64, 8


@dataclass(frozen=True, slots=True)
class PreparedSample:
    """A dialogue with its picture, if it has one; `pixels` stand for one that is scaled for the tower already."""

    dialogue: EvalSample
    picture: LoadedImage | None
    pixels: Pixels | None = None

    @property
    def shown(self) -> bool:
        """Whether there is a picture."""
        return self.picture is not None or self.pixels is not None


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How is asked. `system` is for rows without a system text of their own; None is the model's."""

    system: str | None = None
    hd: bool | None = None
    max_tokens: int = 512
    stop: tuple[str, ...] = ()

    def system_of(self, dialogue: EvalSample, config: FlashSlothConfig) -> str:
        """The text before the first turn."""
        own = self.system if dialogue.system is None else dialogue.system
        return config.system_prompt if own is None else own


class Answerer(Protocol):
    """Whatever answers dialogues, `batch_size` of them at once."""

    @property
    def batch_size(self) -> int: ...

    def answer(self, asked: Sequence[PreparedSample]) -> list[Reply]:
        """A reply to each, in their order."""
        ...


class SequentialAnswerer:
    """The engine, as `ask` and `chat` use it."""

    batch_size = 1

    def __init__(self, model: FlashSloth, manner: GenerationSettings) -> None:
        self.model, self.manner = model, manner

    def answer(self, asked: Sequence[PreparedSample]) -> list[Reply]:
        return [self._answer(each) for each in asked]

    def _answer(self, asked: PreparedSample) -> Reply:
        pictures = [] if asked.picture is None else [asked.picture]
        system = self.manner.system_of(asked.dialogue, self.model.config)
        chat = self.model.chat(*pictures, system=system, hd=self.manner.hd)
        try:
            return [
                chat.ask(turn.question, max_tokens=self.manner.max_tokens, stop=self.manner.stop, temperature=0).text()
                for turn in asked.dialogue.turns
            ]
        except ContextTooLong as error:
            return error


def choose_answerer(model: FlashSloth, manner: GenerationSettings, batch_size: int | None = None) -> Answerer:
    """One that answers `batch_size` dialogues at once, or as many as suit the model; one by one where its weights are
    quantized, or its authors want a repetition penalty."""
    penalised = model.loaded.generation_defaults.get("repetition_penalty", 1.0) != 1.0
    if batch_size == 1 or model.loaded.quant != "none" or penalised:
        return SequentialAnswerer(model, manner)
    from flashsloth.answering.batched import BatchedAnswerer

    return BatchedAnswerer(model, manner, batch_size or suitable_batch(model))


def suitable_batch(model: FlashSloth) -> int:
    """How many dialogues at once suit a model."""
    weights = sum(weight.numel() for weight in model.loaded.model.parameters())
    return LARGE_BATCH if weights >= LARGE else BATCH
