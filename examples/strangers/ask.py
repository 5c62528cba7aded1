"""Ask nano about pictures that are none of its world, and print what it says.

    python examples/strangers/ask.py [-m MODEL]
    python examples/strangers/ask.py --write     # into README.md as well

`right` is an answer that is true, `honest` one that says that it cannot tell, `wrong` everything else.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("MKL_CBWR", "AVX2")  # the same sums on every x86 processor, as in the tests

import flashsloth
from flashsloth.synthetic.dialogues import UNCLEAR
from flashsloth.synthetic.question_builders.unanswerable import CANNOT_TELL

FOLDER = Path(__file__).parent
HEADING = "## What nano says\n"
CATEGORIES = ("could know", "beyond it")
VERDICTS = ("right", "honest", "wrong")


@dataclass(frozen=True)
class Asked:
    """A question with what would be best, what else would be true, and what the model said."""

    image: str
    category: str
    question: str
    answer: str
    accepted: tuple[str, ...]
    truth: str
    said: str

    @property
    def verdict(self) -> str:
        if self.said in (UNCLEAR, CANNOT_TELL):
            return "honest"
        return "right" if self.said in (self.answer, *self.accepted) else "wrong"

    @property
    def wanted(self) -> str:
        return f"{self.answer} ({self.truth})" if self.truth else self.answer


def ask(model: str) -> Iterator[Asked]:
    """Every question in a conversation of its own."""
    opened = flashsloth.open(model, device="cpu", dtype="float32")
    for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        said = opened.chat(FOLDER / row["image"]).ask(row["question"]).text()
        accepted = tuple(row.get("accepted", ()))
        yield Asked(row["image"], row["category"], row["question"], row["answer"], accepted, row.get("truth", ""), said)


def tally(found: list[Asked]) -> str:
    """How many of each kind."""
    lines = [f"{'':12}" + "".join(f"{verdict:>8}" for verdict in VERDICTS)]
    for category in CATEGORIES:
        counts = Counter(each.verdict for each in found if each.category == category)
        lines.append(f"{category:12}" + "".join(f"{counts[verdict]:8}" for verdict in VERDICTS))
    return "\n".join(lines)


def as_text(found: list[Asked]) -> str:
    """A line for each question."""
    rows = [(Path(e.image).stem, e.question, e.wanted, e.said, e.verdict) for e in found]
    rows.insert(0, ("picture", "question", "right or honest", "nano", ""))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    return "\n".join("  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def as_markdown(found: list[Asked]) -> str:
    """The same with the pictures, for README.md."""
    lines, before = ["| picture | question | right or honest | nano | |", "|---|---|---|---|---|"], ""
    for each in found:
        shown = f"![{Path(each.image).stem}]({each.image})" if each.image != before else ""
        said = cell(each.said) or "(nothing)"
        verdict = "**wrong**" if each.verdict == "wrong" else each.verdict
        lines.append(f"| {shown} | {cell(each.question)} | {cell(each.wanted)} | {said} | {verdict} |")
        before = each.image
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text as a Markdown table shows it unchanged."""
    for mark in "\\|*_`$<":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument("--write", action="store_true", help="put it into README.md")
    given = parser.parse_args()
    found = list(ask(given.model))
    print(f"{as_text(found)}\n\n{tally(found)}")
    if given.write:
        path = FOLDER / "README.md"
        kept = path.read_text(encoding="utf-8").partition(HEADING)[0]
        path.write_text(f"{kept}{HEADING}\n```\n{tally(found)}\n```\n\n{as_markdown(found)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
