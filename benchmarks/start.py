"""Compare the start of the program with the imports it cannot avoid: whole processes, alternating.

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
    print(f"{'':8} {'imports, s':>20} {'ours, s':>20} {'ratio':>7} {'target':>7}")
    for name, (imports, ours, target) in PAIRS.items():
        seconds(imports), seconds(ours)  # read the files into the page cache
        runs = [(seconds(imports), seconds(ours)) for _ in range(repeats)]
        a, b = (sorted(column) for column in zip(*runs, strict=True))
        ratio = statistics.median(b) / statistics.median(a)
        cells = [f"{statistics.median(x):.2f} ({x[0]:.2f}-{x[-1]:.2f})" for x in (a, b)]
        print(f"{name:8} {cells[0]:>20} {cells[1]:>20} {ratio:>6.2f}x {target:>6.1f}x")


if __name__ == "__main__":
    main()
