"""One conversation about pictures, whose keys and values are kept from turn to turn. Opens no model."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict, Unpack

from flashsloth.chat.answer import (
    FORGOTTEN,
    ONE_PICTURE,
    Answer,
    AnswerResult,
    TokenTimer,
    close,
    question_warnings,
)
from flashsloth.chat.chat_model import ChatModel
from flashsloth.chat.turns import GenerationRequest, SamplingOverrides, Turn
from flashsloth.errors import ContextTooLong, OptionError
from flashsloth.generation.engine import EncodedImage, KVState, TokenStream
from flashsloth.generation.events import Event, Finished, GenerationStats, Token
from flashsloth.generation.sampling import Sampling
from flashsloth.generation.text_stream import TextStream
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.processing.image_processor import tower_pixels

ROOM = 64  # tokens that an answer should have before old turns are let go for it
LONGEST_TOKEN = 256  # characters; more than any entry of a vocabulary has

Overflow = Literal["error", "drop-oldest"]


class ImageOptions(TypedDict, total=False):
    """How pictures are read: arguments of `read_image`."""

    reference: bool
    allow_truncated: bool
    allow_local: bool


class Chat:
    """One conversation. `images` holds its pictures in order, `turns` what was said; keys and values are kept between
    turns, so that a question costs only its own tokens, and each picture is encoded once.

    A picture stands before the question that it was first shown with, and EmbQ looks at all that were shown so far.
    The released weights were trained on one picture a conversation.
    """

    def __init__(self, model: ChatModel, system: str, hd: bool, reading: ImageOptions | None = None) -> None:
        self.model = model
        self.images: list[LoadedImage] = []
        self.system = system
        self.hd = hd
        self.turns: list[Turn] = []
        self.overflow: Overflow = "error"
        self.forgotten = 0  # turns at the beginning that the model no longer sees
        self._reading = reading or ImageOptions()
        self._image_ms: list[float] = []  # milliseconds that reading and encoding each took
        self._pictures: list[EncodedImage] = []  # those that are encoded: the first ones
        self._state: KVState = model.engine.new_state()
        self.last_stats: GenerationStats | None = None  # of the answer that ended last
        self._running: weakref.ref[Generator[Event, None, None]] | None = None  # the answer under way
        self._answering = False  # an answer is being read: keys and values are its own
        self._lock = threading.Lock()

    @property
    def image(self) -> LoadedImage | None:
        """The picture that was shown last."""
        return self.images[-1] if self.images else None

    @property
    def waiting(self) -> int:
        """How many pictures, the last ones, the next question will show."""
        return self._waiting()

    @property
    def visual_tokens(self) -> int:
        """Places that the pictures take in the context."""
        return self.model.config.visual_tokens(self.hd) * len(self._visible())

    @property
    def image_ms(self) -> float:
        """Milliseconds that reading and encoding the pictures took."""
        return sum(self._image_ms)

    @property
    def context_used(self) -> int:
        """Positions that the conversation takes so far."""
        return len(self._ids())

    def add_image(self, image: Any) -> LoadedImage:
        """One more picture, from the next question on: a source as in `FlashSloth.chat`, or a LoadedImage.

        Raises: ImageError.
        """
        began = time.perf_counter()
        loaded = image if isinstance(image, LoadedImage) else read_image(image, **self._reading)
        with self._lock:
            self.images.append(loaded)
            self._image_ms.append((time.perf_counter() - began) * 1000)
        return loaded

    def remove_image(self, number: int) -> LoadedImage:
        """Take a picture out, the first being 1: the model no longer sees it in what follows. What was said stays, and
        the turn that showed it keeps it on record, in `Turn.images` and `Turn.dropped`.

        Raises: OptionError if there is none of that number.
        """
        if not 1 <= number <= len(self.images):
            raise OptionError(f"there is no picture {number}", hint=f"There are {len(self.images)}.")
        self._end_answer()
        with self._lock:
            del self._pictures[number - 1 : number], self._image_ms[number - 1]
            image = self.images.pop(number - 1)
            before = 0  # pictures of earlier turns
            for i, turn in enumerate(self.turns):
                if number <= before + turn.shown:
                    self.turns[i] = turn.without(number - 1 - before, image, len(self.turns))
                    break
                before += turn.shown
            return image

    def prefill(self) -> None:
        """Encode the pictures and compute everything that stands before the next question, so that `ask` waits only
        for the question. May run in a thread of its own while the question is typed; not needed. While an answer is
        being read it only encodes.

        Raises: ContextTooLong, OutOfMemory.
        """
        with self._lock:
            self._encode_locked()
            if self._answering:
                return
            ids = self._ids()
            if self._state.ids[: len(ids)] != ids:
                self.model.engine.prefill(ids, self._state, self._encoded(self._visible()))

    def _encode_locked(self) -> None:
        for number in range(len(self._pictures), len(self.images)):
            began = time.perf_counter()
            pixels = tower_pixels(self.images[number].image, self.model.config, hd=self.hd)
            self._pictures.append(self.model.engine.encode_image(pixels))
            self._image_ms[number] += (time.perf_counter() - began) * 1000

    def _encoded(self, numbers: range) -> list[EncodedImage]:
        return self._pictures[numbers.start : numbers.stop]

    def ask(
        self,
        question: str,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float | None = None,
        seed: int | None = None,
    ) -> Answer:
        """Ask; nothing is computed before the answer is read. An earlier answer that was not read to its end is
        closed, as interrupted. None stands for what the model's own files say, else greedy.

        Raises: OptionError for values out of range; while the answer is read, ContextTooLong and OutOfMemory.
        """
        sampled: SamplingOverrides = {
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "min_p": min_p,
            "repetition_penalty": repetition_penalty,
            "seed": seed,
        }
        return self._answer(question, None, False, max_tokens, stop, sampled)

    def retry(
        self,
        question: str | None = None,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        **sampled: Unpack[SamplingOverrides],
    ) -> Answer:
        """Ask the last question again, or another in its place. The turn there was is kept until there is a new one.

        Raises: OptionError where nothing was asked yet; else like `ask`.
        """
        last = self._last("to ask again")
        return self._answer(last.question if question is None else question, None, True, max_tokens, stop, sampled)

    def continue_answer(
        self, *, max_tokens: int = 512, stop: Sequence[str] = (), **sampled: Unpack[SamplingOverrides]
    ) -> Answer:
        """Go on with the last answer, which was interrupted or reached its length. Its pieces are what is new; the
        turn then holds the whole.

        Raises: OptionError where it had come to its end; else like `ask`.
        """
        last = self._last("to go on with")
        if last.reason == "stop":
            raise OptionError("the last answer had come to its end", hint="Ask for more in words.")
        return self._answer(last.question, last, True, max_tokens, stop, sampled)

    def _last(self, what: str) -> Turn:
        self._end_answer()
        if not self.turns:
            raise OptionError(f"there is nothing {what}", hint="Ask something first.")
        return self.turns[-1]

    def _answer(
        self,
        question: str,
        begun: Turn | None,
        replacing: bool,
        max_tokens: int,
        stop: Sequence[str],
        sampled: SamplingOverrides,
    ) -> Answer:
        if max_tokens < 1:
            raise OptionError(f"max_tokens must be 1 or more, not {max_tokens}", hint="Leave it out for 512.")
        self._end_answer()
        given = {name: value for name, value in sampled.items() if value is not None}
        sampling = Sampling(**{**self.model.loaded.generation_defaults, **given})
        request = GenerationRequest(question, sampling, max_tokens, tuple(stop), begun, replacing)
        warnings, result = self._warnings(request), AnswerResult()
        events = self._generate(request, result)
        self._running = weakref.ref(events)
        return Answer(request, events, result, warnings)

    def _warnings(self, request: GenerationRequest) -> list[str]:
        """Make room for the answer where old turns may be forgotten; return what to tell the user with the answer."""
        warnings = question_warnings(
            request.question, self.model.config, shown=bool(self.images), hd=self.hd and not self.turns
        )
        made_room = self._make_room(request)
        before = self._before(request)
        if before[1] and (seen := len(self._visible(*before))) > 1:
            warnings.append(ONE_PICTURE.format(seen))
        if made_room:
            warnings.append(FORGOTTEN.format(f"{self.forgotten} turns" if self.forgotten > 1 else "turn"))
        return warnings

    def _generate(self, request: GenerationRequest, result: AnswerResult) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished; add the turn when it ends, however it ends."""
        engine = self.model.engine
        stream = TextStream(self.model.loaded.processor.tokenizer.decode, request.stop)
        timer = TokenTimer(time.perf_counter())
        self._check_length(request.question)
        ids, before = self._asked_ids(request), self._before(request)
        engine.check_length(ids)  # before its pictures are encoded
        visible = self._visible(*before)
        replaced: Turn | None = None
        begun = request.begun.token_ids if request.begun is not None else ()
        result.token_ids += begun
        result.pieces += [stream.push(token) for token in begun]
        cached = 0
        try:
            replaced = self.turns.pop() if request.replacing else None
            with self._lock:  # waits for a `prepare` under way, and keeps a late one out of the cache
                self._answering = True
                self._encode_locked()
                pictures = self._encoded(visible)
                cached = engine.reusable_prefix_length(ids, self._state, pictures)
                tokens = TokenStream(engine, self._state, ids, pictures, request.sampling, request.max_tokens)
                coming = iter(tokens)
                first = next(coming, None)  # from here on the state is not empty: `prepare` does nothing
            for token in itertools.chain(() if first is None else (first,), coming):
                timer.tick()
                result.token_ids.append(token)
                yield result.record(Token(stream.push(token), token))
                if stream.stopped:
                    tokens.reason = "stop"
                    break
            result.reason = tokens.reason
        finally:
            self._answering = False
            rest = stream.finish() if result.reason else ""
            generated = len(result.token_ids) - len(begun)
            if result.reason is None and generated:
                result.reason = "interrupted"
            image_ms = sum(self._image_ms[visible.stop - before[1] : visible.stop])
            result.stats = self.last_stats = self._count(timer, ids, cached, generated, image_ms)
            if result.reason:
                answer = "".join(result.pieces) + rest
                self._add(request, Turn(request.question, answer, tuple(result.token_ids), result.reason, before[1]))
            elif replaced is not None:
                self.turns.append(replaced)
        if result.reason:
            yield result.record(Finished(rest, result.reason, result.stats))

    def _count(
        self, timer: TokenTimer, ids: list[int], cached: int, generated: int, image_ms: float
    ) -> GenerationStats:
        config = self.model.config
        return GenerationStats(
            input_tokens=len(ids),
            visual_tokens=ids.count(config.image_token_id),
            query_tokens=ids.count(config.query_token_id),
            cached_tokens=cached,
            output_tokens=generated,
            image_ms=image_ms,
            ttft_ms=(timer.first - timer.began) * 1000 if timer.first else 0.0,
            decode_ms=(timer.last - timer.first) * 1000,
        )

    def _make_room(self, request: GenerationRequest) -> bool:
        """Let old turns go until the question fits, where that is wanted; whether any went."""
        if self.overflow == "error":
            return False
        self._check_length(request.question)
        before, limit = self.forgotten, self.model.engine.context_length
        kept = len(self.turns) - (1 if request.replacing else 0)
        room = min(ROOM, request.max_tokens)
        while (length := len(self._asked_ids(request))) + room > limit and self.forgotten < kept:
            self.forgotten += 1
        if length + 1 > limit:  # it does not fit alone: nothing was won
            self.forgotten = before
        return self.forgotten > before

    def _add(self, request: GenerationRequest, turn: Turn) -> None:
        """Append a turn. It has seen none of the pictures that were taken out; one that goes on had begun with them."""
        if request.begun is not None:
            turn = replace(turn, images=request.begun.images, dropped=request.begun.dropped)
        else:
            self.turns[:] = [each.dropped_by(len(self.turns)) for each in self.turns]
        self.turns.append(turn)

    def undo(self) -> Turn | None:
        """Take the last turn back; None if there is none."""
        self._end_answer()
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)

    def _check_length(self, question: str) -> None:
        """ContextTooLong for a text that no tokenizer could make short enough: to encode it first takes minutes."""
        limit = self.model.engine.context_length
        if len(question) + len(self.system) > limit * LONGEST_TOKEN:
            raise ContextTooLong(
                f"the text has {len(question) + len(self.system):,} characters; the context holds {limit} tokens"
            )

    def _asked_ids(self, request: GenerationRequest) -> list[int]:
        """All that stands before what is to be generated."""
        ids = self._ids(request.question, *self._before(request))
        return ids + list(request.begun.token_ids) if request.begun else ids

    def _before(self, request: GenerationRequest) -> tuple[int, int]:
        """How many turns stand before what is request, and how many pictures are shown with it."""
        count = len(self.turns) - 1 if request.replacing else len(self.turns)
        return count, request.begun.shown if request.begun else self._waiting(count)

    def _waiting(self, count: int | None = None) -> int:
        """How many pictures none of the first `count` turns has shown."""
        return len(self.images) - sum(turn.shown for turn in self.turns[:count])

    def _visible(self, count: int | None = None, shown: int | None = None) -> range:
        """Which pictures the model sees when so many are shown behind `count` turns: those of the turns that it has
        not forgotten, and where that is none the last one before."""
        gone = sum(turn.shown for turn in self.turns[: self.forgotten])
        end = sum(turn.shown for turn in self.turns[:count]) + (self._waiting(count) if shown is None else shown)
        return range(max(0, min(gone, end - 1)), end)

    def _ids(self, question: str | None = None, count: int | None = None, shown: int | None = None) -> list[int]:
        """The conversation as ids, or its first `count` turns, with the pictures that are shown next, and the next
        question if there is one. Answers keep the very ids they were generated as; each is closed by `</s>` however it
        ended."""
        prompt, places = self.model.prompt, self.model.config.visual_tokens(self.hd)
        turns = self.turns[self.forgotten : count]
        counts = [*(turn.shown for turn in turns), self._waiting(count) if shown is None else shown]
        counts[0] += len(self._visible(count, shown)) - sum(counts)  # one that a forgotten turn had shown
        ids = prompt.opening(self.system)
        for turn, images in zip(turns, counts, strict=False):
            ids += prompt.image_placeholders(images, places) + prompt.question(turn.question, after_picture=images > 0)
            ids += [*turn.token_ids, *prompt.between_turns()]
        ids += prompt.image_placeholders(counts[-1], places)
        return ids if question is None else ids + prompt.question(question, after_picture=counts[-1] > 0)
