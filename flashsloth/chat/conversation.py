"""One conversation about pictures. Its KV cache is kept from turn to turn. Opens no model."""

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
from flashsloth.errors import OptionError
from flashsloth.generation.context import check_characters, check_length
from flashsloth.generation.engine import EncodedImage, KVState, TokenStream
from flashsloth.generation.events import Event, Finished, GenerationStats, Token
from flashsloth.generation.image_cache import CachedImage
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.generation.text_stream import TextStream
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.processing.image_processor import tower_pixels

MIN_ANSWER = 64  # tokens; with less room for the answer, old turns are dropped

Overflow = Literal["error", "drop-oldest"]


class ImageOptions(TypedDict, total=False):
    """Arguments of `read_image`."""

    reference: bool
    allow_truncated: bool
    allow_local: bool


class Chat:
    """One conversation, with its pictures in `images` and its turns in `turns`. The KV cache is kept between turns, so
    that a question costs only its own tokens, and each picture is encoded once.

    The visual tokens of a picture come before the question that it was first shown with. EmbQ looks at all pictures so
    far. The released weights were trained on one picture per conversation.
    """

    def __init__(self, model: ChatModel, system: str, hd: bool, image_options: ImageOptions | None = None) -> None:
        self.model = model
        self.images: list[LoadedImage] = []
        self.system = system
        self.hd = hd
        self.turns: list[Turn] = []
        self.overflow: Overflow = "error"
        self.forgotten = 0  # turns at the beginning that are dropped from the prompt
        self._image_options = image_options or ImageOptions()
        self._image_ms: list[float] = []  # milliseconds of reading and encoding each picture
        self._pictures: list[EncodedImage] = []  # of the first pictures; the others are not encoded yet
        self._state: KVState = model.engine.new_state()
        self.last_stats: GenerationStats | None = None  # of the last answer that ended
        self._running: weakref.ref[Generator[Event, None, None]] | None = None  # the current answer
        self._answering = False  # while it is read, only the answer may write to the KV cache
        self._lock = threading.Lock()

    @property
    def image(self) -> LoadedImage | None:
        """The last picture."""
        return self.images[-1] if self.images else None

    @property
    def pending_images(self) -> int:
        """The number of pictures, the last ones, that the next question will show."""
        return self._pending_images()

    @property
    def visual_tokens(self) -> int:
        """The number of visual tokens in the context."""
        return self.model.config.visual_tokens(self.hd) * len(self._visible())

    @property
    def image_ms(self) -> float:
        """The milliseconds spent on reading and encoding the pictures."""
        return sum(self._image_ms)

    @property
    def images_from_cache(self) -> list[bool]:
        """Whether each picture that is encoded so far was read from the cache of encoded images."""
        return [isinstance(picture, CachedImage) for picture in self._pictures]

    @property
    def context_used(self) -> int:
        """The length of the conversation so far, in tokens."""
        return len(self._ids())

    def add_image(self, image: Any) -> LoadedImage:
        """Add a picture, shown with the next question: a source as in `FlashSloth.chat`, or a LoadedImage.

        Raises: ImageError.
        """
        start = time.perf_counter()
        loaded = image if isinstance(image, LoadedImage) else read_image(image, **self._image_options)
        with self._lock:
            self.images.append(loaded)
            self._image_ms.append((time.perf_counter() - start) * 1000)
        return loaded

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture; the first is number 1. Later answers do not see it. The turn that showed it still counts it
        in `Turn.images` and lists it in `Turn.dropped`.

        Raises: OptionError if there is no such picture.
        """
        if not 1 <= number <= len(self.images):
            raise OptionError(f"there is no picture {number}", hint=f"Pictures so far: {len(self.images)}.")
        self._end_answer()
        with self._lock:
            del self._pictures[number - 1 : number], self._image_ms[number - 1]
            image = self.images.pop(number - 1)
            before = 0  # pictures of earlier turns
            for i, turn in enumerate(self.turns):
                if number <= before + turn.visible_images:
                    self.turns[i] = turn.without_image(number - 1 - before, image, len(self.turns))
                    break
                before += turn.visible_images
            return image

    def prefill(self) -> None:
        """Encode the pictures and prefill everything before the next question, so that `ask` has less to do. Optional;
        may run in another thread while the question is typed. While an answer is read it only encodes.

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
            start = time.perf_counter()
            pixels = tower_pixels(self.images[number].image, self.model.config, hd=self.hd)
            self._pictures.append(self.model.encode_image(pixels))
            self._image_ms[number] += (time.perf_counter() - start) * 1000

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
        """Ask a question. Nothing is computed before the answer is read. An unfinished earlier answer is closed as
        interrupted. None stands for the setting in the model's files, else greedy.

        Raises: OptionError for values out of range; while the answer is read, ContextTooLong and OutOfMemory.
        """
        overrides: SamplingOverrides = {
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "min_p": min_p,
            "repetition_penalty": repetition_penalty,
            "seed": seed,
        }
        return self._answer(question, None, False, max_tokens, stop, overrides)

    def retry(
        self,
        question: str | None = None,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        **overrides: Unpack[SamplingOverrides],
    ) -> Answer:
        """Ask the last question again, or another one instead. The last turn is replaced when the new one ends.

        Raises: OptionError if nothing was asked yet; otherwise like `ask`.
        """
        last = self._last("to ask again")
        return self._answer(last.question if question is None else question, None, True, max_tokens, stop, overrides)

    def continue_answer(
        self, *, max_tokens: int = 512, stop: Sequence[str] = (), **overrides: Unpack[SamplingOverrides]
    ) -> Answer:
        """Continue the last answer, which was interrupted or reached its maximum length. The Answer yields only the new
        text; the turn then has all of it.

        Raises: OptionError if the last answer is complete; otherwise like `ask`.
        """
        last = self._last("to continue")
        if last.reason == "stop":
            raise OptionError("the last answer is complete", hint="Ask for more in words.")
        return self._answer(last.question, last, True, max_tokens, stop, overrides)

    def _last(self, purpose: str) -> Turn:
        self._end_answer()
        if not self.turns:
            raise OptionError(f"there is no turn {purpose}", hint="Ask something first.")
        return self.turns[-1]

    def _answer(
        self,
        question: str,
        continued: Turn | None,
        replaces_last: bool,
        max_tokens: int,
        stop: Sequence[str],
        overrides: SamplingOverrides,
    ) -> Answer:
        if max_tokens < 1:
            raise OptionError(f"max_tokens must be 1 or more, not {max_tokens}", hint="Leave it out for 512.")
        self._end_answer()
        settings = {name: value for name, value in overrides.items() if value is not None}
        sampling = Sampling(**{**self.model.loaded.generation_defaults, **settings})
        request = GenerationRequest(question, sampling, max_tokens, tuple(stop), continued, replaces_last)
        warnings, result = self._warnings(request), AnswerResult()
        events = self._generate(request, result)
        self._running = weakref.ref(events)
        return Answer(request, events, result, warnings)

    def _warnings(self, request: GenerationRequest) -> list[str]:
        """Drop old turns if needed and allowed; return the warnings of the answer."""
        warnings = question_warnings(
            request.question, self.model.config, has_image=bool(self.images), hd=self.hd and not self.turns
        )
        dropped = self._drop_turns(request)
        turns, new_images = self._context_of(request)
        if new_images and (count := len(self._visible(turns, new_images))) > 1:
            warnings.append(ONE_PICTURE.format(count))
        if dropped:
            warnings.append(FORGOTTEN.format(f"{self.forgotten} turns" if self.forgotten > 1 else "turn"))
        return warnings

    def _generate(self, request: GenerationRequest, result: AnswerResult) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished. Add the turn however the answer ends."""
        engine = self.model.engine
        stream = TextStream(self.model.loaded.processor.tokenizer.decode, request.stop)
        timer = TokenTimer(time.perf_counter())
        check_characters(len(request.question) + len(self.system), self.model.engine.context_length)
        ids, (turns, new_images) = self._request_ids(request), self._context_of(request)
        check_length(ids, engine.context_length, engine.config.image_token_id)  # before the pictures are encoded
        visible = self._visible(turns, new_images)
        replaced: Turn | None = None
        continued = request.continued.token_ids if request.continued is not None else ()
        result.token_ids += continued
        result.pieces += [stream.push(token) for token in continued]
        cached = 0
        try:
            replaced = self.turns.pop() if request.replaces_last else None
            with self._lock:  # waits for a running `prefill`, and keeps a late one from writing to the cache
                self._answering = True
                self._encode_locked()
                pictures = self._encoded(visible)
                cached = engine.reusable_prefix_length(ids, self._state, pictures)
                tokens = TokenStream(engine, self._state, ids, pictures, request.sampling, request.max_tokens)
                remaining = iter(tokens)
                first = next(remaining, None)  # now the state is not empty: `prefill` only encodes
            for token in itertools.chain(() if first is None else (first,), remaining):
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
            generated = len(result.token_ids) - len(continued)
            if result.reason is None and generated:
                result.reason = "interrupted"
            image_ms = sum(self._image_ms[visible.stop - new_images : visible.stop])
            result.stats = self.last_stats = self._stats(timer, ids, cached, generated, image_ms)
            if result.reason:
                answer = "".join(result.pieces) + rest
                self._add(request, Turn(request.question, answer, tuple(result.token_ids), result.reason, new_images))
            elif replaced is not None:
                self.turns.append(replaced)
        if result.reason:
            yield result.record(Finished(rest, result.reason, result.stats))

    def _stats(
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
            ttft_ms=(timer.first - timer.start) * 1000 if timer.first else 0.0,
            decode_ms=(timer.last - timer.first) * 1000,
        )

    def _drop_turns(self, request: GenerationRequest) -> bool:
        """With overflow "drop-oldest", drop turns from the prompt until the question fits. Return whether any were."""
        if self.overflow == "error":
            return False
        check_characters(len(request.question) + len(self.system), self.model.engine.context_length)
        before, limit = self.forgotten, self.model.engine.context_length
        droppable = len(self.turns) - (1 if request.replaces_last else 0)
        room = min(MIN_ANSWER, request.max_tokens)
        while (length := len(self._request_ids(request))) + room > limit and self.forgotten < droppable:
            self.forgotten += 1
        if length + 1 > limit:  # the question alone is too long: dropping turns does not help
            self.forgotten = before
        return self.forgotten > before

    def _add(self, request: GenerationRequest, turn: Turn) -> None:
        """Append a turn. A continued one keeps its pictures; a new one did not see any dropped picture."""
        if request.continued is not None:
            turn = replace(turn, images=request.continued.images, dropped=request.continued.dropped)
        else:
            self.turns[:] = [each.with_drops_before(len(self.turns)) for each in self.turns]
        self.turns.append(turn)

    def undo(self) -> Turn | None:
        """Remove the last turn and return it; None if there is none."""
        self._end_answer()
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)

    def _request_ids(self, request: GenerationRequest) -> list[int]:
        """Return the whole prompt of a request."""
        ids = self._ids(request.question, *self._context_of(request))
        return ids + list(request.continued.token_ids) if request.continued else ids

    def _context_of(self, request: GenerationRequest) -> tuple[int, int]:
        """Return the number of turns before the request, and of pictures first shown with it."""
        count = len(self.turns) - 1 if request.replaces_last else len(self.turns)
        return count, request.continued.visible_images if request.continued else self._pending_images(count)

    def _pending_images(self, count: int | None = None) -> int:
        """Return the number of pictures that the first `count` turns have not shown."""
        return len(self.images) - sum(turn.visible_images for turn in self.turns[:count])

    def _visible(self, count: int | None = None, new_images: int | None = None) -> range:
        """Return the indices of the pictures in the prompt: those of the first `count` turns without the dropped turns,
        then `new_images`. If that leaves none, the last picture before stays visible."""
        new_images = self._pending_images(count) if new_images is None else new_images
        start = sum(turn.visible_images for turn in self.turns[: self.forgotten])
        end = sum(turn.visible_images for turn in self.turns[:count]) + new_images
        return range(max(0, min(start, end - 1)), end)

    def _ids(self, question: str | None = None, count: int | None = None, new_images: int | None = None) -> list[int]:
        """Return the ids of the conversation, or of its first `count` turns, then those of the new pictures and of the
        question, if any. Answers keep the ids they were generated as, and each is closed by `</s>`."""
        prompt, visual_tokens = self.model.prompt, self.model.config.visual_tokens(self.hd)
        turns = self.turns[self.forgotten : count]
        new_images = self._pending_images(count) if new_images is None else new_images
        counts = [*(turn.visible_images for turn in turns), new_images]
        counts[0] += len(self._visible(count, new_images)) - sum(counts)  # the picture of a dropped turn, if any
        ids = prompt.opening(self.system)
        for turn, images in zip(turns, counts, strict=False):
            ids += prompt.question_about(turn.question, images, visual_tokens)
            ids += [*turn.token_ids, *prompt.between_turns()]
        if question is None:
            return ids + prompt.image_placeholders(counts[-1], visual_tokens)
        return ids + prompt.question_about(question, counts[-1], visual_tokens)
