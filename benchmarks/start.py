"""What starting the program costs, beside the imports that nobody can avoid. Whole processes, in turns.

python benchmarks/start.py [--repeats 7]

flashsloth --help       against   python -c "import typer"
flashsloth ask (nano)   against   python -c "import torch, transformers.models.phi.modeling_phi"
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = sorted((ROOT / "examples" / "images").glob("*.png"))[0]
PROGRAM = [sys.executable, "-m", "flashsloth_cli"]
PAIRS = {
    "--help": ([sys.executable, "-c", "import typer"], [*PROGRAM, "--help"], 3.0),
    "ask": (
        [sys.executable, "-c", "import torch, transformers.models.phi.modeling_phi"],
        [*PROGRAM, "ask", str(PICTURE), "-p", "What do you see?", "-q", "-m", "nano"],
        1.6,
    ),
}


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL, env=dict(os.environ))
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    print(f"{'':8} {'beside, s':>20} {'ours, s':>20} {'ratio':>7} {'target':>7}")
    for name, (beside, ours, target) in PAIRS.items():
        seconds(beside), seconds(ours)  # files into the cache
        runs = [(seconds(beside), seconds(ours)) for _ in range(repeats)]
        a, b = (sorted(column) for column in zip(*runs, strict=True))
        middle = statistics.median(b) / statistics.median(a)
        spread = [f"{statistics.median(x):.2f} ({x[0]:.2f}-{x[-1]:.2f})" for x in (a, b)]
        print(f"{name:8} {spread[0]:>20} {spread[1]:>20} {middle:>6.2f}x {target:>6.1f}x")


if __name__ == "__main__":
    main()
