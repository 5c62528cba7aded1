"""Attention of new positions to a KV cache on a CPU, which kernels attend on CUDA, and rotary embeddings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.inference.kv_cache import KeyValueCache

MAX_FLOAT32_KEYS = 2**20  # elements of keys, and as many of values, converted to float32 at once


@contextmanager
def without_cudnn(device: torch.device) -> Iterator[None]:
    """On CUDA, do without cuDNN's attention inside, which torch prefers on some cards (sm_90).

    cuDNN makes a plan for each new shape, and its gradients with a mask are NaN at some lengths (pytorch#196678). The
    setting is that of the process, as torch has no other; afterwards it is what it was.
    """
    enabled = device.type == "cuda" and torch.backends.cuda.cudnn_sdp_enabled()  # type: ignore[no-untyped-call]
    if enabled:
        torch.backends.cuda.enable_cudnn_sdp(False)
    try:
        yield
    finally:
        if enabled:
            torch.backends.cuda.enable_cudnn_sdp(True)


def attend_one(q: Tensor, pair: Tensor, mask: Tensor | None, cache: KeyValueCache) -> Tensor:
    """Attend with one query a row (B, H, 1, d) to keys and values (2, B, H, extent, d), on a CPU.

    Over 16-bit keys this is three times faster in float32, some heads at a time, so that the converted keys stay in the
    processor's cache. A float32 KV cache would be up to 9% faster for one row, slower for many, and twice as large.
    """
    if pair.dtype == torch.float32:
        return F.scaled_dot_product_attention(q, pair[0], pair[1], attn_mask=mask)
    _, B, H, extent, d = pair.shape
    heads, q32 = max(1, MAX_FLOAT32_KEYS // (B * extent * d)), q.float()
    contexts = []
    for at in range(0, H, heads):
        keys, values = cache.widen(pair[:, :, at : at + heads])
        contexts.append(F.scaled_dot_product_attention(q32[:, at : at + heads], keys, values, attn_mask=mask))
    return (contexts[0] if len(contexts) == 1 else torch.cat(contexts, dim=1)).to(q.dtype)


def row_mask(positions: Tensor, extent: int, dtype: torch.dtype) -> Tensor:
    """Return the mask (B, 1, 1, extent) to be added to the scores of rows whose new positions are `positions` (B,)."""
    hidden = torch.arange(extent, device=positions.device) > positions[:, None]
    return torch.zeros_like(hidden, dtype=dtype).masked_fill_(hidden, -math.inf)[:, None, None]


def rotate_(x: Tensor, cos: Tensor, sin: Tensor, dims: int) -> None:
    """Apply rotary embeddings to the first `dims` of each head, in place.

    Shape: x (T, 2, H, d), queries and keys; cos and sin (T, 1, 1, 2, dims/2), from `rotary_table`.
    """
    halves = x[..., :dims].view(*x.shape[:-1], 2, dims // 2)
    torch.addcmul(halves * cos, halves.flip(-2), sin, out=halves)


def rotary_dims(config: FlashSlothConfig) -> int:
    """Return how many dimensions of a head are rotated."""
    text = config.text_config
    return int(text.hidden_size // text.num_attention_heads * text.rope_parameters["partial_rotary_factor"])


def rotary_table(text: Any, dims: int, limit: int) -> tuple[Tensor, Tensor]:
    """Return cos and sin of every position for both halves of a head, (limit, 1, 1, 2, dims/2) float32. The sine of the
    first half is negated: (a, b) -> (a cos - b sin, b cos + a sin)."""
    base = text.rope_parameters["rope_theta"]
    frequencies = 1.0 / (base ** (torch.arange(0, dims, 2, dtype=torch.float32) / dims))
    angles = torch.arange(limit, dtype=torch.float32)[:, None] * frequencies
    cos, sin = angles.cos(), angles.sin()
    return torch.stack((cos, cos), 1)[:, None, None], torch.stack((-sin, sin), 1)[:, None, None]
