"""The vision tower, which is SigLIP without its last norm, and the projector to the text width
(arXiv:2412.04317, section 3)."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.model.embq import split_heads
from flashsloth.sizes.families import TOWERS
from flashsloth.utils.yield_point import yield_point


class SiglipTower(nn.Module):
    """SigLIP's blocks on a grid of patches (arXiv:2303.15343), without the final norm and the head. The
    released model has 26 of SigLIP's 27 blocks: it uses the features before the last block. Reference
    output: tests/parity/data/golden_vision_0.npz.

    Shape: pixels (I, 3, S, S) -> patch features (I, N, V). On a CPU, inference/image_encoder.py
    computes the same function faster.

    Args:
        sizes: SiglipSizes, or a configuration of transformers with the same names.
    """

    def __init__(self, sizes: Any) -> None:
        super().__init__()
        self.config = sizes
        self.embeddings = PatchEmbeddings(sizes)
        blocks = nn.ModuleList(TowerBlock(sizes) for _ in range(sizes.num_hidden_layers))
        # The blocks are nested as in transformers, so that the tensors have the same names.
        self.encoder = nn.ModuleDict({"layers": blocks})

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.embeddings(pixels)
        for block in tower_blocks(self)[1]:
            x = block(x)
        return x


class PatchEmbeddings(nn.Module):
    """A linear map of each patch, plus a learned embedding of its position. Shape: (I, 3, S, S) ->
    (I, N, V)."""

    def __init__(self, sizes: Any) -> None:
        super().__init__()
        side = sizes.image_size // sizes.patch_size
        self.patch_embedding = nn.Conv2d(
            sizes.num_channels, sizes.hidden_size, sizes.patch_size, sizes.patch_size
        )
        self.position_embedding = empty_embedding(side**2, sizes.hidden_size)

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        return patches + self.position_embedding.weight


class TowerBlock(nn.Module):
    """x + attention(norm x), then x + fc2(gelu(fc1(norm x))): (I, N, V) -> (I, N, V)."""

    def __init__(self, sizes: Any) -> None:
        super().__init__()
        width = sizes.hidden_size
        inner = sizes.intermediate_size
        self.layer_norm1 = nn.LayerNorm(width, sizes.layer_norm_eps)
        self.layer_norm2 = nn.LayerNorm(width, sizes.layer_norm_eps)
        self.self_attn: Any = nn.ModuleDict(
            {name: nn.Linear(width, width) for name in ("q_proj", "k_proj", "v_proj", "out_proj")}
        )
        self.self_attn.num_heads = sizes.num_attention_heads
        self.mlp: Any = nn.ModuleDict({"fc1": nn.Linear(width, inner), "fc2": nn.Linear(inner, width)})
        self.mlp.config = sizes

    def forward(self, x: Tensor) -> Tensor:
        yield_point()
        attention = self.self_attn
        y = self.layer_norm1(x)
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        q, k, v = (split_heads(linear(y), attention.num_heads) for linear in projections)
        x = x + attention.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.layer_norm2(x)), approximate="tanh"))


def empty_embedding(count: int, width: int) -> nn.Embedding:
    """Return an embedding that is not initialised. Initialising an embedding on the meta device imports
    torch._dynamo and sympy. This takes longer than all other steps of opening a small model."""
    return nn.Embedding.from_pretrained(torch.empty(count, width), freeze=False)  # type: ignore[no-untyped-call]


def tower_blocks(tower: Any) -> tuple[str, nn.ModuleList]:
    """Return the blocks of a FlashSloth's tower of any family, and the prefix of their tensors."""
    name = TOWERS[tower.config.model_type].layers
    return f"model.vision_tower.{name}.", tower.get_submodule(name)


def make_projector(vision_width: int, text_width: int) -> nn.Sequential:
    """Return the projector from the visual tokens to the decoder's width: Linear, exact GELU, Linear.
    Shape: (I, P, V) -> (I, P, D)."""
    return nn.Sequential(
        OrderedDict(
            linear_1=nn.Linear(vision_width, text_width),
            gelu=nn.GELU(),
            linear_2=nn.Linear(text_width, text_width),
        )
    )
