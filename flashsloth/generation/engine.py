"""Prefill and decode over token ids. This module works on tensors and KV caches. Other modules handle
text, image files and terminals.

Shapes: T rows of a prefill, D hidden size, V vocabulary, P visual tokens and N patches of an image, H
heads.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.errors import UnsupportedModel
from flashsloth.generation.cuda_graphs import CudaGraphs, GraphKey
from flashsloth.inference.attention import (
    REMOVED,
    SHIFT,
    KeyValueCache,
    capacity_for,
    row_mask,
    without_cudnn,
)
from flashsloth.inference.decoder import Decoder, PromptInputs, Span
from flashsloth.inference.image_encoder import ImageEncoder
from flashsloth.inference.reduced_core import PromptRows, Reduction, ReductionPolicy
from flashsloth.model.embq import EmbqInputs
from flashsloth.model.query_groups import plan_embq, safe_prefix_length
from flashsloth.processing.prompt import check_length
from flashsloth.quantization import cpu
from flashsloth.quantization.card_products import power_of_two
from flashsloth.sizes.families import PACKED
from flashsloth.utils import tracing

# A prefill is padded to one of these lengths. A captured CUDA graph works for one length only, so
# without padding each new length would need its own graph. 480 fits a prompt with a picture in five
# tiles (`--hd`), which has 469 positions.
BUCKETS = (16, 32, 64, 96, 128, 160, 192, 256, 384, 480, 512, 768, 1024, 1536, 2048)
# A padded prefill also reserves this many positions of the KV cache for the answer. A cache that grows
# later moves to new memory, and its CUDA graphs must be captured again.
ANSWER_ROOM = 256


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """One encoded image: visual tokens (P, D) for the text model, keys and values (1, H, N, .) of its
    patches for EmbQ. EmbQ reads only these keys and values, so the patch features are not kept. Keys
    and values are empty for a model without EmbQ.

    For a decoder with three position axes `grid` has the numbers of rows and columns of visual tokens,
    int64 (2,) on the host, and `deep` (n, P, D) is added to them after each of the first n layers."""

    tokens: Tensor
    keys: Tensor
    values: Tensor
    grid: Tensor | None = None
    deep: Tensor | None = None
    # whether the encoded image was read from disk (ImageCache)
    from_cache: bool = field(default=False, kw_only=True)

    @property
    def visual_tokens(self) -> int:
        return self.tokens.shape[0]

    @property
    def nbytes(self) -> int:
        deep = 0 if self.deep is None else self.deep.nbytes
        return self.tokens.nbytes + self.keys.nbytes + self.values.nbytes + deep


# one image, or several in the order of their placeholders, or none
ImagesArg: TypeAlias = "EncodedImage | Sequence[EncodedImage] | None"


def as_tuple(images: ImagesArg) -> tuple[EncodedImage, ...]:
    return (images,) if isinstance(images, EncodedImage) else tuple(images or ())


def place_picture(axes: Tensor, start: int, grid: Tensor) -> None:
    """Change the rotary positions (3, T) of ids with a picture, whose visual tokens begin at `start`,
    and of those after it. `grid` is that of its EncodedImage."""
    rows, columns = grid.tolist()
    end = start + rows * columns
    axes[:, end:] -= rows * columns - max(rows, columns)
    axes[:, start:end] = axes[:, start : start + 1].clone()
    axes[1, start:end] += torch.arange(rows).repeat_interleave(columns)
    axes[2, start:end] += torch.arange(columns).repeat(rows)


@dataclass(slots=True, weakref_slot=True, eq=False)
class KVState:
    """The KV cache of a conversation, the ids that it covers, and the images whose placeholders are
    among the ids. Only the first `len(ids)` positions of the cache are valid. Later positions may have
    leftovers of padding or of an interrupted forward pass, which are overwritten before any token
    attends to them."""

    cache: KeyValueCache
    ids: list[int] = field(default_factory=list)
    images: tuple[EncodedImage, ...] = ()

    @property
    def nbytes(self) -> int:
        """The memory of the cache. The images may belong to several states, so they are not counted."""
        return self.cache.nbytes


class Engine:
    """Runs one model, one forward at a time.

    Args:
        model: a Network, or a FlashSlothForConditionalGeneration.
        decoder: the model's decoder; None to make it from the model.
        encoder: computes the visual tokens of pictures; None for FlashSloth's own.
        graphs: whether CUDA graphs are captured, if the decoder allows it.
        padded: whether prefills are padded to one of the lengths in BUCKETS, with explicit attention
            masks. None pads them only on CUDA and MPS.
        oom_hint: a function that returns the hint of OutOfMemory.
    """

    def __init__(
        self,
        model: Any,
        decoder: Decoder | None = None,
        encoder: ImageEncoder | None = None,
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
        if decoder is None:
            from flashsloth.hf.module_decoder import make_decoder  # imports transformers

            decoder = make_decoder(model, self.dtype, self.device)
        self.decoder = decoder
        self.encoder = encoder or ImageEncoder(model)
        # bitsandbytes' LLM.int8 waits for the GPU in each product. CUDA does not allow this during a
        # capture: the capture would fail and disturb later work.
        waits = any(type(module).__name__ == "Linear8bitLt" for module in self.decoder.modules())
        self.graphs = CudaGraphs(self.device, graphs and self.decoder.capturable and not waits)
        # prepare the kernels for NVIDIA's cards now, not at the first question
        self.decoder.card_step(self.device, self.dtype)
        self.oom_hint = oom_hint
        # MPS, up to torch 2.12, compiles a graph for each length, and its causal attention sees later
        # tokens if there is no explicit mask (pytorch#195910). Padded prefills have few lengths and an
        # explicit mask.
        self.padded = self.device.type in ("cuda", "mps") if padded is None else padded
        # the other decoders use transformers' own forward, whose masks do not support padding
        self.padded &= self.decoder.capturable
        # whether the next decode step is started before the host has read the token
        self.ahead = self.device.type == "cuda"
        # Copied here, because each access to transformers' configuration takes microseconds.
        self.context_length: int = self.config.text_config.max_position_embeddings
        self.image_token: int = self.config.image_token_id
        self.query_token: int = self.config.query_token_id  # -1 for a model without query tokens
        self.end_tokens = frozenset(self.config.end_token_ids)
        # These ids are never generated: in the next turn a placeholder in the answer would be taken for
        # an image or a question.
        placeholders = [each for each in (self.image_token, self.query_token) if each >= 0]
        self._placeholders = torch.tensor(placeholders, device=self.device)
        self._positions = torch.arange(self.context_length, device=self.device)
        # the policy that leaves positions out of prompts; None to compute all positions
        self.policy: ReductionPolicy | None = None
        if self.config.routed_layers:
            from flashsloth.reduction.mod import MixtureOfDepths

            router: Any = model.language_model.router
            self.reduce(MixtureOfDepths(router, self.config))

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Context manager for a forward pass: keep torch to the threads that this thread gets, switch
        off cuDNN's attention, and convert errors of memory. Raises: OutOfMemory."""
        cpu.fit_threads()
        with devices.convert_oom(self.device, self.oom_hint), without_cudnn(self.device):
            yield

    def new_state(self) -> KVState:
        """Return an empty state."""
        return KVState(self.new_cache())

    def new_cache(self, rows: int = 1) -> KeyValueCache:
        """Return an empty cache for `rows` sequences. Raises: OutOfMemory."""
        heads = self.decoder.heads
        shape = (len(self.decoder.layers), 2, rows, heads.keys, 0, heads.width)
        # Even an empty cache allocates a few bytes on the device (`offsets_on_device`), which may fail.
        with devices.convert_oom(self.device, self.oom_hint):
            pairs = torch.empty(shape, dtype=self.dtype, device=self.device)
            return KeyValueCache(pairs, self.decoder.limit)

    @property
    def drops_tokens(self) -> bool:
        return self.policy is not None and self.policy.drops_tokens

    def kept_by_layer(self, state: KVState) -> tuple[int, ...]:
        """Return how many visual tokens of a state are in each layer's cache; empty if no layer left
        out visual tokens."""
        removed = state.cache.removed[:, 0]
        visual = state.ids.count(self.image_token)
        return tuple(visual - less for less in removed.tolist()) if visual and removed.any() else ()

    def reduce(self, policy: ReductionPolicy) -> None:
        """Apply a reduction policy to all later prompts. Raises: UnsupportedModel."""
        if not self.decoder.capturable:
            raise UnsupportedModel(
                "token reduction does not support the layers of a "
                f"{self.config.text_config.model_type} model",
                hint=f"It supports {', '.join(PACKED)}. Remove --set reduce.",
            )
        if self.policy is not None and self.config.routed_layers:
            raise UnsupportedModel(
                "visual tokens already skip layers of this model", hint="Use --set reduce=none."
            )
        self.policy = policy

    def encode_image(self, prepared: Any) -> EncodedImage:
        """Encode a picture that a PictureProcessor has prepared, for example pixels (3, S, S) or
        (tiles, 3, S, S)."""
        return self.encode_images([prepared])[0]

    @tracing.span("tower")
    @torch.inference_mode()
    def encode_images(self, prepared: Sequence[Any]) -> list[EncodedImage]:
        """Encode pictures, several of the same shape at once. A single one may be replayed by a CUDA
        graph."""
        images: list[EncodedImage] = []
        with self.computing():
            for start in range(0, len(prepared), self.encoder.batch):
                inputs = self.encoder.inputs(prepared[start : start + self.encoder.batch])
                encode: Callable[..., Sequence[Tensor]] = self.encoder.encode
                if self.encoder.capturable and len(prepared) == 1:
                    shapes = [tuple(each.shape) for each in inputs.values()]
                    key = GraphKey("tower", None, tuple(itertools.chain(*shapes)))
                    encode = partial(self.graphs.run, key, self.encoder.encode)
                encoded = encode(**inputs)
                for tokens, keys, values, *more in zip(*encoded, strict=True):
                    images.append(EncodedImage(tokens, keys[None], values[None], *more))
        return images

    def reusable_prefix_length(
        self, ids: Sequence[int], state: KVState, images: ImagesArg = None
    ) -> int:
        """Return how many leading positions of `ids` can be taken from the state's cache. The prefix
        contains only images that are the same in the state. It does not end within a question about an
        image, because EmbQ needs the whole question in one forward pass. The last id of `ids` never
        counts, because its logits must be computed."""
        if not state.ids:
            return 0
        encoded = as_tuple(images)
        common = common_length(ids, state.ids)
        same_images = common_length(encoded, state.images)
        if same_images < max(len(encoded), len(state.images)):
            common = min(common, self._image_start(ids, same_images, encoded))
        # With a reduction policy the pictures must be computed again in two cases:
        # 1. The policy drops tokens. It has chosen the tokens to keep for one question, and the next
        #    question may need others.
        # 2. The state has pictures after the common prefix. To cut the cache at the end of the prefix,
        #    one must know how many positions were left out before this point. The cache stores only the
        #    total of all pictures.
        if self.drops_tokens or (self.policy is not None and self.image_token in state.ids[common:]):
            common = min(common, self._image_start(ids, 0, encoded))
        return safe_prefix_length(ids, self.config, min(common, len(ids) - 1))

    def _image_start(self, ids: Sequence[int], number: int, images: Sequence[EncodedImage]) -> int:
        """Return the position of an image's first placeholder, or the length of `ids` if the image has
        no placeholder."""
        before = sum(image.visual_tokens for image in images[:number])
        positions = (i for i, token in enumerate(ids) if token == self.image_token)
        return next(itertools.islice(positions, before, None), len(ids))

    @tracing.span("prefill")
    @torch.inference_mode()
    def prefill(
        self,
        ids: Sequence[int],
        state: KVState,
        images: ImagesArg = None,
        past: int | None = None,
        *,
        reduced: bool = True,
        continued: int = 0,
    ) -> Tensor:
        """Make the state cover `ids`, computing only the positions that it does not cover yet, and
        return the logits (V,) of the last position.

        Args:
            images: the images whose placeholders are among the ids.
            past: the `reusable_prefix_length`, if the caller has computed it.
            reduced: whether to apply a policy that drops tokens, if there is one.
            continued: if an answer is continued, how many of the last ids are its beginning. The policy
                ignores these ids.

        Raises: ContextTooLong if the ids leave no space for a token of the answer.
        """
        # 1. Keep the part of the state that is a prefix of the ids; compute the rest.
        check_length(ids, self.context_length, self.image_token)
        encoded = as_tuple(images)
        past = self.reusable_prefix_length(ids, state, encoded) if past is None else past
        del state.ids[past:]
        state.images = encoded
        length = rows = len(ids) - past
        if self.padded:  # pad to the next bucket, but not beyond the context
            bucket = next((bucket for bucket in BUCKETS if bucket >= length), length)
            rows = min(bucket, self.context_length - past)
        with self.computing():
            # 2. Reserve positions in the cache. If the cache is reallocated, its CUDA graphs must be
            #    captured again.
            room = past + rows + (ANSWER_ROOM if self.padded else 0)
            state.cache.reserve(min(room, self.context_length), past)
            # Masked attention also reads the positions after the valid ones, and multiplies their
            # values by 0. They must be finite, because 0 * NaN is NaN.
            if self.padded or state.cache.shared:
                state.cache.zero_tail(past)
            # 3. Gather the inputs of the layers in tensors. A captured graph copies them into its own
            #    buffers.
            inputs = self._embq_inputs(ids, past, rows, encoded)
            axes = self.axes(ids, encoded)
            inputs |= self._axes_inputs(axes, ids, past, rows, encoded)
            inputs |= {
                "x": self.embed(ids, past, rows, encoded),
                "positions": self._positions[past : past + rows],
                "last": self._positions[length - 1 : length],
            }

            # 4. Compute the new positions, except those that the reduction policy leaves out.
            reduction = None
            reduces = reduced or not self.drops_tokens
            if self.policy is not None and reduces and self.image_token in ids[past:]:
                reduction = Reduction(self.policy, self._kinds(ids, past, rows, encoded, continued))
            # Positions are left out of a prefix only if it has a picture.
            if self.image_token not in ids[:past] and state.cache.removed.any():
                state.cache.set_offsets(0, 0, REMOVED)
            if self.decoder.shifts:
                state.cache.set_offsets(0, self.shift(axes), SHIFT)
            logits = self._prefill(inputs, state.cache, past, rows, reduction)
        state.ids.extend(ids[past:])
        return logits

    @torch.inference_mode()
    def prompt_inputs(self, ids: Sequence[int], images: ImagesArg) -> PromptInputs:
        """Return the inputs of the decoder for a whole prompt, for a forward that uses no state."""
        encoded = as_tuple(images)
        T = len(ids)
        embq = self._embq_inputs(ids, 0, T, encoded)
        kinds = self._kinds(ids, 0, T, encoded)
        axes = self._axes_inputs(self.axes(ids, encoded), ids, 0, T, encoded)
        x = self.embed(ids, 0, T, encoded)
        return PromptInputs(x, EmbqInputs(**embq) if embq else None, kinds, **axes)

    def axes(self, ids: Sequence[int], images: Sequence[EncodedImage]) -> Tensor | None:
        """Return the rotary positions of all ids, int64 (3, T): of time, row and column. All are equal
        in a text. The visual tokens of a picture have the same time; the text after it continues after
        its longer side. None if the decoder has one axis, and without a picture."""
        if not (self.decoder.shifts and images):
            return None
        axes = torch.arange(len(ids)).repeat(3, 1)
        for number, image in enumerate(images):
            start = self._image_start(ids, number, images)
            if start == len(ids):  # a later picture is not in these ids
                break
            assert image.grid is not None
            place_picture(axes, start, image.grid)
        return axes

    def shift(self, axes: Tensor | None) -> int:
        """Return by how much the rotary position after some ids is smaller than their number. `axes`:
        their rotary positions, as the method `axes` returns them."""
        return 0 if axes is None else axes.shape[1] - 1 - int(axes.max())

    def _axes_inputs(
        self,
        axes: Tensor | None,
        ids: Sequence[int],
        past: int,
        rows: int,
        images: Sequence[EncodedImage],
    ) -> dict[str, Tensor]:
        """Return `axes` and `deep` of Span for `ids[past:]`, padded to `rows` positions."""
        if axes is None:
            return {}
        new = nn.functional.pad(axes[:, past:], (0, rows - len(ids) + past))
        inputs = {"axes": self.to_device(new)}
        deep = [image.deep for image in images if image.deep is not None]
        if deep and self.image_token in ids[past:]:
            nothing = deep[0].new_zeros(len(deep[0]), rows, deep[0].shape[2])
            inputs["deep"] = self._with_pictures(nothing, ids, past, deep)
        return inputs

    def _with_pictures(
        self, x: Tensor, ids: Sequence[int], past: int, pictures: Sequence[Tensor]
    ) -> Tensor:
        """Return x (*, T, D) with the rows of pictures (*, P, D) in place of the placeholders of
        `ids[past:]`."""
        visual = [i for i, token in enumerate(ids[past:]) if token == self.image_token]
        if not (visual and pictures):
            return x
        cached = sum(token == self.image_token for token in ids[:past])
        tokens = concatenate(pictures, -2)[..., cached : cached + len(visual), :]
        return x.index_copy(-2, self.to_device(visual), tokens)

    def _kinds(
        self,
        ids: Sequence[int],
        past: int,
        rows: int,
        images: Sequence[EncodedImage],
        continued: int = 0,
    ) -> PromptRows:
        """Return which of the new positions of a prompt are visual tokens, query tokens or padding.
        `rows` is the number of positions with padding."""
        tokens = images[0].visual_tokens if images else 1
        return PromptRows.of(ids, rows, past, tokens, self.image_token, self.query_token, continued).to(
            self.device
        )

    def _prefill(
        self,
        inputs: dict[str, Tensor],
        cache: KeyValueCache,
        past: int,
        rows: int,
        reduction: Reduction | None,
    ) -> Tensor:
        extent = capacity_for(past + rows, cache.limit) if self.padded else past + rows
        causal = past == 0 and not self.padded  # the attention kernel can use its own causal mask
        # No graph is captured in three cases:
        # 1. Several questions are computed at once. This is rare: it happens when earlier turns are
        #    computed again.
        # 2. The cache is shared. Its memory may move.
        # 3. A reduction policy is applied, or was applied to the same state earlier. The shapes then
        #    depend on the tokens that the policy has chosen.
        several = "query_rows" in inputs and inputs["query_rows"].shape[0] > 1
        reduces = reduction is not None or bool(cache.removed.any())
        eager = bool(self.graphs.disabled_reason) or several or cache.shared or reduces

        def forward(
            x: Tensor,
            positions: Tensor,
            last: Tensor,
            axes: Tensor | None = None,
            deep: Tensor | None = None,
            **embq: Tensor,
        ) -> Tensor:
            embq_inputs = EmbqInputs(**embq) if embq else None
            mask = None if causal else self._attention_mask(positions, extent)
            at = slice(past, past + rows) if eager else positions
            span = Span(cache, at, extent, mask, reduction, axes, deep)
            return self.decoder.logits(x, span, embq_inputs, last)

        if eager:
            return forward(**inputs)
        shapes = [(name, tensor.shape) for name, tensor in inputs.items()]
        key = GraphKey("prefill", cache.memory, (rows, extent, *shapes))
        return self.graphs.run(key, forward, **inputs)

    def decode(self, token: int, state: KVState) -> Tensor:
        """Append one token to the state and return the logits (V,) of the next token."""
        logits = self.step([token], [len(state.ids)], state.cache)
        state.ids.append(token)
        return logits[0]

    @torch.inference_mode()
    def step(
        self, tokens: Sequence[int] | Tensor, lengths: Sequence[int], cache: KeyValueCache
    ) -> Tensor:
        """Append a token to each of the cache's first B rows and return the logits (B, V) of the next
        tokens.

        Args:
            tokens: B ids. If they are a tensor on the device, the host does not read them.
            lengths: the number of positions that each row has so far.
        """
        count = len(lengths)
        extent = capacity_for(max(lengths) + 1, cache.limit)

        def forward(tokens: Tensor, positions: Tensor) -> Tensor:
            return self.decoder.step_at(self.embeddings(tokens), positions, extent, cache)

        with self.computing():
            cache.reserve(max(lengths) + 1, max(lengths))
            if not self.padded:
                x = self.embeddings(torch.as_tensor(tokens).to(self.device))
                return self.decoder.step(x, lengths, cache)
            # 1. Gather the tokens and their positions, with at most one copy from the host. Each number
            #    of rows needs its own graph (captured on CUDA, compiled on MPS). To have few graphs,
            #    the number of rows is rounded up to a power of two with free rows of the cache. The
            #    step writes to position 0 of the free rows, which a later prefill overwrites.
            if count == 1 and isinstance(tokens, Tensor):
                inputs = [tokens, self._positions[lengths[0] : lengths[0] + 1]]
            else:
                free = [0] * (power_of_two(count) - count)
                known = [0] * count if isinstance(tokens, Tensor) else tokens
                rows = self.to_device([[*known, *free], [*lengths, *free]])
                if isinstance(tokens, Tensor):
                    rows[0, :count] = tokens
                inputs = [*rows]
            # 2. Compute the step, with a captured graph if there is one.
            key = GraphKey("decode", cache.memory, (len(inputs[0]), extent))
            return self.graphs.run(key, forward, tokens=inputs[0], positions=inputs[1])[:count]

    def mask_placeholders(self, logits: Tensor) -> Tensor:
        """Set the logits (…, V) of the image and query placeholders to -inf."""
        return logits.index_fill(-1, self._placeholders, -torch.inf)

    def _attention_mask(self, positions: Tensor, extent: int) -> Tensor:
        """Return the causal mask (T, extent). On a CPU the mask is bool. On other devices it is
        additive, with 0 and -inf. There each layer would convert a bool mask to an additive one."""
        if self.device.type != "cpu":
            return row_mask(positions, extent, self.dtype)[:, 0, 0]
        return self._positions[:extent] <= positions[:, None]

    def to_device(self, values: Any) -> Tensor:
        """Copy a list or a tensor from the host to the device."""
        return devices.uploaded(torch.as_tensor(values), self.device)

    def embed(self, ids: Sequence[int], past: int, rows: int, images: Sequence[EncodedImage]) -> Tensor:
        """Return the embeddings (rows, D) of `ids[past:]`, padded at the end. The embeddings of visual
        and query tokens replace the embeddings of their placeholders."""
        config = self.config
        chunk = list(ids[past:])
        x = self.embeddings(self.to_device(chunk + [0] * (rows - len(chunk))))
        x = self._with_pictures(x, ids, past, [image.tokens for image in images])
        queries = [i for i, token in enumerate(chunk) if token == self.query_token]
        if queries and self.model.model.query_tokens is not None:
            # Call the module instead of indexing its weight: in some model families it also scales the
            # embeddings.
            offset = self.embeddings(self.to_device(config.query_offset_token_id))
            tokens = self.model.model.query_tokens(offset).to(x.dtype)
            questions = len(queries) // config.num_query_tokens
            x = x.index_copy(0, self.to_device(queries), tokens.repeat(questions, 1))
        return x

    def _embq_inputs(
        self, ids: Sequence[int], past: int, rows: int, images: Sequence[EncodedImage]
    ) -> dict[str, Tensor]:
        """Return EmbQ's inputs of this prefill; empty if no question in this prefill is about an
        image."""
        plan = plan_embq([ids], self.config, images[0].visual_tokens, past) if images else None
        if plan is None:
            return {}
        question_rows = plan.question_rows
        question_mask = plan.question_mask
        if self.padded:
            padding = (0, rows - question_rows.shape[1])
            question_rows = nn.functional.pad(question_rows, padding)
            question_mask = nn.functional.pad(question_mask, padding)
        visible = images[: plan.images.shape[1]]
        inputs = {
            "query_rows": self.to_device(plan.query_rows),
            "question_rows": self.to_device(question_rows),
            "question_mask": self.to_device(question_mask),
            "keys": concatenate([image.keys for image in visible], 2),
            "values": concatenate([image.values for image in visible], 2),
        }
        if len(visible) > 1:  # hide images that were added later from earlier questions
            patches = visible[0].keys.shape[2]
            inputs["feature_mask"] = self.to_device(plan.image_mask.repeat_interleave(patches, 1))
        return inputs


def common_length(one: Sequence[object], other: Sequence[object]) -> int:
    """Return how many leading elements of two sequences are equal."""
    for number, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return number
    return min(len(one), len(other))


def concatenate(parts: Sequence[Tensor], dim: int) -> Tensor:
    """Concatenate tensors; a single tensor is not copied."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=dim)
