"""Calibration of choices: scores with known values, the noise floor, and the plot."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from flashsloth.errors import InputError
from flashsloth.evaluation import result_files
from flashsloth.evaluation.calibration import (
    Bin,
    Calibration,
    calibration_error,
    matching_choice,
    noise_floor,
)
from flashsloth.generation.answer_record import Choice

YES_NO = ("yes", "no")


def given(yes: float) -> list[Choice]:
    return [Choice("yes", yes), Choice("no", 1 - yes)]


@pytest.mark.parametrize(
    ("answer", "matching"),
    [
        *(
            ("Yes.", "yes"),
            (" no, it is not", "no"),
            ("not sure", "not sure"),
            ("red car", "red car"),
            ("red", "red"),
        ),
        *((answer, None) for answer in ("nothing", "It is not.", "not surely", "")),
    ],
)
def test_matching(answer: str, matching: str | None) -> None:
    """The longest choice counts, in whatever order they are."""
    choices = [*YES_NO, "not sure", "red", "red car"]
    for given in (choices, choices[::-1]):
        found = matching_choice(answer, given)
        assert (None if found is None else given[found]) == matching


def test_known_values() -> None:
    found = Calibration(YES_NO, others=3)
    for yes, correct in ((0.9, 0), (0.9, 1), (0.4, 1), (0.45, 1)):
        found.add(given(yes), correct)
    values = found.as_values()
    assert (values["count"], values["others"], values["accuracy"]) == (4, 3, 0.75)
    losses = [0.9, 0.1, 0.6, 0.55]
    assert values["nll"] == pytest.approx(-sum(map(math.log, losses)) / 4, abs=1e-6)
    # 0.9 twice with half of them right; 0.6 and 0.55 are in two bins, both right
    assert values["ece"] == pytest.approx((2 * 0.4 + 0.4 + 0.45) / 4, abs=1e-6)
    assert [(b["accuracy"], b["answers"]) for b in values["bins"]] == [(1.0, 1), (1.0, 1), (0.5, 2)]


def test_without_answers_and_with_an_impossible_one() -> None:
    values = Calibration(YES_NO).as_values()
    assert (values["count"], values["accuracy"], values["nll"], values["ece"], values["ece_floor"]) == (
        0,
        *[None] * 4,
    )
    assert values["bins"] == []
    found = Calibration(YES_NO)
    found.add(given(1.0), 1)
    assert math.isfinite(found.as_values()["nll"])


def test_the_floor_is_what_calibrated_probabilities_show() -> None:
    draws = np.random.default_rng(5)
    for count in (100, 3000):
        probabilities = draws.uniform(0.5, 1, count)
        correct = [draws.random(count) < probabilities for _ in range(200)]
        floor = noise_floor(probabilities)
        errors = [calibration_error(probabilities, each.astype(float)) for each in correct]
        assert floor == pytest.approx(np.mean(errors), rel=0.1)
        assert noise_floor(probabilities) == floor  # the same each time
        overconfident = calibration_error(
            probabilities, (draws.random(count) < probabilities - 0.3).astype(float)
        )
        assert overconfident > 2 * floor
    assert noise_floor(draws.uniform(0.5, 1, 100)) > 3 * floor


def test_the_plot(tmp_path: Path) -> None:
    path = tmp_path / "reliability.png"
    result_files.draw_reliability(
        [Bin(0.75, 0.5, 10), Bin(0.95, 1.0, 90)], "rows.jsonl, 100 answers", path
    )
    side, left, edge, bottom = (
        getattr(result_files, name) for name in ("SIZE", "LEFT", "EDGE", "BOTTOM")
    )
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (side, side))
        x, y = (
            round(left + 0.75 * (side - left - edge)),
            round(side - bottom - 0.5 * (side - bottom - edge)),
        )
        assert (
            image.getpixel((x, y)) == ImageColor.getrgb(result_files.DOT) != image.getpixel((x, y - 60))
        )
    with pytest.raises(InputError):
        result_files.draw_reliability([], "nothing", tmp_path / "missing" / "plot.png")
