"""."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import (
    OptionError,
    OutOfMemory,
)

if TYPE_CHECKING:
    import torch


if TYPE_CHECKING:
    import torch


DTYPES = ("float32", "bfloat16", "float16")


def choose_device(wanted: str) -> torch.device:
    """`auto` is the first CUDA device, else Apple's, else the CPU. OptionError for one that is not there."""
    import torch

    mps = torch.backends.mps.is_available()
    if wanted == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "mps" if mps else "cpu")
    asked = re.fullmatch(r"cpu|mps|(cuda)(?::([0-9]{1,4}))?", wanted)
    if asked is None:
        raise OptionError(f"unknown device {wanted!r}", hint="Use auto, cpu, mps, cuda or cuda:N.")
    name, number = wanted.partition(":")[0], int(asked[2] or 0)
    if name == "cuda" and number >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise OptionError(f"there is no {wanted} here: torch sees {count} CUDA devices", hint="Use --device cpu.")
    if name == "mps" and not mps:
        raise OptionError("there is no mps device here: it needs an Apple processor", hint="Use --device cpu.")
    return torch.device(f"cuda:{number}" if name == "cuda" else name)


SMALL = 2**28  # bytes; models below always run in float32 on a CPU: nothing is gained by less


def choose_dtype(device: torch.device, wanted: str | None, size: int, *, quantized: bool = False) -> torch.dtype:
    """The type to compute in: as asked, else by device, by what the processor is good at, and by the model's size.

    `size` in bytes as stored; `quantized` whether most weights are in 4 or 8 bits, whose CPU kernels want bfloat16.
    """
    import torch

    if wanted not in (None, "auto"):
        if wanted not in DTYPES:
            raise OptionError(f"unknown dtype {wanted!r}", hint=f"Use {', '.join(DTYPES)}.")
        return getattr(torch, wanted)
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device.type == "mps":
        return torch.float16
    fast16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    if size < SMALL or (not quantized and not fast16 and size * 2 < free_memory(device)):
        return torch.float32
    return torch.bfloat16


def free_memory(device: torch.device) -> int:
    """Bytes that can be had on the device now; on a CPU no more than a container or a limit of the process allows."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    import psutil

    return max(0, min(int(psutil.virtual_memory().available), _left_by_limits()))


def total_memory(device: torch.device) -> int:
    """Bytes that the device has altogether."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    import psutil

    return min([int(psutil.virtual_memory().total), *(limit for limit, _ in _group_limits())])


UNLIMITED = 2**62  # what systems write where there is no limit is larger
GROUPS = (  # where a container's limit stands, and what it has used: the second and the first generation
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def _left_by_limits() -> int:
    """Bytes until the container's limit, or the process's own (`ulimit -v`), is reached."""
    left = [limit - used for limit, used in _group_limits()]
    with suppress(ImportError):  # Windows has none
        import resource

        import psutil

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if 0 <= limit < UNLIMITED:
            left.append(limit - int(psutil.Process().memory_info().vms))
    return min(left, default=UNLIMITED)


def _group_limits() -> list[tuple[int, int]]:
    """Limit and use in bytes. Cached files count as used there, but make room when it is needed."""
    found = []
    for limit, used in GROUPS:
        with suppress(OSError, ValueError):
            most = int(Path(limit).read_text())
            if most < UNLIMITED:
                stat = dict(line.split() for line in Path(used).with_name("memory.stat").read_text().splitlines())
                cached = int(stat.get("inactive_file", 0)) + int(stat.get("active_file", 0))
                found.append((most, int(Path(used).read_text()) - cached))
    return found


def peak_memory(device: torch.device) -> int:
    """Bytes held at most so far: on CUDA by the allocator, elsewhere by this process; 0 where it cannot be told."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    with suppress(OSError):
        return peak_rss()
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


STATUS = Path("/proc/self/status")


def peak_rss() -> int:
    """Return the most bytes that this process has held, as Linux keeps it. `getrusage` is no substitute there: its mark
    outlives exec, so that a process begins with that of the program that started it. Raise OSError elsewhere."""
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmHWM")


def release_memory(device: torch.device) -> None:
    """Return to the system what the allocators hold and nobody uses: after a model was built, or memory ran out."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
    else:
        trim_host_heap()


def trim_host_heap() -> None:
    """The same of the host's own memory, whatever the device."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library than GNU's
            ctypes.CDLL(None).malloc_trim(0)


HOLES = 2**20  # bytes; tensors from this size on come from the system and go back to it
M_MMAP_THRESHOLD = -3  # as GNU's malloc.h has it


def set_mmap_threshold() -> None:
    """Let GNU's allocator give large tensors back as soon as they are freed. By itself it soon keeps all below 32 MB on
    its heap, where tensors of unlike sizes leave holes of up to half of a training step's memory. Costs time: the
    system clears each page anew."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, HOLES)


SIGNS = (  # how the allocators that raise no error of their own put it
    "can't allocate memory",
    "out of memory",
    "ALLOC_FAILED",
    "bad allocation",
    "bad_alloc",
)


class convert_oom:
    """Turn the allocator's failure into OutOfMemory, naming the device. `hint` is asked for when it is needed."""

    def __init__(self, device: Any, hint: Callable[[], str] | None = None) -> None:
        self.device, self.hint = device, hint

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        import torch

        refused = isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
            isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)
        )
        if refused:
            release_memory(torch.device(self.device))
            raise OutOfMemory(f"{self.device} ran out of memory", hint=self._hint()) from error

    def _hint(self) -> str:
        if self.hint:
            with suppress(MemoryError, OSError):  # there may be too little even for counting
                return self.hint()
        return OutOfMemory.hint


WORKING_SPACE = 100 * 10**6  # bytes besides weights and conversation that any model takes: activations, libraries
