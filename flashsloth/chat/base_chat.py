"""A conversation's pictures and turns, whoever computes its answers. Loads no torch."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol, TypedDict, Unpack

from flashsloth.chat.answer import FORGOTTEN, ONE_PICTURE, Answer, close, question_warnings
from flashsloth.chat.turns import GenerationRequest, SamplingOverrides, Turn
from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.events import Event, GenerationStats
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.images.reader import LoadedImage, read_image

Overflow = Literal["error", "drop-oldest"]


class ImageOptions(TypedDict, total=False):
    """Arguments of `read_image`."""

    reference: bool
    allow_truncated: bool
    allow_local: bool


class ConversationConfig(Protocol):
    """The fields of FlashSlothConfig that every conversation needs."""

    @property
    def image_hd(self) -> bool: ...
    def visual_tokens(self, hd: bool) -> int: ...


class ConversationModel(Protocol):
    """A model that is open, in this process or another one."""

    @property
    def config(self) -> ConversationConfig: ...
    @property
    def generation_defaults(self) -> Mapping[str, Any]: ...


class BaseChat:
    """Keeps the pictures in `images` and the turns in `turns`. Subclasses compute the answers."""

    def __init__(
        self, model: ConversationModel, system: str, hd: bool, image_options: ImageOptions | None = None
    ) -> None:
        self.model = model
        self.images: list[LoadedImage] = []
        self.system = system
        self.hd = hd
        self.turns: list[Turn] = []
        self.overflow: Overflow = "error"
        self.forgotten = 0  # turns at the beginning that are dropped from the prompt
        self.last_stats: GenerationStats | None = None  # of the last answer that ended
        self._image_options = image_options or ImageOptions()
        self._image_ms: list[float] = []  # milliseconds of reading and encoding each picture
        self._running: weakref.ref[Generator[Event, None, None]] | None = None  # the current answer
        self._lock = threading.Lock()

    def restore(self, images: Iterable[Any], turns: Sequence[Turn], overflow: Overflow) -> None:
        """Add the pictures and the turns of a conversation. If no turn counts its pictures, the first has them all.

        Raises: ImageError, OptionError if the turns count more pictures than are given.
        """
        for image in images:
            self.add_image(image)
        self.turns = list(turns)
        if self.turns and all(turn.images is None for turn in turns):
            self.turns[0] = replace(self.turns[0], images=len(self.images))
        if self._pending_images() < 0:
            count = len(self.images) - self._pending_images()
            raise OptionError(
                f"the turns count {count} pictures, but {len(self.images)} were given", hint="Give all the pictures."
            )
        self.overflow = overflow

    # ---- what subclasses compute

    @property
    def images_from_cache(self) -> list[bool]:
        """Whether each picture that is encoded so far was read from the cache of encoded images."""
        raise NotImplementedError

    @property
    def context_used(self) -> int:
        """The length of the conversation so far, in tokens."""
        raise NotImplementedError

    def prefill(self) -> None:
        """Encode the pictures and prefill everything before the next question, so that `ask` has less to do. Optional;
        may run in another thread while the question is typed.

        Raises: ContextTooLong, OutOfMemory.
        """
        raise NotImplementedError

    def make_room(self, request: GenerationRequest) -> bool:
        """With overflow "drop-oldest", drop turns from the prompt until the question fits. Return whether any were."""
        raise NotImplementedError

    def _generate(self, request: GenerationRequest, record: AnswerRecord) -> Generator[Event, None, None]:
        """Yield each token as it is computed, then Finished. Add the turn however the answer ends."""
        raise NotImplementedError

    def _forget_image(self, index: int) -> None:
        """Free what was computed for a picture that is being removed."""

    # ---- pictures

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
            self._forget_image(number - 1)
            del self._image_ms[number - 1]
            image = self.images.pop(number - 1)
            before = 0  # pictures of earlier turns
            for i, turn in enumerate(self.turns):
                if number <= before + turn.visible_images:
                    self.turns[i] = turn.without_image(number - 1 - before, image, len(self.turns))
                    break
                before += turn.visible_images
            return image

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

    # ---- questions

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
        sampling = Sampling(**{**self.model.generation_defaults, **settings})
        request = GenerationRequest(question, sampling, max_tokens, tuple(stop), continued, replaces_last)
        warnings, record = self._warnings(request), AnswerRecord()
        events = self._generate(request, record)
        self._running = weakref.ref(events)
        return Answer(request, events, record, warnings)

    def _warnings(self, request: GenerationRequest) -> list[str]:
        """Drop old turns if needed and allowed; return the warnings of the answer."""
        warnings = question_warnings(
            request.question, self.model.config, has_image=bool(self.images), hd=self.hd and not self.turns
        )
        dropped = self.make_room(request)
        turns, new_images = self._context_of(request)
        if new_images and (count := len(self._visible(turns, new_images))) > 1:
            warnings.append(ONE_PICTURE.format(count))
        if dropped:
            warnings.append(FORGOTTEN.format(f"{self.forgotten} turns" if self.forgotten > 1 else "turn"))
        return warnings

    def _context_of(self, request: GenerationRequest) -> tuple[int, int]:
        """Return the number of turns before the request, and of pictures first shown with it."""
        count = len(self.turns) - 1 if request.replaces_last else len(self.turns)
        return count, request.continued.visible_images if request.continued else self._pending_images(count)

    # ---- turns

    def undo(self) -> Turn | None:
        """Remove the last turn and return it, or return None before the first turn."""
        self._end_answer()
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)

    def _end_turn(
        self, request: GenerationRequest, record: AnswerRecord, new_images: int, replaced: Turn | None
    ) -> None:
        """Add the turn of an answer that has ended, or put back the turn that it was to replace if it never began.

        A continued turn keeps its pictures; a new one did not see any dropped picture.
        """
        self.last_stats = record.stats = record.measure()
        if not record.reason:
            self.turns += [] if replaced is None else [replaced]
            return
        turn = Turn(request.question, record.text, tuple(record.token_ids), record.reason, new_images)
        if request.continued is not None:
            turn = replace(turn, images=request.continued.images, dropped=request.continued.dropped)
        else:
            self.turns[:] = [each.with_drops_before(len(self.turns)) for each in self.turns]
        self.turns.append(turn)
