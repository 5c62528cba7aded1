"""Quantized layers on CUDA and MPS as far as it goes without them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

import fake_device
from flashsloth.quantization import bnb, kernels, linear_builder, rounding
from flashsloth.quantization.presets import PRESETS


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
    device = torch.device(kind, 0)
    with fake_device.fake_tensors():
        weight, bias = torch.randn(128, 256, dtype=torch.bfloat16), torch.zeros(128)
        layer = linear_builder.quantize_linear(weight, bias, PRESETS[preset], device=device, dtype=torch.bfloat16)
        assert {tensor.device for tensor in (*layer.buffers(), layer.bias)} == {device}
        assert layer(torch.zeros(3, 256, dtype=torch.bfloat16, device=device)).device == device
    assert set(checked) == {rounded_on}
