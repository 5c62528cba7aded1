"""What the engine yields while it answers. Values only: no tensors, no text handling, no terminals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "context", "interrupted"]


@dataclass(frozen=True, slots=True)
class GenerationStats:
    """What one answer cost. Times in milliseconds, tokens counted as prompt positions."""

    input_tokens: int  # all prompt positions, visual and query tokens included
    visual_tokens: int
    query_tokens: int
    cached_tokens: int  # prompt positions that were not computed again
    output_tokens: int
    image_ms: float  # reading and encoding the picture, where this answer was the first to need it
    ttft_ms: float  # from the question to the first token
    decode_ms: float  # from the first token to the last

    @property
    def tokens_per_second(self) -> float:
        """Decode speed after the first token; 0 where there was no second one."""
        return (
            (self.output_tokens - 1) / self.decode_ms * 1000 if self.output_tokens > 1 and self.decode_ms > 0 else 0.0
        )


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` may be empty: half a character waits for its other half."""

    text: str
    id: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: any text that was still held back, why the answer ended, and what it cost."""

    text: str
    reason: FinishReason
    stats: GenerationStats


Event = Token | Finished
