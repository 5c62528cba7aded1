"""Generate answers token by token. All answers, of conversations, batches and servers, are generated
here.

`DecodeLoop.add` computes the prompt of an answer; `DecodeLoop.step` chooses the next token of each
answer. A conversation runs a loop for one answer, in its own KV cache (`answer_alone`). Batch,
evaluation and the server run a loop for many answers, each in one row of a shared KV cache.

In 32 bit without quantization, an answer has the same ids in both kinds of loop. Otherwise its ids may
differ: the number of answers changes the shapes of the matrix products, and so how they are rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from flashsloth.devices import convert_oom
from flashsloth.generation.answer_record import (
    SHORTENED,
    AnswerRecord,
    FinishReason,
    TextStream,
    Token,
)
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import ChoicePrompt
from flashsloth.generation.choices import answer_with_choice
from flashsloth.generation.constraint import unfinished_value
from flashsloth.generation.detail import AUTO, NO_DOUBT, Doubt
from flashsloth.generation.engine import EncodedImage, Engine, KVState, concatenate
from flashsloth.generation.guided_decoding import DIGITS, Guide, forbid
from flashsloth.generation.sampling import Sampler
from flashsloth.quantization.card_products import power_of_two
from flashsloth.utils import tracing

# A token is forced if the grammar of the answer allows no other token. If at least this many tokens in
# a row are forced, one prefill computes them instead of one decode step each.
#
# Two forced tokens make a prefill of three positions, because the token before them has not been
# computed yet. On a CPU it takes 0.5 to 0.8 of the time of three decode steps. One forced token would
# make a prefill of two positions, which in 16 bit takes longer than two decode steps.
#
# Engines that pad prefills (on CUDA and MPS) compute forced tokens one by one. There each prefill
# reserves positions for an answer (ANSWER_ROOM), so the KV cache would grow, and its CUDA graphs would
# have to be captured again.
MIN_FORCED = 2


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the loop computes: the ids of a prompt with its images, and how to answer it.

    Args:
        images: the images whose placeholders are among the ids.
        settings: the settings of the answer. If `max_tokens` is 0, only the prompt is computed.
        continued: if an answer is continued, how many of the last ids are its beginning; otherwise 0.
        guide: enforces the constraint of the answer; None if there is no constraint.
        choices: answer with the most probable of these choices; None to generate the answer token by
            token. With choices, `ids` must be `choices.first`.
        doubt: decides whether an answer from one tile is kept.
    """

    ids: Sequence[int]
    images: tuple[EncodedImage, ...]
    settings: AnswerSettings
    continued: int = 0
    guide: Guide | None = None
    choices: ChoicePrompt | None = None
    doubt: Doubt = NO_DOUBT


class Generation:
    """One answer that is being generated.

    Args:
        state: the KV cache to which the answer is written, and the ids that this cache covers.
            Positions of the prompt that the cache already covers are not computed again.
        tokenizer: the tokenizer that decodes the answer; None to generate ids without text, and without
            stop strings.
        record: the object that collects tokens, text and times; None to make a new one.

    Raises: SchemaError if the beginning of the answer (`continued`) does not match the constraint.
    """

    def __init__(
        self,
        engine: Engine,
        prompt: Prompt,
        state: KVState,
        tokenizer: Any = None,
        record: AnswerRecord | None = None,
    ) -> None:
        self.engine = engine
        self.prompt = prompt
        self.state = state
        self.guide = guide = prompt.guide
        # logits (1, V) of the next token; None if their computation has not begun
        self.following: Tensor | None = None
        self.chosen: Sequence[Token] = ()  # the tokens of an answer that is one of the choices
        self.needs_logits = False  # whether the caller needs the model's logits of forced tokens, too
        self._forced: list[int] = []  # the next tokens, if the grammar forces them
        self.record = record or AnswerRecord()
        ids = list(prompt.ids)
        self.record.input_tokens = len(ids)
        self.record.visual_tokens = ids.count(engine.image_token)
        self.record.query_tokens = ids.count(engine.query_token)
        settings = prompt.settings
        if settings.hd == AUTO and prompt.images:
            tile = engine.config.visual_tokens(hd=False)
            self.record.tiles = self.record.visual_tokens // tile if tile else None
            if prompt.doubt.keeps:
                self.record.detail_reason = self.record.detail_reason or "fixed"
        self.sampler = Sampler(settings, engine.config.text_config.vocab_size, ids, engine.device)
        self.text = TextStream(tokenizer, settings.stop)
        continued = ids[len(ids) - prompt.continued :]
        if guide is not None:
            guide.begin(continued, min(settings.max_tokens, engine.context_length - len(ids)))
        if continued:
            self.record.continue_from(continued, "".join(map(self.text.push, continued)))

    def compute(self) -> Tensor | None:
        """Compute the prompt and return the logits (V,) of the first token. Return None if no token is
        to be generated: if the answer is one of the choices, or if `max_tokens` is 0. Raises:
        ContextTooLong, OutOfMemory."""
        prompt = self.prompt
        record = self.record
        if prompt.choices is not None:
            self.chosen = answer_with_choice(
                self.engine, prompt.choices, self.state, prompt.images, record
            )
            if prompt.doubt.keeps is None:
                prompt.doubt.watch(max(choice.probability for choice in record.choices or ()))
                record.detail_reason = prompt.doubt.decide(record.text, has_ended=True)
            return None
        past = record.cached_tokens = self.engine.reusable_prefix_length(
            prompt.ids, self.state, prompt.images
        )
        logits = self.engine.prefill(
            prompt.ids, self.state, prompt.images, past, continued=prompt.continued
        )
        record.kept_by_layer = self.engine.kept_by_layer(self.state)
        if prompt.settings.max_tokens:
            return self.engine.mask_placeholders(logits)
        record.reason = "length"
        return None

    def choose_forced(self) -> tuple[int, Tensor] | None:
        """Choose the next token if the grammar forces it. Return the token and logits (V,) that allow
        this token only. Return None if fewer than MIN_FORCED tokens are forced, or if the model's
        logits are needed."""
        guide = self.guide
        if (
            guide is None
            or guide.has_failed
            or self.needs_logits
            or self.engine.padded
            or self.following is not None
        ):
            return None
        if not self._forced and len(forced := guide.forced) >= MIN_FORCED:
            self._forced = forced
        if not self._forced:
            return None
        logits = torch.full(
            (self.engine.config.text_config.vocab_size,), -torch.inf, device=self.engine.device
        )
        logits[self._forced[0]] = 0
        # If few tokens are left, the guide may choose another token than the forced one, to complete
        # the answer.
        token = int(self.sampler.next(logits, guide))
        self._forced = self._forced[1:] if token == self._forced[0] else []
        return token, logits

    @property
    def pending(self) -> list[int]:
        """The tokens of the answer that the KV cache does not cover yet."""
        computed = len(self.state.ids) - len(self.prompt.ids)
        return self.record.token_ids[self.record.continued + computed :]

    def append(self, token: int, logits: Tensor) -> Token | None:
        """Append the next token, chosen from logits (V,), and return its event; None for an end token.
        If the answer ends with this token, or with it is in doubt, the record gets the reason and the
        remaining text."""
        record = self.record
        guide = self.guide
        doubt = self.prompt.doubt
        event = None
        if token in self.engine.end_tokens:
            record.reason = "stop" if guide is None or not guide.has_failed else "length"
        else:
            if doubt.keeps is None and (guide is None or not guide.forced):
                doubt.watch(float(logits.float().softmax(-1)[token]))
            if guide is not None:
                if guide.is_shortened and not any(SHORTENED in each for each in record.warnings):
                    record.warnings.append(f"{SHORTENED}{unfinished_value(record.text)}")
                guide.accept(token)
            event = record.add(token, self.text.push(token))
            record.reason = self._reason()
        if record.reason is not None:
            record.rest = self.text.finish()
            if (constraint := self.prompt.settings.constraint) is not None:
                record.warnings += constraint.cut_numbers(record.text + record.rest, DIGITS)
        if doubt.keeps is None:
            text = record.text + record.rest
            record.detail_reason = doubt.decide(text, has_ended=record.reason is not None)
            if record.detail_reason in ("unsure", "refusal"):
                record.reason = "interrupted"
        return event

    def _reason(self) -> FinishReason | None:
        """Return why the answer ends with its last token; None if it continues."""
        generated = self.record.generated
        guide = self.guide
        if self.text.stopped or (guide is not None and guide.is_complete):
            return "stop"
        is_cut = generated >= self.prompt.settings.max_tokens
        if not is_cut and len(self.prompt.ids) + generated < self.engine.context_length:
            return None
        if guide is not None and guide.is_whole:
            return "stop"
        return "length" if is_cut else "context"

    def may_continue(self) -> bool:
        """Return whether the answer may have another token after its next token."""
        following = self.record.generated + 1
        room = self.engine.context_length - len(self.prompt.ids)
        return following < min(self.prompt.settings.max_tokens, room)


def answer_alone(generation: Generation) -> Iterator[Token]:
    """Generate one answer in its own state. If the caller stops the iteration early, the state can
    still be used. No token is yielded of an answer that is in doubt, and none is recorded of one
    that is interrupted before that is decided."""
    loop = DecodeLoop[Generation](generation.engine, state=generation.state)
    loop.add(generation)
    record, doubt = generation.record, generation.prompt.doubt
    held = [*generation.chosen]
    try:
        while record.reason is None:
            for _, token, logits in loop.step():
                event = generation.append(token, logits)
                if event is not None:
                    held.append(event)
            if doubt.keeps:
                yield from held
                held.clear()
    except BaseException:
        if doubt.keeps is None:
            record.restart(record.warnings)
        raise
    if doubt.keeps:
        yield from held


def read_tokens(
    tokens: Tensor, decode: Callable[[Tensor], Tensor] | None
) -> tuple[list[int], Tensor | None]:
    """Copy tokens (B,) from the device to the host. With `decode`, also return the logits of the tokens
    that follow. On CUDA this work is queued before the host waits for the tokens, so that the GPU need
    not wait for the host."""
    copied = torch.cuda.Event() if tokens.is_cuda else None  # type: ignore[no-untyped-call]
    host = tokens.to("cpu", non_blocking=tokens.is_cuda)  # into pinned memory
    if copied is not None:
        copied.record(torch.cuda.current_stream(tokens.device))
    started = None if decode is None else decode(tokens)
    if copied is not None:
        copied.synchronize()  # waits for the copy, not for kernels queued after it
    return host.tolist(), started


G = TypeVar("G", bound=Generation)


class DecodeLoop(Generic[G]):
    """Generates several answers together, each in one row of a KV cache. A decode step reads the
    weights only once for all answers. Answers are added and removed between two steps.

    The answer `running[i]` is generated in row i of the cache, whose state is `states[i]`. A state can
    be used until `remove` is called with it.

    Args:
        rows: the number of answers for which memory is reserved at first.
        state: for a loop with a single answer, the state of this answer. The loop then uses the KV
            cache of this state, and allocates none.
    """

    def __init__(self, engine: Engine, rows: int = 1, *, state: KVState | None = None) -> None:
        self.engine = engine
        self.states: list[KVState] = []
        self.running: list[G] = []
        self.is_alone = state is not None
        # the tokens that the last step chose, on the device
        self._chosen = torch.empty(0, dtype=torch.int64)
        if state is not None:
            self.cache = state.cache
            self.states.append(state)
        else:
            self.cache = engine.new_cache(power_of_two(rows) if engine.padded else rows)

    @torch.inference_mode()
    def new_row(self) -> KVState:
        """Return an empty state in a free row. After this the caller must call `join` with an answer
        that has this state, or `remove` with the state."""
        number = len(self.states)
        if number == self.cache.rows:
            with convert_oom(self.engine.device, self.engine.oom_hint):
                self.cache.reserve(self.cache.capacity, self.cache.capacity, 2 * number)
        self.states.append(KVState(self.cache.row(number)))
        return self.states[-1]

    def add(self, generation: G) -> bool:
        """Compute the prompt of an answer. Return False if no token is to be generated. Otherwise add
        the answer to the running answers and return True; the next step then chooses its first token.
        Raises: ContextTooLong, OutOfMemory."""
        logits = generation.compute()
        if logits is None:
            return False
        generation.following = logits[None]
        self.join(generation)
        return True

    def join(self, generation: G) -> None:
        """Add an answer whose prompt is already computed. If the answer's state belongs to a row of
        this loop, the answer replaces the earlier answer in that row. Otherwise the state is copied
        into a new row. Raises: OutOfMemory."""
        if generation.state not in self.states:
            row = self.new_row()
            try:
                copy_positions(generation.state, row, len(generation.state.ids), self.engine)
            except BaseException:
                self.remove(row)
                raise
            generation.state = row
        number = self.states.index(generation.state)
        self.running[number : number + 1] = [generation]

    def step(self) -> Iterator[tuple[G, int, Tensor]]:
        """Choose the next token of some or all running answers.

        The logits of an answer may already be computed: after its prompt, after forced tokens, or
        because the previous call has started this step early. If there are such answers, only they take
        part in the step. Otherwise all answers take part, and a decode step computes their logits.

        Returns: the answers that took part, each with its token and the logits (V,) from which the
        token was chosen.
        """
        if tracing.active is None:
            return self._step()
        with tracing.span(tracing.STEPS, answers=len(self.running)):
            return self._step()

    def _step(self) -> Iterator[tuple[G, int, Tensor]]:
        # 1. A token that the grammar forces needs no forward pass.
        if len(self.running) == 1 and (forced := self.running[0].choose_forced()) is not None:
            return iter([(self.running[0], *forced)])

        # 2. Choose a token for each answer from its logits.
        rows, logits = self._next()
        logits = self.engine.mask_placeholders(logits)
        self._chosen = self.choose(rows, logits)
        # 3. Read the tokens. On CUDA the next step may be started before the host waits for the tokens.
        tokens, started = read_tokens(self._chosen, self.decode if self._may_start(rows) else None)
        for number, row in enumerate(rows):
            row.following = None if started is None else started[number : number + 1]
        return zip(rows, tokens, logits.unbind(), strict=True)

    def _next(self) -> tuple[list[G], Tensor]:
        """Return the answers that take part in a step (see `step`), and the logits (B, V) of their next
        tokens."""
        for row in self.running:
            # Tokens that were forced are computed together, with one prefill.
            if row.following is None and len(row.pending) > 1:
                ids = [*row.state.ids, *row.pending]
                row.following = self.engine.prefill(
                    ids, row.state, row.prompt.images, len(row.state.ids)
                )[None]
            # The last token of a single answer is still on the device.
            elif row.following is None and self.is_alone:
                row.following = self.decode(self._chosen)
        started = {row: row.following for row in self.running if row.following is not None}
        if not started:
            return list(self.running), self.decode([row.record.token_ids[-1] for row in self.running])
        # `decode` has not appended the ids of tokens that it got as a tensor.
        for row in started:
            row.state.ids += row.pending
        return list(started), concatenate(list(started.values()), 0)

    def _may_start(self, rows: list[G]) -> bool:
        """Return whether to start the next decode step early, before the host has read the tokens that
        were just chosen. All running answers must take part in the step, and the cache must have space
        for one more position of each. The cache is not enlarged for an early step, because the tokens
        may turn out to end the answers."""
        fits = self.engine.ahead and all(len(row.state.ids) < self.cache.capacity for row in rows)
        return fits and rows == self.running and any(row.may_continue() for row in rows)

    def decode(self, tokens: Sequence[int] | Tensor) -> Tensor:
        """Append a token to each state, in the order of `states`, and return the logits (B, V) of the
        next tokens. If `tokens` is a tensor (B,) on the device, the host does not read it. The caller
        must then append the ids to the states."""
        lengths = [len(state.ids) for state in self.states]
        logits = self.engine.step(tokens, lengths, self.cache)
        if not isinstance(tokens, Tensor):
            for state, token in zip(self.states, tokens, strict=True):
                state.ids.append(token)
        return logits

    def choose(self, rows: Sequence[G], logits: Tensor) -> Tensor:
        """Choose the next token (B,) of each answer from logits (B, V), on their device."""
        if any(row.guide is not None for row in rows):
            logits = forbid(logits, [row.guide for row in rows])
        if all(row.sampler.is_greedy and row.guide is None for row in rows):
            return logits.argmax(-1)
        return concatenate(
            [row.sampler.next(each, row.guide) for row, each in zip(rows, logits, strict=True)], 0
        )

    @torch.inference_mode()
    def remove(self, row: KVState) -> None:
        """Remove a row with its answer, if it has one. The last row moves to the index of the removed
        row."""
        number = self.states.index(row)
        last = self.states.pop()
        if number < len(self.states):
            # Copy one position more than there are ids: a decode step that was started early has
            # already written it.
            self.cache.copy_row(len(self.states), number, len(last.ids) + 1)
            last.cache = self.cache.row(number)
            self.states[number] = last
        # the freed row is empty, so its positions are their indices
        self.cache.set_offsets(len(self.states), 0)
        if number < len(self.running):
            self.running[number] = self.running[-1]
            self.running.pop()


@torch.inference_mode()
def copy_positions(source: KVState, target: KVState, length: int, engine: Engine) -> None:
    """Copy the first `length` positions of a state to another state, which must be empty. Raises:
    OutOfMemory."""
    with convert_oom(engine.device, engine.oom_hint):
        target.cache.reserve(length, 0)
        target.cache.pairs[..., :length, :] = source.cache.pairs[..., :length, :]
        target.cache.set_offsets(0, source.cache.offsets[:, 0])
        # A decode step reads all rows up to the length of the longest one. In shorter rows the further
        # positions are masked, but their values must be finite.
        if target.cache.shared:
            target.cache.zero_tail(length)
    target.ids[:] = source.ids[:length]
    target.images = source.images
