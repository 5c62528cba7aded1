"""How long torch's threads wait for each other by spinning before they sleep (libgomp's GOMP_SPINCOUNT, Linux).

Waking a thread costs more than a small model computes between two waits: on an idle machine nano decodes a third faster
with IDLE. On a busy one threads that spin take the time of the thread they wait for. docs/speed.md has the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

IDLE, BUSY = "10000", "1000"
PROC = Path("/proc")
MAX_PRESSURE = 5.0  # percent of the last ten seconds in which some process waited for a core
SHARING = {"batch", "eval", "finetune", "train"}  # read data in other threads or processes while the model computes


def spin_count(arguments: Sequence[str], proc: Path = PROC) -> str:
    """Return the spin count for a command line, by what else runs on this machine."""
    if arguments and arguments[0] in SHARING:
        return BUSY
    try:
        running = int((proc / "loadavg").read_text().split()[3].partition("/")[0])
        pressure = float((proc / "pressure" / "cpu").read_text().partition("avg10=")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return BUSY
    return IDLE if running <= 1 and pressure < MAX_PRESSURE else BUSY
