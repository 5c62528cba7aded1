"""Requests on their way through the scheduler: what to answer, how far it is, and what its client
gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.generation.answer_record import AnswerRecord, Event, Finished, Token
from flashsloth.generation.decode_loop import DecodeRequest, Generation
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.processing.pixels import Pixels

if TYPE_CHECKING:
    from flashsloth.explain.maps import Attention


@dataclass(frozen=True, slots=True)
class LoggedToken(Token):
    """A token with its log probability, and the likeliest ones with theirs."""

    logprob: float
    top: tuple[tuple[int, float], ...]


# an error is the last event of a request that could not be answered
JobEvent: TypeAlias = Event | Exception
Stage = Literal["queued", "opening", "pictures", "prompt", "answer"]  # what is done for a request


@dataclass(eq=False, slots=True)
class Job:
    """One request with its pictures as pixels, each with a key of their content. With `max_tokens` 0
    the prompt is computed and kept for a later request. `emit` is called from the scheduler's thread
    with every event. The last one is Finished or an error. After `cancelled` is set it is not
    called."""

    request: DecodeRequest  # without its images
    emit: Callable[[JobEvent], None]
    pixels: Sequence[tuple[bytes, Pixels]] = ()
    logprobs: int | None = (
        None  # how many alternatives of each token to report; None for no log probabilities
    )
    forgotten: int = 0  # how many turns are dropped from the prompt
    explains: bool = False  # nothing is answered: `attention` is where the model looks before it would
    attention: Attention | None = None
    record: AnswerRecord | None = None  # from the computation of its prompt on
    stage: Stage = "queued"
    queued: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    has_ended: bool = False  # after the last event

    def send(self, event: JobEvent) -> None:
        """Emit an event, unless the client left or had the last one."""
        if not self.has_ended:
            self.has_ended = isinstance(event, Finished | Exception)
            if not self.cancelled:
                self.emit(event)


class Running(Generation):
    """A request that is being answered, with its pictures encoded."""

    def __init__(
        self, job: Job, images: tuple[EncodedImage, ...], state: KVState, model: FlashSloth
    ) -> None:
        super().__init__(
            model.engine,
            replace(job.request, images=images),
            state,
            model.prompt.tokenizer.decode,
            AnswerRecord(job.queued),
        )
        self.job, job.record = job, self.record
        self.needs_logits = job.logprobs is not None

    def compute(self) -> Tensor | None:
        """Compute as a Generation does, or where the model looks if that is what the job asks."""
        job, request = self.job, self.request
        if not job.explains:
            return super().compute()
        from flashsloth.explain.attention import compute_attention

        pixels = [each for _, each in job.pixels]
        job.attention = compute_attention(self.engine, request.ids, (), request.images, pixels)
        return None

    def end(self) -> None:
        """Send the last events."""
        for token in self.chosen:
            self.job.send(token)
        self.job.send(self.record.finish())


@dataclass(slots=True)
class Counters:
    """What the scheduler has done so far, for metrics."""

    answers: int = 0
    cancelled: int = 0
    failed: int = 0
    breakdowns: int = (
        0  # errors that ended all answers at once and made the server open the model again
    )
    prompt_tokens: int = 0
    cached_tokens: int = 0
    tokens: int = 0
    steps: int = 0
    images: int = 0
    image_hits: int = 0
    first_tokens: int = 0
    first_token_seconds: float = 0.0
    decode_seconds: float = 0.0


def logged(event: Token, logits: Tensor, logprobs: int | None) -> Token:
    """Return a token's event, with log probabilities if they are wanted: those of its logits (V,),
    before the filters of sampling."""
    if logprobs is None:
        return event
    scores = logits.float().log_softmax(-1)
    top = scores.topk(min(logprobs, scores.numel()))
    pairs = tuple(zip(top.indices.tolist(), top.values.tolist(), strict=True))
    return LoggedToken(event.text, event.id, float(scores[event.id]), pairs)
