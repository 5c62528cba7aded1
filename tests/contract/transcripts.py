"""The console blocks of the documents: which commands stand in them, what those print, and how to write it there.

    python tests/contract/transcripts.py             # which blocks say something else than what happens
    python tests/contract/transcripts.py --update    # and mend them

After `$ ` stands a command, behind it what it prints. Where a document shows stderr, `» ` marks its lines, and they
stand before those of stdout.
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
DOCUMENTS = {"README.md": False, "docs/cli.md": True, "docs/errors.md": True}
"""Each with whether it shows stderr."""


@dataclass(frozen=True)
class Transcript:
    """One command with what it prints, at [start, end) of its document's text."""

    document: str
    command: str
    shown: str
    start: int
    end: int

    @property
    def line(self) -> int:
        return read(self.document)[: self.start].count("\n")


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def transcripts(*documents: str) -> list[Transcript]:
    """Of these documents, in their order; commands may need what those before them left."""
    found = []
    for document in documents:
        for block in re.finditer(r"```console\n(.*?)```", read(document), re.DOTALL):
            for part in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block[1], re.MULTILINE):
                start, end = (block.start(1) + at for at in part.span(2))
                found.append(Transcript(document, part[1], part[2], start, end))
    return found


def workplace(folder: Path) -> Path:
    """A working folder with the example pictures, and the program (and jq) on a PATH of its own."""
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "bin").mkdir()
    programs = {"flashsloth": f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m flashsloth_cli "$@"\n'}
    if shutil.which("jq") is None:
        code = "import json, sys\nprint(json.load(sys.stdin)[sys.argv[2].lstrip('.')])\n"
        programs["jq"] = f"#!{sys.executable}\n{code}"
    for name, program in programs.items():
        (folder / "bin" / name).write_text(program)
        (folder / "bin" / name).chmod(0o755)
    return folder


def output(transcript: Transcript, folder: Path) -> str:
    """What the command prints now, as its document shows it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASHSLOTH_", "HF_", "XDG_"))}
    env = {
        "MKL_CBWR": "AVX2",  # as in tests/conftest.py
        **kept,
        "HOME": str(folder),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    for said in folder.rglob("note-said"):  # each on a day of its own
        said.unlink()
    done = subprocess.run(
        ["bash", "-c", transcript.command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if not DOCUMENTS[transcript.document]:
        return done.stdout if done.returncode == 0 else f"exit code {done.returncode}: {done.stderr}"
    return "".join(f"» {line}\n" for line in done.stderr.splitlines()) + done.stdout


def main(words: list[str]) -> int:
    found = transcripts(*DOCUMENTS)
    with tempfile.TemporaryDirectory() as made:
        folder = workplace(Path(made))
        now = {each: output(each, folder) for each in found}
    other = [each for each in found if now[each] != each.shown]
    for each in other:
        print(f"{each.document}:{each.line}: $ {each.command}\n{now[each]}", end="")
    if "--update" not in words:
        return int(bool(other))
    for each in reversed(other):  # from the end, so that places before it stay what they are
        text = read(each.document)
        (ROOT / each.document).write_text(text[: each.start] + now[each] + text[each.end :], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
