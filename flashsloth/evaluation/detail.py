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
from flashsloth.generation.detail import NO_DOUBT, Doubt, is_refusal, refusal_patterns

GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)


class Measured(NamedTuple):
    """Two answers to a question, from one tile and from all: which of them are right, and how long they
    took. `lowest` is the lowest probability by which the first one is judged, and 0 for a refusal."""

    lowest: float
    right: tuple[bool, bool]
    seconds: tuple[float, float]


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
        watched = Doubt()
        right, seconds = [], []
        lowest = 1.0
        chat = None
        try:
            for hd in (False, question.settings.most_hd):
                start = time.perf_counter()
                chat = chat or self.chat(question)
                chat.read_with(hd)
                record = AnswerRecord()
                generation = cast("LocalBackend", chat.backend).begin(chat, question, record)
                doubt = watched if hd is False else NO_DOUBT
                generation.prompt = replace(generation.prompt, doubt=doubt)
                deque(answer_alone(generation), 0)
                record.finish()
                seconds.append(time.perf_counter() - start)
                right.append(is_right(question, record.text))
                if hd is False and is_refusal(record.text, refusal_patterns(self.settings.refusal)):
                    lowest = 0.0
        except ContextTooLong as error:
            return error
        return [Measured(min(lowest, watched.lowest), (right[0], right[1]), (seconds[0], seconds[1]))]


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
        again = [threshold == 1 or each.lowest < threshold for each in measured]
        right = [each.right[more] for each, more in zip(measured, again, strict=True)]
        seconds = [
            (threshold < 1) * each.seconds[0] + more * each.seconds[1]
            for each, more in zip(measured, again, strict=True)
        ]
        points.append(DetailPoint(threshold, fmean(right), fmean(seconds), fmean(again)))
    return points


def best_of(points: Sequence[DetailPoint]) -> DetailPoint:
    """Return the point with the most right answers, and of several the one that takes the least
    time."""
    return max(points, key=lambda point: (point.accuracy, -point.seconds))
