"""Choose how long torch's threads spin while they wait for each other, before they sleep (libgomp,
Linux).

Waking a thread takes longer than the computation of a small model between two waits. On an idle machine
nano decodes a third faster with the spin count IDLE. On a busy machine, threads that spin take
processor time from the thread that they wait for.

As soon as a second thread computes, as in `serve` and `chat`, libgomp has more threads than cores and
spins at most 100 times, or 1000 times with an active policy. With this policy the full-size model in
int4 takes a third less time to its first token.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

IDLE = "10000"
BUSY = "1000"
COUNT = "GOMP_SPINCOUNT"
POLICY = "OMP_WAIT_POLICY"
# With an active policy Intel's and LLVM's runtimes would spin for ever. Without a policy they spin for
# 200 ms by default.
ACTIVE = {POLICY: "ACTIVE", "KMP_BLOCKTIME": "200"}
# The variables to set for a value of FLASHSLOTH_KERNELS. The first variable is for torch, and also
# selects the kernels of this program. The other variables are for libraries that torch calls.
KERNELS = {
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    }
}
PROC = Path("/proc")
MAX_PRESSURE = 5.0  # maximum percentage of the last ten seconds in which some process waited for a core
# Commands that read data in other threads or processes while the model computes.
SHARING = {"batch", "eval", "finetune", "train"}


def variables(
    arguments: Sequence[str], own: Mapping[str, str], platform: str = sys.platform
) -> dict[str, str]:
    """Return the environment variables to set for a command line before torch is imported. Return no
    variables if the user's `own` variables already set the spinning."""
    if platform != "linux" or {COUNT, POLICY} & own.keys():
        return {}
    chosen = {COUNT: spin_count(arguments), **ACTIVE}
    return {name: value for name, value in chosen.items() if name not in own}


def spin_count(arguments: Sequence[str], proc: Path = PROC) -> str:
    """Return the spin count for a command line. It depends on the other processes that run on this
    machine."""
    if arguments and arguments[0] in SHARING:
        return BUSY
    try:
        running = int((proc / "loadavg").read_text(encoding="ascii").split()[3].partition("/")[0])
        waits = (proc / "pressure" / "cpu").read_text(encoding="ascii")
        pressure = float(waits.partition("avg10=")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return BUSY
    return IDLE if running <= 1 and pressure < MAX_PRESSURE else BUSY
