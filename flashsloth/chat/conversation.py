"""The pictures and turns of a conversation, whoever computes its answers, and requests for them. Loads
no torch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, TypedDict

from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import (
    AnswerRecord,
    Event,
    Finished,
    FinishReason,
    GenerationStats,
    Token,
)
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.images.crop import CropLike
from flashsloth.images.reader import LoadedImage, crop_image, read_image

Overflow = Literal["error", "drop-oldest"]
FORGOTTEN = "the context is full: the model no longer sees the first {} of this conversation"


class ImageOptions(TypedDict, total=False):
    """Arguments of `read_image`."""

    reference: bool
    allow_local: bool
    crop: CropLike | None


class AnswerOptions(TypedDict, total=False):
    """Arguments of `Chat.ask`, for type checkers and editors: the view `ask` of AnswerSettings, which
    checks them."""

    max_tokens: int | None
    stop: str | Sequence[str] | None
    schema: Any
    regex: str | None
    schema_in_prompt: bool | None
    choices: Sequence[str] | None
    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    repetition_penalty: float | None
    seed: int | None


@dataclass(frozen=True, slots=True)
class DroppedImage:
    """A picture that was removed from the conversation after a turn had shown it. `index` counts the
    pictures of that turn, `since` is the index of the first turn that did not see it. `image` is None
    in a restored conversation."""

    index: int
    since: int
    sha256: str
    image: LoadedImage | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer: the text, its token ids, and why it ended. `images` counts the
    pictures first shown with it; None if unknown. `dropped` are those of them that were removed
    since."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None
    dropped: tuple[DroppedImage, ...] = ()

    @property
    def visible_images(self) -> int:
        """The number of its pictures that are still in the conversation."""
        return (self.images or 0) - len(self.dropped)

    def without_image(self, number: int, image: LoadedImage, since: int) -> Turn:
        """Return this turn with one of its visible pictures dropped. The first is number 0."""
        dropped = {each.index for each in self.dropped}
        index = [index for index in range(self.images or 0) if index not in dropped][number]
        return replace(self, dropped=(*self.dropped, DroppedImage(index, since, image.sha256, image)))

    def with_drops_before(self, turn: int) -> Turn:
        """Return this turn with all drops dated before the turn of this index, at the latest."""
        return replace(
            self, dropped=tuple(replace(each, since=min(each.since, turn)) for each in self.dropped)
        )


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A question as the model reads it, and how to answer it. `continued` is the turn whose answer is
    continued, if any. With `replaces_last` the new turn takes the place of the last one."""

    question: str
    settings: AnswerSettings
    continued: Turn | None = None
    replaces_last: bool = False
    choices: ChoiceQuestion | None = None  # those of the settings, with the question that they answer


class Context(NamedTuple):
    """The part of a conversation that a prompt has.

    Args:
        turns: each with the number of pictures that were shown before it.
        shown: pictures of the next question.
        pictures: indices of all of them.
    """

    turns: list[tuple[Turn, int]]
    shown: int
    pictures: range


@dataclass(eq=False, repr=False)
class Conversation:
    """Keeps the pictures in `images` and the turns in `turns`.

    Args:
        system: text before the first turn; "" for none.
        hd: five tiles a picture instead of one.
        image_options: how pictures are read.
    """

    system: str
    hd: bool
    image_options: ImageOptions = field(default_factory=ImageOptions)
    images: list[LoadedImage] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    overflow: Overflow = "error"
    forgotten: int = 0  # turns at the beginning that are dropped from the prompt
    last_stats: GenerationStats | None = None  # of the last answer that ended
    encoded: list[Any] = field(default_factory=list)  # of images[:len(encoded)], by the backend
    # milliseconds of reading and encoding each picture
    encode_ms: list[float] = field(default_factory=list)
    # held while pictures are added, removed or encoded
    lock: threading.RLock = field(default_factory=threading.RLock)

    def restore(self, images: Iterable[Any], turns: Sequence[Turn], overflow: Overflow) -> None:
        """Add the pictures and the turns of a conversation. If no turn counts its pictures, the first
        has them all.

        Raises: ImageError, OptionError if the turns count more pictures than are given.
        """
        for image in images:
            self.add_image(image)
        self.turns = list(turns)
        if self.turns and all(turn.images is None for turn in turns):
            self.turns[0] = replace(self.turns[0], images=len(self.images))
        if self.turns and self.pending_images < 0:
            count = len(self.images) - self.pending_images
            raise OptionError(
                f"the turns count {count} pictures, but {len(self.images)} were given",
                hint="Give all the pictures.",
            )
        self.overflow = overflow

    # ---- pictures

    @property
    def pending_images(self) -> int:
        """The number of pictures, the last ones, that the next question will show."""
        return len(self.images) - sum(turn.visible_images for turn in self.turns)

    def add_image(self, image: Any, *, crop: CropLike | None = None) -> LoadedImage:
        """Add a picture, shown with the next question: a source as in `FlashSloth.chat`, or a
        LoadedImage. With `crop` add only that part of it, as `read_image` does.

        Raises: ImageError, OptionError for a crop that is not X,Y,W,H.
        """
        start = time.perf_counter()
        options: ImageOptions = (
            self.image_options if crop is None else {**self.image_options, "crop": crop}
        )
        if not isinstance(image, LoadedImage):
            loaded = read_image(image, **options)
        else:
            loaded = image if crop is None else crop_image(image, crop)
        with self.lock:
            self.images.append(loaded)
            self.encode_ms.append((time.perf_counter() - start) * 1000)
        return loaded

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture; the first is number 1. Later answers do not see it. The turn that showed it
        still counts it in `Turn.images` and lists it in `Turn.dropped`.

        Raises: OptionError if there is no such picture.
        """
        if not 1 <= number <= len(self.images):
            raise OptionError(
                f"there is no picture {number}", hint=f"Pictures so far: {len(self.images)}."
            )
        with self.lock:
            del self.encode_ms[number - 1], self.encoded[number - 1 : number]
            image = self.images.pop(number - 1)
            before = 0  # pictures of earlier turns
            for i, turn in enumerate(self.turns):
                if number <= before + turn.visible_images:
                    self.turns[i] = turn.without_image(number - 1 - before, image, len(self.turns))
                    break
                before += turn.visible_images
            return image

    def encode(self, encode: Callable[[LoadedImage], Any]) -> None:
        """Encode the pictures that are not encoded yet."""
        with self.lock:
            for number in range(len(self.encoded), len(self.images)):
                start = time.perf_counter()
                self.encoded.append(encode(self.images[number]))
                self.encode_ms[number] += (time.perf_counter() - start) * 1000

    def context(self, count: int | None = None, new_images: int | None = None) -> Context:
        """Return the context of the first `count` turns, followed by `new_images` pictures, by default
        all that no turn has. Dropped turns are left out; if no picture is left, the last one before
        stays visible."""
        turns, before = (
            self.turns[self.forgotten : count],
            sum(turn.visible_images for turn in self.turns[:count]),
        )
        end = len(self.images) if new_images is None else before + new_images
        start = sum(turn.visible_images for turn in self.turns[: self.forgotten])
        pictures = range(max(0, min(start, end - 1)), end)
        counts = [*(turn.visible_images for turn in turns), end - before]
        counts[0] += len(pictures) - sum(counts)  # the picture of a dropped turn, if any
        return Context([*zip(turns, counts, strict=False)], counts[-1], pictures)

    # ---- turns

    def context_of(self, request: GenerationRequest) -> tuple[int, int]:
        """Return the number of turns before the request, and of pictures first shown with it."""
        count = len(self.turns) - 1 if request.replaces_last else len(self.turns)
        if request.continued is not None:
            return count, request.continued.visible_images
        return count, len(self.images) - sum(turn.visible_images for turn in self.turns[:count])

    def undo(self) -> Turn | None:
        """Remove the last turn and return it, or return None before the first turn."""
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def answering(
        self, request: GenerationRequest, record: AnswerRecord, tokens: Generator[Token, None, None]
    ) -> Generator[Event, None, None]:
        """Yield the tokens of an answer, then Finished. Add the turn however the answer ends, unless it
        never began. A continued turn keeps its pictures; a new one did not see any dropped picture."""
        context, before, finished = self.context_of(request), self.forgotten, None
        record.asked = time.perf_counter()
        try:
            for token in tokens:
                del self.turns[context[0] :]  # the one that it replaces
                yield token
        finally:
            tokens.close()
            if self.forgotten > before:
                record.warnings.append(
                    FORGOTTEN.format(f"{self.forgotten} turns" if self.forgotten > 1 else "turn")
                )
            finished = self.end_answer(request, record, *context)
        if finished is not None:
            yield finished

    def end_answer(
        self, request: GenerationRequest, record: AnswerRecord, count: int, new_images: int
    ) -> Finished | None:
        """Add the turn of an answer, after the first `count`, unless the answer never began. The
        numbers are those of `context_of` before it."""
        finished = None
        shown = self.context(count, new_images).pictures.stop
        record.image_ms += sum(self.encode_ms[shown - new_images : shown])
        if record.reason or record.first:
            finished = record.finish()
            turn = Turn(
                request.question, record.text, tuple(record.token_ids), finished.reason, new_images
            )
            if request.continued is not None:
                turn = replace(turn, images=request.continued.images, dropped=request.continued.dropped)
            else:
                self.turns[:count] = [each.with_drops_before(count) for each in self.turns[:count]]
            self.turns[count:] = [turn]
        self.last_stats = record.stats = record.measure()
        return finished
