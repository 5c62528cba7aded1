"""Fitting a temperature of choices: a planted one is found, noise is not kept, and the stored value is
checked."""

from __future__ import annotations

import numpy as np
import pytest

from flashsloth.evaluation import calibration
from flashsloth.evaluation.calibration import Calibration, fit_temperature
from flashsloth.generation.answer_record import Choice
from flashsloth.generation.choices import tempered


def drawn(
    count: int, planted: float, *, choices: int = 2, seed: int = 0
) -> tuple[list[list[float]], list[int]]:
    """Return the probabilities that a model gives, and correct choices that are drawn from them at a
    temperature."""
    draws = np.random.default_rng(seed)
    logits = draws.normal(0, 3, (count, choices))
    given, true = (
        each / each.sum(1, keepdims=True) for each in (np.exp(logits), np.exp(logits / planted))
    )
    return given.tolist(), [int(draws.choice(choices, p=each)) for each in true]


@pytest.mark.parametrize("choices", [2, 5])
@pytest.mark.parametrize("planted", [0.5, 2.0, 4.0])
def test_a_planted_temperature_is_found(planted: float, choices: int) -> None:
    shares, correct = drawn(4000, planted, choices=choices)
    found = fit_temperature(shares, correct, range(4000))
    assert (found.kept, found.answers, found.pictures) == (True, 4000, 4000)
    assert found.temperature == pytest.approx(planted, rel=0.08)
    assert found.gain == pytest.approx(found.nll - found.fitted_nll)
    assert found.fitted_ece < found.ece / 3
    measured = Calibration(("",) * choices)  # by `eval`
    for each, right in zip(shares, correct, strict=True):
        measured.add([Choice("", share) for share in each], right)
    values = measured.as_values()
    assert (found.nll, found.ece) == pytest.approx((values["nll"], values["ece"]), abs=1e-6)


def test_noise_is_not_kept() -> None:
    """Of perfectly calibrated answers at most a few in a hundred sets look as if a temperature
    helped."""
    kept = sum(fit_temperature(*drawn(200, 1.0, seed=seed), range(200)).kept for seed in range(200))
    assert kept <= 10


@pytest.mark.slow
def test_answers_about_one_picture_are_one_observation() -> None:
    """Sixty calibrated answers, each repeated 50 times, are not more evidence than sixty."""
    kept = {"together": 0, "apart": 0}
    for seed in range(40):
        shares, correct = drawn(60, 1.0, seed=seed)
        pictures = [number for number in range(60) for _ in range(50)]
        many = [shares[number] for number in pictures], [correct[number] for number in pictures]
        kept["together"] += fit_temperature(*many, pictures).kept
        kept["apart"] += fit_temperature(*many, range(3000)).kept
    assert kept["together"] <= 4
    assert kept["apart"] >= 20


def test_few_pictures_are_not_enough() -> None:
    shares, correct = drawn(400, 5.0)
    few = calibration.LEAST_PICTURES - 1
    found = fit_temperature(shares, correct, [number % few for number in range(400)])
    assert (found.kept, found.temperature, found.pictures, found.nll) == (False, 1.0, few, None)
    assert fit_temperature(shares, correct, [number % (few + 1) for number in range(400)]).kept


def test_answers_that_are_all_right_do_not_become_certain() -> None:
    """A hundred right answers do not show that the next ten thousand will be right too."""
    shares = [[0.7, 0.3]] * 100
    found = fit_temperature(shares, [0] * 100, range(100))
    assert found.kept
    assert 0.97 < tempered(shares[0], found.temperature)[0] < 0.995


def test_impossible_answers_stay_finite() -> None:
    found = fit_temperature([[1.0, 0.0]] * 100, [0, 1] * 50, range(100))
    assert 1 <= found.temperature <= calibration.HIGHEST


def test_tempered() -> None:
    assert tempered([0.8, 0.2], 1.0) == [0.8, 0.2]
    assert tempered([0.8, 0.2], 2.0) == pytest.approx([2 / 3, 1 / 3])
    assert tempered([0.0, 1.0], 0.05) == [0.0, 1.0]
    assert sum(tempered([1 / 64] * 64, calibration.LOWEST)) == pytest.approx(1)
