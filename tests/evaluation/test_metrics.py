"""Comparing answers and counting the correct ones."""

from __future__ import annotations

import json

import pytest

from flashsloth.evaluation.metrics import ScoredAnswer, Scores, normalise

EQUAL = [
    *(
        ("The red  Car.", "red car"),
        ('It says "DEAR".', "it says dear"),
        ("“Yes!”", "yes"),
        ("'3'", "3."),
    ),
    *(
        ("don’t", "Don't"),
        ("A cat and a dog", "cat and dog"),
        ("red\n", " RED "),
        ("STRASSE", "straße"),
    ),
    *(("Cafe\u0301", "café"), ("Wait…", "wait"), ("no .", "No")),
]
DIFFERENT = [
    *(
        ("3.5", "35"),
        ("$6.00", "6.00"),
        ("-3", "3"),
        ("A", "the"),
        ("A.", "B."),
        ("red, green", "red and green"),
    ),
    *(("another", "nother"), ("?", ""), ("?", "!"), ("5²", "52"), ("it's", "its")),
]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [*((*pair, True) for pair in EQUAL), *((*pair, False) for pair in DIFFERENT)],
)
def test_normalising(one: str, other: str, equal: bool) -> None:
    assert (normalise(one) == normalise(other)) == equal
    assert normalise(normalise(one)) == normalise(one)


def test_exact() -> None:
    assert ScoredAnswer(1, "q", " A cat.\n", "A cat.").exact
    wrong = ScoredAnswer(1, "q", "A cat.", "a cat")
    assert (wrong.exact, wrong.normalised) == (False, True)
    assert ScoredAnswer(1, "q", "?", "?").normalised


def test_counts() -> None:
    scores = Scores()
    values = scores.as_values()
    assert (values["count"], values["accuracy"], values["by_category"]) == (0, None, {})
    third = ScoredAnswer(3, "q", "2", "3", cut=True)
    scores.add("b", (ScoredAnswer(1, "q", "yes", "yes"), ScoredAnswer(2, "q", "Red.", "red"), third))
    scores.add("a", (ScoredAnswer(1, "q", "no", "yes"),))
    scores.add("", (ScoredAnswer(1, "q", "x", "x"), ScoredAnswer(2, "q", "y", "y")))
    values = scores.as_values()
    by_category = values.pop("by_category")
    assert values == {
        "count": 6,
        "dialogues": 3,
        "cut": 1,
        "accuracy": 0.5,
        "normalised_accuracy": round(4 / 6, 6),
        "first_turn_accuracy": round(2 / 3, 6),
        "later_turn_accuracy": round(1 / 3, 6),
    }
    assert list(by_category) == ["a", "b"]
    # numbers, also of one answer
    assert json.dumps([each["cut"] for each in by_category.values()]) == "[0, 1]"
    assert by_category["b"]["normalised_accuracy"] == round(2 / 3, 6)
    assert (by_category["a"]["first_turn_accuracy"], by_category["a"]["later_turn_accuracy"]) == (
        0.0,
        None,
    )
