"""An answer as it comes: its tokens, its text, its numbers, and the turn that it becomes. Knows no options."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.generation.engine import TokenStream
from flashsloth.generation.events import Event, Finished, FinishReason, GenerationStats, Token
from flashsloth.generation.text_stream import TextStream

if TYPE_CHECKING:
    from flashsloth.chat.conversation import Chat

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
    tokens and numbers. The turn enters the conversation when it ends or is closed."""

    def __init__(self, chat: Chat, asked: GenerationRequest) -> None:
        self.chat = chat
        self.question = asked.question
        self.sampling = asked.sampling
        self.max_tokens = asked.max_tokens
        shown, hd = bool(chat.images), chat.hd and not chat.turns
        self.warnings = question_warnings(asked.question, chat.model.config, shown=shown, hd=hd)
        made_room = chat._make_room(asked)
        before = chat._before(asked)
        if before[1] and (seen := len(chat._visible(*before))) > 1:
            self.warnings.append(ONE_PICTURE.format(seen))
        if made_room:
            turns = f"{chat.forgotten} turns" if chat.forgotten > 1 else "turn"
            self.warnings.append(FORGOTTEN.format(turns))
        self._said = _Result()
        self._events = _generate(chat, asked, self._said)

    @property
    def token_ids(self) -> list[int]:
        """What was generated so far, `</s>` not among it."""
        return self._said.token_ids

    @property
    def reason(self) -> FinishReason | None:
        """Why it ended; None until it has."""
        return self._said.reason

    @property
    def stats(self) -> GenerationStats | None:
        """Its numbers; None until it has ended."""
        return self._said.stats

    def __iter__(self) -> Iterator[str]:
        return (event.text for event in self._events if event.text)

    def events(self) -> Iterator[Event]:
        """Each Token as it comes, then Finished."""
        return self._events

    def text(self) -> str:
        """The whole answer, read to its end."""
        for _ in self._events:
            pass
        return "".join(self._said.pieces)

    def close(self) -> None:
        """Stop here. What was answered so far stays in the conversation, as interrupted."""
        close(self._events)


def close(events: Generator[Event, None, None]) -> None:
    try:
        events.close()
    except ValueError as error:
        raise RuntimeError("this answer is being read in another thread: a chat is for one thread at a time") from error


@dataclass(slots=True)
class _Result:
    """What an answer has come to. Apart from the Answer, so that it and its generator hold no circle of each other:
    dropped amid an answer, a conversation's memory is free at once."""

    token_ids: list[int] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    reason: FinishReason | None = None
    stats: GenerationStats | None = None

    def keep(self, event: Event) -> Event:
        self.pieces.append(event.text)
        return event


def _generate(chat: Chat, asked: GenerationRequest, said: _Result) -> Generator[Event, None, None]:
    engine = chat.model.engine
    stream = TextStream(chat.model.loaded.processor.tokenizer.decode, asked.stop)
    clock = _TokenTimer(time.perf_counter())
    chat._check_length(asked.question)
    ids, before = chat._asked_ids(asked), chat._before(asked)
    engine.check_length(ids)  # before its pictures are encoded
    visible = chat._visible(*before)
    replaced: Turn | None = None
    begun = asked.begun.token_ids if asked.begun is not None else ()
    said.token_ids += begun
    said.pieces += [stream.push(token) for token in begun]
    held, cached = len(begun), 0
    try:
        replaced = chat.turns.pop() if asked.replacing else None
        with chat._lock:  # waits for a `prepare` that is under way, and keeps a late one out of the cache
            chat._answering = True
            chat._see_locked()
            pictures = chat._seen(visible)
            cached = engine.reusable(ids, chat._state, pictures)
            run = TokenStream(engine, chat._state, ids, pictures, asked.sampling, asked.max_tokens)
            tokens = iter(run)
            first = next(tokens, None)  # behind it the state is no longer empty: `prepare` does nothing
        for token in itertools.chain(() if first is None else (first,), tokens):
            clock.tick()
            said.token_ids.append(token)
            yield said.keep(Token(stream.push(token), token))
            if stream.stopped:
                run.reason = "stop"
                break
        said.reason = run.reason
    finally:
        chat._answering = False
        rest = stream.finish() if said.reason else ""
        if said.reason is None and len(said.token_ids) > held:
            said.reason = "interrupted"
        image_ms = sum(chat._image_ms[visible.stop - before[1] : visible.stop])
        said.stats = chat.last_stats = _count(chat, clock, ids, cached, len(said.token_ids) - held, image_ms)
        if said.reason:
            answer = "".join(said.pieces) + rest
            chat._add(asked, Turn(asked.question, answer, tuple(said.token_ids), said.reason, before[1]))
        elif replaced is not None:
            chat.turns.append(replaced)
    if said.reason:
        yield said.keep(Finished(rest, said.reason, said.stats))


def _count(
    chat: Chat, clock: _TokenTimer, ids: list[int], cached: int, answered: int, image_ms: float
) -> GenerationStats:
    config = chat.model.config
    return GenerationStats(
        input_tokens=len(ids),
        visual_tokens=ids.count(config.image_token_id),
        query_tokens=ids.count(config.query_token_id),
        cached_tokens=cached,
        output_tokens=answered,
        image_ms=image_ms,
        ttft_ms=(clock.first - clock.began) * 1000 if clock.first else 0.0,
        decode_ms=(clock.last - clock.first) * 1000,
    )


@dataclass(slots=True)
class _TokenTimer:
    began: float
    first: float = 0.0
    last: float = 0.0

    def tick(self) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
