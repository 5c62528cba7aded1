"""Measure time, memory and bandwidth. Uses no model."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import torch
import transformers
from torch import Tensor, nn

import flashsloth
from flashsloth import devices

COPY_BYTES = 2**28  # this is far more than the size of any processor cache
CLEAR = Path("/proc/self/clear_refs")
TASKS = Path("/proc/self/task")


def synchronize(device: torch.device) -> None:
    """Wait until the device is idle."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def milliseconds(run: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """Call a function. Return its duration in milliseconds, including its work on the device, and its
    result."""
    synchronize(device)
    start = time.perf_counter()
    value = run()
    synchronize(device)
    return (time.perf_counter() - start) * 1000, value


def summary(samples: Sequence[dict[str, float]]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return the median of each number, and the minimum and maximum of each number."""
    columns = {name: [sample[name] for sample in samples] for name in samples[0]}
    medians = {name: _rounded(statistics.median(values)) for name, values in columns.items()}
    return medians, {
        name: [_rounded(min(values)), _rounded(max(values))] for name, values in columns.items()
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


class PeakMemory:
    """The peak of the used memory since construction, minus the memory that was in use at construction.

    On CUDA this is `max_memory_allocated`. Elsewhere it is the system's high-water mark of the resident
    set size. Only Linux can reset that mark. On other systems it is the peak over the whole life of the
    process, so measure in a new process.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._base = 0
        if device.type == "cuda":
            torch.cuda.init()  # type: ignore[no-untyped-call]
            torch.cuda.reset_peak_memory_stats(device)
            self.how = "cuda max_memory_allocated"
            return
        self.how = "high-water mark of the resident size, less that after the imports"
        with suppress(OSError):  # some containers do not allow this write
            CLEAR.write_text("5", encoding="ascii")
        self._base = int(psutil.Process().memory_info().rss)

    def peak(self) -> int:
        """Return the peak in bytes."""
        return max(0, devices.peak_memory(self.device) - self._base)


class CpuContention:
    """The time since construction for which the threads of this process waited for a core. Only Linux
    reports this time. On other systems it is 0."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._base = waiting_seconds()

    def share(self) -> float:
        """Return the waiting time as a share of the time of all torch threads."""
        waited = max(0.0, waiting_seconds() - self._base)
        return round(waited / (time.perf_counter() - self._start) / torch.get_num_threads(), 3)


def waiting_seconds() -> float:
    """Return how many seconds all current threads together have waited for a core since they were
    started."""
    seconds = 0.0
    for path in TASKS.glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):  # the thread may have ended
            seconds += float(path.read_text(encoding="ascii").split()[1]) / 1e9
    return seconds


def copy_bandwidth(device: torch.device) -> float:
    """Return the bytes per second, read and written, of the fastest of ten large copies."""
    size = min(COPY_BYTES, devices.free_memory(device) // 8)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    # The first of the eleven copies does not count, because the memory pages of its target are not yet
    # allocated.
    times = [milliseconds(lambda: target.copy_(source), device)[0] for _ in range(11)][1:]
    return 2 * size / min(times) * 1000


def read_bandwidth(device: torch.device) -> float:
    """Return how many bytes per second are read when a large array is summed. The fastest of eleven
    runs counts."""
    source = torch.ones(min(COPY_BYTES, devices.free_memory(device) // 8) // 4, device=device)
    return source.nbytes / min(milliseconds(source.sum, device)[0] for _ in range(11)) * 1000


def weight_bytes(modules: Iterable[nn.Module]) -> int:
    """Return the number of bytes of all weights. Memory that several weights share counts once."""
    every = tensors(modules)
    storages = {
        t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in every if not t.is_mkldnn
    }
    # Tensors of oneDNN have no accessible storage, but they are never shared.
    opaque = {id(t): t.nbytes for t in every if t.is_mkldnn}
    return sum(storages.values()) + sum(opaque.values())


def read_bytes(modules: Iterable[nn.Module]) -> int:
    """Return the number of bytes of the weights that are read when one token passes through these
    modules."""
    return sum({t.data_ptr(): t.nbytes for t in tensors(modules)}.values())


def tensors(modules: Iterable[nn.Module]) -> list[Tensor]:
    """Return all parameters and buffers, except those on the meta device, because quantized layers have
    replaced these."""
    every = (t for module in modules for t in (*module.parameters(), *module.buffers()))
    return [t for t in every if not t.is_meta]


def environment(device: torch.device) -> dict[str, Any]:
    """Describe the software and hardware on which the measured numbers depend."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "flashsloth": flashsloth.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_bytes": int(psutil.virtual_memory().total),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "fast_bfloat16": bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()),
        "thread_spinning": os.environ.get("GOMP_SPINCOUNT") or os.environ.get("OMP_WAIT_POLICY"),
        "load_average": round(load, 2) if load is not None else None,
    }


def processor() -> str:
    if sys.platform == "linux":
        with suppress(OSError):
            for line in (
                Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
            ):
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
