"""One conversation about pictures, with methods to ask, ask again, continue an answer, and undo a turn.
This module loads no torch and opens no model."""

from __future__ import annotations

import re
import weakref
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from flashsloth.chat.answer import Answer, close
from flashsloth.chat.chat_model import ChatBackend, ChatModel
from flashsloth.chat.conversation import Conversation, Question, Turn
from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import AnswerRecord, Choice, Event
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import check_choices
from flashsloth.images.reader import LoadedImage

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation

NO_PICTURE = "no picture was given; the model answers from the text alone"
ONE_PICTURE = "this model was trained on one picture a conversation; with {} expect worse answers"
NOT_TRAINED_HD = "this model was not trained with five tiles a picture (--hd); expect worse answers"
SPEAKS_OF_PICTURE = re.compile(
    r"\b(this|the|that|my)\s+(picture|image|photo|photograph|pic|screenshot|drawing|chart|scan)\b",
    re.IGNORECASE,
)


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
        usual = self.model.facts.visual_tokens[self.hd] or None
        encoded = [getattr(each, "visual_tokens", usual) for each in self.encoded]
        return encoded + [usual] * (len(self.images) - len(encoded))

    @property
    def visual_tokens(self) -> int:
        """The number of visual tokens in the context."""
        shown = self.context().pictures
        return sum(each or 0 for each in self.picture_tokens[shown.start : shown.stop])

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture as `Conversation.remove_image` does. An unfinished answer is closed as
        interrupted."""
        self._end_answer()
        return super().remove_image(number)

    def undo(self) -> Turn | None:
        """Remove the last turn and return it. Return None if there is no turn."""
        self._end_answer()
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

        Raises: OptionError for values out of range, SchemaError, TypeError for an unknown name.
        """
        facts = self.model.facts
        settings = AnswerSettings.of(options, system=self.system, hd=self.hd)
        return settings.completed(
            self.system, self.hd, facts.generation_defaults, schema_in_prompt=facts.schema_in_prompt
        )

    def answer(self, question: str, settings: AnswerSettings) -> Answer:
        """Ask a question as `ask` does, with complete settings. The conversation's own system text and
        tiles are used instead of those in `settings`."""
        return self._answer(Question.of(question, settings))

    def choose(self, *questions: str, choices: Sequence[str]) -> list[tuple[Choice, ...]]:
        """Return the probability of each choice for several questions. Each question is treated as if
        it were the next question of the conversation. All questions are computed together, and no turn
        is added. An unfinished answer is closed as interrupted.

        Raises: OptionError, ContextTooLong, OutOfMemory.
        """
        texts = check_choices(choices)
        self._end_answer()
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
        self._end_answer()
        if not self.turns:
            raise OptionError(f"there is no turn {purpose}", hint="Ask something first.")
        return self.turns[-1]

    def _answer(self, question: Question) -> Answer:
        """Return an answer of which nothing is computed yet. When the answer is read,
        `Conversation.answering` runs, and calls the method `generate` of the backend (LocalBackend or
        RemoteBackend)."""
        if question.replaces_last and question.settings.choices:
            raise OptionError("choices answer a new question", hint="Leave out choices, or ask.")
        self._end_answer()
        record = AnswerRecord(warnings=self.warnings_of(question))
        events = self.answering(question, record, self.backend.generate(self, question, record))
        # The reference to the running answer is weak. If the program no longer refers to this answer,
        # the answer is freed and thereby ended.
        self._running = weakref.ref(events)
        return Answer(question.read, question.settings, record, events, weakref.ref(self))

    def warnings_of(self, question: Question) -> list[str]:
        """Return the warnings about a question."""
        if self.images:
            untrained_hd = self.hd and not self.turns and not self.model.facts.image_hd
            warnings = [NOT_TRAINED_HD] if untrained_hd else []
        else:
            warnings = [NO_PICTURE] if SPEAKS_OF_PICTURE.search(question.read) else []
        if question.settings.constraint is not None:
            warnings += question.settings.constraint.warnings
        # Warnings about a picture are given once, with the first question after the picture was added.
        turns, new_images = self.context_of(question)
        visible = self.context(turns, new_images).pictures
        for image in self.images[visible.stop - new_images : visible.stop]:
            warnings += image.warnings
        # The model of a foreign server (a server of another program) may have been trained on several
        # pictures. Such a model has no `picture_scale`.
        if new_images and len(visible) > 1 and self.model.facts.picture_scale is not None:
            warnings.append(ONE_PICTURE.format(len(visible)))
        return warnings

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)
