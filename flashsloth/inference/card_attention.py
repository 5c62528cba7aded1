"""Attention of one new position of each row on NVIDIA's cards: norms of queries and keys, rotary
embeddings, the KV cache and attention as one operator of torch, a kernel of Triton
(triton_attention.py)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.inference.attention import row_mask
from flashsloth.inference.rotary import rotate_
from flashsloth.quantization import card_products, cpu
from flashsloth.quantization.card_products import LIBRARY, capability, launch, register

SPLIT, SPLITS = 64, 32  # positions of a program at least, and programs of a head at most
BLOCK, WARPS = 64, 4  # positions at a time; both from measurements on an H200
LARGEST_HEAD = 256
LIBRARY.define(
    "attend(Tensor packed, Tensor(a!) pair, Tensor positions, Tensor? removed, Tensor table, bool rotates,"
    " Tensor? query_norm, Tensor? key_norm, float eps, int extent, Tensor(b!) out, Tensor(c!) partial,"
    " Tensor(d!) count) -> ()"
)


def splits(extent: int) -> tuple[int, int]:
    """Return the positions of a part, and the parts of a head, for the first `extent` positions of a
    cache."""
    padded = 1 << (extent - 1).bit_length()
    split = max(SPLIT, padded // SPLITS)
    return split, max(1, padded // split)


def partial_numbers(queries: int, width: int, extent: int) -> int:
    """Return how many numbers a row's parts take."""
    return queries * splits(extent)[1] * (_padded(width) + 2)


def _padded(width: int) -> int:
    return 1 << (width - 1).bit_length()


def launch_attend(
    packed: Tensor, pair: Tensor, positions: Tensor, removed: Tensor | None, table: Tensor, rotates: bool,
    query_norm: Tensor | None, key_norm: Tensor | None, eps: float, extent: int,
    out: Tensor, partial: Tensor, count: Tensor,
) -> None:  # fmt: skip
    from flashsloth.inference import triton_attention

    (_, _, keys, _, width), rotary = pair.shape, 2 * table.shape[-1]
    split, parts = splits(extent)
    queries, dependent = out.shape[1] // width, capability(packed.device) >= 90
    launch(
        triton_attention.attend,
        (queries, parts, len(positions)),
        *(packed, pair[0], pair[1], positions, removed, table, query_norm, key_norm, out, partial, count),
        *(packed.stride(0), pair.stride(1), pair.stride(2), out.stride(0), table.shape[1], eps),
        H=queries, K=keys, D=width, DIMS=_padded(width), ROTARY=rotary, TURNED=rotary if rotates else 0,
        SPLIT=split, SPLITS=parts, BLOCK=BLOCK, DEPENDENT=dependent, num_warps=WARPS, dependent=dependent,
    )  # fmt: skip


def attend(
    packed: Tensor, pair: Tensor, positions: Tensor, removed: Tensor | None, table: Tensor, rotates: bool,
    query_norm: Tensor | None, key_norm: Tensor | None, eps: float, extent: int,
    out: Tensor, partial: Tensor, count: Tensor,
) -> None:  # fmt: skip
    """Store the keys and values of one new position of each row in the cache, and attend with its
    queries.

    Args:
        packed: queries, keys and values (B, >= (H + 2*K) * d).
        pair: one layer's cache (2, >=B, K, capacity, d).
        positions: (B,) int64; the layer left out `removed` (B,) of them, if given, and holds the others
            together.
        table: of a RotaryTable.
        query_norm, key_norm: weights (d,) of RMS norms.
        extent: more than any position.
        out: (B, H*d), written.
        partial, count: `partial_numbers` float32 for each row, and zeros of int32, one for each head of
            queries.
    """
    (_, _, keys, _, width), rows = pair.shape, len(positions)
    queries = out.shape[1] // width
    x = packed[:, : (queries + 2 * keys) * width].reshape(rows, 1, -1, width).float()
    if query_norm is not None and key_norm is not None:
        x[:, :, :queries] = F.rms_norm(x[:, :, :queries], (width,), query_norm.float(), eps)
        new = slice(queries, queries + keys)
        x[:, :, new] = F.rms_norm(x[:, :, new], (width,), key_norm.float(), eps)
    if rotates:
        cos, sin = table[:, positions]
        rotate_(x[:, :, : queries + keys], cos, sin, 2 * table.shape[-1])
    held = positions if removed is None else positions - removed[:rows]
    pair[:, torch.arange(rows), :, held] = x[:, 0, queries:].view(rows, 2, keys, width).to(pair.dtype)
    seen = row_mask(held, extent, torch.float32)
    grouped = x[:, 0, :queries].view(rows, keys, -1, width)
    keys_seen, values = pair[:, :rows, :, :extent].float()
    out.copy_(F.scaled_dot_product_attention(grouped, keys_seen, values, attn_mask=seen).view_as(out))


register("attend", launch_attend, attend)


def _try_attend(device: torch.device) -> bool:
    """Two rows of four heads that read two of keys, in two parts."""
    packed, table = (
        cpu.example(2, 128).bfloat16(),
        cpu.example(2 * 256, 16).view(2, 256, 1, 1, 2, 8),
    )
    pair = cpu.example(2 * 2 * 2 * 128, 16).view(2, 2, 2, 128, 16).bfloat16()
    found = []
    for place in (torch.device("cpu"), device):
        cache, out = pair.to(place, copy=True), torch.zeros(2, 64, dtype=torch.bfloat16, device=place)
        given = (
            packed.to(place),
            cache,
            torch.tensor([3, 100], device=place),
            None,
            table.to(place),
            True,
        )
        work = card_products.workspace(2, place, partial_numbers(4, 16, 128))
        torch.ops.flashsloth.attend(*given, None, None, 0.0, 128, out, *work)
        found.append(torch.cat((out.flatten(), cache.flatten())).float().cpu())
    return cpu.close(found[1], found[0])


problem = card_products.tried(_try_attend)
