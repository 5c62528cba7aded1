"""Every way to answer gives the ids that the engine gives from an empty state, with every kind of
model."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from PIL import Image

from conftest import NIGHTLY
from flashsloth.chat import FlashSloth
from generation.helpers import QUESTIONS, prompt, see
from generation.ways import ENGINE, MODELS, Answers, Asked, Way, from_nothing, two_at_a_time


class Kind(NamedTuple):
    """A model, what it was asked, and its answers from an empty state."""

    sloth: FlashSloth
    asked: list[Asked]
    expected: list[Answers]


ALIKE = "average", "skipped"  # each differs little from another kind: these two are nightly
MADE: dict[str, Kind] = {}  # once a process, in whatever order the tests come


@pytest.fixture(params=MODELS)
def kind(request: pytest.FixtureRequest, nano: FlashSloth, pictures: list[Image.Image]) -> Kind:
    if request.param in MADE:
        return MADE[request.param]
    sloth = MODELS[request.param][0](nano)
    asked = [
        Asked(pictures[0], (QUESTIONS[0], QUESTIONS[2], "And what else?")),
        Asked(None, ("What is 1 + 1?",)),
        Asked(pictures[1], (QUESTIONS[1],)),
        Asked(pictures[2], ("", QUESTIONS[0])),
        Asked(None, ("Hello", QUESTIONS[0])),
    ]
    return MADE.setdefault(request.param, Kind(sloth, asked, from_nothing(sloth, asked)))


def named(model: str, way: Way) -> Any:
    """Transformers' ways with nano take seconds, and with a model of random weights show the same. So
    do batches of two with the kinds that are nano."""
    at_night = model in ALIKE or (model in ("nano", "pruned", "gates") and way is two_at_a_time)
    slow = [pytest.mark.slow] * (model == "nano" and way not in ENGINE)
    return pytest.param(model, way, id=f"{model}: {way.__name__}", marks=NIGHTLY if at_night else slow)


@pytest.mark.parametrize(
    ("kind", "way"),
    [named(model, way) for model, (_, ways) in MODELS.items() for way in ways],
    indirect=["kind"],
)
def test_every_way_gives_the_same_ids(kind: Kind, way: Way) -> None:
    """Transformers' ways have the first turns only, if they generate them together."""
    found = way(kind.sloth, kind.asked)
    assert [answers[: len(turns)] for answers, turns in zip(kind.expected, found, strict=True)] == found
    assert all(turns for turns in found)


def test_answers_depend_on_picture_and_question(kind: Kind) -> None:
    """Otherwise the equalities above would prove nothing."""
    answers = [tuple(ids) for turns in kind.expected for ids in turns]
    assert all(answers)
    assert len(set(answers)) >= len(answers) - 2


def test_gates_differ_by_prompt(nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """Otherwise a batch of prompts with gates would show no more than one with an exit."""
    sloth, exits = MODELS["gates"][0](nano), set()
    for picture in pictures:
        for question in QUESTIONS:
            state = sloth.engine.new_state()
            sloth.engine.prefill(prompt(nano, question, 16), state, see(sloth, picture))
            exits.add(sloth.engine.kept_by_layer(state))
    assert len(exits) > 2
