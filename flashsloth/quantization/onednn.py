"""Linear layers with what follows them in one pass: torch's oneDNN operators, which have no public function.

An operator applies GELU or adds the residual while the product is still in 32 bit, so it saves a pass over the result
and a rounding. Each is tried before it is used, as in kernels.py.
"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.quantization import kernels


@functools.cache
def has_fused_linear(dtype: torch.dtype) -> bool:
    """Return whether `linear`, `linear_gelu` and `linear_add` work in this dtype on this processor, and pay.

    bfloat16 pays where the processor multiplies it; float32 with AVX2 and AVX-512.
    """
    kind = kernels.cpu_kind()
    pays = kind == "avx512_bf16" if dtype == torch.bfloat16 else dtype == torch.float32 and kind != "other"
    return pays and kernels.passes(_try_fused, dtype)


@functools.cache
def has_amx() -> bool:
    """Return whether torch multiplies matrices of bfloat16 in this processor's tiles (AMX)."""
    return bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return x @ weight.T + bias: (..., K), (N, K), (N,) -> (..., N), all of one dtype."""
    out: Tensor = _operator()(x, weight, bias, "none", [], "")
    return out


def linear_gelu(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return gelu(x @ weight.T + bias) with GELU's tanh form: (..., K), (N, K), (N,) -> (..., N)."""
    out: Tensor = _operator()(x, weight, bias, "gelu", [], "tanh")
    return out


def linear_add(x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor) -> Tensor:
    """Return residual + x @ weight.T + bias: (..., K), (N, K), (N,), (..., N) -> (..., N)."""
    out: Tensor = _operator().binary(x, residual, weight, bias, "add")
    return out


def _operator() -> Any:
    return torch.ops.mkldnn._linear_pointwise


def _try_fused(dtype: torch.dtype) -> bool:
    x, weight, bias = kernels.example(3, 128), kernels.example(64, 128), kernels.example(1, 64)[0]
    residual = kernels.example(3, 64)
    exact = F.linear(x, weight, bias)
    a, w, b, r = (tensor.to(dtype) for tensor in (x, weight, bias, residual))
    pairs = (
        (linear(a, w, b), exact),
        (linear_gelu(a, w, b), F.gelu(exact, approximate="tanh")),
        (linear_add(a, w, b, r), exact + residual),
    )
    return all(kernels.close(actual, expected) for actual, expected in pairs)
