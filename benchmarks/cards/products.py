"""Quantized products beside those in 16 bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cards.check import Machine, Row, at_most
from flashsloth.errors import FlashSlothError
from flashsloth.quantization import linear_builder, rounding, torch_products
from flashsloth.quantization.presets import PRESETS

SHAPES = {"layer": (17920, 2560), "head": (51200, 2560)}  # outputs, inputs
ROWS = (1, 32, 145, 480)


def quantized(machine: Machine) -> Iterator[Row]:
    """Time int8's kernel and its way of multiplying out for one row; int4 and nf4 by rows."""
    shapes = dict.fromkeys(SHAPES, (256, 128)) if machine.tiny else SHAPES
    for name, (n, k) in shapes.items():
        yield from int8(machine, name, torch.randn(n, k) * k**-0.5)
    n, k = shapes["layer"]
    weight = torch.randn(n, k) * k**-0.5
    yield rounding_row(machine, weight)
    layers = {}
    for preset in ("int4", "nf4"):
        try:
            layers[preset] = linear_builder.quantize_linear(
                weight, None, PRESETS[preset], device=machine.device, dtype=machine.dtype
            )
        except (FlashSlothError, ImportError) as error:
            yield Row(3, f"{preset}, {n} x {k}", f"not measured: {error}")
    yield from by_rows(machine, weight.to(machine.device, machine.dtype), layers)


def rounding_row(machine: Machine, weight: Tensor) -> Row:
    """Time the rounding of a layer to int4 on the processor and on the device, and compare the codes."""
    on_processor, near = weight.bfloat16(), weight.to(machine.device, torch.bfloat16)
    began = time.perf_counter()
    expected, _ = rounding.quantize_int4(on_processor)
    processor_ms = (time.perf_counter() - began) * 1000
    device_ms = machine.milliseconds(lambda: rounding.quantize_int4(near))
    same = (rounding.quantize_int4(near)[0].cpu() == expected).float().mean().item()
    figures = f"{device_ms:.0f} ms, processor {processor_ms:.0f} ms, {same:.4%} of the bytes equal"
    kept = device_ms <= processor_ms and same > 0.999
    return Row(3, "int4, rounding a layer", figures, "at most the processor's time, 99.9% of the bytes", kept)


def int8(machine: Machine, name: str, weight: Tensor) -> Iterator[Row]:
    codes, scales = (part.to(machine.device) for part in rounding.quantize_int8(weight))
    scales, row = scales.to(machine.dtype), torch.randn(1, weight.shape[1], device=machine.device, dtype=machine.dtype)
    wide = weight.to(machine.device, machine.dtype)
    ways: dict[str, Callable[[], Tensor]] = {
        "16 bit": lambda: F.linear(row, wide),
        "dequantized": lambda: torch_products.int8_dequantize(row, codes, scales, machine.dtype),
    }
    if torch_products.has_int8(machine.device, machine.dtype):
        ways["kernel"] = lambda: torch_products.int8_kernel(row, codes, scales)
    times = {way: machine.milliseconds(run) for way, run in ways.items()}
    dequantizes = torch_products.int8_dequantize_from(machine.device, machine.dtype) <= 1
    chosen, other = ("dequantized", "kernel") if dequantizes else ("kernel", "dequantized")
    kept = times[chosen] <= times.get(other, float("inf")) * 1.1
    figures = ", ".join(f"{way} {value:.3f}" for way, value in times.items())
    yield Row(3, f"int8, 1 row, {name}", f"{figures} ms", f"{chosen} takes less time", kept)


def by_rows(machine: Machine, wide: Tensor, layers: dict[str, Any]) -> Iterator[Row]:
    for rows in ROWS:
        x = torch.randn(rows, wide.shape[1], device=machine.device, dtype=machine.dtype)
        plain = machine.milliseconds(lambda: F.linear(x, wide))  # noqa: B023 - called at once
        for preset, layer in layers.items():
            ratio = machine.milliseconds(lambda: layer(x)) / plain  # noqa: B023 - called at once
            name = f"{preset} / 16 bit, {rows} rows"
            yield at_most(3, name, ratio, 1.0 if rows == 1 else 2.0, "x")
