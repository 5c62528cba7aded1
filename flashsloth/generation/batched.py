"""Generate the answers of many conversations at once, their k-th answers together, from ids and pixels.

The KV cache is kept from turn to turn. Shorter rows leave gaps in it, which the mask hides and positions do not count.
The ids equal those that Engine generates for one conversation at a time: exactly in 32 bit, and in 16 bit up to the
rounding of differently shaped matrix products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from flashsloth.devices import convert_oom
from flashsloth.errors import ContextTooLong
from flashsloth.generation.engine import Engine
from flashsloth.generation.events import FinishReason
from flashsloth.generation.text_stream import TextStream
from flashsloth.model.query_groups import EmbqPlan, QueryGroup, find_groups, plan_groups
from flashsloth.processing.image_processor import Pixels

CACHE_STEP = 64  # positions by which the cache grows
TOWER_BATCH = 8  # images that the vision tower encodes at once; its activations are larger than its outputs


@dataclass(frozen=True, slots=True)
class BatchPrompt:
    """One conversation to generate.

    `opening` has the ids before the first question (system prompt and image placeholders), `questions` the ids of each
    question up to its answer, `pixels` the image: (3, S, S) or (tiles, 3, S, S).
    """

    opening: list[int]
    questions: list[list[int]]
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """One generated answer, why it ended, and the number of positions of its prompt."""

    text: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    input_tokens: int  # including visual and query tokens
    visual_tokens: int
    query_tokens: int


@dataclass(slots=True)
class _Row:
    """One conversation: its ids so far, how many of them are cached, and its answers."""

    prompt: BatchPrompt
    ids: list[int]
    image: int | None  # index among the images of the batch
    cached: int = 0
    answer: list[int] = field(default_factory=list)  # ids of the answer being generated
    reason: FinishReason | None = None  # why it ended
    stream: TextStream | None = None  # the answer's text, if a stop string may end it
    completions: list[Completion] = field(default_factory=list)
    error: ContextTooLong | None = None

    @property
    def ended(self) -> bool:
        return self.reason is not None


@dataclass(slots=True)
class _BatchCache:
    """Keys and values of the rows (B, width), and a mask of the valid ones."""

    cache: Cache
    mask: Tensor  # (B, width) bool


class BatchedGenerator:
    """Generates greedily for several conversations at once, with weights in 16 or 32 bit.

    Args:
        engine: gives the model; its cache and graphs are not used.
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
        self.model, self.config = engine.model, engine.config
        self.device, self.dtype = engine.device, engine.dtype
        self.context_length, self.oom_hint = engine.context_length, engine.oom_hint
        self.decode, self.between_turns = decode, list(between_turns)
        self.max_tokens, self.stop = max_tokens, stop

    @torch.inference_mode()
    def generate(self, prompts: Sequence[BatchPrompt]) -> list[list[Completion] | ContextTooLong]:
        """Return the answers of each conversation, or its error if it exceeds the context. Raises: OutOfMemory."""
        fewer = f"Use a --batch-size below {len(prompts)}."
        with convert_oom(self.device, (lambda: fewer) if len(prompts) > 1 else self.oom_hint):
            return self._generate(prompts)

    def _generate(self, prompts: Sequence[BatchPrompt]) -> list[list[Completion] | ContextTooLong]:
        features, tokens = self._encode_images(prompts)
        numbers = iter(range(len(prompts)))
        rows = [_Row(p, list(p.opening), None if p.pixels is None else next(numbers)) for p in prompts]
        cache = self._new_cache(len(rows))
        batch = rows
        for turn in range(max((len(p.questions) for p in prompts), default=0)):
            for row in batch:
                self._append_question(row, turn)
            stay = [i for i, row in enumerate(batch) if turn < len(row.prompt.questions) and row.error is None]
            if not stay:
                break
            if len(stay) < len(batch):
                batch = [batch[i] for i in stay]
                cache = self._select(cache, stay)
            logits = self._prefill(batch, cache, features, tokens if turn == 0 else None)
            self._decode(batch, cache, logits)
            for row in batch:
                row.completions.append(self._completion(row))
        return [row.completions if row.error is None else row.error for row in rows]

    def _append_question(self, row: _Row, turn: int) -> None:
        """Append the next question's ids, or set the row's error if they do not fit."""
        if turn >= len(row.prompt.questions) or row.error is not None:
            return
        if turn:
            row.ids += row.answer + self.between_turns
        row.answer, row.reason = [], None
        row.stream = TextStream(self.decode, self.stop) if self.stop else None
        row.ids += row.prompt.questions[turn]
        if len(row.ids) + 1 > self.context_length:
            row.error = ContextTooLong(
                f"the conversation has {len(row.ids)} tokens up to question {turn + 1}; "
                f"the context has {self.context_length} positions, and the answer needs at least one"
            )

    def _completion(self, row: _Row) -> Completion:
        assert row.reason is not None
        stream = TextStream(self.decode, self.stop)
        text = "".join([*(stream.push(token) for token in row.answer), stream.finish()])
        special = (row.ids.count(self.config.image_token_id), row.ids.count(self.config.query_token_id))
        return Completion(text, tuple(row.answer), row.reason, len(row.ids), *special)

    def _encode_images(self, prompts: Sequence[BatchPrompt]) -> tuple[Tensor | None, Tensor | None]:
        """Return patch features (I, N, V) and visual tokens (I, P, D) of the batch's images, in their order."""
        pixels = [p.pixels for p in prompts if p.pixels is not None]
        encoded = []
        for start in range(0, len(pixels), TOWER_BATCH):
            part = [torch.from_numpy(p) for p in pixels[start : start + TOWER_BATCH]]
            outputs = self.model.get_image_features(torch.stack(part).to(self.device, self.dtype))
            encoded.append((outputs.last_hidden_state, outputs.pooler_output))
        if not encoded:
            return None, None
        return torch.cat([features for features, _ in encoded]), torch.cat([tokens for _, tokens in encoded])

    def _new_cache(self, rows: int) -> _BatchCache:
        layers = [_GrowingLayer() for _ in range(int(self.config.text_config.num_hidden_layers))]
        return _BatchCache(Cache(layers=layers), torch.zeros(rows, 0, dtype=torch.bool, device=self.device))

    def _select(self, cache: _BatchCache, rows: Sequence[int]) -> _BatchCache:
        """Copy the cache of some of the rows."""
        wanted = torch.tensor(rows, device=self.device)
        return _BatchCache(Cache(layers=[layer.select(wanted) for layer in cache.cache.layers]), cache.mask[wanted])

    def _prefill(
        self, rows: Sequence[_Row], cache: _BatchCache, features: Tensor | None, tokens: Tensor | None
    ) -> Tensor:
        """Compute the rows' new ids into the cache and return the logits (B, V) of each row's last position."""
        chunks = [row.ids[row.cached :] for row in rows]
        lengths = torch.tensor([len(chunk) for chunk in chunks])
        T = int(lengths.max())
        ids = torch.tensor([chunk + [0] * (T - len(chunk)) for chunk in chunks], device=self.device)
        real = torch.arange(T) < lengths[:, None]
        positions = torch.tensor([row.cached for row in rows])[:, None] + torch.arange(T)
        positions = torch.where(real, positions, 0)  # padding may have any valid position
        if tokens is not None:
            tokens = tokens[[row.image for row in rows if row.image is not None]]
        embeds = self.model.model.embed(ids, tokens if tokens is not None and len(tokens) else None)
        plan = self._embq_plan(rows, T)
        for row in rows:
            row.cached = len(row.ids)
        hidden = self._forward(cache, embeds, real, positions, features, plan)
        return self._logits(hidden[torch.arange(len(rows)), lengths - 1])

    def _embq_plan(self, rows: Sequence[_Row], length: int) -> EmbqPlan | None:
        """Return which of the new questions look at which image."""
        groups = []
        for number, row in enumerate(rows):
            if row.image is None:
                continue
            images = range(row.image, row.image + 1)
            for group in find_groups(row.ids, self.config, row.prompt.opening.count(self.config.image_token_id)):
                start, end = group.question_start - row.cached, group.query_start - row.cached
                if end >= 0:
                    groups.append((number, QueryGroup(start, end, images)))
        return plan_groups(groups, self.config.num_query_tokens, length)

    def _decode(self, rows: Sequence[_Row], cache: _BatchCache, logits: Tensor) -> None:
        """Generate the rows' answers, greedily.

        When half of the rows have ended, the others continue in a copy of their part of the cache. That copy is dropped
        afterwards and its positions are computed again with the next question: cheaper than computing ended rows.
        """
        prompts, separate = {id(row): len(row.ids) for row in rows}, False
        for number in range(1, self.max_tokens + 1):
            chosen = logits.argmax(-1)
            live = []
            for row, token in zip(rows, chosen.tolist(), strict=True):
                if not row.ended:
                    row.reason = self._take(row, token, room=prompts[id(row)] + number < self.context_length)
                live.append(not row.ended)
            if not any(live):
                return
            if 2 * sum(live) <= len(rows):
                stay, separate = [i for i, on in enumerate(live) if on], True
                rows, cache, chosen = [rows[i] for i in stay], self._select(cache, stay), chosen[stay]
            positions = torch.tensor([[0 if row.ended else prompts[id(row)] + number - 1] for row in rows])
            embeds = self.model.get_input_embeddings()(chosen[:, None])
            hidden = self._forward(cache, embeds, torch.tensor([[not row.ended] for row in rows]), positions)
            logits = self._logits(hidden[:, 0])
            for row in () if separate else rows:
                row.cached += not row.ended

    def _take(self, row: _Row, token: int, *, room: bool) -> FinishReason | None:
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
        return None if room else "context"

    def _logits(self, hidden: Tensor) -> Tensor:
        """Return logits (B, V), those of the placeholders -inf as in Engine."""
        placeholders = [self.config.image_token_id, self.config.query_token_id]
        logits: Tensor = self.model.lm_head(hidden)
        logits[:, placeholders] = -torch.inf
        return logits

    def _forward(
        self,
        cache: _BatchCache,
        embeds: Tensor,
        real: Tensor,
        positions: Tensor,
        features: Tensor | None = None,
        plan: EmbqPlan | None = None,
    ) -> Tensor:
        """Return hidden states (B, T, D) of the positions after the cached ones, and add them to the cache."""
        cache.mask = torch.cat((cache.mask, real.to(self.device)), dim=1)
        outputs: Any = self.model.model(
            inputs_embeds=embeds,
            attention_mask=cache.mask.long(),
            position_ids=positions.to(self.device),
            past_key_values=cache.cache,
            image_features=features,
            embq_plan=plan,
            use_cache=True,
        )
        hidden: Tensor = outputs.last_hidden_state
        return hidden


class _GrowingLayer(DynamicLayer):
    """A cache layer with spare capacity: transformers' DynamicLayer copies all keys and values for each token."""

    keys: Any
    values: Any
    buffers: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        used = self.get_seq_length()
        length = used + key_states.shape[-2]
        if self.buffers is None or length > self.buffers[0].shape[-2]:
            shape = (*key_states.shape[:2], length + CACHE_STEP)
            grown = tuple(s.new_zeros(*shape, s.shape[-1]) for s in (key_states, value_states))
            if used:
                for new, old in zip(grown, (self.keys, self.values), strict=True):
                    new[:, :, :used] = old
            self.buffers = (grown[0], grown[1])
        for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[:, :, used:length] = states
        self.keys, self.values = (buffer[:, :, :length] for buffer in self.buffers)
        return self.keys, self.values

    def select(self, rows: Tensor) -> _GrowingLayer:
        """Return a copy of some rows."""
        copy = _GrowingLayer()
        if self.is_initialized:
            copy.lazy_initialization(self.keys, self.values)
            copy.keys, copy.values = self.keys[rows], self.values[rows]
        return copy
