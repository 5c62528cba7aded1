"""Linear layers whose weights and inputs are rounded to 8 bits, for the processor's products of 8-bit
integers.

Rounding adds an error, so these layers are used only in parts of a model that tolerate it
(presets.Preset.tower). How the inputs are rounded depends on the processor:

- on processors with matrix tiles (AMX), cpp/many.cc rounds the inputs to bfloat16;
- on other processors with fast products of 8-bit integers, the inputs are rounded to 8 bits for oneDNN;
- on all other processors, cpp/int8.cc rounds the inputs to 16 bits. Without compiled kernels the inputs
  are not rounded, and the products are computed in 32 bit.

M is the number of rows, N the number of outputs, K the number of inputs.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from flashsloth.quantization import compiled, onednn, rounding, torch_products
from flashsloth.quantization.cpu import scratch
from flashsloth.quantization.linear import Int8Linear
from flashsloth.quantization.linear_builder import plain_linear

# The code of 0 is GELU_ZERO. Few codes are needed below it, because the results of GELU are at least
# -GELU_LEAST.
GELU_ZERO = 32
GELU_LEAST = 0.1701


class RoundedLinear(Int8Linear):
    """An Int8Linear that also rounds its inputs: each row to 255 steps if `integers` is True, to
    bfloat16 if `in_tiles` is True. If neither is True, it computes like an Int8Linear with inputs in
    float32.

    Args:
        weight: int8 (N, K); oneDNN gets a copy (K, N) in its own memory.
        scales: bfloat16 (N,).
    """

    def __init__(
        self, weight: Tensor, scales: Tensor, bias: Tensor | None, device: torch.device
    ) -> None:
        super().__init__(weight, scales, bias, device, torch.float32)

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        self.in_tiles = cpu and compiled.takes_in_tiles("int8", self.out_features, self.in_features)
        self.integers = cpu and not self.in_tiles and onednn.has_int8_linear()
        if not (self.in_tiles or self.integers):
            super().load_stored(stored, device)
            return
        weight = stored["weight"].to(device)
        self.scales = stored["scales"].to(device)
        # torch's operator qlinear_prepack would reorder the weight, and save up to a tenth of the time
        # of a product. It is not used, because for the weights of a tower (400 MB) it takes 2 s.
        self.weight = weight.t().to_mkldnn() if self.integers else weight.contiguous()

    def stored_tensors(self) -> dict[str, Tensor]:
        weight = self.weight.to_dense().t().contiguous() if self.integers else self.weight
        return {"weight": weight, "scales": self.scales}

    def multiply_in_tiles(
        self, x: Tensor, *, gelu: bool = False, residual: Tensor | None = None
    ) -> Tensor:
        """Return the layer's result, or GELU of the result, plus the residual: bfloat16 (..., K), (...,
        N) -> (..., N)."""
        rows = x.reshape(-1, self.in_features)
        weight = (self.weight, self.scales, self.bias)
        out = compiled.product("int8", rows, *weight, in_tiles=True, gelu=gelu, residual=residual)
        return out.view(*x.shape[:-1], self.out_features)

    def multiply(self, codes: Tensor, units: Tensor) -> Tensor:
        """Return the layer's result, float32 (M, N), for inputs that `round_rows` has rounded."""
        product = onednn.int8_linear(codes, self.weight, self.scales)
        return torch.addcmul(self._bias(), product, units, out=product)

    def multiply_gelu(self, codes: Tensor, unit: float) -> Tensor:
        """Return GELU of the layer's result, float32 (M, N), for inputs that `round_all` has
        rounded."""
        return onednn.int8_linear_gelu(codes, unit, self.weight, self.scales, self._bias())

    def multiply_add_(self, x: Tensor, codes: Tensor, units: Tensor, zero: int = onednn.ZERO) -> None:
        """Add the layer's result to x, float32 (M, N), for inputs that `round_rows` or `round_gelu` has
        rounded."""
        product = onednn.int8_linear(codes, self.weight, self.scales, zero)
        x.addcmul_(product, units).add_(self._bias())

    def _bias(self) -> Tensor:
        return torch.zeros(self.out_features) if self.bias is None else self.bias.float()

    def matmul(self, rows: Tensor) -> Tensor:
        if self.in_tiles:
            return self.multiply_in_tiles(rows.bfloat16())
        if self.integers:
            return self.multiply(*round_rows(rows))
        return self._add_bias(
            torch_products.int8_dequantize(rows, self.weight, self.scales, torch.float32)
        )


def quantize_linear(
    weight: Tensor, bias: Tensor | None, *, device: torch.device, dtype: torch.dtype
) -> RoundedLinear:
    """Return a layer made from a weight (N, K) and a bias (N,). Raises NonFiniteWeights."""
    return RoundedLinear(
        *rounding.quantize_int8(weight), None if bias is None else bias.to(dtype), device
    )


def from_tensors(
    stored: Mapping[str, Tensor], *, device: torch.device, dtype: torch.dtype, rounded: bool
) -> nn.Module:
    """Restore a layer from its weight, scales and bias: a RoundedLinear if `rounded`, otherwise a
    dequantized nn.Linear."""
    bias = stored["bias"].to(device, dtype) if "bias" in stored else None
    if rounded:
        return RoundedLinear(stored["weight"], stored["scales"], bias, device)
    weight = rounding.dequantize_int8(stored["weight"].to(device), stored["scales"].to(device))
    return plain_linear(weight, bias, device, dtype)


def round_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row to 255 steps around 0: (M, K) -> codes uint8, in which 128 stands for 0, and the
    rows' units float32 (M, 1)."""
    x = x.float()
    unit = torch.abs(x, out=_wide(x)).amax(1, keepdim=True).div_(127).clamp_min_(rounding.TINY)
    return _codes(torch.mul(x, unit.reciprocal(), out=_wide(x))), unit


def round_all(x: Tensor) -> tuple[Tensor, float]:
    """Round all rows with one unit, for `onednn.int8_linear_gelu`: (M, K) -> codes uint8, in which 128
    stands for 0, and the unit."""
    x = x.float()
    low, high = torch.aminmax(x)
    unit = torch.maximum(high, -low).div_(127).clamp_min_(rounding.TINY)
    return _codes(torch.mul(x, unit.reciprocal(), out=_wide(x))), unit.item()


def round_gelu(x: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row of GELU's results: float32 (M, K) -> codes uint8, in which GELU_ZERO stands for 0,
    and the rows' units float32 (M, 1)."""
    unit = x.amax(1, keepdim=True).div_(255 - GELU_ZERO).clamp_min_(GELU_LEAST / GELU_ZERO)
    # The offset is a row of equal numbers: with a single number torch is slower here.
    offset = torch.full((x.shape[1],), float(GELU_ZERO - onednn.ZERO))
    return _codes(torch.addcmul(offset, x, unit.reciprocal(), out=_wide(x))), unit


def _wide(x: Tensor) -> Tensor:
    return scratch.take("rounded", tuple(x.shape), torch.float32, x.device)


def _codes(x: Tensor) -> Tensor:
    """Round numbers from -128 to 127 to codes uint8 from 0 to 255. The result is valid until the next
    call."""
    # The numbers are first converted to int8, because torch converts to int8 faster than to uint8.
    codes = scratch.take("codes", tuple(x.shape), torch.int8, x.device).copy_(x.round_())
    return codes.view(torch.uint8).add_(onednn.ZERO)
