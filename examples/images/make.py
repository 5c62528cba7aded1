"""Draw the example pictures and write questions.jsonl and README.md, with nano's answers if asked for.

    python examples/images/make.py             # pictures and questions
    python examples/images/make.py --answer    # with nano's answers

Pictures and questions were chosen by a rule before nano was trained: picture 1 of each category (and
chart 2), and the first questions of the dialogues that `flashsloth_synthetic` writes about it.
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

import flashsloth_synthetic as synthetic
from flashsloth_synthetic.dialogues import Turn, dialogue
from flashsloth_synthetic.grammar import number as in_words
from flashsloth_synthetic.scene import Category, Scene

FOLDER = Path(__file__).parent
PICTURES: tuple[tuple[Category, int], ...] = (
    ("shapes", 1), ("objects", 1), ("mixed", 1), ("text", 1), ("chart", 1), ("chart", 2), ("tag", 1), ("unlike", 1),
)  # fmt: skip
FIRST, DIALOGUES, TURNS = 3, 2, 3  # first questions, dialogues and turns of each; for every picture


@dataclass
class Row:
    """Holds questions of one conversation and nano's answers to them (empty before nano is asked)."""

    image: str
    category: str
    turns: Sequence[Turn]
    answers: list[str] = field(default_factory=list)

    @property
    def right(self) -> list[bool]:
        return [turn.answer == answer for turn, answer in zip(self.turns, self.answers, strict=True)]

    def as_values(self) -> dict[str, Any]:
        """Return a line of questions.jsonl, with nano's answers only where one is wrong."""
        values: dict[str, Any] = {"image": self.image, "category": self.category}
        wrong = bool(self.answers) and not all(self.right)
        if len(self.turns) == 1:
            [turn] = self.turns
            own = {"nano_answer": self.answers[0]} if wrong else {}
            return {**values, "question": turn.question, "answer": turn.answer, **own}
        pairs = [(("user", turn.question), ("assistant", turn.answer)) for turn in self.turns]
        values["messages"] = [{"role": role, "content": text} for pair in pairs for role, text in pair]
        return {**values, **({"nano_answers": self.answers} if wrong else {})}


def picture_names() -> dict[str, tuple[Category, int]]:
    """Return category and number of each picture by its file name."""
    names = [file_name(synthetic.picture("test", number, category)[1]) for category, number in PICTURES]
    return dict(zip(names, PICTURES, strict=True))


def file_name(scene: Scene) -> str:
    """Describe the picture in a few words."""
    if scene.tag is not None:
        words = scene.tag.kind
    elif scene.chart is not None:
        words = scene.chart.kind
    elif scene.lines:
        words = "-".join(f"{line.kind} {line.text.lower()}" for line in scene.lines)
    elif scene.things:
        names = [thing.name for thing in scene.things]
        words = "-".join(names) if len(names) < 4 else f"{in_words(len(names))} {scene.category}"
    else:
        words = f"all {scene.background}" if scene.blank else scene.family
    return words.replace(" ", "-") + ".png"


def rows() -> Iterator[Row]:
    """Yield the rows of each picture: first questions in separate rows, then dialogues."""
    for name, (category, number) in picture_names().items():
        scene = synthetic.picture("test", number, category)[1]
        yield from (Row(name, category, turns) for turns in questions(scene))


def questions(scene: Scene) -> Iterator[Sequence[Turn]]:
    """Yield first questions of different forms from dialogues 0, 1, 2, ..., then the first turns of
    later dialogues."""
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


def add_answers(all_rows: list[Row], model: str) -> None:
    """Ask the questions of each row in one conversation, with the model's own earlier answers in the
    context."""
    # the same sums on every x86 processor, as in tests/conftest.py
    os.environ.setdefault("MKL_CBWR", "AVX2")
    import flashsloth

    opened = flashsloth.open(model, device="cpu", dtype="float32")
    for row in all_rows:
        chat = opened.chat(FOLDER / row.image)
        row.answers = [chat.ask(turn.question).text() for turn in row.turns]


# README.md


def readme(all_rows: list[Row]) -> str:
    """Return README.md: pictures, questions, true answers, and nano's if it was asked."""
    single = [row for row in all_rows if len(row.turns) == 1]
    several = [row for row in all_rows if len(row.turns) > 1]
    with_answers = bool(all_rows[0].answers)
    return "\n\n".join(
        [
            INTRODUCTION,
            *([tally(single, several)] if with_answers else []),
            table(single, ("picture", "first question", "true")),
            "## Dialogues",
            "The questions of each are asked in order, with nano's own earlier answers in the context.",
            table(several, ("picture", "questions", "true")),
            SOURCES.format(
                rows="\n".join(
                    f"| `{name}` | {kind} | {n} |" for name, (kind, n) in picture_names().items()
                )
            ),
        ]
    )


INTRODUCTION = """# Example pictures

Pictures to try FlashSloth with its built-in model, nano. They were not selected by hand: `flashsloth_synthetic`, which
draws nano's world, numbers the test pictures of each category, and these are number 1 of each category, and number 2 of
the charts. The questions are the first ones of its dialogues about them. This rule was fixed before nano was trained.
The world was made smaller during the training (at most three shapes or things, four bars), which changed some of the
pictures. Nano was trained on none of them.

`make.py` draws the pictures and writes this page and `questions.jsonl`, a data set for every command:

```sh
flashsloth eval examples/images/questions.jsonl
```

A line has `image`, `category`, and `question` and `answer` or, for a dialogue, `messages`. `answer` is the true answer.
If nano's answer differs, the line has `nano_answer`, or `nano_answers` for a dialogue. `flashsloth show nano` prints
how often nano is right about a thousand other pictures."""

SOURCES = """## Where they come from

`flashsloth_synthetic.sample("test", NUMBER, CATEGORY)` draws them:

| picture | category | number |
|---|---|---|
{rows}

[LICENCES.md](../../integrations/synthetic/flashsloth_synthetic/assets/LICENCES.md) has the licences of the fonts they
are made from.
"""


def tally(single: list[Row], several: list[Row]) -> str:
    """Count the right answers."""
    first = [row.right[0] for row in single]
    by_picture = {row.image: row.right[0] for row in reversed(single)}
    later = [right for row in several for right in row.right]
    return (
        f"Nano answers **{sum(first)} of {len(first)}** first questions exactly right, and {sum(later)} of {len(later)}"
        f" questions in the dialogues.\nIts answer to the first question of the table is right for"
        f" {sum(by_picture.values())} of {len(by_picture)} pictures."
    )


def table(rows: list[Row], head: tuple[str, ...]) -> str:
    """Return a table with a line per question; the first of a picture shows it, the first of a dialogue
    names it."""
    with_answers = bool(rows[0].answers)
    lines, before = [], ""
    for row in rows:
        for number, turn in enumerate(row.turns):
            name = f"`{row.image}`" if len(row.turns) > 1 else f"![{row.image}]({row.image})"
            starts = number == 0 and (row.image != before or len(row.turns) > 1)
            cells = [name if starts else "", cell(turn.question), cell(turn.answer)]
            if with_answers:
                cells.append(
                    "right"
                    if row.right[number]
                    else f"**wrong:** {cell(row.answers[number]) or '(nothing)'}"
                )
            lines.append(cells)
            before = row.image
    heads = [*head, *(["nano"] if with_answers else [])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *lines))


def cell(text: str) -> str:
    """Escape text for a cell of a Markdown table."""
    for mark in "\\|*_`$<":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answer", action="store_true", help="ask the model and write its answers")
    parser.add_argument("-m", "--model", default="nano")
    options = parser.parse_args()
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, (category, number) in picture_names().items():
        synthetic.picture("test", number, category)[0].save(FOLDER / name, optimize=True)
    all_rows = list(rows())
    if options.answer:
        add_answers(all_rows, options.model)
    lines = [json.dumps(row.as_values(), ensure_ascii=False) + "\n" for row in all_rows]
    (FOLDER / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
    (FOLDER / "README.md").write_text(readme(all_rows), encoding="utf-8")


if __name__ == "__main__":
    main()
