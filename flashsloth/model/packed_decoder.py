"""The Phi decoder as two matrix products a layer, for one sequence. Knows hidden states, positions and a cache; knows
no token ids and no text.

q, k, v and fc1 read the same normalised input: one product of width 3D+F (`inner`). Attention's output projection and
fc2 are summed: one product over their concatenated inputs (`outer`). In 16 and 32 bit the packed weights are the very
memory of transformers' modules, whose own weights become views into them, so that `generate()` goes on working and
nothing is held twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.model.embq import EmbQ
from flashsloth.model.kv_cache import KeyValueCache

INNER = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")  # stacked by rows
OUTER = ("self_attn.dense", "mlp.fc2")  # side by side
WIDENED = 2**20  # elements of keys, and as many of values, that are brought to 32 bit at once


@dataclass(frozen=True, slots=True)
class EmbqInputs:
    """What EmbQ needs for the questions among T new positions: static shapes, so that it can be captured.

    `queries` (G, Q) rows of the query tokens, `questions` (G, T) True at the rows of each question, `keys` and `values`
    what the pictures offer (1, H, N, .), `shown` (G, N) True at what had been shown when it was asked; None for all.
    """

    queries: Tensor
    questions: Tensor
    keys: Tensor
    values: Tensor
    shown: Tensor | None = None


class PackedLayer(nn.Module):
    """One Phi block: x + attention(norm x) + mlp(norm x)."""

    def __init__(self, norm: nn.LayerNorm, inner: nn.Module, outer: nn.Module, heads: int, rotary: int) -> None:
        super().__init__()
        self.norm, self.inner, self.outer = norm, inner, outer
        self.heads, self.rotary = heads, rotary

    def forward(
        self,
        x: Tensor,
        index: int,
        positions: Tensor,
        angles: tuple[Tensor, Tensor],
        cache: KeyValueCache,
        extent: int,
        mask: Tensor | None,
    ) -> Tensor:
        T, D = x.shape
        packed = self.inner(self.norm(x))
        qkv = packed[:, : 3 * D].view(T, 3, self.heads, D // self.heads)
        rotate_(qkv[:, :2], *angles, self.rotary)
        heads = qkv.permute(1, 2, 0, 3)  # (3, H, T, d)
        cache.write(index, positions, heads[1:])
        seen = attend(heads[:1], cache.pairs[index, :, None, :, :extent], mask)
        wide = torch.cat((seen[0].transpose(0, 1).reshape(T, D), F.gelu(packed[:, 3 * D :], approximate="tanh")), dim=1)
        return x + self.outer(wide)


class PackedDecoder(nn.Module):
    """All layers with EmbQ between them, the last norm and the head; batch of one.

    Shape: x (T, D) at positions (T,) -> (T, D) after the final norm; `head` gives logits.
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
        self.rotary = rotary_dims(config)
        cos, sin = rotary_table(text, self.rotary, self.limit)
        self.cos = nn.Buffer(cos, persistent=False)
        self.sin = nn.Buffer(sin, persistent=False)

    def new_cache(self, dtype: torch.dtype, device: torch.device) -> KeyValueCache:
        return KeyValueCache(len(self.layers), self.heads, self.head_dim, self.limit, dtype, device)

    def forward(
        self,
        x: Tensor,
        positions: Tensor,
        cache: KeyValueCache,
        extent: int,
        mask: Tensor | None = None,
        glance: EmbqInputs | None = None,
    ) -> Tensor:
        """Attend over the first `extent` positions of the cache.

        `mask` (T, extent) True where a row may look, or 0 there and -inf elsewhere. Without it the rows are all there
        is: one row that sees everything before it, or T rows from position 0 on.
        """
        angles = self.cos[positions].to(x.dtype), self.sin[positions].to(x.dtype)
        for index, layer in enumerate(self.layers):
            if index == self.embq_layer and glance is not None:
                x = self.attend(x, glance)
            x = layer(x, index, positions, angles, cache, extent, mask)
        return self.norm(x)

    def attend(self, x: Tensor, glance: EmbqInputs) -> Tensor:
        """EmbQ in mask form: every row may be read as a question, the mask says which is."""
        assert self.embq is not None  # without it the engine makes no glance
        G = glance.queries.shape[0]
        question = x[None].expand(G, -1, -1) * glance.questions[..., None].to(x.dtype)
        keys, values = (t.expand(G, -1, -1, -1) for t in (glance.keys, glance.values))
        found = self.embq.attend(x[glance.queries], question, glance.questions, keys, values, glance.shown)
        return x.index_copy(0, glance.queries.flatten(), found.flatten(0, 1))


def attend(q: Tensor, pair: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of T rows (1, H, T, d) over L positions, keys and values (2, 1, H, L, d); without a mask T is 1, or the
    rows are the last of causal L.

    On a CPU one row over 16 bits is three times as quick by way of 32, some heads at a time so that what is widened
    stays in the cache.
    """
    T, L, d = q.shape[2], pair.shape[3], q.shape[3]
    if T > 1 or q.device.type != "cpu" or q.dtype == torch.float32:
        causal = mask is None and T > 1
        return F.scaled_dot_product_attention(q, pair[0], pair[1], attn_mask=mask, is_causal=causal)
    heads, row = max(1, WIDENED // (L * d)), q.float()
    seen = []
    for at in range(0, q.shape[1], heads):
        keys, values = pair[:, :, at : at + heads].float()
        seen.append(F.scaled_dot_product_attention(row[:, at : at + heads], keys, values, attn_mask=mask))
    return torch.cat(seen, dim=1).to(q.dtype)


def rotate_(x: Tensor, cos: Tensor, sin: Tensor, dims: int) -> None:
    """Rotate-half rotary on the first `dims` of each head, in place.

    Shape: x (T, 2, H, d), queries and keys; cos and sin (T, 1, 1, 2, dims/2), the sine's sign for either half.
    """
    halves = x[..., :dims].view(*x.shape[:-1], 2, dims // 2)
    torch.addcmul(halves * cos, halves.flip(-2), sin, out=halves)


def rotary_dims(config: FlashSlothConfig) -> int:
    """Dimensions of a head that are rotated."""
    text = config.text_config
    return int(text.hidden_size // text.num_attention_heads * text.rope_parameters["partial_rotary_factor"])


def rotary_table(text: Any, dims: int, limit: int) -> tuple[Tensor, Tensor]:
    """cos and sin of every position for both halves of a head, (limit, 1, 1, 2, dims/2) float32, as `rotate_` takes
    them: the first half loses the sine of the second, the second gains that of the first."""
    base = text.rope_parameters["rope_theta"]
    frequencies = 1.0 / (base ** (torch.arange(0, dims, 2, dtype=torch.float32) / dims))
    angles = torch.arange(limit, dtype=torch.float32)[:, None] * frequencies
    cos, sin = angles.cos(), angles.sin()
    return torch.stack((cos, cos), 1)[:, None, None], torch.stack((-sin, sin), 1)[:, None, None]


@torch.no_grad()
def pack_layer(layer: nn.Module, dtype: torch.dtype, device: torch.device) -> tuple[nn.Linear, SummedLinear]:
    """Packed linears for a transformers Phi layer, whose own weights and biases become views into them.

    What the layer holds already is copied in; what is on the meta device is left to be filled through the views. The
    biases of `dense` and `fc2` stay two, as they are saved as two; `outer` adds both.
    """
    inner_parts: list[Any] = [layer.get_submodule(name) for name in INNER]
    outer_parts: list[Any] = [layer.get_submodule(name) for name in OUTER]
    rows, width = sum(p.out_features for p in inner_parts), inner_parts[0].in_features
    columns = sum(p.in_features for p in outer_parts)
    inner = _empty_linear(width, rows, dtype, device)
    outer = SummedLinear(columns, width, dtype, device)
    at = 0
    for part in inner_parts:
        _become_view(part, inner.weight[at : at + part.out_features], inner.bias[at : at + part.out_features])
        at += part.out_features
    at = 0
    for number, part in enumerate(outer_parts):
        _become_view(part, outer.weight[:, at : at + part.in_features], outer.biases[number])
        at += part.in_features
    return inner, outer


class SummedLinear(nn.Module):
    """A linear layer that is the sum of two, each with its bias. They are added up when it is first used, and do not
    change from then on."""

    def __init__(self, columns: int, rows: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, columns, dtype=dtype, device=device), requires_grad=False)
        self.biases = nn.Parameter(torch.zeros(2, rows, dtype=dtype, device=device), requires_grad=False)
        self.bias: Tensor | None = None  # their sum

    def forward(self, x: Tensor) -> Tensor:
        if self.bias is None:
            self.bias = self.biases.sum(0)
        return F.linear(x, self.weight, self.bias)


def _empty_linear(columns: int, rows: int, dtype: torch.dtype, device: torch.device) -> nn.Linear:
    linear = nn.Linear(columns, rows, dtype=dtype, device="meta")
    linear.weight = nn.Parameter(torch.empty(rows, columns, dtype=dtype, device=device), requires_grad=False)
    linear.bias = nn.Parameter(torch.empty(rows, dtype=dtype, device=device), requires_grad=False)
    return linear


def _become_view(part: Any, weight: Tensor, bias: Tensor) -> None:
    for name, view in (("weight", weight), ("bias", bias)):
        held = getattr(part, name)
        if not held.is_meta:
            view.copy_(held)
        setattr(part, name, nn.Parameter(view, requires_grad=False))


def pack(model: Any, dtype: torch.dtype, device: torch.device) -> PackedDecoder:
    """The packed form of a FlashSlothForConditionalGeneration in 16 or 32 bit, sharing its memory."""
    config: FlashSlothConfig = model.config
    text = model.language_model
    layers = []
    for layer in text.layers:
        inner, outer = pack_layer(layer, dtype, device)
        layers.append(
            PackedLayer(
                layer.input_layernorm, inner, outer, config.text_config.num_attention_heads, rotary_dims(config)
            )
        )
    return PackedDecoder(config, layers, text.embq, text.final_layernorm, model.lm_head).eval()
