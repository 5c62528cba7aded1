"""Signals at random moments of every command that takes time. Knows when and what is sent; what must hold then is
the tasks' to say."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from pathlib import Path

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.processes import LIMIT, TRACEBACK, Ended
from benchmarks.trust.tasks import TASKS, Task, fresh, remove, settle

SENT = {  # how the program may end then: with its own code, or by the signal, which a shell shows as the same
    "SIGINT": (signal.SIGINT, (130, -signal.SIGINT)),
    "SIGTERM": (signal.SIGTERM, (143, -signal.SIGTERM)),
    "SIGKILL": (signal.SIGKILL, (-signal.SIGKILL,)),
    "SIGHUP": (signal.SIGHUP, (129, -signal.SIGHUP)),
    "SIGINT twice": (signal.SIGINT, (130, -signal.SIGINT)),
}
TAIL = 3.0  # seconds within which a run that was signalled may still end well: it was about to
COUNTS = {"ask": 50, "chat": 50, "batch": 50, "pull": 15, "finetune": 15, "convert": 15, "quantize": 15}


def undisturbed(task: Task, folder: Path, times: int = 1) -> float:
    """How long the command takes by itself, in the last of these runs; what it leaves is what all others are compared
    with."""
    seconds = 0.0
    for number in range(times):
        place = fresh(task, folder, f"whole{number}")
        seconds = learn(task, place)
        remove(place)
    return seconds


def learn(task: Task, place: Path) -> float:
    """One undisturbed run, and what it leaves; the seconds it took."""
    ended = task.start(place).end()
    assert ended.code == 0, f"{task.name} does not even work undisturbed: {ended.last_words}"
    task.inspect(place, ended)
    task.truth = task.result(place)
    return ended.seconds


def disturb(task: Task, place: Path, sent: str, moment: float, second: float) -> Ended:
    """One run with a signal at this moment; with another one `second` seconds later where it is to come twice."""
    number, _ = SENT[sent]
    process = task.start(place)
    if not process.wait(moment):
        task.note(place)
        process.send(number)
        if sent.endswith("twice") and not process.wait(second):
            process.send(number)
    return process.end()


def judge(task: Task, sent: str, ended: Ended) -> str | None:
    """What is wrong with how it ended; None if nothing."""
    _, codes = SENT[sent]
    if ended.fell:
        return f"a traceback: {ended.last_words}"
    if TRACEBACK in ended.err:
        return None  # Python's own, which may end with 1
    if ended.code == 0 and (task.name == "chat" or ended.lingered < TAIL):
        return None  # it was through; a conversation goes on after Ctrl-C, and ends as it was told to
    return None if ended.code in codes else f"exit code {ended.code}: {ended.last_words}"


def try_one(outcome: Outcome, task: Task, place: Path, sent: str, moment: float, second: float) -> None:
    what = f"{task.name}, {sent} after {moment:.2f} s"
    ended = disturb(task, place, sent, moment, second)
    outcome.slowest_s = max(outcome.slowest_s, ended.lingered)
    if ended.hung:
        outcome.hangs += 1
        outcome.say(f"{what}: still there {LIMIT:.0f} s later")
        return
    outcome.refused += ended.code != 0
    if said := judge(task, sent, ended):
        outcome.crash(f"{what}: {said}")
    settle(outcome, what, task, place, ended)


def trying(name: str) -> Callable[[int, random.Random, Path], Outcome]:
    def check(count: int, chance: random.Random, folder: Path) -> Outcome:
        (shared := folder / "shared").mkdir()
        task, outcome = TASKS[name](shared), Outcome()
        try:
            seconds = undisturbed(task, folder, 1 if count <= 5 else 2)  # the first finds nothing in the system's cache
            kinds = list(SENT)
            for number in range(count):
                place = fresh(task, folder, str(number))
                sent = kinds[number % len(kinds)]
                try_one(outcome, task, place, sent, chance.uniform(0, 1.1 * seconds), chance.uniform(0, 0.3))
                outcome.tried += 1
                remove(place)
        finally:
            task.close()
        return outcome

    return check


CHECKS = [
    Check("faults", f"signals at random moments of {name}", "signals", full=full, quick=3, run=trying(name))
    for name, full in COUNTS.items()
]
