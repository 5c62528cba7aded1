"""GELU of many rows beside their context."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.inference import compiled_prefill
from flashsloth.quantization import compiler

WIDTH = 48


def packed(dtype: torch.dtype, more: int = 0) -> tuple[Tensor, Tensor]:
    """Return a context, and what GELU is applied to, as a part of wider rows; two of its rows are not finite."""
    rows = torch.randn(37, 2 * WIDTH + more, generator=torch.Generator().manual_seed(0)).mul(4)
    rows[3, -1], rows[5] = torch.nan, torch.inf
    return torch.randn(37, 20).to(dtype), rows.to(dtype)[:, WIDTH:]


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_gelu_beside_the_context(dtype: torch.dtype, more: int) -> None:
    """As exact as its result can be, also for a width that fills no register."""
    context, x = packed(dtype, more)
    found, exact = compiled_prefill.with_gelu(context, x), F.gelu(x.double(), approximate="tanh")
    assert found.dtype == dtype
    assert torch.equal(found[:, :20], context)
    near = found[:, 20:].double()
    assert torch.equal(near.isnan(), exact.isnan())
    assert torch.allclose(near, exact, rtol=2**-8 if dtype == torch.bfloat16 else 1e-6, atol=1e-6, equal_nan=True)


def test_without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    context, x = packed(torch.bfloat16)
    found = compiled_prefill.with_gelu(context, x)
    monkeypatch.setattr(compiler, "can", lambda *_: False)
    by_torch = compiled_prefill.with_gelu(context, x)
    assert torch.allclose(found.float(), by_torch.float(), rtol=2**-7, atol=1e-6, equal_nan=True)
