"""A decoder of packed layers: new positions of one sequence, or the next position of several.

Linears that share an input, or whose outputs are summed, are one product (packed_layers.py). In 16 and
32 bit the weights of transformers' modules become views into the packed ones: `generate()` still works,
and no weight is in memory twice.

A forward has these steps:

1. choose the core, which computes what is between the products: by kernels for cards, by compiled
   kernels (one position of each sequence, on a CPU), by torch's operators, or with rows left out;
2. compute the layers in order; before layer `embq_layer` EmbQ updates the rows of the query tokens;
3. apply the final norm, and the head to those rows whose logits are asked for.

H heads of queries, K of keys and values, d width of a head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference import card_step, compiled_step
from flashsloth.inference.attention import attend, attend_one, row_mask
from flashsloth.inference.card_step import CardCore, CardPrompt, CardStep
from flashsloth.inference.compiled_step import CompiledStep
from flashsloth.inference.decoder import Decoder, Span
from flashsloth.inference.joined_linear import JoinedLinear
from flashsloth.inference.kv_cache import KeyValueCache
from flashsloth.inference.layer_core import Attention, HalfBlock, LayerCore, TorchCore
from flashsloth.inference.packed_layers import PackedLayer, RmsNorm, products_of
from flashsloth.inference.reduced_core import ReducedCore
from flashsloth.inference.rotary import Angles, RotaryTable
from flashsloth.model.embq import EmbqInputs
from flashsloth.quantization import card_products, onednn
from flashsloth.sizes.families import PHI

# The capacities of a cache for which kernels are compiled ahead; for more it is done when it has grown.
REHEARSED = (256, 512, 1024)
# If a row has more elements of keys than this, rows attend one after another on a CPU.
ROW_KEYS = 2**17


class PackedDecoder(Decoder):
    """A decoder of PhiLayer or GatedLayer. Arguments of its methods: see Decoder."""

    def __init__(self, model: Any, layers: Sequence[PackedLayer], head: nn.Module) -> None:
        super().__init__(model)
        self.layers = nn.ModuleList(layers)
        decoder = model.language_model
        text = model.config.text_config
        self.norm = decoder.final_layernorm if text.model_type == PHI else RmsNorm(decoder.norm)
        self.head = head
        self.mlp = int(text.intermediate_size)
        frequencies, factor = model.rotary_frequencies()
        self.rotary = RotaryTable(frequencies, factor, self.limit)
        # the core of the last step, whose prepared calls the next one repeats; None while it is in use
        self.last: CompiledStep | None = None
        # waits for the kernels that are compiled while weights are read, and returns why that failed
        self.ahead: Callable[[], str] | None = None
        # the addresses of the weights, and the step that was made for them
        self.card: tuple[Any, CardStep | None] | None = None

    @property
    def read_per_token(self) -> list[nn.Module]:
        return [*super().read_per_token, self.norm]

    def logits(
        self, x: Tensor, span: Span, embq: EmbqInputs | None = None, last: Tensor | None = None
    ) -> Tensor:
        single = x.shape[0] == 1
        step = self.card_step(x.device, x.dtype) if span.reduction is None else None
        if step and (single or span.cache.removed is None):
            return self._by_card(step, x, span, embq, last)
        angles = self.rotary.at(span.positions, span.extent, x.dtype)
        if span.reduction is not None:
            return self._reduced(x, angles, span, embq, last)
        cache = span.cache
        causal = span.mask is None and not single
        left_out: Any = cache.removed
        if left_out is not None and isinstance(span.positions, slice):
            left_out = cache.removed_by_layer()  # by one copy to the host

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            pair = kv.permute(1, 2, 0, 3)  # (2, K, T, d)
            _, at, end, seen, _ = span if left_out is None else span.of_layer(layer, left_out)
            cache.write(layer, at, pair)
            if single and x.device.type == "cpu":
                return attend_one(q, cache.pairs[layer, :, :, :, :end], seen, cache)
            # a causal prefill begins at position 0, so `pair` has all keys and values
            keys, values = pair[:, None] if causal else cache.pairs[layer, :, :, :, :end]
            return attend(q, keys, values, seen, causal=causal)

        lengths = [span.extent - 1] if single and span.mask is None else None
        hidden = self._layers(x, self._core(x, angles, cache, lengths, attention), embq)
        return self._head(hidden if last is None else hidden.index_select(0, last))[0]

    def _by_card(
        self, step: CardStep, x: Tensor, span: Span, embq: EmbqInputs | None, last: Tensor | None
    ) -> Tensor:
        """Compute new positions by the kernels for cards."""
        at = span.positions
        at = torch.arange(at.start, at.stop, device=x.device) if isinstance(at, slice) else at
        where = (at, span.extent, span.cache, self.heads, self.rotary)
        if len(x) == 1 and embq is None:
            return self.logit_scale(step(x, CardCore(*where)))[0]
        hidden = self._layers(x, CardPrompt(*where, span.mask), embq)
        return self._head(hidden if last is None else hidden.index_select(0, last))[0]

    def _reduced(
        self, x: Tensor, angles: Angles, span: Span, embq: EmbqInputs | None, last: Tensor | None
    ) -> Tensor:
        """Compute the rows of a prompt that the policy keeps, and record in the cache how many each
        layer left out."""
        removed = span.cache.removed
        reduction = span.reduction
        assert removed is not None
        assert reduction is not None
        assert last is not None
        core = ReducedCore(*reduction, angles, self.heads, span.cache, span.mask)
        hidden = self._layers(x, core, embq)
        removed[:, 0] += torch.tensor([len(x) - held for held in core.held]).to(x.device)
        if core.left is not None:  # where the last position is among the rows that are left
            last = torch.searchsorted(core.left, last)
        return self._head(hidden.index_select(0, last))[0]

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        B = len(lengths)
        extent = max(lengths) + 1
        positions = torch.tensor(lengths)
        rows = torch.arange(B)
        # Together, rows of different lengths attend to as many positions as the longest, with a mask.
        # With long rows it takes less time to attend one after another, each to its own positions.
        alone = extent * self.heads.keys * self.heads.width > ROW_KEYS
        mask = None if alone else row_mask(positions, extent, torch.float32)

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            at = cache.held(layer, positions)
            cache.append(layer, rows, at, kv)
            pairs = cache.pairs[layer]
            if not alone:
                seen = mask if at is positions else row_mask(at, extent, torch.float32)
                return attend_one(q, pairs[:, :B, :, :extent], seen, cache)
            contexts = []
            for row, length in enumerate(at.tolist()):
                pair = pairs[:, row : row + 1, :, : length + 1]
                contexts.append(attend_one(q[row : row + 1], pair, None, cache))
            return torch.cat(contexts)

        angles = self.rotary.at(positions, extent, x.dtype)
        return self._head(self._layers(x, self._core(x, angles, cache, lengths, attention)))

    def step_at(self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache) -> Tensor:
        if step := self.card_step(x.device, x.dtype):
            card = CardCore(positions, extent, cache, self.heads, self.rotary)
            if step.takes(len(x)):
                return self.logit_scale(step(x, card))
            return self._head(self._layers(x, card))
        rows = torch.arange(x.shape[0], device=x.device)
        mask = row_mask(positions, extent, x.dtype)

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            at = cache.held(layer, positions)
            seen = mask if at is positions else row_mask(at, extent, x.dtype)
            cache.append(layer, rows, at, kv)
            keys, values = cache.pairs[layer, :, : x.shape[0], :, :extent]
            grouped = q.reshape(len(q), self.heads.keys, -1, self.heads.width)
            return F.scaled_dot_product_attention(grouped, keys, values, attn_mask=seen).reshape(
                len(x), -1
            )

        core = TorchCore(self.rotary.at(positions, extent, x.dtype), attention, self.heads)
        return self._head(self._layers(x, core))

    def branches(self, x: Tensor, span: Span, embq: EmbqInputs | None, wanted: Tensor) -> Tensor:
        cache, positions, extent, mask, _ = span
        assert mask is not None
        left_out = cache.removed_by_layer()

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            less = left_out[layer]
            before = cache.pairs[layer, :, :, :, : extent - len(x) - less]
            keys, values = torch.cat((before, kv.permute(1, 2, 0, 3)[:, None]), -2)
            return attend(q, keys, values, mask[:, less:])

        core = TorchCore(self.rotary.at(positions, extent, x.dtype), attention, self.heads)
        return self._head(self._layers(x, core, embq).index_select(0, wanted))

    def has_card_step(self, device: torch.device, dtype: torch.dtype) -> bool:
        return self.card_step(device, dtype) is not None

    def card_step(self, device: torch.device, dtype: torch.dtype) -> CardStep | None:
        """Return the step that computes the next positions by kernels for cards; None if torch's
        operators compute them. It is made again if a weight was replaced."""
        if self.card_problem(device, dtype):
            return None
        layers: list[tuple[HalfBlock, ...]] = [layer.parts for layer in self.layers]  # type: ignore[misc]
        addresses = [card_step.address(part) for parts in layers for part in parts]
        if self.card is None or self.card[0] != addresses:
            self.card = addresses, CardStep(layers, self.norm, self.head)
        return self.card[1]

    def card_problem(self, device: torch.device, dtype: torch.dtype) -> str:
        if problem := card_products.problem(device) or card_step.problem(device):
            return str(problem)
        if dtype.itemsize != 2:
            return "they compute in 16 bit"
        layer: Any
        for number, layer in enumerate(self.layers):
            if problem := card_step.problem_of(layer.parts, self.heads):
                return f"layer {number + 1}: {problem}"
        if card_step.weight_of(self.head) is None:
            return "they do not take the head"
        return "" if self.ahead is None else self.ahead()

    def rehearse(self) -> None:
        """Compute steps and a prompt with a decoder on the device "meta", which has no values, to find
        and compile the kernels that they launch (card_products.ahead)."""
        layers: Any = [layer.parts for layer in self.layers]
        step = CardStep(layers, self.norm, self.head)
        weight: Tensor = self.norm.weight
        x = weight.new_empty(16, len(weight))
        positions = torch.arange(16, device=weight.device)
        for extent in REHEARSED:
            shape = (len(layers), 2, 1, self.heads.keys, extent, self.heads.width)
            where = (extent, KeyValueCache(weight.new_empty(shape), extent), self.heads, self.rotary)
            step(x[:1], CardCore(positions[:1], *where))
        self._head(self._layers(x, CardPrompt(positions, *where))[:1])

    def angles(self, x: Tensor) -> Angles:
        """Return cos and sin of the positions of a whole prompt (T, D)."""
        return self.rotary.at(slice(0, len(x)), len(x), x.dtype)

    def _core(
        self,
        x: Tensor,
        angles: Angles,
        cache: KeyValueCache,
        lengths: Sequence[int] | None,
        attention: Attention,
    ) -> LayerCore:
        """Return the core for the new positions. `lengths`: of the rows, if each has one new position;
        else None."""
        pairs = cache.pairs
        rotary = 2 * angles[0].shape[-1]
        suits = x.device.type == "cpu" and x.dtype == pairs.dtype == torch.bfloat16
        normed = getattr(self.layers[0], "q_norm", None) is not None
        if not (
            lengths and suits and compiled_step.available(self.heads.width, rotary, self.mlp, normed)
        ):
            return TorchCore(angles, attention, self.heads)
        # One operation takes the step out, so that no other thread can take it too.
        step = self.__dict__.pop("last", None)
        if step is None or not step.move(angles, pairs, lengths, cache.removed):
            step = CompiledStep(angles, pairs, lengths, self.heads.queries, cache.removed)
        return step

    def _layers(self, x: Tensor, core: LayerCore, embq: EmbqInputs | None = None) -> Tensor:
        if isinstance(core, CardCore):
            changes = {} if embq is None else {self.embq_layer: partial(self.apply_embq, inputs=embq)}
            layers: Any = self.layers
            return core.hidden(x, (layer.parts for layer in layers), self.norm, changes)
        first: Any = self.layers[0]
        with onednn.one_row(x, getattr(first, next(iter(first.PRODUCTS)))):
            for index, layer in enumerate(self.layers):
                if index == self.embq_layer and embq is not None:
                    x = self.apply_embq(x, embq, core.left)
                x = layer(x, index, core)
        x = self.norm(x)
        if isinstance(core, CompiledStep):  # keep its calls for the next step, but not the cache
            core.pairs = None
            self.last = core
        return x

    def _head(self, x: Tensor) -> Tensor:
        with onednn.one_row(x, self.head):
            return self.logit_scale(self.head(x))


def pack(
    model: Any, kind: type[PackedLayer], dtype: torch.dtype, device: torch.device
) -> PackedDecoder:
    """Return the packed decoder of a model whose layers are of this kind (`layer_class`). Both share
    the memory of the weights."""
    layers: list[PackedLayer] = []
    for layer in model.language_model.layers:
        products = products_of(layer, kind).items()
        layers.append(
            kind(
                layer, {name: JoinedLinear(layer, product, dtype, device) for name, product in products}
            )
        )
    return PackedDecoder(model, layers, model.lm_head).eval()
