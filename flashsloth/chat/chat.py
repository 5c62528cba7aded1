"""One conversation about pictures: ask, ask again, continue, undo. Loads no torch and opens no model."""

from __future__ import annotations

import weakref
from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from flashsloth.chat.answer import ONE_PICTURE, Answer, close, question_warnings
from flashsloth.chat.chat_model import ChatBackend, ChatModel
from flashsloth.chat.conversation import Conversation, ImageOptions
from flashsloth.chat.turns import GenerationRequest, SamplingOverrides, Turn
from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import check_choices, choice_question
from flashsloth.generation.constraint import Constraint, check_no_stop, constrain, constrained_question
from flashsloth.generation.events import Choice, Event
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.images.reader import LoadedImage

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation


class Chat(Conversation):
    """One conversation, with its pictures in `images` and its turns in `turns`. Its backend computes the answers, here
    or in a server. The KV cache is kept between turns, so that a question costs only its own tokens, and each picture
    is encoded once.

    EmbQ looks at all pictures so far. The released weights were trained on one picture per conversation.
    """

    def __init__(
        self,
        model: ChatModel,
        backend: ChatBackend,
        system: str | None,
        hd: bool | None,
        image_options: ImageOptions | None = None,
    ) -> None:
        """`system` and `hd`: None for the model's own."""
        facts = model.facts
        hd = facts.image_hd if hd is None else hd
        super().__init__(facts.system_prompt if system is None else system, hd, image_options)
        self.model, self.backend = model, backend
        self._running: weakref.ref[Generator[Event, None, None]] | None = None  # the current answer

    @property
    def images_from_cache(self) -> list[bool]:
        """Whether each picture that is encoded so far was read from the cache of encoded images."""
        return [getattr(each, "from_cache", False) for each in self.encoded]

    @property
    def context_used(self) -> int:
        """The length of the conversation so far, in tokens."""
        return self.backend.context_used(self)

    @property
    def visual_tokens(self) -> int:
        """The number of visual tokens in the context."""
        return self.model.facts.visual_tokens[self.hd] * len(self.visible())

    def remove_image(self, number: int) -> LoadedImage:
        """Remove a picture as in `Conversation.remove_image`. An unfinished answer is closed as interrupted."""
        self._end_answer()
        return super().remove_image(number)

    def undo(self) -> Turn | None:
        """Remove the last turn and return it, or return None before the first turn."""
        self._end_answer()
        return super().undo()

    def prefill(self) -> None:
        """Encode the pictures and compute everything before the next question, so that `ask` has less to do. Optional;
        may run in another thread while the question is typed. While an answer is read it only encodes.

        Raises: ContextTooLong, OutOfMemory.
        """
        self.backend.prefill(self)

    # ---- questions

    def ask(
        self,
        question: str,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        schema: Any = None,
        regex: str | None = None,
        schema_in_prompt: bool = True,
        choices: Sequence[str] = (),
        **overrides: Unpack[SamplingOverrides],
    ) -> Answer:
        """Ask a question. Nothing is computed before the answer is read. An unfinished earlier answer is closed as
        interrupted.

        Args:
            schema: a JSON schema, or what else `constrain` takes: the answer is JSON that it allows, see
                `Answer.value`.
            regex: a regular expression that the whole answer matches.
            schema_in_prompt: whether the question tells the model of the schema or the expression.
            choices: texts of which the likeliest is the answer; `Answer.choices` has the probability of each. They
                count as the beginning of an answer; nothing is sampled, and `max_tokens` has no effect. Where the
                question says {choices} they are named, and the probabilities are the mean over their orders.
            overrides: temperature, top_k, top_p, min_p, repetition_penalty, seed. None, as left out, stands for the
                setting in the model's files, else greedy.

        Raises: OptionError for values out of range, SchemaError; while the answer is read, ContextTooLong and
        OutOfMemory.
        """
        constraint = constrain(schema, regex, in_prompt=schema_in_prompt)
        if choices and (stop or constraint is not None):
            other = "stop" if stop else "schema"
            raise OptionError(f"choices and {other} exclude each other", hint=f"Leave out {other}.")
        named = choice_question(question, check_choices(choices)) if choices else None
        asked = constrained_question(question, constraint) if named is None else named.orders[0]
        return self._answer(asked, max_tokens, stop, overrides, constraint=constraint, choices=named)

    def choose(self, *questions: str, choices: Sequence[str]) -> list[tuple[Choice, ...]]:
        """Return the probability of each choice for each question, as if it were the next one, all computed together.
        No turn is added. An unfinished answer is closed as interrupted.

        Raises: OptionError, ContextTooLong, OutOfMemory.
        """
        given = check_choices(choices)
        self._end_answer()
        if not questions:
            return []
        shares = self.backend.choose(self, [choice_question(question, given) for question in questions])
        return [tuple(map(Choice, given, each)) for each in shares]

    def retry(
        self,
        question: str | None = None,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        schema: Any = None,
        **overrides: Unpack[SamplingOverrides],
    ) -> Answer:
        """Ask the last question again, or another one instead. The last turn is replaced when the new one ends. The
        last question is asked as it was: it tells the model of a schema only if it did before.

        Raises: OptionError if nothing was asked yet; otherwise like `ask`.
        """
        last = self._last("to ask again")
        constraint = constrain(schema)
        asked = last.question if question is None else constrained_question(question, constraint)
        return self._answer(asked, max_tokens, stop, overrides, replaces_last=True, constraint=constraint)

    def continue_answer(
        self,
        *,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        schema: Any = None,
        **overrides: Unpack[SamplingOverrides],
    ) -> Answer:
        """Continue the last answer, which was interrupted or reached its maximum length. The Answer yields only the new
        text; the turn then has all of it.

        Raises: OptionError if the last answer is complete; otherwise like `ask`.
        """
        last = self._last("to continue")
        if last.reason == "stop":
            raise OptionError("the last answer is complete", hint="Ask for more in words.")
        constraint, how = constrain(schema), {"continued": last, "replaces_last": True}
        return self._answer(last.question, max_tokens, stop, overrides, constraint=constraint, **how)

    def explain(self, turn: int | None = None) -> Explanation:
        """Return where the model looked for the answer of a turn: of the last one, or of the one with this index.

        It computes the pictures and the prompt of that turn once more, in a forward of its own; the conversation stays
        as it is. An unfinished answer is closed as interrupted.

        Raises: OptionError if there is no such turn, it was dropped from the prompt, or it sees no picture.
        """
        self._last("to explain")
        number = len(self.turns) - 1 if turn is None else turn
        if not self.forgotten <= number < len(self.turns):
            first = "" if not self.forgotten else f", the first in the context is {self.forgotten}"
            raise OptionError(f"there is no turn {number}{first}", hint=f"The last one is {len(self.turns) - 1}.")
        if not self.visible(number, self.turns[number].visible_images):
            raise OptionError("this answer saw no picture", hint="Only answers about pictures can be explained.")
        return self.backend.explain(self, number)

    def _last(self, purpose: str) -> Turn:
        self._end_answer()
        if not self.turns:
            raise OptionError(f"there is no turn {purpose}", hint="Ask something first.")
        return self.turns[-1]

    def _answer(
        self,
        question: str,
        max_tokens: int,
        stop: Sequence[str],
        overrides: SamplingOverrides,
        *,
        constraint: Constraint | None = None,
        **how: Any,
    ) -> Answer:
        """Return the answer to a question as it is sent; `how` are further fields of its request."""
        if not isinstance(max_tokens, int) or max_tokens < 1:
            problem = f"max_tokens must be a whole number, 1 or more, not {max_tokens!r}"
            raise OptionError(problem, hint="Leave it out for 512.")
        stops: tuple[Any, ...] = tuple(stop) if isinstance(stop, Iterable) and not isinstance(stop, str) else (stop,)
        if not all(isinstance(text, str) for text in stops):
            raise OptionError("stop must be a text or a list of texts", hint='As in: stop=["."]')
        check_no_stop(constraint, stop)
        self._end_answer()
        settings = {name: value for name, value in overrides.items() if value is not None}
        sampling = Sampling(**{**self.model.facts.generation_defaults, **settings})
        request = GenerationRequest(question, sampling, max_tokens, stops, constraint=constraint, **how)
        record = AnswerRecord()
        events = self.answering(request, record, self.backend.generate(self, request, record))
        self._running = weakref.ref(events)
        return Answer(request, events, record, self._warnings(request), weakref.ref(self))

    def _warnings(self, request: GenerationRequest) -> list[str]:
        """Return the warnings about a question."""
        untrained_hd = self.hd and not self.turns and not self.model.facts.image_hd
        warnings = question_warnings(request.question, has_image=bool(self.images), untrained_hd=untrained_hd)
        warnings += [] if request.constraint is None else request.constraint.warnings
        turns, new_images = self.context_of(request)
        shown = self.images[: self.visible(turns, new_images).stop]
        warnings += [each for image in shown[len(shown) - new_images :] if image for each in image.warnings]
        if new_images and (count := len(self.visible(turns, new_images))) > 1:
            warnings.append(ONE_PICTURE.format(count))
        return warnings

    def _end_answer(self) -> None:
        events = self._running() if self._running is not None else None
        if events is not None:
            close(events)
