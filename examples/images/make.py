"""Draw the example pictures, write the questions about them, and say how many nano answers right.

    python examples/images/make.py             # pictures and questions
    python examples/images/make.py --answer    # and what nano says

Which pictures and which questions was fixed before nano had seen anything: picture 1 of each category (of charts 2,
too), and the questions that the world's own dialogues about it begin with. Written are the pictures, questions.jsonl
and README.md.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from flashsloth import synthetic
from flashsloth.synthetic.dialogues import Turn, dialogue
from flashsloth.synthetic.grammar import number as in_words
from flashsloth.synthetic.scene import Category, Scene

FOLDER = Path(__file__).parent
PICTURES: tuple[tuple[Category, int], ...] = (
    ("shapes", 1), ("objects", 1), ("mixed", 1), ("text", 1), ("chart", 1), ("chart", 2), ("tag", 1), ("unlike", 1),
)  # fmt: skip
FIRST, DIALOGUES, TURNS = 3, 2, 3  # first questions, dialogues and turns of each; for every picture


@dataclass
class Row:
    """Questions that are asked one behind the other, and what nano says to them (empty until it is asked)."""

    image: str
    category: str
    turns: Sequence[Turn]
    said: list[str] = field(default_factory=list)

    @property
    def right(self) -> list[bool]:
        return [turn.answer == said for turn, said in zip(self.turns, self.said, strict=True)]

    def as_values(self) -> dict[str, Any]:
        """A line of questions.jsonl. What nano says stands there only where it is wrong."""
        values: dict[str, Any] = {"image": self.image, "category": self.category}
        wrong = bool(self.said) and not all(self.right)
        if len(self.turns) == 1:
            [turn] = self.turns
            own = {"nano_answer": self.said[0]} if wrong else {}
            return {**values, "question": turn.question, "answer": turn.answer, **own}
        pairs = [(("user", turn.question), ("assistant", turn.answer)) for turn in self.turns]
        values["messages"] = [{"role": role, "content": text} for pair in pairs for role, text in pair]
        return {**values, **({"nano_answers": self.said} if wrong else {})}


def drawn() -> dict[str, tuple[Category, int]]:
    """The pictures by file name."""
    names = [file_name(synthetic.picture("test", number, category)[1]) for category, number in PICTURES]
    return dict(zip(names, PICTURES, strict=True))


def file_name(scene: Scene) -> str:
    """What it shows, in few words."""
    if scene.tag is not None:
        shown = scene.tag.kind
    elif scene.chart is not None:
        shown = scene.chart.kind
    elif scene.lines:
        shown = "-".join(f"{line.kind} {line.text.lower()}" for line in scene.lines)
    elif scene.things:
        names = [thing.name for thing in scene.things]
        shown = "-".join(names) if len(names) < 4 else f"{in_words(len(names))} {scene.category}"
    else:
        shown = f"all {scene.background}" if scene.blank else scene.family
    return shown.replace(" ", "-") + ".png"


def rows() -> Iterator[Row]:
    """Of each picture the first questions, each in a row of its own, then the dialogues."""
    for name, (category, number) in drawn().items():
        scene = synthetic.picture("test", number, category)[1]
        yield from (Row(name, category, turns) for turns in questions(scene))


def questions(scene: Scene) -> Iterator[Sequence[Turn]]:
    """First questions of dialogues 0, 1, 2, ..., of different forms; then what the next dialogues begin with."""
    forms: set[str] = set()
    numbers = count()
    while len(forms) < FIRST:
        first = dialogue(Random(next(numbers)), scene)[0]
        if first.form not in forms:
            forms.add(first.form)
            yield [first]
    left = DIALOGUES
    while left:
        turns = dialogue(Random(next(numbers)), scene)[:TURNS]
        if len(turns) == TURNS:
            left -= 1
            yield turns


def answered(all_rows: list[Row], model: str) -> None:
    """Ask every row in a conversation of its own, with the model's own earlier answers in the context."""
    # the same sums as in the tests, on every x86 processor: tests/conftest.py
    os.environ.setdefault("MKL_CBWR", "AVX2")
    import flashsloth

    opened = flashsloth.open(model, device="cpu", dtype="float32")
    for row in all_rows:
        chat = opened.chat(FOLDER / row.image)
        row.said = [chat.ask(turn.question).text() for turn in row.turns]


# README.md


def readme(all_rows: list[Row]) -> str:
    """The pictures, the questions, what is true, and what nano says if it was asked."""
    single = [row for row in all_rows if len(row.turns) == 1]
    several = [row for row in all_rows if len(row.turns) > 1]
    asked = bool(all_rows[0].said)
    return "\n\n".join(
        [
            INTRODUCTION,
            *([tally(single, several)] if asked else []),
            table(single, ("picture", "first question", "true")),
            "## Dialogues",
            "Each is asked from top to bottom, with nano's own earlier answers in the context.",
            table(several, ("picture", "questions", "true")),
            SOURCES.format(rows="\n".join(f"| `{name}` | {kind} | {n} |" for name, (kind, n) in drawn().items())),
        ]
    )


INTRODUCTION = """# Example pictures

Pictures to try FlashSloth on with its built-in model, nano. They were not picked: the program that draws nano's world
numbers its pictures, and these are number 1 of each category, of charts number 2 as well, from those for testing. The
questions are what that program's own dialogues about them begin with. These numbers and this rule were fixed before
nano was trained; the world was made smaller while it was (at most three shapes or things, four bars), which drew some
of the pictures anew. Nano saw none of them.

`make.py` draws the pictures and writes this page and `questions.jsonl`, a data set that every command reads:

```sh
flashsloth eval examples/images/questions.jsonl
```

A line of it has `image`, `category`, and `question` and `answer` or, for the dialogues, `messages`. `answer` is what is
true. Where nano says something else, that is `nano_answer`, of a dialogue all its answers are `nano_answers`; elsewhere
nano says exactly what is true. How often it is right on a thousand other pictures, `flashsloth show nano` says."""

SOURCES = """## Where they come from

`flashsloth.synthetic.sample("test", NUMBER, CATEGORY)` draws each again:

| picture | category | number |
|---|---|---|
{rows}

The things and the lettering are made from fonts whose licences
[LICENCES.md](../../flashsloth/synthetic/assets/LICENCES.md) names.
"""


def tally(single: list[Row], several: list[Row]) -> str:
    """How many are right."""
    first = [row.right[0] for row in single]
    begins = {row.image: row.right[0] for row in reversed(single)}
    later = [right for row in several for right in row.right]
    return (
        f"Nano answers **{sum(first)} of {len(first)}** first questions exactly right, and {sum(later)} of {len(later)}"
        f" questions in the dialogues.\nThe first one in the table it answers right for {sum(begins.values())} of"
        f" {len(begins)} pictures."
    )


def table(found: list[Row], head: tuple[str, ...]) -> str:
    """A line for each question. A picture stands beside its first one, its name beside the first of a dialogue."""
    asked = bool(found[0].said)
    lines, before = [], ""
    for row in found:
        for number, turn in enumerate(row.turns):
            name = f"`{row.image}`" if len(row.turns) > 1 else f"![{row.image}]({row.image})"
            fresh = number == 0 and (row.image != before or len(row.turns) > 1)
            cells = [name if fresh else "", cell(turn.question), cell(turn.answer)]
            if asked:
                cells.append("right" if row.right[number] else f"**wrong:** {cell(row.said[number]) or '(nothing)'}")
            lines.append(cells)
            before = row.image
    heads = [*head, *(["nano"] if asked else [])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *lines))


def cell(text: str) -> str:
    """Text as a Markdown table shows it unchanged."""
    for mark in "\\|*_`$<":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answer", action="store_true", help="ask the model, and write down what it says")
    parser.add_argument("-m", "--model", default="nano")
    given = parser.parse_args()
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, (category, number) in drawn().items():
        synthetic.picture("test", number, category)[0].save(FOLDER / name, optimize=True)
    found = list(rows())
    if given.answer:
        answered(found, given.model)
    lines = [json.dumps(row.as_values(), ensure_ascii=False) + "\n" for row in found]
    (FOLDER / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
    (FOLDER / "README.md").write_text(readme(found), encoding="utf-8")


if __name__ == "__main__":
    main()
