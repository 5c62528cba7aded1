"""GELU and rotary embeddings of many rows, by kernels and by torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.inference import compiled_prefill
from flashsloth.quantization import compiled

WIDTH = 64


def packed(dtype: torch.dtype, more: int = 0) -> tuple[Tensor, Tensor]:
    """Return a context, and what GELU is applied to, as a part of wider rows; two of its rows are not
    finite."""
    rows = torch.randn(37, 2 * WIDTH + more, generator=torch.Generator().manual_seed(0)).mul(4)
    rows[3, -1], rows[5] = torch.nan, torch.inf
    return torch.randn(37, 20).to(dtype), rows.to(dtype)[:, WIDTH:]


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_gelu_beside_the_context(dtype: torch.dtype, more: int) -> None:
    """As exact as its result can be, also for a width that fills no register."""
    context, x = packed(dtype, more)
    if dtype == torch.bfloat16 and compiled.instruction_set() is not None:
        # private: results are nearly the same
        assert compiled_prefill._takes(x, x.shape[1]) == (more == 0)
    found, exact = compiled_prefill.with_gelu(context, x), F.gelu(x.double(), approximate="tanh")
    assert found.dtype == dtype
    assert torch.equal(found[:, :20], context)
    near = found[:, 20:].double()
    assert torch.equal(near.isnan(), exact.isnan())
    assert torch.allclose(
        near, exact, rtol=2**-8 if dtype == torch.bfloat16 else 1e-6, atol=1e-6, equal_nan=True
    )


def test_without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    context, x = packed(torch.bfloat16)
    found = compiled_prefill.with_gelu(context, x)
    monkeypatch.setattr(compiled, "can", lambda *_: False)
    by_torch = compiled_prefill.with_gelu(context, x)
    assert torch.allclose(found.float(), by_torch.float(), rtol=2**-7, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("dims", [32, 24])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("heads", [1, 5])
def test_rotary_embeddings(heads: int, dtype: torch.dtype, dims: int) -> None:
    """Of some heads of wider rows; the rest stays as it is. Rounded once."""
    rows = torch.randn(37, 7 * 48, generator=torch.Generator().manual_seed(0)).to(dtype)
    angles = torch.randn(2, 37, dims // 2, generator=torch.Generator().manual_seed(1)).to(dtype)
    cos, sin = angles[0], angles[1]
    turned = rows.clone()
    both = torch.stack((torch.stack((cos, cos), 1), torch.stack((-sin, sin), 1)))[:, :, None, None]
    compiled_prefill.rotate_(turned.view(37, 7, 48)[:, 1 : 1 + heads], *both)
    exact = rows.double().view(37, 7, 48)
    a, b = exact[:, 1 : 1 + heads, :dims].clone().chunk(2, -1)
    exact[:, 1 : 1 + heads, :dims] = torch.cat(
        (a * cos[:, None] - b * sin[:, None], b * cos[:, None] + a * sin[:, None]), -1
    )
    # private: as above
    by_kernel = dtype == torch.bfloat16 and compiled.can(compiled_prefill._try_rotate, 48, dims)
    assert by_kernel == (dtype == torch.bfloat16 and compiled.instruction_set() is not None)
    most = 2**-8 if by_kernel else 2**-6 if dtype == torch.bfloat16 else 1e-5
    assert (turned.double() - exact.view(37, -1)).abs().max() <= most * exact.abs().max()
    kept = torch.ones(7, 48, dtype=torch.bool)
    kept[1 : 1 + heads, :dims] = False
    assert torch.equal(turned.view(37, 7, 48)[:, kept], rows.view(37, 7, 48)[:, kept])
