"""The pictures and turns of a conversation, and the questions that are asked in it. This module loads
no torch, and does not know where the answers are computed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

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
from flashsloth.generation.choice_list import question_in_orders
from flashsloth.images.reader import LoadedImage, crop_image, read_image
from flashsloth.images.sources import CropLike

if TYPE_CHECKING:
    from flashsloth.processing.pictures import PictureProcessor

Overflow = Literal["error", "drop-oldest"]
FORGOTTEN = "the context is full: the model no longer sees the first {} of this conversation"


class ImageOptions(TypedDict, total=False):
    """Arguments of `read_image`."""

    reference: bool
    allow_local: bool
    crop: CropLike | None


@dataclass(frozen=True, slots=True)
class DroppedImage:
    """A picture that was removed from the conversation after it had been shown in a turn.

    Args:
        index: the position of the picture among the pictures of that turn.
        since: the index of the first turn that did not see the picture.
        image: the picture; None in a restored conversation.
    """

    index: int
    since: int
    sha256: str
    image: LoadedImage | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, with the answer's token ids and the reason why it ended.

    Args:
        images: the number of pictures that were first shown with the question; None if this number is
            unknown.
        dropped: the pictures among these that were removed later.
    """

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None
    dropped: tuple[DroppedImage, ...] = ()

    @property
    def visible_images(self) -> int:
        """The number of pictures of this turn that are still in the conversation."""
        return (self.images or 0) - len(self.dropped)

    def without_image(self, number: int, image: LoadedImage, since: int) -> Turn:
        """Return this turn with one of its visible pictures dropped. The first visible picture has
        number 0."""
        dropped = {each.index for each in self.dropped}
        index = [index for index in range(self.images or 0) if index not in dropped][number]
        return replace(self, dropped=(*self.dropped, DroppedImage(index, since, image.sha256, image)))

    def with_drops_before(self, turn: int) -> Turn:
        """Return this turn, changed so that its dropped pictures were dropped before the turn with this
        index (`DroppedImage.since` is at most `turn`)."""
        dropped = [replace(each, since=min(each.since, turn)) for each in self.dropped]
        return replace(self, dropped=tuple(dropped))


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and how to answer it.

    Args:
        text: the question as it was given.
        settings: the settings of the answer, completed with the model's own values.
        orders: the question as the model reads it, which may contain the schema or the choices of the
            settings. There is one text for each order of the choices, otherwise a single one.
        continued: the turn whose answer is continued; None for a new answer.
        replaces_last: whether the new turn replaces the last turn.
        image: a picture that is shown first with this question. Its pixels may be gone if it is
            `prepared`.
        prepared: the picture as a PictureProcessor has prepared it.
        expected: the correct answer of a data set.
    """

    text: str
    settings: AnswerSettings
    orders: tuple[str, ...]
    continued: Turn | None = None
    replaces_last: bool = False
    image: LoadedImage | None = None
    prepared: Any = None
    expected: str = ""

    @classmethod
    def of(cls, text: str, settings: AnswerSettings, **more: Any) -> Question:
        """Return a question that a user asked. The choices or the schema of the settings may become
        part of what the model reads.

        Raises: OptionError if the question has the word {choices} twice.
        """
        if settings.choices:
            return cls(text, settings, question_in_orders(text, settings.choices), **more)
        constraint = settings.constraint
        return cls(text, settings, (text if constraint is None else constraint.question(text),), **more)

    @property
    def read(self) -> str:
        """The question as the model reads it, with the choices in the given order."""
        return self.orders[0]


class Context(NamedTuple):
    """The part of a conversation that is in a prompt.

    Args:
        turns: the turns, each with the number of pictures that come directly before its question.
        shown: the number of pictures before the next question.
        pictures: the indices of all pictures in the prompt.
    """

    turns: list[tuple[Turn, int]]
    shown: int
    pictures: range


@dataclass(slots=True)
class Picture:
    """A picture of a conversation.

    Args:
        encode_ms: the milliseconds that reading, preparing and encoding it took so far.
        block: its ids in a prompt; None until it is prepared.
        prepared: the picture as the vision tower reads it; None after it was encoded.
        encoded: the picture as the backend encoded it; None before.
    """

    image: LoadedImage
    encode_ms: float = 0.0
    block: Sequence[int] | None = None
    prepared: Any = None
    encoded: Any = None


@dataclass(eq=False, repr=False)
class Conversation:
    """A conversation, which keeps the pictures in `pictures` and the turns in `turns`.

    Args:
        system: the text before the first turn; "" for no text.
        hd: whether each picture is read in tiles instead of one.
        auto_hd: whether tiles are read as soon as an answer from one tile is in doubt. Later turns keep
            them.
        image_options: the options with which pictures are read.
        forgotten: the number of oldest turns that are dropped from the prompt.
        lock: held while pictures are added, removed or encoded.
    """

    system: str
    hd: bool | None
    image_options: ImageOptions = field(default_factory=ImageOptions)
    auto_hd: bool = False
    pictures: list[Picture] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    overflow: Overflow = "error"
    forgotten: int = 0
    last_stats: GenerationStats | None = None  # statistics of the last answer that ended
    lock: threading.RLock = field(default_factory=threading.RLock)

    def restore(self, images: Iterable[Any], turns: Sequence[Turn], overflow: Overflow) -> None:
        """Add the pictures and the turns of an earlier conversation. If `Turn.images` is None in all
        turns, all pictures are assigned to the first turn.

        Raises: ImageError, OptionError if the turns count more pictures than are given.
        """
        for image in images:
            self.add_image(image)
        self.turns = list(turns)
        if self.turns and all(turn.images is None for turn in turns):
            self.turns[0] = replace(self.turns[0], images=len(self.pictures))
        if self.turns and self.pending_images < 0:
            count = len(self.pictures) - self.pending_images
            raise OptionError(
                f"the turns count {count} pictures, but {len(self.pictures)} were given",
                hint="Give all the pictures.",
            )
        self.overflow = overflow

    # ---- pictures

    @property
    def images(self) -> list[LoadedImage]:
        """The pictures as they were read."""
        return [picture.image for picture in self.pictures]

    @property
    def encoded(self) -> list[Any]:
        """The pictures as the backend encoded them, as far as they are encoded."""
        return [picture.encoded for picture in self.pictures if picture.encoded is not None]

    @property
    def pending_images(self) -> int:
        """The number of pictures that will be shown with the next question. These are the last pictures
        in `pictures`."""
        return len(self.pictures) - sum(turn.visible_images for turn in self.turns)

    def add_image(self, image: Any, *, crop: CropLike | None = None) -> LoadedImage:
        """Add a picture, which is shown with the next question. `image` is a source as in
        `FlashSloth.chat`, or a LoadedImage. With `crop` only this part of the picture is added (see
        `read_image`).

        Raises: ImageError, OptionError for a crop that is not X,Y,W,H.
        """
        start = time.perf_counter()
        if not isinstance(image, LoadedImage):
            options = self.image_options if crop is None else {**self.image_options, "crop": crop}
            loaded = read_image(image, pipe=True, **options)
        else:
            loaded = image if crop is None else crop_image(image, crop)
        with self.lock:
            self.pictures.append(Picture(loaded, (time.perf_counter() - start) * 1000))
        return loaded

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture. The first picture has number 1. Later answers do not see the removed
        picture. The turn that showed the picture still counts it in `Turn.images` and lists it in
        `Turn.dropped`.

        Raises: OptionError if there is no such picture.
        """
        if not 1 <= number <= len(self.pictures):
            raise OptionError(
                f"there is no picture {number}", hint=f"Pictures so far: {len(self.pictures)}."
            )
        with self.lock:
            image = self.pictures.pop(number - 1).image
            # Find the turn that showed the picture. `position` is the picture's position among the
            # pictures of that turn.
            position = number - 1
            for i, turn in enumerate(self.turns):
                if position < turn.visible_images:
                    self.turns[i] = turn.without_image(position, image, len(self.turns))
                    break
                position -= turn.visible_images
            return image

    def read_with(self, hd: bool | None) -> None:
        """Read pictures with this `hd` from now on. Pictures that were read otherwise are prepared
        again."""
        with self.lock:
            if self.hd != hd:
                self.hd = hd
                for picture in self.pictures:
                    picture.block = picture.prepared = picture.encoded = None

    def prepare(self, pictures: PictureProcessor) -> None:
        """Prepare the pictures that are not prepared yet."""
        # Without pictures to prepare the lock is not taken: another thread may hold it for seconds, to
        # encode.
        if all(picture.block is not None for picture in self.pictures):
            return
        with self.lock:
            for picture in self.pictures:
                if picture.block is None:
                    start = time.perf_counter()
                    picture.prepared = pictures.prepare(picture.image.image, hd=self.hd)
                    picture.block = pictures.block(picture.prepared)
                    picture.encode_ms += (time.perf_counter() - start) * 1000

    def encode(self, encode: Callable[[int], Any]) -> None:
        """Encode the pictures that are not encoded yet. `encode` gets the index of a picture."""
        with self.lock:
            for number, picture in enumerate(self.pictures):
                if picture.encoded is None:
                    start = time.perf_counter()
                    picture.encoded = encode(number)
                    picture.encode_ms += (time.perf_counter() - start) * 1000

    def context(self, count: int | None = None, new_images: int | None = None) -> Context:
        """Return the context that consists of the first `count` turns and then `new_images` pictures.
        By default `new_images` stands for all pictures that no turn has shown.

        Dropped turns and their pictures are left out. If no picture would remain, the last picture of
        the dropped turns stays in the context.
        """
        turns = self.turns[self.forgotten : count]
        dropped = sum(turn.visible_images for turn in self.turns[: self.forgotten])
        before = sum(turn.visible_images for turn in self.turns[:count])
        end = len(self.pictures) if new_images is None else before + new_images
        pictures = range(max(0, min(dropped, end - 1)), end)
        counts = [*(turn.visible_images for turn in turns), end - before]
        # If a picture of a dropped turn stays, it comes before the first remaining question.
        counts[0] += len(pictures) - sum(counts)
        return Context([*zip(turns, counts, strict=False)], counts[-1], pictures)

    # ---- turns

    def context_of(self, question: Question) -> tuple[int, int]:
        """Return the number of turns before a question, and the number of pictures that are first shown
        with it."""
        count = len(self.turns) - 1 if question.replaces_last else len(self.turns)
        if question.continued is not None:
            return count, question.continued.visible_images
        return count, len(self.pictures) - sum(turn.visible_images for turn in self.turns[:count])

    def undo(self) -> Turn | None:
        """Remove the last turn and return it, or return None before the first turn."""
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def answering(
        self, question: Question, record: AnswerRecord, tokens: Generator[Token, None, None]
    ) -> Generator[Event, None, None]:
        """Yield the tokens of an answer, then Finished. If the answer is interrupted or fails, the turn
        is added with the answer so far. If the answer never began, no turn is added."""
        count, new_images = self.context_of(question)
        before = self.forgotten
        record.asked = time.perf_counter()
        try:
            for token in tokens:
                # The turn that the new turn replaces is removed only now. So the old turn stays if the
                # answer fails before its first token.
                del self.turns[count:]
                yield token
        # This block also runs if the caller stops reading early or is interrupted. The turn then
        # contains the answer so far.
        finally:
            tokens.close()
            if self.forgotten > before:
                turns = f"{self.forgotten} turns" if self.forgotten > 1 else "turn"
                record.warnings.append(FORGOTTEN.format(turns))
            finished = self.add_turn(question, record, count, new_images)
        if finished is not None:
            yield finished

    def add_turn(
        self, question: Question, record: AnswerRecord, count: int, new_images: int
    ) -> Finished | None:
        """Add the turn of an answer after the first `count` turns, unless the answer never began.
        `count` and `new_images` are the numbers that `context_of` returned before the answer.

        If the answer continues an earlier one, its turn keeps the pictures of that turn. Otherwise the
        earlier turns record that the new turn did not see the pictures that they have dropped.
        """
        finished = None
        shown = self.context(count, new_images).pictures.stop
        record.image_ms += sum(
            picture.encode_ms for picture in self.pictures[shown - new_images : shown]
        )
        if record.reason or record.first:
            finished = record.finish()
            turn = Turn(
                question.read, record.text, tuple(record.token_ids), finished.reason, new_images
            )
            if (continued := question.continued) is not None:
                turn = replace(turn, images=continued.images, dropped=continued.dropped)
            else:
                self.turns[:count] = [each.with_drops_before(count) for each in self.turns[:count]]
            self.turns[count:] = [turn]
        self.last_stats = record.stats = record.measure()
        return finished
