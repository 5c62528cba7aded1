"""Temperature scaling: fit a temperature for the probabilities of choices on answers whose correct
choice is known, and decide whether to keep this temperature. This module uses neither a model nor
files.

Shapes: N answers, C choices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flashsloth.evaluation.calibration import calibration_error
from flashsloth.sizes.bounds import HIGHEST, LOWEST

LEAST_PICTURES = 50  # no temperature is fitted if there are answers about fewer pictures
STANDARD_ERRORS = 2.0  # the gain on other pictures must exceed its standard error times this factor
PRECISION = 1e-3  # precision of the temperature's logarithm
TINY = 1e-300  # replaces a probability of 0, which has no logarithm

Values = NDArray[np.float64]
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
