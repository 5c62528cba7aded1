"""Homes and folders that cannot be read, written, found or named, clocks that go back, files that vanish amid work."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.processes import LIMIT, Ended, Running, command, environment, run
from benchmarks.trust.signals import undisturbed
from benchmarks.trust.tasks import PICTURES, QUESTION, TASKS, Lost, Task, Wrong, fresh, remove, save_turns

OVERRIDING = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root write and read everywhere
DROP = 24  # PR_CAPBSET_DROP

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ask", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "2"),
    ("ask", "-c", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "2"),
    ("chat", "--plain", "-q", "--no-picture", "-p", QUESTION, "--max-tokens", "2"),
    ("ask", "-q", "-m", "flashsloth", "--no-picture", "-p", QUESTION),
    ("ask", "-q", "-m", "~nosuchuser/model", "--no-picture", "-p", QUESTION),
    ("ask", "-q", "--no-picture", "-p", "@~nosuchuser/question.txt"),
    ("ask", "-q", "-t", "mine", "--no-picture", "-p", QUESTION),
    ("ask", "-q", "--adapter", "~nosuchuser/adapter", "--no-picture", "-p", QUESTION),
    ("batch", str(PICTURES[0]), "-q", "-p", QUESTION, "--max-tokens", "2", "-o", "answers.jsonl"),
    ("batch", str(PICTURES[0]), "-q", "-p", QUESTION, "--max-tokens", "2", "-o", "~nosuchuser/answers.jsonl"),
    ("convert", "nano", "-q", "-o", "made"),
    ("data", "check", "rows.jsonl"),
    ("finetune", "rows.jsonl", "-q", "-o", "made"),
    ("eval", "rows.jsonl", "--save", "~nosuchuser/wrong.jsonl"),
    ("config", "set", "model", "nano"),
    ("config", "show"),
    ("config", "path"),
    ("list",),
    ("show", "flashsloth"),
    ("rm", "flashsloth", "-y"),
    ("pull", "flashsloth", "-y"),
    ("sessions", "list"),
    ("sessions", "rm", "--all", "-y"),
    ("templates", "list"),
    ("doctor",),
    ("completion", "bash"),
)


def bind_permissions() -> None:
    """In a child that is root: let permissions hold for it as for anybody."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None)
        for capability in OVERRIDING:
            library.prctl(DROP, capability, 0, 0, 0)


@cache
def permissions_bind(folder: Path) -> bool:
    """Whether a child can be kept from writing where it may not."""
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    line = [sys.executable, "-c", f"open({str(closed / 'x')!r}, 'w')"]
    return subprocess.run(line, capture_output=True, preexec_fn=bind_permissions, check=False).returncode != 0


def remove_here() -> None:
    os.rmdir(os.getcwd())


def nothing() -> None:
    """Where the child needs no more."""


Trouble = tuple[Path, Path, dict[str, str], Callable[[], None]]  # home, current folder, environment, in the child


def read_only(folder: Path, home: Path, here: Path) -> Trouble:
    home.chmod(0o500)
    return home, here, {}, bind_permissions


def unreadable(folder: Path, home: Path, here: Path) -> Trouble:
    home.chmod(0)
    return home, here, {}, bind_permissions


def closed_folder(folder: Path, home: Path, here: Path) -> Trouble:
    here.chmod(0o500)
    return home, here, {}, bind_permissions


def unwritable_history(folder: Path, home: Path, here: Path) -> Trouble:
    save_turns(home)
    for path in home.glob("history.db*"):
        path.chmod(0o400)
    home.chmod(0o500)
    return home, here, {}, bind_permissions


def a_file(folder: Path, home: Path, here: Path) -> Trouble:
    home.rmdir()
    home.write_text("no folder")
    return home, here, {}, bind_permissions


def nowhere(folder: Path, home: Path, here: Path) -> Trouble:
    home.rmdir()
    return Path("/proc/nothing/home"), here, {}, bind_permissions


def unnamed(folder: Path, home: Path, here: Path) -> Trouble:
    names = ("HOME", "FLASHSLOTH_HOME", "HF_HOME", "XDG_DATA_HOME", "TMPDIR")
    return home, here, dict.fromkeys(names, ""), nothing


def no_such_user(folder: Path, home: Path, here: Path) -> Trouble:
    return home, here, {"FLASHSLOTH_HOME": "~nosuchuser/home", "HF_HOME": "~nosuchuser/hf"}, nothing


def deep_settings(folder: Path, home: Path, here: Path) -> Trouble:
    (home / "config.toml").write_text("model = " + "[" * 5000 + "]" * 5000)
    return home, here, {}, nothing


def removed_folder(folder: Path, home: Path, here: Path) -> Trouble:
    return home, here, {}, remove_here


TROUBLES: dict[str, Callable[[Path, Path, Path], Trouble]] = {
    "no current folder": removed_folder,
    "unreadable home": unreadable,
    "~nosuchuser": no_such_user,
    "read-only home": read_only,
    "read-only current folder": closed_folder,
    "read-only history": unwritable_history,
    "home is a file": a_file,
    "home that cannot be made": nowhere,
    "no HOME": unnamed,
    "settings 5,000 deep": deep_settings,
}
WANT_PERMISSIONS = {"unreadable home", "read-only home", "read-only current folder", "read-only history"}


def is_clean(words: tuple[str, ...], ended: Ended) -> bool:
    """A result, or an error of ours. `doctor` says 1 for what it found to be wrong."""
    if words == ("doctor",) and ended.code == 1 and not ended.fell:
        return "python" in ended.out
    return ended.code == 0 or ended.reported


def homes(count: int, chance: random.Random, folder: Path) -> Outcome:
    outcome = Outcome()
    pairs = [(trouble, words) for trouble in TROUBLES for words in COMMANDS]
    first = [("no current folder", COMMANDS[0]), ("unreadable home", ("list",)), ("~nosuchuser", COMMANDS[4])]
    chance.shuffle(pairs)
    untried = not permissions_bind(folder)
    for number, (trouble, words) in enumerate((first + [pair for pair in pairs if pair not in first])[:count]):
        if untried and trouble in WANT_PERMISSIONS:
            continue
        own = folder / str(number)
        (home := own / "home").mkdir(parents=True)
        (here := own / "here").mkdir()
        if trouble != "no current folder":
            (here / "rows.jsonl").write_text('{"question": "Red?", "answer": "No."}\n')
        used, here, more, before = TROUBLES[trouble](own, home, here)
        env = environment(used, HF_ENDPOINT="http://127.0.0.1:9", HF_HUB_OFFLINE="0", **more)
        env = {name: value for name, value in env.items() if value or name not in more}
        if trouble == "no HOME":
            env["HF_HUB_CACHE"] = str(own / "hub")  # what is asked for is not to be looked for on the network's behalf
        with outcome.one(LIMIT, f"{trouble}: {' '.join(words)}"):
            ended = run(words, env, here, before=before)
        outcome.refused += ended.code != 0
        if not is_clean(words, ended):
            outcome.crash(f"{trouble}: {' '.join(words)}: exit code {ended.code}: {ended.last_words}")
        remove(own)
    outcome.say("permissions do not bind here: not tried" if untried else "permissions were made to bind for root too")
    return outcome


# Clocks


def clocks(count: int, chance: random.Random, folder: Path) -> Outcome:
    """Every command as it would be, though each look at the clock finds an earlier time."""
    outcome = Outcome()
    names = ["ask", "batch", "finetune", "convert", "quantize", "pull"]
    for name in names[:count]:
        (shared := folder / name / "shared").mkdir(parents=True)
        task: Task = TASKS[name](shared)
        undisturbed(task, folder / name)
        place = fresh(task, folder / name, "back")
        with outcome.one(LIMIT, name):
            ended = Running(command(task.words(place), "clock"), task.environment(place), place).end()
        try:
            task.inspect(place, ended)
            if ended.code != 0:
                outcome.crash(f"{name}: exit code {ended.code}: {ended.last_words}")
            else:
                task.check_whole(place)
        except Lost as lost:
            outcome.bytes_lost += 1
            outcome.say(f"{name}: {lost}")
        except Wrong as wrong:
            outcome.mistake(f"{name}: {wrong}")
        task.close()
    return outcome


# Files that vanish

LATER = (0, 0, 1, 2, 5, 20, 100, 1000)


def vanishing_files(count: int, chance: random.Random, folder: Path) -> Outcome:
    outcome = Outcome()
    sys.path.insert(0, str(PICTURES[0].parents[2] / "tests"))
    import tiny
    from training.helpers import make_data

    for number in range(count):
        place = folder / str(number)
        (home := place / "home").mkdir(parents=True)
        (model := place / "model").mkdir()
        tiny.write_native(model)
        save_turns(home)
        shutil.copy(PICTURES[0], place / "a.png")
        data = make_data(place / "data", 3)
        (home / "config.toml").write_text("max_tokens = 2\n")
        (place / "template.toml").write_text('prompt = "What is it?"\n')
        (place / "question.txt").write_text("What is it?\n")
        own = {"max": ("--max-tokens", "2"), "tiny": ("-m", str(model), "--device", "cpu")}
        ways: list[tuple[Path, tuple[str, ...]]] = [
            (place / "a.png", ("ask", "a.png", "-q", "-p", QUESTION, *own["max"])),
            (place / "a.png", ("batch", "a.png", str(PICTURES[1]), "-q", "-p", QUESTION, *own["max"], "-o", "a.jsonl")),
            (data.parent / "1.png", ("finetune", str(data), *own["tiny"], "-q", "--max-steps", "1", "-o", "made")),
            (data, ("finetune", str(data), *own["tiny"], "-q", "--max-steps", "1", "-o", "made")),
            (data, ("eval", str(data), *own["tiny"], *own["max"])),
            (data, ("data", "check", str(data))),
            (data.parent / "1.png", ("data", "check", str(data))),
            (data, ("batch", str(data), "-q", *own["max"])),
            (model, ("ask", *own["tiny"], "-q", "--no-picture", "-p", QUESTION, *own["max"])),
            (model / "config.json", ("ask", *own["tiny"], "-q", "--no-picture", "-p", QUESTION, *own["max"])),
            (model / "tokenizer.json", ("ask", *own["tiny"], "-q", "--no-picture", "-p", QUESTION, *own["max"])),
            (model / "model.safetensors", ("ask", *own["tiny"], "-q", "--no-picture", "-p", QUESTION, *own["max"])),
            (
                model / "model.safetensors",
                ("quantize", str(model), "--quant", "int8", "--allow-larger", "-q", "-o", "made"),
            ),
            (model, ("convert", str(model), "-q", "-o", "made")),
            (home / "history.db", ("ask", "-c", "-q", "--no-picture", "-p", QUESTION)),
            (home / "history.db", ("sessions", "list")),
            (home / "config.toml", ("ask", "-q", "--no-picture", "-p", QUESTION)),
            (home / "config.toml", ("config", "set", "model", "nano")),
            (place / "template.toml", ("ask", "-q", "--no-picture", "-t", "template.toml")),
            (place / "question.txt", ("ask", "-q", "--no-picture", "-p", "@question.txt")),
        ]
        going, words = ways[number % len(ways)]
        later = 0 if number < len(ways) else chance.choice(LATER)
        what = f"{going.name} away {later} later in {' '.join(words[:2])}"
        env = environment(home, VANISHING=str(going), LATER=str(later))
        with outcome.one(LIMIT, what):
            ended = run(words, env, place, driver="vanishing")
        outcome.refused += ended.code != 0
        failed_rows = words[0] == "batch" and ended.code == 7 and not ended.fell
        bad_data = words[:2] == ("data", "check") and ended.code == 3 and not ended.fell
        if not (ended.code == 0 or ended.reported or failed_rows or bad_data):
            outcome.crash(f"{what}: exit code {ended.code}: {ended.last_words}")
        if ended.code == 0 and ended.fell:
            outcome.crash(f"{what}: a traceback beside the result: {ended.last_words}")
        shutil.rmtree(place, ignore_errors=True)
    return outcome


CHECKS = [
    Check("faults", "homes and folders amiss", "commands", full=130, quick=3, run=homes),
    Check("faults", "clocks that go back", "commands", full=6, quick=1, run=clocks),
    Check("faults", "files that vanish amid work", "commands", full=40, quick=1, run=vanishing_files),
]
