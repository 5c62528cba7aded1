"""Requests of the OpenAI protocol: what their fields and messages mean, and the shapes of responses.
What is refused is in test_requests.py."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest import mock

import pytest

from flashsloth.chat.conversation import Turn
from flashsloth.errors import BadRequest, OutOfMemory
from flashsloth.generation.answer_record import Finished, GenerationStats
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.server import running_answer
from flashsloth.server.gate import error_object
from flashsloth.server.messages import ImagePart
from flashsloth.server.protocol import CHOICES
from flashsloth.server.requests import Job, parse_chat_request
from flashsloth.server.running_answer import AnswerFormat

URL = "data:image/png;base64,AAAA"
QUESTION = {"role": "user", "content": "Why?"}
ANSWER = {"role": "assistant", "content": "x"}
PICTURE = {"type": "image_url", "image_url": {"url": URL}}


def said(job: Job) -> tuple[Any, ...]:
    """Return what a request says, without the names of ignored fields."""
    return job.body, job.settings, job.turns, job.pictures, job.repeated


def parsed(*messages: Any, **fields: Any) -> Job:
    return parse_chat_request({"messages": list(messages) or [QUESTION], **fields})


def refusal(**fields: Any) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        parsed(**fields)
    return caught.value


# ---- fields


def test_all_fields() -> None:
    sampling = {
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 3,
        "min_p": 0.1,
        "repetition_penalty": 1.5,
        "seed": 2**64 - 1,
    }
    tokens = {"max_tokens": 7, "max_completion_tokens": 7, "logprobs": True, "top_logprobs": 4}
    streamed = {"stream": True, "stream_options": {"include_usage": True, "include_obfuscation": False}}
    request = parsed(model="nano", stop=["a", "", "b"], **sampling, **tokens, **streamed)
    assert request.settings == AnswerSettings(max_tokens=7, stop=("a", "b"), **sampling)
    assert (request.turns, request.pictures) == ((Turn("Why?", "", (), "stop", 0),), [])
    fields = request.body
    assert (fields.model, fields.sampling) == ("nano", sampling)
    assert (fields.top_logprobs, fields.stream, fields.stream_options.include_usage) == (4, True, True)


def test_only_messages_are_needed() -> None:
    request = parsed()
    assert (request.body.model, request.body.sampling, request.settings) == (
        "",
        {},
        AnswerSettings.of({}),
    )
    assert [parsed(stop=stop).settings.stop for stop in ("x", [])] == [("x",), ()]


FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {}}}
HOSTED = [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}]


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": HOSTED},
        {"tools": HOSTED, "tool_choice": "auto"},
        {"tools": [FUNCTION, *HOSTED], "tool_choice": "none"},
        {"tools": [{**FUNCTION, "description": "x" * 20_000}], "tool_choice": "none"},
        {"functions": [FUNCTION["function"]], "function_call": "none"},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_tools_that_nobody_calls_are_ignored(fields: dict[str, Any]) -> None:
    assert parsed(**fields).ignored == (next(iter(fields)),)


def test_whole_numbers_may_have_a_point() -> None:
    numbers = {"max_tokens": 100.0, "seed": 42.0, "top_k": 3.0, "top_logprobs": 2.0}
    whole = {name: int(value) for name, value in numbers.items()}
    assert said(parsed(logprobs=True, **numbers)) == said(parsed(logprobs=True, **whole))


def test_a_hint_for_tools() -> None:
    """Whichever field is refused first: what it says leads to an answer."""
    named = {"type": "function", "function": {"name": "look_up"}}
    for fields in (
        {"tools": [FUNCTION]},
        {"tools": [FUNCTION], "tool_choice": named},
        {"tools": [FUNCTION], "tool_choice": "required"},
        {"functions": [FUNCTION["function"]]},
        {"functions": [FUNCTION["function"]], "function_call": {"name": "look_up"}},
    ):
        assert "use response_format" in refusal(**fields).hint


def test_top_p_of_0_is_greedy() -> None:
    for zero in (0, 0.0):
        settings = parsed(top_p=zero, temperature=0.7, seed=1).settings
        assert settings == AnswerSettings.of({"temperature": 0, "top_p": 1, "seed": 1})


@pytest.mark.parametrize("content", [None, []])
def test_an_assistant_that_said_nothing(content: Any) -> None:
    turns = parsed(
        QUESTION, {"role": "assistant", "content": content, "tool_calls": []}, QUESTION
    ).turns
    assert [(turn.question, turn.answer) for turn in turns] == [("Why?", ""), ("Why?", "")]


@pytest.mark.parametrize(
    "name", ["functions", "audio", "Messages", "", "x" * 500, "a\nb", "\ud800", "\x1b[31m"]
)
def test_unknown_fields_are_named(name: str) -> None:
    error = refusal(**{name: 1})
    assert error.param.isprintable()
    assert len(error.param) <= 100
    assert name[:50] == error.param[:50] or not name.isprintable()


def test_blanks_around_a_choice_are_left_out() -> None:
    assert parsed(**{CHOICES: [f" {'a' * 100} ", "b"]}).body.flashsloth_choices == ["a" * 100, "b"]


# ---- messages


def test_conversation() -> None:
    details = [{}, *({"detail": each} for each in (None, "auto", "low", "high"))]
    pictures = [{"type": "image_url", "image_url": {"url": URL, **each}} for each in details]
    request = parsed(
        {"role": "system", "content": "A"},
        {"role": "developer", "content": [{"type": "text", "text": "B"}]},
        {"role": "user", "content": [*pictures, {"type": "text", "text": "one"}], "name": "me"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "yes", "refusal": None, "tool_calls": []},
        {"role": "assistant", "content": [{"type": "text", "text": "no"}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "three"}, {"type": "text", "text": "four"}, PICTURE],
        },
    )
    assert request.settings.system == "A\nB"
    first, last = request.turns
    assert (first.question, first.answer) == ("one\ntwo", "yes\nno")
    assert (last.question, last.answer) == ("three\nfour", "")
    places = [*(f"messages[2].content[{number}]" for number in range(5)), "messages[6].content[2]"]
    assert [picture.param for picture in request.pictures] == places
    assert [picture.detail for picture in request.pictures] == ["auto"] * 3 + ["low", "high", "auto"]


def test_a_url_as_clients_write_it() -> None:
    """Alone instead of in an object, and with blanks around it."""
    for value in (URL, {"url": f" {URL}\n"}, f"\n{URL} "):
        [picture] = parsed(
            {"role": "user", "content": [{"type": "image_url", "image_url": value}]}
        ).pictures
        assert picture == ImagePart(URL, "auto", "messages[0].content[0]")


# ---- responses


def test_responses() -> None:
    stats = GenerationStats(100, 81, 9, 90, 5, 1.0, 2.0, 3.0)
    answer = mock.AsyncMock(next=mock.AsyncMock(return_value=Finished("Hi", "context", stats)))
    whole = asyncio.run(AnswerFormat(parsed(), mock.Mock(), {}).whole(answer))
    counts = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}
    assert whole["usage"] == {
        **counts,
        "prompt_tokens_details": {"cached_tokens": 90, "image_tokens": 81},
    }
    [choice] = whole["choices"]
    assert (choice["message"]["content"], choice["finish_reason"], choice["logprobs"]) == (
        "Hi",
        "length",
        None,
    )


def test_log_probabilities_can_be_sent() -> None:
    entry = running_answer.logprob_entry(
        {1: "é".encode(), 2: b"\xc3"}.__getitem__, 1, -0.5, [(1, -0.5), (2, -float("inf"))]
    )
    assert (entry["token"], entry["bytes"]) == ("é", [0xC3, 0xA9])
    assert entry["top_logprobs"][1] == {"token": "\ufffd", "logprob": -9999.0, "bytes": [0xC3]}
    json.dumps(entry, allow_nan=False)


def test_an_error_of_the_machine() -> None:
    """Those of requests are in test_openai_client.py."""
    sent = {"message": "x. Try less.", "type": "server_error", "param": None, "code": "out_of_memory"}
    sent["reason"] = "x"
    assert error_object(OutOfMemory("x", hint="Try less.")) == (
        503,
        {"error": {**sent, "hint": "Try less."}},
    )
