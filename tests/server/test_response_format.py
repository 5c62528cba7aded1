"""`response_format`: answers in JSON, of a schema, alone and together with others."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.generation.constraint import constrain
from flashsloth.images.reader import read_image
from flashsloth.server.protocol import CHAT_PATH, IGNORED_HEADER
from paths import IMAGES
from server.helpers import RunningServer, serving, user

SCHEMA = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 0, "maximum": 9},
        "s": {"enum": ["red", "blue"]},
    },
    "required": ["n", "s"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "thing", "strict": True, "schema": SCHEMA}}
QUESTION = "How many are there?"


def test_an_answer_of_a_schema(
    client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    picture = pictures[0]
    messages: Any = [user(QUESTION, picture)]
    answer = client.chat.completions.create(model="nano", messages=messages, response_format=FORMAT)  # type: ignore[call-overload]
    choice = answer.choices[0]
    assert choice.finish_reason == "stop"
    here = nano.chat(picture).ask(QUESTION, schema=SCHEMA)
    assert json.loads(choice.message.content) == here.value()
    assert answer.usage.prompt_tokens == here.stats.input_tokens  # type: ignore[union-attr]  # the schema is in the prompt
    pieces = client.chat.completions.create(
        model="nano", messages=messages, response_format=FORMAT, stream=True
    )  # type: ignore[call-overload]
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == choice.message.content


def test_strict_beside_the_schema(server: RunningServer) -> None:
    """Some clients send it there. The schema is kept anyway."""
    wanted = {**FORMAT, "strict": True}
    _, headers, body = server.request(
        "POST", CHAT_PATH, {"messages": [user("Hello")], "response_format": wanted}
    )
    assert headers[IGNORED_HEADER] == "response_format.strict"
    assert json.loads(json.loads(body)["choices"][0]["message"]["content"]).keys() == {"n", "s"}


def test_a_schema_that_says_nothing_of_other_keys(server: RunningServer) -> None:
    """As llm and pydantic write it. nano would write more keys until the limit of tokens."""
    schema = {name: value for name, value in SCHEMA.items() if name != "additionalProperties"}
    wanted = {"type": "json_schema", "json_schema": {"name": "output", "schema": schema}}
    _, body = server.ask({"messages": [user(QUESTION)], "response_format": wanted, "max_tokens": 200})
    assert json.loads(body["choices"][0]["message"]["content"]).keys() == {"n", "s"}
    assert body["usage"]["completion_tokens"] < 100


def test_any_object(server: RunningServer) -> None:
    status, body = server.ask(
        {"messages": [user("Hello")], "response_format": {"type": "json_object"}, "max_tokens": 30}
    )
    assert status == 200
    # nano finds no end by itself
    assert isinstance(json.loads(body["choices"][0]["message"]["content"]), dict)
    assert body["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({}, "response_format.type is missing"),
        ({"type": "xml"}, "invalid response_format.type"),
        ({"type": "json_schema"}, "response_format.type must be"),
        (
            {"type": "json_schema", "json_schema": {"name": "x"}},
            "response_format.json_schema.schema is missing",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": None, "strict": True}},
            "json_schema.schema is missing",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": {"type": "strng"}}},
            "cannot be enforced at /",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": {"properties": {"a": {"not": {}}}}}},
            "/properties/a",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": SCHEMA, "size": 3}},
            "json_schema.size is not supported",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": {"multipleOf": 20_000_003}}},
            "at /: it takes more than",
        ),
        ({"type": "json_object", "schema": SCHEMA}, "response_format.schema is not supported"),
        ("json", "Expected an object"),
    ],
)
def test_what_cannot_be_held_is_refused(server: RunningServer, wanted: Any, told: str) -> None:
    status, body = server.ask({"messages": [user("Hello")], "response_format": wanted})
    assert status == 400
    assert told in body["error"]["message"]
    assert body["error"]["param"].startswith("response_format")


def test_constrained_and_free_answers_run_together(server: RunningServer) -> None:
    """Each is what it is alone."""
    forms: list[dict[str, Any]] = [{}, {"response_format": FORMAT}] * 4
    bodies = [
        {"messages": [user(f"{QUESTION} {number}")], "max_tokens": 40, **form}
        for number, form in enumerate(forms)
    ]
    alone = [server.ask(body)[1]["choices"][0]["message"]["content"] for body in bodies]
    with ThreadPoolExecutor(8) as pool:
        together = [
            reply[1]["choices"][0]["message"]["content"] for reply in pool.map(server.ask, bodies)
        ]
    assert together == alone
    assert all(json.loads(text).keys() == {"n", "s"} for text in alone[1::2])


def test_log_probabilities_are_those_before_the_mask(server: RunningServer) -> None:
    def likeliest(**more: Any) -> dict[str, float]:
        body = {
            "messages": [user(QUESTION)],
            "max_tokens": 1,
            "logprobs": True,
            "top_logprobs": 5,
            **more,
        }
        top = server.ask(body)[1]["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        return {each["token"]: each["logprob"] for each in top}

    same_prompt = likeliest(messages=[user(constrain(SCHEMA).question(QUESTION))])
    held = likeliest(response_format=FORMAT, flashsloth_schema_in_prompt=True)
    # a prompt that is computed from another position is rounded
    assert held == pytest.approx(same_prompt, abs=1e-3)
    assert held != pytest.approx(likeliest(), abs=1e-3)
    # nano's questions name no schema
    assert likeliest(response_format=FORMAT) == pytest.approx(likeliest(), abs=1e-3)


def test_a_decoder_that_drops_the_space_of_the_first_token(stripping: FlashSloth) -> None:
    """llguidance does not know this decoder, so that it gets the texts of all tokens."""
    picture = read_image(IMAGES / "stop-sign.png").image
    asked = {"messages": [user("What does the sign say?", picture)], "logprobs": True}
    with serving(lambda: stripping) as server:
        [choice] = server.ask(asked)[1]["choices"]
        assert choice["message"]["content"] == 'It says "STOP".'
        told = b"".join(bytes(token["bytes"]) for token in choice["logprobs"]["content"])
        assert told.decode().strip() == 'It says "STOP".'
        with server.client() as client:
            chunks = client.chat.completions.create(
                model=stripping.name, stream=True, messages=asked["messages"]
            )
            pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        assert len([*filter(None, pieces)]) > 2
        assert "".join(pieces) == 'It says "STOP".'
        held = server.ask({**asked, "response_format": FORMAT})[1]["choices"][0]["message"]["content"]
        assert json.loads(held).keys() == {"n", "s"}


def test_the_bytes_of_a_token_are_its_own(server: RunningServer) -> None:
    """Also where it is a part of a character."""
    format_ = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"enum": ["é😊"]}}}
    body = {
        "messages": [user("Say it.")],
        "logprobs": True,
        "top_logprobs": 3,
        "response_format": format_,
    }
    tokens = server.ask(body)[1]["choices"][0]["logprobs"]["content"]
    assert json.loads(b"".join(bytes(token["bytes"]) for token in tokens)) == "é😊"
    assert any(len(token["bytes"]) == 1 and token["token"] == "\ufffd" for token in tokens)
