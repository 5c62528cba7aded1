"""The Phi decoder with two matrix products a layer: new positions of one sequence, or the next one of several.

q, k, v and fc1 have the same normalised input: one product of width 3*D + F (`inner`). The outputs of attention's
projection and of fc2 are summed: one product of their concatenated inputs (`outer`). In 16 and 32 bit the weights of
transformers' modules become views into the packed ones: `generate()` still works, and no weight is in memory twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.inference import compiled_step
from flashsloth.inference.attention import attend_one, rotary_dims, rotary_table, rotate_, row_mask
from flashsloth.inference.kv_cache import KeyValueCache, capacity_for
from flashsloth.inference.layer_core import LayerCore
from flashsloth.model.embq import EmbQ
from flashsloth.quantization import kernels, onednn

INNER = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")  # stacked by rows
OUTER = ("self_attn.dense", "mlp.fc2")  # concatenated by columns
SLOW_ROWS = 8  # from so many rows on weights are converted to 32 bit, where products of their own dtype are slow
ROW_KEYS = 2**17  # elements of keys of a row, from which on rows attend one after another on a CPU

# store keys and values and attend: the number of a layer, q, k and v (T, 3, H, d) -> (T, D)
Attention: TypeAlias = Callable[[int, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class EmbqInputs:
    """EmbQ's inputs for the questions among T new positions, with static shapes for CUDA graphs."""

    query_rows: Tensor  # (G, Q), rows of the query tokens
    question_mask: Tensor  # (G, T), True at the rows of each question, or (G, L) of `question_rows`
    keys: Tensor  # (1, H, M*N, E/H), of all images
    values: Tensor  # (1, H, M*N, V/H)
    feature_mask: Tensor | None = None  # (G, M*N), True at the features of images before the question; None for all
    question_rows: Tensor | None = None  # (G, L), the rows of several questions, as T rows for each would be slow


class PackedLayer(nn.Module):
    """One Phi block: x + attention(norm x) + mlp(norm x)."""

    def __init__(self, norm: nn.LayerNorm, inner: nn.Module, outer: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner, self.outer = norm, inner, outer

    def forward(self, x: Tensor, index: int, core: LayerCore) -> Tensor:
        return core.layer(index, x, self)


class TorchCore(LayerCore):
    """A layer's core by torch's operators.

    Args:
        angles: cos and sin of the new positions.
        attention: stores keys and values, and attends.
    """

    def __init__(self, angles: tuple[Tensor, Tensor], attention: Attention, heads: int, head_dim: int) -> None:
        self.angles, self.attention, self.heads, self.head_dim = angles, attention, heads, head_dim

    def __call__(self, index: int, packed: Tensor) -> Tensor:
        width = 3 * self.heads * self.head_dim
        qkv = packed[:, :width].view(-1, 3, self.heads, self.head_dim)
        cos, sin = self.angles
        rotate_(qkv[:, :2], cos, sin, 2 * cos.shape[-1])
        return torch.cat((self.attention(index, qkv), F.gelu(packed[:, width:], approximate="tanh")), dim=1)


class PackedDecoder(nn.Module):
    """All layers with EmbQ between them, the final norm and the head.

    `logits` computes new positions of one sequence, `step` and `step_at` the next position of several.
    """

    def __init__(
        self,
        config: FlashSlothConfig,
        layers: Sequence[PackedLayer],
        embq: EmbQ | None,
        norm: nn.Module,
        head: nn.Module,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.embq, self.norm, self.head = embq, norm, head
        self.embq_layer = config.embq_layer
        text = config.text_config
        self.limit = int(text.max_position_embeddings)
        self.heads = int(text.num_attention_heads)
        self.head_dim = int(text.hidden_size) // self.heads
        self.mlp = int(text.intermediate_size)
        cos, sin = rotary_table(text, rotary_dims(config), self.limit)
        self.cos = nn.Buffer(cos, persistent=False)
        self.sin = nn.Buffer(sin, persistent=False)

    def new_cache(self, dtype: torch.dtype, device: torch.device, rows: int = 1) -> KeyValueCache:
        return KeyValueCache(len(self.layers), self.heads, self.head_dim, self.limit, dtype, device, rows)

    def logits(
        self,
        x: Tensor,
        positions: Tensor | slice,
        cache: KeyValueCache,
        extent: int,
        mask: Tensor | None = None,
        embq_inputs: EmbqInputs | None = None,
        last: Tensor | None = None,
    ) -> Tensor:
        """Compute T new positions, attending to the first `extent` positions of the cache, and return the logits (V,)
        of row `last` (1,), or of the only row.

        `mask` (T, extent) is True at visible positions, or 0 there and -inf elsewhere. Without it x is one row that
        sees all positions before it, or T rows from position 0 on.
        """
        causal = mask is None and x.shape[0] > 1
        angles = self._angles(positions, x.dtype)

        def attention(layer: int, qkv: Tensor) -> Tensor:
            heads = qkv.permute(1, 2, 0, 3)[:, None]  # (3, 1, H, T, d)
            cache.write(layer, positions, heads[1:, 0])
            if x.shape[0] == 1 and x.device.type == "cpu":
                return attend_one(heads[0], cache.pairs[layer, :, :, :, :extent], mask, cache).view(x.shape)
            pair = heads[1:] if causal else cache.pairs[layer, :, :, :, :extent]
            context = F.scaled_dot_product_attention(heads[0], pair[0], pair[1], attn_mask=mask, is_causal=causal)
            return context[0].transpose(0, 1).reshape(x.shape)

        single = x.shape[0] == 1 and mask is None
        core = self._core(x, angles, cache, [extent - 1] if single else None, attention)
        hidden = self._layers(x, core, embq_inputs)
        return self._head(hidden if last is None else hidden.index_select(0, last))[0]

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        """Append one position to each of the cache's first B rows and return their logits (B, V).

        Args:
            x: embeddings (B, D) of the appended tokens.
            lengths: positions that each row has so far; the cache has room for one more in each.
        """
        B, extent = len(lengths), max(lengths) + 1
        if x.device.type != "cpu":  # few different shapes: MPS compiles a graph for each
            return self.step_at(x, torch.tensor(lengths).to(x.device), capacity_for(extent, cache.limit), cache)
        positions, rows = torch.tensor(lengths), torch.arange(B)
        alone = extent * x.shape[1] > ROW_KEYS
        mask = None if alone else row_mask(positions, extent, torch.float32)

        def attention(layer: int, qkv: Tensor) -> Tensor:
            cache.append(layer, rows, positions, qkv[:, 1:])
            q, pairs = qkv[:, 0, :, None], cache.pairs[layer]
            if not alone:
                return attend_one(q, pairs[:, :B, :, :extent], mask, cache).view(x.shape)
            each = ((q[i : i + 1], pairs[:, i : i + 1, :, : n + 1]) for i, n in enumerate(lengths))
            return torch.cat([attend_one(*part, None, cache) for part in each]).view(x.shape)

        angles = self._angles(positions, x.dtype)
        return self._head(self._layers(x, self._core(x, angles, cache, lengths, attention)))

    def step_at(self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache) -> Tensor:
        """Compute the same as `step` with positions (B,) on the device, which a captured graph reads anew, attending to
        the first `extent` positions of the cache."""
        rows, mask = torch.arange(x.shape[0], device=x.device), row_mask(positions, extent, x.dtype)

        def attention(layer: int, qkv: Tensor) -> Tensor:
            cache.append(layer, rows, positions, qkv[:, 1:])
            keys, values = cache.pairs[layer, :, : x.shape[0], :, :extent]
            return F.scaled_dot_product_attention(qkv[:, 0, :, None], keys, values, attn_mask=mask).reshape(x.shape)

        core = TorchCore(self._angles(positions, x.dtype), attention, self.heads, self.head_dim)
        return self._head(self._layers(x, core))

    def branches(
        self,
        x: Tensor,
        positions: Tensor,
        cache: KeyValueCache,
        past: int,
        visible: Tensor,
        embq_inputs: EmbqInputs | None,
        wanted: Tensor,
    ) -> Tensor:
        """Compute T positions that continue the first `past` ones of the cache in several ways, and return the logits
        (R, V) of the rows `wanted` (R,). `visible` (T, T) is True at the rows that each row sees besides the cache,
        which is only read."""
        mask = torch.cat((visible.new_ones(len(visible), past), visible), 1)

        def attention(layer: int, qkv: Tensor) -> Tensor:
            heads = qkv.permute(1, 2, 0, 3)[:, None]  # (3, 1, H, T, d)
            pair = torch.cat((cache.pairs[layer, :, :, :, :past], heads[1:]), -2)
            context = F.scaled_dot_product_attention(heads[0], pair[0], pair[1], attn_mask=mask)
            return context[0].transpose(0, 1).reshape(x.shape)

        core = self._core(x, self._angles(positions, x.dtype), cache, None, attention)
        return self._head(self._layers(x, core, embq_inputs).index_select(0, wanted))

    def _angles(self, positions: Tensor | slice, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        return self.cos[positions].to(dtype), self.sin[positions].to(dtype)

    def _core(
        self,
        x: Tensor,
        angles: tuple[Tensor, Tensor],
        cache: KeyValueCache,
        lengths: Sequence[int] | None,
        attention: Attention,
    ) -> LayerCore:
        """Return the core for the new positions. `lengths` are those of the rows if each has one new position."""
        core = None if lengths is None else compiled_step.core(x.dtype, angles, cache.pairs, lengths, self.mlp)
        return core or TorchCore(angles, attention, self.heads, self.head_dim)

    def _layers(self, x: Tensor, core: LayerCore, embq_inputs: EmbqInputs | None = None) -> Tensor:
        first: Any = self.layers[0]
        with onednn.one_row(x, first.inner):
            for index, layer in enumerate(self.layers):
                if index == self.embq_layer and embq_inputs is not None:
                    x = self.apply_embq(x, embq_inputs)
                x = layer(x, index, core)
        hidden: Tensor = self.norm(x)
        return hidden

    def _head(self, x: Tensor) -> Tensor:
        with onednn.one_row(x, self.head):
            logits: Tensor = self.head(x)
        return logits

    def apply_embq(self, x: Tensor, inputs: EmbqInputs) -> Tensor:
        """Update the rows of the query tokens. So that shapes are static, every group gets all T rows as its question,
        with a mask for the rows of its own question, unless `question_rows` names them."""
        assert self.embq is not None  # the engine makes no EmbqInputs without it
        G = inputs.query_rows.shape[0]
        rows = inputs.question_rows
        question = x[None].expand(G, -1, -1) if rows is None else x[rows]
        question = question * inputs.question_mask[..., None].to(x.dtype)
        keys, values = (t.expand(G, -1, -1, -1) for t in (inputs.keys, inputs.values))
        mask = inputs.question_mask
        return self.embq.update(x, inputs.query_rows, question, mask, keys, values, inputs.feature_mask)


@torch.no_grad()
def pack_layer(layer: nn.Module, dtype: torch.dtype, device: torch.device) -> tuple[PackedLinear, PackedLinear]:
    """Pack the linears of a transformers Phi layer, whose weights and biases become views into the packed ones.

    Existing values are copied; parameters on the meta device can be filled later through the views. The biases of
    `dense` and `fc2` stay separate, because they are saved separately.
    """
    inner_parts: list[Any] = [layer.get_submodule(name) for name in INNER]
    outer_parts: list[Any] = [layer.get_submodule(name) for name in OUTER]
    rows, width = sum(p.out_features for p in inner_parts), inner_parts[0].in_features
    columns = sum(p.in_features for p in outer_parts)
    inner = PackedLinear(width, rows, 1, dtype, device)
    outer = PackedLinear(columns, width, len(OUTER), dtype, device)
    at = 0
    for part in inner_parts:
        end = at + part.out_features
        _become_view(part, inner.weight[at:end], inner.biases[0, at:end])
        at = end
    at = 0
    for number, part in enumerate(outer_parts):
        _become_view(part, outer.weight[:, at : at + part.in_features], outer.biases[number])
        at += part.in_features
    return inner, outer


class PackedLinear(nn.Module):
    """A linear layer whose bias is the sum of `biases` (S, N). Several are added at the first use and must not change
    after it."""

    def __init__(self, columns: int, rows: int, biases: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, columns, dtype=dtype, device=device), requires_grad=False)
        self.biases = nn.Parameter(torch.zeros(biases, rows, dtype=dtype, device=device), requires_grad=False)
        self.bias: Tensor | None = None  # their sum, or a view of the only one

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (T, K) -> (T, N)."""
        if self.bias is None:
            self.bias = self.biases[0] if len(self.biases) == 1 else self.biases.sum(0)
        if len(x) >= SLOW_ROWS and x.device.type == "cpu" and onednn.is_slow(x.dtype):
            return kernels.converted_product(x, self.weight, torch.float32).add_(self.bias).to(x.dtype)
        return F.linear(x, self.weight, self.bias)


def _become_view(part: Any, weight: Tensor, bias: Tensor) -> None:
    for name, view in (("weight", weight), ("bias", bias)):
        parameter = getattr(part, name)
        if not parameter.is_meta:
            view.copy_(parameter)
        setattr(part, name, nn.Parameter(view, requires_grad=False))


def pack(model: Any, dtype: torch.dtype, device: torch.device) -> PackedDecoder:
    """Pack a FlashSlothForConditionalGeneration in 16 or 32 bit, sharing its memory."""
    config: FlashSlothConfig = model.config
    text = model.language_model
    layers = []
    for layer in text.layers:
        inner, outer = pack_layer(layer, dtype, device)
        layers.append(PackedLayer(layer.input_layernorm, inner, outer))
    return PackedDecoder(config, layers, text.embq, text.final_layernorm, model.lm_head).eval()
