"""Choose between the ways to multiply on a CUDA device: each is timed there when a layer is opened.

Triton's products (triton_products.py) are used only for a shape for which they are right and no slower than what is
used without them. Where Triton is missing, does not compile or fails otherwise, nothing changes. Not measured.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import Tensor

from flashsloth.quantization import kernels, rounding, trials
from flashsloth.quantization.presets import TILE

INT8_DEQUANTIZE_FROM = 16  # rows; the kernel reads the weight for each row; not measured
MANY_ROWS = 145  # of a prompt with a picture
TIMED_OUTPUTS = 16384  # at most, as a head of 51200 would take 130 MB more

DTYPES = (torch.bfloat16, torch.float16, torch.float32)  # of rows

Pair = tuple[Callable[[], Tensor], Callable[[], Tensor]]


@functools.cache
def int8_dequantize_from(device: torch.device, dtype: torch.dtype) -> int:
    """Return from how many rows on an int8 weight is dequantized. MPS has a kernel with tiles from 12 rows on; on CUDA
    it may be slower even for one row, so both are timed. (Not tested.)"""
    if device.type == "cpu":
        return kernels.cpu_thresholds().int8_dequantize
    if device.type != "cuda":
        return kernels.NEVER
    n = 4096
    weight = torch.ones(n, n, dtype=torch.int8, device=device)
    row, scales = torch.ones(1, n, dtype=dtype, device=device), torch.ones(n, dtype=dtype, device=device)
    with torch.cuda.device(device):  # events are recorded on the current device
        kernel = _milliseconds(lambda: kernels.int8_kernel(row, weight, scales))
        dequantized = _milliseconds(lambda: kernels.int8_dequantize(row, weight, scales, dtype))
    return kernels.ALWAYS if dequantized < kernel else INT8_DEQUANTIZE_FROM


@functools.cache
def int4_rows(device: torch.device, n: int, k: int, group: int) -> int:
    """Return how many rows Triton multiplies by an int4 weight (N, K); 0 if it is not used for this shape. It reads the
    stored order, in which torch's kernel does not read, so more rows are dequantized. Both are timed."""
    if device.type != "cuda" or not kernels.has_int4(device):
        return 0
    return _rows(
        device, lambda triton: _try_int4(triton, device, k, group), lambda t: int4_pairs(t, device, n, k, group)
    )


@functools.cache
def int8_rows(device: torch.device, dtype: torch.dtype, n: int, k: int, dequantize_from: int) -> int:
    """Return how many rows Triton multiplies by an int8 weight (N, K); 0 if it is not used for this shape."""
    if device.type != "cuda":
        return 0
    return _rows(
        device,
        lambda triton: _try_int8(triton, device, dtype, k),
        lambda triton: int8_pairs(triton, device, dtype, n, k, dequantize_from),
    )


@functools.cache
def triton_products() -> ModuleType:
    """Import the Triton products. Raises: ImportError where Triton is not installed."""
    from flashsloth.quantization import triton_products

    return triton_products


def _rows(
    device: torch.device, trial: Callable[[ModuleType], bool], pairs: Callable[[ModuleType], Iterator[Pair]]
) -> int:
    """Return the products' largest number of rows if the trial succeeds and in no pair the first is slower, else 0."""
    try:
        triton = triton_products()
        with torch.inference_mode(), torch.cuda.device(device):
            if not trial(triton):
                return 0
            slower = any(_milliseconds(new) > _milliseconds(old) for new, old in pairs(triton))
            return 0 if slower else triton.ROWS
    except Exception:  # Triton's compiler raises many kinds, and also calls a C compiler
        return 0


def _milliseconds(run: Callable[[], Tensor]) -> float:
    """Return the fastest of five runs on the current CUDA stream, after one that may compile. The card is kept busy
    while a run is launched: captured graphs, which decode, launch nothing."""
    run()
    times, busy = [], torch.ones(4096, 4096, dtype=torch.float16, device="cuda")
    for _ in range(5):
        torch.mm(busy, busy)
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        start.record()
        run()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return min(times)


def _try_int4(triton: ModuleType, device: torch.device, k: int, group: int) -> bool:
    """Compare each number of rows, and the dequantized weight of each dtype, with a product in 64 bit."""
    codes = (torch.arange(2 * TILE * k, device=device) * 7 % 113 % 16).to(torch.uint8).view(2 * TILE, k)
    scales = trials.example(2 * TILE * k // group, 2).view(-1, 2 * TILE, 2).bfloat16().to(device)
    weight = rounding.pack_tiles(codes)
    exact = rounding.dequantize_int4(weight, scales)
    tiles, affine = weight.view(2, k, TILE // 2), scales.permute(2, 0, 1).float().contiguous()
    wide = (triton.dequantize_tiles(tiles, affine, dtype) for dtype in DTYPES)
    if not all(trials.close(found, exact.t().cpu()) for found in wide):
        return False
    return _right(triton, exact, torch.bfloat16, lambda rows: triton.int4_product(rows, weight, scales))


def _try_int8(triton: ModuleType, device: torch.device, dtype: torch.dtype, k: int) -> bool:
    weight = (torch.arange(TILE * k, device=device) * 7 % 255 - 127).to(torch.int8).view(TILE, k)
    scales = trials.example(1, TILE)[0].to(device, dtype)
    exact = rounding.dequantize_int8(weight, scales)
    return _right(triton, exact, dtype, lambda rows: triton.int8_product(rows, weight, scales))


def _right(triton: ModuleType, exact: Tensor, dtype: torch.dtype, product: Callable[[Tensor], Tensor]) -> bool:
    rows = trials.example(triton.ROWS, exact.shape[1]).to(exact.device, dtype)
    expected = (rows.double() @ exact.double().t()).float().cpu()
    return all(trials.close(product(rows[:m]), expected[:m]) for m in range(1, triton.ROWS + 1))


def int4_pairs(triton: ModuleType, device: torch.device, n: int, k: int, group: int) -> Iterator[Pair]:
    """Yield Triton's way and torch's kernel, for the numbers of rows that decide."""
    n = min(n, TIMED_OUTPUTS)
    stored = torch.zeros(n, k // 2, dtype=torch.uint8, device=device)
    scales = torch.ones(k // group, n, 2, dtype=torch.bfloat16, device=device)
    packed = kernels.pack_int4(stored, device)
    for count in (1, triton.ROWS, MANY_ROWS):
        x = torch.ones(count, k, dtype=torch.bfloat16, device=device)
        new = functools.partial(int4_product, x, stored, scales, triton.ROWS)
        yield new, functools.partial(kernels.int4_kernel, x, packed, scales)


def int8_pairs(
    triton: ModuleType, device: torch.device, dtype: torch.dtype, n: int, k: int, dequantize_from: int
) -> Iterator[Pair]:
    """Yield Triton's way and the one that is used without it, for the numbers of rows that decide."""
    n = min(n, TIMED_OUTPUTS)
    weight = torch.ones(n, k, dtype=torch.int8, device=device)
    scales = torch.ones(n, dtype=dtype, device=device)
    for count in (1, triton.ROWS):
        x = torch.ones(count, k, dtype=dtype, device=device)
        old = functools.partial(kernels.int8_kernel, x, weight, scales)
        if count >= dequantize_from:
            old = functools.partial(kernels.int8_dequantize, x, weight, scales, dtype)
        yield functools.partial(int8_product, x, weight, scales), old


def int4_product(rows: Tensor, weight: Tensor, scales_zeros: Tensor, most: int) -> Tensor:
    """Multiply by Triton: `most` rows by the stored codes, more by a weight dequantized a piece at a time.

    Shape: (M, K), uint8 (N, K/2) in the stored order, (G, N, 2) -> (M, N) of the rows' dtype.
    """
    triton = triton_products()
    if len(rows) <= most:
        return triton.int4_product(rows.to(torch.bfloat16), weight, scales_zeros).to(rows.dtype)
    return kernels.int4_dequantize(rows, weight, scales_zeros, TILE, rows.dtype, triton.dequantize_tiles)


def int8_product(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Multiply by Triton: (M, K), int8 (N, K), (N,) -> (M, N), all but the weight of the rows' dtype."""
    return triton_products().int8_product(rows, weight, scales).to(rows.dtype)
