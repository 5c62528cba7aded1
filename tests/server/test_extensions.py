"""What the server knows beyond OpenAI's protocol, one test for each field of docs/serve.md."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.processing.resizing import squares
from flashsloth.server.protocol import DETAILED, HD, ID, IDS, OVERFLOW, SQUARES
from server.helpers import RunningServer, user

QUESTION, NEXT = "What is in the picture?", "What color is it?"
LONG = "Look at it again. " * 160  # two of them do not fit into the context


def assistant(text: str, ids: list[int]) -> dict[str, Any]:
    return {"role": "assistant", "content": text, IDS: ids}


def answer(server: RunningServer, *messages: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    """Return the text of an answer and its usage."""
    status, reply = server.ask({"messages": [*messages], "max_tokens": 12, **fields})
    assert status == 200, reply
    return reply["choices"][0]["message"]["content"], reply["usage"]


def streamed(server: RunningServer, *messages: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    body = {"messages": [*messages], "max_tokens": 12, "stream": True, **fields}
    _, _, text = server.request("POST", "/v1/chat/completions", body)
    lines = [line.removeprefix("data: ") for line in text.decode().splitlines() if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_ids_of_an_answer_and_its_details(server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """A conversation with the ids of its answers is the one that a chat continues, also where an answer was cut."""
    chat = nano.chat(pictures[0])
    first = chat.ask(QUESTION, max_tokens=12)
    first.text()
    begin, *chunks, end = streamed(server, user(QUESTION, pictures[0]), **{DETAILED: True})
    ids = [chunk["choices"][0]["delta"][ID] for chunk in chunks if ID in chunk["choices"][0]["delta"]]
    assert ids == list(first.token_ids)
    assert begin["flashsloth"] == {
        "prompt_tokens": first.stats.input_tokens,
        "image_tokens": first.stats.visual_tokens,
        "query_tokens": first.stats.query_tokens,
        "forgotten": 0,
        "continued": "",
        "continued_ids": [],
    }
    assert end["flashsloth"]["reason"] == first.reason
    assert {"cached_tokens", "image_ms", "decode_ms", "peak_bytes"} < set(end["flashsloth"])
    second = chat.ask(NEXT, max_tokens=12)
    expected = second.text()
    text, usage = answer(server, user(QUESTION, pictures[0]), assistant(chat.turns[0].answer, ids), user(NEXT))
    assert (text, usage["prompt_tokens"]) == (expected, second.stats.input_tokens)
    part = (user(QUESTION, pictures[0]), assistant("not read", ids[:3]))
    begin, *_ = streamed(server, *part, **{DETAILED: True, "continue_final_message": True})
    text = nano.prompt.tokenizer.decode(ids[:3]).removeprefix(" ")
    assert (begin["flashsloth"]["continued_ids"], begin["flashsloth"]["continued"]) == (ids[:3], text)


@pytest.mark.parametrize("hd", [False, True])
def test_squares_of_another_size(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image], hd: bool
) -> None:
    """The right ones, in five tiles and in one, are what our commands send: test_remote_chat.py."""
    data = b"".join(each.tobytes() for each in squares(pictures[0], nano.config.picture_scale, hd=hd))
    encoded = [base64.b64encode(wrong).decode() for wrong in (data[:-1], data + data[:3], b"")]
    for text in (*encoded, "no base64"):
        part = {"type": "image_url", "image_url": {"url": SQUARES + text}}
        status, reply = server.ask({"messages": [{"role": "user", "content": [part]}], HD: hd})
        assert (status, reply["error"]["param"]) == (400, "messages[0].content[0]")


@pytest.mark.slow
def test_the_oldest_turns_are_dropped(server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """With their pictures, unless no picture would be left."""
    chat, messages = nano.chat(overflow="drop-oldest"), list[dict[str, Any]]()
    for question, added in ((LONG, pictures[:2]), (f"{LONG} Now?", pictures[2:3]), (f"{LONG} And now?", [])):
        for each in added:
            chat.add_image(each)
        messages.append(user(question, *added))
        asked = chat.ask(question, max_tokens=12)
        expected = asked.text()
        messages.append(assistant(expected, list(asked.token_ids)))
    assert (chat.forgotten, asked.stats.visual_tokens if asked.stats else 0) == (2, nano.config.visual_tokens(False))
    assert server.ask({"messages": messages[:-1]})[1]["error"]["code"] == "context_length_exceeded"
    read = server.scheduler.counters.images
    assert answer(server, *messages[:-1], **{OVERFLOW: "drop-oldest"})[0] == expected
    assert server.scheduler.counters.images == read + 1


def test_a_prompt_before_its_question(server: RunningServer, pictures: list[Image.Image]) -> None:
    """It is computed and kept; the question then costs its own tokens."""
    picture = pictures[3]
    text, usage = answer(server, user("", picture), max_tokens=0)
    assert (text, usage["completion_tokens"]) == ("", 0)
    later = answer(server, user(QUESTION, picture))[1]
    assert later["prompt_tokens_details"]["cached_tokens"] >= usage["prompt_tokens"] - 1
    assert later["prompt_tokens"] > usage["prompt_tokens"]
