"""Evaluate a model on a data set: yield the scored answers of each sample.

from flashsloth.chat import batched_answerer
from flashsloth.evaluation import evaluate
from flashsloth.generation.answer_settings import AnswerSettings
data = evaluate.open_dataset(["rows.jsonl"])
answerer = batched_answerer.choose_answerer(flashsloth.open("nano"), AnswerSettings())
for event in evaluate.evaluate(data, answerer):
    ...
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flashsloth.chat import Turn
from flashsloth.chat.answerer import Answerer, answered
from flashsloth.chat.conversation import Question
from flashsloth.data.data_files import Rows, open_rows
from flashsloth.data.sample import Sample
from flashsloth.data.validate import RowError, row_error
from flashsloth.errors import BadRow, ContextTooLong, ImageError
from flashsloth.evaluation.calibration import matching_choice
from flashsloth.evaluation.metrics import ScoredAnswer
from flashsloth.images.decoding_budget import one_picture
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.utils.progress import Progress, ignore


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """A sample with its scored answers. `others` is the number of its answers that match no choice and
    are therefore not scored."""

    sample: Sample
    turns: tuple[ScoredAnswer, ...]
    others: int = 0


def open_dataset(
    data: Sequence[str | os.PathLike[str]],
    *,
    image_root: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_progress: Progress = ignore,
) -> Rows:
    """Open data files in any format of `flashsloth.data`. If `limit` is given, this number of rows is
    selected at random, and their order is kept. The selection depends only on `seed`.

    Raises: OptionError, DataUnreadable.
    """
    rows = open_rows(data, image_root, on_progress)
    if limit is not None and limit < len(rows):
        rows = rows.select(sorted(random.Random(seed).sample(range(len(rows)), limit)))
    return rows


def evaluate(data: Rows, answerer: Answerer) -> Iterator[ScoredSample | RowError]:
    """Yield an event for each sample, in order: a ScoredSample, or a RowError if the sample cannot be
    read or one of its questions cannot be asked. None of the turns of such a sample is scored. Raises:
    OutOfMemory."""
    for (number, opened), records in answered(
        range(len(data)), partial(prepare_sample, data, answerer), answerer
    ):
        if isinstance(opened, RowError):
            yield opened
        elif isinstance(records, Exception):
            yield row_error(records, data.where(number))
        else:
            pairs = enumerate(zip(opened.turns, records, strict=True), 1)
            scored = (
                ScoredAnswer(
                    number,
                    turn.question,
                    turn.answer,
                    given.text,
                    cut=given.reason in ("length", "context"),
                )
                for number, (turn, given) in pairs
            )
            yield ScoredSample(opened, tuple(scored))


def evaluate_choices(data: Rows, answerer: Answerer) -> Iterator[ScoredSample | RowError]:
    """Yield an event for each sample, as `evaluate` does, but let the model choose among the answerer's
    choices instead of generating.

    A question is asked only if its correct answer begins with one of the choices. The earlier turns in
    the history of a question have the correct answers of the data set and not the model's answers. If
    the model chooses the right choice, the data set's text is used as the model's answer, so that it
    counts as an exact match.

    Raises: OutOfMemory.
    """
    for (number, opened), scored in answered(
        range(len(data)), partial(prepare_sample, data, answerer), answerer, partial(_choose, answerer)
    ):
        if isinstance(opened, RowError):
            yield opened
        elif isinstance(scored, Exception):
            yield row_error(scored, data.where(number))
        else:
            yield ScoredSample(opened, tuple(scored), len(opened.turns) - len(scored))


def _choose(answerer: Answerer, questions: Sequence[Question]) -> list[ScoredAnswer] | ContextTooLong:
    choices = answerer.settings.choices
    scored = []
    chat = answerer.chat(questions[0])
    for number, question in enumerate(questions, 1):
        correct = matching_choice(question.expected, choices)
        if correct is not None:
            answer = chat.answer(question.text, question.settings)
            try:
                answer.text()
            except ContextTooLong as error:
                return error
            given = answer.choices or ()
            chat.undo()
            best = max(range(len(given)), key=lambda i: given[i].probability)
            # the data set's answer may be longer than the choice with which it begins
            text = question.expected if best == correct else given[best].text
            scored.append(ScoredAnswer(number, question.text, question.expected, text, given, correct))
        # The history continues with the correct answer, even if the question was not asked. A server
        # encodes its text.
        is_here = answerer.model.server is None
        ids = tuple(answerer.model.prompt.answer(question.expected)) if is_here else ()
        chat.turns.append(Turn(question.text, question.expected, ids, "stop", chat.pending_images))
    return scored


@one_picture()
def prepare_sample(
    data: Rows, answerer: Answerer, number: int
) -> tuple[tuple[int, Sample | RowError], list[Question]]:
    """Read a sample and its picture, and prepare its questions. A row that cannot be read has no
    questions. If there are several data files, a sample without a category gets the name of its file as
    its category."""
    sample = None  # remains None if the row cannot be read
    try:
        sample = data[number]
        texts = [turn.question for turn in sample.turns]
        questions = answerer.questions(texts, read_picture(sample), sample.system)
    except (BadRow, ImageError) as error:
        return (number, row_error(error, data.where(number), sample and sample.image)), []
    questions = [
        replace(question, expected=turn.answer)
        for question, turn in zip(questions, sample.turns, strict=True)
    ]
    file = data.where(number)[0] if len(data.files) > 1 else None
    return (number, replace(sample, category=sample.category or file)), questions


def read_picture(sample: Sample) -> LoadedImage | None:
    """Read the picture of a sample, if it has one. Raises: ImageError."""
    return None if sample.image is None else read_image(Path(sample.image)).require_whole()
