"""Prefill and decode over token ids. Knows tensors and caches; knows no text, images on disk or terminals."""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import torch
from torch import Tensor, nn

from flashsloth.devices import convert_oom
from flashsloth.errors import ContextTooLong
from flashsloth.generation.cuda_graphs import CudaGraphs
from flashsloth.generation.sampling import Sampler, Sampling
from flashsloth.model.kv_cache import KeyValueCache, capacity_for
from flashsloth.model.packed_decoder import EmbqInputs, PackedDecoder, pack
from flashsloth.model.query_groups import QueryGroup, find_groups, safe_prefix_length

if TYPE_CHECKING:
    from flashsloth.generation.events import FinishReason
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.processing.image_processor import Pixels

# lengths that prefill is captured for; an HD prompt has 469 positions
BUCKETS = (16, 32, 64, 96, 128, 160, 192, 256, 384, 480, 512, 768, 1024, 1536, 2048)

ANSWER = 256  # positions that prefill makes room for beyond its own: growth in an answer would cost its captures


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """A picture as the model sees it: visual tokens (P, D) for the text; keys and values (1, H, N, .) for EmbQ, which
    stand for the unpooled features from here on, and are empty without one."""

    tokens: Tensor
    keys: Tensor
    values: Tensor

    @property
    def visual_tokens(self) -> int:
        return self.tokens.shape[0]


ImagesArg: TypeAlias = (
    "EncodedImage | Sequence[EncodedImage] | None"  # one picture, several in the order of their places, or none
)


def as_tuple(shown: ImagesArg) -> tuple[EncodedImage, ...]:
    """The pictures one by one."""
    return (shown,) if isinstance(shown, EncodedImage) else tuple(shown or ())


@dataclass(slots=True, weakref_slot=True)
class KVState:
    """Keys and values of a conversation and the ids they belong to, with the pictures whose places are among them.
    `ids` is the truth: what lies behind them in the cache, left by padding or by an interrupted forward, is overwritten
    before it is looked at."""

    cache: KeyValueCache
    ids: list[int] = field(default_factory=list)
    pictures: tuple[EncodedImage, ...] = ()


class Engine:
    """Runs one model, one forward at a time.

    `padded` makes prefill run on bucket lengths as it does where graphs are captured, `graphs` says whether they are.
    `oom_hint` gives the hint when memory runs out.
    """

    def __init__(
        self,
        model: FlashSlothForConditionalGeneration,
        decoder: PackedDecoder | None = None,
        *,
        graphs: bool = True,
        padded: bool | None = None,
        oom_hint: Callable[[], str] | None = None,
    ) -> None:
        self.model = model
        self.config = model.config
        self.embeddings = cast(nn.Embedding, model.get_input_embeddings())
        self.device: torch.device = self.embeddings.weight.device
        self.dtype: torch.dtype = self.embeddings.weight.dtype
        self.decoder = decoder if decoder is not None else pack(model, self.dtype, self.device)
        self.graphs = CudaGraphs(self.device, graphs)
        # bitsandbytes' LLM.int8 asks the host about every product: a capture would fail, and leave the device confused
        self.capturable = all(type(module).__name__ != "Linear8bitLt" for module in self.decoder.modules())
        self.oom_hint = oom_hint
        self.padded = self.device.type == "cuda" if padded is None else padded
        self.ahead = self.device.type == "cuda"  # read a token only when its successor is being computed
        # placeholders are never an answer: the next turn could not be read with them in it
        self._placeholders = torch.tensor([self.config.image_token_id, self.config.query_token_id], device=self.device)
        self._positions = torch.arange(self.context_length, device=self.device)
        self._free: list[KeyValueCache] = []

    @property
    def context_length(self) -> int:
        """Positions that fit, visual and query tokens included."""
        return int(self.config.text_config.max_position_embeddings)

    def new_state(self) -> KVState:
        """An empty conversation. Its buffers come back for the next one when it is dropped."""
        try:
            cache = self._free.pop()
        except IndexError:  # another thread may have been faster
            cache = self.decoder.new_cache(self.dtype, self.device)
        state = KVState(cache)
        weakref.finalize(state, self._free.append, cache)
        return state

    @torch.inference_mode()
    def encode_image(self, pixels: Pixels) -> EncodedImage:
        """Encode one picture: (3, S, S) or (tiles, 3, S, S)."""
        with convert_oom(self.device, self.oom_hint):
            values = torch.from_numpy(pixels)[None].to(self.device, self.dtype)
            return EncodedImage(*self.graphs.run(("tower", values.shape), self._encode_image, pixels=values))

    def _encode_image(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Visual tokens, keys and values of one picture; its unpooled features lie behind each other, tile by tile."""
        model = self.model.model
        tiles = pixels.flatten(0, 1) if pixels.dim() == 5 else pixels
        features = model.vision_tower(tiles).last_hidden_state
        tokens = model.projector(model.pooling(features))
        if self.decoder.embq is None:
            return tokens.flatten(0, 1), features.new_empty(0), features.new_empty(0)
        return tokens.flatten(0, 1), *self.decoder.embq.project_picture(features.reshape(1, -1, features.shape[-1]))

    def reusable_prefix_length(self, ids: Sequence[int], state: KVState, shown: ImagesArg = None) -> int:
        """How many positions of `ids` the state holds already: up to the last whole turn, at most all but one, and
        none from the first picture on that is another than it was."""
        pictures, pairs = as_tuple(shown), zip(ids, state.ids, strict=False)
        common = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ids), len(state.ids)))
        other = next(
            (p for p, (a, b) in enumerate(itertools.zip_longest(pictures, state.pictures)) if a is not b), None
        )
        if other is not None:
            common = min(common, self._place_of(ids, other, pictures))
        return safe_prefix_length(ids, self.config, min(common, len(ids) - 1))

    def _place_of(self, ids: Sequence[int], number: int, pictures: Sequence[EncodedImage]) -> int:
        """Where a picture's run begins; the end where there is none."""
        before = sum(picture.visual_tokens for picture in pictures[:number])
        places = (i for i, token in enumerate(ids) if token == self.config.image_token_id)
        return next(itertools.islice(places, before, None), len(ids))

    def check_length(self, ids: Sequence[int]) -> None:
        """Raises: ContextTooLong if no token would fit behind them."""
        if len(ids) + 1 <= self.context_length:
            return
        message = (
            f"the prompt has {len(ids)} tokens, visual and query tokens included; "
            f"with an answer at most {self.context_length} fit"
        )
        visual = sum(token == self.config.image_token_id for token in ids)
        if visual > self.context_length // 2:
            raise ContextTooLong(message, hint=f"{visual} of them are visual: ask about fewer pictures at once.")
        raise ContextTooLong(message)

    @torch.inference_mode()
    def prefill(self, ids: Sequence[int], state: KVState, shown: ImagesArg = None) -> Tensor:
        """Bring the state to `ids`, computing only what it lacks; the logits (V,) of the last position. `shown` are the
        pictures whose places are among the ids.

        Raises: ContextTooLong if no token would fit behind them.
        """
        self.check_length(ids)
        pictures = as_tuple(shown)
        past = self.reusable_prefix_length(ids, state, pictures)
        del state.ids[past:]
        state.pictures = pictures
        length = len(ids) - past
        rows = self._rows(length, past)
        with convert_oom(self.device, self.oom_hint):
            room = past + rows + (ANSWER if self.padded else 0)
            self._reserve(state, min(room, self.context_length), past)
            if self.padded:
                state.cache.zero_tail(past)
            inputs = {
                "x": self._embed(ids, past, rows, pictures),
                "positions": self._positions[past : past + rows],
                "last": self._positions[length - 1 : length],
                **self._glance(ids, past, rows, pictures),
            }
            logits = self._prefill(inputs, state.cache, past, rows)
        state.ids.extend(ids[past:])
        return logits

    def _rows(self, length: int, past: int) -> int:
        """Rows of a prefill: as many as there are, or the next bucket where shapes are to repeat themselves."""
        if not self.padded:
            return length
        room = self.context_length - past
        return min(next((b for b in BUCKETS if b >= length), length), room)

    def _prefill(self, inputs: dict[str, Tensor], cache: KeyValueCache, past: int, rows: int) -> Tensor:
        extent = capacity_for(past + rows, cache.limit) if self.padded else past + rows
        whole = past == 0 and not self.padded

        def forward(
            x: Tensor,
            positions: Tensor,
            last: Tensor,
            queries: Tensor | None = None,
            questions: Tensor | None = None,
            keys: Tensor | None = None,
            values: Tensor | None = None,
            shown: Tensor | None = None,
        ) -> Tensor:
            glance = None
            if queries is not None and questions is not None and keys is not None and values is not None:
                glance = EmbqInputs(queries, questions, keys, values, shown)
            mask = None if whole else self._visible(positions, extent)
            hidden = self.decoder(x, positions, cache, extent, mask, glance)
            return self.decoder.head(hidden.index_select(0, last))[0]

        groups = inputs["queries"].shape[0] if "queries" in inputs else 0
        if groups > 1 or not self.capturable:  # more: a history read anew, rare; each number would be one more capture
            return forward(**inputs)
        key = (id(cache), "prefill", rows, extent, tuple((n, t.shape) for n, t in inputs.items()))
        return self.graphs.run(key, forward, **inputs)

    @torch.inference_mode()
    def decode(self, token: Tensor | int, state: KVState) -> Tensor:
        """Append one token behind the state's ids; the logits (V,) of what follows it.

        A token that is still on the device, (1,), is not waited for: then the caller notes its id in the state.
        """
        position = len(state.ids)
        with convert_oom(self.device, self.oom_hint):
            self._reserve(state, position + 1, position)
            cache = state.cache
            extent = capacity_for(position + 1, cache.limit) if self.padded else position + 1

            def forward(token: Tensor, position: Tensor) -> Tensor:
                mask = self._visible(position, extent) if self.padded else None
                hidden = self.decoder(self.embeddings(token), position, cache, extent, mask)
                return self.decoder.head(hidden)[0]

            inputs = {
                "token": token if isinstance(token, Tensor) else self._put([token]),
                "position": self._positions[position : position + 1],
            }
            if self.capturable:
                logits = self.graphs.run((id(cache), "decode", extent), forward, **inputs)
            else:
                logits = forward(**inputs)
        if not isinstance(token, Tensor):
            state.ids.append(token)
        return logits

    def mask_placeholders(self, logits: Tensor) -> Tensor:
        """The logits without the placeholders."""
        return logits.index_fill(0, self._placeholders, -torch.inf)

    def _visible(self, positions: Tensor, extent: int) -> Tensor:
        """(T, extent): True at the positions up to each row's own. CUDA's kernels want what is to be added, and would
        make it of the truth anew in each layer."""
        seen = self._positions[:extent] <= positions[:, None]
        if self.device.type != "cuda":
            return seen
        return torch.zeros_like(seen, dtype=self.dtype).masked_fill_(~seen, -math.inf)

    def _reserve(self, state: KVState, length: int, used: int) -> None:
        if state.cache.reserve(length, used):
            self.graphs.forget(id(state.cache))

    def _put(self, values: Any) -> Tensor:
        """A list or a tensor of the host on the device, without waiting for what the device still does."""
        held = torch.as_tensor(values)
        if self.device.type != "cuda":
            return held.to(self.device)
        return held.pin_memory().to(self.device, non_blocking=True)

    def _embed(self, ids: Sequence[int], past: int, rows: int, pictures: Sequence[EncodedImage]) -> Tensor:
        """Embeddings (rows, D) of `ids[past:]`, visual and query tokens in their places, padding at the end."""
        config, chunk = self.config, list(ids[past:])
        x = self.embeddings(self._put(chunk + [0] * (rows - len(chunk))))
        shown = [i for i, token in enumerate(chunk) if token == config.image_token_id]
        if shown and pictures:
            held = sum(token == config.image_token_id for token in ids[:past])
            tokens = _joined([picture.tokens for picture in pictures], 0)[held : held + len(shown)]
            x = x.index_copy(0, self._put(shown), tokens)
        asked = [i for i, token in enumerate(chunk) if token == config.query_token_id]
        if asked and self.model.model.query_tokens is not None:
            offset = self.embeddings.weight[config.query_offset_token_id]
            tokens = self.model.model.query_tokens(offset).to(x.dtype)
            runs = len(asked) // config.num_query_tokens
            x = x.index_copy(0, self._put(asked), tokens.repeat(runs, 1))
        return x

    def _glance(self, ids: Sequence[int], past: int, rows: int, pictures: Sequence[EncodedImage]) -> dict[str, Tensor]:
        """What EmbQ looks at in this prefill; empty if no question about a picture is among the new rows."""
        if not pictures:
            return {}
        groups = [g for g in find_groups(ids, self.config, pictures[0].visual_tokens) if _is_new(g, past)]
        if not groups:
            return {}
        queries = [
            list(range(g.query_start - past, g.query_start - past + self.config.num_query_tokens)) for g in groups
        ]
        questions = torch.zeros(len(groups), rows, dtype=torch.bool)
        for number, group in enumerate(groups):
            questions[number, group.question_start - past : group.query_start - past] = True
        seen = pictures[: max(g.num_pictures for g in groups)]
        inputs = {
            "queries": self._put(queries),
            "questions": self._put(questions),
            "keys": _joined([picture.keys for picture in seen], 2),
            "values": _joined([picture.values for picture in seen], 2),
        }
        if any(g.num_pictures < len(seen) for g in groups):  # questions from before a picture came
            counts = torch.tensor([g.num_pictures for g in groups])[:, None]
            owner = torch.arange(len(seen)).repeat_interleave(seen[0].keys.shape[2])
            inputs["shown"] = self._put(owner < counts)
        return inputs


def _joined(parts: Sequence[Tensor], dim: int) -> Tensor:
    """Behind each other; one alone is not copied."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=dim)


def _is_new(group: QueryGroup, past: int) -> bool:
    return group.picture is not None and group.query_start >= past


def fetch(token: Tensor) -> Callable[[], int]:
    """Send a token (1,) to the host. The call that reads it waits for the token, not for what is queued behind it."""
    if token.device.type != "cuda":
        return lambda: int(token)
    host = token.to("cpu", non_blocking=True)  # into pinned memory
    arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record(torch.cuda.current_stream(token.device))

    def read() -> int:
        arrived.synchronize()
        return int(host)

    return read


@dataclass(slots=True)
class TokenStream:
    """One answer as an iterator of ids, `</s>` not among them. It may be left at any point: the state stays whole.

    After the last id `reason` says why it ended; None means that it was left before.
    """

    engine: Engine
    state: KVState
    ids: Sequence[int]
    shown: ImagesArg = None
    sampling: Sampling = field(default_factory=Sampling)
    max_tokens: int = 512
    reason: FinishReason | None = None

    def __iter__(self) -> Iterator[int]:
        engine, state, end = self.engine, self.state, self.engine.config.end_token_id
        sampler = Sampler(self.sampling, engine.config.text_config.vocab_size, self.ids, engine.device)
        token = sampler.next(engine.mask_placeholders(engine.prefill(self.ids, state, self.shown)))
        number = 0
        for number in range(1, self.max_tokens + 1):
            read = fetch(token)
            more = number < self.max_tokens and len(state.ids) + 1 < engine.context_length
            logits = engine.decode(token, state) if more and engine.ahead else None  # on its way while we read
            value = read()
            if value == end:
                self.reason = "stop"
                return
            yield value
            if not more:
                break
            if logits is None:
                logits = engine.decode(value, state)
            else:
                state.ids.append(value)
            token = sampler.next(engine.mask_placeholders(logits))
        self.reason = "length" if number == self.max_tokens else "context"
