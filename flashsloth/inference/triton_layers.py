"""Triton kernels that card_step.py launches and documents. `attend` computes attention of one new
position of each row, `place` computes the operations before attention in a prompt, and `add_norm` and
`activate` compute residuals, norms and activations.

Letters: B rows, T rows of a prompt, H heads of queries, K heads of keys and values, d width of a head,
D width of the model.
"""

from __future__ import annotations

# mypy: ignore-errors
# mypy does not know the language of Triton kernels
# mypy: ignore-errors
# mypy does not know the language of Triton kernels
import triton
import triton.language as tl

from flashsloth.quantization.triton_products import gelu, silu


@triton.jit
def load_head(
    x,
    norm,
    angle,
    angles,
    eps,
    D: tl.constexpr,
    DIMS: tl.constexpr,
    ROTARY: tl.constexpr,
    TURNED: tl.constexpr,
):
    """Load a head (DIMS,), apply its norm if it has one, and rotate it.

    `angle` is the address of the cosines for the head's position. They are a row of a table of `angles`
    rows of ROTARY numbers, which is followed by a table of sines of the same size. TURNED is the number
    of dimensions that this layer rotates, which is ROTARY or 0.
    """
    e = tl.arange(0, DIMS)
    inside = e < D
    half: tl.constexpr = TURNED // 2
    # the index of the other dimension of the pair that is rotated together
    partner = tl.where(e < half, e + half, tl.where(e < TURNED, e - half, e))
    value = tl.load(x + e, mask=inside, other=0.0).to(tl.float32)
    other = tl.load(x + partner, mask=inside, other=0.0).to(tl.float32)
    if norm is not None:
        scale = 1.0 / tl.sqrt(tl.sum(value * value, 0) / D + eps)
        value *= scale * tl.load(norm + e, mask=inside, other=0.0).to(tl.float32)
        other *= scale * tl.load(norm + partner, mask=inside, other=0.0).to(tl.float32)
    cos = tl.load(angle + e, mask=e < TURNED, other=1.0)
    sin = tl.load(angle + angles * ROTARY + e, mask=e < TURNED, other=0.0)
    return value * cos + other * sin


@triton.jit(do_not_specialize_on_alignment=["positions"])  # positions may begin at any address
def place(
    packed,
    keys,
    values,
    positions,
    table,
    query_norm,
    key_norm,
    out,
    packed_row,
    cache_head,
    out_row,
    out_head,
    angles,
    eps,
    H: tl.constexpr,
    K: tl.constexpr,
    D: tl.constexpr,
    DIMS: tl.constexpr,
    ROTARY: tl.constexpr,
    TURNED: tl.constexpr,
):
    """Compute card_step.place. One program computes one head of queries, keys or values of one
    row."""
    row = tl.program_id(0)
    head = tl.program_id(1)
    e = tl.arange(0, DIMS)
    inside = e < D
    position = tl.load(positions + row).to(tl.int32)
    angle = table + row * ROTARY
    x = packed + row * packed_row + head * D
    at = position * D + e
    if head < H:
        query = load_head(x, query_norm, angle, angles, eps, D, DIMS, ROTARY, TURNED)
        tl.store(out + row * out_row + head * out_head + e, query, mask=inside)
    elif head < H + K:
        key = load_head(x, key_norm, angle, angles, eps, D, DIMS, ROTARY, TURNED)
        tl.store(keys + (head - H) * cache_head + at, key, mask=inside)
    else:
        value = tl.load(x + e, mask=inside, other=0.0)
        tl.store(values + (head - H - K) * cache_head + at, value, mask=inside)


# positions, removed and shift may be slices, which begin at any address
@triton.jit(do_not_specialize_on_alignment=["positions", "removed", "shift"])
def attend(
    packed,
    keys,
    values,
    positions,
    removed,
    shift,
    table,
    query_norm,
    key_norm,
    out,
    partial,
    count,
    packed_row,
    cache_row,
    cache_head,
    out_row,
    angles,
    eps,
    H: tl.constexpr,
    K: tl.constexpr,
    D: tl.constexpr,
    DIMS: tl.constexpr,
    ROTARY: tl.constexpr,
    TURNED: tl.constexpr,
    SPLIT: tl.constexpr,
    SPLITS: tl.constexpr,
    BLOCK: tl.constexpr,
    DEPENDENT: tl.constexpr,
):
    """Compute card_step.attend. The positions of the cache are divided into SPLITS parts of SPLIT
    positions. One program computes one head of queries of one row, for the positions of one part.

    Each program stores the largest score of its part, the sum of the attention weights, and the
    weighted sum of the values. The last program of a head to finish combines the parts, always in the
    same order (split-KV, as in Flash-Decoding).

    No program reads the new position from the cache, where another program may not have written it yet.
    The program of the last part computes the key of the new position itself.
    """
    head = tl.program_id(0)
    split = tl.program_id(1)
    row = tl.program_id(2)
    group = head // (H // K)
    e = tl.arange(0, DIMS)
    inside = e < D
    if DEPENDENT:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    position = tl.load(positions + row).to(tl.int32)
    held = position - tl.load(removed + row).to(tl.int32)
    used = held // SPLIT + 1
    if split < used:
        angle = table + position * ROTARY
        if shift is not None:
            angle -= tl.load(shift + row).to(tl.int32) * ROTARY
        x = packed + row * packed_row
        q = load_head(x + head * D, query_norm, angle, angles, eps, D, DIMS, ROTARY, TURNED)
        q *= D**-0.5
        cached = row.to(tl.int64) * cache_row + group * cache_head
        keys += cached
        values += cached
        top = -float("inf")
        weights = 0.0
        context = tl.zeros((DIMS,), tl.float32)
        if split == used - 1:  # the part with the new position
            at = x + (H + group) * D
            key = load_head(at, key_norm, angle, angles, eps, D, DIMS, ROTARY, TURNED)
            # Round the key as in the cache, from which later steps read it.
            key = key.to(keys.dtype.element_ty)
            value = tl.load(at + K * D + e, mask=inside, other=0.0).to(keys.dtype.element_ty)
            if head % (H // K) == 0:
                tl.store(keys + held * D + e, key, mask=inside)
                tl.store(values + held * D + e, value, mask=inside)
            top = tl.sum(q * key.to(tl.float32), 0)
            weights = 1.0
            context = value.to(tl.float32)
        end = tl.minimum(split * SPLIT + SPLIT, held)
        for begin in range(split * SPLIT, end, BLOCK):
            t = begin + tl.arange(0, BLOCK)
            seen = t < end
            mask = seen[:, None] & inside[None, :]
            block = t[:, None] * D + e[None, :]
            old_keys = tl.load(keys + block, mask=mask, other=0.0).to(tl.float32)
            old_values = tl.load(values + block, mask=mask, other=0.0).to(tl.float32)
            scores = tl.where(seen, tl.sum(old_keys * q[None, :], 1), -float("inf"))
            highest = tl.maximum(top, tl.max(scores, 0))
            scores = tl.exp(scores - highest)
            shrink = tl.exp(top - highest)
            weights = weights * shrink + tl.sum(scores, 0)
            context = context * shrink + tl.sum(scores[:, None] * old_values, 0)
            top = highest
        parts = partial + (row * H + head) * SPLITS * (DIMS + 2)
        mine = parts + split * (DIMS + 2)
        tl.store(mine + e, context)
        tl.store(mine + DIMS, top)
        tl.store(mine + DIMS + 1, weights)
        # All results of this part must be written before the program increments the counter.
        tl.debug_barrier()
        counter = count + row * H + head
        if tl.atomic_add(counter, 1, sem="acq_rel") == used - 1:
            tl.debug_barrier()
            s = tl.arange(0, SPLITS)
            tops = tl.load(
                parts + s * (DIMS + 2) + DIMS, mask=s < used, other=-float("inf"), volatile=True
            )
            sums = tl.load(parts + s * (DIMS + 2) + DIMS + 1, mask=s < used, other=0.0, volatile=True)
            shares = tl.exp(tops - tl.max(tops, 0))
            every = s[:, None] * (DIMS + 2) + e[None, :]
            contexts = tl.load(parts + every, mask=(s < used)[:, None], other=0.0, volatile=True)
            whole = tl.sum(contexts * shares[:, None], 0) / tl.sum(sums * shares, 0)
            tl.store(out + row * out_row + head * D + e, whole, mask=inside)
            tl.store(counter, 0)  # reset for the next layer


@triton.jit
def add_norm(x, added, weight, bias, stream, out, eps, D: tl.constexpr, WIDE: tl.constexpr):
    """Compute card_step.add_norm. One program computes one row."""
    e = tl.arange(0, WIDE)
    inside = e < D
    at = tl.program_id(0) * D + e
    value = tl.load(x + at, mask=inside, other=0.0).to(tl.float32)
    if added is not None:
        value += tl.load(added + at, mask=inside, other=0.0).to(tl.float32)
        # The norm is computed from the rounded sum, which the next residual reads, too.
        value = value.to(stream.dtype.element_ty).to(tl.float32)
        tl.store(stream + at, value, mask=inside)
    if bias is not None:
        value = tl.where(inside, value - tl.sum(value, 0) / D, 0.0)
    scale = 1.0 / tl.sqrt(tl.sum(value * value, 0) / D + eps)
    value *= scale * tl.load(weight + e, mask=inside, other=0.0).to(tl.float32)
    if bias is not None:
        value += tl.load(bias + e, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + at, value, mask=inside)


@triton.jit
def activate(packed, context, out, packed_row, context_row, C, N, BLOCK: tl.constexpr):
    """Compute card_step.activate. One program computes BLOCK of the N numbers of a row."""
    row = tl.program_id(0)
    column = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = column < N
    x = packed + row * packed_row + column - C
    value = tl.load(x, mask=inside & (column >= C), other=0.0).to(tl.float32)
    if context is None:
        value = silu(value) * tl.load(x + N, mask=inside, other=0.0).to(tl.float32)
    else:
        first = tl.load(context + row * context_row + column, mask=column < C, other=0.0)
        value = tl.where(column < C, first.to(tl.float32), gelu(value))
    tl.store(out + row * N + column, value, mask=inside)
