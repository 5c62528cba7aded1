"""How soon a key shows while an answer grows, and the first piece of an answer after the engine has it.

    python benchmarks/typing_latency.py [--keys N] [--answers N]

`flashsloth chat` runs at a pseudo-terminal with nano, which is kept from ending its answer. A key counts from the write
to the terminal until its letter comes back on the screen; the letters are none that an answer has. A first piece counts
from the moment the engine gave its first token, which the program notes on the same clock, until a letter of the answer
comes.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[1]
LETTERS = "жщъыэюяйцфшбгдлпчαβγδεζηθικλμνξπρστφχψω"
PROGRAM = """
import os, sys, time
from flashsloth.generation.engine import Engine
from flashsloth_cli.__main__ import main
decode, prefill = Engine.decode, Engine.prefill
def endless(self, token, state):
    logits = decode(self, token, state).clone()
    logits[self.config.end_token_id] = -1e9
    return logits
def noted(self, ids, state, picture):
    logits = prefill(self, ids, state, picture).clone()
    logits[self.config.end_token_id] = -1e9
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{time.perf_counter()}\\n")
    return logits
Engine.decode, Engine.prefill = endless, noted
main()
"""


class Terminal:
    """The program at a terminal."""

    def __init__(self, folder: Path, *words: str) -> None:
        (folder / "program.py").write_text(PROGRAM)
        self.notes = folder / "notes"
        env = {**os.environ, "PYTHONPATH": str(ROOT), "NOTES": str(self.notes), "FLASHSLOTH_HOME": str(folder)}
        env |= {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        command = [str(folder / "program.py"), "chat", "-q", *words]
        self.child = pexpect.spawn(sys.executable, command, env=env, dimensions=(24, 80), encoding="utf-8")
        self.child.delaybeforesend = None

    def until(self, pattern: str, seconds: float = 60) -> float:
        """The time at which a regular expression has come."""
        seen, end = "", time.perf_counter() + seconds
        while time.perf_counter() < end:
            seen += self.child.read_nonblocking(4096, timeout=seconds)
            if re.search(pattern, seen):
                return time.perf_counter()
        raise SystemExit(f"{pattern!r} never came: {seen[-500:]!r}")

    def begun(self) -> list[float]:
        return [float(line) for line in self.notes.read_text().split()] if self.notes.exists() else []


def keys(terminal: Terminal, count: int) -> list[float]:
    """Milliseconds until each key showed."""
    found = []
    for number in range(count):
        letter = LETTERS[number % len(LETTERS)]
        began = time.perf_counter()
        terminal.child.send(letter)
        found.append((terminal.until(letter) - began) * 1000)
        time.sleep(0.08)
        if number % 30 == 29:
            terminal.child.send("\x15")  # clears the line
            time.sleep(0.1)
    return found


def first_pieces(terminal: Terminal, count: int) -> list[float]:
    """Milliseconds from the engine's first token to the screen."""
    found = []
    for _ in range(count):
        before = len(terminal.begun())
        terminal.child.send("What is in the picture?\r")
        terminal.until(r"in the picture\?[^\n]*\r?\n")
        shown = terminal.until(r"(The|A|An|I|It|There|Yes|No)")
        began = terminal.begun()[before:]
        found.append((shown - began[-1]) * 1000)
        terminal.child.send("\x03")
        terminal.until("stopped")
        time.sleep(0.3)
    return found


def line(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    at = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{name:<28} median {statistics.median(values):6.1f} ms   95th percentile {at:6.1f} ms   of {len(values)}"


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--keys", type=int, default=120)
    given.add_argument("--answers", type=int, default=12)
    wanted = given.parse_args()
    picture = str(ROOT / "examples" / "images" / "stop-sign.png")
    with tempfile.TemporaryDirectory() as made:
        terminal = Terminal(Path(made), picture, "--max-tokens", "100000")
        terminal.until(">")
        time.sleep(1)
        resting = keys(terminal, 30)
        terminal.child.send("\x03")
        time.sleep(0.2)
        pieces = first_pieces(terminal, wanted.answers)
        growing: list[float] = []
        while len(growing) < wanted.keys:
            terminal.child.send("What is in the picture?\r")
            terminal.until("(The|A|An|I|It|There|Yes|No)")
            growing += keys(terminal, 15)
            terminal.child.send("\x15\x03")
            terminal.until("stopped")
            terminal.child.send("/new\r")  # the context would be full soon
            terminal.until("a new conversation")
            time.sleep(0.2)
        terminal.child.close(force=True)
    print(line("key at rest", resting))
    print(line("key while an answer grows", growing))
    print(line("first piece after the engine", pieces))


if __name__ == "__main__":
    main()
