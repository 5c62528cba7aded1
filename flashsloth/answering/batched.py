"""Many dialogues at once: their k-th turns are computed together. Knows ids and tensors; knows no files and no scores.

Keys and values stay from turn to turn, as in a conversation. Rows that are shorter than others leave gaps in the cache,
which the mask hides; positions are counted without them. What is said is what the engine says one by one: in 32 bit the
very same, in 16 bit but for the rounding of products of another size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from flashsloth.answering.answerers import GenerationSettings, PreparedSample, Reply
from flashsloth.chat import LONGEST_TOKEN, FlashSloth
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.devices import convert_oom
from flashsloth.errors import ContextTooLong
from flashsloth.generation.events import FinishReason
from flashsloth.generation.text_stream import TextStream
from flashsloth.images.reader import LoadedImage
from flashsloth.model.query_groups import EmbqPlan, QueryGroup, find_groups, plan_groups
from flashsloth.processing.image_processor import Pixels, preprocess

ROOM = 64  # positions by which the cache grows
SEEN_AT_ONCE = 8  # pictures that the tower looks at together: their activations are larger than all that is kept


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer with its ids, why it ended, and how many positions the prompt before it took."""

    text: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    input_tokens: int  # visual and query tokens included
    visual_tokens: int
    query_tokens: int


@dataclass(slots=True)
class _Row:
    """One dialogue: its ids so far, how many of them the cache holds, and what was answered."""

    asked: PreparedSample
    ids: list[int]
    picture: int | None  # number among the pictures of the batch
    held: int = 0
    answer: list[int] = field(default_factory=list)  # ids of the answer under way
    reason: FinishReason | None = None  # why it ended
    stream: TextStream | None = None  # its text, where some text ends it
    said: list[Completion] = field(default_factory=list)
    error: ContextTooLong | None = None

    @property
    def ended(self) -> bool:
        return self.reason is not None


@dataclass(slots=True)
class _Held:
    """Keys and values of the rows (B, width), and which of them count."""

    cache: Cache
    mask: Tensor  # (B, width) bool


class BatchedAnswerer:
    """Answers up to `batch_size` dialogues at once. Only for weights in 16 or 32 bit."""

    def __init__(self, model: FlashSloth, manner: GenerationSettings, batch_size: int) -> None:
        self.opened, self.manner, self.batch_size = model, manner, batch_size
        self.model = model.loaded.model
        self.config = model.config
        self.prompt = model.prompt
        self.device, self.dtype = model.engine.device, model.engine.dtype
        self.hd = self.config.image_hd if manner.hd is None else manner.hd

    def answer(self, asked: Sequence[PreparedSample]) -> list[Reply]:
        """What is said in each dialogue, turn by turn; the error where one does not fit. Raises: OutOfMemory."""
        return [
            reply if isinstance(reply, ContextTooLong) else [said.text for said in reply] for reply in self.say(asked)
        ]

    @torch.inference_mode()
    def say(self, asked: Sequence[PreparedSample]) -> list[list[Completion] | ContextTooLong]:
        """The same with all there is to know of each answer. Raises: OutOfMemory."""
        fewer = f"Give a --batch-size below {len(asked)}."
        with convert_oom(self.device, (lambda: fewer) if len(asked) > 1 else self.opened.loaded.shortage):
            return self._say(asked)

    def _say(self, asked: Sequence[PreparedSample]) -> list[list[Completion] | ContextTooLong]:
        features, tokens = self._see(asked)
        numbers = iter(range(len(asked)))
        rows = [_Row(a, self._opening(a), next(numbers) if a.shown else None) for a in asked]
        held = self._nothing(len(rows))
        batch = rows
        for turn in range(max(len(a.dialogue.turns) for a in asked)):
            for row in batch:
                self._ask(row, turn)
            stay = [i for i, row in enumerate(batch) if turn < len(row.asked.dialogue.turns) and row.error is None]
            if not stay:
                break
            if len(stay) < len(batch):
                batch = [batch[i] for i in stay]
                held = self._chosen(held, stay)
            logits = self._prefill(batch, held, features, tokens if turn == 0 else None)
            self._decode(batch, held, logits)
            for row in batch:
                row.said.append(self._said(row))
        return [row.said if row.error is None else row.error for row in rows]

    # Ids, as a conversation makes them

    def _opening(self, asked: PreparedSample) -> list[int]:
        shown = self.config.visual_tokens(self.hd) if asked.shown else 0
        return self.prompt.opening(self.manner.system_of(asked.dialogue, self.config), shown)

    def _ask(self, row: _Row, turn: int) -> None:
        """Put the next question behind what was said; an error if it does not fit."""
        turns, limit = row.asked.dialogue.turns, self.opened.engine.context_length
        if turn >= len(turns) or row.error is not None:
            return
        question = turns[turn].question
        system = self.manner.system_of(row.asked.dialogue, self.config)
        if len(question) + len(system) > limit * LONGEST_TOKEN:  # no tokenizer makes it short enough, and it takes long
            row.error = ContextTooLong(f"question {turn + 1} has {len(question):,} characters; {limit} tokens fit")
            return
        if turn:
            row.ids += row.answer + self.prompt.between_turns()
        row.answer, row.reason = [], None
        row.stream = self._stream() if self.manner.stop else None
        row.ids += self.prompt.question(question, after_picture=turn == 0 and row.picture is not None)
        if len(row.ids) + 1 > limit:
            row.error = ContextTooLong(
                f"up to question {turn + 1} it has {len(row.ids)} tokens; with an answer {limit} fit"
            )

    def _stream(self) -> TextStream:
        return TextStream(self.opened.loaded.processor.tokenizer.decode, self.manner.stop)

    def _said(self, row: _Row) -> Completion:
        """The answer that has just ended."""
        assert row.reason is not None
        stream = self._stream()
        text = "".join([*(stream.push(token) for token in row.answer), stream.finish()])
        special = (row.ids.count(self.config.image_token_id), row.ids.count(self.config.query_token_id))
        return Completion(text, tuple(row.answer), row.reason, len(row.ids), *special)

    # Tensors

    def _see(self, asked: Sequence[PreparedSample]) -> tuple[Tensor | None, Tensor | None]:
        """Unpooled features (I, N, V) and visual tokens (I, P, D) of the batch's pictures, in their order."""
        found = []
        shown = [a for a in asked if a.shown]
        for at in range(0, len(shown), SEEN_AT_ONCE):
            pixels = [self._pixels(a) for a in shown[at : at + SEEN_AT_ONCE]]
            values = torch.stack([torch.from_numpy(p) for p in pixels]).to(self.device, self.dtype)
            seen = self.model.get_image_features(values)
            found.append((seen.last_hidden_state, seen.pooler_output))
        if not found:
            return None, None
        return torch.cat([f for f, _ in found]), torch.cat([t for _, t in found])

    def _pixels(self, asked: PreparedSample) -> Pixels:
        if asked.pixels is not None:
            return asked.pixels
        assert asked.picture is not None
        return tower_pixels(asked.picture, self.config, self.hd)

    def _nothing(self, rows: int) -> _Held:
        layers = [_Growing() for _ in range(int(self.config.text_config.num_hidden_layers))]
        return _Held(Cache(layers=layers), torch.zeros(rows, 0, dtype=torch.bool, device=self.device))

    def _chosen(self, held: _Held, rows: Sequence[int]) -> _Held:
        """A copy for some of the rows."""
        wanted = torch.tensor(rows, device=self.device)
        return _Held(Cache(layers=[layer.chosen(wanted) for layer in held.cache.layers]), held.mask[wanted])

    def _prefill(self, rows: Sequence[_Row], held: _Held, features: Tensor | None, tokens: Tensor | None) -> Tensor:
        """Bring the cache to the rows' ids; the logits (B, V) of each row's last position."""
        chunks = [row.ids[row.held :] for row in rows]
        lengths = torch.tensor([len(chunk) for chunk in chunks])
        T = int(lengths.max())
        ids = torch.tensor([chunk + [0] * (T - len(chunk)) for chunk in chunks], device=self.device)
        real = torch.arange(T) < lengths[:, None]
        positions = torch.tensor([row.held for row in rows])[:, None] + torch.arange(T)
        positions = torch.where(real, positions, 0)  # of padding: no matter which, but one that there is
        if tokens is not None:
            tokens = tokens[[row.picture for row in rows if row.picture is not None]]
        embeds = self.model.model.embed(ids, tokens if tokens is not None and len(tokens) else None)
        plan = self._plan(rows, T)
        for row in rows:
            row.held = len(row.ids)
        hidden = self._forward(held, embeds, real, positions, features, plan)
        return self._logits(hidden[torch.arange(len(rows)), lengths - 1])

    def _plan(self, rows: Sequence[_Row], length: int) -> EmbqPlan | None:
        """Which new questions look at which picture."""
        groups = [
            (number, QueryGroup(group.question_start - row.held, group.query_start - row.held, row.picture))
            for number, row in enumerate(rows)
            if row.picture is not None
            for group in find_groups(row.ids, self.config, self.config.visual_tokens(self.hd))
            if group.query_start >= row.held
        ]
        return plan_groups(groups, self.config.num_query_tokens, length)

    def _decode(self, rows: Sequence[_Row], held: _Held, logits: Tensor) -> None:
        """The rows' answers, greedy.

        When half of the rows have ended, the others go on in a copy of their part of the cache. What is computed there
        is left out of `row.held`, and computed again with the next question: cheaper than to carry the ended ones on.
        """
        limit = self.opened.engine.context_length
        prompts, apart = {id(row): len(row.ids) for row in rows}, False
        for number in range(1, self.manner.max_tokens + 1):
            chosen = logits.argmax(-1)
            live = []
            for row, token in zip(rows, chosen.tolist(), strict=True):
                if not row.ended:
                    row.reason = self._take(row, token, room=prompts[id(row)] + number < limit)
                live.append(not row.ended)
            if not any(live):
                return
            if 2 * sum(live) <= len(rows):
                stay, apart = [i for i, on in enumerate(live) if on], True
                rows, held, chosen = [rows[i] for i in stay], self._chosen(held, stay), chosen[stay]
            positions = torch.tensor([[0 if row.ended else prompts[id(row)] + number - 1] for row in rows])
            embeds = self.model.get_input_embeddings()(chosen[:, None])
            hidden = self._forward(held, embeds, torch.tensor([[not row.ended] for row in rows]), positions)
            logits = self._logits(hidden[:, 0])
            for row in () if apart else rows:
                row.held += not row.ended

    def _take(self, row: _Row, token: int, *, room: bool) -> FinishReason | None:
        """The next token of an answer, and why it ends with it, if it does."""
        if token == self.config.end_token_id:
            return "stop"
        row.answer.append(token)
        if row.stream is not None:
            row.stream.push(token)
            if row.stream.stopped:
                return "stop"
        if len(row.answer) == self.manner.max_tokens:
            return "length"
        return None if room else "context"

    def _logits(self, hidden: Tensor) -> Tensor:
        """(B, V), placeholders never the highest, as in the engine."""
        barred = [self.config.image_token_id, self.config.query_token_id]
        logits: Tensor = self.model.lm_head(hidden)
        logits[:, barred] = -torch.inf
        return logits

    def _forward(
        self,
        held: _Held,
        embeds: Tensor,
        real: Tensor,
        positions: Tensor,
        features: Tensor | None = None,
        plan: EmbqPlan | None = None,
    ) -> Tensor:
        """Hidden states (B, T, D) behind what is held, which is then longer by T."""
        held.mask = torch.cat((held.mask, real.to(self.device)), dim=1)
        outputs: Any = self.model.model(
            inputs_embeds=embeds,
            attention_mask=held.mask.long(),
            position_ids=positions.to(self.device),
            past_key_values=held.cache,
            image_features=features,
            embq_plan=plan,
            use_cache=True,
        )
        hidden: Tensor = outputs.last_hidden_state
        return hidden


def tower_pixels(picture: LoadedImage, config: FlashSlothConfig, hd: bool) -> Pixels:
    """A picture as the tower of a model wants it."""
    size = config.vision_config.image_size
    return preprocess(picture.image, size, hd=hd, grid=config.tile_grid, aspect=config.image_aspect_ratio)


class _Growing(DynamicLayer):
    """transformers' own copies all keys and values for each token; this one has room for some more."""

    keys: Any
    values: Any
    room: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        used = self.get_seq_length()
        length = used + key_states.shape[-2]
        if self.room is None or length > self.room[0].shape[-2]:
            shape = (*key_states.shape[:2], length + ROOM)
            grown = tuple(s.new_zeros(*shape, s.shape[-1]) for s in (key_states, value_states))
            if used:
                for new, old in zip(grown, (self.keys, self.values), strict=True):
                    new[:, :, :used] = old
            self.room = (grown[0], grown[1])
        for buffer, states in zip(self.room, (key_states, value_states), strict=True):
            buffer[:, :, used:length] = states
        self.keys, self.values = (buffer[:, :, :length] for buffer in self.room)
        return self.keys, self.values

    def chosen(self, rows: Tensor) -> _Growing:
        """A copy of some of its rows."""
        made = _Growing()
        if self.is_initialized:
            made.lazy_initialization(self.keys, self.values)
            made.keys, made.values = self.keys[rows], self.values[rows]
        return made
