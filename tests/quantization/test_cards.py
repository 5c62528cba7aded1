"""Quantized layers on CUDA and MPS as far as it goes without them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

import fake_device
from flashsloth.quantization import bnb, linear_builder, rounding, torch_products
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
    for name in ("has_int4", "has_int8", "has_plain_order"):
        monkeypatch.setattr(torch_products, name, lambda *_: True)
    device = torch.device(kind, 0)
    with fake_device.fake_tensors():
        weight, bias = torch.randn(128, 256, dtype=torch.bfloat16), torch.zeros(128)
        layer = linear_builder.quantize_linear(weight, bias, PRESETS[preset], device=device, dtype=torch.bfloat16)
        assert {tensor.device for tensor in (*layer.buffers(), layer.bias)} == {device}
        assert layer(torch.zeros(3, 256, dtype=torch.bfloat16, device=device)).device == device
    assert set(checked) == {rounded_on}


@pytest.mark.parametrize("group", [32, 64])
def test_a_weight_in_the_order_of_mps_is_dequantized(group: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its packing exchanges the halves of bytes (aten/src/ATen/native/mps/kernels/Quantized.metal)."""

    def packed_by_mps(pairs: torch.Tensor, inner: int) -> torch.Tensor:
        return (pairs << 4 | pairs >> 4).view(torch.int32).view(len(pairs) // 8, -1, 32, inner // 2)

    monkeypatch.setattr(torch, "_convert_weight_to_int4pack", packed_by_mps)
    weight, scales_zeros = rounding.quantize_int4(torch.randn(192, 320), group)
    exact, x = rounding.dequantize_int4(weight, scales_zeros), torch.randn(40, 320)
    monkeypatch.setattr(torch_products, "has_int4", lambda device: True)
    packed = torch_products._pack_for_card(rounding.unpack_tiles(weight))  # private: pack_int4 asks for a card
    for piece in (1, 2**20):
        monkeypatch.setattr(torch_products, "PIECE", piece)
        for order in (packed, weight):  # the latter without a kernel
            found = torch_products.int4_dequantize_on_card(x, order, scales_zeros)
            assert torch.allclose(found, x @ exact.t(), rtol=1e-4, atol=1e-4)
    assert torch_products.has_plain_order.__wrapped__(torch.device("cpu"))
    assert torch_products.int4_dequantize_from(torch.device("cuda")) == torch_products.NEVER
    monkeypatch.setattr(torch_products, "has_plain_order", lambda device: True)
    assert torch_products.int4_dequantize_from(torch.device("mps")) == 32
    with pytest.raises(TypeError, match="cannot be stored"):
        torch_products.unpack_int4(packed)
