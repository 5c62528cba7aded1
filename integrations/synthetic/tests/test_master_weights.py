"""AdamW with float32 masters, and the fast modules, which compute the same numbers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers.activations import NewGELUActivation
from transformers.models.phi import modeling_phi
from transformers.models.siglip import modeling_siglip

import tiny
from flashsloth_synthetic.master_weights import (
    BETAS,
    CHUNK,
    PLAIN,
    MasterWeightAdamW,
    TanhGelu,
    plain_attention,
    use_fast_modules,
)
from training.test_loss import batch, learn

STEPS = 6


def parameters(seed: int = 0) -> list[nn.Parameter]:
    random = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=random)) for shape in ((5, 7), (7,), (3, 4))]


def groups(params: list[nn.Parameter]) -> list[dict[str, Any]]:
    """Parameter groups as the Trainer makes them: matrices decay, vectors do not."""
    return [
        {"params": [p for p in params if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in params if p.dim() == 1], "weight_decay": 0.0},
    ]


def give_gradients(params: list[nn.Parameter], step: int) -> None:
    random = torch.Generator().manual_seed(1000 + step)
    for parameter in params:
        parameter.grad = torch.randn(parameter.shape, generator=random).to(parameter.dtype)


def take_steps(optimizer: Any, params: list[nn.Parameter], steps: range) -> None:
    for step in steps:
        give_gradients(params, step)
        optimizer.step()


# The optimizer


def test_masters_keep_updates_that_bfloat16_would_lose() -> None:
    weight = nn.Parameter(torch.ones(4))
    optimizer = MasterWeightAdamW([weight], lr=1e-4, dtype=torch.bfloat16)
    assert weight.dtype == torch.bfloat16
    for _ in range(20):
        weight.grad = torch.ones(4, dtype=torch.bfloat16)
        optimizer.step()
    master = optimizer.masters[weight]
    torch.testing.assert_close(master, torch.full((4,), 1 - 20e-4), rtol=0, atol=2e-5)
    assert torch.equal(weight, master.bfloat16())
    optimizer.restore()
    assert weight.dtype == torch.float32
    assert torch.equal(weight, master)


def test_float32_masters_are_adamw() -> None:
    """With the rates of the schedule."""
    ours, theirs = parameters(), parameters()
    mine: Any = MasterWeightAdamW(groups(ours), lr=0.05, dtype=torch.float32)
    plain = AdamW(groups(theirs), lr=0.05, betas=BETAS, fused=True)
    for params, optimizer in ((ours, mine), (theirs, plain)):
        schedule = LambdaLR(optimizer, lambda step: 1 / (1 + step))
        for step in range(STEPS):
            take_steps(optimizer, params, range(step, step + 1))
            schedule.step()
    assert [group["lr"] for group in mine.inner.param_groups] == [pytest.approx(0.05 / STEPS)] * 2
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_saved_and_loaded(dtype: torch.dtype, tmp_path: Path) -> None:
    """Resuming from masters and state is bitwise exact."""
    calm = parameters()
    whole = MasterWeightAdamW(groups(calm), lr=0.02, dtype=dtype)
    take_steps(whole, calm, range(STEPS))

    first = parameters()
    first_half = MasterWeightAdamW(groups(first), lr=0.02, dtype=dtype)
    take_steps(first_half, first, range(STEPS // 2))
    torch.save(
        [first_half.state_dict(), [first_half.masters[p].detach() for p in first]],
        tmp_path / "saved.pt",
    )

    state, kept = torch.load(tmp_path / "saved.pt", weights_only=True)
    second = [nn.Parameter(master) for master in kept]
    again = MasterWeightAdamW(groups(second), lr=7.0, dtype=dtype)
    again.load_state_dict(state)
    assert [group["lr"] for group in again.param_groups] == [0.02] * 2
    take_steps(again, second, range(STEPS // 2, STEPS))
    assert all(torch.equal(a, b) for a, b in zip(calm, second, strict=True))
    for before, after in zip(calm, second, strict=True):
        assert torch.equal(whole.masters[before], again.masters[after])


# Equal modules


def attend(function: Any, module: Any, inputs: tuple[Tensor, ...], mask: Tensor | None) -> list[Tensor]:
    """Return the output of attention, and the gradients of its inputs."""
    q, k, v = (x.clone().requires_grad_(True) for x in inputs)
    out = function(module, q, k, v, mask, scaling=q.shape[-1] ** -0.5, dropout=0.0)[0]
    weights = torch.linspace(-1, 1, out.numel()).view_as(out)
    (out * weights).sum().backward()
    assert q.grad is not None
    assert k.grad is not None
    assert v.grad is not None
    return [out.detach(), q.grad, k.grad, v.grad]


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("shape", [(3, 2 * CHUNK // 3, 9, 8), (1, 2, 1, 4)])
def test_plain_attention_is_eager_attention(shape: tuple[int, int, int, int], causal: bool) -> None:
    random = torch.Generator().manual_seed(sum(shape))
    inputs = tuple(torch.randn(shape, generator=random) for _ in range(3))
    T = shape[2]
    mask = torch.full((1, 1, T, T), -torch.inf).triu(1) if causal else None
    theirs = modeling_phi if causal else modeling_siglip
    module = SimpleNamespace(is_causal=causal, num_key_value_groups=1, training=True)
    results = attend(plain_attention, module, inputs, None)
    expected = attend(theirs.eager_attention_forward, module, inputs, mask)
    for ours, eager in zip(results, expected, strict=True):
        torch.testing.assert_close(ours, eager, rtol=0, atol=1e-5)


def test_a_padded_batch_needs_no_mask() -> None:
    """Loss and gradients with fast modules are those with masks."""
    inputs = batch((True, False, True))
    assert 0 in inputs["attention_mask"]
    slow, quick = (tiny.model().requires_grad_(True) for _ in range(2))
    use_fast_modules(quick, torch.device("cpu"))
    wanted, expected = learn(slow, inputs)
    loss, gradients = learn(quick, inputs)
    torch.testing.assert_close(loss, wanted, rtol=0, atol=1e-6)
    assert gradients.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(
            gradients[name], gradient, rtol=1e-5, atol=1e-5, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_replaced_modules() -> None:
    model: Any = tiny.model()
    names = list(model.state_dict())
    use_fast_modules(model, torch.device("cpu"))
    kinds = {type(module) for module in model.modules()}
    assert TanhGelu in kinds
    assert NewGELUActivation not in kinds
    assert not any(isinstance(module, nn.Dropout) and not module.p for module in model.modules())
    assert list(model.state_dict()) == names
    for config in (model.model.language_model.config, model.model.vision_tower.config):
        assert config._attn_implementation == PLAIN


def test_attention_with_dropout_is_not_replaced() -> None:
    model: Any = tiny.model(config=tiny.config(text={"attention_dropout": 0.1}))
    use_fast_modules(model, torch.device("cpu"))
    assert model.model.language_model.config._attn_implementation != PLAIN
