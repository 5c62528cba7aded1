"""Matrix products of a few rows on NVIDIA's cards, as operators of torch.

On a card an operator launches a Triton kernel (triton_products.py). On a CPU another function, the twin
of the kernel, computes the same with torch's operators. Before a kernel is used, a trial compares it
with its twin, and so do the tests.

The kernel of a product also applies the norm before it, and the bias, activation and residual after it.
So a decode step launches only three kernels per layer of Phi (inference/card_step.py). How a product is
divided among programs is read from a table (TILES), which was measured on one card. There is no
autotuning at run time, so that answers do not depend on the speed of the machine.

Letters: B rows, N outputs, K inputs, F width of an MLP.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import sysconfig
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.quantization import cpu, rounding
from flashsloth.quantization.presets import TRITON

CAPABILITY = (8, 0)  # the first compute capability with bfloat16
# How many weights are dequantized at a time, enough for the largest product in a layer of the released
# model.
PIECE = 756 * 2**16
# the maximum number of weights of a product, because the kernels compute offsets in 32 bits
MOST = 2**31
# The number of rows from which a weight is dequantized for torch. The kernel reads the weights again
# for each row, which takes 34 us per layer and row. Dequantizing the weights of a layer and multiplying
# by them takes 138 us.
DEQUANTIZE_FROM = 4


class Tile(NamedTuple):
    """The share of a product that one program of a kernel computes, and how the kernel is launched."""

    outputs: int
    inputs: int  # the number of inputs that are read at a time
    warps: int
    stages: int  # the number of blocks of weights that are loaded ahead
    parts: int = 1  # the number of programs among which the inputs of an output are divided
    dependent: bool = False  # programmatic launch: the next kernel begins before this one ends


# The tiles by minimum compute capability, bits of a weight, and whether the result is added to a
# residual. They were the fastest on an H200 (benchmarks/gpu.py --step 3 --tune). Cards below compute
# capability 9.0 were not measured, and get the same tiles without programmatic launch.
TILES = {
    (80, 16, False): Tile(4, 512, 1, 4),
    (80, 16, True): Tile(2, 1024, 4, 1),
    (80, 8, False): Tile(8, 512, 2, 1),
    (80, 8, True): Tile(8, 512, 2, 4, 5),
    (80, 4, False): Tile(16, 512, 2, 3),
    (80, 4, True): Tile(8, 512, 4, 1, 5),
    (90, 16, False): Tile(4, 512, 1, 4, 1, True),
    (90, 16, True): Tile(2, 1024, 4, 1, 1, True),
    (90, 8, False): Tile(8, 512, 2, 1, 1, True),
    (90, 8, True): Tile(8, 512, 2, 4, 5, True),
    (90, 4, False): Tile(16, 512, 2, 3, 1, True),
    (90, 4, True): Tile(8, 512, 4, 1, 5, True),
}


def tile(capability: int, bits: int, k: int, *, residual: bool) -> Tile:
    """Return the tile of a product with K inputs on a card of this compute capability, such as 89."""
    # Use fewer parts than the table says if a part would end within a group of weights that share a
    # scale.
    found = TILES[max(least for least, *_ in TILES if least <= capability), bits, residual]
    unit = 64 if bits == 4 else 16
    return found._replace(
        parts=next(parts for parts in range(found.parts, 0, -1) if k % (parts * unit) == 0)
    )


# ---- weights


class CardWeight(NamedTuple):
    """A weight in the order that the kernels read, with its scales. The scales are None for a 16-bit
    weight."""

    weight: Tensor
    scales: Any

    @property
    def bits(self) -> int:
        return {torch.int32: 4, torch.int8: 8}.get(self.weight.dtype, 16)

    @property
    def shape(self) -> tuple[int, int]:
        n, k = self.weight.shape
        return n, 8 * k if self.bits == 4 else k

    def dequantized(self, first: int = 0, last: int | None = None) -> Tensor:
        """Return the rows from `first` to `last` in float32, computed by torch's operators."""
        weight = self.weight[first:last]
        if self.scales is None:
            return weight.float()
        if self.bits == 8:
            return rounding.dequantize_int8(weight, self.scales[first:last])
        shifts = torch.arange(0, 32, 4, dtype=torch.int32, device=weight.device)
        codes = (weight.view(len(weight), -1, 1, 8) >> shifts[:, None]) & 15  # groups, shifts, words
        scale, zero = self.scales[first:last].float().unbind(-1)
        return ((codes.flatten(2) - 8) * scale[..., None] + zero[..., None]).flatten(1)


def takes(n: int, k: int, bits: int) -> bool:
    """Return whether the kernels support a weight (N, K)."""
    return k % (64 if bits == 4 else 16) == 0 and n % 2 == 0 and n * k < MOST


def pack_int4(weight: Tensor, scales_zeros: Tensor) -> CardWeight:
    """Reorder a stored int4 weight, uint8 (N, K/2) and bfloat16 (K/64, N, 2), for the kernels. The
    result is on the same device as the weight.

    A group of 64 inputs becomes 8 words of 32 bits. Bits 4*j to 4*j + 3 of word i are the code of input
    8*j + i. Neighbouring inputs are thus in neighbouring words, and each thread multiplies the weights
    that it has loaded itself.
    """
    codes = rounding.unpack_tiles(weight)
    codes = codes.view(len(codes), -1, 8, 8)
    words = torch.zeros(*codes.shape[:2], 8, dtype=torch.int32, device=codes.device)
    for j in range(8):
        words |= codes[:, :, j].int() << (4 * j)
    return CardWeight(words.flatten(1), scales_zeros.transpose(0, 1).contiguous())


def matmul(rows: Tensor, weight: CardWeight, bias: Tensor | None) -> Tensor:
    """Multiply rows (B, K) of 16 bit by a weight of 4 or 8 bits, and add the bias: (B, N). From
    DEQUANTIZE_FROM rows on, the weight is dequantized piece by piece into a buffer, and torch computes
    the product."""
    n, k = weight.shape
    if len(rows) < DEQUANTIZE_FROM:
        out = rows.new_empty(len(rows), n)
        multiply(rows, weight, bias, out)
        return out
    # A piece has a multiple of 64 rows. Triton would compile one more kernel for a tensor that does not
    # begin at a multiple of 16 bytes, and for a number that is not a multiple of 16.
    step = min(n, max(PIECE // k // 64 * 64, 64))
    parts = []
    buffer = rows.new_empty(step, k)
    for first in range(0, n, step):
        part = slice(first, min(first + step, n))
        wide = buffer[: part.stop - first]
        torch.ops.flashsloth.dequantize(weight.weight[part], weight.scales[part], wide)
        parts.append(F.linear(rows, wide, None if bias is None else bias[part]))
    return parts[0] if step == n else torch.cat(parts, 1)


def multiply(
    x: Tensor,
    weight: CardWeight,
    bias: Tensor | None,
    out: Tensor,
    *,
    norm: tuple[Tensor, Tensor | None, float] | None = None,
    active: Tensor | None = None,
    gained: Tensor | None = None,
    gain: Tensor | None = None,
    work: tuple[Tensor, Tensor] | None = None,
) -> None:
    """Compute y = norm(x) @ W.T + bias of rows (B, K) with one kernel, and write it to `out`.

    Args:
        x: the rows. With `norm` they are the residual stream times the norm's weight, in float32.
        norm: three values: the residual stream (B, K); the result of `norm_sums` for a layer norm, or
            None for an RMS norm; and the norm's epsilon.
        out: (B, N), to which y is written; or (B, N/2), to which SiLU of y's first half times y's
            second half is written.
        active: (B, F), or None. With `active`, the first N - F columns of y are written to `out`, and
            GELU of the other columns to `active`.
        gained: float32 (B, N), or None. With `gained`, y is added to `out`, and the sum times `gain`
            (N,) is written to `gained`.
        work: the result of `workspace`. Only with it the inputs of an output are divided among several
            programs (split-K).
    """
    stream, sums, eps = norm or (None, None, 0.0)
    torch.ops.flashsloth.product(
        x,
        weight.weight,
        weight.scales,
        bias,
        stream,
        sums,
        eps,
        gain,
        out,
        active,
        gained,
        *(work or (None, None)),
    )


def workspace(rows: int, device: torch.device, *widths: int) -> tuple[Tensor, Tensor]:
    """Return scratch memory (float32) and counters (int32) for kernels that compute outputs of at most
    these widths in parts. The counters are zero, and each kernel sets them back to zero at its end."""
    most = rows * max(widths)
    parts = max(each.parts for each in TILES.values())
    return torch.empty(parts * most, device=device), torch.zeros(most, dtype=torch.int32, device=device)


def norm_sums(weight: CardWeight, norm: Any) -> Tensor:
    """Return the weight's products with the norm's weight and with its bias, float32 (2, N). With these
    two sums a layer norm can be applied after the product, so that the product need not wait for the
    mean of the row:

        norm(x) @ W.T = (x * weight @ W.T - mean * sums[0]) / deviation + sums[1]
    """
    factors = torch.stack((norm.weight.float(), norm.bias.float()), 1)
    n, k = weight.shape
    step = max(rounding.CARD_WEIGHTS_AT_ONCE // k, 1)
    return (
        torch.cat([weight.dequantized(at, at + step) @ factors for at in range(0, n, step)])
        .t()
        .contiguous()
    )


# ---- the operators

LIBRARY: Any = torch.library.Library("flashsloth", "DEF")  # type: ignore[no-untyped-call]


def register(kernel: Any, twin: Any, *written: str) -> None:
    """Register an operator with the name and the arguments of its twin. On cards the function `kernel`
    computes the operator by launching a kernel; on a CPU the twin computes it. `written` are the names
    of the arguments to which results are written."""
    name = twin.__name__
    LIBRARY.define(name + torch.library.infer_schema(twin, mutates_args=written))
    without_values = lambda *given: on_meta(kernel, *given)  # noqa: E731
    for key, function in (("CUDA", kernel), ("CPU", twin), ("Meta", without_values)):
        LIBRARY.impl(name, function, key)


class _Thread(threading.local):
    # whether launching a kernel for tensors on the device "meta" compiles the kernel in this thread
    compiles = False
    # if this event is set, launching kernels on "meta" no longer compiles them
    stopped = threading.Event()


thread = _Thread()


def on_meta(kernel: Any, *given: Any) -> None:
    """Compile a kernel for tensors on the device "meta". Only the thread that `ahead` has started
    compiles. It no longer does so after it was stopped, or while the program is ending."""
    if thread.compiles and threading.main_thread().is_alive() and not thread.stopped.is_set():
        kernel(*given)


def power_of_two(number: int) -> int:
    """Return the smallest power of two that is at least `number`."""
    return 1 << (number - 1).bit_length()


def launch(
    kernel: Any, grid: tuple[int, ...], *arguments: Any, dependent: bool = False, **options: Any
) -> None:
    """Launch a kernel on the device of its first argument. If this device is "meta", the kernel is
    compiled, but not run."""
    if dependent:
        options |= {"launch_pdl": True}
    if arguments[0].is_meta:
        kernel.warmup(*arguments, grid=grid, **options)
        return
    with torch.cuda.device_of(arguments[0]):  # type: ignore[no-untyped-call]
        kernel[grid](*arguments, **options)


@functools.cache
def capability(device: torch.device) -> int:
    """Return a card's compute capability, such as 89. For the device "meta" it is that of the current
    card. For a CPU, on which Triton's interpreter runs the kernels, it is the lowest that is
    supported."""
    is_cpu = device.type == "cpu"
    major, minor = CAPABILITY if is_cpu else torch.cuda.get_device_capability(device.index)
    return 10 * major + minor


def launch_product(
    x: Tensor,
    weight: Tensor,
    scales: Tensor | None,
    bias: Tensor | None,
    stream: Tensor | None,
    sums: Tensor | None,
    eps: float,
    gain: Tensor | None,
    out: Tensor,
    active: Tensor | None,
    gained: Tensor | None,
    partial: Tensor | None,
    count: Tensor | None,
) -> None:
    from flashsloth.quantization import triton_products

    of = CardWeight(weight, scales)
    n, k = of.shape
    bits = of.bits
    chosen = tile(capability(x.device), bits, k, residual=gained is not None)
    parts = 1 if count is None else chosen.parts
    tensors = (
        x,
        weight,
        _pairs(scales, bits),
        bias,
        stream,
        sums,
        gain,
        out,
        active,
        gained,
        partial,
        count,
    )
    active_row = 0 if active is None else active.stride(0)
    numbers = (x.stride(0), out.stride(0), active_row, n, out.shape[1], eps)
    is_gate = 2 * out.shape[1] == n and active is None
    constants = {
        "K": k,
        "BITS": bits,
        "GATE": is_gate,
        "WIDE": power_of_two(k),
        "PARTS": parts,
        "BLOCK_N": chosen.outputs,
        "BLOCK_K": chosen.inputs,
        "STAGES": chosen.stages,
        "num_warps": chosen.warps,
        "DEPENDENT": chosen.dependent,
    }
    grid = -(-n // chosen.outputs), parts, len(x)
    launch(triton_products.product, grid, *tensors, *numbers, dependent=chosen.dependent, **constants)


def launch_dequantize(weight: Tensor, scales: Tensor, out: Tensor) -> None:
    from flashsloth.quantization import triton_products

    n, k = out.shape
    bits = CardWeight(weight, scales).bits
    rows = 8
    columns = 512
    inputs = weight, _pairs(scales, bits), out, n
    grid = -(-n // rows), -(-k // columns)
    launch(triton_products.dequantize, grid, *inputs, K=k, BITS=bits, BLOCK_N=rows, BLOCK_K=columns)


def _pairs(scales: Tensor | None, bits: int) -> Tensor | None:
    """Return the scales and zeros of an int4 weight in the form that a kernel reads, as pairs in an
    int32. Return other scales unchanged."""
    return scales.view(torch.int32) if scales is not None and bits == 4 else scales


def product(
    x: Tensor,
    weight: Tensor,
    scales: Tensor | None,
    bias: Tensor | None,
    stream: Tensor | None,
    sums: Tensor | None,
    eps: float,
    gain: Tensor | None,
    out: Tensor,
    active: Tensor | None,
    gained: Tensor | None,
    partial: Tensor | None,
    count: Tensor | None,
) -> None:
    """Compute the product of `multiply` with torch's operators."""
    y = x.float() @ CardWeight(weight, scales).dequantized().t()
    if stream is not None:
        wide = stream.float()
        mean = wide.mean(1, keepdim=True) if sums is not None else 0.0
        deviation = ((wide - mean).square().mean(1, keepdim=True) + eps).sqrt()
        y = y / deviation if sums is None else (y - mean * sums[0]) / deviation + sums[1]
    y = y if bias is None else y + bias.float()
    if active is not None:
        active.copy_(F.gelu(y[:, out.shape[1] :], approximate="tanh"))
        out.copy_(y[:, : out.shape[1]])
    elif 2 * out.shape[1] == y.shape[1]:
        gate, up = y.chunk(2, 1)
        out.copy_(F.silu(gate) * up)
    elif gained is not None:
        y += out.float()
        out.copy_(y)
        gained.copy_(y if gain is None else y * gain.float())
    else:
        out.copy_(y)


def dequantize(weight: Tensor, scales: Tensor, out: Tensor) -> None:
    """Write a dequantized weight to `out` (N, K)."""
    out.copy_(CardWeight(weight, scales).dequantized())


register(launch_product, product, "out", "active", "gained", "partial", "count")
register(launch_dequantize, dequantize, "out")


# ---- whether they can be used


def missing() -> str:
    """Return what Triton lacks on this machine to compile kernels; empty if nothing is missing. Triton
    needs a C compiler, to build a module that launches kernels, and a folder for this module and for
    the compiled kernels."""
    if importlib.util.find_spec("triton") is None:
        return f"Triton (pip install '{'triton-windows' if os.name == 'nt' else 'triton'}<3.10')"
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    if os.name != "nt" and compiler is None:  # triton-windows includes a compiler
        return "a C compiler (gcc or clang)"
    header = (
        Path(sysconfig.get_path("include", "nt" if os.name == "nt" else "posix_prefix")) / "Python.h"
    )
    if os.name != "nt" and not header.is_file():
        return f"{header} (Python's headers, as python3-dev)"
    folder = kernel_folder()
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return (
        ""
        if os.access(existing, os.W_OK | os.X_OK)
        else f"a writable folder in place of {folder} (TRITON_CACHE_DIR)"
    )


def kernel_folder() -> Path:
    """Return the folder in which Triton stores compiled kernels."""
    home = os.environ.get("TRITON_HOME") or Path.home()
    return Path(os.environ.get("TRITON_CACHE_DIR") or Path(home) / ".triton" / "cache")


def tried(trial: Callable[[torch.device], bool]) -> Any:
    """Return a function that takes a device and returns why the kernels cannot be used on this device;
    empty if they can be used. The trial of the kernels runs only once for each device."""
    return functools.cache(lambda device: problem_of(device) or failure(trial, device))


def failure(trial: Callable[[torch.device], bool], device: torch.device) -> str:
    """Return why a trial of kernels fails; empty if it succeeds."""
    try:
        with torch.inference_mode():
            return "" if trial(device) else "a trial gave another result"
    except Exception as error:  # the compiler, the driver and Triton raise errors of many types
        return f"a trial failed: {(str(error).splitlines() or [type(error).__name__])[0]}"


def ahead(trial: Callable[[torch.device], bool], device: torch.device) -> Callable[..., str]:
    """Begin a trial in a new thread, in which launching a kernel on the device "meta" compiles it.

    Returns: a function that waits for the end of the trial and returns why it failed, or "" if it
    succeeded. Called with `stop=True`, it lets the trial finish the kernel that is being compiled, but
    no others.
    """
    found = []
    stopped = threading.Event()

    def run() -> None:
        thread.compiles = True
        thread.stopped = stopped
        with torch.cuda.device(device):
            found.append(failure(trial, device))

    def wait(*, stop: bool = False) -> str:
        if stop:
            stopped.set()
        compiling.join()
        return "".join(found)

    compiling = threading.Thread(target=run, name="triton")
    compiling.start()
    return wait


def problem_of(device: torch.device) -> str:
    """Return what a device or this machine lacks for the kernels; empty if nothing is missing."""
    if device.type != "cuda":
        return "they are for NVIDIA's cards"
    if torch.version.hip is not None or torch.cuda.get_device_capability(device) < CAPABILITY:
        return "they need an NVIDIA card of compute capability 8.0 or later"
    lacking = missing()
    return f"they need {lacking}" if lacking else ""


def can_use(device: torch.device) -> bool:
    """Return whether the kernels can be used on a device."""
    return thread.compiles or not problem(device)


def kind_of(device: torch.device) -> str:
    """Return the name of a device in presets.TABLE."""
    return TRITON if device.type == "cuda" and can_use(device) else device.type


def agrees(name: str, device: torch.device, written: Sequence[int], *given: Any) -> bool:
    """Return whether an operator writes the same results on a device as its twin does on the CPU.
    `written` are the indices of the arguments to which results are written. On "meta" the kernel is
    compiled and nothing is compared."""
    found = []
    for place in (torch.device("cpu"), device):
        copies = [x.to(place, copy=True) if isinstance(x, Tensor) else x for x in given]
        getattr(torch.ops.flashsloth, name)(*copies)
        found.append(torch.cat([copies[number].float().flatten() for number in written]))
    return device.type == "meta" or cpu.close(found[1].cpu(), found[0])


def _try_products(device: torch.device) -> bool:
    """Try a small product with a residual in each format, and a dequantized weight."""
    example = cpu.example(128, 640)
    x = cpu.example(2, 640).bfloat16()
    out = torch.zeros(2, 128, dtype=torch.bfloat16)
    work = workspace(2, x.device, 128)
    int8 = CardWeight(*rounding.quantize_int8(example))
    int4 = pack_int4(*rounding.quantize_int4(example))
    tried = []
    for weight in (CardWeight(example.bfloat16(), None), int8, int4):
        given = (x, *weight, None, None, None, 0.0, None, out, None, out.float(), *work)
        tried.append(agrees("product", device, (8, 10), *given))
        if weight.bits < 16:
            tried.append(agrees("dequantize", device, (2,), *weight, example.bfloat16()))
    return all(tried)


problem = tried(_try_products)
