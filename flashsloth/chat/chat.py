"""One conversation about pictures, with methods to ask, ask again, continue an answer, and undo a turn;
its answers, which are streamed while they are generated; and the interface of an opened model, which
either this process or a server has open. This module loads no torch and opens no model."""

from __future__ import annotations

import math
import os
import re
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Unpack

from flashsloth.chat.conversation import Conversation, Question, Turn
from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import (
    AnswerRecord,
    Choice,
    Event,
    FinishReason,
    GenerationStats,
    Token,
)
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import check_choices
from flashsloth.generation.detail import AUTO
from flashsloth.images.reader import LoadedImage
from flashsloth.sizes.model_sizes import DETAIL, PictureScale

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.explanation import Explanation

NO_PICTURE = "no picture was given; the model answers from the text alone"
ONE_PICTURE = "this model was trained on one picture a conversation; with {} expect worse answers"
NOT_TRAINED_HD = "this model was not trained with tiles (--hd); expect worse answers"
SPEAKS_OF_PICTURE = re.compile(
    r"\b(this|the|that|my)\s+(picture|image|photo|photograph|pic|screenshot|drawing|chart|scan)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """How a model was opened, and the properties of the model that a conversation needs. A foreign
    server (a server of another program) does not report most of these fields. The unknown fields are
    then None, and a picture has 0 visual tokens."""

    name: str  # the name or folder with which the model was opened, or its name at a foreign server
    load_ms: float  # milliseconds that opening the model took
    repo: str | None = None
    revision: str | None = None
    folder: str | None = None
    adapter: str | None = None  # the folder of the adapter
    quant: str | None = None
    dtype: str | None = None
    device: str | None = None
    # The default sampling settings from the model's files.
    generation_defaults: Mapping[str, Any] = field(default_factory=dict)
    system_prompt: str = ""
    # the maximum number of positions, including visual and query tokens
    context_length: int | None = None
    image_hd: bool | None = False
    # number of a picture's visual tokens in one tile, and in five tiles
    visual_tokens: Sequence[int] = (0, 0)
    # how pictures are scaled to squares; None if they are prepared from their full size
    picture_scale: PictureScale | None = None
    tile_side: int | None = None  # the side in pixels of one tile
    # the largest numbers of pixels of a picture for each `hd` in DETAIL; empty if `hd` asks for tiles
    most_pixels: Sequence[int] = ()
    max_side: int | None = None  # the longest side to which pictures are reduced; None for no limit
    choice_temperature: float = 1.0
    schema_in_prompt: bool = True
    # A digest of the recipe that says which visual tokens are left out, or None without a recipe.
    reduction: str | None = None

    def scale_of(self, *, hd: bool | None) -> PictureScale | None:
        """Return how a picture is scaled; None if that depends on the picture or is unknown."""
        if self.most_pixels:
            side = math.isqrt(self.most_pixels[DETAIL.index(hd)])
            return PictureScale(side, 1, "area", max_side=self.max_side)
        if self.picture_scale is not None or hd or not self.visual_tokens[0]:
            return self.picture_scale
        return PictureScale(self.tile_side or 0, 1, "square", max_side=self.max_side)

    def published(self) -> dict[str, Any]:
        """Return the facts that a server may publish, without the folders of its machine."""
        adapter = self.adapter and os.path.basename(os.path.abspath(self.adapter))
        facts = {**asdict(self), "adapter": adapter}
        del facts["name"], facts["folder"]
        return facts


class ChatModel(Protocol):
    """A model that this process has open (`FlashSloth`), or that a server has open (`RemoteModel`)."""

    @property
    def facts(self) -> ModelFacts: ...

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""

    @property
    def server(self) -> str | None:
        """The address of the server that has the model open; None if this process has it open."""

    @property
    def warning(self) -> str | None:
        """A warning about the model that users should see once; None if there is no warning."""

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""

    def tiles(self, image: Image.Image, *, hd: bool | None) -> list[Image.Image]:
        """Return the parts of a picture as the model sees them, in their order. Raises: OptionError for
        a server, which does not report them."""


class ChatBackend(Protocol):
    """Computes the answers of one conversation. Each call gets the conversation as an argument, because
    the backend must not refer to its conversation. If both referred to each other, a conversation that
    a program drops would not be freed at once."""

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation so far, in tokens."""

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures and compute the prompt up to the next question. Raises: ContextTooLong,
        OutOfMemory."""

    def choose(self, conversation: Conversation, questions: Sequence[Question]) -> list[list[float]]:
        """Return the probabilities of the choices for several questions, which have the same choices.
        Each question is treated as if it were the next one. Raises: ContextTooLong, OutOfMemory,
        OptionError."""

    def generate(
        self, conversation: Conversation, question: Question, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        """Yield each token as soon as it is computed. Text that was held back until the end, such as
        the beginning of a stop text, is in `record.rest`. If the `overflow` of the conversation is
        "drop-oldest", the oldest turns are dropped from the prompt until the question fits."""

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Return where the model looked for the answer of the turn with this index. The turn must see
        a picture."""


class AskOptions(TypedDict, total=False):
    """The keywords of `Chat.ask`, for type checkers and editors. `AnswerSettings` declares and checks
    them (the settings in the view `ask`)."""

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
    detail_threshold: float | None
    refusal: str | None


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
        has_grammar = self.settings.constraint is not None
        return has_grammar and self.record.grammar_failed(self.settings.max_tokens)

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
        return text if constraint is None else constraint.parse(self.record, self.settings.max_tokens)

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


@dataclass(eq=False, repr=False, kw_only=True)
class Chat(Conversation):
    """One conversation, with its pictures in `images` and its turns in `turns`.

    Its backend computes the answers, in this process or in a server. The KV cache is kept between
    turns, so that a question costs only its own tokens, and each picture is encoded once. EmbQ attends
    to all pictures of the conversation so far, but the released weights were trained on one picture per
    conversation.
    """

    model: ChatModel
    backend: ChatBackend
    # the events of the current answer
    _running: weakref.ref[Generator[Event, None, None]] | None = None

    @property
    def images_from_cache(self) -> list[bool]:
        """Whether each picture that was encoded so far came from the cache of encoded images."""
        return [getattr(each, "from_cache", False) for each in self.encoded]

    @property
    def context_used(self) -> int:
        """The length of the conversation so far, in tokens."""
        return self.backend.context_used(self)

    @property
    def picture_tokens(self) -> list[int | None]:
        """The number of visual tokens of each picture. It is None while it is unknown: if it depends on
        the picture, until the picture is encoded; and if a foreign server sees the picture."""
        usual = self.model.facts.visual_tokens[bool(self.hd)] or None
        return [getattr(each.encoded, "visual_tokens", usual) for each in self.pictures]

    @property
    def visual_tokens(self) -> int:
        """The number of visual tokens in the context."""
        shown = self.context().pictures
        return sum(each or 0 for each in self.picture_tokens[shown.start : shown.stop])

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture as `Conversation.remove_image` does. An unfinished answer is closed as
        interrupted."""
        self._close_running()
        return super().remove_image(number)

    def undo(self) -> Turn | None:
        """Remove the last turn and return it. Return None if there is no turn."""
        self._close_running()
        return super().undo()

    def prefill(self) -> None:
        """Encode the pictures and compute the prompt up to the next question, so that `ask` has less to
        compute. This call is optional, and `prefill` may run in another thread while the user types the
        question. While an answer is being read, only the pictures are encoded.

        Raises: ContextTooLong, OutOfMemory.
        """
        self.backend.prefill(self)

    # ---- questions

    def ask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """Ask a question. Nothing is computed before the answer is read. An unfinished earlier answer
        is closed as interrupted. The method `settings` describes the options.

        Raises: OptionError for values out of range, SchemaError; while the answer is read,
        ContextTooLong and OutOfMemory.
        """
        return self._answer(Question.of(question, self.settings(**options)))

    def settings(self, **options: Any) -> AnswerSettings:
        """Return the settings of an answer in this conversation. An option that is None counts as
        missing.

        Args:
            max_tokens: the maximum number of tokens of the answer.
            stop: one or several texts. The answer ends before the first of them that occurs.
            schema: a JSON schema, or anything else that `constrain` takes. The answer is JSON that
                matches the schema, see `Answer.value`.
            regex: a regular expression that the whole answer matches.
            schema_in_prompt: whether the schema or the expression is also written into the question.
                None means as in the model's training.
            choices: texts; the likeliest of them becomes the answer. `Answer.choices` contains the
                probability of each choice: the probability that an answer begins with this text.
                Nothing is sampled, and `max_tokens` has no effect. If the question contains the word
                {choices}, the list of choices replaces this word. The question is then computed with
                the list in several orders, and the probabilities are averaged.
            temperature, top_k, top_p, min_p, repetition_penalty, seed: sampling settings. The defaults
                come from the model's name or files. If these have no defaults, decoding is greedy.
            detail_threshold, refusal: for a conversation with `hd="auto"`: the probability of a token
                below which an answer is in doubt, and a regular expression that finds refusals.

        Raises: OptionError for values out of range, SchemaError, TypeError for an unknown name.
        """
        facts = self.model.facts
        hd = AUTO if self.auto_hd else self.hd
        return AnswerSettings.of(options, system=self.system, hd=hd).completed(
            self.system,
            facts.image_hd,
            facts.generation_defaults,
            schema_in_prompt=facts.schema_in_prompt,
        )

    def answer(self, question: str, settings: AnswerSettings) -> Answer:
        """Ask a question as `ask` does, with complete settings. The conversation's own system text and
        tiles are used instead of those in `settings`."""
        return self._answer(Question.of(question, settings))

    def choose(self, *questions: str, choices: Sequence[str]) -> list[tuple[Choice, ...]]:
        """Return the probability of each choice for several questions. Each question is treated as if
        it were the next question of the conversation. All questions are computed together, and no turn
        is added. Pictures are read as in the last turn, also with `hd="auto"`. An unfinished answer is
        closed as interrupted.

        Raises: OptionError, ContextTooLong, OutOfMemory.
        """
        texts = check_choices(choices)
        self._close_running()
        if not questions:  # otherwise the backend would compute the context for nothing
            return []
        settings = AnswerSettings(choices=texts)
        asked = [Question.of(question, settings) for question in questions]
        shares = self.backend.choose(self, asked)
        return [tuple(map(Choice, texts, each)) for each in shares]

    def retry(self, question: str | None = None, **options: Unpack[AskOptions]) -> Answer:
        """Ask the last question again, or another question instead. The new turn replaces the last turn
        when its answer ends. If the last question is asked again, its text is not changed. Therefore a
        schema in `options` is enforced, but is not written into the question.

        Raises: OptionError if nothing was asked yet, or for choices; otherwise like `ask`.
        """
        last = self._last("to ask again").question
        settings = self.settings(**options)
        if question is not None:
            return self._answer(Question.of(question, settings, replaces_last=True))
        return self._answer(Question(last, settings, (last,), replaces_last=True))

    def continue_answer(self, **options: Unpack[AskOptions]) -> Answer:
        """Continue the last answer, which was interrupted or reached its maximum length. The returned
        Answer yields only the new text, but the turn gets the whole text.

        Raises: OptionError if the last answer is complete, or for choices; otherwise like `ask`.
        """
        last = self._last("to continue")
        if last.reason == "stop":
            raise OptionError("the last answer is complete", hint="Ask for more in words.")
        settings = self.settings(**options)
        return self._answer(
            Question(last.question, settings, (last.question,), last, replaces_last=True)
        )

    def explain(self, turn: int | None = None) -> Explanation:
        """Return where the model looked for the answer of the last turn, or of the turn with this
        index.

        The pictures and the prompt of that turn are computed once more, in a separate forward pass. The
        conversation does not change. An unfinished answer is closed as interrupted.

        Raises: OptionError if there is no such turn, if the turn was dropped from the prompt, or if the
            turn sees no picture.
        """
        self._last("to explain")
        number = len(self.turns) - 1 if turn is None else turn
        if not self.forgotten <= number < len(self.turns):
            first = "" if not self.forgotten else f", the first in the context is {self.forgotten}"
            raise OptionError(
                f"there is no turn {number}{first}", hint=f"The last one is {len(self.turns) - 1}."
            )
        if not self.context(number, self.turns[number].visible_images).pictures:
            raise OptionError(
                "this answer saw no picture", hint="Only answers about pictures can be explained."
            )
        return self.backend.explain(self, number)

    def _last(self, purpose: str) -> Turn:
        """Close an unfinished answer and return the last turn. Raises: OptionError if there is no
        turn."""
        self._close_running()
        if not self.turns:
            raise OptionError(f"there is no turn {purpose}", hint="Ask something first.")
        return self.turns[-1]

    def _answer(self, question: Question) -> Answer:
        """Return an answer of which nothing is computed yet. When the answer is read,
        `Conversation.answering` runs, and calls the method `generate` of the backend (LocalBackend or
        RemoteBackend)."""
        if question.replaces_last and question.settings.choices:
            raise OptionError("choices answer a new question", hint="Leave out choices, or ask.")
        self._close_running()
        record = AnswerRecord(warnings=self.warnings_of(question))
        events = self.answering(question, record, self.backend.generate(self, question, record))
        # The reference to the running answer is weak. If the program no longer refers to this answer,
        # the answer is freed and thereby ended.
        self._running = weakref.ref(events)
        return Answer(question.read, question.settings, record, events, weakref.ref(self))

    def warnings_of(self, question: Question) -> list[str]:
        """Return the warnings about a question."""
        if self.images:
            untrained_hd = self.hd and not self.turns and self.model.facts.image_hd is False
            warnings = [NOT_TRAINED_HD] if untrained_hd else []
        else:
            warnings = [NO_PICTURE] if SPEAKS_OF_PICTURE.search(question.read) else []
        if question.settings.constraint is not None:
            warnings += question.settings.constraint.warnings
        # Warnings about a picture are given once, with the first question after the picture was added.
        turns, new_images = self.context_of(question)
        visible = self.context(turns, new_images).pictures
        warnings += [
            warning
            for image in self.images[visible.stop - new_images : visible.stop]
            for warning in image.warnings
        ]
        # The model of a foreign server (a server of another program) may have been trained on several
        # pictures. Such a model has no `picture_scale`.
        if new_images and len(visible) > 1 and self.model.facts.picture_scale is not None:
            warnings.append(ONE_PICTURE.format(len(visible)))
        return warnings

    def _close_running(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)
