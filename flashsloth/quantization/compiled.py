"""Products of int4 and int8 by compiled kernels (int4_ir.py, int8_ir.py). Where they cannot be used, torch's are
(kernels.py)."""

from __future__ import annotations

import ctypes
import functools
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from flashsloth.quantization import compiler, int4_ir, int8_ir, kernels, product_ir, rounding
from flashsloth.quantization.presets import TILE

Format: TypeAlias = Literal["int4", "int8"]
ROWS = 512  # multiplied at a time: each thread keeps their sums of groups on its stack
_Args = compiler.struct_class(product_ir.ARGS)


def most_rows(format: Format, in_features: int) -> int:
    """Return how many rows `product` takes here for weights of this width; 0 where it cannot be used or multiplies
    wrongly."""
    if format == "int4":
        return kernels.NEVER - 1 if compiler.can(_try_int4) and kernels.int4_tile() in (0, TILE) else 0
    return int8_ir.MOST_ROWS if in_features % int8_ir.STEP == 0 and compiler.can(_try_int8) else 0


def product(format: Format, rows: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply and add: bfloat16 (M, K), the weight and its scales as stored, (N,) -> bfloat16 (M, N).

    int4: uint8 (N, K/2) in tiles of 64 rows, bfloat16 (G, N, 2). int8: int8 (N, K), bfloat16 (N,), K a multiple of 64.
    A row's result does not depend on the rows beside it.
    """
    rows = rows.contiguous()
    bias = None if bias is None else bias.to(torch.bfloat16)  # held until the end
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=torch.bfloat16)
    for first in range(0, len(rows), ROWS):
        made = args(rows[first : first + ROWS], weight, scales, bias, out[first : first + ROWS])
        kernel(format).run(ctypes.addressof(made), torch.get_num_threads())
    return out


def args(x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor) -> ctypes.Structure:
    """Return the arguments of a product's kernel, for up to ROWS rows. They hold addresses, not the tensors: all are
    contiguous, and x, bias and out bfloat16."""
    M, K = x.shape
    N = out.shape[1]
    groups = scales.shape[0] if scales.dim() == 3 else 1
    bias = _zeros(N) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out))
    return _Args(*addresses, M, K, N, K // groups, groups)


@functools.cache
def _zeros(count: int) -> Tensor:
    return torch.zeros(count, dtype=torch.bfloat16)


@compiler.once
def kernel(format: Format) -> compiler.CompiledKernel:
    """Return the kernel of a product. Raises: RuntimeError, OSError if it cannot be compiled."""
    source = int4_ir if format == "int4" else int8_ir
    return compiler.compile_kernel(format, source.product())


def _try_int4() -> bool:
    """Multiply blocks of every number of rows."""
    codes = (torch.arange(3 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(3 * TILE, 128)
    packed, scales_zeros = rounding.pack_tiles(codes), kernels.example(12 * TILE, 1).view(2, 3 * TILE, 2).bfloat16()
    weight = rounding.dequantize_int4(packed, scales_zeros)
    rows = [kernels.example(count, 128).bfloat16() for count in range(1, 2 * int4_ir.ROWS_AT_ONCE)]
    return all(kernels.close(product("int4", x, packed, scales_zeros), x.float() @ weight.t()) for x in rows)


def _try_int8() -> bool:
    """Multiply blocks of every number of rows."""
    weight, scales = rounding.quantize_int8(kernels.example(68, 128))
    exact = rounding.dequantize_int8(weight, scales)
    rows = [kernels.example(count, 128).bfloat16() for count in range(1, 2 * int8_ir.ROWS_AT_ONCE)]
    return all(kernels.close(product("int8", x, weight, scales), x.float() @ exact.t()) for x in rows)
