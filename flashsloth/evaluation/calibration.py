"""Calibration: compare the probabilities of choices with the shares of right answers, and correct them.

`Calibration` measures probabilities. `fit_temperature` (temperature scaling) fits a temperature on
answers whose correct choice is known, and decides whether to keep it. This module uses neither a model
nor files. Shapes: N answers, C choices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flashsloth.evaluation.metrics import ScoredAnswer
from flashsloth.generation.answer_record import Choice
from flashsloth.sizes.bounds import HIGHEST, LOWEST

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
    """Return the index of the choice with which an answer begins, as a whole word, or None. For
    example, "none" does not begin with the choice "no". If the answer begins with several choices, the
    longest one is returned. Upper and lower case are not distinguished."""
    text = answer.strip().casefold()
    begun = [
        number
        for number, choice in enumerate(map(str.casefold, choices))
        if text.startswith(choice) and not text[len(choice) :][:1].isalnum()
    ]
    return max(begun, key=lambda i: len(choices[i]), default=None)


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
            found = {
                "accuracy": float(right.mean()),
                "nll": float(np.mean(self.losses)),
                "ece": calibration_error(probabilities, right),
                "ece_floor": noise_floor(probabilities),
            }
            scores = {name: round(score, 6) for name, score in found.items()}
        # the temperature is left out if the model has no fitted one
        fitted = {} if self.temperature == 1 else {"temperature": self.temperature}
        return {
            "choices": list(self.choices),
            **fitted,
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


# Temperature scaling

LEAST_PICTURES = 50  # no temperature is fitted if there are answers about fewer pictures
STANDARD_ERRORS = 2.0  # the gain on other pictures must exceed its standard error times this factor
PRECISION = 1e-3  # precision of the temperature's logarithm
TINY = 1e-300  # replaces a probability of 0, which has no logarithm

Indices = NDArray[np.int64]


class TemperatureFit(NamedTuple):
    """A fitted temperature. It is 1 if the fitted value is not kept.

    `nll` and `ece` are measured at temperature 1. `fitted_nll` and `fitted_ece` are measured on each
    half of the pictures at the temperature that was fitted to the other half. `gain` is the difference
    between `nll` and `fitted_nll`, and `noise` is the standard error of this difference. All these
    values are None if nothing was fitted.
    """

    temperature: float
    answers: int
    pictures: int
    nll: float | None = None
    fitted_nll: float | None = None
    ece: float | None = None
    fitted_ece: float | None = None
    gain: float | None = None
    noise: float | None = None

    @property
    def kept(self) -> bool:
        return self.temperature != 1


def fit_temperature(
    shares: Sequence[Sequence[float]], correct: Sequence[int], pictures: Sequence[Hashable]
) -> TemperatureFit:
    """Fit the temperature with the lowest nll. It is kept only if it also helps on pictures to which it
    was not fitted (cross-validation).

    For this check each half of the pictures is scored at the temperature that was fitted to the other
    half. The mean loss must fall by more than twice the standard error of this difference. Answers
    about the same picture are not independent. In the standard error they count as one observation.

    Args:
        shares: the probability of each choice at temperature 1, (N, C).
        correct: the index of the correct choice, (N,).
        pictures: an identifier of the picture of each answer, (N,).
    """
    numbers = {picture: number for number, picture in enumerate(dict.fromkeys(pictures))}
    if len(numbers) < LEAST_PICTURES:
        return TemperatureFit(1.0, len(correct), len(numbers))
    logs = np.log(np.maximum(np.array(shares, dtype=float), TINY))
    right = np.array(correct, dtype=np.int64)
    owners = np.array([numbers[picture] for picture in pictures])
    # 1. Cross-validation: choose half of the pictures at random. All answers about a picture are in the
    #    same half.
    first = np.random.default_rng(0).permutation(len(numbers))[owners] % 2 == 0
    scaled = np.empty_like(logs)
    for half in (first, ~first):
        scaled[half] = logs[half] / lowest_loss(logs[~half], right[~half])
    # 2. Compute the gain in loss, and whether it exceeds the noise.
    before = losses(logs, right)
    after = losses(scaled, right)
    gain, noise = _mean_and_error(before - after, owners)
    keep = gain > STANDARD_ERRORS * noise
    # 3. If the gain is large enough, fit the final temperature to all pictures.
    return TemperatureFit(
        round(lowest_loss(logs, right), 4) if keep else 1.0,
        len(correct),
        len(numbers),
        nll=float(before.mean()),
        fitted_nll=float(after.mean()),
        ece=_calibration_error(logs, right),
        fitted_ece=_calibration_error(scaled, right),
        gain=gain,
        noise=noise,
    )


def lowest_loss(logs: Values, correct: Indices) -> float:
    """Return the temperature with the lowest mean loss, from log probabilities (N, C)."""
    # As in Platt scaling, the targets are not exactly 1 and 0: a share of 1 / (N + 2) is spread over
    # the wrong choices. With targets of 1 and 0 the best temperature would be 0 whenever all answers
    # are right.
    count, choices = logs.shape
    targets = np.full(logs.shape, 1 / ((count + 2) * (choices - 1)))
    targets[np.arange(count), correct] = 1 - 1 / (count + 2)

    def loss(log_temperature: float) -> float:
        return -float((targets * _normalised(logs / math.exp(log_temperature))).sum(1).mean())

    return math.exp(lowest_point(loss, math.log(LOWEST), math.log(HIGHEST)))


def losses(logs: Values, correct: Indices) -> Values:
    """Return the negative log probabilities of the correct choices, (N,). `logs` has log probabilities
    (N, C) that were divided by a temperature."""
    return np.asarray(-_normalised(logs)[np.arange(len(logs)), correct])


def lowest_point(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the position of the minimum of a function between two numbers. It is found by ternary
    search, to within PRECISION. The function must have no other local minimum there."""
    # each step discards the outer third that cannot contain the minimum
    while high - low > PRECISION:
        third = (high - low) / 3
        is_left = function(low + third) < function(high - third)
        low, high = (low, high - third) if is_left else (low + third, high)
    return (low + high) / 2


def _normalised(logs: Values) -> Values:
    """Normalise log probabilities, so that the probabilities of each row sum to one."""
    # the largest value of each row is subtracted first, so that exp does not overflow
    shifted = logs - logs.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


def _calibration_error(logs: Values, correct: Indices) -> float:
    likeliest = np.exp(_normalised(logs).max(1))
    return calibration_error(likeliest, (logs.argmax(1) == correct).astype(float))


def _mean_and_error(values: Values, owners: Indices) -> tuple[float, float]:
    """Return the mean of values and its cluster-robust standard error: values with the same owner are
    not independent."""
    mean = float(values.mean())
    # Deviations of the same owner are added before they are squared, so that correlated deviations
    # count more.
    sums = np.bincount(owners, values - mean)
    groups = len(sums)
    return mean, float(np.sqrt(groups / (groups - 1) * (sums**2).sum()) / len(values))
