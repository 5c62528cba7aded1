"""The route of explanations: the maps of the library, beside running answers, within the limits of every request."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.server.protocol import EXPLAIN_PATH
from server.helpers import LONG, RunningServer, eventually, user

QUESTION = "Where is the circle?"


def explain(server: RunningServer, *messages: Any) -> tuple[int, Any]:
    status, _, text = server.request("POST", EXPLAIN_PATH, {"messages": messages})
    return status, json.loads(text)


def test_the_maps_are_those_of_the_library(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Of a first question, and of a later one about several pictures."""
    first, talk = nano.chat(pictures[0]), nano.chat(*pictures[:2])
    said = {"role": "assistant", "content": talk.ask("Describe the picture.", max_tokens=20).text()}
    later = [user("Describe the picture.", *pictures[:2]), said, user(QUESTION)]
    for chat, messages, near in ((first, [user(QUESTION, pictures[0])], 1e-3), (talk, later, 1e-2)):
        chat.ask(QUESTION, max_tokens=1).text()
        expected, (status, found) = chat.explain(), explain(server, *messages)
        assert (status, found["object"], found["unit"]) == (200, "chat.explanation", "times chance")
        for each, looked, stood_out in zip(found["pictures"], expected.looked, expected.stood_out, strict=True):
            np.testing.assert_allclose(each["looked"], looked, atol=near)
            np.testing.assert_allclose(each["stood_out"], stood_out, atol=near)
        assert (found["share"], found["on_padding"]) == (pytest.approx(expected.share, abs=near), 0)


def test_running_answers_go_on(server: RunningServer, pictures: list[Image.Image]) -> None:
    """The same tokens as without an explanation beside them, and nothing stays behind."""
    body = {"messages": [user("Describe the picture.", pictures[0])], "max_tokens": 60, **LONG}
    alone = server.ask(body)[1]["choices"][0]["message"]["content"]
    with server.client().chat.completions.create(
        model="", messages=body["messages"], max_tokens=60, temperature=8.0, seed=1, stream=True
    ) as stream:  # type: ignore[call-overload]
        events = iter(stream)
        pieces = [next(events).choices[0].delta.content]
        assert explain(server, user(QUESTION, pictures[1]))[0] == 200
        pieces += [event.choices[0].delta.content for event in events]
    assert "".join(filter(None, pieces)) == alone
    eventually(lambda: server.is_idle)


@pytest.mark.parametrize(
    ("messages", "problem"), [([user(QUESTION)], "no picture"), ([], "messages"), ([user("long " * 9000)], "context")]
)
def test_what_is_refused(server: RunningServer, messages: list[Any], problem: str) -> None:
    status, answer = explain(server, *messages)
    assert status == 400
    assert problem in json.dumps(answer["error"])
    eventually(lambda: server.is_idle)
