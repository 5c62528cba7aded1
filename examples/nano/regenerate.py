"""Regenerate every file that quotes nano, after a change of its weights or of `integrations/synthetic`.

    python examples/nano/regenerate.py           # 20 minutes on two cores; needs jq and tmux
    python examples/nano/regenerate.py --from 4  # continue with the fourth step
    python examples/nano/regenerate.py --list    # print the steps

The steps run in order, as the card is made from the measurements. The first step that fails ends the
run. The picture of the page needs a browser; without one that step is skipped, with a note.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "google-chrome")  # as docs/pictures/make_page.py looks for them


@dataclass(frozen=True)
class Step:
    """Arguments of `python`, and the files and folders that the step writes, relative to the
    repository's root."""

    command: str
    writes: tuple[str, ...]
    to_file: bool = False  # whether the file that it writes is its stdout
    browser: bool = False  # whether it needs one

    @property
    def can_run(self) -> bool:
        return not self.browser or any(map(shutil.which, BROWSERS))


EXPLAINED = ("fish", "star", "sign", "words", "circle", "pie")

QUOTING = ("cli", "answers", "training", "photo-libraries", "cookbook")

# What `flashsloth_synthetic write` draws to measure nano on, by the name of the results.
MEASURED = {
    "old": "test 1000 build/old --words old",
    "new": "test 1000 build/new --words new",
    "unseen": "test 1000 build/unseen --words unseen",
    "kinds": "test 1000 build/kinds --by-kind",
    "combo": "combo 1000 build/combo --words old",
    "unlike": "unlike 1000 build/unlike --words old",
    "wider": "wider 1000 build/wider",
    "everyday": "everyday 1000 build/everyday",
}

STEPS = (
    *(
        step
        for name, drawn in MEASURED.items()
        for step in (
            Step(f"-m flashsloth_synthetic write {drawn}", ()),
            Step(
                f"-m flashsloth_cli eval build/{name}/rows.jsonl -m nano --json -q",
                (f"examples/nano/results/{name}.json",),
                to_file=True,
            ),
        )
    ),
    Step(
        "examples/nano/make_card.py",
        ("flashsloth/nano/README.md", "README.md", "examples/nano/results/kinds.md"),
    ),
    Step("examples/images/make.py --answer", ("examples/images",)),
    Step("examples/strangers/ask.py --write", ("examples/strangers/README.md",)),
    Step("tests/chat/cases/make.py", ("tests/chat/cases",)),
    Step(
        "tests/contract/transcripts.py --update",
        ("README.md", *(f"docs/{name}.md" for name in QUOTING)),
    ),
    Step("docs/pictures/make_screenshot.py docs/pictures/chat.svg", ("docs/pictures/chat.svg",)),
    Step(
        "docs/pictures/make_page.py docs/pictures/page.png", ("docs/pictures/page.png",), browser=True
    ),
    Step(
        "docs/pictures/make_explanations.py docs/pictures",
        tuple(f"docs/pictures/explain-{name}.png" for name in EXPLAINED),
    ),
)


def run(step: Step) -> None:
    """Run one step in the repository's root. Raises: CalledProcessError."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *shlex.split(step.command)]
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE if step.to_file else None
    )
    if step.to_file:  # only now, so that a step that fails leaves the old file
        (ROOT / step.writes[0]).write_bytes(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--from", dest="first", type=int, default=1, metavar="N", help="skip the steps before N"
    )
    parser.add_argument("--list", action="store_true", help="print the steps and run none")
    options = parser.parse_args()
    missing = [program for program in ("jq", "tmux") if shutil.which(program) is None]
    if missing and not options.list:
        sys.exit(f"error: {' and '.join(missing)} not found on the PATH")
    for number, step in enumerate(STEPS, start=1):
        if number < options.first:
            continue
        print(f"{number}/{len(STEPS)}: python {step.command}", flush=True)
        if options.list:
            continue
        if not step.can_run:
            print(f"note: skipped, as there is none of {', '.join(BROWSERS)} on the PATH", flush=True)
            continue
        try:
            run(step)
        except subprocess.CalledProcessError as error:
            sys.exit(
                f"error: step {number} failed with exit code {error.returncode}; continue with --from {number}"
            )


if __name__ == "__main__":
    main()
