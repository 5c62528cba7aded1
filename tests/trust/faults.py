"""Disturb commands with signals at random moments and with a full disk."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from trust import homes
from trust.check import Check, Outcome
from trust.commands import TASKS, Pull
from trust.processes import LIMIT_S, TRACEBACK, Ended, Running, command
from trust.tasks import Task, fresh, learn, remove, settle


@contextmanager
def learned(kind: type[Task], folder: Path, times: int = 1) -> Iterator[tuple[Task, float]]:
    """Run a task undisturbed and yield it with the seconds of the last run."""
    (shared := folder / kind.name / "shared").mkdir(parents=True)
    task, seconds = kind(shared), 0.0
    try:
        for number in range(times):
            place = fresh(task, folder / kind.name, f"undisturbed {number}")
            seconds = learn(task, place)
            remove(place)
        yield task, seconds
    finally:
        task.close()


# Signals

SIGNALS = {  # how a process may end: with an exit code, or by the signal
    "SIGINT": (signal.SIGINT, (130, -signal.SIGINT)),
    "SIGTERM": (signal.SIGTERM, (143, -signal.SIGTERM)),
    "SIGKILL": (signal.SIGKILL, (-signal.SIGKILL,)),
    "SIGHUP": (signal.SIGHUP, (129, -signal.SIGHUP)),
    "SIGINT twice": (signal.SIGINT, (130, -signal.SIGINT)),
}
TAIL_S = 3.0  # seconds after a signal within which a run may still succeed


def signals(kind: type[Task], count: int, folder: Path) -> Outcome:
    """Send signals at moments that are drawn evenly over the length of an undisturbed run, including
    the start of Python."""
    outcome, rng = Outcome(), random.Random(kind.name)
    # the first run warms the disk cache
    with learned(kind, folder, 1 if count <= 5 else 2) as (task, seconds):
        for index in range(count):
            name = list(SIGNALS)[index % len(SIGNALS)]
            number, codes = SIGNALS[name]
            moment, place, kept = rng.uniform(0, 1.1 * seconds), fresh(task, folder, str(index)), []
            # a run that has ended before the moment gets no signal, and is checked like an undisturbed
            # run
            process = task.start(place)
            if not process.wait(moment):
                kept = task.kept(place)
                process.send(number)
                if name.endswith("twice") and not process.wait(rng.uniform(0, 0.3)):
                    process.send(number)
            ended, what = process.end(), f"{kind.name}, {name} after {moment:.2f} s"
            outcome.tried += 1
            outcome.took(ended.lingered, LIMIT_S, what)
            late = ended.code == 0 and ended.lingered < TAIL_S
            if ended.has_traceback or not (late or TRACEBACK in ended.err or ended.code in codes):
                outcome.add(f"{what}: {ended}")
            settle(outcome, what, task, place, ended, kept)
            remove(place)
    return outcome


# Full disks

PAGE = 4096
IN_TMPFS = """
mount -t tmpfs -o "size=$1,nr_inodes=0,mode=700" none "$2" && cp -a "$3/." "$2" || exit 99
before=$3 place=$2 after=$4; shift 4
cd "$place" && "$@"
code=$?
cp -a "$place/." "$after"
exit $code
"""  # SIZE PLACE BEFORE AFTER COMMAND...; the files on the disk are copied out of the namespace


@cache
def has_tmpfs() -> bool:
    """Return whether this user may mount a small disk in a namespace."""
    line = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k none /tmp"]
    return (
        shutil.which("unshare") is not None
        and subprocess.run(line, capture_output=True).returncode == 0
    )


def pages(place: Path) -> int:
    """Return the bytes that a tmpfs needs for a folder: whole pages of files."""
    return sum(-(-path.stat().st_size // PAGE) * PAGE for path in place.rglob("*") if path.is_file())


def run_on_disk(task: Task, folder: Path, room: int) -> tuple[Path, Ended]:
    """Run a task on a disk that has this number of free bytes. Return the folder as it was left. If no
    disk can be mounted, the size of files is limited instead."""
    before, place, after = fresh(task, folder, "before"), folder / "place", folder / "after"
    if has_tmpfs() and task.name != Pull.name:  # pull needs 64 MiB of free space before it begins
        place.mkdir()
        after.mkdir()
        line = [
            str(pages(before) + room),
            str(place),
            str(before),
            str(after),
            *command(task.words(place)),
        ]
        shell = ["unshare", "-rm", "sh", "-c", IN_TMPFS, "sh", *line]
        return after, Running(shell, task.environment(place), folder).end()
    shutil.copytree(before, after)
    # The limit applies to each file, so it must be larger than the files that already exist.
    limit = max(16384, *(path.stat().st_size for path in before.rglob("*") if path.is_file()), 0) + room
    line = command(task.words(after))
    return after, Running(
        line,
        task.environment(after),
        after,
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    ).end()


def full_disks(count: int, folder: Path) -> Outcome:
    outcome, rng = Outcome(), random.Random(1)
    for first, kind in enumerate(TASKS[:count]):
        with learned(kind, folder, times=0) as (task, _):
            place = fresh(task, folder, "measured")
            before = pages(place)
            learn(task, place)
            needed = max(pages(place) - before, 2 * PAGE)
            remove(place)
            for index in range(first, count, len(TASKS)):
                room = rng.randrange(int(1.1 * needed))
                what = f"{kind.name} with {room:,} bytes of room"
                (own := folder / str(index)).mkdir()
                place, ended = run_on_disk(task, own, room)
                outcome.tried += 1
                outcome.took(ended.seconds, LIMIT_S, what)
                if ended.code != 0 and not ended.is_error:
                    outcome.add(f"{what}: {ended}")
                settle(outcome, what, task, place, ended)
                remove(own)
    return outcome


CHECKS = [
    Check("faults", "disks that fill up", "commands", 30, 1, full_disks),
    *homes.CHECKS,
]
for kind in TASKS:
    full = 15 if kind is Pull else 50
    name = f"signals during {kind.name}"
    CHECKS.append(Check("faults", name, "signals", full, 3, partial(signals, kind)))
