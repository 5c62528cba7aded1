"""One answer, streamed while it is generated, with its token ids and statistics."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import (
    AnswerRecord,
    Choice,
    Event,
    FinishReason,
    GenerationStats,
)
from flashsloth.generation.answer_settings import AnswerSettings

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation


@dataclass(eq=False, repr=False)
class Answer:
    """An answer that is generated while it is read.

    Iterate over the answer (once) to get pieces of text, call `text()` to get the whole text, or call
    `events()` to get tokens and statistics. The turn is added to the conversation when the answer ends
    or is closed.
    """

    # No reference cycles: the generator writes to `record` and does not refer to this object, and the
    # reference to the Chat is weak. So if a program drops a conversation while an answer is generated,
    # its memory is freed at once, and not only when the garbage collector runs.

    question: str
    settings: AnswerSettings
    record: AnswerRecord
    _events: Generator[Event, None, None]
    _chat: Callable[[], Any]  # returns the Chat, or None if it no longer exists

    @property
    def token_ids(self) -> list[int]:
        """The token ids generated so far, without `</s>`."""
        return self.record.token_ids

    @property
    def reason(self) -> FinishReason | None:
        """The reason why the answer ended; None while it is generated."""
        return self.record.reason

    @property
    def warnings(self) -> list[str]:
        """The warnings about the question and, once the answer has ended, about the answer."""
        return list(self.record.warnings)

    @property
    def grammar_failed(self) -> bool:
        """Whether the answer was cut because its grammar became too large, and not because of
        `max_tokens`."""
        # a foreign server (a server of another program) may not report the number of tokens
        if self.settings.constraint is None or self.record.untold:
            return False
        return self.reason == "length" and self.record.generated < self.settings.max_tokens

    @property
    def stats(self) -> GenerationStats | None:
        """Token counts and times; None while the answer is generated."""
        return self.record.stats

    @property
    def choices(self) -> tuple[Choice, ...] | None:
        """The probability of each choice, in the given order. None if the question has no choices, and
        until the answer has been read."""
        return self.record.choices

    def __iter__(self) -> Iterator[str]:
        return (event.text for event in self._events if event.text)

    def events(self) -> Iterator[Event]:
        """Return the iterator over the events: each Token when it is generated, then Finished."""
        return self._events

    def text(self) -> str:
        """Generate the rest of the answer and return the whole text."""
        for _ in self._events:
            pass
        return self.record.text

    def __str__(self) -> str:
        return self.text()

    def explain(self) -> Explanation:
        """Return where the model looked for this answer. The answer must have ended, and its turn must
        still be in the conversation.

        Raises: the errors of `Chat.explain`; OptionError if the conversation no longer exists.
        """
        chat = self._chat()
        if chat is None:
            raise OptionError(
                "the conversation of this answer is gone", hint="Keep the Chat in a variable."
            )
        # An answer does not know the index of its turn, because turns may be removed or replaced. The
        # turn is found by its question and its tokens.
        own = (self.question, self.token_ids)
        turns = [(turn.question, [*turn.token_ids]) for turn in chat.turns]
        if self.reason is None or own not in turns:
            raise OptionError(
                "this answer is not in the conversation", hint="Read all of it first, with text()."
            )
        from_the_end = turns[::-1].index(own)  # if several turns are equal, take the last of them
        return chat.explain(len(turns) - 1 - from_the_end)

    def value(self) -> Any:
        """Generate the rest of the answer and return its value, which is the parsed JSON if the
        question has a schema, and otherwise the text.

        Raises: AnswerIncomplete if the answer was cut before it matched its schema or regular
            expression.
        """
        text = self.text()
        constraint = self.settings.constraint
        if constraint is None:
            return text
        tokens = self.record.continued + self.record.generated
        return constraint.parse(text, self.reason, tokens, grammar_failed=self.grammar_failed)

    def close(self) -> None:
        """Stop generating. The text so far stays in the conversation as an interrupted answer."""
        close(self._events)


def close(events: Generator[Event, None, None]) -> None:
    """Close a generator of events. Raises: RuntimeError if another thread is reading the answer."""
    try:
        events.close()
    except ValueError as error:  # "generator already executing"
        raise RuntimeError(
            "another thread is reading this answer; use a chat from one thread at a time"
        ) from error
