"""For `eval --fit-detail`: fit the setting `detail_threshold`, with which `hd=auto` decides whether the
answer from one tile of a picture is kept.

`measure` asks the first question of each sample twice, from one tile and from all. What a threshold
would give follows from that, so that every threshold is measured on the same answers (`curve`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import fmean
from typing import NamedTuple, cast

from flashsloth.chat.answerer import Answerer, Answers, answered
from flashsloth.chat.conversation import Question
from flashsloth.chat.local_model import LocalBackend
from flashsloth.data.data_files import Rows
from flashsloth.data.validate import RowError, row_error
from flashsloth.errors import ContextTooLong
from flashsloth.evaluation.calibration import matching_choice
from flashsloth.evaluation.evaluate import prepare_sample
from flashsloth.evaluation.metrics import ScoredAnswer
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.decode_loop import answer_alone
from flashsloth.generation.detail import Doubt, is_refusal, refusal_patterns

GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)


class Try(NamedTuple):
    """An answer from one tile, or from all: whether it is right, and how long it took."""

    right: bool
    seconds: float


class Measured(NamedTuple):
    """Two answers to a question. `lowest` is the lowest probability by which the first one is judged,
    and 0 for a refusal."""

    lowest: float
    one_tile: Try
    all_tiles: Try


class DetailPoint(NamedTuple):
    """What a threshold gives: the share of right answers, the mean seconds of an answer, and the share
    of answers that read all tiles."""

    threshold: float
    accuracy: float
    seconds: float
    all_tiles: float


class DetailAnswerer(Answerer):
    """Asks the first question of each conversation from one tile, and again from all. Its settings have
    `hd` "auto" and a threshold between 0 and 1. A conversation without a picture is not asked."""

    def ask(self, questions: Sequence[Question]) -> Answers:
        question = questions[0]
        if question.image is None:
            return []
        watched = Doubt(0.0, ())  # keeps every answer
        tries = []
        start = time.perf_counter()
        chat = self.chat(question)
        try:
            for in_tiles in (False, True):
                chat.read_tiles(in_tiles)
                record = AnswerRecord()
                generation = cast("LocalBackend", chat.backend).begin(chat, question, record)
                if not in_tiles:
                    generation.prompt = replace(generation.prompt, doubt=watched)
                deque(answer_alone(generation), 0)
                record.finish()
                end = time.perf_counter()
                tries.append((record.text, end - start))
                start = end
        except ContextTooLong as error:
            return error
        refuses = is_refusal(tries[0][0], refusal_patterns(self.settings.refusal))
        one, every = (Try(is_right(question, text), seconds) for text, seconds in tries)
        return [Measured(0.0 if refuses else watched.lowest, one, every)]


def is_right(question: Question, text: str) -> bool:
    """Return whether an answer equals the one of the data set, apart from case, articles and
    punctuation. A choice is right if the answer of the data set begins with it."""
    if choices := question.settings.choices:
        return matching_choice(question.expected, choices) == choices.index(text)
    return ScoredAnswer(1, question.text, question.expected, text).normalised


def measure(data: Rows, answerer: DetailAnswerer) -> Iterator[Measured | RowError | None]:
    """Yield what was measured of each sample, in order: None for one without a picture. Raises:
    OutOfMemory."""
    prepare = partial(prepare_sample, data, answerer)
    for (number, opened), found in answered(range(len(data)), prepare, answerer):
        if isinstance(opened, RowError):
            yield opened
        elif isinstance(found, Exception):
            yield row_error(found, data.where(number))
        else:
            yield found[0] if found else None


def curve(measured: Sequence[Measured]) -> list[DetailPoint]:
    """Return what each threshold of GRID gives."""
    points = []
    for threshold in GRID:
        tries: list[list[Try]] = []  # of each question; the last one is the answer
        for each in measured:
            tries.append([each.one_tile] if threshold < 1 else [])
            if threshold == 1 or each.lowest < threshold:
                tries[-1].append(each.all_tiles)
        points.append(
            DetailPoint(
                threshold,
                fmean(each[-1].right for each in tries),
                fmean(sum(attempt.seconds for attempt in each) for each in tries),
                fmean(each[-1] is not one.one_tile for each, one in zip(tries, measured, strict=True)),
            )
        )
    return points


def best_of(points: Sequence[DetailPoint]) -> DetailPoint:
    """Return the point with the most right answers, and of several the one that takes the least
    time."""
    return max(points, key=lambda point: (point.accuracy, -point.seconds))
