"""Conversations: questions in, answers out, each turn's keys and values kept for the next. Knows no terminal.

import flashsloth
chat = flashsloth.open("nano").chat("photo.jpg")
for piece in chat.ask("What is this?"):
    ...
"""

from __future__ import annotations

import itertools
import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from flashsloth import hub, loading
from flashsloth.adapter import read as read_adapter
from flashsloth.configuration import FlashSlothConfig
from flashsloth.engine.engine import Engine, Picture, Run, State
from flashsloth.engine.sampling import Sampling
from flashsloth.engine.text import TextStream
from flashsloth.errors import ContextTooLong, InvalidConfiguration, OptionError
from flashsloth.events import Event, Finished, FinishReason, GenerationStats, Token
from flashsloth.processing.image import preprocess
from flashsloth.processing.load import LoadedImage, read_image
from flashsloth.processing.template import PromptEncoder

NO_PICTURE = "no picture was given; the model answers from the text alone"
ONE_PICTURE = "this model was trained on one picture a conversation; with {} expect worse answers"
NOT_TRAINED_HD = "this model was not trained with five tiles a picture (--hd); expect worse answers"
FORGOTTEN = "the context is full: the model no longer sees the first {} of this conversation"
ROOM = 64  # tokens that an answer should have before old turns are let go for it
LONGEST_TOKEN = 256  # characters; more than any entry of a vocabulary has
SPEAKS_OF_PICTURE = re.compile(
    r"\b(this|the|that|my)\s+(picture|image|photo|photograph|pic|screenshot|drawing|chart|scan)\b", re.IGNORECASE
)

Overflow = Literal["error", "drop-oldest"]


class Sampled(TypedDict, total=False):
    """How an answer is chosen; see `Sampling`. None stands for what the model's own files say, else greedy."""

    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    repetition_penalty: float | None
    seed: int | None


class Reading(TypedDict, total=False):
    """How pictures are read: arguments of `read_image`."""

    reference: bool
    allow_truncated: bool
    allow_local: bool


def open_model(
    model: str | os.PathLike[str] | None = None,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: str | os.PathLike[str] | None = None,
    cache: bool = False,
    offline: bool = False,
    confirm_download: Callable[[hub.Download], bool] | None = None,
    on_progress: loading.Progress | None = None,
) -> FlashSloth:
    """Open a model: read and check all its weights and put them on the device.

    Args:
        model: a known name ("nano", "flashsloth", "flashsloth-hd"), a hub id with optional "@revision", or a folder.
            None is the adapter's, if there is one, else the built-in nano.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        dtype: "float32", "bfloat16" or "float16"; None chooses by device and size.
        quant: "auto", "none", "int4", "int8", "nf4" or "llm-int8"; None is auto, or none where a dtype is given. On a
            CPU auto means int4 for models of a billion parameters and more.
        adapter: a folder that `flashsloth finetune` wrote, to be put into the model's weights.
        cache: keep a quantized copy in the user's cache, and open it from there the next time.
        offline: never ask the network, even if the model is not cached.
        confirm_download: asked before anything is fetched; None fetches without asking.
        on_progress: called with (done, total, label) while files are fetched and tensors read.

    Raises: a FlashSlothError: UnknownModel, ModelUnavailable, CheckpointError, OutOfMemory, OptionError.
    """
    trained = read_adapter(Path(adapter)) if adapter is not None else None
    if model is None:
        model = trained.base if trained is not None else loading.NANO
    source = loading.find(model, offline=offline, confirm=confirm_download, on_progress=on_progress)
    loaded = loading.load(
        source, device=device, dtype=dtype, quant=quant, trained=trained, cache=cache, on_progress=on_progress
    )
    return FlashSloth(loaded)


class FlashSloth:
    """An opened model. `chat` begins a conversation; several can be held side by side, one at a time computing.

    Raises: InvalidConfiguration where the model's own sampling settings are out of range.
    """

    def __init__(self, loaded: loading.LoadedModel) -> None:
        try:
            Sampling(**loaded.generation_defaults)
        except OptionError as error:
            where = loaded.source.folder / "generation_config.json"
            raise InvalidConfiguration(f"{where}: {error}", hint="Mend the file or remove it.") from error
        self.loaded = loaded
        self.engine = Engine(loaded.model, loaded.decoder, shortage=loaded.shortage)
        self.prompt = PromptEncoder(loaded.processor.tokenizer, loaded.config)

    @property
    def config(self) -> FlashSlothConfig:
        return self.loaded.config

    @property
    def name(self) -> str:
        """The name it was opened by."""
        return self.loaded.source.name

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: bool | None = None,
        reference: bool = False,
        allow_truncated: bool = False,
        allow_local: bool = False,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
    ) -> Chat:
        """Begin a conversation about a picture, about several, or without one about nothing but text.

        Args:
            images: each a path, URL, `data:` URL, bytes, file object, PIL picture or LoadedImage. Those that `turns`
                do not count among theirs are shown with the next question; where no turn counts, the first has all.
            system: text before the first turn instead of the model's own; "" for none.
            hd: five tiles instead of one; None does what the model was trained for.
            reference: read the picture exactly as the reference does (no rotation by EXIF, transparency dropped).
            turns: what was said before, to go on from; a turn without ids is encoded from its text.
            overflow: what happens when the context is full: "error", or "drop-oldest", which lets the model forget
                whole turns from the first one on, and says so in the answer's warnings. `turns` keeps them.

        Raises: ImageError, OptionError for turns that count more pictures than there are.
        """
        reading: Reading = {
            "reference": reference,
            "allow_truncated": allow_truncated,
            "allow_local": allow_local,
        }
        system = self.config.system_prompt if system is None else system
        chat = Chat(self, system, self.config.image_hd if hd is None else hd, reading)
        for image in images:
            chat.show(image)
        chat.turns = [self._with_ids(turn) for turn in turns]
        if chat.turns and all(turn.images is None for turn in turns):
            chat.turns[0] = replace(chat.turns[0], images=len(images))
        if chat._waiting() < 0:
            counted = len(images) - chat._waiting()
            raise OptionError(f"these turns are about {counted} pictures, not {len(images)}", hint="Give them all.")
        chat.overflow = overflow
        return chat

    def _with_ids(self, turn: Turn) -> Turn:
        known = all(0 <= token < self.config.text_config.vocab_size for token in turn.token_ids)
        if known and (turn.token_ids or not turn.answer):
            return turn
        return replace(turn, token_ids=tuple(self.prompt.text(f" {turn.answer}")))


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered to it: the text, its ids, and why it ended. `images`: how many pictures were
    shown with it for the first time; None where that is not said."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None

    @property
    def shown(self) -> int:
        """How many pictures were shown with it."""
        return self.images or 0


class Chat:
    """One conversation. `images` holds its pictures in order, `turns` what was said; keys and values are kept between
    turns, so that a question costs only its own tokens, and each picture is encoded once.

    A picture stands before the question that it was first shown with, and EmbQ looks at all that were shown so far.
    The released weights were trained on one picture a conversation.
    """

    def __init__(self, model: FlashSloth, system: str, hd: bool, reading: Reading | None = None) -> None:
        self.model = model
        self.images: list[LoadedImage] = []
        self.system = system
        self.hd = hd
        self.turns: list[Turn] = []
        self.overflow: Overflow = "error"
        self.forgotten = 0  # turns at the beginning that the model no longer sees
        self._reading = reading or Reading()
        self._image_ms: list[float] = []  # milliseconds that reading and encoding each took
        self._pictures: list[Picture] = []  # those that are encoded: the first ones
        self._state: State = model.engine.new_state()
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

    def show(self, image: Any) -> LoadedImage:
        """One more picture, from the next question on: a source as in `FlashSloth.chat`, or a LoadedImage.

        Raises: ImageError.
        """
        began = time.perf_counter()
        loaded = image if isinstance(image, LoadedImage) else read_image(image, **self._reading)
        with self._lock:
            self.images.append(loaded)
            self._image_ms.append((time.perf_counter() - began) * 1000)
        return loaded

    def drop(self, number: int) -> LoadedImage:
        """Take a picture out, the first being 1, as if it had never been shown. What was said stays.

        Raises: OptionError if there is none of that number.
        """
        if not 1 <= number <= len(self.images):
            raise OptionError(f"there is no picture {number}", hint=f"There are {len(self.images)}.")
        self._end_answer()
        with self._lock:
            shown = itertools.accumulate(turn.shown for turn in self.turns)
            turn = next((i for i, so_far in enumerate(shown) if number <= so_far), None)
            if turn is not None:
                self.turns[turn] = replace(self.turns[turn], images=self.turns[turn].shown - 1)
            del self._pictures[number - 1 : number], self._image_ms[number - 1]
            return self.images.pop(number - 1)

    def prepare(self) -> None:
        """Encode the pictures and compute everything that stands before the next question, so that `ask` waits only
        for the question. May run in a thread of its own while the question is typed; not needed. While an answer is
        being read it only encodes.

        Raises: ContextTooLong, OutOfMemory.
        """
        with self._lock:
            self._see_locked()
            if self._answering:
                return
            ids = self._ids()
            if self._state.ids[: len(ids)] != ids:
                self.model.engine.prefill(ids, self._state, self._seen(self._visible()))

    def _see_locked(self) -> None:
        for number in range(len(self._pictures), len(self.images)):
            began = time.perf_counter()
            config = self.model.config
            pixels = preprocess(
                self.images[number].image,
                config.vision_config.image_size,
                hd=self.hd,
                grid=config.tile_grid,
                aspect=config.image_aspect_ratio,
            )
            self._pictures.append(self.model.engine.see(pixels))
            self._image_ms[number] += (time.perf_counter() - began) * 1000

    def _seen(self, numbers: range) -> list[Picture]:
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
        sampled: Sampled = {
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
        **sampled: Unpack[Sampled],
    ) -> Answer:
        """Ask the last question again, or another in its place. The turn there was is kept until there is a new one.

        Raises: OptionError where nothing was asked yet; else like `ask`.
        """
        last = self._last("to ask again")
        return self._answer(last.question if question is None else question, None, True, max_tokens, stop, sampled)

    def go_on(self, *, max_tokens: int = 512, stop: Sequence[str] = (), **sampled: Unpack[Sampled]) -> Answer:
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
        sampled: Sampled,
    ) -> Answer:
        if max_tokens < 1:
            raise OptionError(f"max_tokens must be 1 or more, not {max_tokens}", hint="Leave it out for 512.")
        self._end_answer()
        given = {name: value for name, value in sampled.items() if value is not None}
        sampling = Sampling(**{**self.model.loaded.generation_defaults, **given})
        answer = Answer(self, _Asked(question, sampling, max_tokens, tuple(stop), begun, replacing))
        self._running = weakref.ref(answer._events)
        return answer

    def _make_room(self, asked: _Asked) -> bool:
        """Let old turns go until the question fits, where that is wanted; whether any went."""
        if self.overflow == "error":
            return False
        self._check_length(asked.question)
        before, limit = self.forgotten, self.model.engine.context_length
        kept = len(self.turns) - (1 if asked.replacing else 0)
        room = min(ROOM, asked.max_tokens)
        while (length := len(self._asked_ids(asked))) + room > limit and self.forgotten < kept:
            self.forgotten += 1
        if length + 1 > limit:  # it does not fit alone: nothing was won
            self.forgotten = before
        return self.forgotten > before

    def undo(self) -> Turn | None:
        """Take the last turn back; None if there is none."""
        self._end_answer()
        turn = self.turns.pop() if self.turns else None
        self.forgotten = min(self.forgotten, len(self.turns))
        return turn

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            _close(events)

    def _check_length(self, question: str) -> None:
        """ContextTooLong for a text that no tokenizer could make short enough: to encode it first takes minutes."""
        limit = self.model.engine.context_length
        if len(question) + len(self.system) > limit * LONGEST_TOKEN:
            raise ContextTooLong(
                f"the text has {len(question) + len(self.system):,} characters; the context holds {limit} tokens"
            )

    def _asked_ids(self, asked: _Asked) -> list[int]:
        """All that stands before what is to be generated."""
        ids = self._ids(asked.question, *self._before(asked))
        return ids + list(asked.begun.token_ids) if asked.begun else ids

    def _before(self, asked: _Asked) -> tuple[int, int]:
        """How many turns stand before what is asked, and how many pictures are shown with it."""
        count = len(self.turns) - 1 if asked.replacing else len(self.turns)
        return count, asked.begun.shown if asked.begun else self._waiting(count)

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
            ids += prompt.pictures(images, places) + prompt.question(turn.question, after_picture=images > 0)
            ids += [*turn.token_ids, *prompt.between_turns()]
        ids += prompt.pictures(counts[-1], places)
        return ids if question is None else ids + prompt.question(question, after_picture=counts[-1] > 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be answered, and how. `begun`: a turn whose answer is to go on; `replacing`: in the last one's
    place."""

    question: str
    sampling: Sampling
    max_tokens: int
    stop: tuple[str, ...]
    begun: Turn | None
    replacing: bool


def cautions(question: str, config: FlashSlothConfig, *, shown: bool, hd: bool) -> list[str]:
    """What to say with an answer to this, with a picture shown or not, in five tiles or not."""
    found = [NO_PICTURE] if not shown and SPEAKS_OF_PICTURE.search(question) else []
    return [*found, NOT_TRAINED_HD] if shown and hd and not config.image_hd else found


class Answer:
    """An answer that comes as it is read. Iterate for pieces of text (once), `text()` for the whole, `events()` for
    tokens and numbers. The turn enters the conversation when it ends or is closed."""

    def __init__(self, chat: Chat, asked: _Asked) -> None:
        self.chat = chat
        self.question = asked.question
        self.sampling = asked.sampling
        self.max_tokens = asked.max_tokens
        shown, hd = bool(chat.images), chat.hd and not chat.turns
        self.warnings = cautions(asked.question, chat.model.config, shown=shown, hd=hd)
        made_room = chat._make_room(asked)
        before = chat._before(asked)
        if before[1] and (seen := len(chat._visible(*before))) > 1:
            self.warnings.append(ONE_PICTURE.format(seen))
        if made_room:
            turns = f"{chat.forgotten} turns" if chat.forgotten > 1 else "turn"
            self.warnings.append(FORGOTTEN.format(turns))
        self._said = _Said()
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
        _close(self._events)


def _close(events: Generator[Event, None, None]) -> None:
    try:
        events.close()
    except ValueError as error:
        raise RuntimeError("this answer is being read in another thread: a chat is for one thread at a time") from error


@dataclass(slots=True)
class _Said:
    """What an answer has come to. Apart from the Answer, so that it and its generator hold no circle of each other:
    dropped amid an answer, a conversation's memory is free at once."""

    token_ids: list[int] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    reason: FinishReason | None = None
    stats: GenerationStats | None = None

    def keep(self, event: Event) -> Event:
        self.pieces.append(event.text)
        return event


def _generate(chat: Chat, asked: _Asked, said: _Said) -> Generator[Event, None, None]:
    engine = chat.model.engine
    stream = TextStream(chat.model.loaded.processor.tokenizer.decode, asked.stop)
    clock = _Clock(time.perf_counter())
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
            run = Run(engine, chat._state, ids, pictures, asked.sampling, asked.max_tokens)
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
            chat.turns.append(Turn(asked.question, answer, tuple(said.token_ids), said.reason, before[1]))
        elif replaced is not None:
            chat.turns.append(replaced)
    if said.reason:
        yield said.keep(Finished(rest, said.reason, said.stats))


def _count(chat: Chat, clock: _Clock, ids: list[int], cached: int, answered: int, image_ms: float) -> GenerationStats:
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
class _Clock:
    began: float
    first: float = 0.0
    last: float = 0.0

    def tick(self) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
