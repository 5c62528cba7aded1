"""torch's operators for oneDNN: linear layers that also apply GELU or add the residual, and products of
8-bit integers. `one_row` switches oneDNN off for products of a single row, where this is faster.

torch has no public functions for these operators, so each is tried before it is used. GELU and the
residual are applied while the product is still in float32, which saves a pass over the result and a
rounding. M is the number of rows, N the number of outputs, K the number of inputs.
"""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.quantization import cpu
from flashsloth.utils.switched_off import SwitchedOff


@functools.cache
def has_fused_linear(dtype: torch.dtype, rows: int, inner: int, width: int) -> bool:
    """Return whether `linear` and `linear_add` work on this machine in this dtype and are faster than
    two passes. In bfloat16 they are faster on processors that multiply bfloat16, in float32 with AVX2
    or AVX-512.

    Pass the sizes of the largest product of the model, (rows, width) @ (width, inner). The trial
    computes a product of this size, because a smaller one is not split among all threads.
    """
    kind = cpu.cpu_kind()
    is_faster = (
        kind == "avx512_bf16" if dtype == torch.bfloat16 else dtype == torch.float32 and kind != "other"
    )
    return is_faster and cpu.passes(_try_fused, dtype, rows, inner, width)


def is_slow(dtype: torch.dtype) -> bool:
    """Return whether products in this dtype take several times as long as in float32. This is the case
    for bfloat16 on processors with AVX2 but without AVX-512, for which oneDNN has no kernel. Arm
    processors were not measured.
    """
    return dtype == torch.bfloat16 and cpu.cpu_kind() == "avx2"


@functools.cache
def has_amx() -> bool:
    """Return whether torch multiplies matrices of bfloat16 in this processor's tiles (AMX)."""
    return bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())


def linear(x: Tensor, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Tensor:
    """Return x @ weight.T + bias, or with `gelu` the GELU (tanh form) of this sum: (..., K), (N, K),
    (N,) -> (..., N), all of one dtype."""
    after, how = ("gelu", "tanh") if gelu else ("none", "")
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, after, [], how)


def linear_add(x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor) -> Tensor:
    """Return residual + x @ weight.T + bias: (..., K), (N, K), (N,), (..., N) -> (..., N)."""
    return torch.ops.mkldnn._linear_pointwise.binary(x, residual, weight, bias, "add")


def _try_fused(dtype: torch.dtype, rows: int, inner: int, width: int) -> bool:
    x = cpu.example(rows, width)
    weight = cpu.example(inner, width)
    bias = cpu.example(1, inner)[0]
    residual = cpu.example(rows, inner)
    exact = F.linear(x, weight, bias)
    a, w, b, r = (tensor.to(dtype) for tensor in (x, weight, bias, residual))
    actual = (linear(a, w, b), linear(a, w, b, gelu=True), linear_add(a, w, b, r))
    expected = (exact, F.gelu(exact, approximate="tanh"), exact + residual)
    return all(map(cpu.close, actual, expected))


# ---- one row


# switches oneDNN off; products of other threads are slower meanwhile, but correct
_plain_products = SwitchedOff(
    lambda: torch._C._get_mkldnn_enabled(), lambda on: torch._C._set_mkldnn_enabled(on)
)


def one_row(x: Tensor, linear: nn.Module) -> AbstractContextManager[None]:
    """Return a context manager for products of x (M, K) with weights such as those of `linear`. If x is
    a single row, it may switch oneDNN off.

    In bfloat16 the product of a single row takes as long as reading the weight. On processors that
    multiply bfloat16, torch's own loop over the rows of the weight is as exact as oneDNN and reads the
    weight faster. For two rows and more, oneDNN is faster. Processors with AMX were not measured.

    While oneDNN is off, products of other threads are slower, but correct. It is switched off only if
    the weight is bfloat16: products with integer weights would be several times slower.
    """
    bfloat16 = x.dtype == getattr(getattr(linear, "weight", None), "dtype", None) == torch.bfloat16
    plain = bfloat16 and x.shape[0] == 1 and x.device.type == "cpu" and _reads_slowly()
    return _plain_products if plain else nullcontext()


@functools.cache
def _reads_slowly() -> bool:
    return (
        cpu.cpu_kind() == "avx512_bf16" and not has_amx() and hasattr(torch._C, "_set_mkldnn_enabled")
    )


# ---- products of 8-bit integers

ZERO = 128  # the code that represents 0 if codes represent -128 to 127


@functools.cache
def has_int8_linear() -> bool:
    """Return whether `int8_linear` and `int8_linear_gelu` work on this processor and are faster than
    products in 32 bit. Products of 8-bit integers are faster on processors with avx512_vnni, with or
    without AMX."""
    return cpu.cpu_kind() in ("avx512_bf16", "avx512_vnni") and cpu.passes(_try_int8)


def int8_linear(codes: Tensor, weight: Tensor, scales: Tensor, zero: int = ZERO) -> Tensor:
    """Return (codes - zero) @ weight * scales: uint8 (M, K), int8 (K, N) in oneDNN's memory, (N,) ->
    float32 (M, N)."""
    return _int8_product(codes, 1.0, zero, weight, scales, None, ("none", [], ""))


def int8_linear_gelu(
    codes: Tensor, unit: float, weight: Tensor, scales: Tensor, bias: Tensor
) -> Tensor:
    """Return gelu(unit * (codes - ZERO) @ weight * scales + bias), GELU in its tanh form: shapes as
    int8_linear."""
    return _int8_product(codes, unit, ZERO, weight, scales, bias, ("gelu", [], "tanh"))


def _int8_product(
    codes: Tensor,
    unit: float,
    zero: int,
    weight: Tensor,
    scales: Tensor,
    bias: Tensor | None,
    after: Any,
) -> Tensor:
    # The codes are uint8, because oneDNN's implementation for int8 takes a thousand times as long.
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    return torch.ops.onednn.qlinear_pointwise(
        codes, unit, zero, weight, scales.float(), zeros, bias, 1.0, 0, torch.float32, *after
    )


def _try_int8() -> bool:
    """Compare products of the largest possible numbers. They overflow on a processor that adds pairs of
    products in 16 bit."""
    codes = torch.full((3, 144), 255, dtype=torch.uint8)
    codes[:, 1::3] = 0
    weight = torch.full((144, 80), 127, dtype=torch.int8)
    bias = cpu.example(1, 80)[0]
    weight[:, ::2] = -127
    scales = torch.linspace(0.5, 1, 80) / 2**20
    exact = (codes.double() - ZERO) @ weight.double() * scales
    packed = weight.to_mkldnn()
    plain = int8_linear(codes, packed, scales)
    activated = int8_linear_gelu(codes, 0.5, packed, scales, bias)
    expected = F.gelu(exact / 2 + bias, approximate="tanh").float()
    return cpu.close(plain, exact.float()) and cpu.close(activated, expected)
