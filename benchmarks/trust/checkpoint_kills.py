"""Conversions that are killed at any moment, or find the disk full: the folder is absent or whole, and the same line
again makes it.

The process that has everything imported (checkpoint_worker) forks one child for each conversion, so that a kill costs
no start of Python.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from benchmarks.trust.check import Outcome
from benchmarks.trust.checkpoint_process import Worker, contents, working
from benchmarks.trust.checkpoint_seeds import Seeds


def kinds(seeds: Seeds) -> list[dict[str, Any]]:
    """What is converted: the released layout, one with many files, and a quantized copy."""
    return [
        {"source": str(seeds("official"))},
        {"source": str(seeds("sharded"))},
        {"source": str(seeds("native")), "quant": "int4"},
    ]


def prepared(
    worker: Worker, seeds: Seeds, place: Path
) -> tuple[list[dict[str, Any]], list[dict[str, int]], list[float]]:
    """The kinds, what each is when it is whole, and the seconds that it takes."""
    cases, wholes, times = kinds(seeds), [], []
    for number, case in enumerate(cases):
        worker(do="convert", **case, target=str(place / f"warm {number}"))  # so that everything is imported
        times.append(worker.fork(**case, target=str(place / f"whole {number}"))["seconds"])
        wholes.append(contents(place / f"whole {number}") or {})
    return cases, wholes, times


def model_of(files: dict[str, int] | None) -> dict[str, int]:
    """A folder's files without what an unfinished conversion holds aside."""
    return {n: c for n, c in (files or {}).items() if not n.startswith(".flashsloth-")}


def kills(count: int, draw: random.Random, place: Path) -> Outcome:
    """kill -9 after a random time: into a new folder, into an empty one, over an older model."""
    outcome = Outcome()
    with working(place) as (worker, seeds):
        cases, wholes, times = prepared(worker, seeds, place)
        for number in range(count):
            kind = number % 3
            before = ("new", "empty", "older")[number // 3 % 3]
            target = place / "made" / f"{number} over {before}"
            target.parent.mkdir(exist_ok=True)
            older: dict[str, int] = {}
            if before != "new":
                target.mkdir()
            if before == "older":
                worker.fork(**cases[(kind + 1) % 3], target=str(target))
                older = contents(target) or {}
            slowly = draw.choice([0, 0.004]) if before != "new" else 0
            longest = times[kind] * 1.1 + slowly * 20
            case = {**cases[kind], "target": str(target), "force": before == "older"}
            delay = draw.uniform(0.7, 1) * longest if slowly else draw.uniform(0, longest)
            end = worker.fork(**case, slowly=slowly, delay=delay)
            outcome.tried += 1
            outcome.refused += end["end"] == "killed"
            what = f"{target.name}, killed after {delay:.3f} s, {end['end']}"
            _judge(outcome, what, contents(target), wholes[kind], older)
            if before != "older" and model_of(contents(target)) == wholes[kind]:
                continue  # whole, and rightly not written over
            again = worker.fork(**case)
            outcome.slowest_s = max(outcome.slowest_s, again["seconds"])
            left = [p.name for p in target.parent.iterdir() if p.name.startswith(".") and any(p.iterdir())]
            if again["end"] != "done" or contents(target) != wholes[kind] or left:
                outcome.mistake(
                    f"{what}: the same again: {again['end']}, left {left}, {sorted(contents(target) or {})}"
                )
    return outcome


def _judge(
    outcome: Outcome, what: str, found: dict[str, int] | None, whole: dict[str, int], older: dict[str, int]
) -> None:
    """What stands in the target after a kill: nothing, all of the new, all of the old, or files that are no model, as
    they lack config.json; and then every byte of the old is still beside them."""
    model = model_of(found)
    if model in ({}, whole, older):
        return
    if "config.json" in model:
        outcome.mistake(f"{what}: half a model: {sorted(model)}")
    kept = {Path(name).name: code for name, code in (found or {}).items() if name.startswith(".flashsloth-")}
    for name, code in older.items():
        if model.get(name) != code and not any(c == code for n, c in (found or {}).items() if Path(n).name == name):
            outcome.bytes_lost += 1
            outcome.say(f"{what}: {name} of the old model is gone, among {sorted(kept)}")


def full_disk(count: int, draw: random.Random, place: Path) -> Outcome:
    """A disk of every size below what is needed, or where none can be mounted, a limit to the size of files."""
    outcome = Outcome()
    disk = place / "disk"
    disk.mkdir()
    with working(place) as (worker, seeds):
        cases, wholes, _ = prepared(worker, seeds, place)
        own = worker(do="mount", disk=str(disk), size=65536).get("said") == "0"
        for number in range(count):
            kind, target = number % 3, disk / f"made {number}"
            sizes = [p.stat().st_size for p in (place / f"whole {kind}").iterdir()]
            case = {**cases[kind], "target": str(target)}
            outcome.tried += 1
            if own and number % 2:
                size = draw.randrange(4, sum(sizes) // 1024)
                worker(do="mount", disk=str(disk), size=size)
                end, what = worker.fork(**case), f"a disk of {size} kB"
                worker(do="mount", disk=str(disk), size=65536)
            else:
                most = draw.randrange(1, max(sizes))
                end, what = worker.fork(**case, largest=most), f"files of at most {most} bytes"
            left = worker(do="contents", folder=str(disk))["said"]
            if end["end"] != "refused" or left != "{}":
                outcome.mistake(f"{what}: {end['end']}, left {left}")
            outcome.refused += end["end"] == "refused"
            again = worker.fork(**case)
            if again["end"] != "done" or json.loads(worker(do="contents", folder=str(target))["said"]) != wholes[kind]:
                outcome.mistake(f"{what}: the same again: {again['end']}")
            outcome.slowest_s = max(outcome.slowest_s, end["seconds"], again["seconds"])
            worker(do="clear", folder=str(target))
        if own:
            worker(do="unmount", disk=str(disk))
    return outcome
