"""The recipes of docs/cookbook.md: what stands there, what it prints, and how to write that down.

python tests/contract/cookbook.py             # which recipes print something else than their page says
python tests/contract/cookbook.py --update    # and mend the page
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from transcripts import ROOT, workplace

PAGE = ROOT / "docs" / "cookbook.md"
RECIPE = re.compile(r"^## (\d+\. .*)\n(?:(?!^## )[\s\S])*?```bash\n([\s\S]*?)```\n```text\n([\s\S]*?)```", re.MULTILINE)


@dataclass(frozen=True)
class Recipe:
    """A script, and what its page says it prints, at [start, end) of the page."""

    name: str
    script: str
    shown: str
    start: int
    end: int


def recipes() -> list[Recipe]:
    text = PAGE.read_text(encoding="utf-8")
    return [Recipe(found[1], found[2], found[3], *found.span(3)) for found in RECIPE.finditer(text)]


def output(recipe: Recipe, folder: Path) -> str:
    """What it prints now. Raises: CalledProcessError if a command of it fails."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASHSLOTH_", "HF_", "XDG_"))}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {"MKL_CBWR": "AVX2", **kept, "HOME": str(folder), "PATH": path}
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{recipe.script}"],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=240,
        check=True,
    ).stdout


def main(words: list[str]) -> int:
    other = {}
    for recipe in recipes():
        with tempfile.TemporaryDirectory() as made:
            now = output(recipe, workplace(Path(made)))
        if now != recipe.shown:
            other[recipe] = now
            print(f"{recipe.name}\n{now}")
    if "--update" in words:
        text = PAGE.read_text(encoding="utf-8")
        for recipe in reversed(list(other)):
            text = text[: recipe.start] + other[recipe] + text[recipe.end :]
        PAGE.write_text(text, encoding="utf-8")
        return 0
    return int(bool(other))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
