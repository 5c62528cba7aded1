"""Choose the device and the dtype, measure and release memory, and convert out-of-memory errors."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError, OutOfMemory
from flashsloth.utils import system

if TYPE_CHECKING:
    import torch


DEVICE_NAME = re.compile(r"auto|cpu|mps|(cuda)(?::([0-9]{1,4}))?"), "auto, cpu, mps, cuda or cuda:N"
DTYPES = ("float32", "bfloat16", "float16")


def choose_device(wanted: str) -> torch.device:
    """Return the named device. For `auto` this is the first CUDA device, otherwise Apple's GPU,
    otherwise the CPU.

    Raises: OptionError if the name is unknown or the device does not exist.
    """
    import torch

    mps = torch.backends.mps.is_available()
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda:0")
        return torch.device("mps" if mps else "cpu")
    match = DEVICE_NAME[0].fullmatch(wanted)
    if match is None:
        raise OptionError(f"unknown device {wanted!r}", hint=f"Use {DEVICE_NAME[1]}.")
    if wanted == "mps" and not mps:
        raise OptionError(
            "device mps does not exist: it needs an Apple processor", hint="Use --device cpu."
        )
    if match[1] is None:
        return torch.device(wanted)
    number = int(match[2] or 0)
    if number >= torch.cuda.device_count():
        raise OptionError(
            f"device {wanted} does not exist: torch finds {torch.cuda.device_count()} CUDA devices",
            hint="Use --device cpu.",
        )
    return torch.device(f"cuda:{number}")


# Size of a model in bytes. On a CPU smaller models always run in float32, because other dtypes would
# not make them faster.
SMALL = 2**28


def choose_dtype(
    device: torch.device, wanted: str | None, size: int, *, quantized: bool = False
) -> torch.dtype:
    """Return the dtype to compute in: the one that the user chose, or one that suits the device, the
    processor and the size of the model.

    Args:
        size: the size of the stored model in bytes.
        quantized: whether most weights have 4 or 8 bits. Their CPU kernels use bfloat16.

    Raises: OptionError for an unknown dtype.
    """
    import torch

    if wanted not in (None, "auto"):
        if wanted not in DTYPES:
            raise OptionError(f"unknown dtype {wanted!r}", hint=f"Use {', '.join(DTYPES)}.")
        return getattr(torch, wanted)
    if device.type == "cuda":
        # `torch.cuda.is_bf16_supported` is not used, because it asks the current card, which may not be
        # `device`.
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16
    if device.type == "mps":
        # In float16 the released model overflows (pytorch#160841). Apple's GPUs support bfloat16 from
        # macOS 14 on.
        return torch.bfloat16 if torch.backends.mps.is_macos_or_newer(14, 0) else torch.float32
    has_bf16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    # On a processor that does not compute in bfloat16, float32 is faster. It takes twice as much
    # memory, so it is chosen only if the model fits.
    if size < SMALL or (not quantized and not has_bf16 and size * 2 < free_memory(device)):
        return torch.float32
    return torch.bfloat16


def free_memory(device: torch.device) -> int:
    """Return the number of bytes that can be allocated now. On a CPU the limits of the process and of
    its memory cgroups (a container, a service, a job of Slurm) are taken into account."""
    return _memory(device)[0]


def total_memory(device: torch.device) -> int:
    """Return the bytes of memory that the device has. On a CPU this is at most the limit of the memory
    cgroups."""
    return _memory(device)[1]


UNLIMITED = 2**62  # bytes; if there is no limit, systems report a larger number
# For the memory cgroups of version 2 and version 1: their name in OWN_CGROUPS, the folder where they
# are mounted, and the files of a group with its limit and its use.
CGROUPS = (
    ("", "/sys/fs/cgroup", "memory.max", "memory.current"),
    ("memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)
OWN_CGROUPS = Path("/proc/self/cgroup")  # the groups of this process


def _memory(device: torch.device) -> tuple[int, int]:
    """Return the number of free bytes, and of all bytes, in a device's memory."""
    import torch

    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return int(free), int(total)
    if device.type == "mps":
        total = int(torch.mps.recommended_max_memory())
        return total - int(torch.mps.current_allocated_memory()), total
    import psutil

    # 1. Read the memory of the machine.
    try:
        memory = psutil.virtual_memory()
        free = memory.available
        total = memory.total
    except OSError:  # without /proc, as in a chroot, nothing tells how much is in use
        free = total = system.physical_memory()
    # 2. Apply the limits of the cgroups. Files in the page cache do not count as used memory, because
    #    the kernel drops them when memory is needed.
    for limit_file, usage_file in _cgroup_files():
        with suppress(OSError, ValueError):
            limit = int(limit_file.read_text(encoding="ascii"))
            if limit < UNLIMITED:
                lines = limit_file.with_name("memory.stat").read_text(encoding="ascii").splitlines()
                stat = dict(line.split() for line in lines)
                free = min(free, limit - int(usage_file.read_text(encoding="ascii")) + _cached(stat))
                total = min(total, limit)
    # 3. Apply the limit of the process (`ulimit -v`), which only Linux enforces.
    if sys.platform == "linux":
        with suppress(psutil.Error):  # without /proc
            process = psutil.Process()
            limit = process.rlimit(psutil.RLIMIT_AS)[0]
            if 0 <= limit < UNLIMITED:
                free = min(free, limit - process.memory_info().vms)
    return max(0, int(free)), int(total)


def _cgroup_files() -> Iterator[tuple[Path, Path]]:
    """Yield the paths of the limit and of the use of each memory cgroup that limits this process: of
    its own group and of the group's parents. Groups that are not mounted have no such files."""
    own = dict[str, str]()
    with suppress(OSError):
        for line in OWN_CGROUPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            _, controllers, path = line.split(":", 2)
            own |= dict.fromkeys(controllers.split(","), path.lstrip("/"))
    for controller, mounted, limit, usage in CGROUPS:
        folder = Path(mounted, own.get(controller, ""))
        while folder.is_relative_to(mounted):
            yield folder / limit, folder / usage
            folder = folder.parent


def _cached(stat: dict[str, str]) -> int:
    """Return the bytes of files in the page cache, from the memory.stat of a cgroup. In version 1 the
    names that include the groups below it begin with "total_"."""
    names = ("inactive_file", "active_file")
    return sum(int(stat.get(f"total_{name}", stat.get(name, 0))) for name in names)


def owned(tensor: torch.Tensor) -> torch.Tensor:
    """Return the tensor, or a copy of it if it is a view into a larger storage. Otherwise the whole
    storage would remain in memory as long as the view."""
    return tensor if tensor.nbytes == tensor.untyped_storage().nbytes() else tensor.clone()


def moved(tensor: torch.Tensor, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    """Move a tensor to a device, and then convert it to a dtype. This order is used because a GPU
    converts faster than the host. Numbers of 8 bytes are converted before they are moved, because MPS
    has no float64."""
    return (tensor.to(dtype) if tensor.dtype.itemsize == 8 else tensor).to(device).to(dtype)


def uploaded(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return a copy of a tensor on a device. A copy from the host to CUDA is asynchronous: it does not
    wait for the work that the card still has to do."""
    # an asynchronous copy to MPS could read memory that was already freed (pytorch#189690)
    if device.type != "cuda" or tensor.is_cuda:
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def peak_memory(device: torch.device) -> int:
    """Return the peak memory use in bytes. On CUDA it is the peak of CUDA's allocator, on other devices
    the peak of this process."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    return system.peak_resident()


def release_memory(device: torch.device) -> None:
    """Return the unused memory of a device's allocator to the system. This is useful after a model was
    built, or when memory ran out."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
    else:
        system.release_heap()


# bytes; a larger tensor gets a memory mapping of its own, which is returned when the tensor is freed
MMAP_THRESHOLD = 2**20
M_MMAP_THRESHOLD = -3  # from glibc's malloc.h


def set_mmap_threshold() -> None:
    """Make glibc return large tensors to the system as soon as they are freed.

    By default glibc raises the threshold while a program runs, until all tensors below 32 MB are
    allocated on its heap. Tensors of different sizes leave gaps in the heap, which may take up to half
    of the memory of a training step. The fixed threshold costs time, because the system must clear each
    page again.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # the C library is not glibc
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD)


# Parts of error messages. Some allocators raise a plain RuntimeError when memory runs out, which is
# recognised by these parts.
OOM_MESSAGES = ("can't allocate memory", "out of memory", "ALLOC_FAILED", "bad allocation", "bad_alloc")


@contextmanager
def convert_oom(device: Any, hint: Callable[[], str] | None = None) -> Iterator[None]:
    """Convert the error of an allocator to OutOfMemory. `hint` is called only if an error occurs."""
    import torch

    try:
        yield
    except (MemoryError, RuntimeError) as error:
        is_plain = isinstance(error, RuntimeError) and not isinstance(error, torch.OutOfMemoryError)
        if is_plain and not any(message in str(error) for message in OOM_MESSAGES):
            raise
        release_memory(torch.device(device))
        text = None
        with suppress(MemoryError, OSError):  # there may not even be enough memory to make the hint
            text = hint() if hint else None
        raise OutOfMemory(f"{device} ran out of memory", hint=text) from error


# bytes that any model needs in addition to its weights and its KV cache, for activations and libraries
WORKING_SPACE = 100 * 10**6
