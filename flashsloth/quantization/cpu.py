"""The processor: its kind, which decides which kernels are used, the threads that torch gets, trials of
kernels, and scratch memory for products that are computed in pieces.

torch decides how many threads share an operation, and asks its OpenMP library for them. OpenMP may give
it fewer without a word. oneDNN then leaves the parts of the missing threads uncomputed, so that
products are wrong. If the system refuses a thread, libgomp ends the process. `fit_threads` therefore
lowers torch's number to one that OpenMP gives in any case. It concerns each thread that computes,
because OpenMP has settings and worker threads of its own for each of them.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Callable

import torch

from flashsloth.errors import ResourceError
from flashsloth.utils import system

# How many threads must be left to be started beside those of OpenMP, for what else needs threads and
# processes: pictures, downloads, requests.
SPARE = 8
# the limits of the system, one of which applies if too few threads can be started
SYSTEM_LIMITS = "ulimit -u, TasksMax or --pids-limit"


def library() -> ctypes.CDLL:
    """Return a handle in which the functions of torch's OpenMP library are found: the system also looks
    for a function in the libraries that torch was linked with. On Windows it does not. Raises:
    OSError."""
    return ctypes.CDLL(torch._C.__file__)


@functools.cache
def granted_threads() -> tuple[int | None, str]:
    """Return the number of threads that OpenMP grants in any case, and the environment variable that
    limits them. The number is None if there is no limit, or if the library cannot be asked."""
    try:
        openmp = library()
        if openmp.omp_get_max_active_levels() < 1:
            return 1, "OMP_MAX_ACTIVE_LEVELS"
        # With this variable OpenMP grants fewer threads while the machine is busy.
        if openmp.omp_get_dynamic():
            return 1, "OMP_DYNAMIC"
        return openmp.omp_get_thread_limit(), "OMP_THREAD_LIMIT"
    except (OSError, AttributeError):
        return None, ""


class _Fitted(threading.local):
    """What `fit_threads` has found in this thread: the number of threads that torch uses, and what
    keeps it from using more ("" for nothing)."""

    count = 0
    limit = ""


fitted = _Fitted()


def fit_threads() -> None:
    """Make torch use no more threads than it gets, and no oneDNN where the system refuses the memory
    for its generated code. Call this in each thread before it computes. Raises: ResourceError if
    torch cannot compute at all.

    If the system allows only a few more threads, torch gets one. A number in between would gain little,
    and for it torch would start the threads of another pool, which it does not need.
    """
    # Asking for the number also applies it to this thread. Without that, oneDNN's operators would use
    # OpenMP's default.
    wanted = torch.get_num_threads()
    if wanted == fitted.count:
        return
    if not system.has_cpuinfo():
        raise ResourceError(
            "/proc/cpuinfo, which torch needs, cannot be read",
            hint="Mount /proc in this chroot or sandbox: mount -t proc proc /proc",
        )
    if not system.can_make_executable():
        torch._C._set_mkldnn_enabled(False)  # torch's other products need no generated code
    granted, limit = granted_threads()
    most = wanted if granted is None else min(wanted, granted)
    if most > 1 and not system.can_start_threads(most - 1 + SPARE):
        most = 1
        limit = SYSTEM_LIMITS
    if most < wanted:
        torch.set_num_threads(most)
        fitted.limit = limit
    fitted.count = most


# The processor, and trials of kernels


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
    fit_threads()
    try:
        with torch.inference_mode(), torch.device("cpu"):
            return trial(*arguments)
    except (RuntimeError, AttributeError, TypeError):
        return False


def close(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    """Return whether a result, of any dtype and device, differs from the expected result by at most
    TOLERANCE (relative). `expected` is in float32 on the CPU."""
    return bool((actual.float().cpu() - expected).norm() <= TOLERANCE * expected.norm())


def example(rows: int, columns: int) -> torch.Tensor:
    """Return numbers spread evenly over -1 to 1, without a random generator."""
    return (torch.arange(rows * columns) * 0.6180339887).remainder(2).sub(1).view(rows, columns)


class _Scratch(threading.local):
    """Buffers for the pieces of a product, which each thread keeps and reuses (20 to 50 MB). On a CPU,
    allocating new memory would take longer than the arithmetic. On other devices torch caches memory
    itself, so nothing is kept."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, torch.dtype], torch.Tensor] = {}

    def take(
        self, name: str, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device
    ) -> torch.Tensor:
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
