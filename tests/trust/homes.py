"""Try homes and folders that cannot be read, written, found or named, and files that vanish while a
command runs."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from trust.check import Check, Outcome
from trust.commands import COMMANDS, PICTURES, parts_of, save_turns
from trust.processes import LIMIT_S, Ended, environment, run
from trust.tasks import remove

OVERRIDE = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, with which root ignores permissions
DROP = 24  # PR_CAPBSET_DROP
NOBODY = (
    "ask -q -m ~nosuchuser/model --no-picture -p ASKS",
    "ask -q --no-picture -p @~nosuchuser/question.txt",
    "ask -q --adapter ~nosuchuser/adapter --no-picture -p ASKS",
    "batch PICTURE -q -p ASKS --max-tokens 2 -o ~nosuchuser/answers.jsonl",
    "eval learned.jsonl --save ~nosuchuser/wrong.jsonl",
)
LINES = [*COMMANDS, *NOBODY]
# Commands may try to contact the hub, where nobody answers.
ONLINE = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0"}
TROUBLES = (
    "no current folder",
    "unreadable home",
    "~nosuchuser",
    "read-only home",
    "read-only current folder",
    "read-only history",
    "home is a file",
    "home that cannot be made",
    "no HOME",
    "settings 5,000 deep",
)


def bind_permissions() -> None:
    """Make permissions apply. This is called in a child process of root."""
    if os.geteuid() == 0:
        for capability in OVERRIDE:
            ctypes.CDLL(None).prctl(DROP, capability, 0, 0, 0)


@cache
def permissions_bind(folder: Path) -> bool:
    """Return whether a child process can be prevented from writing into a folder."""
    (closed := folder / "closed").mkdir(mode=0o500)
    line = [sys.executable, "-c", f"open({str(closed / 'x')!r}, 'w')"]
    return subprocess.run(line, capture_output=True, preexec_fn=bind_permissions).returncode != 0


def run_in_trouble(trouble: str, words: list[str], own: Path) -> Ended:
    (home := own / "home").mkdir(parents=True)
    (here := own / "here").mkdir()
    env = environment(home, **ONLINE)
    before = bind_permissions
    if trouble != "no current folder":
        (here / "learned.jsonl").write_text('{"question": "Red?", "answer": "No."}\n')
    match trouble:
        case "no current folder":

            def before() -> None:
                os.rmdir(os.getcwd())

        case "unreadable home" | "read-only home":
            home.chmod(0 if trouble.startswith("un") else 0o500)
        case "read-only current folder":
            here.chmod(0o500)
        case "read-only history":
            save_turns(home)
            for path in home.glob("history.db*"):
                path.chmod(0o400)
            home.chmod(0o500)
        case "home is a file":
            home.rmdir()
            home.write_text("not a folder")
        case "home that cannot be made":
            env = environment(Path("/proc/nothing/home"), **ONLINE)
        case "no HOME":
            for name in ("HOME", "FLASHSLOTH_HOME", "HF_HOME", "XDG_DATA_HOME", "TMPDIR"):
                env.pop(name, None)
            env["HF_HUB_CACHE"] = str(own / "hub")
        case "~nosuchuser":
            env |= {"FLASHSLOTH_HOME": "~nosuchuser/home", "HF_HOME": "~nosuchuser/hf"}
        case "settings 5,000 deep":
            (home / "config.toml").write_text("model = " + "[" * 5000 + "]" * 5000)
    return run(words, env, here, before=before)


def homes(count: int, folder: Path) -> Outcome:
    outcome = Outcome()
    first = [
        ("no current folder", COMMANDS[0]),
        ("unreadable home", "list"),
        ("~nosuchuser", NOBODY[0]),
    ]
    pairs = [(trouble, line) for trouble in TROUBLES for line in LINES if (trouble, line) not in first]
    random.Random(1).shuffle(pairs)
    for number, (trouble, line) in enumerate((first + pairs)[:count]):
        if trouble.startswith(("read-only", "unreadable")) and not permissions_bind(folder):
            continue
        what, words = f"{trouble}: {line}", parts_of(line)[0]
        with outcome.timed(LIMIT_S, what):
            ended = run_in_trouble(trouble, words, folder / str(number))
        # `doctor` lists the trouble in its output
        reported = words == ["doctor"] and ended.code == 1 and "python" in ended.out
        if ended.has_traceback or not (ended.code == 0 or ended.is_error or reported):
            outcome.add(f"{what}: {ended}")
        remove(folder / str(number))
    return outcome


# each line: the file that vanishes, and the command that reads it
VANISHING = """
a.png: ask a.png -q -p ASKS --max-tokens 2
a.png: batch a.png PICTURE -q -p ASKS --max-tokens 2 -o a.jsonl
data/1.png: finetune data/rows.jsonl TINY -q --max-steps 1 -o made
data/rows.jsonl: finetune data/rows.jsonl TINY -q --max-steps 1 -o made
data/rows.jsonl: eval data/rows.jsonl TINY --max-tokens 2
data/rows.jsonl: data check data/rows.jsonl
data/1.png: data check data/rows.jsonl
data/rows.jsonl: batch data/rows.jsonl -q --max-tokens 2
model: ask TINY -q --no-picture -p ASKS --max-tokens 2
model/config.json: ask TINY -q --no-picture -p ASKS --max-tokens 2
model/tokenizer.json: ask TINY -q --no-picture -p ASKS --max-tokens 2
model/model.safetensors: ask TINY -q --no-picture -p ASKS --max-tokens 2
model/model.safetensors: quantize ./model --quant int8 -q -o made
model: convert ./model -q -o made
home/history.db: ask -c -q --no-picture -p ASKS
home/history.db: sessions list
home/config.toml: ask -q --no-picture -p ASKS
home/config.toml: config set model nano
template.toml: ask -q --no-picture -t template.toml
question.txt: ask -q --no-picture -p @question.txt
""".strip().splitlines()
# numbers of audit events of Python after the file was first opened
LATER = (0, 0, 1, 2, 5, 20, 100, 1000)


def vanishing_files(count: int, folder: Path) -> Outcome:
    import tiny
    from training.helpers import make_data

    outcome, rng = Outcome(), random.Random(1)
    for number in range(count):
        place = folder / str(number)
        for name in ("home", "model"):
            (place / name).mkdir(parents=True)
        tiny.write_native(place / "model")
        save_turns(place / "home")
        shutil.copy(PICTURES[0], place / "a.png")
        make_data(place / "data", 3)
        (place / "home" / "config.toml").write_text("max_tokens = 2\n")
        (place / "template.toml").write_text('prompt = "What is it?"\n')
        (place / "question.txt").write_text("What is it?\n")
        file, _, line = VANISHING[number % len(VANISHING)].partition(": ")
        words = parts_of(line.replace("TINY", "-m ./model --device cpu"), PICTURES[1])[0]
        later = 0 if number < len(VANISHING) else rng.choice(LATER)
        what = f"{file} vanishes after {later} events of {line}"
        with outcome.timed(LIMIT_S, what):
            env = environment(place / "home", VANISHING=str(place / file), LATER=str(later))
            ended = run(words, env, place, "vanishing")
        bad_rows = (words[0], ended.code) in (("batch", 7), ("data", 3))
        if ended.has_traceback or not (ended.code == 0 or ended.is_error or bad_rows):
            outcome.add(f"{what}: {ended}")
        shutil.rmtree(place, ignore_errors=True)
    return outcome


CHECKS = [
    Check("faults", "unusable homes and folders", "commands", 130, 3, homes),
    Check("faults", "files that vanish", "commands", 40, 1, vanishing_files),
]
