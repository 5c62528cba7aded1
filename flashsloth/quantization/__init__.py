"""The decoder's weights in 4 or 8 bits: what presets there are, how weights are rounded, how they are multiplied.

    preset = quantization.resolve("int4")
    linear = quantization.quantize_linear(weight, bias, preset, device=device, dtype=torch.bfloat16)
    save_file(quantization.tensors(linear), path)
    linear = quantization.from_tensors(load_file(path), preset, device=device, dtype=torch.bfloat16)

Importing this package loads no torch: what needs it is fetched when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from flashsloth.quantization.linear import Int4Linear, Int8Linear, from_tensors, quantize_linear, tensors
    from flashsloth.quantization.rounding import quantize_int4, quantize_int8

_WHERE = {
    "Int4Linear": "linear",
    "Int8Linear": "linear",
    "from_tensors": "linear",
    "quantize_linear": "linear",
    "tensors": "linear",
    "quantize_int4": "rounding",
    "quantize_int8": "rounding",
}

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
    "quantize_int4",
    "quantize_int8",
    "quantize_linear",
    "resolve",
    "stored_specs",
    "tensors",
    "weight_bytes",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
