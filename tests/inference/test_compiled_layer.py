"""A step of a whole layer in one call, beside its parts, and which layers have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from flashsloth.inference import compiled_step
from flashsloth.inference.compiled_step import CompiledStep
from flashsloth.inference.layer_core import Attend, Gate, LayerCore, Part
from flashsloth.inference.packed_layers import PhiLayer, RmsNorm
from flashsloth.quantization import compiler
from flashsloth.quantization.linear import Int4Linear, Int8Linear
from flashsloth.quantization.rounding import quantize_int4, quantize_int8

H, HEAD_DIM, MLP, ROTARY = 4, 32, 192, 12
D = H * HEAD_DIM
CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("each_set")


def random(*shape: int, seed: int = 0, spread: float = 1.0) -> Tensor:
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(seed + sum(shape))) * spread).bfloat16()


def int4(n: int, k: int) -> nn.Module:
    return Int4Linear(*quantize_int4(random(n, k, spread=0.05).float(), 64), random(n, spread=0.3), CPU)


def int8(n: int, k: int) -> nn.Module:
    return Int8Linear(*quantize_int8(random(n, k, spread=0.05).float()), random(n, spread=0.3), CPU, torch.bfloat16)


def make_layer(kind: Callable[[int, int], nn.Module] = int4) -> PhiLayer:
    norm = nn.LayerNorm(D, eps=1e-3, dtype=torch.bfloat16)
    norm.weight.data, norm.bias.data = random(D), random(D, seed=1)
    products = {"inner": kind(3 * D + MLP, D), "outer": kind(D, D + MLP)}
    return PhiLayer(SimpleNamespace(input_layernorm=norm), products).requires_grad_(False)


def make_step(lengths: Sequence[int]) -> CompiledStep:
    B = len(lengths)
    cos, sin = random(B, 1, 1, 2, ROTARY // 2), random(B, 1, 1, 2, ROTARY // 2, seed=1)
    return CompiledStep((cos, sin), random(3, 2, B, H, 64, HEAD_DIM), lengths)


def whole(layer: PhiLayer, x: Tensor, step: CompiledStep) -> Tensor | None:
    return step.whole_part(1, x, Part(layer.norm, layer.inner, layer.outer, Attend()))


def of_parts(layer: PhiLayer, x: Tensor, step: CompiledStep) -> Tensor:
    out: Tensor = x + layer.outer(step.between(1, layer.inner(layer.norm(x)), Attend()))
    return out


of_each_kind = pytest.mark.parametrize("kind", [int4, int8])
of_some_rows = pytest.mark.parametrize("lengths", [[9], [3, 17, 16, 5, 5, 0, 60, 1]], ids=["one", "eight"])


@of_each_kind
@of_some_rows
def test_a_layer(kind: Callable[[int, int], nn.Module], lengths: list[int]) -> None:
    layer, step, x = make_layer(kind), make_step(lengths), random(len(lengths), D)
    parts = make_step(lengths)
    want = of_parts(layer, x, parts).float()
    for found in (whole(layer, x, step), layer(x, 1, step)):
        assert found is not None
        assert (found.float() - want).norm() <= 2**-8 * want.norm()
    torch.testing.assert_close(step.pairs, parts.pairs, rtol=0, atol=0.05)


def test_which_layers_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their parts are computed one after another."""
    x, step = random(1, D), make_step([3])
    wide_norm, wide_bias, plain = make_layer(), make_layer(), make_layer()
    wide_norm.norm.float()
    wide_bias.outer.bias = wide_bias.outer.bias.float()
    plain.outer = nn.Linear(D + MLP, D, dtype=torch.bfloat16)
    for layer in (wide_norm, wide_bias, plain):
        assert whole(layer, x, step) is None
    assert whole(make_layer(), x, step) is not None
    # private: no processor here fails its trial
    monkeypatch.setattr(compiled_step, "_try_layer", lambda _: False)
    assert whole(make_layer(), x, step) is None
    # private: what it remembers of the trial
    compiler._can_once.cache_clear()


def gated_parts(kind: Callable[[int, int], nn.Module]) -> list[Part]:
    """Return the halves of a layer whose four heads of queries read two of keys."""
    norms = [RmsNorm(SimpleNamespace(weight=random(n, seed=n), variance_epsilon=1e-3)) for n in (D, HEAD_DIM)]
    attend = Attend((norms[1], norms[1]))
    attention = Part(norms[0], kind(2 * D, D), kind(D, D), attend)
    return [attention, Part(norms[0], kind(2 * MLP, D), kind(D, MLP), Gate(nn.SiLU()))]


@of_each_kind
@of_some_rows
def test_halves_of_a_gated_layer(kind: Callable[[int, int], nn.Module], lengths: list[int]) -> None:
    B = len(lengths)
    angles = random(B, 1, 1, 2, HEAD_DIM // 2), random(B, 1, 1, 2, HEAD_DIM // 2, seed=1)
    step, parts = (CompiledStep(angles, random(3, 2, B, H // 2, 64, HEAD_DIM), lengths, H) for _ in range(2))
    x = random(B, D)
    for part in gated_parts(kind):
        want = LayerCore.part(parts, 1, x, part)
        found = step.whole_part(1, x, part)
        assert found is not None
        assert torch.equal(step.part(1, x, part), found)
        assert (found - want).float().norm() <= 2**-8 * want.float().norm()
        x = want
    torch.testing.assert_close(step.pairs, parts.pairs, rtol=0, atol=0.05)


def test_other_gates_have_none() -> None:
    part = gated_parts(int4)[1]
    assert make_step([3]).whole_part(1, random(1, D), part._replace(between=Gate(nn.GELU()))) is None
