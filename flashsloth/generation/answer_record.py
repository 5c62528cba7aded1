"""The record of an answer while it is generated (tokens, text, times, why it ended), and the events of
its stream. This module does not import torch."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple

REPLACEMENT = "\ufffd"
# the beginning of the warning about an answer with a constraint that was ended early, but is valid
SHORTENED = "the answer was ended at its limit of tokens"
BYTE = re.compile("<0x[0-9A-Fa-f]{2}>")  # a token of one byte, for the decoder ByteFallback
FinishReason = Literal["stop", "length", "context", "interrupted"]


class Choice(NamedTuple):
    """One of the choices for an answer, and its probability among all choices."""

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
    # time to read and encode the pictures that were not yet encoded for an earlier answer
    image_ms: float
    ttft_ms: float  # time from the question to the first token of the answer
    decode_ms: float  # time from the first token to the last
    # the number of visual tokens that each layer attends to, if a recipe leaves some out; otherwise
    # empty
    kept_by_layer: tuple[int, ...] = ()

    @property
    def tokens_per_second(self) -> float:
        """Decode speed after the first token; 0 for fewer than two tokens."""
        if self.output_tokens < 2 or self.decode_ms <= 0:
            return 0.0
        return (self.output_tokens - 1) / self.decode_ms * 1000


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` is empty if the token ends within a character, or if its text may be
    the beginning of a stop string. `id` is -1 if a server does not report the ids of tokens."""

    text: str
    id: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: the remaining text, why the answer ended, and what it cost."""

    text: str
    reason: FinishReason
    stats: GenerationStats
    choices: tuple[Choice, ...] | None = None  # None if the answer was not one of several choices


Event = Token | Finished


def answer_field(in_response: str = "") -> Any:
    """Return a field of AnswerRecord that not every answer has. Its value becomes a field of the same
    name in the JSON document of the answer, for `ask`, `batch` and the client of a server, and the
    field `in_response` of a server's response, unless that is empty."""
    return field(default=None, metadata={"in_response": in_response})


@dataclass(slots=True)
class AnswerRecord:
    """Collects the tokens and the text of an answer, and makes its events and statistics. Times are
    values of `time.perf_counter`. If an answer is continued, its record also contains the tokens and
    the text that the answer had before.

    To add a field to every description of an answer, declare it here with `answer_field`.
    """

    asked: float = field(default_factory=time.perf_counter)
    input_tokens: int = 0  # number of tokens of the prompt, as in GenerationStats
    visual_tokens: int = 0
    query_tokens: int = 0
    cached_tokens: int = 0
    kept_by_layer: tuple[int, ...] = ()
    image_ms: float = 0.0
    # the decode time in milliseconds, if it is known from elsewhere; None to compute it from `first`
    # and `last`
    decode_ms: float | None = None
    # how many turns a server dropped from the prompt of this answer, besides those that the client has
    # dropped
    forgotten: int = 0
    continued: int = 0  # the number of tokens that the answer had before it was continued
    # the number of generated tokens, if a server of another program has reported it; None to count
    # `token_ids`
    output_tokens: int | None = None
    # names of the statistics that are unknown, because a server of another program did not report them
    untold: frozenset[str] = frozenset()
    token_ids: list[int] = field(default_factory=list)  # without `</s>`
    pieces: list[str] = field(default_factory=list)
    # the text that was held back until the answer ended; it follows the text of the last token
    rest: str = ""
    reason: FinishReason | None = None
    # The statistics, set when the answer has ended. They stay None in a batch, whose answers are
    # generated together and have no times of their own.
    stats: GenerationStats | None = None
    # about the question and its pictures, then about the answer
    warnings: list[str] = field(default_factory=list)
    # why the answer does not match its schema, of a foreign server that does not enforce it
    problem: str = ""
    from_cache: bool = False  # whether an encoded picture came from the cache of encoded pictures
    choices: tuple[Choice, ...] | None = answer_field("flashsloth_choices")
    # the probability that the model begins its answer with any of the choices
    choices_mass: float | None = answer_field()
    # with `hd=auto`, the number of tiles that were read of all pictures, and why
    tiles: int | None = answer_field("flashsloth_tiles")
    detail_reason: Literal["sure", "unsure", "refusal", "fixed"] | None = answer_field(
        "flashsloth_detail_reason"
    )
    first: float = 0.0  # time of the first token; 0 if there is none yet
    last: float = 0.0

    @property
    def generated(self) -> int:
        """The number of generated tokens, without those that the answer had before it was continued."""
        return (
            len(self.token_ids) - self.continued if self.output_tokens is None else self.output_tokens
        )

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def grammar_failed(self, max_tokens: int) -> bool:
        """Return whether an answer with a constraint was cut because its grammar became too large, and
        not at its limit of `max_tokens`. A foreign server may not report the number of tokens."""
        return self.reason == "length" and not self.untold and self.generated < max_tokens

    def described(self, *, in_response: bool = False) -> dict[str, Any]:
        """Return the fields that were declared with `answer_field` and have a value, as JSON. With
        `in_response` they have the names of fields of a server's response."""
        values: dict[str, Any] = {}
        for own, theirs in ANSWER_FIELDS.items():
            name = theirs if in_response else own
            if name and (value := getattr(self, own)) is not None:
                values[name] = [each._asdict() for each in value] if own == "choices" else value
        return values

    def continue_from(self, token_ids: list[int], text: str) -> None:
        """Begin with the earlier tokens and text of an answer that is continued."""
        self.continued = len(token_ids)
        self.token_ids += token_ids
        self.pieces.append(text)

    def add_attempt(self, other: AnswerRecord) -> None:
        """Add the costs of an answer that was generated for this one, and take why it ended."""
        self.first = self.first or other.first
        self.input_tokens += other.input_tokens
        self.cached_tokens += other.cached_tokens
        self.output_tokens = (self.output_tokens or 0) + other.generated
        self.untold = other.untold
        self.reason = other.reason
        self.warnings += other.warnings

    def restart(self, warnings: list[str]) -> None:
        """Forget the answer, because it is generated again from more tiles. `warnings` are those about
        the question, whose time still counts."""
        AnswerRecord.__init__(self, self.asked, warnings=warnings, detail_reason=self.detail_reason)

    def add(self, token: int | None, text: str) -> Token:
        """Add a token with the text that it completes, and return its event. `token` is None for a
        server that does not report the ids of its tokens."""
        self.last = time.perf_counter()
        self.first = self.first or self.last
        if token is not None:
            self.token_ids.append(token)
        self.pieces.append(text)
        return Token(text, -1 if token is None else token)

    def finish(self) -> Finished:
        """Add the last text and return the last event. If no reason is recorded, the answer was
        interrupted."""
        self.pieces.append(self.rest)
        self.reason = self.reason or "interrupted"
        self.stats = self.measure()
        return Finished(self.rest, self.reason, self.stats, self.choices)

    def choose(self, choices: tuple[Choice, ...], best: int, token_ids: Sequence[int]) -> list[Token]:
        """Record the choice with the index `best` and the ids `token_ids` as the answer. Return its
        tokens."""
        self.choices = choices
        self.reason = "stop"
        self.decode_ms = 0.0
        texts = [choices[best].text, *("" for _ in token_ids[1:])]
        return [self.add(token, text) for token, text in zip(token_ids, texts, strict=True)]

    def measure(self) -> GenerationStats:
        """Return the statistics of the answer so far."""
        return GenerationStats(
            input_tokens=self.input_tokens,
            visual_tokens=self.visual_tokens,
            query_tokens=self.query_tokens,
            cached_tokens=self.cached_tokens,
            output_tokens=self.generated,
            image_ms=self.image_ms,
            ttft_ms=(self.first - self.asked) * 1000 if self.first else 0.0,
            decode_ms=(self.last - self.first) * 1000 if self.decode_ms is None else self.decode_ms,
            kept_by_layer=self.kept_by_layer,
        )


# the fields that not every answer has, with their names in a server's response
ANSWER_FIELDS: Mapping[str, str] = {
    each.name: each.metadata["in_response"]
    for each in fields(AnswerRecord)
    if "in_response" in each.metadata
}


@dataclass(slots=True)
class TextStream:
    """Decodes tokens to pieces of text, up to a stop string and without white space at either end.
    Joined, the pieces equal the text that the tokenizer decodes from all tokens at once.

    The text of a token may depend on its neighbours. Some decoders drop the space of the first token,
    others join words by spaces, so new tokens are decoded after earlier ones, their context. And one
    character may be spread over several tokens, which are held back until it is complete. The byte
    tokens of SentencePiece (`<0x41>`) are held back until another token follows them: if their bytes
    are not UTF-8 all together, each of them becomes U+FFFD.

    Two more kinds of text are held back until it is certain that they belong to the answer: white space
    at the end, and text that may be the beginning of a stop string.

    Args:
        tokenizer: a tokenizer of transformers, or one from processing/tokenizer.py. Its decoder must
            not replace texts that go over several tokens. None if no text is wanted.
        stop: the stop strings; empty ones are ignored.
    """

    tokenizer: Any
    stop: Sequence[str] = ()
    stopped: bool = False  # whether a stop string has ended the text
    _ids: list[int] = field(default_factory=list)  # the context, then the tokens that are held back
    _context: int = 0  # the number of tokens of the context
    _before: str = ""  # the text of the context
    _pending: str = ""  # text that may turn out to be trailing white space or a stop string
    _started: bool = False

    def push(self, token: int) -> str:
        """Add a token and return the text that is now certain; often empty."""
        if self.stopped or self.tokenizer is None:
            return ""
        self._ids.append(token)
        name = self.tokenizer.convert_ids_to_tokens(token)
        in_bytes = name is None or BYTE.fullmatch(name)  # decoders skip ids without a token
        if in_bytes and not self.stop:
            return ""
        text = self.tokenizer.decode(self._ids)
        new = text[len(self._before) :]
        # after a stop string no token follows, so that its bytes are certain
        if text.endswith(REPLACEMENT) or (in_bytes and not self._has_stop(new)):
            return ""
        # The context of the next token are the new tokens. If they have no text of their own, such as a
        # single space, it begins earlier: otherwise the next token would be decoded as the first one.
        for context in (self._ids[self._context :], self._ids[-2:], self._ids):
            self._before = self.tokenizer.decode(context)
            if self._before:
                break
        self._ids = context
        self._context = len(context)
        return self._release(new)

    def finish(self) -> str:
        """Return the pending text that belongs to the answer."""
        if self.stopped or self.tokenizer is None:
            return ""
        rest = self._release(self.tokenizer.decode(self._ids)[len(self._before) :])
        return (rest + self._pending).rstrip()

    def _has_stop(self, text: str) -> bool:
        text = self._pending + text if self._started else text.lstrip()
        return any(stop in text for stop in self.stop if stop)

    def _release(self, text: str) -> str:
        self._pending += text
        if not self._started:
            self._pending = self._pending.lstrip()
            self._started = bool(self._pending)
        found = [(self._pending.find(stop), stop) for stop in self.stop if stop]
        ends = [(start + len(stop), start) for start, stop in found if start >= 0]
        # The stop string that is completed first ends the answer. So the result does not depend on how
        # the text is divided into tokens.
        if ends:
            _, start = min(ends)
            text = self._pending[:start].rstrip()
            self.stopped = True
            self._pending = ""
            return text
        # Hold back text that may be the beginning of a stop string, and the white space before this
        # text.
        cut = len(self._pending) - max((_overlap(self._pending, s) for s in self.stop), default=0)
        cut = len(self._pending[:cut].rstrip())
        text = self._pending[:cut]
        self._pending = self._pending[cut:]
        return text


def _overlap(text: str, stop: str) -> int:
    """Return the length of the longest suffix of `text` that is a prefix of `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
