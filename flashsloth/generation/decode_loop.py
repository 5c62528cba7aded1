"""Generate answers token by token: prefill, choose, append, end. Every answer of this project is generated here.

`decode_alone` generates one answer in the KV cache of its conversation: `Chat` uses it. A `DecodeLoop` generates many
together, each in a row of one cache: batch and evaluation use it, and the server in a thread of its own. In 32 bit
both generate the same ids; otherwise up to the rounding of differently shaped matrix products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

import torch
from torch import Tensor

from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.constraint import unfinished_value
from flashsloth.generation.decode_batch import DecodeBatch, copy_positions
from flashsloth.generation.engine import EncodedImage, Engine, KVState, read_later
from flashsloth.generation.events import Finished, Token
from flashsloth.generation.guided_decoding import Guide, forbid
from flashsloth.generation.sampling import Sampler
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.generation.text_stream import TextStream

Decode: TypeAlias = Callable[[list[int]], str]  # the tokenizer's function from ids to text


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """The ids of a prompt with its images, and how to answer it. `images` are those whose placeholders are among the
    ids. The last `continued` ids are the beginning of the answer."""

    ids: Sequence[int]
    images: tuple[EncodedImage, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    continued: int = 0


class Generation:
    """One answer that is being generated.

    Args:
        state: the KV cache that it writes to; what it covers of the prompt is not computed again.
        decode: the tokenizer's; None for ids without text, and without stop strings.
        record: where its tokens and times are collected.
        guide: forbids tokens that may not follow; None for none.

    Raises: SchemaError if the guide does not allow the part of the answer that there is.
    """

    def __init__(
        self,
        engine: Engine,
        request: DecodeRequest,
        state: KVState,
        decode: Decode | None = None,
        record: AnswerRecord | None = None,
        guide: Guide | None = None,
    ) -> None:
        self.engine, self.request, self.state, self.guide = engine, request, state, guide
        self.record = record or AnswerRecord()
        ids = list(request.ids)
        self.record.input_tokens = len(ids)
        self.record.visual_tokens = ids.count(engine.image_token)
        self.record.query_tokens = ids.count(engine.query_token)
        self.sampler = Sampler(request.sampling, engine.config.text_config.vocab_size, ids, engine.device)
        self.text = None if decode is None else TextStream(decode, request.stop)
        continued = ids[len(ids) - request.continued :]
        if guide is not None:
            guide.begin(continued, min(request.max_tokens, engine.context_length - len(ids)))
        self.record.continue_from(continued, "".join([self._push(token) for token in continued]))

    @property
    def has_ended(self) -> bool:
        return self.record.reason is not None

    def prefill(self) -> Tensor:
        """Compute the prompt and return the logits (V,) of the first token. Raises: ContextTooLong, OutOfMemory."""
        ids, images = self.request.ids, self.request.images
        past = self.record.cached_tokens = self.engine.reusable_prefix_length(ids, self.state, images)
        logits = self.engine.prefill(ids, self.state, images, past, continued=self.request.continued)
        self.record.kept_by_layer = self.engine.kept_by_layer(self.state)
        return self.engine.mask_placeholders(logits)

    def decode(self, token: Tensor | int) -> Tensor:
        """Append a token to the state, as Engine.decode does, and return the logits (V,) of the next one."""
        return self.engine.mask_placeholders(self.engine.decode(token, self.state))

    def choose(self, logits: Tensor) -> Tensor:
        """Choose the next token (1,) from logits (V,), on their device."""
        logits = logits if self.guide is None else forbid(logits[None], [self.guide])[0]
        return self.sampler.next(logits, self.guide)

    def append(self, token: int) -> Token | None:
        """Append the next token and return its event; None for an end token. The answer may end with it
        (`has_ended`)."""
        record, guide = self.record, self.guide
        if token in self.engine.end_tokens:
            record.reason = "stop" if guide is None or not guide.has_failed else "length"
            return None
        if guide is not None:
            if guide.is_shortened and not record.warnings:
                record.warnings.append(f"the answer was ended at its limit of tokens{unfinished_value(record.text)}")
            guide.accept(token)
        event = record.add(token, self._push(token))
        if (self.text is not None and self.text.stopped) or (guide is not None and guide.is_complete):
            record.reason = "stop"
        elif record.generated >= self.request.max_tokens:
            record.reason = "length"
        elif len(self.request.ids) + record.generated >= self.engine.context_length:
            record.reason = "context"
        if record.reason in ("length", "context") and guide is not None and guide.is_whole:
            record.reason = "stop"
        return event

    def flush(self) -> None:
        """Record the text after the last token, if the answer has ended."""
        if self.text is not None and self.has_ended:
            self.record.rest = self.text.finish()

    def finish(self) -> Finished:
        """Return the last event, of an answer that has ended or is given up."""
        self.flush()
        return self.record.finish()

    def may_continue(self) -> bool:
        """Return whether there can be a token after the next one."""
        following = self.record.generated + 1
        return following < self.request.max_tokens and len(self.request.ids) + following < self.engine.context_length

    def _push(self, token: int) -> str:
        return "" if self.text is None else self.text.push(token)


def decode_alone(generation: Generation) -> Iterator[Token]:
    """Generate one answer in its own state. Abandoning the iteration leaves the state usable. On CUDA the next step is
    started before a token is read, so that the card does not wait for the host."""
    logits = generation.prefill()
    while True:
        token = generation.choose(logits)
        read = read_later(token)
        started = generation.decode(token) if generation.engine.ahead and generation.may_continue() else None
        value = read()
        event = generation.append(value)
        if event is not None:
            yield event
        if generation.has_ended:
            return
        if started is None:
            logits = generation.decode(value)
        else:
            generation.state.ids.append(value)
            logits = started


G = TypeVar("G", bound=Generation)


class DecodeLoop(Generic[G]):
    """Answers that are generated together. They join and leave between two steps.

    `running` has them in the order of the rows; their states are valid until they leave.

    Args:
        rows: for how many answers memory is reserved at first.
    """

    def __init__(self, engine: Engine, rows: int = 1) -> None:
        self.engine = engine
        self.running: list[G] = []
        self._batch = DecodeBatch(engine, rows)

    @property
    def nbytes(self) -> int:
        """The size of the KV cache in bytes."""
        return self._batch.cache.nbytes

    def new_state(self) -> KVState:
        """Return an empty state in a row of its own, for a generation that joins next or is dropped."""
        return self._batch.add()

    def drop_state(self) -> None:
        """Free the row of `new_state` that nothing joined."""
        self._batch.remove(len(self._batch.states) - 1)

    def join(self, generation: G) -> None:
        """Add a generation that has its first token. A state that is not the one of `new_state` is copied into a row.
        Raises: OutOfMemory."""
        rows = self._batch.states
        if not rows or generation.state is not rows[-1]:
            row = self.new_state()
            try:
                copy_positions(generation.state, row, len(generation.state.ids), self.engine)
            except BaseException:
                self.drop_state()
                raise
            generation.state = row
        self.running.append(generation)

    def step(self) -> Tensor:
        """Append the last token of each answer to its state, and return the logits (B, V) of the next ones."""
        last = [generation.record.token_ids[-1] for generation in self.running]
        return self.engine.mask_placeholders(self._batch.step(last))

    @torch.inference_mode()
    def choose(self, logits: Tensor) -> list[int]:
        """Choose the next token of each answer from logits (B, V)."""
        if any(generation.guide is not None for generation in self.running):
            logits = forbid(logits, [generation.guide for generation in self.running])
        if all(generation.sampler.is_greedy and generation.guide is None for generation in self.running):
            return logits.argmax(-1).tolist()
        rows = zip(self.running, logits, strict=True)
        chosen = [generation.sampler.next(row, generation.guide) for generation, row in rows]
        return torch.cat(chosen).tolist()

    def leave(self, number: int) -> None:
        """Remove an answer. The last one takes its place."""
        self._batch.remove(number)
        last = self.running.pop()
        if number < len(self.running):
            self.running[number] = last
