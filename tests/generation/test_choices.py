"""The probabilities of choices: packed into one forward they are those of each answer computed token by
token."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import torch

from flashsloth.chat import FlashSloth
from flashsloth.chat.conversation import Question
from flashsloth.errors import ContextTooLong, OptionError
from flashsloth.generation import choices as packed
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import (
    MAX_CHOICES,
    check_choices,
    parse_choices,
    question_in_orders,
    spelled,
)
from generation.helpers import driven

QUESTIONS = ["Is it red?", "What colour is the large circle at the left?", "Where?", ""]
CHOICES = ["yes", "not sure", "1", "12", "No", "not here at all"]


def step_by_step(sloth: FlashSloth, chat: Any, question: str) -> list[float]:
    """Compute each spelling token by token, in a new state, and combine them by the rule of the
    documentation. The result does not sum to one."""
    engine, prompt = (
        sloth.engine,
        chat.backend.prompts.choices(chat, [Question.of(question, AnswerSettings(choices=CHOICES))]),
    )
    images = [chat.encoded[number] for number in chat.context().pictures]
    logs: dict[tuple[int, ...], float] = {}
    for spelling in itertools.chain(*prompt.spellings):
        state, total = engine.new_state(), 0.0
        logits = engine.prefill(prompt.prefix + prompt.questions[0][0], state, images)
        for token in spelling:
            total += float(engine.mask_placeholders(logits).double().log_softmax(-1)[token])
            logits = engine.decode(token, state)
        logs[spelling] = total
    sums = []
    for spellings in prompt.spellings:
        sums.append(0.0)
        for ids in spellings:
            longer = [o for o in logs if o != ids and o[: len(ids)] == ids]
            nearest = [o for o in longer if not any(o != p and o[: len(p)] == p for p in longer)]
            sums[-1] += math.exp(logs[ids]) - sum(math.exp(logs[o]) for o in nearest)
    return sums


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "hd"),
    [
        (0, False),
        (1, True),
        (2, False),
        pytest.param(1, False, marks=pytest.mark.nightly),
        pytest.param(2, True, marks=pytest.mark.nightly),
    ],
)
@pytest.mark.parametrize("padded", [False, True])
def test_packed_is_step_by_step(
    tiny_sloth: FlashSloth, pictures: Any, count: int, hd: bool, padded: bool
) -> None:
    sloth = driven(tiny_sloth, padded=padded)
    chat = sloth.chat(*pictures[:count], hd=hd)
    for _ in range(2):  # before the first turn, and after a turn with its answer in the cache
        together = chat.choose(*QUESTIONS, choices=CHOICES)
        for question, found in zip(QUESTIONS, together, strict=True):
            shares = [choice.probability for choice in found]
            sums = step_by_step(sloth, chat, question)
            assert shares == pytest.approx([each / sum(sums) for each in sums], abs=1e-5)
            assert sum(shares) == pytest.approx(1, abs=1e-9)
        chat.ask("What is it?", max_tokens=5).text()


def test_the_mass_is_what_the_choices_have_before_they_sum_to_one(
    tiny_sloth: FlashSloth, pictures: Any
) -> None:
    chat = tiny_sloth.chat(pictures[0])
    chat.prefill()
    sums = step_by_step(tiny_sloth, chat, QUESTIONS[0])
    answer = chat.ask(QUESTIONS[0], choices=CHOICES)
    answer.text()
    assert answer.record.choices_mass == pytest.approx(sum(sums), rel=1e-3)
    assert chat.ask("What is it?", max_tokens=1).record.choices_mass is None


def test_one_forward_for_all_or_several_smaller_ones(
    tiny_sloth: FlashSloth, pictures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # private: counts the passes, which a user sees as time only
    chat, forwards, forward = tiny_sloth.chat(pictures[0]), [], packed._forward
    monkeypatch.setattr(packed, "_forward", lambda *given: forwards.append(given) or forward(*given))
    whole = chat.choose(*QUESTIONS, choices=CHOICES)
    assert len(forwards) == 1
    monkeypatch.setattr(packed, "ROWS", 10)  # less than a question with all of its choices
    parts = chat.choose(*QUESTIONS, choices=CHOICES)
    assert len(forwards) > 1 + len(QUESTIONS)
    for a, b in zip(whole, parts, strict=True):
        assert [c.probability for c in a] == pytest.approx([c.probability for c in b], abs=1e-6)


def test_answers_count_for_the_longest_choice_that_begins_them() -> None:
    spellings = [(1,), (1, 2), (1, 2, 3), (4,)]
    likely = torch.tensor([[0.5, 0.25, 0.05, 0.2]], dtype=torch.float64)
    # private: probabilities that no model here gives
    shares, mass = packed._shares(likely.log(), spellings, [0, 1, 2, 3])
    assert mass.tolist() == pytest.approx([0.7])
    assert shares[0].tolist() == pytest.approx([0.25 / 0.7, 0.2 / 0.7, 0.05 / 0.7, 0.2 / 0.7])
    unlikely = torch.tensor([[-2000.0, -5000.0]], dtype=torch.float64)
    # private: as above
    shares, mass = packed._shares(unlikely, [(1,), (2,)], [0, 1])
    assert (shares[0].tolist(), mass.tolist()) == ([1.0, 0.0], [0.0])


def test_orders_are_averaged(tiny_sloth: FlashSloth, pictures: Any) -> None:
    chat = tiny_sloth.chat(pictures[0])
    [named] = chat.choose("Is it {choices}?", choices=["red", "blue"])
    [forward] = chat.choose("Is it red, blue?", choices=["red", "blue"])
    [backward] = chat.choose("Is it blue, red?", choices=["red", "blue"])
    assert forward[0].probability != pytest.approx(backward[0].probability, abs=1e-4)
    assert named[0].probability == pytest.approx(
        (forward[0].probability + backward[0].probability) / 2, abs=1e-6
    )


def test_three_in_all_orders_and_four_rotated() -> None:
    assert len(question_in_orders("{choices}?", ["a", "b", "c"])) == 6
    rotated = ("a, b, c, d?", "b, c, d, a?", "c, d, a, b?", "d, a, b, c?")
    assert question_in_orders("{choices}?", ["a", "b", "c", "d"]) == rotated
    assert question_in_orders("Which?", ["a", "b"]) == ("Which?",)


def test_spellings() -> None:
    assert spelled("yes") == (" yes", " Yes", "yes", "Yes")
    assert spelled("No")[0] == " No"
    assert set(spelled("No")) == {" No", " no", "No", "no"}
    assert spelled("ß") == (" ß", "ß")
    assert spelled("12") == (" 12", "12")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1 choice was given"),
        ("yes, ", "a choice is empty"),
        ("yes,Yes", "like 'yes'"),
        (",".join(map(str, range(MAX_CHOICES + 1))), "65 choices were given"),
        (f"yes,{'n' * 101}", "101 characters"),
        ('["yes", 1]', "not a list of texts"),
        ('["yes"', "not a JSON list"),
        ("[" * 100_000, "not a JSON list"),
    ],
)
def test_wrong_choices(text: str, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        parse_choices(text)


def test_parsing() -> None:
    assert parse_choices("yes, no") == ("yes", "no")
    assert parse_choices('["yes, it is", "no"]') == ("yes, it is", "no")
    with pytest.raises(OptionError, match="not a list of texts"):
        check_choices("yes")


def test_a_question_that_does_not_fit(tiny_sloth: FlashSloth) -> None:
    chat = tiny_sloth.chat()
    with pytest.raises(ContextTooLong):
        chat.choose("Is it red?", "word " * 600, choices=["yes", "no"])
    with pytest.raises(ContextTooLong):
        chat.ask("word " * 600, choices=["yes", "no"]).text()
    assert not chat.turns
