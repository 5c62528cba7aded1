"""Compare quantized products with products in 16 bit."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cards.check import Machine, NotHere, Row, at_most
from flashsloth.errors import FlashSlothError
from flashsloth.quantization import card_products, linear, rounding, torch_products
from flashsloth.quantization.card_products import TILES, CardWeight, Tile
from flashsloth.quantization.presets import PRESETS

SHAPES = {"layer": (17920, 2560), "head": (51200, 2560)}  # outputs, inputs
ROWS = (1, 32, 145, 480)


def quantized(machine: Machine) -> Iterator[Row]:
    """Time int8 for one row, with its kernel and with a dequantized weight, and int4 and nf4 for
    several numbers of rows."""
    shapes = dict.fromkeys(SHAPES, (256, 128)) if machine.tiny else SHAPES
    for name, (n, k) in shapes.items():
        yield from int8(machine, name, torch.randn(n, k) * k**-0.5)
    n, k = shapes["layer"]
    weight = torch.randn(n, k) * k**-0.5
    yield rounding_row(machine, weight)
    layers = {}
    for preset in ("int4", "nf4"):
        try:
            layers[preset] = linear.quantize_linear(
                weight, None, PRESETS[preset], device=machine.device, dtype=machine.dtype
            )
        except (FlashSlothError, ImportError) as error:
            yield Row(3, f"{preset}, {n} x {k}", f"not measured: {error}")
    yield from by_rows(machine, weight.to(machine.device, machine.dtype), layers)


def rounding_row(machine: Machine, weight: Tensor) -> Row:
    """Time the rounding of a layer to int4 on the processor and on the device, and compare the
    codes."""
    on_processor, near = weight.bfloat16(), weight.to(machine.device, torch.bfloat16)
    began = time.perf_counter()
    expected, _ = rounding.quantize_int4(on_processor)
    processor_ms = (time.perf_counter() - began) * 1000
    device_ms = machine.milliseconds(lambda: rounding.quantize_int4(near))
    same = (rounding.quantize_int4(near)[0].cpu() == expected).float().mean().item()
    figures = f"{device_ms:.0f} ms, processor {processor_ms:.0f} ms, {same:.4%} of the bytes equal"
    kept = device_ms <= processor_ms and same > 0.999
    return Row(
        3, "int4, rounding a layer", figures, "at most the processor's time, 99.9% of the bytes", kept
    )


def int8(machine: Machine, name: str, weight: Tensor) -> Iterator[Row]:
    codes, scales = (part.to(machine.device) for part in rounding.quantize_int8(weight))
    row = torch.randn(1, weight.shape[1], device=machine.device, dtype=machine.dtype)
    if card_products.can_use(machine.device):
        card = card_products.CardWeight(codes, scales)
        plain = weight.to(row)
        took = machine.milliseconds(lambda: card_products.matmul(row, card, None))
        ratio = took / machine.milliseconds(lambda: F.linear(row, plain))
        yield at_most(3, f"int8 / 16 bit, 1 row, {name}", ratio, 1.0, "x")
        return
    scales = scales.to(machine.dtype)
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


# each entry: outputs, inputs, warps, stages
SIZES = [*itertools.product((4, 8, 16), (512, 1024), (1, 2, 4), (1, 4))]
# bytes of the weights that are read in turn, so that no weight stays in the card's cache
BYTES = 4 * 10**8


def tune(machine: Machine) -> Iterator[Row]:
    """Time the tiles of each format, for a product after a norm and for a product with a residual, and
    yield the best tiles as lines of card_products.TILES."""
    if not card_products.can_use(machine.device):
        raise NotHere(card_products.problem(machine.device))
    capability = card_products.capability(machine.device)
    shapes = ((256, 128), (128, 320)) if machine.tiny else ((17920, 2560), (2560, 12800))
    for bits, residual in itertools.product((16, 8, 4), (False, True)):
        key, found = (capability, bits, residual), list[tuple[float, Tile]]()
        weights = copies(machine, bits, *shapes[residual])
        shared, launches = (1, 5)[: 1 + residual], (False, True)[: 1 + (capability >= 90)]
        for sizes, *more in itertools.product(SIZES[:1] if machine.tiny else SIZES, shared, launches):
            TILES[key] = Tile(*sizes, *more)
            try:
                found.append((milliseconds_of(machine, weights, residual=residual), TILES[key]))
            except Exception as error:  # the tile needs too many registers or too much shared memory
                yield Row(3, f"{key}: {TILES[key]}", f"failed: {str(error)[:80]}")
        best, tile = min(found)
        TILES[key] = tile
        yield Row(3, "tile", f"{key}: {tile},  # {best * 1000:.1f} us")


def copies(machine: Machine, bits: int, n: int, k: int) -> list[CardWeight]:
    """Return random weights of a format, which together take BYTES bytes."""
    weight = torch.randn(n, k, device=machine.device) * k**-0.5
    made = CardWeight(weight.to(machine.dtype), None)
    if bits == 8:
        made = CardWeight(*rounding.quantize_int8(weight))
    if bits == 4:
        made = card_products.pack_int4(*rounding.quantize_int4(weight))
    count = 2 if machine.tiny else max(2, BYTES // made.weight.nbytes)
    return [
        CardWeight(*(None if part is None else part.clone() for part in made)) for _ in range(count)
    ]  # type: ignore[arg-type]


def milliseconds_of(machine: Machine, weights: list[CardWeight], *, residual: bool) -> float:
    """Return the milliseconds of one product, averaged over products with all of these weights."""
    n, k = weights[0].shape
    x, out = (
        torch.randn(1, k, device=machine.device),
        torch.zeros(1, n, device=machine.device, dtype=machine.dtype),
    )
    more: dict[str, Any] = {
        "norm": (x.to(machine.dtype), torch.zeros(2, n, device=machine.device), 1e-5)
    }
    if residual:
        gained = torch.empty(1, n, device=machine.device)
        more = {"gained": gained, "work": card_products.workspace(1, machine.device, n)}

    def run() -> None:
        for weight in weights:
            card_products.multiply(x, weight, None, out, **more)

    return machine.milliseconds(run) / len(weights)
