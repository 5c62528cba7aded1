"""Requests of the OpenAI protocol: what is accepted, what is refused and how, and the shapes of
responses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashsloth.chat.conversation import Turn
from flashsloth.errors import BadRequest, OutOfMemory
from flashsloth.generation.answer_record import Finished, GenerationStats
from flashsloth.generation.answer_settings import SAMPLING, AnswerSettings
from flashsloth.server import protocol
from flashsloth.server.gate import error_object
from flashsloth.server.messages import ImagePart
from flashsloth.server.protocol import CHOICES, DETAILED, HD, IDS, IN_PROMPT, OVERFLOW, REGEX
from flashsloth.server.requests import Body, ChatRequest, parse_chat_request
from flashsloth.server.running_answer import AnswerFormat

URL = "data:image/png;base64,AAAA"
QUESTION = {"role": "user", "content": "Why?"}
ANSWER = {"role": "assistant", "content": "x"}
PICTURE = {"type": "image_url", "image_url": {"url": URL}}


def parsed(*messages: Any, **fields: Any) -> ChatRequest:
    return parse_chat_request({"messages": list(messages) or [QUESTION], **fields})


def is_as_if_left_out(**fields: Any) -> bool:
    """Return whether fields change nothing that a request says."""
    with_them, without = parsed(**fields), parsed()
    kept = [each.fields.model_dump(exclude={*Body.others}) for each in (with_them, without)]
    return kept[0] == kept[1] and replace(with_them, fields=without.fields) == without


def refused(body: Any) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        parse_chat_request(body)
    return caught.value


def refused_field(name: str, value: Any, **others: Any) -> BadRequest:
    return refused({"messages": [QUESTION], name: value, **others})


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
    fields = request.fields
    assert (fields.model, fields.sampling) == ("nano", sampling)
    assert (fields.top_logprobs, fields.stream, fields.stream_options.include_usage) == (4, True, True)


NEUTRAL = {name: values for name, values in Body.others.items() if values is not None}
LEFT_OUT: list[dict[str, Any]] = [  # as other servers have it
    dict.fromkeys((*SAMPLING, *Body.others, "stop", "stream", "model", "response_format")),
    *({name: value} for name, values in NEUTRAL.items() for value in values),
    *({name: -1} for name in ("seed", "max_tokens", "max_completion_tokens", "top_k")),
    {
        "n": 1.0,
        "frequency_penalty": 0,
        "presence_penalty": 0.0,
        "functions": [],
        "response_format": {"type": "text"},
    },
    {
        "tools": [],
        "functions": [],
        "tool_choice": "auto",
        "function_call": "auto",
        "logit_bias": {},
        "metadata": {},
    },
    *({name: -1.0} for name in ("seed", "max_tokens")),
]


@pytest.mark.parametrize("fields", LEFT_OUT, ids=lambda fields: str(fields)[:60])
def test_what_asks_for_nothing(fields: dict[str, Any]) -> None:
    assert is_as_if_left_out(**fields)
    assert parsed(**fields).ignored == ()


def test_only_messages_are_needed() -> None:
    request = parsed()
    assert (request.fields.model, request.fields.sampling, request.settings) == (
        "",
        {},
        AnswerSettings(),
    )
    assert [parsed(stop=stop).settings.stop for stop in ("x", [])] == [("x",), ()]


NOTES = {
    "user": "me",
    "metadata": {"a": "b"},
    "store": True,
    "chat_template_kwargs": {"x": 1},
    "keep_alive": "5m",
}
NOTES |= {"parallel_tool_calls": False, "prompt_cache_key": "thread-1", "think": False}


def test_what_is_ignored_is_named() -> None:
    assert is_as_if_left_out(**NOTES)
    assert parsed(**NOTES).ignored == tuple(NOTES)
    said = {
        "role": "assistant",
        "content": "x",
        "reasoning_content": "I think",
        "annotations": [1],
        "refusal": None,
    }
    cached = {"cache_control": {"type": "ephemeral"}}
    picture = {
        "type": "image_url",
        "image_url": {"url": URL, "format": "image/png", "detail": "original"},
        **cached,
    }
    greeting = {"role": "assistant", "content": "Hello!"}
    request = parsed(
        greeting,
        QUESTION,
        said,
        {"role": "user", "content": [{"type": "text", "text": "a", **cached}, picture]},
    )
    assert [(each.question, each.answer) for each in request.turns] == [("Why?", "x"), ("a", "")]
    assert request.pictures[0].detail == "original"
    assert request.ignored == (
        *(
            "messages[].reasoning_content",
            "messages[].annotations",
            "messages[].content[].cache_control",
        ),
        *("messages[].content[].image_url.format", "messages[0]"),
    )


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


def test_unknown_detail_is_ignored() -> None:
    """Whatever case or word it has: the model's own tiles are used."""
    for detail in ("HIGH", "medium", ""):
        request = parsed(
            {"role": "user", "content": [{**PICTURE, "image_url": {"url": URL, "detail": detail}}]}
        )
        assert request.ignored == ("messages[].content[].image_url.detail",)
        assert request.settings.hd is None


def test_whole_numbers_may_have_a_point() -> None:
    numbers = {"max_tokens": 100.0, "seed": 42.0, "top_k": 3.0, "top_logprobs": 2.0}
    whole = {name: int(value) for name, value in numbers.items()}
    assert parsed(logprobs=True, **numbers) == parsed(logprobs=True, **whole)


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
        assert "use response_format" in refused({"messages": [QUESTION], **fields}).hint


def test_top_p_of_0_is_greedy() -> None:
    for zero in (0, 0.0):
        settings = parsed(top_p=zero, temperature=0.7, seed=1).settings
        assert settings == AnswerSettings(temperature=0, top_p=1, seed=1)


@pytest.mark.parametrize("content", [None, []])
def test_an_assistant_that_said_nothing(content: Any) -> None:
    turns = parsed(
        QUESTION, {"role": "assistant", "content": content, "tool_calls": []}, QUESTION
    ).turns
    assert [(turn.question, turn.answer) for turn in turns] == [("Why?", ""), ("Why?", "")]


def test_what_a_hint_says() -> None:
    for wrong in (3, []):
        assert refused_field("max_token", wrong).hint == "Did you mean max_tokens?"
    assert refused({"messages": [{**QUESTION, "contents": "x"}]}).hint == "Did you mean content?"
    part = {"type": "input_text", "text": "a"}
    assert '"type": "text"?' in refused({"messages": [{**QUESTION, "content": [part]}]}).hint
    assert "as messages" in refused_field("input", "a").hint  # of the Responses protocol
    assert refused_field("stop", 5).hint == "Expected a text or a list."
    assert refused_field("stop", ["a"] * 17).hint == "Expected at most 16 of them."
    assert refused_field("stop", ["a" * 1001]).hint == "Expected at most 1000 characters."
    assert parsed(**{CHOICES: [f" {'a' * 100} ", "b"]}).fields.flashsloth_choices == ["a" * 100, "b"]


@pytest.mark.parametrize(
    "name", ["functions", "audio", "Messages", "", "x" * 500, "a\nb", "\ud800", "\x1b[31m"]
)
def test_unknown_fields_are_named(name: str) -> None:
    error = refused_field(name, 1)
    assert error.param.isprintable()
    assert len(error.param) <= 100
    assert name[:50] == error.param[:50] or not name.isprintable()


WRONG = [  # values of one field
    *(("stream", value) for value in (1, "true", [], {})),
    *(("model", value) for value in (1, [], {}, True)),
    *(("max_tokens", value) for value in (-2, -2.0, 100.5, float("inf"), float("nan"), "5", True, [])),
    *(("max_tokens", value) for value in (2**64, 1e308)),
    *(("max_completion_tokens", value) for value in (-3, 2.5, {}, 2**64, 1e308)),
    *(("temperature", value) for value in (-1, 1e-9, 1001, "0", True, float("nan"), float("inf"), [])),
    *(("top_p", value) for value in (-0.1, 1.1, "1", float("nan"))),
    *(("top_k", value) for value in (-2, 1.5, True)),
    *(("min_p", value) for value in (-0.1, 1, "x")),
    *(("repetition_penalty", value) for value in (0, -1, 1001)),
    *(("seed", value) for value in (-2, 2**64, 1e300, 1.5, True)),
    *(("stop", value) for value in (1, {}, [1], ["a"] * 17, [None])),
    *(("logprobs", value) for value in (1, "true", [])),
    *(("stream_options", value) for value in (1, [1])),
    *(
        ("top_logprobs", 3),
        ("n", True),
        ("frequency_penalty", False),
        ("echo", 0),
        ("functions", [{"name": "search"}]),
    ),
    *(("messages", value) for value in (None, "Hi", {}, [])),
    *((name, 1) for name in (REGEX, IN_PROMPT, HD, OVERFLOW, DETAILED)),
    *(
        ("tools", value)
        for value in ([FUNCTION], [*HOSTED, FUNCTION], [{"name": "a"}], [{"type": "custom"}], ["a"], {})
    ),
    *(
        (name, value)
        for name in ("tool_choice", "function_call")
        for value in ("required", {"type": "web_search"}, 1)
    ),
    *((OVERFLOW, "forget"), (DETAILED, True), (REGEX, "(")),
    *((name, value) for name in NEUTRAL for value in ("other", [1], 7)),
    *(
        (CHOICES, value)
        for value in ([], ["yes"], "yes,no", ["yes", 1], ["yes", "Yes"], ["yes", "n" * 101])
    ),
    (CHOICES, list(map(str, range(65)))),
]
WRONG_MESSAGES: list[tuple[str, list[Any]]] = [
    *(
        ("messages", each)
        for each in ([{"role": "system", "content": "x"}], [ANSWER], [QUESTION, ANSWER])
    ),
    ("messages[0]", ["Hi"]),
    ("messages[1]", [QUESTION, {"role": "system", "content": "late"}]),
    ("messages[0].role", [{"content": "x"}]),
    *(("messages[0].role", [{"role": role, "content": "x"}]) for role in ("tool", ["user"])),
    *(
        ("messages[0].content", [{"role": "user", **each}])
        for each in ({}, {"content": []}, {"content": 3})
    ),
    *(
        (f"messages[0].{name}", [{**QUESTION, name: each}])
        for name, each in (("tool_calls", [1]), ("foo", False))
    ),
    *((f"messages[0].{name}", [{**QUESTION, name: each}]) for name, each in ((IDS, [5]), ("name", 5))),
    *(
        (f"messages[1].{IDS}", [QUESTION, {**ANSWER, IDS: ids}, QUESTION])
        for ids in (5, "1", ["1"], [True], {})
    ),
    ("messages[0].content[0]", [{"role": "system", "content": [PICTURE]}, QUESTION]),
]
WRONG_PARTS: list[tuple[str, Any]] = [  # of the content of a user's message
    *(
        ("", part)
        for part in ("x", {"type": "text"}, {"type": "text", "text": 5}, {"type": "input_audio"})
    ),
    *(("", {"type": "image_url", "image_url": value}) for value in (1, [URL], {"url": 1})),
    *(("", {**PICTURE, "image_url": {"url": URL, "detail": value}}) for value in (5, ["low"], False)),
    *((".x", part) for part in ({"type": "text", "text": "a", "x": 1}, {**PICTURE, "x": 1})),
    (".image_url.x", {"type": "image_url", "image_url": {"url": URL, "x": 1}}),
]
JSON = {"response_format": {"type": "json_object"}}
YES_NO = {CHOICES: ["yes", "no"]}
REFUSED: list[tuple[str, dict[str, Any]]] = [
    *((name, {name: value}) for name, value in WRONG),
    ("max_tokens", {"max_tokens": 3, "max_completion_tokens": 4}),
    *(
        ("messages", {"messages": each, "continue_final_message": True})
        for each in ([QUESTION], [ANSWER], [])
    ),
    *((name, {**YES_NO, name: value}) for name, value in (("stop", "x"), ("logprobs", True))),
    *(
        (CHOICES, {**YES_NO, **JSON}),
        ("response_format", {REGEX: "a", **JSON}),
        ("stop", {"stop": "}", **JSON}),
    ),
    *(("top_logprobs", {"top_logprobs": value, "logprobs": True}) for value in (-1, 21, 1.5, True)),
    *(
        (f"stream_options.{name}", {"stream_options": {name: 1}, "stream": True})
        for name in ("include_usage", "x")
    ),
    *((param, {"messages": messages}) for param, messages in WRONG_MESSAGES),
    *(
        (f"messages[0].content[0]{of}", {"messages": [{**QUESTION, "content": [part]}]})
        for of, part in WRONG_PARTS
    ),
]


@pytest.mark.parametrize(("param", "fields"), REFUSED, ids=lambda value: str(value)[:70])
def test_what_is_refused_is_named(param: str, fields: dict[str, Any]) -> None:
    error = refused({"messages": [QUESTION], **fields})
    assert error.param == param
    assert str(error)
    assert param not in NEUTRAL or param in error.hint


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


# ---- anything


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [*SAMPLING, *Body.others, "stop", "stream", "stream_options", "max_tokens", "model"]
)
part = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url"]) | anything},
    optional={
        "text": anything,
        "image_url": st.dictionaries(st.sampled_from(["url", "detail"]), anything) | anything,
    },
)
message = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "developer", "user", "assistant"]) | anything,
        "content": st.lists(part, max_size=3) | st.text() | anything,
    },
    optional={"name": anything, "refusal": anything},
)


messages = st.lists(message, max_size=5) | anything
fields = st.dictionaries(names, anything, max_size=4)


@given(
    st.builds(lambda fields, messages: {**fields, "messages": messages}, fields, messages) | anything
)
def test_no_other_error(body: Any) -> None:
    """Accept a body, or refuse it with an error that can be sent."""
    try:
        request = parse_chat_request(body)
    except BadRequest as error:
        json.dumps(error_object(error), ensure_ascii=False).encode()
    else:
        assert request.turns[-1].answer == ""


# ---- responses


def test_responses() -> None:
    stats = GenerationStats(100, 81, 9, 90, 5, 1.0, 2.0, 3.0)
    answer = mock.AsyncMock(next=mock.AsyncMock(return_value=Finished("Hi", "context", stats)))
    whole = asyncio.run(AnswerFormat(parsed(), mock.Mock(), mock.Mock(), {}).whole(answer))
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
    entry = protocol.logprob_entry(
        {1: "é".encode(), 2: b"\xc3"}.__getitem__, 1, -0.5, [(1, -0.5), (2, -float("inf"))]
    )
    assert (entry["token"], entry["bytes"]) == ("é", [0xC3, 0xA9])
    assert entry["top_logprobs"][1] == {"token": "\ufffd", "logprob": -9999.0, "bytes": [0xC3]}
    json.dumps(entry, allow_nan=False)


def test_an_error_of_the_machine() -> None:
    """Those of requests are in test_openai_client.py."""
    sent = {"message": "x. Try less.", "type": "server_error", "param": None, "code": "out_of_memory"}
    assert error_object(OutOfMemory("x", hint="Try less.")) == (
        503,
        {"error": {**sent, "hint": "Try less."}},
    )
