"""Linear layers with weights of 4 or 8 bits: quantize a weight, return a layer's tensors to save them,
restore a layer from its tensors. Weights and scales are buffers, not parameters.

M is the number of rows, N the number of outputs, K the number of inputs.

A RoundedLinear also rounds its inputs, for the processor's products of 8-bit integers. This adds an
error, so such layers are used only in parts of a model that tolerate it (presets.Preset.tower). How the
inputs are rounded depends on the processor:

- on processors with matrix tiles (AMX), cpp/many.cc rounds the inputs to bfloat16;
- on other processors with fast products of 8-bit integers, the inputs are rounded to 8 bits for oneDNN;
- on all other processors, cpp/int8.cc rounds the inputs to 16 bits. Without compiled kernels the inputs
  are not rounded, and the products are computed in 32 bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ctypes import Structure
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.quantization import bnb, card_products, compiled, rounding, torch_products
from flashsloth.quantization.cpu import scratch
from flashsloth.quantization.presets import INT8_ROWS, Preset, fits, group_size


class QuantizedLinear(nn.Module):
    """The base of Int4Linear and Int8Linear: `y = x @ W.T + bias` for x (..., K).

    `load_stored` chooses how the products are computed on a device: by a compiled kernel, by a kernel
    for NVIDIA's cards, or by torch. It also converts the weight to the order that the chosen kernel
    reads.

    Args:
        bias: (N,) or None, on the device.
        stored: the weight and its scales in the form in which they are stored, by name.
    """

    format: ClassVar[compiled.Format]
    weight: Tensor
    scales: Tensor
    bias: Tensor | None
    is_compiled = False  # whether a compiled kernel computes the products
    rows_dtype = torch.bfloat16  # the dtype of the rows that the compiled kernel reads
    # the weight in the order that the kernels for cards read; None if these kernels are not used
    card: card_products.CardWeight | None = None

    def __init__(
        self, n: int, k: int, bias: Tensor | None, device: torch.device, **stored: Tensor
    ) -> None:
        super().__init__()
        self.out_features = n
        self.in_features = k
        self.register_buffer("bias", bias)
        for name in stored:
            self.register_buffer(name, None)
        self.load_stored(stored, device)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (..., K) -> (..., N), of x's dtype."""
        rows = x.reshape(-1, self.in_features).contiguous()
        if self.is_compiled:
            out = compiled.product(
                self.format, rows.to(self.rows_dtype), self.weight, self.stored_scales, self.bias
            )
        elif self.card is not None:
            out = card_products.matmul(rows, self.card, self.bias)
        else:
            out = self.matmul(rows)
        return out.to(x.dtype).view(*x.shape[:-1], self.out_features)

    @property
    def stored_scales(self) -> Tensor:
        """The scales in the form in which they are stored."""
        return self.scales

    def matmul(self, rows: Tensor) -> Tensor:
        """Multiply by the weight with torch's operators and add the bias: (M, K) -> (M, N) of any
        dtype."""
        raise NotImplementedError

    def _add_bias(self, out: Tensor) -> Tensor:
        return out if self.bias is None else out.add_(self.bias)

    def kernel_call(self, x: Tensor, out: Tensor) -> tuple[compiled.CompiledKernel, Structure] | None:
        """Return the compiled kernel that writes the result for x (M, K) to `out` (M, N), and its
        arguments. Return None if torch computes the product, if there are too many rows for one call,
        or if the bias is not bfloat16.

        `x` and `out` must be bfloat16 and contiguous. The arguments contain only addresses, so the
        caller must keep the tensors alive.
        """
        is_bfloat16 = self.bias is None or self.bias.dtype == torch.bfloat16
        if not self.is_compiled or len(x) > compiled.ROWS or not is_bfloat16:
            return None
        return compiled.call(self.format, x, self.weight, self.stored_scales, self.bias, out)

    def stored_tensors(self) -> dict[str, Tensor]:
        """Return the tensors to save, without the bias."""
        return {"weight": self.weight, "scales": self.scales}

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors to save, including the bias, on the CPU. Their names are those of
        presets.stored_specs."""
        stored = self.stored_tensors() | ({} if self.bias is None else {"bias": self.bias.detach()})
        return {name: tensor.cpu().contiguous() for name, tensor in stored.items()}

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        """Replace the weight and the scales by stored tensors. Put these tensors on the device, in the
        order that the device's kernel reads."""
        raise NotImplementedError

    def _on_card(self, device: torch.device, bits: int) -> bool:
        """Return whether the kernels for cards can multiply by this weight on a device."""
        return card_products.takes(self.out_features, self.in_features, bits) and card_products.can_use(
            device
        )

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Apply `.to(…)` and similar calls. They move all tensors to another device, but change the
        dtype of the bias only."""
        device = fn(torch.empty(0, device=self.weight.device)).device
        if device != self.weight.device:
            self.load_stored(self.stored_tensors(), device)
        if self.bias is not None:
            self.bias = fn(self.bias)
        return self


class Int4Linear(QuantizedLinear):
    """A linear layer whose weight is rounded to 16 steps, with a scale and a zero for each group of
    weights of a row (rounding.quantize_int4).

    Args:
        weight: uint8 (N, K/2) in tiles of 64 rows. On a CPU whose kernel reads this order the weight is
            not copied. It can then stay in a memory-mapped file.
        scales_zeros: bfloat16 (G, N, 2).
    """

    format = "int4"
    scales_zeros: Tensor

    def __init__(
        self, weight: Tensor, scales_zeros: Tensor, bias: Tensor | None, device: torch.device
    ) -> None:
        super().__init__(
            weight.shape[0], weight.shape[1] * 2, bias, device, weight=weight, scales_zeros=scales_zeros
        )

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        weight = stored["weight"].contiguous()
        if self._on_card(device, 4):
            self.card = card_products.pack_int4(weight.to(device), stored["scales_zeros"].to(device))
            self.weight, self.scales_zeros = self.card
            return
        self.is_compiled = cpu and compiled.takes("int4", self.out_features, self.in_features)
        self.weight = (
            weight.to(device) if self.is_compiled else torch_products.pack_int4(weight, device)
        )
        scales_zeros = stored["scales_zeros"].to(device).contiguous()
        self.scales_zeros = torch_products.aligned(scales_zeros) if cpu else scales_zeros
        self.dequantize_from = torch_products.int4_dequantize_from(device)

    @property
    def stored_scales(self) -> Tensor:
        return self.scales_zeros

    def stored_tensors(self) -> dict[str, Tensor]:
        weight = self.weight if self.is_compiled else torch_products.unpack_int4(self.weight)
        return {"weight": weight, "scales_zeros": self.scales_zeros}

    def matmul(self, rows: Tensor) -> Tensor:
        if len(rows) < self.dequantize_from:
            out = torch_products.int4_kernel(rows.to(torch.bfloat16), self.weight, self.scales_zeros)
        else:
            rows = rows.to(torch_products.cpu_dtype()) if rows.device.type == "cpu" else rows
            out = torch_products.int4_dequantize(rows, self.weight, self.scales_zeros)
        return self._add_bias(out)


class Int8Linear(QuantizedLinear):
    """A linear layer whose weight is rounded to 255 steps, with one scale per row
    (rounding.quantize_int8).

    Args:
        weight: int8 (N, K). On a CPU the weight is copied if its memory does not start at a multiple of
            64 bytes.
        scales: bfloat16 (N,).
        dtype: the dtype of the activations. torch's kernel for a CPU computes in bfloat16 in any case.
    """

    format = "int8"

    def __init__(
        self,
        weight: Tensor,
        scales: Tensor,
        bias: Tensor | None,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self.dtype = dtype
        super().__init__(weight.shape[0], weight.shape[1], bias, device, weight=weight, scales=scales)

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        weight = stored["weight"].to(device)
        self.weight = torch_products.aligned(weight) if cpu else weight
        self.scales = stored["scales"].to(device)
        self.card = (
            card_products.CardWeight(self.weight, self.scales) if self._on_card(device, 8) else None
        )
        self.kernel_scales = self.scales.to(torch.bfloat16 if cpu else self.dtype)
        self.rows_dtype = torch.bfloat16 if self.dtype == torch.bfloat16 else torch.float32
        self.is_compiled = cpu and compiled.takes(
            "int8", self.out_features, self.in_features, self.rows_dtype
        )
        self.dequantize_from = torch_products.int8_dequantize_from(device, self.kernel_scales.dtype)

    def matmul(self, rows: Tensor) -> Tensor:
        if len(rows) < self.dequantize_from:
            out = torch_products.int8_kernel(
                rows.to(self.kernel_scales.dtype), self.weight, self.kernel_scales
            )
        else:
            dtype = torch_products.cpu_dtype() if rows.device.type == "cpu" else rows.dtype
            out = torch_products.int8_dequantize(rows, self.weight, self.scales, dtype)
        return self._add_bias(out)


def quantize_linear(
    weight: Tensor,
    bias: Tensor | None,
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    part: str = "",
    importance: Tensor | Sequence[Tensor] | None = None,
) -> nn.Module:
    """Return a quantized linear layer on the device; an `nn.Linear` in `dtype` if the preset cannot
    quantize a weight of this shape. A head in int8 may have more outputs, as presets.stored_specs
    describes.

    For CUDA the weight is moved to the card and rounded there, which takes about 0.1 GB meanwhile. For
    other devices it is rounded where it already is.

    Args:
        weight: (N, K) of any floating point type.
        bias: (N,) or None.
        dtype: the dtype of the activations, and of tensors that are not quantized.
        part: the part of the model to which the layer belongs, as in Preset.format.
        importance: how much the error of each column counts in int4, (K,); None if all count alike; or
            the moments of the inputs for gptq.py.

    Raises: NonFiniteWeights; OptionError for a preset whose library is not installed.
    """
    device = torch.device(device)
    n, k = weight.shape
    kind = preset.format(part) if fits(preset, n, k, part) else "none"
    if device.type == "cuda":  # the search for scales is fast on a card, and slow on a CPU
        weight = weight.to(device)
    bias = None if bias is None else bias.to(device, dtype)
    match kind:
        case "int4":
            quantize: Callable[..., tuple[Tensor, Tensor]] = rounding.quantize_int4
            if isinstance(importance, Sequence):
                from flashsloth.quantization import gptq  # only `quantize --calibrate` needs it

                quantize = gptq.quantize_int4
            return Int4Linear(*quantize(weight, group_size(k) or 64, importance), bias, device)
        case "int8":
            rounded, scales = rounding.quantize_int8(weight, INT8_ROWS)
            bias = None if bias is None else nn.functional.pad(bias, (0, len(scales) - n))
            return Int8Linear(rounded, scales, bias, device, dtype)
        case "rounded":
            return RoundedLinear(*rounding.quantize_int8(weight), bias, device)
        case "nf4":
            return bnb.quantize_nf4(weight, bias, device, dtype)
        case _:
            return plain_linear(weight, bias, device, dtype)


def is_quantized(module: nn.Module) -> bool:
    """Return whether a module is a linear whose weight has 4 or 8 bits."""
    return isinstance(module, QuantizedLinear) or bnb.is_quantized(module)


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """Return the tensors of a layer in "none", int4 or int8 that are to be saved. The tensors are on
    the CPU and have the names of `presets.stored_specs`."""
    if isinstance(module, QuantizedLinear):
        return module.tensors()
    return {
        name: parameter.detach().cpu().contiguous() for name, parameter in module.named_parameters()
    }


def from_tensors(
    stored: Mapping[str, Tensor],
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    part: str = "",
) -> nn.Module:
    """Restore a layer from its `tensors_of`, without rounding again. The tensors must have been checked
    by `LoadPlan.check_tensors`.

    On a CPU weights are copied only if they must be. int4 weights are not copied if the CPU's kernel
    reads the order in which they are stored. int8 weights are not copied if their memory starts at a
    multiple of 64 bytes: memory that torch allocates does, a mapped safetensors file usually does not.
    """
    device = torch.device(device)
    kind = preset.format(part)
    bias = stored["bias"].to(device, dtype) if "bias" in stored else None
    weight = stored["weight"]
    if kind == "rounded" and device.type == "cpu":
        return RoundedLinear(weight, stored["scales"], bias, device)
    if kind == "rounded":
        weight = rounding.dequantize_int8(weight.to(device), stored["scales"].to(device))
    if weight.is_floating_point():
        return plain_linear(weight, bias, device, dtype)
    if kind == "int4":
        return Int4Linear(weight, stored["scales_zeros"], bias, device)
    return Int8Linear(weight, stored["scales"], bias, device, dtype)


def plain_linear(
    weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype
) -> nn.Linear:
    with torch.device("meta"):
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight = nn.Parameter(devices.moved(weight, device, dtype), requires_grad=False)
    if bias is not None:
        linear.bias = nn.Parameter(bias, requires_grad=False)
    return linear


# Inputs rounded to 8 bits


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
        self.integers = cpu and not self.in_tiles and torch_products.has_int8_linear()
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
        product = torch_products.int8_linear(codes, self.weight, self.scales)
        return torch.addcmul(self._bias(), product, units, out=product)

    def multiply_gelu(self, codes: Tensor, unit: float) -> Tensor:
        """Return GELU of the layer's result, float32 (M, N), for inputs that `round_all` has
        rounded."""
        return torch_products.int8_linear_gelu(codes, unit, self.weight, self.scales, self._bias())

    def multiply_add_(
        self, x: Tensor, codes: Tensor, units: Tensor, zero: int = torch_products.ZERO
    ) -> None:
        """Add the layer's result to x, float32 (M, N), for inputs that `round_rows` or `round_gelu` has
        rounded."""
        product = torch_products.int8_linear(codes, self.weight, self.scales, zero)
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


def round_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row to 255 steps around 0: (M, K) -> codes uint8, in which 128 stands for 0, and the
    rows' units float32 (M, 1)."""
    x = x.float()
    unit = torch.abs(x, out=_wide(x)).amax(1, keepdim=True).div_(127).clamp_min_(rounding.TINY)
    return _codes(torch.mul(x, unit.reciprocal(), out=_wide(x))), unit


def round_all(x: Tensor) -> tuple[Tensor, float]:
    """Round all rows with one unit, for `torch_products.int8_linear_gelu`: (M, K) -> codes uint8, in
    which 128 stands for 0, and the unit."""
    x = x.float()
    low, high = torch.aminmax(x)
    unit = torch.maximum(high, -low).div_(127).clamp_min_(rounding.TINY)
    return _codes(torch.mul(x, unit.reciprocal(), out=_wide(x))), unit.item()


def round_gelu(x: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row of GELU's results: float32 (M, K) -> codes uint8, in which GELU_ZERO stands for 0,
    and the rows' units float32 (M, 1)."""
    unit = x.amax(1, keepdim=True).div_(255 - GELU_ZERO).clamp_min_(GELU_LEAST / GELU_ZERO)
    # The offset is a row of equal numbers: with a single number torch is slower here.
    offset = torch.full((x.shape[1],), float(GELU_ZERO - torch_products.ZERO))
    return _codes(torch.addcmul(offset, x, unit.reciprocal(), out=_wide(x))), unit


def _wide(x: Tensor) -> Tensor:
    return scratch.take("rounded", tuple(x.shape), torch.float32, x.device)


def _codes(x: Tensor) -> Tensor:
    """Round numbers from -128 to 127 to codes uint8 from 0 to 255. The result is valid until the next
    call."""
    # The numbers are first converted to int8, because torch converts to int8 faster than to uint8.
    codes = scratch.take("codes", tuple(x.shape), torch.int8, x.device).copy_(x.round_())
    return codes.view(torch.uint8).add_(torch_products.ZERO)
