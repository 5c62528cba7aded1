"""Calibration: compare the probabilities of choices with the shares of right answers. This module uses
neither a model nor files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flashsloth.evaluation.metrics import ScoredAnswer
from flashsloth.generation.answer_record import Choice

BINS = 10  # number of bins of equal width between the probabilities 0 and 1
SIMULATIONS = 500  # number of simulations in `noise_floor`
LEAST = 1e-12  # replaces lower probabilities, because a single 0 would make the mean loss infinite

Values = NDArray[np.float64]


class Bin(NamedTuple):
    """The answers with probabilities in one range: their mean probability, the share that is right, and
    their number."""

    probability: float
    accuracy: float
    answers: int


def matching_choice(answer: str, choices: Sequence[str]) -> int | None:
    """Return the index of the choice with which an answer begins, or None. If the answer begins with
    several choices, the longest one is returned. Upper and lower case are not distinguished."""
    text = answer.strip().casefold()
    begun = [number for number, choice in enumerate(choices) if _begins_with(text, choice.casefold())]
    return max(begun, key=lambda i: len(choices[i]), default=None)


def _begins_with(text: str, choice: str) -> bool:
    """Return whether a text begins with a choice as a whole word. For example, the text "none" does not
    begin with the choice "no"."""
    return text.startswith(choice) and not text[len(choice) :][:1].isalnum()


@dataclass(slots=True)
class Calibration:
    """Collects the probabilities of chosen answers, and whether they are right.

    `temperature` is the model's temperature of choices, with which the probabilities were computed.
    `others` is the number of answers in the data set that match no choice.
    """

    choices: tuple[str, ...]
    temperature: float = 1.0
    others: int = 0
    # These lists have one element for each answer. The probability is that of the most likely choice.
    probabilities: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def add(self, given: Sequence[Choice], correct: int) -> None:
        """Count one answer. `given` has the choices with their probabilities, `correct` is the index of
        the correct choice."""
        shares = [choice.probability for choice in given]
        self.probabilities.append(max(shares))
        self.right.append(shares.index(max(shares)) == correct)
        self.losses.append(-float(np.log(max(shares[correct], LEAST))))

    def add_turns(self, turns: Sequence[ScoredAnswer], others: int) -> None:
        """Count the scored answers of a sample. `others` is the number of its answers that match no
        choice."""
        self.others += others
        for turn in turns:
            self.add(turn.choices, turn.correct)

    def bins(self) -> list[Bin]:
        """Return the bins that contain answers, in the order of their probabilities."""
        sums = _sums(np.array(self.probabilities), np.array(self.right, dtype=float))
        rows = np.stack(sums, axis=1).tolist()
        return [Bin(p / n, r / n, int(n)) for p, r, n in rows if n]

    def as_values(self) -> dict[str, Any]:
        """Return the scores for JSON. Each score is None if there are no answers.

        `nll` is the mean negative log probability of the correct choice, in nats. `ece` is the expected
        calibration error. `ece_floor` is the error that perfectly calibrated probabilities would have
        with the same number of answers."""
        probabilities = np.array(self.probabilities)
        right = np.array(self.right, dtype=float)
        scores: dict[str, float | None] = dict.fromkeys(("accuracy", "nll", "ece", "ece_floor"))
        if self.right:
            scores["accuracy"] = round(float(right.mean()), 6)
            scores["nll"] = round(float(np.mean(self.losses)), 6)
            scores["ece"] = round(calibration_error(probabilities, right), 6)
            scores["ece_floor"] = round(noise_floor(probabilities), 6)
        values: dict[str, Any] = {"choices": list(self.choices)}
        # the temperature is left out if the model has no fitted one
        if self.temperature != 1:
            values["temperature"] = self.temperature
        return {
            **values,
            "count": len(self.right),
            "others": self.others,
            **scores,
            "bins": [each._asdict() for each in self.bins()],
        }


def calibration_error(probabilities: Values, right: Values) -> float:
    """Return the expected calibration error (arXiv:1706.04599): the mean over the bins of the
    difference between a bin's mean probability and its accuracy. Each bin is weighted by its number of
    answers."""
    sums, rights, _ = _sums(probabilities, right)
    return float(np.abs(sums - rights).sum() / len(probabilities))


def noise_floor(probabilities: Values, seed: int = 0) -> float:
    """Return the calibration error that is expected by chance if each answer is right with exactly its
    stated probability. With few answers this error is well above 0."""
    draws = np.random.default_rng(seed)
    # The simulations run one after the other. All at once would need 500 numbers in memory for each
    # answer.
    errors = [
        calibration_error(
            probabilities, (draws.random(len(probabilities)) < probabilities).astype(float)
        )
        for _ in range(SIMULATIONS)
    ]
    return float(np.mean(errors))


def _sums(probabilities: Values, right: Values) -> tuple[Values, Values, Values]:
    """Return for each bin the sum of the probabilities, the number of right answers and the number of
    answers."""
    # probability 1 belongs to the last bin
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)

    def total(weights: Values) -> Values:
        return np.bincount(bins, weights, BINS).astype(float)

    return total(probabilities), total(right), total(np.ones(len(bins)))
