"""Prefill and decode over token ids. Knows tensors and caches; knows no text, images on disk or terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache

from flashsloth.engine.sampling import Sampling, choose
from flashsloth.errors import ContextTooLong
from flashsloth.loading import out_of_memory_as_error
from flashsloth.model.spans import plan_embq, safe_cut

if TYPE_CHECKING:
    from flashsloth.events import FinishReason
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.processing.image import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture as the model sees it: unpooled features (1, N, V) for EmbQ, visual tokens (1, P, D) for the text."""

    features: Tensor
    tokens: Tensor

    @property
    def visual_tokens(self) -> int:
        return self.tokens.shape[1]


@dataclass(slots=True)
class State:
    """Keys and values of a conversation and the ids they belong to. `ids` is the truth: whatever an interrupted
    forward left behind them in the cache is cut off before the next one."""

    cache: DynamicCache
    ids: list[int] = field(default_factory=list)
    picture: Picture | None = None

    def crop(self, length: int) -> None:
        """Keep the first `length` positions."""
        del self.ids[length:]
        for layer in self.cache.layers:
            if layer.is_initialized and layer.get_seq_length() > length:
                layer.keys, layer.values = layer.keys[..., :length, :], layer.values[..., :length, :]


class Engine:
    """Runs one model. Not thread-safe: one forward at a time."""

    def __init__(self, model: FlashSlothForConditionalGeneration) -> None:
        self.model = model
        self.config = model.config
        self.device = model.device
        # placeholders are never an answer: the next turn could not be read with them in it
        self._placeholders = torch.tensor([self.config.image_token_id, self.config.query_token_id], device=self.device)

    @property
    def context_length(self) -> int:
        """Positions that fit, visual and query tokens included."""
        return int(self.config.text_config.max_position_embeddings)

    def new_state(self) -> State:
        return State(DynamicCache(config=self.config.text_config))

    @torch.inference_mode()
    def see(self, pixels: Pixels) -> Picture:
        """Encode one picture: (3, S, S) or (tiles, 3, S, S)."""
        with out_of_memory_as_error(self.device):
            seen = self.model.get_image_features(torch.from_numpy(pixels)[None].to(self.device))
        return Picture(seen.last_hidden_state, seen.pooler_output)

    def reusable(self, ids: Sequence[int], state: State, picture: Picture | None) -> int:
        """How many positions of `ids` the state holds already: up to the last whole turn, at most all but one."""
        if state.picture is not picture:
            return 0
        common = next((i for i, (a, b) in enumerate(zip(ids, state.ids, strict=False)) if a != b), None)
        common = min(len(ids), len(state.ids)) if common is None else common
        return safe_cut(ids, self.config, min(common, len(ids) - 1))

    @torch.inference_mode()
    def prefill(self, ids: Sequence[int], state: State, picture: Picture | None) -> Tensor:
        """Bring the state to `ids`, computing only what it lacks; the logits (V,) of the last position.

        Raises: ContextTooLong if no token would fit behind them.
        """
        if len(ids) + 1 > self.context_length:
            raise ContextTooLong(
                f"the prompt has {len(ids)} tokens, visual and query tokens included; "
                f"with an answer at most {self.context_length} fit"
            )
        past = self.reusable(ids, state, picture)
        state.crop(past)
        state.picture = picture
        chunk = torch.tensor([list(ids[past:])], device=self.device)
        shown = picture is not None and self.config.image_token_id in ids[past:]
        plan = plan_embq([ids], self.config, picture.visual_tokens, past) if picture is not None else None
        with out_of_memory_as_error(self.device):
            hidden = self.model.language_model(
                inputs_embeds=self.model.model.embed(chunk, picture.tokens if picture is not None and shown else None),
                past_key_values=state.cache,
                use_cache=True,
                embq_plan=plan.to(self.device) if plan is not None else None,
                picture_features=picture.features if picture is not None else None,
            ).last_hidden_state
            logits = self.model.lm_head(hidden[0, -1])
        state.ids.extend(ids[past:])
        return logits

    @torch.inference_mode()
    def decode(self, token: int, state: State) -> Tensor:
        """Append one token; the logits (V,) of what follows it."""
        with out_of_memory_as_error(self.device):
            hidden = self.model.language_model(
                input_ids=torch.tensor([[token]], device=self.device), past_key_values=state.cache, use_cache=True
            ).last_hidden_state
            logits = self.model.lm_head(hidden[0, -1])
        state.ids.append(token)
        return logits

    def sayable(self, logits: Tensor) -> Tensor:
        """The logits without the placeholders."""
        return logits.index_fill(0, self._placeholders, -torch.inf)


@dataclass(slots=True)
class Run:
    """One answer as an iterator of ids, `</s>` not among them. It may be left at any point: the state stays whole.

    After the last id `reason` says why it ended; None means that it was left before.
    """

    engine: Engine
    state: State
    ids: Sequence[int]
    picture: Picture | None = None
    sampling: Sampling = field(default_factory=Sampling)
    max_tokens: int = 512
    reason: FinishReason | None = None

    def __iter__(self) -> Iterator[int]:
        engine, state, end = self.engine, self.state, self.engine.config.end_token_id
        generator = None
        if self.sampling.temperature > 0:
            generator = torch.Generator(device=engine.device)
            if self.sampling.seed is None:
                generator.seed()
            else:
                generator.manual_seed(self.sampling.seed)
        logits = engine.prefill(self.ids, state, self.picture)
        for number in range(1, self.max_tokens + 1):
            token = choose(engine.sayable(logits), self.sampling, state.ids, generator)
            if token == end:
                self.reason = "stop"
                return
            yield token
            if number == self.max_tokens:
                break
            if len(state.ids) + 1 >= engine.context_length:
                self.reason = "context"
                return
            logits = engine.decode(token, state)
        self.reason = "length"
