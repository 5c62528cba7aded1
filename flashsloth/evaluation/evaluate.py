"""Evaluate: dialogues go in, what was answered to each comes out. Knows no scores and no terminal.

from flashsloth.evaluation import answering, dialogues, run
asked = dialogues.open_dialogues(["rows.jsonl"])
for event in run.evaluate(asked, answering.choose_answerer(flashsloth.open("nano"), answering.Manner())):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flashsloth.answering.answerers import Answerer, PreparedSample
from flashsloth.data.validate import RowError
from flashsloth.errors import BadRow, ImageError
from flashsloth.evaluation.datasets import EvalDataset, EvalSample, problem
from flashsloth.evaluation.metrics import ScoredAnswer


@dataclass(frozen=True, slots=True)
class Answered:
    """A dialogue with all of its answers."""

    dialogue: EvalSample
    turns: tuple[ScoredAnswer, ...]


@dataclass(frozen=True, slots=True)
class SkippedSample:
    """A dialogue that cannot be asked; none of its turns counts."""

    problem: RowError


def evaluate(dialogues: EvalDataset, answerer: Answerer) -> Iterator[Answered | SkippedSample]:
    """An event for each dialogue, in their order; those of a batch come together. Raises: OutOfMemory."""
    for start in range(0, len(dialogues), answerer.batch_size):
        numbers = range(start, min(start + answerer.batch_size, len(dialogues)))
        opened = [_open(dialogues, number) for number in numbers]
        asked = [each for each in opened if isinstance(each, PreparedSample)]
        replies = iter(answerer.answer(asked) if asked else [])
        for number, each in zip(numbers, opened, strict=True):
            if isinstance(each, SkippedSample):
                yield each
                continue
            reply = next(replies)
            if isinstance(reply, Exception):
                yield SkippedSample(problem(reply, dialogues.place(number)))
                continue
            pairs = enumerate(zip(each.dialogue.turns, reply, strict=True), 1)
            yield Answered(each.dialogue, tuple(ScoredAnswer(n, t.question, t.answer, said) for n, (t, said) in pairs))


def _open(dialogues: EvalDataset, number: int) -> PreparedSample | SkippedSample:
    image = None
    try:
        dialogue = dialogues.dialogue(number)
        image = dialogue.image
        return PreparedSample(dialogue, dialogue.read())
    except (BadRow, ImageError) as error:
        return SkippedSample(problem(error, dialogues.place(number), image))
