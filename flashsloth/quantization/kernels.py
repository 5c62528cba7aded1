"""Products with quantized weights: torch's own kernels, and plain torch where there is none or where it is quicker.

Every private name of torch that the project uses for this stands here, and each is tried out before it is trusted: a
small product against the weight multiplied out (rounding.dequantize_*), once for each kind of device. M is the number
of rows (positions), N of outputs, K of inputs, G of the groups in a row.

On a CPU the best way depends on M. For one row only reading the weight counts, and the kernels read 4 or 8 bits of
each. For many rows only arithmetic counts, and the kernels multiply in 32 bit, several times slower than what modern
processors have for 16 and 8 bit. So from some number of rows on
- int4 is multiplied out to 16 bit, a piece of the weight at a time that stays in the cache, and multiplied as such;
- int8 is multiplied in whole numbers: the rows are split into a coarse and a fine part of 8 bits each, which together
  are as exact as 16 bit floating point, and both go through the processor's 8-bit product at once.
Which way from how many rows is a table (`CPU_THRESHOLDS`) by what the processor can do, not a measurement at start: the same
machine always gives the same answer. benchmarks/linears.py measures what the table says.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.quantization import rounding
from flashsloth.quantization.presets import TILE

PIECE = 21 * 2**16  # numbers of a weight that are multiplied out at a time
ACCUMULATORS = 2**20  # whole numbers that a piece of a product in whole numbers may have
ALWAYS, NEVER = 0, 2**31
INT8_EXPAND_ELSEWHERE = 16  # rows, on CUDA and MPS, whose kernel reads the weight anew for each row; not measured
LINE = 64  # bytes that a processor reads at once
TOLERANCE = 0.02  # relative, against the oracle: bfloat16 in and out is good for 0.005
FINE = 254  # steps of the fine part in one step of the coarse part


@dataclass(frozen=True, slots=True)
class CpuKernelThresholds:
    """From how many rows on which way is taken, and the type in which a weight that was multiplied out is used."""

    int4_expand: int
    int8_whole: int
    int8_expand: int
    expanded: torch.dtype


# Milliseconds for 145 rows x 2560 -> 17920 on two cores: by the kernel; multiplied out; in whole numbers (int8 alone).
# In 16 or 32 bit the same product takes 15.7 with avx512_bf16, else 67. benchmarks/linears.py
CPU_THRESHOLDS = {
    "avx512_bf16": CpuKernelThresholds(64, 5, NEVER, torch.bfloat16),  # int4: 40, 26; int8: 56, 18, 17
    "avx512_vnni": CpuKernelThresholds(NEVER, 5, NEVER, torch.float32),  # int4: 40, 81; int8: 55, 68, 17
    "avx512": CpuKernelThresholds(NEVER, NEVER, NEVER, torch.float32),
    "avx2": CpuKernelThresholds(NEVER, NEVER, 16, torch.float32),  # int4: 91, 94; int8: 111, 75
    "other": CpuKernelThresholds(
        ALWAYS, NEVER, ALWAYS, torch.float32
    ),  # the kernels are there, but plain loops, 50 times slower
}


@functools.cache
def cpu_kind() -> str:
    """The row of CPU_THRESHOLDS that this processor belongs to. What torch was built for counts as well as what it has."""
    built = torch.backends.cpu.get_cpu_capability()
    if built == "AVX512":
        if _cpu_has("_is_avx512_bf16_supported"):
            return "avx512_bf16"
        return "avx512_vnni" if _cpu_has("_is_vnni_supported") else "avx512"
    return "avx2" if built == "AVX2" else "other"


def _cpu_has(question: str) -> bool:
    return bool(getattr(torch.cpu, question, lambda: False)())


@functools.cache
def cpu_thresholds() -> CpuKernelThresholds:
    """The ways of this processor, without those that do not compute right here."""
    ways = CPU_THRESHOLDS[cpu_kind()]
    whole = ways.int8_whole if ways.int8_whole == NEVER or _tried(_try_whole) else NEVER
    return CpuKernelThresholds(ways.int4_expand, whole, ways.int8_expand, ways.expanded)


# ---- int4


@functools.cache
def int4_tile() -> int:
    """In tiles of how many rows this machine's CPU kernel wants an int4 weight; 0 if there is no kernel to use."""
    if cpu_kind() == "other":
        return 0
    return next((tile for tile in (64, 32) if _tried(_try_int4, torch.device("cpu"), tile)), 0)


@functools.cache
def has_int4(device: torch.device) -> bool:
    """Whether there is a kernel for int4 on the device. (CUDA and MPS: not tested.)"""
    match device.type:
        case "cpu":
            return int4_tile() > 0
        case "cuda":
            return torch.cuda.get_device_capability(device) >= (8, 0) and _tried(_try_int4, device)
        case "mps":
            return _tried(_try_int4, device)
        case _:
            return False


def pack_int4(weight: Tensor, device: torch.device) -> Tensor:
    """From the stored order (rounding.pack_tiles) to that of the device's kernel, or as it is where there is none.

    Shape: uint8 (N, K/2) -> the same on a CPU, where nothing is copied if the order is the stored one already;
    int32 of four dimensions on CUDA and MPS.
    """
    if not has_int4(device) or (device.type == "cpu" and int4_tile() == TILE):
        return weight.to(device)
    n, half = weight.shape
    if device.type == "cpu":
        packed = torch.empty_like(weight)
        step = max(rounding.WORK // half // TILE, 1) * TILE
        for row in range(0, n, step):
            codes = rounding.unpack_tiles(weight[row : row + step])
            packed[row : row + step] = rounding.pack_tiles(codes, int4_tile())
        return packed
    codes = rounding.unpack_tiles(weight.to(device))
    return torch._convert_weight_to_int4pack(codes[:, ::2] << 4 | codes[:, 1::2], _inner_tiles(half * 2))


def unpack_int4(packed: Tensor, n: int, k: int) -> Tensor:
    """The reverse of pack_int4, on the CPU: -> uint8 (N, K/2) in the stored order."""
    if packed.dtype == torch.uint8:
        tile = int4_tile() if packed.device.type == "cpu" else 0
        packed = packed.cpu()
        return rounding.pack_tiles(rounding.unpack_tiles(packed, tile)) if tile not in (0, TILE) else packed
    # what CUDA and MPS make of it is their own: the product with the identity shows the codes, whatever the order
    group = 64 if k % 64 == 0 else 32
    plain = torch.tensor([1.0, 0.0], device=packed.device, dtype=torch.bfloat16).repeat(k // group, n, 1)
    identity = torch.eye(k, device=packed.device, dtype=torch.bfloat16)
    products = [int4_kernel(identity[row : row + 256], packed, plain) for row in range(0, k, 256)]
    codes = torch.cat(products).t() + 8
    return rounding.pack_tiles(codes.to(torch.uint8).cpu())


def _inner_tiles(k: int) -> int:
    return next(tiles for tiles in (8, 4, 2) if k % (16 * tiles) == 0)


def int4_kernel(rows: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """The device's kernel: (M, K) bfloat16, a weight from pack_int4, (G, N, 2) bfloat16 -> (M, N) bfloat16.

    On a CPU the scales should be `aligned`, and the rows must be bfloat16: other types it takes, and 50 times the time.
    """
    group = rows.shape[1] // scales_zeros.shape[0]
    if rows.device.type == "cpu":
        return torch._weight_int4pack_mm_for_cpu(rows, packed, group, scales_zeros)
    return torch._weight_int4pack_mm(rows, packed, group, scales_zeros)


@torch.no_grad()
def int4_expand(rows: Tensor, packed: Tensor, scales_zeros: Tensor, tile: int, dtype: torch.dtype) -> Tensor:
    """Multiply the weight out in `dtype`, a few tiles at a time, and multiply with those: (M, K) -> (M, N) of `dtype`.

    Args:
        packed: (N, K/2) in tiles of `tile` rows; any device.
        scales_zeros: (G, N, 2).
    """
    M, K = rows.shape
    G, N, _ = scales_zeros.shape
    rows = rows.to(dtype)
    out = torch.empty(M, N, dtype=dtype, device=rows.device)
    tiles = packed.view(N // tile, K, tile // 2)
    step = max(_piece(rows.device) // (K * tile), 1)
    for first in range(0, len(tiles), step):
        piece = tiles[first : first + step]
        start, end = first * tile, (first + len(piece)) * tile
        affine = _scratch.take("scales", (2, G, end - start), torch.float32, rows.device)
        affine.copy_(scales_zeros[:, start:end].permute(2, 0, 1))
        torch.mm(rows, _expand_tiles(piece, affine, dtype), out=out[:, start:end])
    return out


def _expand_tiles(tiles: Tensor, affine: Tensor, dtype: torch.dtype) -> Tensor:
    """uint8 (n, K, tile/2), scale and zero float32 (2, G, n*tile) -> their part of the weight, transposed, (K, n*tile).

    In 32 bit, although 16 bit comes in and goes out: torch multiplies bfloat16 by way of 32 bit, and slower.
    """
    n, K, half = tiles.shape
    scale, zero = affine
    zero.sub_(scale, alpha=8)  # code * scale + zero, instead of (code - 8) * scale + zero
    codes = _scratch.take("codes", (n, K, half), torch.uint8, tiles.device)
    wide = _scratch.take("wide", (n, K, 2 * half), torch.float32, tiles.device)
    wide[..., :half] = torch.bitwise_and(tiles, 15, out=codes)
    wide[..., half:] = torch.bitwise_right_shift(tiles, 4, out=codes)
    groups = wide.view(n, len(scale), -1, 2 * half)  # (n, G, group, tile)
    scale, zero = (x.view(-1, n, 1, 2 * half).transpose(0, 1) for x in (scale, zero))
    torch.addcmul(zero, groups, scale, out=groups)
    narrow = _scratch.take("narrow", (K, n, 2 * half), dtype, tiles.device)
    return narrow.copy_(wide.transpose(0, 1)).view(K, -1)


# ---- int8


@functools.cache
def has_int8(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether there is a kernel for int8 on the device for rows of that type. (CUDA and MPS: not tested.)"""
    if device.type == "cpu" and (cpu_kind() == "other" or dtype != torch.bfloat16):
        return False
    return device.type in ("cpu", "cuda", "mps") and _tried(_try_int8, device, dtype)


@functools.cache
def int8_expand_from(device: torch.device, dtype: torch.dtype) -> int:
    """From how many rows on an int8 weight is rather multiplied out. CUDA's kernel is slow and may lose even for a
    single row: there both are timed once. (Not tested.)"""
    if device.type == "cpu":
        return cpu_thresholds().int8_expand
    if device.type != "cuda":
        return INT8_EXPAND_ELSEWHERE
    n = 4096
    weight = torch.ones(n, n, dtype=torch.int8, device=device)
    row, scales = torch.ones(1, n, dtype=dtype, device=device), torch.ones(n, dtype=dtype, device=device)
    kernel = _milliseconds(lambda: int8_kernel(row, weight, scales))
    expanded = _milliseconds(lambda: int8_expand(row, weight, scales, dtype))
    return ALWAYS if expanded < kernel else INT8_EXPAND_ELSEWHERE


def _milliseconds(run: Callable[[], Tensor]) -> float:
    """On the current CUDA stream, the quickest of a few."""
    times = []
    for _ in range(5):
        began, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        began.record()
        run()
        ended.record()
        ended.synchronize()
        times.append(began.elapsed_time(ended))
    return min(times)


def int8_kernel(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """The device's kernel: (M, K), int8 (N, K), (N,) of the rows' type -> (M, N). On a CPU bfloat16 alone is quick.

    On a CPU the weight must be `aligned` and K a multiple of 32: the kernel loads whole vectors from where it takes
    them to begin, and torch checks nothing; the process would end without a word.
    """
    if rows.device.type == "cpu":
        rows = aligned(rows)
    return torch._weight_int8pack_mm(rows, weight, scales)


def aligned(tensor: Tensor) -> Tensor:
    """The same numbers where a cache line begins: copied if a file or a view put them elsewhere.

    The int8 kernel fails without (int8_kernel). The int4 kernel takes a weight at any address, but scales and zeros
    elsewhere cost it as much again: 77 ms instead of 39 for all weights of the 3.2 B model.
    """
    return tensor if tensor.data_ptr() % LINE == 0 else tensor.clone()


@torch.no_grad()
def int8_whole(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Multiply in whole numbers, on a CPU: (M, K), int8 (N, K), (N,) -> float32 (M, N).

    Each row becomes unit * (coarse + fine / 254), both of -127 to 127: exact to 1/64516 of its largest number.
    """
    M, K = rows.shape
    rows = rows.float()
    unit = rows.abs().amax(1, keepdim=True).div_(127).clamp_min_(rounding.TINY)
    units = rows / unit
    coarse = units.round()
    parts = torch.empty(2 * M, K, dtype=torch.int8, device=rows.device)
    parts[:M] = coarse
    parts[M:] = units.sub_(coarse).mul_(FINE).round_()
    unit /= FINE
    out = torch.empty(M, weight.shape[0], device=rows.device)
    step = max(ACCUMULATORS // (2 * M) // 256, 1) * 256
    for start in range(0, weight.shape[0], step):
        piece = weight[start : start + step]
        sums = _scratch.take("sums", (2 * M, len(piece)), torch.int32, rows.device)
        torch._int_mm(parts, piece.t(), out=sums)  # exact: 12800 * 127 * 127 is far below 2**31
        wide = _scratch.take("wide", (2 * M, len(piece)), torch.float32, rows.device).copy_(sums)
        torch.add(wide[M:], wide[:M], alpha=FINE, out=out[:, start : start + step])
    return out.mul_(unit).mul_(scales.float())


@torch.no_grad()
def int8_expand(rows: Tensor, weight: Tensor, scales: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn the weight into `dtype`, some rows at a time, and multiply with those: (M, K) -> (M, N) of `dtype`."""
    N, K = weight.shape
    rows = rows.to(dtype)
    out = torch.empty(len(rows), N, dtype=dtype, device=rows.device)
    step = max(_piece(rows.device) // K, 1)
    for start in range(0, N, step):
        piece = weight[start : start + step]
        wide = _scratch.take("wide", (len(piece), K), dtype, rows.device).copy_(piece)
        out[:, start : start + step] = F.linear(rows, wide)
    return out.mul_(scales)


# ---- memory to work in, and trials


def _piece(device: torch.device) -> int:
    return PIECE if device.type == "cpu" else 16 * PIECE  # there a launch costs more than a trip to memory


class _Scratch(threading.local):
    """Memory that is used again for each piece: fresh memory from the system costs more than the arithmetic in it.
    Some 20 MB, on CPUs alone; other devices have an allocator that keeps it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, torch.dtype], Tensor] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
        """A tensor of that shape with anything in it, good until the same name is taken again in this thread."""
        if device.type != "cpu":
            return torch.empty(shape, dtype=dtype, device=device)
        count = torch.Size(shape).numel()
        kept = self.kept.get((name, dtype))
        if kept is None or kept.numel() < count:
            with torch.inference_mode(False):  # else it could not be written to outside of inference mode
                kept = self.kept[name, dtype] = torch.empty(count, dtype=dtype, device=device)
        return kept[:count].view(shape)


_scratch = _Scratch()


def _tried(trial: Callable[..., bool], *arguments: object) -> bool:
    """Whether a trial comes out right. A kernel that is not there, or refuses, raises one of these."""
    try:
        with torch.inference_mode(), torch.device("cpu"):
            return trial(*arguments)
    except (RuntimeError, AttributeError, TypeError):
        return False


def _close(got: Tensor, want: Tensor) -> bool:
    return bool((got.float().cpu() - want).norm() <= TOLERANCE * want.norm())


def _example(rows: int, columns: int) -> Tensor:
    """Numbers that are spread evenly over -1 to 1, the same everywhere and without touching anyone's seed."""
    return (torch.arange(rows * columns) * 0.6180339887).remainder(2).sub(1).view(rows, columns)


def _try_int4(device: torch.device, tile: int = 0) -> bool:
    codes = (torch.arange(2 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(2 * TILE, 128)
    scales_zeros = _example(4 * TILE, 2).view(2, 2 * TILE, 2).bfloat16()
    rows, stored = _example(3, 128).bfloat16(), rounding.pack_tiles(codes)
    if tile:
        packed = rounding.pack_tiles(codes, tile)
        if not torch.equal(torch._convert_weight_to_int4pack_for_cpu(codes.int(), 1), packed):
            return False
    else:
        pairs = (codes[:, ::2] << 4 | codes[:, 1::2]).to(device)
        packed = torch._convert_weight_to_int4pack(pairs, _inner_tiles(128))
    got = int4_kernel(rows.to(device), packed, scales_zeros.to(device))
    return _close(got, rows.float() @ rounding.dequantize_int4(stored, scales_zeros).t())


def _try_int8(device: torch.device, dtype: torch.dtype) -> bool:
    weight, scales = rounding.quantize_int8(_example(64, 128))
    rows = _example(3, 128).to(dtype)
    got = int8_kernel(rows.to(device), weight.to(device), scales.to(device, dtype))
    return _close(got, rows.float() @ rounding.dequantize_int8(weight, scales).t())


def _try_whole() -> bool:
    """With the largest numbers: where the processor adds pairs of products in 16 bit they do not fit."""
    left, right = torch.full((16, 256), 127, dtype=torch.int8), torch.full((64, 256), 127, dtype=torch.int8)
    right[::2] = -127
    want = (left.double() @ right.double().t()).int()
    return torch.equal(torch._int_mm(left, right.t(), out=torch.empty(16, 64, dtype=torch.int32)), want)
