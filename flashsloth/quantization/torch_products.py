"""Matrix products by torch: with quantized weights, by its own kernels or by plain operators where
those are faster; and linear layers of oneDNN that also apply GELU or add the residual.

Products with quantized weights are used on cards without Triton's kernels, and on a CPU if LLVM cannot
compile kernels (compiled.py). All uses of torch's private functions for quantized weights and for
oneDNN are in this module and cpu.py. Before a kernel is used on a device, it is tried: a small product
of the kernel is compared with the product of the dequantized weight (rounding.dequantize_*).

A product with one row takes as long as reading the weight. A kernel that reads 4 or 8 bits of each
weight is then faster than one that reads 16 bits. With many rows the arithmetic takes most of the time,
and some of these kernels are slow: a CPU's int8 kernel computes in 32 bit, and MPS's int4 kernel reads
the weight again for each row.

So from a certain number of rows on, weights are dequantized and multiplied by plain operators, on a CPU
in pieces that fit into the processor's cache. On CUDA, int8 weights are always dequantized. This number
of rows depends only on the device, so that a machine always gives the same answer.

With oneDNN, GELU and the residual are applied while the product is still in float32, which saves a pass
over the result and a rounding. `one_row` switches oneDNN off for products of a single row, where this
is faster.

M is the number of rows (positions), N the number of outputs, K the number of inputs, G the number of
groups in a row.
"""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.quantization import cpu, rounding
from flashsloth.quantization.presets import TILE
from flashsloth.utils.switched_off import SwitchedOff

# How many weights are dequantized at a time. CARD_PIECE is enough for the largest product in a layer of
# the released model.
PIECE = 21 * 2**16
CARD_PIECE = 756 * 2**16
ALWAYS = 0
NEVER = 2**31
# The numbers of rows from which weights are dequantized. With 145 rows, the int8 kernel took 111 ms
# with AVX2 and 55 ms with AVX-512; the product with the dequantized weight took 75 ms and 68 ms. MPS
# was not measured.
CPU_INT8_DEQUANTIZE = 16
MPS_INT4_DEQUANTIZE = 32
CACHE_LINE = 64  # bytes


def cpu_dtype() -> torch.dtype:
    """Return the dtype of dequantized weights on this processor."""
    return torch.bfloat16 if cpu.cpu_kind() == "avx512_bf16" else torch.float32


# ---- int4


@functools.cache
def int4_tile() -> int:
    """Return the number of rows in a tile of this CPU's int4 kernel; 0 if no kernel can be used."""
    if cpu.cpu_kind() == "other":
        return 0
    return next((tile for tile in (64, 32) if cpu.passes(_try_int4, torch.device("cpu"), tile)), 0)


@functools.cache
def has_int4(device: torch.device) -> bool:
    """Return whether the device has an int4 kernel."""
    if device.type == "cpu":
        return int4_tile() > 0
    too_old = device.type == "cuda" and torch.cuda.get_device_capability(device) < (8, 0)
    return not too_old and cpu.passes(_try_int4, device)


def int4_dequantize_from(device: torch.device) -> int:
    """Return the number of rows from which an int4 weight is dequantized."""
    if not has_int4(device):
        return ALWAYS
    return MPS_INT4_DEQUANTIZE if device.type == "mps" and has_plain_order(device) else NEVER


def pack_int4(weight: Tensor, device: torch.device) -> Tensor:
    """Reorder a weight from the stored order (rounding.pack_tiles) to the order of the device's kernel,
    if there is a kernel.

    Shape: uint8 (N, K/2) -> on a CPU the same shape, not copied if the orders are equal; on cards int32
    of four dimensions.
    """
    if not has_int4(device) or (device.type == "cpu" and int4_tile() == TILE):
        return weight.to(device)
    if device.type == "cpu":
        return _reordered(weight, TILE, int4_tile())
    return _pack_for_card(rounding.unpack_tiles(weight.to(device)))


def unpack_int4(packed: Tensor) -> Tensor:
    """Reverse pack_int4 on a CPU. Raises: TypeError for a weight on a card, which is never stored."""
    if packed.dtype != torch.uint8 or packed.device.type != "cpu":
        raise TypeError("a weight on a card cannot be stored")
    return packed if int4_tile() in (0, TILE) else _reordered(packed, int4_tile(), TILE)


def _reordered(weight: Tensor, tile: int, other: int) -> Tensor:
    """Reorder a weight from tiles of `tile` rows to tiles of `other` rows, some rows at a time."""
    n, half = weight.shape
    reordered = torch.empty_like(weight)
    step = max(rounding.WEIGHTS_AT_ONCE // half // TILE, 1) * TILE
    for row in range(0, n, step):
        reordered[row : row + step] = rounding.pack_tiles(
            rounding.unpack_tiles(weight[row : row + step], tile), other
        )
    return reordered


def _pack_for_card(codes: Tensor) -> Tensor:
    """Pack codes uint8 (N, K) for the kernel of their device."""
    inner = next(tiles for tiles in (8, 4, 2) if codes.shape[1] % (16 * tiles) == 0)
    return torch._convert_weight_to_int4pack(codes[:, ::2] << 4 | codes[:, 1::2], inner)


def int4_kernel(rows: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """Multiply with the device's kernel: rows (M, K), a weight from pack_int4, scales and zeros (G, N,
    2) -> (M, N), all in bfloat16. On a CPU it would take 50 times as long with rows of another dtype,
    and twice as long with scales that are not `aligned`."""
    group = rows.shape[1] // scales_zeros.shape[0]
    if rows.device.type == "cpu":
        return torch._weight_int4pack_mm_for_cpu(rows, packed, group, scales_zeros)
    return torch._weight_int4pack_mm(rows, packed, group, scales_zeros)


@torch.no_grad()
def int4_dequantize(rows: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """Dequantize the weight, some of its rows at a time, and multiply: (M, K) -> (M, N) of the same
    dtype.

    Args:
        packed: from pack_int4, in the plain order of MPS's kernel or, without a kernel, in the stored
            order.
        scales_zeros: (G, N, 2).
    """
    G, N, _ = scales_zeros.shape
    K = rows.shape[1]
    dtype = rows.dtype
    is_plain = packed.dtype != torch.uint8
    packed = packed.view(torch.uint8).view(N, -1)
    scales, zeros = scales_zeros.to(dtype).permute(2, 1, 0).unsqueeze(-1)  # (N, G, 1)
    # On a card pieces are smaller than CARD_PIECE, because several copies of one are in memory at once.
    piece = PIECE if rows.device.type == "cpu" else 16 * PIECE
    out = rows.new_empty(len(rows), N)
    step = max(piece // K // TILE, 1) * TILE
    for start in range(0, N, step):
        part = slice(start, start + step)
        pairs = packed[part]
        # The codes have the shape (n, K/2, 2) or (n, K). In both cases they are viewed as groups (n, G,
        # K/G) below.
        codes = torch.stack((pairs & 15, pairs >> 4), -1) if is_plain else rounding.unpack_tiles(pairs)
        steps = codes.view(torch.int8).sub_(8).to(dtype).view(-1, G, K // G)
        out[:, part] = F.linear(rows, torch.addcmul(zeros[part], steps, scales[part]).reshape(-1, K))
    return out


# ---- int8


@functools.cache
def has_int8(device: torch.device, dtype: torch.dtype) -> bool:
    """Return whether the device has an int8 kernel for rows of this dtype."""
    if device.type == "cpu" and (cpu.cpu_kind() == "other" or dtype != torch.bfloat16):
        return False
    return cpu.passes(_try_int8, device, dtype)


def int8_dequantize_from(device: torch.device, dtype: torch.dtype) -> int:
    """Return the number of rows of this dtype from which an int8 weight is dequantized."""
    # On an H100 a product with one row takes 0.17 ms with the dequantized weight, and 0.39 ms with the
    # kernel.
    if device.type == "cuda" or not has_int8(device, dtype):
        return ALWAYS
    return CPU_INT8_DEQUANTIZE if device.type == "cpu" else NEVER


def int8_kernel(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Multiply with the device's kernel: rows (M, K), int8 (N, K), scales (N,) of the rows' dtype ->
    (M, N).

    On a CPU the kernel is fast only in bfloat16. There the weight must be `aligned`, as the kernel
    loads aligned vectors, and K must be a multiple of 32. torch checks neither; the process crashes
    instead.
    """
    if rows.device.type == "cpu":
        rows = aligned(rows)
    return torch._weight_int8pack_mm(rows, weight, scales)


def aligned(tensor: Tensor) -> Tensor:
    """Return the tensor, or a copy if its memory does not start at a cache line, as that of a mapped
    file or of a view may.

    The int8 kernel crashes with a weight that is not aligned. The int4 kernel takes twice the time if
    scales and zeros are not aligned: 77 ms instead of 39 ms for all weights of the 3.2 B model.
    """
    return tensor if tensor.data_ptr() % CACHE_LINE == 0 else tensor.clone()


def int8_dequantize(rows: Tensor, weight: Tensor, scales: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert the weight to `dtype` and multiply: (M, K) -> (M, N). If `dtype` is float16, float32 is
    used instead, because sums could overflow in float16."""
    return converted_product(rows, weight, torch.promote_types(dtype, torch.bfloat16)).mul_(scales)


@torch.no_grad()
def converted_product(rows: Tensor, weight: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert a weight (N, K) to `dtype`, some rows at a time, and multiply: (M, K) -> (M, N) of
    `dtype`."""
    N, K = weight.shape
    rows = rows.to(dtype)
    out = torch.empty(len(rows), N, dtype=dtype, device=rows.device)
    step = max((PIECE if rows.device.type == "cpu" else CARD_PIECE) // K, 1)
    for start in range(0, N, step):
        piece = weight[start : start + step]
        wide = cpu.scratch.take("wide", (len(piece), K), dtype, rows.device).copy_(piece)
        out[:, start : start + step] = F.linear(rows, wide)
    return out


def _codes() -> Tensor:
    """Return codes uint8 (2 * TILE, 128) for trials."""
    return (torch.arange(2 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(2 * TILE, 128)


def _try_int4(device: torch.device, tile: int = 0) -> bool:
    codes = _codes()
    scales_zeros = cpu.example(4 * TILE, 2).view(2, 2 * TILE, 2).bfloat16()
    rows = cpu.example(3, 128).bfloat16()
    if tile:
        packed = rounding.pack_tiles(codes, tile)
        if not torch.equal(torch._convert_weight_to_int4pack_for_cpu(codes.int(), 1), packed):
            return False
    else:
        packed = _pack_for_card(codes.to(device))
    got = int4_kernel(rows.to(device), packed, scales_zeros.to(device))
    stored = rounding.pack_tiles(codes)
    return cpu.close(got, rows.float() @ rounding.dequantize_int4(stored, scales_zeros).t())


@functools.cache
def has_plain_order(device: torch.device) -> bool:
    """Return whether a device's kernel takes weights in the plain order, as MPS's kernel does: rows of
    bytes, each with an even column in its lower half and the next column in its upper half."""
    return cpu.passes(_try_plain_order, device)


def _try_plain_order(device: torch.device) -> bool:
    codes = _codes()
    found = _pack_for_card(codes.to(device)).view(torch.uint8).view(len(codes), -1)
    return torch.equal(found.cpu(), codes[:, ::2] | codes[:, 1::2] << 4)


def _try_int8(device: torch.device, dtype: torch.dtype) -> bool:
    weight, scales = rounding.quantize_int8(cpu.example(64, 128))
    rows = cpu.example(3, 128).to(dtype)
    got = int8_kernel(rows.to(device), weight.to(device), scales.to(device, dtype))
    return cpu.close(got, rows.float() @ rounding.dequantize_int8(weight, scales).t())


@functools.cache
def has_fused_linear(dtype: torch.dtype, rows: int, inner: int, width: int) -> bool:
    """Return whether `linear` and `linear_add` work on this machine in this dtype and are faster than
    two passes. In bfloat16 they are faster on processors that multiply bfloat16, in float32 with AVX2
    or AVX-512.

    Pass the sizes of the largest product of the model, (rows, width) @ (width, inner). The trial
    computes a product of this size, because a smaller one is not split among all threads.
    """
    kind = cpu.cpu_kind()
    is_faster = (
        kind == "avx512_bf16" if dtype == torch.bfloat16 else dtype == torch.float32 and kind != "other"
    )
    return is_faster and cpu.passes(_try_fused, dtype, rows, inner, width)


def is_slow(dtype: torch.dtype) -> bool:
    """Return whether products in this dtype take several times as long as in float32. This is the case
    for bfloat16 on processors with AVX2 but without AVX-512, for which oneDNN has no kernel. Arm
    processors were not measured.
    """
    return dtype == torch.bfloat16 and cpu.cpu_kind() == "avx2"


@functools.cache
def has_amx() -> bool:
    """Return whether torch multiplies matrices of bfloat16 in this processor's tiles (AMX)."""
    return bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())


def linear(x: Tensor, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Tensor:
    """Return x @ weight.T + bias, or with `gelu` the GELU (tanh form) of this sum: (..., K), (N, K),
    (N,) -> (..., N), all of one dtype."""
    after, how = ("gelu", "tanh") if gelu else ("none", "")
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, after, [], how)


def linear_add(x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor) -> Tensor:
    """Return residual + x @ weight.T + bias: (..., K), (N, K), (N,), (..., N) -> (..., N)."""
    return torch.ops.mkldnn._linear_pointwise.binary(x, residual, weight, bias, "add")


def _try_fused(dtype: torch.dtype, rows: int, inner: int, width: int) -> bool:
    x = cpu.example(rows, width)
    weight = cpu.example(inner, width)
    bias = cpu.example(1, inner)[0]
    residual = cpu.example(rows, inner)
    exact = F.linear(x, weight, bias)
    a, w, b, r = (tensor.to(dtype) for tensor in (x, weight, bias, residual))
    actual = (linear(a, w, b), linear(a, w, b, gelu=True), linear_add(a, w, b, r))
    expected = (exact, F.gelu(exact, approximate="tanh"), exact + residual)
    return all(map(cpu.close, actual, expected))


# ---- one row


# switches oneDNN off; products of other threads are slower meanwhile, but correct
_plain_products = SwitchedOff(
    lambda: torch._C._get_mkldnn_enabled(), lambda on: torch._C._set_mkldnn_enabled(on)
)


def one_row(x: Tensor, linear: nn.Module) -> AbstractContextManager[None]:
    """Return a context manager for products of x (M, K) with weights such as those of `linear`. If x is
    a single row, it may switch oneDNN off.

    In bfloat16 the product of a single row takes as long as reading the weight. On processors that
    multiply bfloat16, torch's own loop over the rows of the weight is as exact as oneDNN and reads the
    weight faster. For two rows and more, oneDNN is faster. Processors with AMX were not measured.

    While oneDNN is off, products of other threads are slower, but correct. It is switched off only if
    the weight is bfloat16: products with integer weights would be several times slower.
    """
    bfloat16 = x.dtype == getattr(getattr(linear, "weight", None), "dtype", None) == torch.bfloat16
    plain = bfloat16 and x.shape[0] == 1 and x.device.type == "cpu" and _reads_slowly()
    return _plain_products if plain else nullcontext()


@functools.cache
def _reads_slowly() -> bool:
    return (
        cpu.cpu_kind() == "avx512_bf16" and not has_amx() and hasattr(torch._C, "_set_mkldnn_enabled")
    )


# ---- products of 8-bit integers

ZERO = 128  # the code that represents 0 if codes represent -128 to 127


@functools.cache
def has_int8_linear() -> bool:
    """Return whether `int8_linear` and `int8_linear_gelu` work on this processor and are faster than
    products in 32 bit. Products of 8-bit integers are faster on processors with avx512_vnni, with or
    without AMX."""
    return cpu.cpu_kind() in ("avx512_bf16", "avx512_vnni") and cpu.passes(_try_int8_linear)


def int8_linear(codes: Tensor, weight: Tensor, scales: Tensor, zero: int = ZERO) -> Tensor:
    """Return (codes - zero) @ weight * scales: uint8 (M, K), int8 (K, N) in oneDNN's memory, (N,) ->
    float32 (M, N)."""
    return _int8_product(codes, 1.0, zero, weight, scales, None, ("none", [], ""))


def int8_linear_gelu(
    codes: Tensor, unit: float, weight: Tensor, scales: Tensor, bias: Tensor
) -> Tensor:
    """Return gelu(unit * (codes - ZERO) @ weight * scales + bias), GELU in its tanh form: shapes as
    int8_linear."""
    return _int8_product(codes, unit, ZERO, weight, scales, bias, ("gelu", [], "tanh"))


def _int8_product(
    codes: Tensor,
    unit: float,
    zero: int,
    weight: Tensor,
    scales: Tensor,
    bias: Tensor | None,
    after: Any,
) -> Tensor:
    # The codes are uint8, because oneDNN's implementation for int8 takes a thousand times as long.
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    return torch.ops.onednn.qlinear_pointwise(
        codes, unit, zero, weight, scales.float(), zeros, bias, 1.0, 0, torch.float32, *after
    )


def _try_int8_linear() -> bool:
    """Compare products of the largest possible numbers. They overflow on a processor that adds pairs of
    products in 16 bit."""
    codes = torch.full((3, 144), 255, dtype=torch.uint8)
    codes[:, 1::3] = 0
    weight = torch.full((144, 80), 127, dtype=torch.int8)
    bias = cpu.example(1, 80)[0]
    weight[:, ::2] = -127
    scales = torch.linspace(0.5, 1, 80) / 2**20
    exact = (codes.double() - ZERO) @ weight.double() * scales
    packed = weight.to_mkldnn()
    plain = int8_linear(codes, packed, scales)
    activated = int8_linear_gelu(codes, 0.5, packed, scales, bias)
    expected = F.gelu(exact / 2 + bias, approximate="tanh").float()
    return cpu.close(plain, exact.float()) and cpu.close(activated, expected)
