"""Triton kernels of residuals, norms and activations, which card_elementwise.py launches and documents.

Letters: T rows, D width of the model.
"""

# mypy: ignore-errors
# mypy does not know the language of Triton kernels
from __future__ import annotations

import triton
import triton.language as tl

from flashsloth.quantization.triton_products import gelu, silu


@triton.jit
def add_norm(x, added, weight, bias, stream, out, eps, D: tl.constexpr, WIDE: tl.constexpr):
    """Compute card_elementwise.add_norm. One program computes one row."""
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
    """Compute card_elementwise.activate. One program computes BLOCK of the N numbers of a row."""
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
