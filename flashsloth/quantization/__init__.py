"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, kernels, linear layers.

    preset = quantization.resolve("int4")
    linear = quantization.quantize_linear(weight, bias, preset, device=device, dtype=torch.bfloat16)
    save_file(quantization.tensors(linear), path)
    linear = quantization.from_tensors(load_file(path), preset, device=device, dtype=torch.bfloat16)

Importing this package does not import torch; the names that need it are imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.quantization.presets import (
    ALIASES,
    CHOICES,
    PRESETS,
    Preset,
    TensorSpec,
    auto,
    fits,
    group_size,
    resolve,
    stored_specs,
    weight_bytes,
)
from flashsloth.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from flashsloth.quantization.linear import Int4Linear, Int8Linear
    from flashsloth.quantization.linear_builder import from_tensors, is_quantized, quantize_linear, tensors
    from flashsloth.quantization.rounding import quantize_int4, quantize_int8

__all__ = [
    "ALIASES",
    "CHOICES",
    "PRESETS",
    "Int4Linear",
    "Int8Linear",
    "Preset",
    "TensorSpec",
    "auto",
    "fits",
    "from_tensors",
    "group_size",
    "is_quantized",
    "quantize_int4",
    "quantize_int8",
    "quantize_linear",
    "resolve",
    "stored_specs",
    "tensors",
    "weight_bytes",
]

__getattr__ = lazy_names(
    __name__,
    {
        "linear": ("Int4Linear", "Int8Linear"),
        "linear_builder": ("from_tensors", "is_quantized", "quantize_linear", "tensors"),
        "rounding": ("quantize_int4", "quantize_int8"),
    },
)
