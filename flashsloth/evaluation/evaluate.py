"""Evaluate: dialogues go in, what was answered to each comes out. Knows no scores and no terminal.

from flashsloth.evaluation import answering, dialogues, run
asked = dialogues.open_dialogues(["rows.jsonl"])
for event in run.evaluate(asked, answering.choose_answerer(flashsloth.open("nano"), answering.Manner())):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flashsloth.answering.answerers import Answerer, Asked
from flashsloth.data.validate import Problem
from flashsloth.errors import BadRow, ImageError
from flashsloth.evaluation.datasets import Dialogue, Dialogues, problem
from flashsloth.evaluation.metrics import Judged


@dataclass(frozen=True, slots=True)
class Answered:
    """A dialogue with all of its answers."""

    dialogue: Dialogue
    turns: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A dialogue that cannot be asked; none of its turns counts."""

    problem: Problem


def evaluate(dialogues: Dialogues, answerer: Answerer) -> Iterator[Answered | Fault]:
    """An event for each dialogue, in their order; those of a batch come together. Raises: OutOfMemory."""
    for start in range(0, len(dialogues), answerer.batch_size):
        numbers = range(start, min(start + answerer.batch_size, len(dialogues)))
        opened = [_open(dialogues, number) for number in numbers]
        asked = [each for each in opened if isinstance(each, Asked)]
        replies = iter(answerer.answer(asked) if asked else [])
        for number, each in zip(numbers, opened, strict=True):
            if isinstance(each, Fault):
                yield each
                continue
            reply = next(replies)
            if isinstance(reply, Exception):
                yield Fault(problem(reply, dialogues.place(number)))
                continue
            pairs = enumerate(zip(each.dialogue.turns, reply, strict=True), 1)
            yield Answered(each.dialogue, tuple(Judged(n, t.question, t.answer, said) for n, (t, said) in pairs))


def _open(dialogues: Dialogues, number: int) -> Asked | Fault:
    image = None
    try:
        dialogue = dialogues.dialogue(number)
        image = dialogue.image
        return Asked(dialogue, dialogue.read())
    except (BadRow, ImageError) as error:
        return Fault(problem(error, dialogues.place(number), image))
