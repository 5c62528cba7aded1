"""GPTQ: errors are compensated for the inputs that were measured, in the format of int4."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from flashsloth.errors import NonFiniteWeights
from flashsloth.quantization import gptq, rounding
from flashsloth.quantization.linear import Int4Linear

N, K = 128, 256


@pytest.fixture
def weight() -> Tensor:
    return torch.randn(N, K, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def inputs() -> Tensor:
    """Inputs (1024, K) that depend on each other, of which one in each 64 is 30 times larger."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(1024, K, generator=generator) @ torch.randn(K, K, generator=generator)
    x[:, ::64] *= 30
    return x


def moments(x: Tensor, group: int = 64) -> list[Tensor]:
    return [block.T @ block for block in gptq.split_columns(x, group)]


def error(weight: Tensor, tensors: tuple[Tensor, Tensor], x: Tensor) -> float:
    return float((x @ (rounding.dequantize_int4(*tensors) - weight).T).square().mean().sqrt())


@pytest.mark.parametrize("group", [32, 64])
def test_outputs_change_less(weight: Tensor, inputs: Tensor, group: int) -> None:
    """Than with the importances alone, which change them less than if all columns count alike."""
    measured = rounding.quantize_int4(weight, group, inputs.square().mean(0))
    found = gptq.quantize_int4(weight, group, moments(inputs, group))
    assert error(weight, found, inputs) < 0.85 * error(weight, measured, inputs)
    assert [(x.shape, x.dtype) for x in found] == [(x.shape, x.dtype) for x in measured]


def test_blocks_of_columns(weight: Tensor, inputs: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors are compensated within a block. Blocks consist of whole groups, and need not be equal."""
    whole = error(weight, gptq.quantize_int4(weight, 64, moments(inputs)), inputs)
    monkeypatch.setattr(gptq, "BLOCK", 192)
    parts = moments(inputs)
    assert [len(part) for part in parts] == [128, 128]
    split = error(weight, gptq.quantize_int4(weight, 64, parts), inputs)
    alone = error(weight, rounding.quantize_int4(weight, 64, inputs.square().mean(0)), inputs)
    assert whole < split < alone
    monkeypatch.setattr(gptq, "BLOCK", 100)
    assert [len(part) for part in moments(inputs)] == [64] * 4
    assert [len(part) for part in moments(torch.ones(4, 96), 32)] == [96]


def test_independent_inputs_compensate_nothing(weight: Tensor) -> None:
    """Show that moments with only a diagonal give the same bytes as the importances."""
    squares = torch.rand(K, generator=torch.Generator().manual_seed(2)) + 0.1
    found = gptq.quantize_int4(weight, 64, [torch.diag(squares)])
    expected = rounding.quantize_int4(weight, 64, squares)
    assert torch.equal(found[0], expected[0])
    assert torch.equal(found[1], expected[1])


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_moments_that_say_nothing(weight: Tensor, value: float) -> None:
    """Of inputs that are always 0, or that overflow."""
    found = gptq.quantize_int4(weight, 64, [torch.full((K, K), value)])
    assert all(map(torch.equal, found, rounding.quantize_int4(weight, 64)))


def test_dead_columns(weight: Tensor, inputs: Tensor) -> None:
    """Their weights are kept: other data may have inputs there."""
    inputs[:, 10:20] = 0
    inputs[:, 100:164] = 0  # more than a group
    found = rounding.dequantize_int4(*gptq.quantize_int4(weight, 64, moments(inputs)))
    changes = (found - weight).square().mean(0).sqrt()
    assert torch.cat((changes[10:20], changes[100:164])).max() < 0.5


def test_the_damping_grows_until_the_moments_can_be_inverted(weight: Tensor) -> None:
    """Sums of many numbers may round to a matrix that no inputs have."""
    indefinite = torch.eye(K)
    indefinite[0, 1] = indefinite[1, 0] = 2
    assert not torch.equal(gptq._compensation(indefinite), torch.eye(K))
    indefinite[0, 1] = indefinite[1, 0] = 1000
    assert torch.equal(gptq._compensation(indefinite), torch.eye(K))
    found = gptq.quantize_int4(weight, 64, [indefinite])
    assert all(map(torch.equal, found, rounding.quantize_int4(weight, 64)))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite(weight: Tensor, inputs: Tensor, value: float) -> None:
    weight[5, 200] = value
    with pytest.raises(NonFiniteWeights):
        gptq.quantize_int4(weight, 64, moments(inputs))


def test_a_weight_of_16_bits_is_left_as_it_is(weight: Tensor, inputs: Tensor) -> None:
    narrow = weight.bfloat16()
    before = narrow.clone()
    tensors = gptq.quantize_int4(narrow, 64, moments(inputs))
    assert torch.equal(narrow, before)
    linear = Int4Linear(*tensors, None, torch.device("cpu"))
    expected = inputs[:8] @ rounding.dequantize_int4(*tensors).T
    torch.testing.assert_close(
        linear(inputs[:8]), expected, rtol=0.05, atol=0.05 * float(expected.std())
    )
