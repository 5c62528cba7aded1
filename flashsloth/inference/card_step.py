"""Compute new positions on NVIDIA's cards with Triton kernels.

- `CardStep` computes a decode step of one row; if the weights have 4 or 8 bits, of fewer than
  card_products.DEQUANTIZE_FROM rows. The kernel of a product also computes the norm before the product
  and the operations after it. So a layer of Phi takes three kernels, and a layer with a gated MLP takes
  five.
- `CardCore` is for decode steps of more rows. The modules of the layer compute the products, and
  `CardCore` everything else.
- `CardPrompt` does the same for prompts.

All three read the positions from a tensor on the device, so that one captured CUDA graph can be
replayed for different positions. The extent of a graph is the number of positions of the cache that it
can read.

The kernels (triton_layers.py) are operators of torch. `attend` and `place` apply the norms of queries
and keys and the rotary embeddings, and write keys and values to the KV cache. `attend` is for one new
position of each row, and also computes attention. `place` is for a prompt; torch computes its attention
afterwards. `add_norm` and `activate` launch one kernel each, where torch's own operators would launch
two or three.

Letters: B rows, T rows of a prompt, H heads of queries, K heads of keys and values, d width of a head,
D width of the model, F width of an MLP, C width of the attention's context, V size of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.inference.attention import KeyValueCache, RotaryTable, rotate_, row_mask
from flashsloth.inference.attention import attend as attend_rows
from flashsloth.inference.compiled_prefill import SILU
from flashsloth.inference.packed_layers import (
    AdaptedNorm,
    Attend,
    Between,
    Gate,
    HalfBlock,
    JoinedLinear,
    LayerCore,
)
from flashsloth.quantization import card_products, cpu
from flashsloth.quantization.card_products import (
    CardWeight,
    agrees,
    capability,
    launch,
    power_of_two,
    register,
    workspace,
)
from flashsloth.quantization.linear import QuantizedLinear
from flashsloth.sizes.families import Heads

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
    shift: Tensor | None,
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
    constants |= {
        "H": queries,
        "SPLIT": split,
        "SPLITS": parts,
        "BLOCK": BLOCK,
        "num_warps": WARPS,
        "DEPENDENT": dependent,
        "dependent": dependent,
    }
    grid = queries, parts, len(positions)
    given = (packed, *pair, positions, removed, shift, table, query_norm, key_norm, out, partial, count)
    steps = (packed.stride(0), pair.stride(1), pair.stride(2), out.stride(0), table.shape[1])
    launch(triton_layers.attend, grid, *given, *steps, eps, **constants)


def attend(
    packed: Tensor,
    pair: Tensor,
    positions: Tensor,
    removed: Tensor,
    shift: Tensor | None,
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
        shift: int64 (>=B,), by how much the rotary position of each row is smaller than its position;
            None if they are equal.
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
    turned = positions if shift is None else positions - shift[:rows]
    x = _rotated(packed, queries, pair, table[:, turned], rotates, query_norm, key_norm, eps)
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
    row of the cache. `table` has cos and sin of these positions alone, in their order. The other
    arguments are the same as in `attend`."""
    rows, queries, width = out.shape
    x = _rotated(packed, queries, pair, table, rotates, query_norm, key_norm, eps)
    out.copy_(x[:, :queries])
    new = x[:, queries:].view(rows, 2, -1, width).permute(1, 2, 0, 3)
    pair[:, 0, :, positions] = new.to(pair.dtype)


def _rotated(
    packed: Tensor,
    queries: int,
    pair: Tensor,
    angles: Tensor,
    rotates: bool,
    query_norm: Tensor | None,
    key_norm: Tensor | None,
    eps: float,
) -> Tensor:
    """Return queries, keys and values (T, H + 2*K, d) in float32. Norms and rotary embeddings are
    already applied to queries and keys. `angles`: rows of a table for these positions."""
    _, _, keys, _, width = pair.shape
    new = queries + keys
    x = packed[:, : (new + keys) * width].reshape(len(packed), -1, width).float()
    if query_norm is not None and key_norm is not None:
        x[:, :queries] = F.rms_norm(x[:, :queries], (width,), query_norm.float(), eps)
        x[:, queries:new] = F.rms_norm(x[:, queries:new], (width,), key_norm.float(), eps)
    if rotates:
        cos, sin = angles
        rotate_(x[:, None, :new], cos, sin, 2 * angles.shape[-1])
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


# Steps and prompts


def weight_of(product: Any) -> CardWeight | None:
    """Return the weight of a linear layer; None if the kernels do not support it."""
    if isinstance(product, QuantizedLinear):
        return product.card
    is_half = type(product) in (nn.Linear, JoinedLinear) and product.weight.dtype.itemsize == 2
    weight = CardWeight(product.weight, None) if is_half else None
    return weight if weight is not None and card_products.takes(*weight.shape, 16) else None


def problem_of(parts: Sequence[HalfBlock], heads: Heads) -> str:
    """Return why the kernels cannot compute a layer; empty if they can."""
    for part in parts:
        if isinstance(part.norm, AdaptedNorm) or not isinstance(part.between, Attend | Gate):
            return "it is skipped"
        if isinstance(part.between, Gate) and type(part.between.act).__name__ not in SILU:
            return "its activation is not SiLU"
        if weight_of(part.inner) is None or weight_of(part.outer) is None:
            return "they take no weights of its format or its widths"
    return "" if heads.width <= LARGEST_HEAD else f"its heads are {heads.width} wide"


class _Product(NamedTuple):
    """A product that is preceded by a norm, or followed by a residual."""

    weight: CardWeight
    bias: Tensor | None
    norm: Any = None
    sums: Tensor | None = None  # card_products.norm_sums for a layer norm; None otherwise

    @classmethod
    def of(cls, product: Any, norm: Any = None) -> _Product:
        weight = weight_of(product)
        assert weight is not None  # checked by problem_of
        bias = product.joined_bias() if isinstance(product, JoinedLinear) else product.bias
        sums = None if norm is None or norm.bias is None else card_products.norm_sums(weight, norm)
        return cls(weight, bias, norm, sums)

    def multiply(self, x: Tensor, out: Tensor, stream: Tensor | None = None, **options: Any) -> None:
        norm = None if stream is None else (stream, self.sums, self.norm.eps)
        card_products.multiply(x, self.weight, self.bias, out, norm=norm, **options)


class CardStep:
    """Computes decode steps by kernels that include norms and residuals. It stores sums over the
    weights (card_products.norm_sums), so the weights must not be changed in place afterwards.

    Args:
        layers: the parts of each layer, for which `problem_of` must return an empty string.
        norm, head: the norm after the last layer, and the output head.
    """

    @torch.no_grad()
    def __init__(self, layers: Sequence[Sequence[HalfBlock]], norm: Any, head: nn.Module) -> None:
        self.layers = [
            [
                (part.between, _Product.of(part.inner, part.norm), _Product.of(part.outer))
                for part in parts
            ]
            for parts in layers
        ]
        self.head = _Product.of(head, norm)
        products = [each for layer in self.layers for _, *pair in layer for each in pair]
        self.widest = max(product.weight.shape[0] for product in products)
        self.quantized = all(product.weight.bits < 16 for product in products)
        norms = [product.norm.weight for product in [*products, self.head] if product.norm is not None]
        self.first_gain = norms[0].float()
        self.gains = norms[1:]

    def takes(self, rows: int) -> bool:
        """Return whether CardStep computes a step of this number of rows. CardCore computes steps of
        more rows."""
        return rows == 1 or (self.quantized and rows < card_products.DEQUANTIZE_FROM)

    def __call__(self, x: Tensor, core: CardCore) -> Tensor:
        """Append one position to each of the first B rows of a cache: embeddings (B, D) -> logits (B,
        V)."""
        rows = len(x)
        queries, keys, width = core.heads
        attended = queries * width
        # 1. `stream` is the residual stream. `gained` is the stream times the weight of the next norm,
        #    and is the input of the product after this norm. The kernel of this product computes the
        #    rest of the norm.
        stream = x.clone()
        gained = x * self.first_gain
        work = core.work = workspace(rows, x.device, self.widest, core.partial_numbers)
        gains = iter(self.gains)
        for index, layer in enumerate(self.layers):
            for between, inner, outer in layer:
                # 2. Compute the product `inner` with its norm, and the operations between the two
                #    products.
                mixed = x.new_empty(rows, outer.weight.shape[1])
                if isinstance(between, Gate):
                    inner.multiply(gained, mixed, stream)
                else:
                    packed = x.new_empty(rows, attended + 2 * keys * width)
                    active = mixed[:, attended:] if mixed.shape[1] > attended else None
                    inner.multiply(gained, packed, stream, active=active)
                    core.attend(index, packed, between, mixed[:, :attended])
                # 3. Compute the product `outer` and add it to the stream.
                outer.multiply(mixed, stream, gained=gained, gain=next(gains), work=work)
        logits = x.new_empty(rows, self.head.weight.shape[0])
        self.head.multiply(gained, logits, stream)
        return logits


@dataclass(eq=False)
class CardCore(LayerCore):
    """Computes everything in a layer except its products, for one new position of each row. The modules
    of the layer compute the products.

    Args:
        positions: (B,) on the card.
        extent: a number larger than any of these positions.
        mask, axes: the mask and the rotary positions of a prompt, as in Span.
        shifts: whether the rotary positions of steps are smaller by the cache's `shift`.
    """

    positions: Tensor
    extent: int
    cache: KeyValueCache
    heads: Heads
    rotary: RotaryTable
    mask: Tensor | None = None
    axes: Tensor | None = None
    shifts: bool = False
    work: tuple[Tensor, Tensor] | None = None  # scratch memory and counters of the kernels

    @cached_property
    def table(self) -> Tensor:
        """cos and sin, as the kernels read them."""
        return self.rotary.upto(self.extent)

    @property
    def partial_numbers(self) -> int:
        return partial_numbers(self.heads.queries, self.heads.width, self.extent)

    def options(self, how: Any) -> tuple[Any, ...]:
        """Return the arguments of the operators `attend` and `place` that depend on the layer."""
        table = self.table
        if how.norms is None:
            return table, how.rotates, None, None, 0.0
        return table, how.rotates, *(norm.weight for norm in how.norms), how.norms[0].eps

    def attend(self, index: int, packed: Tensor, how: Any, out: Tensor) -> None:
        """Compute attention for packed queries, keys and values (B, >= (H + 2*K) * d), and write the
        result (the context) to `out` (B, H*d)."""
        removed = self.cache.offsets_on_device[index]
        self.work = self.work or workspace(len(packed), packed.device, self.partial_numbers)
        shift = self.cache.offsets_on_device[-1] if self.shifts else None
        given = (packed, self.cache.pairs[index], self.positions, removed, shift)
        torch.ops.flashsloth.attend(*given, *self.options(how), self.extent, out, *self.work)

    def context(self, index: int, packed: Tensor, how: Attend) -> Tensor:
        """Compute attention as `attend` does, and return its result, the context (B, H*d)."""
        out = packed.new_empty(len(packed), self.heads.queries * self.heads.width)
        self.attend(index, packed, how, out)
        return out

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if not isinstance(how, Attend):
            return activated(packed, None)
        context = self.context(index, packed, how)
        rest = packed[:, (self.heads.queries + 2 * self.heads.keys) * self.heads.width :]
        return activated(rest, context) if rest.shape[1] else context

    def hidden(
        self,
        x: Tensor,
        layers: Iterable[Sequence[HalfBlock]],
        norm: Any,
        changes: Mapping[int, Callable[[Tensor], Tensor]],
    ) -> Tensor:
        """Compute all layers and the last norm: (B, D) -> (B, D). `changes` maps the number of a layer
        to a function that changes the layer's input (EmbQ)."""
        # `added` is the result of the previous part. The kernel of the next norm adds it to the
        # residual stream x.
        added = None
        for index, parts in enumerate(layers):
            if index in changes:
                x = changes[index](x if added is None else x + added)
                added = None
            for part in parts:
                x, normed = normed_sum(x, added, part.norm)
                added = part.outer(self.between(index, part.inner(normed), part.between))
        return normed_sum(x, added, norm)[1]


class CardPrompt(CardCore):
    """Computes the same operations as CardCore, for several new positions of one sequence. A kernel
    writes keys and values to the cache, and torch computes attention."""

    @cached_property
    def table(self) -> Tensor:
        turned = self.positions if self.axes is None else self.axes
        return self.rotary.rows(turned, self.extent)

    def context(self, index: int, packed: Tensor, how: Attend) -> Tensor:
        pair = self.cache.pairs[index]
        queries, keys, width = self.heads
        q = packed.new_empty(len(packed), queries, width)
        # `attend_rows` merges the heads of queries that read the same keys. If the heads are the first
        # dimension in memory, this needs no copy.
        if queries > keys:
            q = packed.new_empty(queries, len(packed), width).transpose(0, 1)
        torch.ops.flashsloth.place(packed, pair, self.positions, *self.options(how), q)
        causal = self.mask is None and len(packed) > 1
        keys, values = pair[..., : self.extent, :]
        return attend_rows(q, keys, values, self.mask, causal=causal)


def try_kernels(device: torch.device) -> bool:
    """Try the kernels that compute everything except products. The example has two rows and four heads
    of queries, which read two heads of keys. In the second row 40 of 128 positions were left out. The
    other 88 are more than one part of `attend` (SPLIT), so that adding parts is tried,
    too."""
    packed = cpu.example(2, 128).bfloat16()
    table = cpu.example(2 * 256, 16).view(2, 256, 1, 1, 2, 8)
    pair = cpu.example(2 * 2 * 2 * 128, 16).view(2, 2, 2, 128, 16).bfloat16()
    positions = torch.tensor([3, 127])
    removed = torch.tensor([0, 40])
    out = torch.zeros(2, 64, dtype=torch.bfloat16)
    work = card_products.workspace(2, out.device, partial_numbers(4, 16, 128))
    how: Any = (table, True, None, None, 0.0)
    shift = torch.tensor([2, 7])
    norm = (packed[0] + 1, packed[1], 1e-5)
    given = (packed, pair, positions, removed)
    prompt = (packed, pair, positions, table[:, positions], *how[1:])
    return (
        agrees("attend", device, (1, 11), *given, None, *how, 128, out, *work)
        and agrees("attend", device, (1, 11), *given, shift, *how, 128, out, *work)
        and agrees("place", device, (1, 8), *prompt, out.view(2, 4, 16))
        and agrees("add_norm", device, (5, 6), packed, packed, *norm, packed, packed)
        and agrees("activate", device, (2,), packed, None, out)
        and agrees("activate", device, (2,), packed[:, :32], packed[:, 32:64], out)
    )


problem = card_products.tried(try_kernels)
