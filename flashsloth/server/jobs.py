"""Requests on their way through the scheduler: what to answer, how far it is, and what its client gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from torch import Tensor

from flashsloth.generation.engine import KVState
from flashsloth.generation.events import Event, Finished, FinishReason, GenerationStats, Token
from flashsloth.generation.sampling import Sampler
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.generation.text_stream import TextStream
from flashsloth.model.query_groups import TokenLayout
from flashsloth.processing.image_processor import Pixels


@dataclass(frozen=True, slots=True)
class LoggedToken:
    """A token with its log probability, and the likeliest ones with theirs."""

    event: Token
    logprob: float
    top: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The last event of a request that could not be answered."""

    error: Exception


JobEvent: TypeAlias = Event | LoggedToken | Failed


Stage = Literal["queued", "opening", "pictures", "prompt", "answer"]  # what is done for a request


@dataclass(eq=False, slots=True)
class Job:
    """One request: the ids of its prompt, its pictures as pixels with a key of their content, and how to answer. With
    `max_tokens` 0 the prompt is computed and kept for a later request.

    `emit` is called from the scheduler's thread with every event. The last one is Finished or Failed. After
    `cancelled` is set it is not called.
    """

    ids: list[int]
    pixels: Sequence[tuple[bytes, Pixels]]
    sampling: Sampling
    max_tokens: int
    emit: Callable[[JobEvent], None]
    stop: tuple[str, ...] = ()
    logprobs: int | None = None  # how many alternatives of each token to report; None for no log probabilities
    continued: int = 0  # how many ids at the end are the part of an answer to continue
    stage: Stage = "queued"
    queued: float = field(default_factory=time.perf_counter)
    cancelled: bool = False

    def send(self, event: JobEvent) -> None:
        """Emit an event, unless the client left."""
        if not self.cancelled:
            self.emit(event)


@dataclass(eq=False, slots=True)
class Running:
    """A request that is being answered, in a row of the batch."""

    job: Job
    state: KVState
    sampler: Sampler
    text: TextStream
    cached: int  # positions of the prompt that were kept
    image_ms: float
    next_token: int = 0  # chosen, not appended yet
    token_ids: list[int] = field(default_factory=list)
    first: float = 0.0  # when the first token was chosen
    last: float = 0.0
    ended: bool = False

    def end_reason(self, context_length: int) -> FinishReason | None:
        """Return why the answer ends with its last token; None if it goes on."""
        if self.text.stopped:
            return "stop"
        if len(self.token_ids) >= self.job.max_tokens:
            return "length"
        return "context" if len(self.job.ids) + len(self.token_ids) >= context_length else None

    def finish(self, reason: FinishReason, layout: TokenLayout) -> None:
        """End the answer and send its last event."""
        ids = self.job.ids
        stats = GenerationStats(
            input_tokens=len(ids),
            visual_tokens=ids.count(layout.image_token_id),
            query_tokens=ids.count(layout.query_token_id),
            cached_tokens=self.cached,
            output_tokens=len(self.token_ids),
            image_ms=self.image_ms,
            ttft_ms=(self.first - self.job.queued) * 1000 if self.first else 0.0,
            decode_ms=(self.last - self.first) * 1000,
        )
        self.ended = True
        self.job.send(Finished(self.text.finish(), reason, stats))


@dataclass(slots=True)
class Counters:
    """What the scheduler has done so far, for metrics."""

    answers: int = 0
    cancelled: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    tokens: int = 0
    steps: int = 0
    images: int = 0
    image_hits: int = 0
    first_tokens: int = 0
    first_token_seconds: float = 0.0
    decode_seconds: float = 0.0


def token_event(text: str, token: int, logits: Tensor, logprobs: int | None) -> Token | LoggedToken:
    """Return the event of a token. Log probabilities, if wanted, are those of its logits (V,), before the filters of
    sampling."""
    event = Token(text, token)
    if logprobs is None:
        return event
    scores = logits.float().log_softmax(-1)
    top = scores.topk(min(logprobs, scores.numel()))
    pairs = tuple(zip(top.indices.tolist(), top.values.tolist(), strict=True))
    return LoggedToken(event, float(scores[token]), pairs)
