"""The interface of a decoder for the engine (`Decoder`), and its implementation with packed layers
(`PackedDecoder`). The decoder computes new positions of one sequence, or the next position of several
sequences.

Linears that share an input, or whose outputs are summed, are joined into one product
(packed_layers.py). In 16 and 32 bit the weights of transformers' modules become views into the packed
weights, so that transformers' `generate()` still works and no weight is in memory twice.

A forward has these steps:

1. choose the core, which computes the operations between the products: with Triton kernels on NVIDIA's
   cards (CardCore), with compiled kernels for a decode step on a CPU (CompiledStep), with a reduction
   policy (ReducedCore), otherwise with torch's operators (TorchCore);
2. compute the layers in order; before layer `embq_layer` EmbQ updates the rows of the query tokens;
3. apply the final norm, and the head to the rows whose logits are needed.

Letters: H heads of queries, K heads of keys and values, d width of a head, B rows of the KV cache, T
new positions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from flashsloth.inference import card_step, compiled_step
from flashsloth.inference.attention import (
    REMOVED,
    Angles,
    KeyValueCache,
    RotaryTable,
    attend,
    attend_one,
    row_mask,
)
from flashsloth.inference.packed_layers import (
    Attention,
    HalfBlock,
    JoinedLinear,
    LayerCore,
    PackedLayer,
    RmsNorm,
    TorchCore,
    products_of,
)
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, Reduction
from flashsloth.model.embq import EmbQ, EmbqInputs
from flashsloth.quantization import card_products, torch_products
from flashsloth.sizes.families import PHI, attention_heads
from flashsloth.utils.yield_point import yield_point

# the keyword argument that passes the function that applies EmbQ to a text model of transformers
EMBQ = "embq"


@dataclass(frozen=True, slots=True)
class PromptInputs:
    """The inputs of a decoder for a whole prompt: embeddings (T, D), EmbQ's inputs, and the kinds of
    the positions (visual token, query token, padding); `axes` and `deep` as in Span."""

    x: Tensor
    embq: EmbqInputs | None
    rows: PromptRows
    axes: Tensor | None = field(default=None, kw_only=True)
    deep: Tensor | None = field(default=None, kw_only=True)


class Span(NamedTuple):
    """T new positions of the only row of a cache. They attend to the first `extent` positions of the
    cache, among which they are themselves.

    Args:
        positions: a slice; for a captured graph, which is replayed at other positions, a tensor (T,).
            With a tensor no layer may have left positions out of the cache.
        mask: (T, extent), as in scaled_dot_product_attention: bool, True at visible positions; or
            additive, 0 at visible positions and -inf elsewhere. None for a causal mask over T positions
            that begin at 0.
        reduction: the policy that leaves out some of the positions; None if all are computed.
        axes: (3, T), the rotary positions if they are not `positions`: of time, row and column, in a
            decoder with three position axes.
        deep: (n, T, D), what is added to the inputs of the layers 1 to n; 0 where there is no visual
            token. None if the tower has no such features.
    """

    cache: KeyValueCache
    positions: Tensor | slice
    extent: int
    mask: Tensor | None = None
    reduction: Reduction | None = None
    axes: Tensor | None = None
    deep: Tensor | None = None


@dataclass(frozen=True, slots=True)
class LogitScale:
    """How a model family scales the output of the head. Granite divides the logits by `logits_scaling`,
    and Gemma caps them at `final_logit_softcapping`. The fields have the same names in the
    configurations of these families."""

    logits_scaling: float | None
    final_logit_softcapping: float | None

    @classmethod
    def of(cls, text: Any) -> LogitScale:
        """Return the scale of a decoder's configuration."""
        return cls(*(getattr(text, field.name, None) for field in fields(cls)))

    def __call__(self, logits: Tensor) -> Tensor:
        if self.logits_scaling:
            logits = logits / self.logits_scaling
        cap = self.final_logit_softcapping
        return torch.tanh(logits / cap) * cap if cap else logits


class Decoder(nn.Module):
    """All layers with EmbQ between them, the final norm and the head.

    `logits` computes new positions of one sequence. `step` and `step_at` compute the next position of
    several sequences. `branches` computes several continuations of one sequence.
    """

    layers: nn.ModuleList
    head: nn.Module
    # whether CUDA graphs can be captured; the positions may then be tensors on the device
    capturable = True
    # whether a row's rotary position may differ from its length, in a decoder with three position axes
    shifts = False

    def __init__(self, model: Any) -> None:
        """`model`: a Network, or a FlashSlothForConditionalGeneration."""
        super().__init__()
        config = model.config
        text = config.text_config
        self.embq: EmbQ | None = model.language_model.embq
        self.embq_layer: int = config.embq_layer
        self.heads = attention_heads(text)
        self.logit_scale = LogitScale.of(text)
        self.limit = int(text.max_position_embeddings)
        self.vocabulary = int(text.vocab_size)

    @property
    def read_per_token(self) -> list[nn.Module]:
        """The modules whose weights are read for each token."""
        return [self.layers, self.head]

    def logits(self, x: Tensor, span: Span, embq: EmbqInputs | None, last: Tensor) -> Tensor:
        """Compute new positions (T, D) and return the logits (V,) of row `last` (1,)."""
        raise NotImplementedError

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        """Append one position to each of the cache's first B rows and return their logits (B, V).

        Args:
            x: embeddings (B, D) of the appended tokens.
            lengths: the number of positions that each row has so far. The cache must have space for one
                more position in each row.
        """
        raise NotImplementedError

    def step_at(self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache) -> Tensor:
        """Like `step`, with the rows' lengths as a tensor `positions` (B,) on the device, so that a
        captured graph reads them again each time it is replayed. Rows attend to the first `extent`
        positions of the cache."""
        raise NotImplementedError

    def branches(self, x: Tensor, span: Span, embq: EmbqInputs | None, wanted: Tensor) -> Tensor:
        """Compute T positions that continue the cache in several ways, and return the logits (R, V) of
        the rows `wanted` (R,). The mask of the span must be bool. The cache is read, but not changed.
        """
        raise NotImplementedError

    def card_step(self, device: torch.device, dtype: torch.dtype) -> Any:
        """Return the object that computes decode steps with kernels for NVIDIA's cards; None if torch's
        operators compute the steps."""
        return None

    def card_problem(self, device: torch.device, dtype: torch.dtype) -> str:
        """Return why decode steps are not computed with kernels for NVIDIA's cards; empty if these
        kernels are used."""
        return "its layers run by their family's own forward"

    def apply_embq(self, x: Tensor, inputs: EmbqInputs, left: Tensor | None = None) -> Tensor:
        """Update the hidden states of the query tokens with EmbQ.

        If a reduction policy has left out some of the T rows, `left` has the ascending indices of the
        rows that are still in x; None if x has all rows. Before EmbQ, questions and query tokens are
        never left out."""
        assert self.embq is not None  # the engine makes EmbqInputs only for a model with EmbQ
        if left is not None:
            query, question = (
                torch.searchsorted(left, rows) for rows in (inputs.query_rows, inputs.question_rows)
            )
            inputs = replace(inputs, query_rows=query, question_rows=question)
        return self.embq.update(x, inputs)

    def embq_argument(self, inputs: EmbqInputs | None) -> dict[str, Callable[[Tensor], Tensor]]:
        """Return the argument with which transformers' own text model applies EmbQ; empty without
        inputs."""
        return {} if inputs is None else {EMBQ: lambda hidden: self.apply_embq(hidden[0], inputs)[None]}

    def _head(self, x: Tensor) -> Tensor:
        return self._scaled(self.head(x))

    def _scaled(self, logits: Tensor) -> Tensor:
        """Return the logits of the output of the head, which may have more rows than the vocabulary
        (presets.stored_specs)."""
        return self.logit_scale(logits[..., : self.vocabulary])


# With packed layers


# The capacities of a cache for which kernels are compiled ahead of time. For a larger capacity, kernels
# are compiled when a cache first has that capacity.
REHEARSED = (256, 512, 1024)
# On a CPU, attention is computed for one row after another if the keys of one row have more elements
# than this.
ROW_KEYS = 2**17


class PackedDecoder(Decoder):
    """A decoder of PhiLayer or GatedLayer. Decoder documents the arguments of its methods."""

    def __init__(self, model: Any, layers: Sequence[PackedLayer], head: nn.Module) -> None:
        super().__init__(model)
        self.layers = nn.ModuleList(layers)
        decoder = model.language_model
        text = model.config.text_config
        self.norm = decoder.final_layernorm if text.model_type == PHI else RmsNorm(decoder.norm)
        self.head = head
        self.mlp = int(text.intermediate_size)
        frequencies, factor = model.rotary_frequencies()
        axes = model.config.rotary_axes
        self.rotary = RotaryTable(frequencies, factor, self.limit, axes)
        self.shifts = axes is not None
        # the core of the last decode step, kept because the next step can repeat its prepared calls;
        # None while a step uses it
        self.last: compiled_step.CompiledStep | None = None
        # The kernels for cards are compiled while weights are read. This function waits until they are
        # compiled. It returns why the compilation failed, or "" if it did not fail.
        self.ahead: Callable[..., str] | None = None
        # the addresses of the weights for which the CardStep was made, and the CardStep
        self.card: tuple[Any, card_step.CardStep | None] | None = None

    @property
    def read_per_token(self) -> list[nn.Module]:
        return [*super().read_per_token, self.norm]

    def logits(self, x: Tensor, span: Span, embq: EmbqInputs | None, last: Tensor) -> Tensor:
        core = self._prompt_core(x, span)
        hidden = self._layers(x, core, embq, span.deep)
        if isinstance(core, ReducedCore):
            left_out = torch.tensor([len(x) - held for held in core.held])
            span.cache.set_offsets(0, span.cache.removed[:, 0] + left_out, REMOVED)
            if core.left is not None:  # find the index of the last position among the remaining rows
                last = torch.searchsorted(core.left, last)
        return self._head(hidden.index_select(0, last))[0]

    def _prompt_core(self, x: Tensor, span: Span) -> LayerCore:
        """Return the core for new positions of one sequence."""
        cache, positions, extent, mask, reduction, axes, _ = span
        if reduction is None and not cache.removed.any() and self.card_step(x.device, x.dtype):
            at = positions
            if isinstance(at, slice):
                at = torch.arange(at.start, at.stop, device=x.device)
            return card_step.CardPrompt(at, extent, cache, self.heads, self.rotary, mask, axes)
        angles = self.rotary.at(positions if axes is None else axes, extent, x.dtype)
        if reduction is not None:
            return ReducedCore(*reduction, angles, self.heads, cache, mask)
        removed = cache.removed[:, 0].tolist()

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            pair = kv.permute(1, 2, 0, 3)  # (2, K, T, d)
            less = removed[layer]
            at = positions
            if isinstance(at, slice):
                at = slice(at.start - less, at.stop - less)
            cache.write(layer, at, pair)
            if mask is None:  # the prompt begins at position 0, so `pair` has all keys and values
                keys, values = pair[:, None]
                return attend(q, keys, values, None, causal=True)
            keys, values = cache.pairs[layer, :, :, :, : extent - less]
            return attend(q, keys, values, mask[:, less:])

        return TorchCore(angles, attention, self.heads)

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        extent = max(lengths) + 1
        positions = torch.tensor(lengths)
        turned = positions - cache.offsets[-1, : len(lengths)] if self.shifts else positions
        angles = self.rotary.at(turned.to(x.device), extent, x.dtype)
        held = positions - cache.offsets[REMOVED, : len(lengths)]  # (layers, B)
        core: LayerCore | None = self._compiled_step(x, angles, held, cache)
        if core is None:
            core = TorchCore(angles, self._attention_of_rows(held, extent, cache), self.heads)
        return self._head(self._layers(x, core))

    def _attention_of_rows(self, lengths: Tensor, extent: int, cache: KeyValueCache) -> Attention:
        """Return the attention of one new position of each row, on a CPU. `lengths`: (layers, B)."""
        B = lengths.shape[1]
        rows = torch.arange(B)
        by_layer = lengths.tolist()
        # Attention for all rows at once reads each row up to the length of the longest one, and masks
        # the positions that a row does not have. For long rows it is faster to compute one row after
        # another, each with its own positions only.
        alone = B == 1 or extent * self.heads.keys * self.heads.width > ROW_KEYS
        mask = None if alone else row_mask(lengths, extent, torch.float32)

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            pairs = cache.pairs[layer]
            if mask is not None:
                cache.append(layer, rows, lengths[layer], kv)
                return attend_one(q, pairs[:, :B, :, :extent], mask[layer], cache)
            contexts = []
            for row, length in enumerate(by_layer[layer]):
                pair = pairs[:, row : row + 1, :, : length + 1]
                pair[:, 0, :, length] = kv[row]
                contexts.append(attend_one(q[row : row + 1], pair, None, cache))
            return contexts[0] if B == 1 else torch.cat(contexts)

        return attention

    def step_at(self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache) -> Tensor:
        if step := self.card_step(x.device, x.dtype):
            card = card_step.CardCore(
                positions, extent, cache, self.heads, self.rotary, shifts=self.shifts
            )
            if step.takes(len(x)):
                return self._scaled(step(x, card))
            return self._head(self._layers(x, card))
        B = len(x)
        rows = torch.arange(B, device=x.device)
        held = positions - cache.offsets_on_device[REMOVED, :B]  # (layers, B)
        mask = row_mask(held, extent, x.dtype)

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            cache.append(layer, rows, held[layer], kv)
            keys, values = cache.pairs[layer, :, :B, :, :extent]
            grouped = q.reshape(B, self.heads.keys, -1, self.heads.width)
            return nn.functional.scaled_dot_product_attention(
                grouped, keys, values, attn_mask=mask[layer]
            ).reshape(B, -1)

        turned = positions - cache.offsets_on_device[-1, :B] if self.shifts else positions
        core = TorchCore(self.rotary.at(turned, extent, x.dtype), attention, self.heads)
        return self._head(self._layers(x, core))

    def branches(self, x: Tensor, span: Span, embq: EmbqInputs | None, wanted: Tensor) -> Tensor:
        cache, positions, extent, mask, *_ = span
        assert mask is not None
        removed = cache.removed[:, 0].tolist()

        def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
            less = removed[layer]
            before = cache.pairs[layer, :, :, :, : extent - len(x) - less]
            keys, values = torch.cat((before, kv.permute(1, 2, 0, 3)[:, None]), -2)
            return attend(q, keys, values, mask[:, less:])

        core = TorchCore(self.rotary.at(positions, extent, x.dtype), attention, self.heads)
        return self._head(self._layers(x, core, embq).index_select(0, wanted))

    def card_step(self, device: torch.device, dtype: torch.dtype) -> card_step.CardStep | None:
        # A new CardStep is made if a weight was replaced.
        if self.card_problem(device, dtype):
            return None
        layers: list[tuple[HalfBlock, ...]] = [layer.parts for layer in self.layers]  # type: ignore[misc]
        addresses = [part.addresses for parts in layers for part in parts]
        if self.card is None or self.card[0] != addresses:
            self.card = addresses, card_step.CardStep(layers, self.norm, self.head)
        return self.card[1]

    def card_problem(self, device: torch.device, dtype: torch.dtype) -> str:
        compiling = "" if self.ahead is None else self.ahead()
        if problem := card_products.problem(device) or compiling or card_step.problem(device):
            return str(problem)
        if dtype.itemsize != 2:
            return "they compute in 16 bit"
        layer: Any
        for number, layer in enumerate(self.layers):
            if problem := card_step.problem_of(layer.parts, self.heads):
                return f"layer {number + 1}: {problem}"
        if card_step.weight_of(self.head) is None:
            return "they do not take the head"
        return ""

    def rehearse(self) -> None:
        """Compile the kernels for cards ahead of time (card_products.ahead), with a decoder on the
        device "meta".

        Steps, a prompt and the trial of the kernels are computed without values. Each launch on "meta"
        compiles a kernel.
        """
        layers: Any = [layer.parts for layer in self.layers]
        step = card_step.CardStep(layers, self.norm, self.head)
        weight: Tensor = self.norm.weight
        x = weight.new_empty(16, len(weight))
        positions = torch.arange(16, device=weight.device)
        for extent in REHEARSED:
            shape = (len(layers), 2, 1, self.heads.keys, extent, self.heads.width)
            where = (extent, KeyValueCache(weight.new_empty(shape), extent), self.heads, self.rotary)
            step(x[:1], card_step.CardCore(positions[:1], *where, shifts=self.shifts))
        self._head(self._layers(x, card_step.CardPrompt(positions, *where))[:1])
        self._head(x)  # compute the head for many rows
        card_step.try_kernels(weight.device)

    def angles(self, prompt: PromptInputs) -> Angles:
        """Return cos and sin of the positions of a whole prompt."""
        x = prompt.x
        turned = slice(0, len(x)) if prompt.axes is None else prompt.axes
        return self.rotary.at(turned, len(x), x.dtype)

    def _compiled_step(
        self, x: Tensor, angles: Angles, lengths: Tensor, cache: KeyValueCache
    ) -> compiled_step.CompiledStep | None:
        """Return the core of compiled kernels for one new position of each row; None if the kernels
        cannot be used. `lengths`: (layers, B)."""
        pairs = cache.pairs
        rotary = 2 * angles[0].shape[-1]
        suits = x.device.type == "cpu" and x.dtype == pairs.dtype == torch.bfloat16
        normed = getattr(self.layers[0], "q_norm", None) is not None
        if not (suits and compiled_step.available(self.heads.width, rotary, self.mlp, normed)):
            return None
        # `pop` takes the step in one atomic operation, so that no other thread can get the same step.
        step = self.__dict__.pop("last", None)
        if step is None or not step.move(angles, pairs, lengths):
            step = compiled_step.CompiledStep(angles, pairs, lengths, self.heads.queries)
        return step

    def _layers(
        self,
        x: Tensor,
        core: LayerCore,
        embq: EmbqInputs | None = None,
        deep: Tensor | None = None,
    ) -> Tensor:
        # what changes the input of a layer before it is computed
        changes: dict[int, Callable[..., Tensor]] = {}
        if embq is not None:
            changes[self.embq_layer] = partial(self.apply_embq, inputs=embq)
        if deep is not None:
            changes |= {index: partial(_add_rows, rows=rows) for index, rows in enumerate(deep, 1)}
        if isinstance(core, card_step.CardCore):
            layers: Any = self.layers
            return core.hidden(x, (layer.parts for layer in layers), self.norm, changes)
        first: Any = self.layers[0]
        with torch_products.one_row(x, getattr(first, next(iter(first.PRODUCTS)))):
            for index, layer in enumerate(self.layers):
                yield_point()
                if index in changes:
                    x = changes[index](x, left=core.left)
                x = layer(x, index, core)
        x = self.norm(x)
        # Keep the core with its prepared calls for the next step, without a reference to the cache.
        if isinstance(core, compiled_step.CompiledStep):
            core.pairs = None
            self.last = core
        return x

    def _head(self, x: Tensor) -> Tensor:
        with torch_products.one_row(x, self.head):
            return super()._head(x)


def _add_rows(x: Tensor, rows: Tensor, left: Tensor | None = None) -> Tensor:
    """Return x with rows (T, D) added, those at the indices `left` if a policy has left out some."""
    return x + (rows if left is None else rows[left])


def pack(
    model: Any, kind: type[PackedLayer], dtype: torch.dtype, device: torch.device
) -> PackedDecoder:
    """Return the packed decoder of a model. `kind` is the class of its packed layers (`layer_class`).
    The packed decoder and the model share the memory of the weights."""
    layers = [
        kind(
            layer,
            {
                name: JoinedLinear(layer, product, dtype, device)
                for name, product in products_of(layer, kind).items()
            },
        )
        for layer in model.language_model.layers
    ]
    return PackedDecoder(model, layers, model.lm_head).eval()
