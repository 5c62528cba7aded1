"""Which hosts are contacted, and who else may read what was said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.trust.check import ROOT, Check, Outcome
from benchmarks.trust.commands import COMMANDS, parts_of, save_turns
from benchmarks.trust.processes import TRACEBACK, environment

IMAGE = ROOT / "examples" / "images" / "stop-sign.png"
LIMIT_S = 120.0
ASKS = "What does it say?"
TYPED = f"{ASKS}\n/model nano\n/retry\n/save\n/export talk.html\n"


def network(count: int, folder: Path) -> Outcome:
    """Every command with all connections refused (sealed.py): it contacts its host, and no other."""
    outcome = Outcome()
    env = environment(folder / "home") | {"XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    rows = [f'{{"image": "{IMAGE}", "question": "{q}", "answer": "{a}"}}\n' for q, a in ((ASKS, "STOP"), ("It?", "A"))]
    (folder / "learned.jsonl").write_text("".join(rows))
    (folder / "home").mkdir()
    save_turns(folder / "home")
    for number, line in enumerate(COMMANDS[:count]):
        words, host = parts_of(line, IMAGE, ASKS)
        log = folder / f"contacted {number}"
        command = [sys.executable, "-m", "benchmarks.trust.sealed", str(log), *words]
        typed = TYPED if line.startswith("chat") else ""
        with outcome.timed(LIMIT_S, line):
            done = subprocess.run(command, env=env, cwd=folder, input=typed, capture_output=True, text=True)
        contacted = log.read_text().splitlines() if log.exists() else []
        if others := [each for each in contacted if not host or host not in each]:
            outcome.add(f"{line}: contacted {others[:3]}")
        elif host and not contacted:
            outcome.add(f"{line}: contacted nobody")
        if TRACEBACK in done.stderr or (done.returncode and not host and "--offline" not in line):
            outcome.add(f"{line}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return outcome


def files(count: int, folder: Path) -> Outcome:
    """The history and exports can be read by their owner alone, whatever the umask is."""
    outcome = Outcome()
    typed = f"{ASKS}\n/export talk.html\n/export talk.md\n/export talk.json\n"
    for umask in (0o022, 0o000, 0o077, 0o002)[:count]:
        home, here = folder / f"home {umask:o}", folder / f"here {umask:o}"
        here.mkdir()
        for words in (
            ["ask", "-q", "--session", "a", "--no-picture", "-p", "Hello"],
            ["chat", "-q", "--plain", "-c", str(IMAGE)],
        ):
            line = [sys.executable, "-m", "flashsloth_cli", *words]
            with outcome.timed(LIMIT_S, f"umask {umask:o}"):
                subprocess.run(
                    line, env=environment(home), cwd=here, input=typed, capture_output=True, text=True, umask=umask,
                    check=True,
                )  # fmt: skip
            if words[0] == "ask":
                before = os.umask(umask)
                save_turns(home, "00000000")
                os.umask(before)
        outcome.tried -= 1  # two processes are one try
        written = [path for top in (home, here) for path in top.rglob("*") if path.is_file()]
        if len(written) < 4:
            outcome.add(f"umask {umask:o}: only {[path.name for path in written]}")
        for path in written:
            if path.stat().st_mode & 0o077:
                outcome.add(f"umask {umask:o}: {path.name} has mode {path.stat().st_mode & 0o777:o}")
    return outcome


CHECKS = [
    Check("privacy", "connections of every command", "commands", len(COMMANDS), 3, network),
    Check("privacy", "permissions of conversation files", "umasks", 4, 1, files),
]
