"""Who is asked on the network, and who else may read what was said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

from benchmarks.trust.check import Check, Outcome

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "examples" / "images" / "stop-sign.png"
LIMIT = 120.0
HUB = "huggingface.co"
ASKS = "What does it say?"
# words, what comes in on stdin, and whom they may ask
COMMANDS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("ask", "-q", str(IMAGE), "-p", ASKS), "", ()),
    (("ask", "-m", "nano", "--json", str(IMAGE), "-p", ASKS), "", ()),
    (("chat", "--plain", "-c", str(IMAGE)), f"{ASKS}\n/model nano\n/retry\n/save\n/export talk.html\n", ()),
    (("batch", str(IMAGE), "-q", "-p", ASKS, "-o", "rows.jsonl"), "", ()),
    (("pull", "nano"), "", ()),
    (("list",), "", ()),
    (("show", "nano"), "", ()),
    (("convert", "nano", "-o", "converted"), "", ()),
    (("quantize", "nano", "-o", "quantized", "--quant", "int8", "--allow-larger"), "", ()),
    (("ask", "-q", "-m", "./converted", str(IMAGE), "-p", ASKS), "", ()),
    (("ask", "-q", "-m", "./quantized", str(IMAGE), "-p", ASKS), "", ()),
    (("bench", "-m", "nano", "--max-tokens", "4", "--repeats", "1", "--json"), "", ()),
    (("data", "check", "learned.jsonl"), "", ()),
    (("eval", "synth:test", "--limit", "4"), "", ()),
    (("finetune", "learned.jsonl", "-o", "adapter", "--lora", "--max-steps", "1"), "", ()),
    (("ask", "-q", "--adapter", "adapter", str(IMAGE), "-p", ASKS), "", ()),
    (("merge", "adapter", "-o", "merged"), "", ()),
    (("sessions", "list"), "", ()),
    (("sessions", "show"), "", ()),
    (("sessions", "export", "--as", "html"), "", ()),
    (("templates", "list"), "", ()),
    (("config", "show", "--origin"), "", ()),
    (("completion", "bash"), "", ()),
    (("man",), "", ()),
    (("--version",), "", ()),
    (("ask", "--help"), "", ()),
    (("doctor",), "", (HUB,)),
    (("pull", "flashsloth", "-y"), "", (HUB,)),
    (("ask", "-q", "-y", "-m", "nobody/nothing", str(IMAGE), "-p", ASKS), "", (HUB,)),
    (("ask", "-q", "-y", "--offline", "-m", "nobody/nothing", str(IMAGE), "-p", ASKS), "", ()),
    (("ask", "-q", "http://pictures.invalid/a.png", "-p", ASKS), "", ("pictures.invalid",)),
    (("ask", "-q", "--offline", "http://pictures.invalid/a.png", "-p", ASKS), "", ("pictures.invalid",)),
)
TRAINED = (
    '{"image": "%s", "question": "What does it say?", "answer": "STOP"}\n'
    '{"image": "%s", "question": "What color is it?", "answer": "Red."}\n'
)


def network(count: int, random: Random, folder: Path) -> Outcome:
    """Every command, sealed: it may ask whom it was told to ask, and nobody else."""
    outcome = Outcome()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "FLASHSLOTH_"))},
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "FLASHSLOTH_HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    (folder / "learned.jsonl").write_text(TRAINED % (IMAGE, IMAGE))
    _begin(folder / "home", 0o077)
    for number, (words, given, may_ask) in enumerate(COMMANDS[:count]):
        log = folder / f"asked-{number}"
        command = [sys.executable, "-m", "benchmarks.trust.sealed", str(log), *words]
        with outcome.one(LIMIT, " ".join(words)):
            try:
                done = subprocess.run(
                    command, env=env, cwd=folder, input=given, capture_output=True, text=True, timeout=LIMIT
                )
            except subprocess.TimeoutExpired:
                outcome.hangs += 1
                outcome.say(" ".join(words))
                continue
        asked = log.read_text().split("\n")[:-1] if log.exists() else []
        others = [who for who in asked if not any(may in who for may in may_ask)]
        if others:
            outcome.mistake(f"{' '.join(words[:3])} asked {others[:3]}")
        elif may_ask and not asked:
            outcome.mistake(f"{' '.join(words[:3])} asked nobody")
        if "Traceback" in done.stderr or (done.returncode and not may_ask and "--offline" not in words):
            outcome.crash(f"{' '.join(words[:3])}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        outcome.refused += done.returncode != 0
    return outcome


def files(count: int, random: Random, folder: Path) -> Outcome:
    """What holds a conversation is for its owner alone, under any umask: the store and its companions, exports."""
    outcome = Outcome()
    flows = 0
    for umask in (0o022, 0o000, 0o077, 0o002)[:count]:
        home = folder / f"home-{umask:o}"
        env = {**os.environ, "PYTHONPATH": str(ROOT), "FLASHSLOTH_HOME": str(home), "FLASHSLOTH_NO_HISTORY": ""}
        lines = f"{ASKS}\n/export talk.html\n/export talk.md\n/export talk.json\n"
        shutil.rmtree(folder / "talk", ignore_errors=True)
        (folder / "talk").mkdir()
        with outcome.one(LIMIT, f"umask {umask:o}"):
            for words in (["ask", "-q", "--no-picture", "-p", "Hello"], ["chat", "-q", "--plain", "-c", str(IMAGE)]):
                if words[0] == "chat":
                    _begin(home, umask)
                subprocess.run(
                    [sys.executable, "-m", "flashsloth_cli", *words],
                    env=env,
                    cwd=folder / "talk",
                    input=lines if words[0] == "chat" else None,
                    capture_output=True,
                    text=True,
                    timeout=LIMIT,
                    umask=umask,
                    check=True,
                )
        found = [path for top in (home, folder / "talk") for path in top.rglob("*") if path.is_file()]
        if len(found) < 4:
            outcome.mistake(f"umask {umask:o}: only {[path.name for path in found]}")
        for path in found:
            flows += 1
            if path.stat().st_mode & 0o077:
                outcome.mistake(f"umask {umask:o}: {path.name} is {path.stat().st_mode & 0o777:o}")
    return outcome


def _begin(home: Path, umask: int) -> None:
    """A conversation for `-c` to go on with."""
    script = (
        "from pathlib import Path; from flashsloth.history.store import *\n"
        "turn = SavedTurn('a', 'b', (), 'stop', 'nano');"
        f"History(Path({str(home / 'history.db')!r})).save(Session('00000000', 'nano', turns=(turn,)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], env=env, umask=umask, check=True)


CHECKS = [
    Check("privacy", "commands that may reach nobody", "commands", len(COMMANDS), 3, network),
    Check("privacy", "files that hold conversations", "umasks", 4, 1, files),
]
