"""Check which hosts are contacted. (tests/cli/history/test_sessions.py checks who else may read a
conversation.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from paths import ROOT
from trust.check import Check, Outcome
from trust.commands import COMMANDS, parts_of, save_turns
from trust.processes import TRACEBACK, environment

IMAGE = ROOT / "examples" / "images" / "stop-sign.png"
LIMIT_S = 120.0
ASKS = "What does it say?"
TYPED = f"{ASKS}\n/model nano\n/retry\n/save\n/export talk.html\n"


def network(count: int, folder: Path) -> Outcome:
    """Run every command with all connections refused (sealed.py). It may contact only its own host."""
    outcome = Outcome()
    env = environment(
        folder / "home", XDG_CONFIG_HOME=str(folder), XDG_CACHE_HOME=str(folder / "cache")
    )
    rows = [
        f'{{"image": "{IMAGE}", "question": "{q}", "answer": "{a}"}}\n'
        for q, a in ((ASKS, "STOP"), ("It?", "A"))
    ]
    (folder / "learned.jsonl").write_text("".join(rows))
    (folder / "home").mkdir()
    save_turns(folder / "home")
    for number, line in enumerate(COMMANDS[:count]):
        words, host = parts_of(line, IMAGE, ASKS)
        log = folder / f"contacted {number}"
        command = [sys.executable, "-m", "tests.trust.sealed", str(log), *words]
        typed = TYPED if line.startswith("chat") else ""
        with outcome.timed(LIMIT_S, line):
            done = subprocess.run(
                command, env=env, cwd=folder, input=typed, capture_output=True, text=True
            )
        contacted = log.read_text().splitlines() if log.exists() else []
        if others := [each for each in contacted if not host or host not in each]:
            outcome.add(f"{line}: contacted {others[:3]}")
        elif host and not contacted:
            outcome.add(f"{line}: contacted nobody")
        if TRACEBACK in done.stderr or (done.returncode and not host and "--offline" not in line):
            outcome.add(f"{line}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return outcome


CHECKS = [
    Check("privacy", "connections of every command", "commands", len(COMMANDS), 2, network),
]
