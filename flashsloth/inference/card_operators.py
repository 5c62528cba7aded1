"""Attention, residuals, norms and activations of new positions on NVIDIA's cards, as operators of
torch.

The operators `attend` and `place` launch Triton kernels (triton_layers.py), which apply the norms of
queries and keys and the rotary embeddings, and write keys and values to the KV cache. `attend` is for
one new position of each row, and also computes attention. `place` is for a prompt; torch computes its
attention afterwards. `add_norm` and `activate` launch one kernel each, where torch's own operators
would launch two or three.

Shapes: T rows; the widths D of the model, F of an MLP, C of the attention's context.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.inference.attention import rotate_, row_mask
from flashsloth.quantization.card_products import capability, launch, power_of_two, register

# These four values were the fastest on an H200.
SPLIT = 64  # the minimum number of positions of the cache that one program reads
SPLITS = 32  # the maximum number of programs for one head
BLOCK = 64  # the number of positions that a program reads at a time
WARPS = 4
LARGEST_HEAD = 256


def splits(extent: int) -> tuple[int, int]:
    """Return how the first `extent` positions of a cache are divided for each head (split-KV, as in
    Flash-Decoding): the positions of a part, and the number of parts."""
    padded = power_of_two(extent)
    split = max(SPLIT, padded // SPLITS)
    return split, max(1, padded // split)


def partial_numbers(queries: int, width: int, extent: int) -> int:
    """Return how many float32 numbers the results of all parts of a row take in scratch memory."""
    return queries * splits(extent)[1] * (power_of_two(width) + 2)


def _constants(pair: Tensor, table: Tensor, rotates: bool) -> dict[str, Any]:
    """Return the compile-time constants that the kernels of `attend` and `place` share."""
    rotary = 2 * table.shape[-1]
    _, _, keys, _, width = pair.shape
    turned = rotary if rotates else 0
    return {"K": keys, "D": width, "DIMS": power_of_two(width), "ROTARY": rotary, "TURNED": turned}


def launch_attend(
    packed: Tensor,
    pair: Tensor,
    positions: Tensor,
    removed: Tensor,
    table: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
    extent: int,
    out: Tensor,
    partial: Tensor,
    count: Tensor,
) -> None:
    from flashsloth.inference import triton_layers

    constants = _constants(pair, table, rotates)
    queries = out.shape[1] // constants["D"]
    split, parts = splits(extent)
    dependent = capability(packed.device) >= 90
    constants |= {"H": queries, "SPLIT": split, "SPLITS": parts, "BLOCK": BLOCK, "num_warps": WARPS}
    constants |= {"DEPENDENT": dependent, "dependent": dependent}
    grid = queries, parts, len(positions)
    given = (packed, *pair, positions, removed, table, query_norm, key_norm, out, partial, count)
    steps = (packed.stride(0), pair.stride(1), pair.stride(2), out.stride(0), table.shape[1])
    launch(triton_layers.attend, grid, *given, *steps, eps, **constants)


def attend(
    packed: Tensor,
    pair: Tensor,
    positions: Tensor,
    removed: Tensor,
    table: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
    extent: int,
    out: Tensor,
    partial: Tensor,
    count: Tensor,
) -> None:
    """Store the keys and values of one new position of each row in the cache, and attend with its
    queries.

    Args:
        packed: queries, keys and values (B, >= (H + 2*K) * d).
        pair: one layer's cache (2, >=B, K, capacity, d).
        positions: int64 (B,).
        removed: int64 (>=B,), how many positions of each row the layer left out of its part of the
            cache, which stores the others without gaps.
        table: cos and sin from a RotaryTable.
        query_norm, key_norm: weights (d,) of RMS norms.
        extent: a number larger than any position.
        out: (B, H*d), to which the result of attention (the context) is written.
        partial: scratch memory, `partial_numbers` float32 for each row.
        count: int32, a counter for each head of queries of each row. All are 0 before and after the
            call.
    """
    rows = len(positions)
    keys = pair.shape[2]
    width = pair.shape[4]
    queries = out.shape[1] // width
    held = positions - removed[:rows]
    x = _rotated(packed, queries, pair, positions, table, rotates, query_norm, key_norm, eps)
    pair[:, torch.arange(rows), :, held] = x[:, queries:].view(rows, 2, keys, width).to(pair.dtype)
    seen = row_mask(held, extent, torch.float32)
    grouped = x[:, :queries].view(rows, keys, -1, width)
    keys_seen, values = pair[:, :rows, :, :extent].float()
    out.copy_(F.scaled_dot_product_attention(grouped, keys_seen, values, attn_mask=seen).view_as(out))


def launch_place(
    packed: Tensor,
    pair: Tensor,
    positions: Tensor,
    table: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
    out: Tensor,
) -> None:
    from flashsloth.inference import triton_layers

    constants = _constants(pair, table, rotates)
    rows, queries, _ = out.shape
    grid = rows, queries + 2 * constants["K"]
    given = (packed, *pair, positions, table, query_norm, key_norm, out)
    steps = (packed.stride(0), pair.stride(2), out.stride(0), out.stride(1), table.shape[1])
    launch(triton_layers.place, grid, *given, *steps, eps, H=queries, **constants)


def place(
    packed: Tensor,
    pair: Tensor,
    positions: Tensor,
    table: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
    out: Tensor,
) -> None:
    """Write the queries of T new positions to `out` (T, H, d), and their keys and values to the first
    row of the cache. The other arguments are the same as in `attend`."""
    rows, queries, width = out.shape
    x = _rotated(packed, queries, pair, positions, table, rotates, query_norm, key_norm, eps)
    out.copy_(x[:, :queries])
    new = x[:, queries:].view(rows, 2, -1, width).permute(1, 2, 0, 3)
    pair[:, 0, :, positions] = new.to(pair.dtype)


def _rotated(
    packed: Tensor,
    queries: int,
    pair: Tensor,
    positions: Tensor,
    table: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
) -> Tensor:
    """Return queries, keys and values (T, H + 2*K, d) in float32. Norms and rotary embeddings are
    already applied to queries and keys."""
    _, _, keys, _, width = pair.shape
    new = queries + keys
    x = packed[:, : (new + keys) * width].reshape(len(packed), -1, width).float()
    if query_norm is not None and key_norm is not None:
        x[:, :queries] = F.rms_norm(x[:, :queries], (width,), query_norm.float(), eps)
        x[:, queries:new] = F.rms_norm(x[:, queries:new], (width,), key_norm.float(), eps)
    if rotates:
        cos, sin = table[:, positions]
        rotate_(x[:, None, :new], cos, sin, 2 * table.shape[-1])
    return x


register(launch_attend, attend, "pair", "out", "partial", "count")
register(launch_place, place, "pair", "out")


ACTIVATED = 1024  # how many elements one program of the kernel `activate` computes


def launch_add_norm(
    x: Tensor,
    added: Tensor | None,
    weight: Tensor,
    bias: Tensor | None,
    eps: float,
    stream: Tensor | None,
    out: Tensor,
) -> None:
    from flashsloth.inference import triton_layers

    rows, width = x.shape
    given = (x, added, weight, bias, stream, out, eps)
    launch(triton_layers.add_norm, (rows,), *given, D=width, WIDE=power_of_two(width))


def add_norm(
    x: Tensor,
    added: Tensor | None,
    weight: Tensor,
    bias: Tensor | None,
    eps: float,
    stream: Tensor | None,
    out: Tensor,
) -> None:
    """Write x + added (T, D) to `stream`, and the norm of this sum to `out`. Without `added`, write
    only the norm of x. The norm is a layer norm if there is a bias, otherwise an RMS norm."""
    if stream is not None:
        x = stream.copy_(x.float() + added.float())  # type: ignore[union-attr]
    shape = x.shape[1:]
    if bias is None:
        out.copy_(F.rms_norm(x.float(), shape, weight.float(), eps))
    else:
        out.copy_(F.layer_norm(x.float(), shape, weight.float(), bias.float(), eps))


def launch_activate(packed: Tensor, context: Tensor | None, out: Tensor) -> None:
    from flashsloth.inference import triton_layers

    rows, width = out.shape
    before = (0, 0) if context is None else (context.stride(0), context.shape[1])
    given = (packed, context, out, packed.stride(0), *before, width)
    launch(triton_layers.activate, (rows, -(-width // ACTIVATED)), *given, BLOCK=ACTIVATED)


def activate(packed: Tensor, context: Tensor | None, out: Tensor) -> None:
    """Write the context (T, C), followed by GELU (tanh form) of packed (T, F), to `out` (T, C + F).
    Without a context, write SiLU of the first half of packed (T, 2*F) times its second half to `out`
    (T, F)."""
    if context is None:
        gate, up = packed.float().chunk(2, 1)
        out.copy_(F.silu(gate) * up)
    else:
        out.copy_(torch.cat((context.float(), F.gelu(packed.float(), approximate="tanh")), 1))


register(launch_add_norm, add_norm, "stream", "out")
register(launch_activate, activate, "out")


def activated(packed: Tensor, context: Tensor | None) -> Tensor:
    """Return the tensor that `activate` writes."""
    width = packed.shape[1]
    width = width // 2 if context is None else width + context.shape[1]
    out = packed.new_empty(len(packed), width)
    torch.ops.flashsloth.activate(packed, context, out)
    return out


def normed_sum(x: Tensor, added: Tensor | None, norm: Any) -> tuple[Tensor, Tensor]:
    """Return x + added (T, D), and the norm of this sum."""
    stream = None if added is None else torch.empty_like(x)
    out = torch.empty_like(x)
    torch.ops.flashsloth.add_norm(x, added, norm.weight, norm.bias, norm.eps, stream, out)
    return x if stream is None else stream, out
