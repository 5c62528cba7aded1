"""Linear layers whose weights and inputs have 8 bits: the product of integers, and what replaces it
elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.quantization import compiled, cpu, linear, rounding, torch_products
from flashsloth.quantization.linear import RoundedLinear
from flashsloth.quantization.presets import PRESETS

from .test_linear import random, relative

CPU = torch.device("cpu")
N, K = 80, 144
HAS_TILES = compiled.takes_in_tiles("int8", N, K)
needs_integers = pytest.mark.skipif(
    not torch_products.has_int8_linear(), reason="this processor has no products of 8 bits"
)


@pytest.fixture(autouse=True)
def rounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pretend a processor without tiles."""
    monkeypatch.setattr(compiled, "takes_in_tiles", lambda *_: False)
    with torch.inference_mode():
        yield


def layer() -> RoundedLinear:
    return RoundedLinear(*rounding.quantize_int8(random(N, K)), random(N, seed=1), CPU)


def weight_of(module: RoundedLinear) -> Tensor:
    return rounding.dequantize_int8(module.stored_tensors()["weight"], module.scales)


@pytest.mark.parametrize("rounding_of", [linear.round_rows, linear.round_all])
def test_inputs_are_rounded_to_nearest(rounding_of: object) -> None:
    x = random(7, K) * torch.logspace(-3, 3, 7)[:, None]
    codes, units = rounding_of(x)  # type: ignore[operator]
    restored = (codes.float() - torch_products.ZERO) * units
    assert codes.dtype == torch.uint8
    assert ((restored - x).abs() <= torch.as_tensor(units) * 0.5001).all()


def test_results_of_gelu_are_rounded_to_nearest() -> None:
    x = F.gelu(
        torch.cat((random(5, K) * 4, torch.linspace(-3, 0, K)[None], torch.zeros(1, K))),
        approximate="tanh",
    )
    codes, units = linear.round_gelu(x)
    restored = (codes.float() - linear.GELU_ZERO) * units
    assert ((restored - x).abs() <= units * 0.501).all()


@needs_integers
def test_adding_to_a_residual_is_exact() -> None:
    """The only errors are the rounding of the weight and of the inputs."""
    module, x = layer(), random(9, K)
    codes, units = (t.clone() for t in linear.round_rows(x))
    rows = (codes.double() - torch_products.ZERO) * units.double()
    exact = rows @ weight_of(module).double().t() + module.bias.double()
    residual = random(9, N, seed=2)
    added = residual.clone()
    module.multiply_add_(added, codes, units)
    assert relative(added, exact + residual) < 1e-6


@needs_integers
def test_gelu_in_the_product() -> None:
    module, x = layer(), random(9, K)
    codes, unit = linear.round_all(x)
    rows = (codes.double() - torch_products.ZERO) * unit
    exact = F.gelu(rows @ weight_of(module).double().t() + module.bias.double(), approximate="tanh")
    assert relative(module.multiply_gelu(codes, unit), exact) < 1e-5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_without_the_kernel_the_weight_is_dequantized(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_products, "has_int8_linear", lambda: False)
    monkeypatch.setattr(compiled, "takes", lambda *_: False)
    module, x = layer(), random(2, 3, K).to(dtype)
    expected = F.linear(x.float(), weight_of(module), module.bias)
    actual = module(x)
    assert (module.integers, actual.dtype, actual.shape) == (False, dtype, (2, 3, N))
    assert relative(actual, expected) < (1e-6 if dtype == torch.float32 else 0.01)


def restored(device: torch.device) -> tuple[dict[str, Tensor], nn.Module]:
    weight, scales = rounding.quantize_int8(random(N, K))
    stored = {"weight": weight, "scales": scales, "bias": random(N, seed=1).bfloat16()}
    options = {"device": device, "dtype": torch.float32, "part": "tower"}
    return stored, linear.from_tensors(stored, PRESETS["int4"], **options)


@pytest.mark.parametrize("in_tiles", [True, False])
def test_restored(in_tiles: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "takes_in_tiles", lambda *_: in_tiles and HAS_TILES)
    stored, module = restored(CPU)
    assert isinstance(module, RoundedLinear)
    x = random(3, K)
    assert relative(module(x), layer()(x)) < 0.02
    assert module.in_tiles == (in_tiles and HAS_TILES)
    assert torch.equal(module.stored_tensors()["weight"], stored["weight"])
    plain = RoundedLinear(stored["weight"], stored["scales"], None, CPU)
    assert relative(plain(x) + stored["bias"], module(x)) < 0.01


def test_restored_on_another_device() -> None:
    """Dequantized, as only CPUs compute with 8 bits here. tests/card compares what it computes."""
    _, module = restored(torch.device("meta"))
    assert type(module) is nn.Linear
    assert (module.weight.dtype, module.weight.shape) == (torch.float32, (N, K))


def test_a_kernel_that_overflows_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def saturating(
        codes: Tensor, weight: Tensor, scales: Tensor, zero: int = torch_products.ZERO
    ) -> Tensor:
        return torch.zeros(codes.shape[0], len(scales))

    monkeypatch.setattr(torch_products, "int8_linear", saturating)
    # private: the trial itself, which a good processor passes
    assert not cpu.passes(torch_products._try_int8_linear)


@pytest.mark.parametrize(
    ("kind", "uses"),
    [
        ("avx2", False),
        ("avx512", False),
        ("other", False),
        ("avx512_vnni", True),
        ("avx512_bf16", True),
    ],
)
def test_processors_that_use_it(kind: str, uses: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on processors with AMX."""
    monkeypatch.setattr(cpu, "cpu_kind", lambda: kind)
    monkeypatch.setattr(torch_products, "has_amx", lambda: True)
    monkeypatch.setattr(cpu, "passes", lambda *_: True)
    assert torch_products.has_int8_linear.__wrapped__() is uses
