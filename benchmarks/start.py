"""Compare the start of the program with the least that it must import: whole processes, alternating.

    python benchmarks/start.py [--repeats 7] [--shares]

flashsloth --help                 against   python -c "import typer"
flashsloth ask (nano)             against   python -c "import torch"
flashsloth ask through a server   against   flashsloth --help

--shares lists where the time of `ask` goes: the imports of each package, by -X importtime, which adds a fifth. Modules
are compiled before anything is measured, as an installed package's are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter

from common import IMAGES, ROOT, Served, median_and_range, options_parser

PICTURE = sorted(IMAGES.glob("*.png"))[0]
PROGRAM = ["-m", "flashsloth_cli"]
QUESTION = [*PROGRAM, "ask", str(PICTURE), "-p", "What do you see?", "-q", "-m", "nano", "--no-history"]
ASK = [*QUESTION, "--server", "none"]
PAIRS = {
    "--help": (["-c", "import typer"], [*PROGRAM, "--help"], 3.0),
    "ask": (["-c", "import torch"], ASK, 1.15),
    "served": ([*PROGRAM, "--help"], [*QUESTION, "--server", "PORT"], 2.0),
}


def environment() -> dict[str, str]:
    """Return this process's variables, without the one that leaves modules uncompiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(),
    )


def seconds(words: list[str]) -> float:
    began = time.perf_counter()
    run(words)
    return time.perf_counter() - began


def shares(report: str) -> Counter[str]:
    """Return the seconds that the modules of each package took themselves, from the lines of -X importtime."""
    found: Counter[str] = Counter()
    for line in report.splitlines():
        if line.startswith("import time:") and line.count("|") == 2:
            own, _, name = line.removeprefix("import time:").split("|")
            if own.strip().isdigit():
                found[name.strip().partition(".")[0]] += int(own)
    return Counter({name: microseconds / 1e6 for name, microseconds in found.items()})


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--shares", action="store_true", help="list what `ask` spends on imports")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["FLASHSLOTH_HOME"] = home  # with no other server
        with Served(home, "-m", "nano") as served:
            compare(options.repeats, str(served.port))
    if options.shares:
        for name, took in shares(run(["-X", "importtime", *ASK]).stderr).most_common(12):
            print(f"{name:24} {took:6.3f} s")


def compare(repeats: int, port: str) -> None:
    """Print a line for each pair."""
    print(f"{'':8} {'least, s':>20} {'ours, s':>20} {'ratio':>7} {'target':>7}")
    for name, (imports, words, target) in PAIRS.items():
        ours = [port if word == "PORT" else word for word in words]
        seconds(imports), seconds(ours)  # compile modules and read the files into the page cache
        runs = [(seconds(imports), seconds(ours)) for _ in range(repeats)]
        a, b = zip(*runs, strict=True)
        ratio = statistics.median(b) / statistics.median(a)
        print(f"{name:8} {median_and_range(a, 2):>20} {median_and_range(b, 2):>20} {ratio:>6.2f}x {target:>6.2f}x")


if __name__ == "__main__":
    main()
