"""Measure how soon a typed key and the first piece of an answer appear on the screen of `flashsloth chat`.

    python benchmarks/typing_latency.py [--keys N] [--answers N]

The chat runs in a pseudo-terminal with nano, whose answers are kept from ending. A key is timed from the write to the
terminal until its letter appears on the screen; answers do not contain these letters. A first piece is timed from the
engine's first token, which the program logs on the same clock, until the first word of the answer appears.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect
from common import ROOT, options_parser

LETTERS = "жщъыэюяйцфшбгдлпчαβγδεζηθικλμνξπρστφχψω"
PROGRAM = """
import os, sys, time
from flashsloth.generation.engine import Engine
from flashsloth_cli.__main__ import main
decode, prefill = Engine.decode, Engine.prefill
def without_end(self, token, state):
    logits = decode(self, token, state).clone()
    logits[self.config.end_token_id] = -1e9
    return logits
def logged(self, ids, state, picture):
    logits = prefill(self, ids, state, picture).clone()
    logits[self.config.end_token_id] = -1e9
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{time.perf_counter()}\\n")
    return logits
Engine.decode, Engine.prefill = without_end, logged
main()
"""


class Terminal:
    """`flashsloth chat` in a pseudo-terminal."""

    def __init__(self, folder: Path, *words: str) -> None:
        (folder / "program.py").write_text(PROGRAM)
        self.notes = folder / "notes"
        env = {**os.environ, "PYTHONPATH": str(ROOT), "NOTES": str(self.notes), "FLASHSLOTH_HOME": str(folder)}
        env |= {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        command = [str(folder / "program.py"), "chat", "-q", *words]
        self.child = pexpect.spawn(sys.executable, command, env=env, dimensions=(24, 80), encoding="utf-8")
        self.child.delaybeforesend = None

    def wait_for(self, pattern: str, seconds: float = 60) -> float:
        """Wait until the output matches a regular expression; return the time."""
        output, end = "", time.perf_counter() + seconds
        while time.perf_counter() < end:
            output += self.child.read_nonblocking(4096, timeout=seconds)
            if re.search(pattern, output):
                return time.perf_counter()
        raise SystemExit(f"no output matches {pattern!r}: {output[-500:]!r}")

    def first_token_times(self) -> list[float]:
        return [float(line) for line in self.notes.read_text().split()] if self.notes.exists() else []


def keys(terminal: Terminal, count: int) -> list[float]:
    """Return the milliseconds until each key appeared."""
    times = []
    for number in range(count):
        letter = LETTERS[number % len(LETTERS)]
        began = time.perf_counter()
        terminal.child.send(letter)
        times.append((terminal.wait_for(letter) - began) * 1000)
        time.sleep(0.08)
        if number % 30 == 29:
            terminal.child.send("\x15")  # clears the line
            time.sleep(0.1)
    return times


def first_pieces(terminal: Terminal, count: int) -> list[float]:
    """Return the milliseconds from the engine's first token to the screen."""
    times = []
    for _ in range(count):
        before = len(terminal.first_token_times())
        terminal.child.send("What is in the picture?\r")
        terminal.wait_for(r"in the picture\?[^\n]*\r?\n")
        seen = terminal.wait_for(r"(The|A|An|I|It|There|Yes|No)")
        times.append((seen - terminal.first_token_times()[before:][-1]) * 1000)
        terminal.child.send("\x03")
        terminal.wait_for("stopped")
        time.sleep(0.3)
    return times


def line(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{name:<28} median {statistics.median(values):6.1f} ms   95th percentile {p95:6.1f} ms   of {len(values)}"


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--keys", type=int, default=120)
    parser.add_argument("--answers", type=int, default=12)
    options = parser.parse_args()
    picture = str(ROOT / "examples" / "images" / "stop-sign.png")
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder), picture, "--max-tokens", "100000")
        terminal.wait_for(">")
        time.sleep(1)
        at_rest = keys(terminal, 30)
        terminal.child.send("\x03")
        time.sleep(0.2)
        pieces = first_pieces(terminal, options.answers)
        during: list[float] = []
        while len(during) < options.keys:
            terminal.child.send("What is in the picture?\r")
            terminal.wait_for("(The|A|An|I|It|There|Yes|No)")
            during += keys(terminal, 15)
            terminal.child.send("\x15\x03")
            terminal.wait_for("stopped")
            terminal.child.send("/new\r")  # before the context is full
            terminal.wait_for("a new conversation")
            time.sleep(0.2)
        terminal.child.close(force=True)
    print(line("key at rest", at_rest))
    print(line("key during an answer", during))
    print(line("first piece after the engine", pieces))


if __name__ == "__main__":
    main()
