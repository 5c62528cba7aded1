"""Requests in the scheduler. A job says what to compute for a request, records its progress, and sends
events to its client."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.generation.answer_record import AnswerRecord, Event, Finished, Token
from flashsloth.generation.decode_loop import DecodeRequest, Generation
from flashsloth.generation.engine import EncodedImage, KVState

if TYPE_CHECKING:
    from flashsloth.explain.maps import Attention


@dataclass(frozen=True, slots=True)
class LoggedToken(Token):
    """A token with its log probability, and the likeliest tokens with their log probabilities."""

    logprob: float
    top: tuple[tuple[int, float], ...]


# The last event of a request is Finished, or an error if the request could not be answered.
JobEvent: TypeAlias = Event | Exception
Stage = Literal["queued", "opening", "pictures", "prompt", "answer"]  # what is being done for a request


@dataclass(eq=False, slots=True)
class Job:
    """One request for the scheduler.

    Args:
        request: what to compute, without its pictures. With `max_tokens` 0 the prompt is computed and
            kept for a later request.
        emit: called in the scheduler's thread with every event. The last event is Finished or an error.
            Once `cancelled` is set, `emit` is not called any more.
        prepared: each picture as a PictureProcessor has prepared it, with a key of its content.
        logprobs: the number of alternatives to report for each token; None to report no log
            probabilities.
        forgotten: the number of turns that are dropped from the prompt.
        explains: whether to compute `attention`, which says where the model looks before it answers.
            No answer is generated then.
        record: the record of the answer; None until the prompt is computed.
        has_ended: whether the last event was sent.
    """

    request: DecodeRequest
    emit: Callable[[JobEvent], None]
    prepared: Sequence[tuple[bytes, Any]] = ()
    logprobs: int | None = None
    forgotten: int = 0
    explains: bool = False
    attention: Attention | None = None
    record: AnswerRecord | None = None
    stage: Stage = "queued"
    queued: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    has_ended: bool = False

    def send(self, event: JobEvent) -> None:
        """Emit an event, unless the job was cancelled or its last event was sent."""
        if not self.has_ended:
            # Set this for a cancelled job too, so that it leaves the batch like a job that has ended.
            self.has_ended = isinstance(event, Finished | Exception)
            if not self.cancelled:
                self.emit(event)


class Running(Generation):
    """The generation of the answer to a job. The pictures of the job are already encoded."""

    def __init__(
        self, job: Job, images: tuple[EncodedImage, ...], state: KVState, model: FlashSloth
    ) -> None:
        super().__init__(
            model.engine,
            replace(job.request, images=images),
            state,
            model.prompt.tokenizer,
            AnswerRecord(job.queued),
        )
        self.job = job
        job.record = self.record
        self.needs_logits = job.logprobs is not None

    def compute(self) -> Tensor | None:
        """Compute the prompt as `Generation.compute` does. For a job with `explains` compute the
        attention instead, and return None."""
        if not self.job.explains:
            return super().compute()
        from flashsloth.explain.attention import compute_attention

        pixels = [each for _, each in self.job.prepared]
        self.job.attention = compute_attention(
            self.engine, self.request.ids, (), self.request.images, pixels
        )
        return None

    def end(self) -> None:
        """Send the last events of a complete answer."""
        for token in self.chosen:
            self.job.send(token)
        self.job.send(self.record.finish())


def logged(event: Token, logits: Tensor, logprobs: int | None) -> Token:
    """Return the event of a token, with log probabilities unless `logprobs` is None. They are computed
    from the model's logits (V,), without the effects of temperature, top_k and other settings."""
    if logprobs is None:
        return event
    scores = logits.float().log_softmax(-1)
    top = scores.topk(min(logprobs, scores.numel()))
    pairs = tuple(zip(top.indices.tolist(), top.values.tolist(), strict=True))
    return LoggedToken(event.text, event.id, float(scores[event.id]), pairs)
