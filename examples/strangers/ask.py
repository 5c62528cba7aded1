"""Ask nano about pictures from outside of its world and print its answers.

    python examples/strangers/ask.py [-m MODEL]
    python examples/strangers/ask.py --write     # write them into README.md too

`right` is a true answer, `honest` one that says that the model cannot tell, `wrong` everything else.
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

FOLDER = Path(__file__).parent
HEADING = "## What nano says\n"
CATEGORIES = ("could know", "beyond it")
VERDICTS = ("right", "honest", "wrong")
# What nano learned to say when it does not know. A test in integrations/synthetic compares it with the
# answers that nano is trained on.
HONEST = (
    "I cannot make out what is in this picture.",
    "I cannot tell that from the picture.",
    "I cannot tell the time.",
    "I cannot read the small text.",
    "I cannot read the text.",
    "I cannot read the code.",
    "I cannot make out how many sides it has.",
    "I cannot make out how many sides the shape has.",
)
NOT_MADE_OUT = "No, I can make out no "


@dataclass(frozen=True)
class ScoredAnswer:
    """Holds a question, its best answer, other accepted answers, the truth in brackets, and the model's
    answer."""

    image: str
    category: str
    question: str
    best: str
    accepted: tuple[str, ...]
    truth: str
    answer: str

    @property
    def verdict(self) -> str:
        if self.answer in HONEST:
            return "honest"
        if self.answer.startswith(NOT_MADE_OUT):
            return (
                "right"
                if any(true.startswith("No") for true in (self.best, *self.accepted))
                else "honest"
            )
        return "right" if self.answer in (self.best, *self.accepted) else "wrong"

    @property
    def expected(self) -> str:
        return f"{self.best} ({self.truth})" if self.truth else self.best


def ask(model: str) -> Iterator[ScoredAnswer]:
    """Ask every question in its own conversation."""
    opened = flashsloth.open(model, device="cpu", dtype="float32")
    for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = opened.chat(FOLDER / row["image"]).ask(row["question"]).text()
        accepted, truth = tuple(row.get("accepted", ())), row.get("truth", "")
        yield ScoredAnswer(
            row["image"], row["category"], row["question"], row["answer"], accepted, truth, answer
        )


def tally(answers: list[ScoredAnswer]) -> str:
    """Count the verdicts of each category."""
    lines = [f"{'':12}" + "".join(f"{verdict:>8}" for verdict in VERDICTS)]
    for category in CATEGORIES:
        counts = Counter(each.verdict for each in answers if each.category == category)
        lines.append(f"{category:12}" + "".join(f"{counts[verdict]:8}" for verdict in VERDICTS))
    return "\n".join(lines)


def as_text(answers: list[ScoredAnswer]) -> str:
    """Return a line for each question."""
    rows = [(Path(a.image).stem, a.question, a.expected, a.answer, a.verdict) for a in answers]
    rows.insert(0, ("picture", "question", "right or honest", "nano", ""))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    return "\n".join(
        "  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(answers: list[ScoredAnswer]) -> str:
    """Return the same as a Markdown table with the pictures."""
    lines, before = ["| picture | question | right or honest | nano | |", "|---|---|---|---|---|"], ""
    for each in answers:
        image = f"![{Path(each.image).stem}]({each.image})" if each.image != before else ""
        answer = cell(each.answer) or "(nothing)"
        verdict = "**wrong**" if each.verdict == "wrong" else each.verdict
        lines.append(
            f"| {image} | {cell(each.question)} | {cell(each.expected)} | {answer} | {verdict} |"
        )
        before = each.image
    return "\n".join(lines)


def cell(text: str) -> str:
    """Escape text for a cell of a Markdown table."""
    for mark in "\\|*_`$<":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument("--write", action="store_true", help="write the answers into README.md too")
    options = parser.parse_args()
    answers = list(ask(options.model))
    print(f"{as_text(answers)}\n\n{tally(answers)}")
    if options.write:
        path = FOLDER / "README.md"
        kept = path.read_text(encoding="utf-8").partition(HEADING)[0]
        path.write_text(
            f"{kept}{HEADING}\n```\n{tally(answers)}\n```\n\n{as_markdown(answers)}\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
