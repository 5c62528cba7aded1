"""Triton kernels for NVIDIA's cards of compute capability 8.0 and later: products of a few rows, and
dequantizing weights.

This module needs Triton, so it is imported at the first launch. card_products.py launches the kernels
and documents them. It also has twins of them, which compute the same with torch's operators.

Letters: B rows, N outputs, K inputs. Weights: 16 bit (N, K); int8 (N, K) with scales (N,); int4 as
int32 words (N, K/8) with scales and zeros (N, K/64, 2), read as pairs in an int32.
"""

# mypy: ignore-errors
# mypy does not know the language of Triton kernels
from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def load_block(
    weight, scales, rows, keep, begin, end, K: tl.constexpr, BITS: tl.constexpr, BLOCK_K: tl.constexpr
):
    """Load a block of weights and return two results. For int4 these are words (BLOCK_N, BLOCK_K/64,
    8), and pairs (BLOCK_N, BLOCK_K/64) of a scale and a zero: int32 with the scale in the lower half
    and the zero in the upper half, both in bfloat16. For other formats they are weights (BLOCK_N,
    BLOCK_K), and 0."""
    # A step reads each weight only once. With evict_first the cache keeps activations longer than
    # weights.
    if BITS == 4:
        group = begin // 64 + tl.arange(0, BLOCK_K // 64)
        within = keep[:, None] & (group < end // 64)[None, :]
        pairs = tl.load(scales + rows[:, None] * (K // 64) + group[None, :], mask=within, other=0)
        at = group[:, None] * 8 + tl.arange(0, 8)[None, :]
        words = weight + rows[:, None, None] * (K // 8) + at[None]
        return tl.load(words, mask=within[:, :, None], other=0, eviction_policy="evict_first"), pairs
    else:
        at = begin + tl.arange(0, BLOCK_K)
        mask = keep[:, None] & (at < end)[None, :]
        return tl.load(
            weight + rows[:, None] * K + at[None, :], mask=mask, other=0, eviction_policy="evict_first"
        ), 0


@triton.jit
def code_of(words, j: tl.constexpr):
    """Return 1 + code/16 for the code number j of each word: the code becomes the highest bits of the
    mantissa of 1.0 in float32. This takes fewer operations than converting the code to a float."""
    bits = (words << (19 - 4 * j)) if j < 5 else (words >> (4 * j - 19))
    return ((bits & 0x780000) | 0x3F800000).to(tl.float32, bitcast=True)


@triton.jit
def factors_of(pairs):
    """Return a and b with which a * (1 + code/16) + b is the weight, (code - 8) * scale + zero."""
    scale = 16.0 * (pairs << 16).to(tl.float32, bitcast=True)
    return scale, (pairs & -65536).to(tl.float32, bitcast=True) - 1.5 * scale


@triton.jit
def gelu(x):
    """Return GELU in its tanh form."""
    return x * tl.sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x))


@triton.jit
def silu(x):
    return x * tl.sigmoid(x)


@triton.jit
def multiply(
    x, weights, pairs, begin, end, BITS: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr
):
    """Multiply a block of weights by the inputs from `begin` on, and return the products (BLOCK_N,
    BLOCK_K). For int4 return sums of eight products each, (BLOCK_N, BLOCK_K/64, 8)."""
    if BITS == 4:
        # A word has the codes of inputs i, i + 8, ..., i + 56, so neighbouring threads load
        # neighbouring inputs. Scales and zeros are applied once for the eight products of a word.
        dot = tl.zeros((BLOCK_N, BLOCK_K // 64, 8), tl.float32)
        inputs = tl.zeros((BLOCK_K // 64, 8), tl.float32)
        for j in tl.static_range(8):
            at = begin + tl.arange(0, BLOCK_K // 64)[:, None] * 64 + j * 8 + tl.arange(0, 8)[None, :]
            part = tl.load(x + at, mask=at < end, other=0.0).to(tl.float32)
            dot += code_of(weights, j) * part[None]
            inputs += part
        scale, zero = factors_of(pairs)
        return scale[:, :, None] * dot + zero[:, :, None] * inputs[None]
    else:
        at = begin + tl.arange(0, BLOCK_K)
        return (
            weights.to(tl.float32) * tl.load(x + at, mask=at < end, other=0.0).to(tl.float32)[None, :]
        )


@triton.jit
def outputs_of(block, N, GATE: tl.constexpr, BLOCK_N: tl.constexpr):
    """Return the indices of a program's outputs, and which of these outputs exist.

    With GATE, the first half of them are outputs of the gate. The second half are the outputs that the
    gate multiplies, whose indices are larger by N/2.
    """
    index = tl.arange(0, BLOCK_N)
    if GATE:
        n = block * (BLOCK_N // 2) + index % (BLOCK_N // 2)
        return n + index // (BLOCK_N // 2) * (N // 2), n < N // 2
    else:
        n = block * BLOCK_N + index
        return n, n < N


@triton.jit
def statistics(stream, sums, eps, K: tl.constexpr, WIDE: tl.constexpr):
    """Return the mean of a row, which is 0 for an RMS norm, and the standard deviation by which the
    row's norm divides (for an RMS norm, the root mean square)."""
    every = tl.arange(0, WIDE)
    numbers = tl.load(stream + every, mask=every < K, other=0.0).to(tl.float32)
    mean = 0.0
    if sums is not None:
        mean = tl.sum(numbers, 0) / K
    return mean, tl.sqrt(tl.sum(numbers * numbers, 0) / K - mean * mean + eps)


@triton.jit
def add_parts(y, shared, counter, part, N, keep, BLOCK_N: tl.constexpr, PARTS: tl.constexpr):
    """Add the sums of the programs among which the inputs of the same outputs are divided. Return the
    total, which only the last program to finish has, and whether this program is the last one. The sums
    are added in the same order, whichever program is last."""
    # 1. Write the sums of this program. They must all be written before it increments the counter.
    tl.store(shared + part * N, y, mask=keep)
    tl.debug_barrier()
    last = tl.atomic_add(counter, 1, sem="acq_rel") == PARTS - 1
    # 2. The last program adds the sums of all programs, and resets the counter for the next product.
    if last:
        tl.debug_barrier()
        y = tl.zeros((BLOCK_N,), tl.float32)
        for i in tl.static_range(PARTS):
            y += tl.load(shared + i * N, mask=keep, other=0.0, volatile=True)
        tl.store(counter, 0)
    return y, last


@triton.jit
def finished(y, n, keep, scales, bias, stream, sums, mean, deviation, N, BITS: tl.constexpr):
    """Apply the operations that follow the sum of the products: the scales of int8, the norm and the
    bias."""
    if BITS == 8:
        y = y * tl.load(scales + n, mask=keep, other=0.0).to(tl.float32)
    # If the product has a norm, x is the residual stream times the norm's weight. The mean, the
    # deviation and the norm's bias are applied to the product here (see card_products.norm_sums).
    if sums is not None:
        y -= mean * tl.load(sums + n, mask=keep, other=0.0)
    if stream is not None:
        y = y / deviation
    if sums is not None:
        y += tl.load(sums + N + n, mask=keep, other=0.0)
    if bias is not None:
        y += tl.load(bias + n, mask=keep, other=0.0).to(tl.float32)
    return y


@triton.jit
def write_gated(y, out, block, N, BLOCK_N: tl.constexpr):
    """Write SiLU of the first half of y times its second half."""
    # A tensor in registers cannot be sliced, so each half is extracted with a masked sum.
    half = tl.arange(0, 2)[:, None]
    both = tl.reshape(y, (2, BLOCK_N // 2))
    gate = tl.sum(tl.where(half == 0, both, 0.0), 0)
    up = tl.sum(tl.where(half == 1, both, 0.0), 0)
    first = block * (BLOCK_N // 2) + tl.arange(0, BLOCK_N // 2)
    tl.store(out + first, silu(gate) * up, mask=first < N // 2)


@triton.jit
def product(
    x,
    weight,
    scales,
    bias,
    stream,
    sums,
    gain,
    out,
    active,
    gained,
    partial,
    count,
    x_row,
    out_row,
    active_row,
    N,
    start,
    eps,
    K: tl.constexpr,
    BITS: tl.constexpr,
    GATE: tl.constexpr,
    WIDE: tl.constexpr,
    DEPENDENT: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_K: tl.constexpr,
    STAGES: tl.constexpr,
    PARTS: tl.constexpr,
):
    """Compute card_products.product. One program computes BLOCK_N outputs of one row, from one of PARTS
    parts of the inputs.

    With DEPENDENT the next kernel of the stream begins before this one ends (programmatic launch): it
    loads its first weights, and then waits for the results of this kernel. With STAGES 1 the loop below
    loads each block of weights one iteration ahead. With more, the compiler pipelines the loads.
    """
    # 1. Find the outputs and inputs of this program.
    block = tl.program_id(0)
    part = tl.program_id(1)
    row = tl.program_id(2)
    n, keep = outputs_of(block, N, GATE, BLOCK_N)
    LENGTH: tl.constexpr = K // PARTS
    begin = part * LENGTH
    end = begin + LENGTH
    # 2. Let the next kernel begin. Load weights, which do not depend on the results of the previous
    #    kernel. Then wait for these results.
    if DEPENDENT:
        tl.extra.cuda.gdc_launch_dependents()
    following = 0, 0
    if STAGES == 1:
        following = load_block(weight, scales, n, keep, begin, end, K, BITS, BLOCK_K)
    if DEPENDENT:
        tl.extra.cuda.gdc_wait()
    # 3. Compute the statistics of the whole row for the norm. The norm is applied after the product, so
    #    that the product need not wait for them.
    mean = 0.0
    deviation = 1.0
    if stream is not None:
        mean, deviation = statistics(stream + row * K, sums, eps, K, WIDE)
    # 4. Multiply block by block, and add the products of an output at the end.
    if BITS == 4:
        total = tl.zeros((BLOCK_N, BLOCK_K // 64, 8), tl.float32)
    else:
        total = tl.zeros((BLOCK_N, BLOCK_K), tl.float32)
    for at in tl.range(begin, end, BLOCK_K, num_stages=STAGES):
        weights = following
        if STAGES == 1:
            following = load_block(weight, scales, n, keep, at + BLOCK_K, end, K, BITS, BLOCK_K)
        else:
            weights = load_block(weight, scales, n, keep, at, end, K, BITS, BLOCK_K)
        total += multiply(x + row * x_row, weights[0], weights[1], at, end, BITS, BLOCK_N, BLOCK_K)
    if BITS == 4:
        total = tl.sum(total, 2)
    y = tl.sum(total, 1)
    # 5. Add the sums of the programs that share these outputs.
    last = True
    if PARTS > 1:
        shared = partial + row * PARTS * N + n
        counter = count + row * tl.num_programs(0) + block
        y, last = add_parts(y, shared, counter, part, N, keep, BLOCK_N, PARTS)
    # 6. Apply scales, norm and bias, and write the result in one of four forms.
    if last:
        y = finished(y, n, keep, scales, bias, stream, sums, mean, deviation, N, BITS)
        target = out + row * out_row + n
        if GATE:
            write_gated(y, out + row * out_row, block, N, BLOCK_N)
        elif active is not None:
            tl.store(target, y, mask=keep & (n < start))
            tl.store(active + row * active_row + (n - start), gelu(y), mask=keep & (n >= start))
        elif gained is not None:
            y += tl.load(target, mask=keep, other=0.0).to(tl.float32)
            tl.store(target, y, mask=keep)
            if gain is not None:
                y = y * tl.load(gain + n, mask=keep, other=0.0).to(tl.float32)
            tl.store(gained + row * N + n, y, mask=keep)
        else:
            tl.store(target, y, mask=keep)


@triton.jit
def dequantize(
    weight,
    scales,
    out,
    N,
    K: tl.constexpr,
    BITS: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    """Dequantize a weight of 4 or 8 bits, and write it to `out` (N, K). One program computes BLOCK_N
    rows and BLOCK_K columns."""
    n = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)
    begin = tl.program_id(1) * BLOCK_K
    keep = n < N
    weights, pairs = load_block(weight, scales, n, keep, begin, K, K, BITS, BLOCK_K)
    if BITS == 4:
        scale, zero = factors_of(pairs)
        for j in tl.static_range(8):
            at = begin + tl.arange(0, BLOCK_K // 64)[:, None] * 64 + j * 8 + tl.arange(0, 8)[None, :]
            value = scale[:, :, None] * code_of(weights, j) + zero[:, :, None]
            tl.store(
                out + n[:, None, None] * K + at[None], value, mask=keep[:, None, None] & (at < K)[None]
            )
    else:
        at = begin + tl.arange(0, BLOCK_K)
        scale = tl.load(scales + n, mask=keep, other=0.0).to(tl.float32)
        tl.store(
            out + n[:, None] * K + at[None, :],
            weights.to(tl.float32) * scale[:, None],
            mask=keep[:, None] & (at < K)[None, :],
        )
