"""Keep torch to the threads that its OpenMP library gives it.

torch decides how many threads share an operation, and asks OpenMP for them. OpenMP may give it fewer
without a word. oneDNN then leaves the parts of the missing threads uncomputed, so that products are
wrong. If the system refuses a thread, libgomp ends the process. `fit_threads` therefore lowers torch's
number to one that OpenMP gives in any case. It concerns each thread that computes, because OpenMP has
settings and worker threads of its own for each of them.
"""

from __future__ import annotations

import ctypes
import functools
import threading

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
