"""An answer while it is generated: its text, its tokens and its numbers."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from flashsloth.chat.turns import GenerationRequest
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.events import Event, FinishReason, GenerationStats

NO_PICTURE = "no picture was given; the model answers from the text alone"
ONE_PICTURE = "this model was trained on one picture a conversation; with {} expect worse answers"
NOT_TRAINED_HD = "this model was not trained with five tiles a picture (--hd); expect worse answers"
FORGOTTEN = "the context is full: the model no longer sees the first {} of this conversation"
SPEAKS_OF_PICTURE = re.compile(
    r"\b(this|the|that|my)\s+(picture|image|photo|photograph|pic|screenshot|drawing|chart|scan)\b", re.IGNORECASE
)


def question_warnings(question: str, config: FlashSlothConfig, *, shown: bool, hd: bool) -> list[str]:
    """What to say with an answer to this, with a picture shown or not, in five tiles or not."""
    found = [NO_PICTURE] if not shown and SPEAKS_OF_PICTURE.search(question) else []
    return [*found, NOT_TRAINED_HD] if shown and hd and not config.image_hd else found


class Answer:
    """An answer that comes as it is read. Iterate for pieces of text (once), `text()` for the whole, `events()` for
    tokens and numbers. The turn enters the conversation when the answer ends or is closed."""

    def __init__(
        self,
        request: GenerationRequest,
        events: Generator[Event, None, None],
        result: AnswerResult,
        warnings: list[str],
    ) -> None:
        self.question = request.question
        self.sampling = request.sampling
        self.max_tokens = request.max_tokens
        self.warnings = warnings
        self._events, self._result = events, result

    @property
    def token_ids(self) -> list[int]:
        """The ids generated so far, without `</s>`."""
        return self._result.token_ids

    @property
    def reason(self) -> FinishReason | None:
        """Why it ended; None until it has."""
        return self._result.reason

    @property
    def stats(self) -> GenerationStats | None:
        """Its numbers; None until it has ended."""
        return self._result.stats

    def __iter__(self) -> Iterator[str]:
        return (event.text for event in self._events if event.text)

    def events(self) -> Iterator[Event]:
        """Each Token as it comes, then Finished."""
        return self._events

    def text(self) -> str:
        """The whole answer, read to its end."""
        for _ in self._events:
            pass
        return "".join(self._result.pieces)

    def close(self) -> None:
        """Stop here. What was answered so far stays in the conversation, as interrupted."""
        close(self._events)


def close(events: Generator[Event, None, None]) -> None:
    """Stop a generator of events. Raises: RuntimeError where another thread is reading it."""
    try:
        events.close()
    except ValueError as error:
        raise RuntimeError("this answer is being read in another thread: a chat is for one thread at a time") from error


@dataclass(slots=True)
class AnswerResult:
    """What was generated so far. Kept apart from the Answer, so that the answer and its generator do not refer to each
    other: dropped in the middle of an answer, a conversation's memory is free at once."""

    token_ids: list[int] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    reason: FinishReason | None = None
    stats: GenerationStats | None = None

    def record(self, event: Event) -> Event:
        """Append the event's text to the pieces and return the event."""
        self.pieces.append(event.text)
        return event


@dataclass(slots=True)
class TokenTimer:
    """Times of the first and the last token, in seconds of `time.perf_counter`."""

    began: float
    first: float = 0.0
    last: float = 0.0

    def tick(self) -> None:
        """Note that a token has come."""
        self.last = time.perf_counter()
        self.first = self.first or self.last
