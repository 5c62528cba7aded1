"""`flashsloth_choices` of the OpenAI protocol."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.server.protocol import CHOICES
from server.helpers import RunningServer, user

YES_NO = ["yes", "no"]
ASK = "Is there a circle?"


def here(nano: FlashSloth, picture: Image.Image, question: str, choices: list[str]) -> list[dict[str, Any]]:
    [found] = nano.chat(picture).choose(question, choices=choices)
    return [{"text": c.text, "probability": pytest.approx(c.probability, abs=1e-5)} for c in found]


@pytest.mark.parametrize("question", [ASK, "Is it {choices}?"])
def test_a_response(client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image], question: str) -> None:
    for _ in range(2):  # the second one from the kept prompt
        reply = client.chat.completions.create(
            model="nano", messages=[user(question, pictures[0])], extra_body={CHOICES: YES_NO}
        ).model_dump()
        expected = here(nano, pictures[0], question, YES_NO)
        assert reply[CHOICES] == expected
        [choice] = reply["choices"]
        best = max(reply[CHOICES], key=lambda each: each["probability"])
        assert (choice["message"]["content"], choice["finish_reason"]) == (best["text"], "stop")
    assert reply["usage"]["prompt_tokens_details"]["cached_tokens"] > 0


def test_questions_that_would_take_long(server: RunningServer) -> None:
    """Neither are 64 orders of a long question encoded, nor 64 choices of a hundred snowmen computed."""
    snowmen, orders = [f"{n} " + "\N{SNOWMAN}" * 90 for n in range(10, 74)], [f"choice {n}" for n in range(64)]
    for content, choices, problem in (
        ("{choices} {choices}", orders, "bad_request"),
        ("word " * 9000 + "{choices}", orders, "context_length_exceeded"),
        ("word " * 300 + "{choices}", orders, "the choices are too long"),
        ("Which?", snowmen, "the choices are too long"),
    ):
        status, reply = server.ask({"messages": [user(content)], CHOICES: choices})
        assert status == 400
        assert problem in (reply["error"]["code"], reply["error"]["message"].split(". ")[0])
    status, reply = server.ask({"messages": [user("Which?")], CHOICES: snowmen[:4]})
    assert status == 200
    assert sum(choice["probability"] for choice in reply[CHOICES]) == pytest.approx(1)
