"""What was said, and what is to be answered. Knows no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from flashsloth.engine.sampling import Sampling
from flashsloth.events import FinishReason


class Sampled(TypedDict, total=False):
    """How an answer is chosen; see `Sampling`. None stands for what the model's own files say, else greedy."""

    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    repetition_penalty: float | None
    seed: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered to it: the text, its ids, and why it ended. `images`: how many pictures were
    shown with it for the first time; None where that is not said."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None

    @property
    def shown(self) -> int:
        """How many pictures were shown with it."""
        return self.images or 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be answered, and how. `begun`: a turn whose answer is to go on; `replacing`: in the last one's
    place."""

    question: str
    sampling: Sampling
    max_tokens: int
    stop: tuple[str, ...]
    begun: Turn | None
    replacing: bool
