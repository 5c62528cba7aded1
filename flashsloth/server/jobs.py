"""One request to the server, from its check to the last event of its answer. Imports neither torch nor
a web framework."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from flashsloth.chat.conversation import Turn
from flashsloth.generation.answer_record import AnswerRecord, Event, Finished, Token
from flashsloth.generation.answer_settings import AnswerSettings

if TYPE_CHECKING:
    from flashsloth.explain.maps import Attention
    from flashsloth.generation.decode_loop import Prompt
    from flashsloth.server.messages import ImagePart
    from flashsloth.server.requests import Body


@dataclass(frozen=True, slots=True)
class LoggedToken(Token):
    """A token with its log probability, and the likeliest tokens with their log probabilities."""

    logprob: float
    top: tuple[tuple[int, float], ...]


# The last event of a request is Finished, or an error if the request could not be answered.
JobEvent: TypeAlias = Event | Exception
Stage = Literal["queued", "opening", "pictures", "prompt", "answer"]  # what is being done for a request


class Kind(Enum):
    """What is computed for a job."""

    ANSWER = "an answer, token by token"
    CHOICE = "the probabilities of choices"
    PROMPT = "the prompt only, which is kept for a later request"
    EXPLANATION = "where the model looks before it answers"


@dataclass(eq=False, slots=True)
class Job:
    """One request.

    Args:
        body: the fields of the chat protocol, without the messages.
        settings: the settings of the answer. `Server` completes them with the model's own values.
        turns: the last one has the question, and with continue_final_message also the part of its
            answer that is to be continued. They are dropped when the prompt is encoded.
        pictures: the pictures of all turns, which are dropped when they are read.
        ignored: the names of fields that have no effect.
        repeated: fields that the response repeats.
        prompt: what to compute, without its pictures; None until it is encoded.
        prepared: each picture as a PictureProcessor has prepared it, with a key of its content.
        emit: called in the scheduler's thread with every event. The last event is Finished or an error.
            Once `cancelled` is set, `emit` is not called any more.
        forgotten: the number of turns that are dropped from the prompt.
        attention: the result of an explanation.
        record: the record of the answer; None until the prompt is computed.
        has_ended: whether the last event was sent.
    """

    body: Body
    settings: AnswerSettings
    turns: Sequence[Turn] = ()
    pictures: Sequence[ImagePart] = ()
    ignored: tuple[str, ...] = ()
    repeated: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = Kind.ANSWER
    prompt: Prompt | None = None
    prepared: Sequence[tuple[bytes, Any]] = ()
    emit: Callable[[JobEvent], None] | None = None
    forgotten: int = 0
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
            if not self.cancelled and self.emit is not None:
                self.emit(event)
