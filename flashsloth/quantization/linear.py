"""Linear layers with weights of 4 or 8 bits.

N is the number of outputs, K of inputs. Weights and scales are buffers, not parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import Structure
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from flashsloth.quantization import card_kernels, compiled, kernels
from flashsloth.quantization.compiler import CompiledKernel
from flashsloth.quantization.presets import TILE


class QuantizedLinear(nn.Module):
    """The base of Int4Linear and Int8Linear: `y = x @ W.T + bias` for x (..., K). The state dict has the stored tensors
    (presets.stored_specs), whatever the order of the device's kernel."""

    format: ClassVar[compiled.Format]
    weight: Tensor
    bias: Tensor | None
    compiled_rows = 0  # how many rows the compiled kernel takes; other products are torch's
    triton_rows = 0  # how many rows Triton's product takes, on CUDA

    def __init__(self, n: int, k: int, bias: Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = n, k
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (..., K) -> (..., N), of x's dtype."""
        rows = x.reshape(-1, self.in_features).contiguous()
        if len(rows) <= self.compiled_rows:
            out = compiled.product(self.format, rows.to(torch.bfloat16), self.weight, self.stored_scales, self.bias)
        else:
            out = self.matmul(rows)
        return out.to(x.dtype).view(*x.shape[:-1], self.out_features)

    @property
    def stored_scales(self) -> Tensor:
        """The scales as they are stored."""
        raise NotImplementedError

    def matmul(self, rows: Tensor) -> Tensor:
        """Multiply by torch's operators and add the bias: (M, K) -> (M, N) of any dtype."""
        raise NotImplementedError

    def _add_bias(self, out: Tensor) -> Tensor:
        return out if self.bias is None else out.add_(self.bias)

    def kernel_call(self, x: Tensor, out: Tensor) -> tuple[CompiledKernel, Structure] | None:
        """Return the compiled kernel that writes the result of x to `out`, and its arguments, or None where no kernel
        takes so many rows. Both are bfloat16 and contiguous, (M, K) and (M, N). The arguments hold addresses only."""
        is_bfloat16 = self.bias is None or self.bias.dtype == torch.bfloat16
        if len(x) > min(self.compiled_rows, compiled.ROWS) or not is_bfloat16:
            return None
        return compiled.call(self.format, x, self.weight, self.stored_scales, self.bias, out)

    def stored_tensors(self) -> dict[str, Tensor]:
        """Return the tensors to save, without the bias."""
        raise NotImplementedError

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors to save, on the CPU, by the names of presets.stored_specs."""
        stored = self.stored_tensors() | ({} if self.bias is None else {"bias": self.bias.detach()})
        return {name: tensor.cpu().contiguous() for name, tensor in stored.items()}

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        """Take over stored tensors, in the order of the device's kernel."""
        raise NotImplementedError

    def method(self, rows: int) -> str:
        """Return how `matmul` multiplies this number of rows: "kernel", "integer" or "dequantize"."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Apply `.to(…)` and the like: to the device of all tensors, and to the dtype of the bias only."""
        device = fn(torch.empty(0, device=self.weight.device)).device
        if device != self.weight.device:
            self.load_stored(self.stored_tensors(), device)
        if self.bias is not None:
            self.bias = fn(self.bias)
        return self

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        destination.update({prefix + name: tensor for name, tensor in self.tensors().items()})

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *others: Any) -> None:
        _, _, missing, _, errors = others
        own = self.tensors()
        loaded = {name: state_dict[prefix + name] for name in own if prefix + name in state_dict}
        missing.extend(prefix + name for name in own if name not in loaded)
        fixed = own.keys() - {"bias"}  # the bias may have another dtype
        wrong = [n for n, x in loaded.items() if x.shape != own[n].shape or (n in fixed and x.dtype != own[n].dtype)]
        errors.extend(f"{prefix}{name} has another shape or dtype than this layer's" for name in wrong)
        if len(loaded) == len(own) and not wrong:
            self.load_stored({name: loaded[name] for name in fixed}, self.weight.device)
            if self.bias is not None:
                self.bias = loaded["bias"].to(self.bias)


class Int4Linear(QuantizedLinear):
    """A weight of 16 steps with a scale and a zero for each group of a row (rounding.quantize_int4).

    Args:
        weight: uint8 (N, K/2) in tiles of 64 rows. A CPU whose kernel has this order does not copy it, so that it can
            stay in a memory-mapped file. `scales_zeros` bfloat16 (G, N, 2).
        bias: (N,) or None, on the device.
    """

    format = "int4"
    scales_zeros: Tensor

    def __init__(self, weight: Tensor, scales_zeros: Tensor, bias: Tensor | None, device: torch.device) -> None:
        super().__init__(weight.shape[0], weight.shape[1] * 2, bias)
        self.register_buffer("weight", None)
        self.register_buffer("scales_zeros", None)
        self.load_stored({"weight": weight, "scales_zeros": scales_zeros}, device)

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        self.compiled_rows = compiled.most_rows("int4", self.in_features) if cpu else 0
        weight = stored["weight"].contiguous()
        group = self.in_features // stored["scales_zeros"].shape[0]
        self.triton_rows = card_kernels.int4_rows(device, self.out_features, self.in_features, group)
        if self.compiled_rows or self.triton_rows:
            self.weight = weight.to(device)
        else:
            self.weight = kernels.pack_int4(weight, device)
        self.scales_zeros = stored["scales_zeros"].to(device).contiguous()
        if cpu:
            self.scales_zeros = kernels.aligned(self.scales_zeros)
        self.tile = kernels.int4_tile() or TILE if cpu and not self.compiled_rows else TILE
        self.dequantize_from = kernels.cpu_thresholds().int4_dequantize if cpu else kernels.NEVER
        if self.triton_rows or not kernels.has_int4(device):
            self.dequantize_from = kernels.ALWAYS
        self.compute_dtype = kernels.cpu_thresholds().compute_dtype if cpu else None

    @property
    def stored_scales(self) -> Tensor:
        return self.scales_zeros

    def stored_tensors(self) -> dict[str, Tensor]:
        weight = self.weight
        if not self.compiled_rows:
            weight = kernels.unpack_int4(weight, self.out_features, self.in_features)
        return {"weight": weight, "scales_zeros": self.scales_zeros.cpu()}

    def matmul(self, rows: Tensor) -> Tensor:
        if self.triton_rows:
            return self._add_bias(card_kernels.int4_product(rows, self.weight, self.scales_zeros, self.triton_rows))
        if rows.shape[0] < self.dequantize_from:
            return self._add_bias(kernels.int4_kernel(rows.to(torch.bfloat16), self.weight, self.scales_zeros))
        dtype = self.compute_dtype or rows.dtype
        return self._add_bias(kernels.int4_dequantize(rows, self.weight, self.scales_zeros, self.tile, dtype))

    def method(self, rows: int) -> str:
        return "kernel" if rows < self.dequantize_from or rows <= self.triton_rows else "dequantize"


class Int8Linear(QuantizedLinear):
    """A weight of 255 steps with one scale a row (rounding.quantize_int8).

    Args:
        weight: int8 (N, K), and `scales` bfloat16 (N,). A CPU copies it unless it starts at a multiple of 64 bytes.
        bias: (N,) or None, on the device.
        dtype: of the activations; on a CPU the kernel computes in bfloat16.
    """

    format = "int8"
    scales: Tensor

    def __init__(
        self, weight: Tensor, scales: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        super().__init__(weight.shape[0], weight.shape[1], bias)
        self.dtype = dtype
        self.register_buffer("weight", None)
        self.register_buffer("scales", None)
        self.load_stored({"weight": weight, "scales": scales}, device)

    def load_stored(self, stored: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        self.kernel_dtype = torch.bfloat16 if cpu else self.dtype
        self.weight = kernels.aligned(stored["weight"]) if cpu else stored["weight"].to(device)
        self.scales = stored["scales"].to(device)
        self.kernel_scales = self.scales.to(self.kernel_dtype)
        self.compiled_rows = compiled.most_rows("int8", self.in_features) if cpu else 0
        thresholds = kernels.cpu_thresholds()
        self.integer_from = thresholds.int8_integer if cpu else kernels.NEVER
        has_kernel = kernels.has_int8(device, self.kernel_dtype)
        self.dequantize_from = kernels.ALWAYS
        if has_kernel:
            self.dequantize_from = card_kernels.int8_dequantize_from(device, self.kernel_dtype)
        shape = self.out_features, self.in_features
        self.triton_rows = card_kernels.int8_rows(device, self.kernel_dtype, *shape, self.dequantize_from)
        self.compute_dtype = thresholds.compute_dtype if cpu else None

    @property
    def stored_scales(self) -> Tensor:
        return self.scales

    def stored_tensors(self) -> dict[str, Tensor]:
        return {"weight": self.weight.cpu(), "scales": self.scales.cpu()}

    def matmul(self, rows: Tensor) -> Tensor:
        if rows.shape[0] <= self.triton_rows:
            out = card_kernels.int8_product(rows.to(self.kernel_dtype), self.weight, self.kernel_scales)
            return self._add_bias(out)
        match self.method(rows.shape[0]):
            case "kernel":
                out = kernels.int8_kernel(rows.to(self.kernel_dtype), self.weight, self.kernel_scales)
            case "integer":
                out = kernels.int8_integer(rows, self.weight, self.scales)
            case _:
                out = kernels.int8_dequantize(rows, self.weight, self.scales, self.compute_dtype or rows.dtype)
        return self._add_bias(out)

    def method(self, rows: int) -> str:
        if rows >= self.integer_from:
            return "integer"
        return "kernel" if rows < self.dequantize_from or rows <= self.triton_rows else "dequantize"
