"""Linear layers with weights of 4 or 8 bits.

N is the number of outputs, K the number of inputs. Weights and scales are buffers, not parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import Structure
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from flashsloth.quantization import card_products, compiled, torch_products
from flashsloth.quantization.card_products import CardWeight
from flashsloth.quantization.compiler import CompiledKernel


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
    card: CardWeight | None = None

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

    def kernel_call(self, x: Tensor, out: Tensor) -> tuple[CompiledKernel, Structure] | None:
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
        self.card = CardWeight(self.weight, self.scales) if self._on_card(device, 8) else None
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
