"""Run the commands that documents show and compare their output; update the documents with `--update`.

    python tests/contract/transcripts.py             # print each output that differs from its document
    python tests/contract/transcripts.py --update    # and write it into the document

A `console` block has a command after `$ `, then its output; `» ` marks lines of stderr, which come
before stdout. The recipes of docs/cookbook.md have a `bash` block with a script and a `text` block with
its output.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    "README.md": False,
    "docs/cli.md": True,
    "docs/answers.md": True,
    "docs/training.md": True,
    "docs/photo-libraries.md": True,
}
"""The documents with `console` blocks; whether they show stderr."""
COOKBOOK = "docs/cookbook.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
RECIPE = re.compile(
    r"^## (\d+\. .*)\n(?:(?!^## )[\s\S])*?```bash\n([\s\S]*?)```\n```text\n([\s\S]*?)```", re.MULTILINE
)


@dataclass(frozen=True)
class Transcript:
    """A command or script with its documented output, which is `text[start:end]` of the document."""

    document: str
    name: str
    command: str
    expected: str
    start: int
    end: int


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def transcripts(*documents: str) -> list[Transcript]:
    """Return the console commands in order; a command may need the files of those before it."""
    found = []
    for document in documents:
        for block in CONSOLE.finditer(read(document)):
            for match in COMMAND.finditer(block[1]):
                start, end = (block.start(1) + offset for offset in match.span(2))
                found.append(Transcript(document, match[1][:40], match[1], match[2], start, end))
    return found


def recipes() -> list[Transcript]:
    """Return the recipes of the cookbook; each runs in a folder of its own and stops at the first
    failing command."""
    return [
        Transcript(COOKBOOK, match[1], f"set -euo pipefail\n{match[2]}", match[3], *match.span(3))
        for match in RECIPE.finditer(read(COOKBOOK))
    ]


def workplace(folder: Path, python: str = sys.executable) -> Path:
    """Prepare a working folder: the example pictures, and the program (and jq) in a `bin` folder for
    the PATH, which `python` runs."""
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "bin").mkdir()
    programs = {
        "flashsloth": f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{python}" -m flashsloth_cli "$@"\n'
    }
    if shutil.which("jq") is None:
        code = "import json, sys\nprint(json.load(sys.stdin)[sys.argv[2].lstrip('.')])\n"
        programs["jq"] = f"#!{sys.executable}\n{code}"
    for name, program in programs.items():
        (folder / "bin" / name).write_text(program)
        (folder / "bin" / name).chmod(0o755)
    return folder


def output(transcript: Transcript, folder: Path) -> str:
    """Run the command and return its output in the form that its document shows.

    Raises: RuntimeError if it fails and the document does not show stderr.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASHSLOTH_", "HF_", "XDG_"))}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {"MKL_CBWR": "AVX2", **kept, "HOME": str(folder), "PATH": path}  # as in tests/conftest.py
    line, pipes = (
        ["bash", "-c", transcript.command],
        {"stdin": subprocess.DEVNULL, "capture_output": True},
    )
    done = subprocess.run(line, cwd=folder, env=env, text=True, timeout=240, **pipes)
    if DOCUMENTS.get(transcript.document):
        return "".join(f"» {line}\n" for line in done.stderr.splitlines()) + done.stdout
    if done.returncode:
        raise RuntimeError(
            f"{transcript.document}: {transcript.name}: exit code {done.returncode}: {done.stderr}"
        )
    return done.stdout


def run_all() -> dict[Transcript, str]:
    """Run every command and recipe; return their outputs."""
    outputs = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = workplace(Path(temporary))
        outputs |= {transcript: output(transcript, folder) for transcript in transcripts(*DOCUMENTS)}
    for recipe in recipes():
        with tempfile.TemporaryDirectory() as temporary:
            outputs[recipe] = output(recipe, workplace(Path(temporary)))
    return outputs


def update(changed: dict[Transcript, str]) -> None:
    """Replace the documented outputs, from the end of each document, so that earlier offsets stay
    valid."""
    for transcript, text in reversed(changed.items()):
        old = read(transcript.document)
        new = old[: transcript.start] + text + old[transcript.end :]
        (ROOT / transcript.document).write_text(new, encoding="utf-8")


def main() -> int:
    changed = {
        transcript: text for transcript, text in run_all().items() if text != transcript.expected
    }
    for transcript, text in changed.items():
        line = read(transcript.document)[: transcript.start].count("\n")
        print(f"{transcript.document}:{line}: {transcript.name}\n{text}", end="")
    if "--update" not in sys.argv[1:]:
        return int(bool(changed))
    update(changed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
