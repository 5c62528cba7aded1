"""The events of an answer: its tokens, and its end with statistics. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

FinishReason = Literal["stop", "length", "context", "interrupted"]


class Choice(NamedTuple):
    """A text that an answer may begin with, and its probability among several."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class GenerationStats:
    """The cost of one answer. Times are in milliseconds."""

    input_tokens: int  # all positions of the prompt, including visual and query tokens
    visual_tokens: int
    query_tokens: int
    cached_tokens: int  # positions of the prompt that were reused from the KV cache
    output_tokens: int
    image_ms: float  # reading and encoding the pictures that this answer was the first to need
    ttft_ms: float  # from the question to the first token of the answer
    decode_ms: float  # from the first token to the last
    kept_by_layer: tuple[int, ...] = ()  # visual tokens that each layer attends to, where a recipe leaves some out

    @property
    def tokens_per_second(self) -> float:
        """Decode speed after the first token; 0 for fewer than two tokens."""
        return (
            (self.output_tokens - 1) / self.decode_ms * 1000 if self.output_tokens > 1 and self.decode_ms > 0 else 0.0
        )


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` is empty while a character or a stop string is incomplete."""

    text: str
    id: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: the remaining text, why the answer ended, and what it cost."""

    text: str
    reason: FinishReason
    stats: GenerationStats
    choices: tuple[Choice, ...] | None = None  # where the answer was one of several


Event = Token | Finished
