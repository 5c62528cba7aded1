"""Generate the answers of many conversations together, from ids and pixels.

A conversation leaves the batch when its last question is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from flashsloth.devices import convert_oom
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop, DecodeRequest, Generation
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.processing.pixels import Pixels
from flashsloth.processing.prompt import PromptEncoder


@dataclass(frozen=True, slots=True)
class BatchPrompt:
    """One conversation to generate: the ids of its questions, and its image, (3, S, S) or (tiles, 3, S, S). The first
    question comes with the ids before it (system text and image placeholders)."""

    questions: list[list[int]]
    pixels: Pixels | None = None


@dataclass(slots=True)
class _Conversation:
    """A conversation in the batch: `ids` are its tokens so far, `answers` those that have ended."""

    questions: Sequence[Sequence[int]]
    images: tuple[EncodedImage, ...]
    ids: list[int] = field(default_factory=list)
    answers: list[AnswerRecord] = field(default_factory=list)
    error: ContextTooLong | None = None


class _Answer(Generation):
    """The answer to a conversation's current question."""

    conversation: _Conversation


class BatchedGenerator:
    """Generates for several conversations at once.

    Args:
        engine: computes images, prefills and decode steps.
        prompt: decodes answers, and encodes what follows them.
        grammars: of answers with a constraint.
    """

    def __init__(
        self, engine: Engine, prompt: PromptEncoder, grammars: GrammarCompiler, settings: AnswerSettings
    ) -> None:
        self.engine, self.prompt, self.grammars, self.settings = engine, prompt, grammars, settings
        self._loop: DecodeLoop[_Answer] | None = None  # its memory is used again

    @torch.inference_mode()
    def generate(self, prompts: Sequence[BatchPrompt]) -> list[list[AnswerRecord] | ContextTooLong]:
        """Return the answers of each conversation, or its error if it exceeds the context. Raises: OutOfMemory."""
        try:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                return self._generate(prompts)
        except OutOfMemory as error:
            if len(prompts) == 1:
                raise
            raise OutOfMemory(str(error), hint=f"Use a --batch-size below {len(prompts)}.") from error

    def _generate(self, prompts: Sequence[BatchPrompt]) -> list[list[AnswerRecord] | ContextTooLong]:
        images = iter(self.engine.encode_images([p.pixels for p in prompts if p.pixels is not None]))
        conversations = [_Conversation(p.questions, () if p.pixels is None else (next(images),)) for p in prompts]
        loop, self._loop = self._loop or DecodeLoop(self.engine, len(prompts)), None  # an error drops it
        for conversation in conversations:
            answer = self._next_answer(conversation, loop.add())
            if answer is None:
                loop.remove(len(loop.running))
            else:
                loop.join(answer)
        while loop.running:
            for answer, token, _ in loop.step():
                answer.append(token)
            for number in reversed(range(len(loop.running))):
                if loop.running[number].record.reason is not None:
                    self._replace(loop, number)
        self._loop = loop
        return [each.answers if each.error is None else each.error for each in conversations]

    def _replace(self, loop: DecodeLoop[_Answer], number: int) -> None:
        """Put the answer to the conversation's next question in the place of one that has ended."""
        ended = loop.running[number]
        self._complete(ended)
        following = self._next_answer(ended.conversation, ended.state)
        if following is None:
            loop.remove(number)
        else:
            loop.running[number] = following

    def _next_answer(self, conversation: _Conversation, state: KVState) -> _Answer | None:
        """Return the answer to the next question with its first token; None if no question is left. An answer that ends
        with its first token is followed by that to the next question."""
        while self._append_question(conversation):
            request = DecodeRequest(list(conversation.ids), conversation.images, self.settings)
            constraint = self.settings.constraint
            guide = None if constraint is None else self.grammars.guide(constraint)
            answer = _Answer(self.engine, request, state, self.prompt.tokenizer.decode, guide=guide)
            answer.conversation = conversation
            answer.append(int(answer.choose(answer.prefill())))
            if answer.record.reason is None:
                return answer
            self._complete(answer)
        return None

    def _append_question(self, conversation: _Conversation) -> bool:
        """Append the next question's ids. Return False after the last question, and with the error set if the question
        does not fit."""
        number, limit = len(conversation.answers), self.engine.context_length
        if number >= len(conversation.questions):
            return False
        conversation.ids += conversation.questions[number]
        if len(conversation.ids) + 1 > limit:
            conversation.error = ContextTooLong(
                f"the conversation has {len(conversation.ids)} tokens up to question {number + 1}; "
                f"the context has {limit} positions, and the answer needs at least one"
            )
        return conversation.error is None

    def _complete(self, answer: _Answer) -> None:
        """Add an answer that has ended to its conversation."""
        answer.record.finish()
        answer.record.stats = None  # its times are those of the batch
        answer.conversation.answers.append(answer.record)
        answer.conversation.ids = self.prompt.followed(answer.conversation.ids, answer.record.token_ids)
