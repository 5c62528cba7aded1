"""Disks that fill up while something is written: a small tmpfs in a user namespace where the system allows one, else a
limit on the size of files. Knows where a command runs; what must hold behind it is the tasks' to say."""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
from functools import cache
from pathlib import Path

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.processes import LIMIT, Ended, Running, command
from benchmarks.trust.signals import learn
from benchmarks.trust.tasks import (
    Ask,
    Batch,
    Convert,
    DataConvert,
    Evaluate,
    Export,
    Finetune,
    Pull,
    Quantize,
    Settle,
    Task,
    fresh,
    remove,
    settle,
)

PAGE = 4096
KINDS: tuple[type[Task], ...] = (
    *(Batch, Settle, Export, DataConvert, Evaluate, Ask, Convert, Quantize, Finetune, Pull),
)
INSIDE = """
mount -t tmpfs -o "size=$1,nr_inodes=0,mode=700" none "$2" && cp -a "$3/." "$2" || exit 99
seed=$3 place=$2 after=$4; shift 4
cd "$place" && "$@"
code=$?
cp -a "$place/." "$after"
exit $code
"""  # SIZE PLACE SEED AFTER COMMAND…: what is on the disk is copied out of the namespace before it goes


@cache
def has_tmpfs() -> bool:
    """Whether a disk of any size can be had here."""
    if shutil.which("unshare") is None:
        return False
    line = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k none /tmp"]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def size_of(place: Path) -> int:
    """Bytes that a tmpfs gives for it: whole pages of files, nothing for folders."""
    return sum(-(-path.stat().st_size // PAGE) * PAGE for path in place.rglob("*") if path.is_file())


def run_in_room(task: Task, folder: Path, room: int, tmpfs: bool) -> tuple[Path, Ended]:
    """The command with `room` bytes beyond what is there before; the place as it was left."""
    seed = fresh(task, folder, "seed")
    place, after = folder / "place", folder / "after"
    if not tmpfs:
        shutil.copytree(seed, after)
        largest = max((path.stat().st_size for path in seed.rglob("*") if path.is_file()), default=0)
        limit = max(largest, 16384) + room

        def before() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return after, Running(command(task.words(after)), task.environment(after), after, before).end()
    place.mkdir()
    after.mkdir()
    inside = [str(size_of(seed) + room), str(place), str(seed), str(after), *command(task.words(place))]
    return after, Running(["unshare", "-rm", "sh", "-c", INSIDE, "sh", *inside], task.environment(place), folder).end()


def try_one(outcome: Outcome, task: Task, folder: Path, room: int, tmpfs: bool) -> None:
    what = f"{task.name} with {room:,} bytes of room"
    place, ended = run_in_room(task, folder, room, tmpfs)
    outcome.slowest_s = max(outcome.slowest_s, ended.seconds)
    if ended.hung:
        outcome.hangs += 1
        outcome.say(f"{what}: {LIMIT:.0f} s")
        return
    outcome.refused += ended.code != 0
    if ended.code != 0 and not ended.reported:
        outcome.crash(f"{what}: exit code {ended.code}: {ended.last_words}")
    settle(outcome, what, task, place, ended)


def full_disks(count: int, chance: random.Random, folder: Path) -> Outcome:
    outcome = Outcome()
    ready: dict[type[Task], tuple[Task, int]] = {}
    ways = set()
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        if kind not in ready:
            (shared := folder / kind.name / "shared").mkdir(parents=True)
            task = kind(shared)
            place = fresh(task, folder / kind.name, "undisturbed")
            before = size_of(place)
            learn(task, place)
            ready[kind] = task, max(size_of(place) - before, 2 * PAGE)
            remove(place)
        task, needed = ready[kind]
        tmpfs = has_tmpfs() and kind is not Pull  # which wants 64 MiB beyond its files, and would never begin
        ways.add("a tmpfs of that size" if tmpfs else "a limit on the size of files")
        (own := folder / str(number)).mkdir()
        try_one(outcome, task, own, chance.randrange(int(1.1 * needed)), tmpfs)
        outcome.tried += 1
        remove(own)
    for task, _ in ready.values():
        task.close()
    outcome.say(f"tried with {' and '.join(sorted(ways))}")
    return outcome


CHECKS = [Check("faults", "disks that fill up", "commands", full=30, quick=1, run=full_disks)]
