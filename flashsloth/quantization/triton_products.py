"""Triton kernels for NVIDIA's cards of compute capability 8.0 and later: products of a few rows, and
dequantizing weights.

This module needs Triton, so it is imported at the first launch. card_products.py launches the kernels,
documents what each computes, and has the same in torch's operators.

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
    """Return a block of weights (BLOCK_N, BLOCK_K) and 0. For int4, return words (BLOCK_N, BLOCK_K/64,
    8), and scales and zeros (BLOCK_N, BLOCK_K/64) as bfloat16 in the lower and upper half of an int32.
    """
    # Weights are read once in a step: evict_first lets the cache keep activations instead.
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
    """Return 1 + code/16 for the code number j of each word. The code is moved to the highest bits of
    the mantissa of 1.0 in float32, which takes two operations and no conversion."""
    bits = (words << (19 - 4 * j)) if j < 5 else (words >> (4 * j - 19))
    return ((bits & 0x780000) | 0x3F800000).to(tl.float32, bitcast=True)


@triton.jit
def factors_of(pairs):
    """Return a and b for which a * (1 + code/16) + b is the weight, (code - 8) * scale + zero."""
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
    """Multiply a block of weights with the inputs from `begin` on, and return the products before they
    are summed: (BLOCK_N, BLOCK_K), for int4 (BLOCK_N, BLOCK_K/64, 8). The inputs of a word are 8 apart,
    so that neighbouring threads load neighbouring inputs."""
    if BITS == 4:
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
def product(
    x,
    weight,
    scales,
    bias,
    normed,
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
    of the inputs.

    With DEPENDENT the next kernel of the stream begins before this one ends (programmatic launch): it
    loads its first weights, and then waits for the results of this one. With STAGES 1 each block of
    weights is loaded one iteration ahead here, otherwise the compiler pipelines the loads. The program
    of a block that ends last adds the parts, always in the same order, so that results are the same
    each time.
    """
    block = tl.program_id(0)
    part = tl.program_id(1)
    row = tl.program_id(2)
    index = tl.arange(0, BLOCK_N)
    # the first half of the program's outputs belongs to the gate, the second is multiplied by it
    if GATE:
        n = block * (BLOCK_N // 2) + index % (BLOCK_N // 2)
        keep = n < N // 2
        n += index // (BLOCK_N // 2) * (N // 2)
    else:
        n = block * BLOCK_N + index
        keep = n < N
    LENGTH: tl.constexpr = K // PARTS
    begin = part * LENGTH
    end = begin + LENGTH
    if DEPENDENT:
        tl.extra.cuda.gdc_launch_dependents()
    following = 0, 0
    if STAGES == 1:
        following = load_block(weight, scales, n, keep, begin, end, K, BITS, BLOCK_K)
    if DEPENDENT:
        tl.extra.cuda.gdc_wait()
    if normed is not None:
        every = tl.arange(0, WIDE)
        stream = tl.load(normed + row * K + every, mask=every < K, other=0.0).to(tl.float32)
        mean = 0.0
        if sums is not None:
            mean = tl.sum(stream, 0) / K
        deviation = tl.sqrt(tl.sum(stream * stream, 0) / K - mean * mean + eps)
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
    last = True
    if PARTS > 1:
        shared = partial + row * PARTS * N + n
        tl.store(shared + part * N, y, mask=keep)
        # All sums of the program must be written before it increments the counter.
        tl.debug_barrier()
        counter = count + row * tl.num_programs(0) + block
        last = tl.atomic_add(counter, 1, sem="acq_rel") == PARTS - 1
        if last:
            tl.debug_barrier()
            y = tl.zeros((BLOCK_N,), tl.float32)
            for i in tl.static_range(PARTS):
                y += tl.load(shared + i * N, mask=keep, other=0.0, volatile=True)
            tl.store(counter, 0)  # for the next product
    if last:
        if BITS == 8:
            y = y * tl.load(scales + n, mask=keep, other=0.0).to(tl.float32)
        if sums is not None:
            y -= mean * tl.load(sums + n, mask=keep, other=0.0)
        if normed is not None:
            y = y / deviation
        if sums is not None:
            y += tl.load(sums + N + n, mask=keep, other=0.0)
        if bias is not None:
            y += tl.load(bias + n, mask=keep, other=0.0).to(tl.float32)
        target = out + row * out_row + n
        if GATE:
            half = tl.arange(0, 2)[:, None]
            both = tl.reshape(y, (2, BLOCK_N // 2))
            gate = tl.sum(tl.where(half == 0, both, 0.0), 0)
            up = tl.sum(tl.where(half == 1, both, 0.0), 0)
            first = block * (BLOCK_N // 2) + tl.arange(0, BLOCK_N // 2)
            tl.store(out + row * out_row + first, silu(gate) * up, mask=first < N // 2)
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
    """Write a weight of 4 or 8 bits to `out` (N, K) as numbers. One program computes BLOCK_N rows and
    BLOCK_K columns."""
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
