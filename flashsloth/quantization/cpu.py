"""The kind of this processor, which decides which kernels are used, trials of kernels, and scratch
memory for products that are computed in pieces."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable

import torch
from torch import Tensor

from flashsloth.quantization import openmp

# The largest relative error of a kernel in a trial, compared with a product of the dequantized weight.
# Rounding to bfloat16 alone causes an error of 0.005.
TOLERANCE = 0.02


@functools.cache
def cpu_kind() -> str:
    """Return "avx512_bf16", "avx512_vnni", "avx512", "avx2" or "other": the instruction set that this
    processor has and this build of torch uses."""
    built = torch.backends.cpu.get_cpu_capability()
    if built == "AVX512":
        if getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)():
            return "avx512_bf16"
        return "avx512_vnni" if getattr(torch.cpu, "_is_vnni_supported", lambda: False)() else "avx512"
    return "avx2" if built == "AVX2" else "other"


def allows_tiles() -> bool:
    """Ask Linux for permission to use the processor's tiles (AMX), and return whether it was given.

    Without permission the first use of a tile ends the process. Linux refuses the permission if the
    processor has no tiles, or if a thread has a signal stack that is too small to save the tiles.
    """
    return bool(getattr(torch.cpu, "_init_amx", lambda: False)())


def passes(trial: Callable[..., bool], *arguments: object) -> bool:
    """Return whether a trial of a kernel succeeds. A trial computes a product and compares it with the
    result of plain operators. If the kernel is missing or unsuitable, the trial raises one of
    the errors that are caught here."""
    openmp.fit_threads()
    try:
        with torch.inference_mode(), torch.device("cpu"):
            return trial(*arguments)
    except (RuntimeError, AttributeError, TypeError):
        return False


def close(actual: Tensor, expected: Tensor) -> bool:
    """Return whether a result, of any dtype and device, differs from the expected result by at most
    TOLERANCE (relative). `expected` is in float32 on the CPU."""
    return bool((actual.float().cpu() - expected).norm() <= TOLERANCE * expected.norm())


def example(rows: int, columns: int) -> Tensor:
    """Return numbers spread evenly over -1 to 1, without a random generator."""
    return (torch.arange(rows * columns) * 0.6180339887).remainder(2).sub(1).view(rows, columns)


class _Scratch(threading.local):
    """Buffers for the pieces of a product, which each thread keeps and reuses (20 to 50 MB). On a CPU,
    allocating new memory would take longer than the arithmetic. On other devices torch caches memory
    itself, so nothing is kept."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, torch.dtype], Tensor] = {}

    def take(
        self, name: str, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device
    ) -> Tensor:
        """Return an uninitialized tensor, which is valid until `take` is called with the same name
        again in this thread."""
        if device.type != "cpu":
            return torch.empty(shape, dtype=dtype, device=device)
        count = torch.Size(shape).numel()
        kept = self.kept.get((name, dtype))
        if kept is None or kept.numel() < count:
            # A tensor made in inference mode could not be written outside of it.
            with torch.inference_mode(False):
                kept = self.kept[name, dtype] = torch.empty(count, dtype=dtype, device=device)
        return kept[:count].view(shape)


scratch = _Scratch()
