"""Conversions that are killed at any moment: the folder is absent or whole, and the same command again makes it. The
worker forks a child for each, so that a kill costs no start of Python."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.checkpoints import start_worker
from benchmarks.trust.model_folders import contents, sound


@dataclass(frozen=True)
class Conversion:
    """What to convert, and how to disturb it."""

    source: Path
    target: Path
    quant: str = ""
    force: bool = False
    slowed_s: float = 0.0  # before each rename, so that kills fall between two
    killed_s: float | None = None  # after that time


def _convert(job: Conversion) -> int:
    """In the child: return 0 for done, 3 for an error of flashsloth, 1 for anything else."""
    from flashsloth.checkpoints import resolve, save
    from flashsloth.errors import FlashSlothError

    if job.slowed_s:
        rename = Path.rename
        Path.rename = lambda self, to: (time.sleep(job.slowed_s), rename(self, to))[1]  # type: ignore[method-assign]
    try:
        if job.quant:
            save.quantize(resolve.find(job.source), job.target, job.quant, force=job.force)
        else:
            save.convert(resolve.find(job.source), job.target, force=job.force)
    except FlashSlothError:
        return 3
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        return 1
    return 0


def fork(job: Conversion) -> tuple[int, float]:
    """In the worker: convert in a child; return its exit code, negative for a signal, and the seconds."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os._exit(_convert(job))
    if job.killed_s is not None:
        time.sleep(job.killed_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), time.perf_counter() - began


def convert(job: Conversion) -> tuple[int, float]:
    report = start_worker()(fork, job)
    assert report.end == "done", report.message
    return report.value


def undisturbed(job: Conversion) -> tuple[Conversion, dict[str, int], float]:
    """Return a conversion with its whole result and the seconds that it takes."""
    for _ in range(2):  # the first one warms up
        shutil.rmtree(job.target, ignore_errors=True)
        _, seconds = convert(job)
    return job, contents(job.target), seconds


def _without_scratch(files: dict[str, int]) -> dict[str, int]:
    return {name: crc for name, crc in files.items() if not name.startswith(".flashsloth-")}


def kills(count: int, folder: Path) -> Outcome:
    """kill -9 at a random moment: into a new folder, an empty one, over an older model."""
    outcome, rng = Outcome(), random.Random(1)
    jobs = [  # the released layout, one with several files, and a quantized copy
        undisturbed(Conversion(sound(folder, name), folder / f"whole {name}", quant))
        for name, quant in (("official", ""), ("sharded", ""), ("native", "int4"))
    ]
    for number in range(count):
        (job, whole, seconds), before = jobs[number % 3], ("new", "empty", "older")[number // 3 % 3]
        target, older = folder / f"{number} {before}" / "made", {}
        target.parent.mkdir()  # each its own: a kill after the last rename leaves its scratch folder there
        if before == "older":
            convert(replace(jobs[(number + 1) % 3][0], target=target))
            older = contents(target)
        elif before == "empty":
            target.mkdir()
        job = replace(job, target=target, force=bool(older))
        slowed = rng.choice([0, 0.004]) if before != "new" else 0
        moment = rng.uniform(0.7 if slowed else 0, 1) * (seconds * 1.1 + slowed * 20)
        code, _ = convert(replace(job, slowed_s=slowed, killed_s=moment))
        outcome.tried += 1
        outcome.refused += code == -9
        what = f"{target.parent.name}, killed after {moment:.3f} s, ended with {code}"
        _judge(outcome, what, contents(target), whole, older)
        if not older and _without_scratch(contents(target)) == whole:
            continue  # it would not be written over
        code, seconds = convert(job)
        outcome.took(seconds, 60.0, what)
        left = [path.name for path in target.parent.iterdir() if path.name.startswith(".") and any(path.iterdir())]
        if code != 0 or contents(target) != whole or left:
            outcome.add("wrong", f"{what}: the same again: {code}, left {left}, {sorted(contents(target))}")
    return outcome


def _judge(outcome: Outcome, what: str, files: dict[str, int], whole: dict[str, int], older: dict[str, int]) -> None:
    """After a kill there is nothing, all of the new model, all of the old one, or files without config.json, which are
    no model; then every file of the old model is still in the scratch folder."""
    model = _without_scratch(files)
    if model in ({}, whole, older):
        return
    if "config.json" in model:
        outcome.add("wrong", f"{what}: half a model: {sorted(model)}")
    for name, crc in older.items():
        if not any(Path(path).name == name and other == crc for path, other in files.items()):
            outcome.add("bytes_lost", f"{what}: {name} of the old model is gone")


CHECKS = [Check("checkpoints", "conversions killed", "faults", 150, 6, kills)]
