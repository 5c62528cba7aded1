"""Record what the program prints and writes, and compare two records, to check that a change of its
code changes nothing for users.

    python benchmarks/outputs.py record FOLDER [--checkout FOLDER] [--only TEXT]
    python benchmarks/outputs.py compare BEFORE AFTER

Each line of outputs.txt is a shell script of its own. It runs in a new folder that has `examples`, the
pictures of examples/images, and an empty home. What it prints, its exit code and the files that it
leaves are written to FOLDER, one file a line. --checkout names another checkout, whose program is
recorded. In what was recorded MASKS replaces what differs from run to run.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from common import ROOT, options_parser

import preloaded

LINES = Path(__file__).with_name("outputs.txt")
SECONDS = 300.0  # the time limit of a line
# What differs from run to run, and what it becomes.
MASKS = (
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", "<date>"),
    (r'("(?:created|created_at|completed_at|started|updated)": ?)[\d.]+', r"\1<date>"),
    (
        r'("\w*(?:_ms|_ns|seconds|_per_second|_bytes|pid|port|uptime\w*)": ?)[\d.e+-]+',
        r"\1<number>",
    ),
    (r'("(?:id|session)": ?)"\d{8,}"', r'\1"<digest>"'),
    (r'("cached": ?)\w+', r"\1<known>"),  # the cache may be written after the answer
    (r"(?m)^\w+: \d+ of \d+ \(\d+%\).*\n", ""),  # progress
    (r"\b(chatcmpl|resp|msg|cmpl|rs)[-_][0-9a-zA-Z]+", r"\1-<id>"),
    (r"(127\.0\.0\.1|localhost):\d{4,5}", r"\1:<port>"),
    (r"\b(process|port|stop|pid) \d+", r"\1 <number>"),
    (r"\b[\d.,]+ ?(ms|s|seconds|minutes|GB|MB|kB|tok/s|tokens/s|pictures/s|rows/s)\b", r"<number> \1"),
    (r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b", "<digest>"),
    (r"\b\d{8}-\d{6}-\w+\b", "<id>"),
    (r"\b(today|yesterday|just now|\d+ (?:seconds?|minutes?) ago)\b", "<date>"),
)
# Functions for the scripts: ask the program's server, which `serving` keeps open meanwhile.
FUNCTIONS = """
serving() {  # [OPTION ...] -- SCRIPT
  options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done
  flashsloth serve --port 0 --background "${options[@]}" > serve.log 2>&1 || { cat serve.log; return 1; }
  url=$(grep -o 'http://127.0.0.1:[0-9]*' serve.log | head -1); rm serve.log
  eval "$2"; code=$?
  flashsloth stop --all > /dev/null 2>&1
  return $code
}
post() { curl -s -w '\\n%{http_code}\\n' -H 'Content-Type: application/json' -d "$2" "$url$1"; }
get() { curl -s -w '\\n%{http_code}\\n' "$url$1"; }
picture() { printf '{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}' "$(base64 -w0 "$1")"; }
"""


def main() -> None:
    parser = options_parser(__doc__, checkout=str(ROOT), only="")
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    if options.action == "compare":
        before, after = options.folders
        differences = [*compare(before, after)]
        print("\n".join(differences))
        sys.exit(bool(differences))
    (folder,) = options.folders
    folder.mkdir(parents=True)
    lines = [line for line in read_lines() if options.only in line]
    with (
        tempfile.TemporaryDirectory() as temporary,
        preloaded.installed(Path(temporary), Path(options.checkout).resolve()) as program,
        ThreadPoolExecutor(2) as pool,
    ):
        results = pool.map(partial(run, program=program, checkout=options.checkout), lines)
        for line, recorded in zip(lines, results, strict=True):
            (folder / name_of(line)).write_text(f"{line}\n{recorded}", encoding="utf-8")
            print(line, flush=True)


def read_lines() -> list[str]:
    """Return the lines of outputs.txt without comments. Raises: ValueError for two equal lines."""
    lines = [line for line in LINES.read_text("utf-8").splitlines() if line and line[0] != "#"]
    if len({*lines}) < len(lines):
        raise ValueError("two lines are equal")
    return lines


def name_of(line: str) -> str:
    """Return the name of a line's file, which begins with its first words."""
    words = re.sub(r"\W+", "-", line)[:50].strip("-")
    return f"{words}-{hashlib.sha256(line.encode()).hexdigest()[:8]}.txt"


def run(line: str, program: Path, checkout: str) -> str:
    """Return what a line printed, its exit code and the files that it left, masked. `program` is a
    Python that can import flashsloth_cli from the checkout."""
    with tempfile.TemporaryDirectory(prefix="outputs") as temporary:
        folder = Path(temporary).resolve()
        home = folder / "home"
        work = folder / "work"
        (folder / "bin").mkdir()
        home.mkdir()
        work.mkdir()
        command = folder / "bin" / "flashsloth"
        command.write_text(f'#!/bin/sh\nexec "{program}" -m flashsloth_cli "$@"\n')
        command.chmod(0o755)
        (work / "examples").symlink_to(ROOT / "examples")
        for picture in sorted((ROOT / "examples" / "images").glob("*.png")):
            (work / picture.name).write_bytes(picture.read_bytes())
        here = {path.name for path in work.iterdir()}
        environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "100",
            "OMP_NUM_THREADS": "1",
        }
        script = FUNCTIONS + line
        try:
            done = subprocess.run(
                ["bash", "-c", script],
                cwd=work,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"longer than {SECONDS:.0f} s\n"
        parts = {"stdout": done.stdout, "stderr": done.stderr, "code": str(done.returncode).encode()}
        for path in sorted(work.rglob("*")):
            if path.is_file() and path.relative_to(work).parts[0] not in here:
                parts[str(path.relative_to(work))] = path.read_bytes()
        texts = "".join(f"==== {name}\n{text_of(data, folder)}\n" for name, data in parts.items())
        return texts.replace(str(Path(checkout).resolve()), "<project>")


def text_of(data: bytes, folder: Path) -> str:
    """Return the content of a file with MASKS applied, or the digest of a binary file."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()[:7]}"
    text = text.replace(str(folder), "<folder>").replace(str(ROOT), "<project>")
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return text


def compare(before: Path, after: Path) -> Iterator[str]:
    """Yield the differences of two records, as unified diffs."""
    for name in sorted({path.name for folder in (before, after) for path in folder.iterdir()}):
        texts = [
            (folder / name).read_text("utf-8") if (folder / name).exists() else ""
            for folder in (before, after)
        ]
        lines = [text.splitlines() for text in texts]
        yield from difflib.unified_diff(*lines, f"before/{name}", f"after/{name}", lineterm="", n=1)


if __name__ == "__main__":
    main()
