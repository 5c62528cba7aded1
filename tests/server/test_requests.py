"""Requests of both protocols: what asks for nothing, what is ignored, and what is refused and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashsloth.errors import BadRequest
from flashsloth.generation.answer_settings import SAMPLING
from flashsloth.server.gate import error_object
from flashsloth.server.protocol import CHOICES, DETAILED, HD, IDS, IN_PROMPT, OVERFLOW, REGEX
from flashsloth.server.requests import Body, Job, parse_chat_request
from flashsloth.server.responses import ResponsesBody, parse_responses_request
from messages import refused
from server.test_protocol import ANSWER, FUNCTION, HOSTED, PICTURE, QUESTION, URL, said
from server.test_responses import IGNORED, message


@dataclass(frozen=True)
class Protocol:
    """A protocol: how its requests are parsed, and the smallest one."""

    name: str
    parse: Callable[[Any], Job]
    smallest: dict[str, Any]

    def parsed(self, **fields: Any) -> Job:
        return self.parse({**self.smallest, **fields})


CHAT = Protocol("chat", parse_chat_request, {"messages": [QUESTION]})
RESPONSES = Protocol("responses", parse_responses_request, {"input": "Why?"})


def cases(chat: list[Any], responses: list[Any]) -> list[Any]:
    """Return each of these rows with its protocol, for a parametrized test."""
    pairs = [(CHAT, row) for row in chat] + [(RESPONSES, row) for row in responses]
    return [
        pytest.param(protocol, *row, id=f"{protocol.name}-{str(row)[1:70]}") for protocol, row in pairs
    ]


# ---- what asks for nothing


NEUTRAL = {name: values for name, values in Body.others.items() if values is not None}
CHAT_NOTHING: list[dict[str, Any]] = [  # as other servers have it
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


RESPONSES_NOTHING = {
    "background": False,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "stream_options": {},
    "conversation": None,
}
RESPONSES_NOTHING |= {
    "truncation": "disabled",
    "text": {"format": {"type": "text"}},
    "prompt": None,
    "metadata": {},
}


def is_as_if_left_out(protocol: Protocol, **fields: Any) -> bool:
    """Return whether fields change nothing that a request says."""
    with_them, without = protocol.parsed(**fields), protocol.parsed()
    kept = [each.body.model_dump(exclude={*Body.others}) for each in (with_them, without)]
    with_them.body = without.body
    return kept[0] == kept[1] and said(with_them) == said(without)


@pytest.mark.parametrize(
    ("protocol", "fields"), cases([(each,) for each in CHAT_NOTHING], [(RESPONSES_NOTHING,)])
)
def test_what_asks_for_nothing(protocol: Protocol, fields: dict[str, Any]) -> None:
    assert is_as_if_left_out(protocol, **fields)
    assert protocol.parsed(**fields).ignored == ()


# ---- what is ignored


NOTES = {
    "user": "me",
    "metadata": {"a": "b"},
    "store": True,
    "chat_template_kwargs": {"x": 1},
    "keep_alive": "5m",
}
NOTES |= {"parallel_tool_calls": False, "prompt_cache_key": "thread-1", "think": False}


SAID = {
    "role": "assistant",
    "content": "x",
    "reasoning_content": "I think",
    "annotations": [1],
    "refusal": None,
}
GREETING = {"role": "assistant", "content": "Hello!"}
CACHED = {"cache_control": {"type": "ephemeral"}}
FORMATTED = {
    "type": "image_url",
    "image_url": {"url": URL, "format": "image/png", "detail": "original"},
    **CACHED,
}
PARTS = [{"type": "text", "text": "a", **CACHED}, FORMATTED]
TALK = [GREETING, QUESTION, SAID, {"role": "user", "content": PARTS}]
IN_TALK = (
    "messages[].reasoning_content",
    "messages[].annotations",
    "messages[].content[].cache_control",
    "messages[].content[].image_url.format",
    "messages[0]",
)


IN_RESPONSES = ("text.verbosity", *(name for name in IGNORED if name not in ("text", "tools")), "tools")


@pytest.mark.parametrize(
    ("protocol", "fields", "names"),
    [
        (CHAT, NOTES, tuple(NOTES)),
        (CHAT, {"messages": TALK}, IN_TALK),
        (RESPONSES, IGNORED, IN_RESPONSES),
        (RESPONSES, {"input": [GREETING, message("Hi")]}, ("input[0]",)),
    ],
    ids=["chat", "chat-messages", "responses", "responses-input"],
)
def test_what_is_ignored_is_named(
    protocol: Protocol, fields: dict[str, Any], names: tuple[str, ...]
) -> None:
    assert protocol.parsed(**fields).ignored == names


def test_what_is_ignored_changes_nothing_else() -> None:
    assert is_as_if_left_out(CHAT, **NOTES)
    request = CHAT.parsed(messages=TALK)
    assert [(each.question, each.answer) for each in request.turns] == [("Why?", "x"), ("a", "")]
    assert request.pictures[0].detail == "original"


IMAGE = {"type": "input_image", "image_url": "data:,"}


@pytest.mark.parametrize("detail", ["HIGH", "medium", "huge", ""])
@pytest.mark.parametrize("protocol", [CHAT, RESPONSES], ids=lambda protocol: protocol.name)
def test_unknown_detail_is_ignored(protocol: Protocol, detail: str) -> None:
    """Whatever case or word it has: the model's own tiles are used."""
    if protocol is CHAT:
        picture = {**PICTURE, "image_url": {"url": URL, "detail": detail}}
        request = protocol.parsed(messages=[{"role": "user", "content": [picture]}])
        named = "messages[].content[].image_url.detail"
    else:
        request = protocol.parsed(input=[message("a", {**IMAGE, "detail": detail})])
        named = "input[].content[].detail"
    assert (request.ignored, request.settings.hd) == ((named,), None)


# ---- what is refused


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
CHAT_REFUSED: list[tuple[str, dict[str, Any]]] = [
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
NAME = {"type": "json_schema", "name": "a"}
RESPONSES_REFUSED: list[tuple[str | None, Any]] = [
    *((None, body) for body in ([], 3, "Hi")),
    ("input", {}),
    ("messages", {"input": "Hi", "messages": []}),
    *(("input", {"input": value}) for value in (3, [], {}, [{"role": "assistant", "content": "x"}])),
    *(
        ("input[0]", {"input": [value]})
        for value in (3, "Hi", {"type": "function_call"}, {"type": ["message"]})
    ),
    *(("input[0]", {"input": [{"type": "item_reference", "id": "msg_1"}]}),),
    ("input[0].role", {"input": [{"role": "tool", "content": "x"}]}),
    *(
        ("input[0].content", {"input": [{"role": "user", **value}]})
        for value in ({}, {"content": []}, {"content": 1})
    ),
    *(
        ("input[0].content[0]", {"input": [message(value)]})
        for value in (
            1,
            {"type": "text", "text": "a"},
            {"type": "input_audio"},
            {"type": "input_image"},
            {},
        )
    ),
    ("input[0].content[0]", {"input": [message({**IMAGE, "detail": 5})]}),
    ("input[0].content[0].file_id", {"input": [message({"type": "input_image", "file_id": "a"})]}),
    (
        "input[2].content[0]",
        {"input": [message("a"), {"type": "reasoning"}, message(IMAGE, role="assistant")]},
    ),
    (
        "input[2]",
        {
            "input": [message("a"), {"type": "reasoning"}, message("b", role="system")],
            "instructions": "c",
        },
    ),
    *((name, {"input": "Hi", name: "resp_1"}) for name in ("previous_response_id", "conversation")),
    *((name, {"input": "Hi", name: {"id": "a"}}) for name in ("prompt", "conversation")),
    ("background", {"input": "Hi", "background": True}),
    *(("tools", {"input": "Hi", "tools": [{"type": kind}]}) for kind in ("function", "web_search")),
    ("tool_choice", {"input": "Hi", "tool_choice": "required"}),
    *(
        ("max_output_tokens", {"input": "Hi", "max_output_tokens": value})
        for value in (0, -1, 1.5, "5", True, 2**64, 1e308)
    ),
    *(("temperature", {"input": "Hi", "temperature": value}) for value in (-1, 1e-9, 1001, "0")),
    *(("top_p", {"input": "Hi", "top_p": value}) for value in (-0.1, 1.1)),
    ("truncation", {"input": "Hi", "truncation": "oldest"}),
    ("text.format.type", {"input": "Hi", "text": {"format": {"type": "grammar"}}}),
    *(
        ("text.format.schema", {"input": "Hi", "text": {"format": {**NAME, **value}}})
        for value in ({}, {"schema": 1})
    ),
    ("text.format.schema", {"input": "Hi", "text": {"format": {**NAME, "schema": {"type": "thing"}}}}),
    ("text.format.schema", {"input": "Hi", "text": {"format": {"type": "text", "schema": {}}}}),
    *(
        (
            f"text.format.{name}",
            {"input": "Hi", "text": {"format": {"type": "text", name: "x" * 20_000}}},
        )
        for name in ("name", "description")
    ),
    ("metadata", {"input": "Hi", "metadata": {"a": "x" * 20_000}}),
    *(
        (name, {"input": "Hi", name: 1})
        for name in ("seed", "stop", "max_tokens", "messages[9]", "response_format")
    ),
]


@pytest.mark.parametrize(
    ("protocol", "param", "body"),
    cases([(param, {**CHAT.smallest, **fields}) for param, fields in CHAT_REFUSED], RESPONSES_REFUSED),
)
def test_what_is_refused_is_named(protocol: Protocol, param: str | None, body: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        protocol.parse(body)
    error = caught.value
    assert error.param == param
    assert str(error)
    assert "discriminator" not in f"{error} {error.hint}"
    if protocol is CHAT:
        assert param not in NEUTRAL or param in error.hint
    else:
        assert not str(error).startswith(("messages[0]", "response_format."))


CHAT_HINTS = [  # wrong fields, and what the message and the hint name
    *(({"max_token": wrong}, "max_token", "Did you mean max_tokens?") for wrong in (3, [])),
    ({"messages": [{**QUESTION, "contents": "x"}]}, "contents", "Did you mean content?"),
    (
        {"messages": [{**QUESTION, "content": [{"type": "input_text", "text": "a"}]}]},
        "content[0]",
        '"type": "text"?',
    ),
    ({"input": "a"}, "input", "as messages"),  # of the Responses protocol
    ({"stop": 5}, "stop", "a list"),
    ({"stop": ["a"] * 17}, "stop", "at most 16"),
    ({"stop": ["a" * 1001]}, "stop", "at most 1000"),
]
RESPONSES_HINTS = [
    ({"previous_response_id": "resp_1"}, "previous_response_id", "whole conversation"),
    ({"messages": [{"role": "user", "content": "a"}]}, "messages", "as input"),
    ({"input": [{"type": "function_call", "name": "f"}]}, "'function_call'", "A message is"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "item_reference", "Nothing is stored"),
    ({"tools": [{"type": "function", "name": "f"}]}, "tools", "use text.format"),
    ({"tool_choice": {"type": "function", "name": "f"}}, "tool_choice", "use text.format"),
    ({"input": 5}, "invalid input 5", "a list"),
    ({"input": [{"role": "user", "content": 5}]}, "invalid input[0].content", "a list"),
    ({"input": [{"role": "user", "content": []}]}, "input[0].content", "one part"),
    ({"input": [message({"type": "text", "text": "a"})]}, "input[0].content[0]", '"input_text"?'),
    ({"input": [message({"type": "image_url"})]}, "input[0].content[0]", '"input_image"?'),
    ({"text": {"format": {"type": "text", "schema": {}}}}, "text.format.schema", "json_object"),
]


@pytest.mark.parametrize(("protocol", "fields", "name", "hint"), cases(CHAT_HINTS, RESPONSES_HINTS))
def test_what_a_hint_says(protocol: Protocol, fields: dict[str, Any], name: str, hint: str) -> None:
    with refused("bad_request", name) as caught:
        protocol.parsed(**fields)
    assert hint in caught.value.hint


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
chat_part = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url"]) | anything},
    optional={
        "text": anything,
        "image_url": st.dictionaries(st.sampled_from(["url", "detail"]), anything) | anything,
    },
)
chat_message = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "developer", "user", "assistant"]) | anything,
        "content": st.lists(chat_part, max_size=3) | st.text() | anything,
    },
    optional={"name": anything, "refusal": anything},
)


chat_messages = st.lists(chat_message, max_size=5) | anything
chat_fields = st.dictionaries(names, anything, max_size=4)
response_part = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "output_text", "input_image", "input_file"]) | anything},
    optional={
        "text": anything,
        "image_url": st.text() | anything,
        "file_data": st.text(),
        "filename": st.text(),
    },
)
response_item = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "user", "assistant"]),
        "content": st.lists(response_part, max_size=3) | anything,
    },
    optional={"type": st.sampled_from(["message", "reasoning"]) | anything, "id": anything},
)
response_fields = st.dictionaries(
    st.sampled_from([*ResponsesBody.model_fields, *ResponsesBody.others]), anything, max_size=4
)
response_inputs = st.lists(response_item, max_size=5) | anything
BODIES = {
    "chat": st.builds(
        lambda fields, messages: {**fields, "messages": messages}, chat_fields, chat_messages
    ),
    "responses": st.builds(
        lambda fields, items: {**fields, "input": items}, response_fields, response_inputs
    ),
}


@pytest.mark.parametrize("protocol", [CHAT, RESPONSES], ids=lambda protocol: protocol.name)
@given(data=st.data())
def test_no_other_error(protocol: Protocol, data: st.DataObject) -> None:
    """Accept a body, or refuse it with an error that can be sent."""
    try:
        request = protocol.parse(data.draw(BODIES[protocol.name] | anything))
    except BadRequest as error:
        json.dumps(error_object(error), ensure_ascii=False).encode()
    else:
        assert request.turns[-1].answer == ""
        json.dumps(request.repeated)
