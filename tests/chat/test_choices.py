"""Conversations with questions whose answer is one of several choices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import flashsloth
from chat.helpers import failing
from flashsloth.chat import FlashSloth
from flashsloth.errors import OptionError
from flashsloth.generation.answer_record import Finished, Token
from paths import IMAGES

SEA = IMAGES / "car-fish-star.png"
YES_NO = ("yes", "no")


def test_the_likeliest_is_the_answer(nano: FlashSloth) -> None:
    chat = nano.chat(SEA)
    answer = chat.ask("Is there a fish?", choices=["no", "yes"])
    assert answer.choices is None  # nothing is computed yet
    *tokens, last = answer.events()
    assert all(isinstance(event, Token) for event in tokens)
    assert isinstance(last, Finished)
    assert last.choices == answer.choices
    assert "".join(event.text for event in tokens) + last.text == answer.text() == "yes"
    assert [event.id for event in tokens] == answer.token_ids
    assert [choice.text for choice in answer.choices] == ["no", "yes"]
    assert answer.choices[1].probability > 0.9
    assert sum(choice.probability for choice in answer.choices) == pytest.approx(1, abs=1e-9)
    assert (answer.reason, answer.token_ids) == ("stop", nano.prompt.answer("yes"))
    assert answer.stats.visual_tokens == nano.config.visual_tokens(False)
    [turn] = chat.turns
    assert (turn.question, turn.answer, turn.images) == ("Is there a fish?", "yes", 1)


def test_only_a_new_question_has_choices(nano: FlashSloth) -> None:
    chat = nano.chat(SEA)
    chat.ask("Is there a fish?", max_tokens=1).text()
    for again in (chat.retry, chat.continue_answer):
        with pytest.raises(OptionError, match="choices answer a new question"):
            again(choices=YES_NO)


def test_choose_is_ask_without_a_turn(nano: FlashSloth) -> None:
    chat = nano.chat(SEA)
    questions = ["Is there a fish?", "Is there a heart?"]
    together = chat.choose(*questions, choices=YES_NO)
    assert chat.turns == []
    assert chat.choose(choices=YES_NO) == []
    for question, found in zip(questions, together, strict=True):
        answer = nano.chat(SEA).ask(question, choices=YES_NO)
        answer.text()
        assert [c.probability for c in answer.choices] == pytest.approx(
            [c.probability for c in found], abs=1e-6
        )


def test_the_conversation_goes_on(nano: FlashSloth) -> None:
    """Later answers are those of a conversation in which the choice was generated."""
    chat = nano.chat(SEA)
    chat.ask("Is there a fish?", choices=YES_NO).text()
    plain = nano.chat(SEA, turns=chat.turns)
    chat.choose("Is there a heart?", choices=YES_NO)
    assert chat.ask("What color is it?").text() == plain.ask("What color is it?").text()
    second = chat.ask("Is it blue?", choices=YES_NO)
    second.text()
    assert second.stats.cached_tokens > 0
    assert chat.undo() is not None
    assert chat.ask("What is there?").text() == plain.ask("What is there?").text()


def test_no_picture_and_several(nano: FlashSloth, pictures: Any) -> None:
    for count in (0, 2):
        assert nano.chat(*pictures[:count]).ask("Is there a circle?", choices=YES_NO).text() in YES_NO


def test_choices_that_are_named(nano: FlashSloth) -> None:
    chat = nano.chat(SEA)
    chat.ask("Is it {choices}?", choices=["a pony", "a fish"]).text()
    assert chat.turns[0].question == "Is it a pony, a fish?"
    assert chat.ask("What does {choices} mean?", max_tokens=3).text()
    assert chat.turns[1].question == "What does {choices} mean?"  # without choices it is text
    with pytest.raises(OptionError, match="more than once"):
        chat.ask("{choices}? {choices}", choices=YES_NO)


def test_wrong_arguments(nano: FlashSloth) -> None:
    chat = nano.chat(SEA)
    with pytest.raises(OptionError, match="choices and stop"):
        chat.ask("Is it?", choices=YES_NO, stop=["x"])
    with pytest.raises(OptionError, match="choices and schema"):
        chat.ask("Is it?", choices=YES_NO, schema={"type": "object"})
    with pytest.raises(OptionError, match="0 choices were given"):
        chat.choose("Is it?", choices=[])


def test_an_interrupted_question_leaves_no_turn(tiny_sloth: FlashSloth, pictures: Any) -> None:
    chat = tiny_sloth.chat(pictures[0])
    with failing(tiny_sloth, 1, 2), pytest.raises(KeyboardInterrupt):  # in the forward of the question
        chat.ask("Is it red?", choices=YES_NO).text()
    assert chat.turns == []
    again, fresh = (
        each.ask("Is it red?", choices=YES_NO) for each in (chat, tiny_sloth.chat(pictures[0]))
    )
    assert again.text() == fresh.text()
    assert again.choices == fresh.choices


@pytest.mark.parametrize("options", [{"quant": "int4"}, {"dtype": "bfloat16"}], ids=str)
def test_other_presets(
    native_folder: Path, pictures: list[Image.Image], options: dict[str, str]
) -> None:
    chat = flashsloth.open(native_folder, device="cpu", **options).chat(pictures[0], hd=True)
    for found in chat.choose("Is it red?", "Is it blue?", choices=["yes", "no", "not sure"]):
        assert sum(choice.probability for choice in found) == pytest.approx(1)
    assert chat.ask("Is it red?", choices=YES_NO).text() in YES_NO
