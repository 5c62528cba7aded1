"""Generate the answers of many conversations, decoded together, from ids and pixels.

A conversation leaves the batch when its last question is answered. The ids equal those that Engine generates for one
conversation at a time: exactly in 32 bit, and otherwise up to the rounding of differently shaped matrix products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from flashsloth.devices import convert_oom
from flashsloth.errors import ContextTooLong, OutOfMemory
from flashsloth.generation.decode_batch import DecodeBatch
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.events import Completion, FinishReason
from flashsloth.generation.text_stream import TextStream
from flashsloth.processing.image_processor import Pixels


@dataclass(frozen=True, slots=True)
class BatchPrompt:
    """One conversation to generate.

    `opening` has the ids before the first question (system prompt and image placeholders), `questions` the ids of each
    question up to its answer, `pixels` the image: (3, S, S) or (tiles, 3, S, S).
    """

    opening: list[int]
    questions: list[list[int]]
    pixels: Pixels | None = None


@dataclass(slots=True)
class _Row:
    """One conversation: its ids up to the current question, and its answers."""

    prompt: BatchPrompt
    image: EncodedImage | None
    ids: list[int]
    answer: list[int] = field(default_factory=list)  # ids of the answer being generated
    reason: FinishReason | None = None  # why it ended
    stream: TextStream | None = None  # the answer's text, if a stop string may end it
    completions: list[Completion] = field(default_factory=list)
    error: ContextTooLong | None = None


class BatchedGenerator:
    """Generates greedily for several conversations at once.

    Args:
        engine: computes images, prefills and decode steps.
        decode: the tokenizer's function from ids to text.
        between_turns: ids between an answer and the next question.
        stop: strings that end an answer; they are not part of it.
    """

    def __init__(
        self,
        engine: Engine,
        decode: Callable[[list[int]], str],
        *,
        between_turns: Sequence[int],
        max_tokens: int,
        stop: tuple[str, ...] = (),
    ) -> None:
        self.engine, self.config = engine, engine.config
        self.decode, self.between_turns = decode, list(between_turns)
        self.max_tokens, self.stop = max_tokens, stop
        self._batch: DecodeBatch | None = None  # its memory is used again

    @torch.inference_mode()
    def generate(self, prompts: Sequence[BatchPrompt]) -> list[list[Completion] | ContextTooLong]:
        """Return the answers of each conversation, or its error if it exceeds the context. Raises: OutOfMemory."""
        try:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                return self._generate(prompts)
        except OutOfMemory as error:
            if len(prompts) == 1:
                raise
            raise OutOfMemory(str(error), hint=f"Use a --batch-size below {len(prompts)}.") from error

    def _generate(self, prompts: Sequence[BatchPrompt]) -> list[list[Completion] | ContextTooLong]:
        images = iter(self.engine.encode_images([p.pixels for p in prompts if p.pixels is not None]))
        rows = [_Row(p, None if p.pixels is None else next(images), list(p.opening)) for p in prompts]
        batch, self._batch = self._batch or DecodeBatch(self.engine, len(rows)), None  # an error drops it
        active: list[_Row] = []
        for row in rows:
            if self._start_answer(row, batch.add(), batch):
                active.append(row)
            else:
                batch.remove(len(active))
        while active:
            logits = self.engine.mask_placeholders(batch.step([row.answer[-1] for row in active]))
            for number, token in reversed(list(enumerate(logits.argmax(-1).tolist()))):
                row = active[number]
                if not self._take(row, token) and not self._start_answer(row, batch.states[number], batch):
                    batch.remove(number)
                    active[number] = active[-1]
                    active.pop()
        self._batch = batch
        return [row.completions if row.error is None else row.error for row in rows]

    def _start_answer(self, row: _Row, state: KVState, batch: DecodeBatch) -> bool:
        """Ask the row's next question and generate the answer's first token. Return False if no question is left; an
        answer that ends at once is followed by the next question."""
        while self._append_question(row):
            logits = self.engine.mask_placeholders(batch.prefill(state, row.ids, row.image))
            if self._take(row, int(logits.argmax())):
                return True
        return False

    def _append_question(self, row: _Row) -> bool:
        """Append the next question's ids. Return False after the last question, and with the error set if the question
        does not fit."""
        turn = len(row.completions)
        if turn >= len(row.prompt.questions):
            return False
        if turn:
            row.ids += row.answer + self.between_turns
        row.answer, row.reason = [], None
        row.stream = TextStream(self.decode, self.stop) if self.stop else None
        row.ids += row.prompt.questions[turn]
        if len(row.ids) + 1 > self.engine.context_length:
            row.error = ContextTooLong(
                f"the conversation has {len(row.ids)} tokens up to question {turn + 1}; "
                f"the context has {self.engine.context_length} positions, and the answer needs at least one"
            )
        return row.error is None

    def _take(self, row: _Row, token: int) -> bool:
        """Append the next token to an answer. Return whether it goes on; complete it otherwise."""
        row.reason = self._end_reason(row, token)
        if row.reason is not None:
            row.completions.append(self._completion(row))
        return row.reason is None

    def _end_reason(self, row: _Row, token: int) -> FinishReason | None:
        """Append the next token to an answer; return why the answer ends with it, or None."""
        if token == self.config.end_token_id:
            return "stop"
        row.answer.append(token)
        if row.stream is not None:
            row.stream.push(token)
            if row.stream.stopped:
                return "stop"
        if len(row.answer) == self.max_tokens:
            return "length"
        return None if len(row.ids) + len(row.answer) < self.engine.context_length else "context"

    def _completion(self, row: _Row) -> Completion:
        assert row.reason is not None
        stream = TextStream(self.decode, self.stop)
        text = "".join([*(stream.push(token) for token in row.answer), stream.finish()])
        special = (row.ids.count(self.config.image_token_id), row.ids.count(self.config.query_token_id))
        return Completion(text, tuple(row.answer), row.reason, len(row.ids), *special)
