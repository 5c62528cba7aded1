"""Quantized layers on CUDA and MPS as far as it goes without them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import fake_device
from flashsloth import quantization
from flashsloth.quantization import PRESETS, bnb, card_kernels, kernels, rounding

SECOND = torch.device("cuda", 1)


@pytest.mark.parametrize(("kernel_ms", "dequantized_ms"), [(1.0, 2.0), (2.0, 1.0)])
def test_int8_on_cuda_takes_the_quicker_way(
    kernel_ms: float, dequantized_ms: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For one row. Both are timed on the device of the weight, not on the current one."""
    current: list[torch.device] = []
    took: list[float] = []
    ones = torch.ones

    @contextlib.contextmanager
    def device_guard(device: torch.device) -> Iterator[None]:
        current.append(device)
        yield
        current.pop()

    def milliseconds(run: Any) -> float:
        assert current == [SECOND]
        run()
        return took.pop()

    monkeypatch.setattr(kernels, "int8_kernel", lambda *_: took.append(kernel_ms))
    monkeypatch.setattr(kernels, "int8_dequantize", lambda *_: took.append(dequantized_ms))
    monkeypatch.setattr(torch, "ones", lambda *shape, dtype, device: ones(1, dtype=dtype))
    monkeypatch.setattr(torch.cuda, "device", device_guard)
    monkeypatch.setattr(card_kernels, "_milliseconds", milliseconds)
    found = card_kernels.int8_dequantize_from.__wrapped__(SECOND, torch.bfloat16)
    assert found == (kernels.ALWAYS if dequantized_ms < kernel_ms else card_kernels.INT8_DEQUANTIZE_FROM)


def test_int8_on_mps_is_never_multiplied_out() -> None:
    assert card_kernels.int8_dequantize_from.__wrapped__(torch.device("mps"), torch.bfloat16) == kernels.NEVER


@pytest.mark.parametrize(("n", "fits"), [(32, True), (48, False), (64, True)])
def test_int8_outputs_are_multiples_of_32_for_mps(n: int, fits: bool) -> None:
    assert quantization.fits(PRESETS["int8"], n, 64) is fits


def test_bitsandbytes_downloads_nothing_on_mps() -> None:
    module = SimpleNamespace(_kernel_load_failed=False)
    bnb.refuse_download(module)
    assert module._kernel_load_failed is True
    with pytest.raises(AttributeError):
        bnb.refuse_download(SimpleNamespace())


@pytest.mark.parametrize(("kind", "rounded_on"), [("cuda", "cuda"), ("mps", "cpu")])
@pytest.mark.parametrize("preset", ["int4", "int8"])
def test_weights_are_rounded_on_cuda(kind: str, rounded_on: str, preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weight on the processor becomes a layer on the card, and no operation mixes the two."""
    checked: list[str] = []

    def check_finite(weight: torch.Tensor) -> torch.Tensor:
        checked.append(weight.device.type)
        return weight

    monkeypatch.setattr(rounding, "check_finite", check_finite)
    for name in ("has_int4", "has_int8"):
        monkeypatch.setattr(kernels, name, lambda *_: True)
    monkeypatch.setattr(card_kernels, "int8_dequantize_from", lambda *_: 8)
    device = torch.device(kind, 0)
    with fake_device.fake_tensors():
        weight, bias = torch.randn(128, 256, dtype=torch.bfloat16), torch.zeros(128)
        layer = quantization.quantize_linear(weight, bias, PRESETS[preset], device=device, dtype=torch.bfloat16)
        assert {tensor.device for tensor in (*layer.buffers(), layer.bias)} == {device}
        assert layer(torch.zeros(3, 256, dtype=torch.bfloat16, device=device)).device == device
    assert set(checked) == {rounded_on}
