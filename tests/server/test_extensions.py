"""Extensions of OpenAI's protocol: the fields of docs/serve.md, and the route of explanations."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import squares
from flashsloth.server.protocol import (
    CHOICES,
    DETAILED,
    EXPLAIN_PATH,
    HD,
    ID,
    IDS,
    OVERFLOW,
    PAGES,
    SQUARES,
)
from server.helpers import (
    LONG,
    RunningServer,
    alone,
    data_url,
    encoded_url,
    eventually,
    pages,
    user,
    warning_of,
)
from server.page.held_server import holding

QUESTION, NEXT, WHERE = "What is in the picture?", "What color is it?", "Where is the circle?"
HALF = "Look at it again. " * 160  # two of them do not fit into the context


def assistant(text: str, ids: list[int]) -> dict[str, Any]:
    return {"role": "assistant", "content": text, IDS: ids}


def answer(
    server: RunningServer, *messages: dict[str, Any], **fields: Any
) -> tuple[str, dict[str, Any]]:
    """Return the text of an answer and its usage."""
    status, reply = server.ask({"messages": [*messages], "max_tokens": 12, **fields})
    assert status == 200, reply
    return reply["choices"][0]["message"]["content"], reply["usage"]


def streamed(server: RunningServer, *messages: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    body = {"messages": [*messages], "max_tokens": 12, "stream": True, **fields}
    _, _, text = server.request("POST", "/v1/chat/completions", body)
    lines = [line.removeprefix("data: ") for line in text.decode().splitlines() if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_ids_of_an_answer_and_its_details(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """A conversation with the ids of its answers is the one that a chat continues, also where an answer
    was cut."""
    chat = nano.chat(pictures[0])
    first = chat.ask(QUESTION, max_tokens=12)
    first.text()
    begin, *chunks, end = streamed(server, user(QUESTION, pictures[0]), **{DETAILED: True})
    ids = [chunk["choices"][0]["delta"][ID] for chunk in chunks if ID in chunk["choices"][0]["delta"]]
    assert ids == list(first.token_ids)
    known = {
        "prompt_tokens": first.stats.input_tokens,
        "image_tokens": first.stats.visual_tokens,
        "query_tokens": first.stats.query_tokens,
        "forgotten": 0,
        "continued": "",
        "continued_ids": [],
        "warnings": [],
    }
    for details, reason in ((begin["flashsloth"], None), (end["flashsloth"], first.reason)):
        assert details == {**details, **known, "reason": reason}
        assert {"cached_tokens", "image_ms", "decode_ms", "peak_bytes"} < details.keys()
    second = chat.ask(NEXT, max_tokens=12)
    expected = second.text()
    text, usage = answer(
        server, user(QUESTION, pictures[0]), assistant(chat.turns[0].answer, ids), user(NEXT)
    )
    assert (text, usage["prompt_tokens"]) == (expected, second.stats.input_tokens)
    part = (user(QUESTION, pictures[0]), assistant("not read", ids[:3]))
    begin, *_ = streamed(server, *part, **{DETAILED: True, "continue_final_message": True})
    text = nano.prompt.tokenizer.decode(ids[:3]).removeprefix(" ")
    assert (begin["flashsloth"]["continued_ids"], begin["flashsloth"]["continued"]) == (ids[:3], text)


@pytest.mark.parametrize("continues", [False, True])
def test_ids_with_an_end_token(server: RunningServer, nano: FlashSloth, continues: bool) -> None:
    """No answer has one among its ids: it would end the answer again that is continued."""
    messages = [user(QUESTION), assistant("A", [5, *nano.grammars.end_tokens, 6])]
    messages += [] if continues else [user(NEXT)]
    status, body = server.ask({"messages": messages, "continue_final_message": continues})
    assert (status, body["error"]["param"]) == (400, "messages")
    assert "flashsloth_ids have an end token" in body["error"]["message"]


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
def test_the_oldest_turns_are_dropped(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """With their pictures, unless no picture would be left."""
    chat, messages = nano.chat(overflow="drop-oldest"), list[dict[str, Any]]()
    for question, added in (
        (HALF, pictures[:2]),
        (f"{HALF} Now?", pictures[2:3]),
        (f"{HALF} And now?", []),
    ):
        for each in added:
            chat.add_image(each)
        messages.append(user(question, *added))
        asked = chat.ask(question, max_tokens=12)
        expected = asked.text()
        messages.append(assistant(expected, list(asked.token_ids)))
    assert (chat.forgotten, asked.stats.visual_tokens if asked.stats else 0) == (
        2,
        nano.config.visual_tokens(False),
    )
    assert server.ask({"messages": messages[:-1]})[1]["error"]["code"] == "context_length_exceeded"
    read = server.scheduler.counters["images"]
    assert answer(server, *messages[:-1], **{OVERFLOW: "drop-oldest"})[0] == expected
    assert server.scheduler.counters["images"] == read + 1


def test_a_prompt_before_its_question(server: RunningServer, pictures: list[Image.Image]) -> None:
    """It is computed and kept; the question then costs its own tokens."""
    picture = pictures[3]
    text, usage = answer(server, user("", picture), max_tokens=0)
    assert (text, usage["completion_tokens"]) == ("", 0)
    later = answer(server, user(QUESTION, picture))[1]
    assert later["prompt_tokens_details"]["cached_tokens"] >= usage["prompt_tokens"] - 1
    assert later["prompt_tokens"] > usage["prompt_tokens"]


# ---- pages


def about_page(url: str, page: Any, question: str = QUESTION) -> dict[str, Any]:
    """Return a message about a page of a file, or about the file without naming one."""
    picture = {"url": url} if page is None else {"url": url, "flashsloth_page": page}
    return {
        "role": "user",
        "content": [{"type": "text", "text": question}, {"type": "image_url", "image_url": picture}],
    }


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PDF"])
def test_each_page_of_a_file(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image], kind: str
) -> None:
    """The answer is about the page that is named, else about the first, and says how many there are."""
    file = pages(pictures[:3], kind)
    url, place = encoded_url(file), "messages[0].content[1]"
    expected = {page: alone(nano, QUESTION, read_image(file, page=page).image)[1] for page in (1, 2, 3)}
    for page in (None, 1, 2, 3, None):
        body = {"messages": [about_page(url, page)], "max_tokens": 24}
        status, whole = server.ask(body)
        assert status == 200, whole
        assert whole["choices"][0]["message"]["content"] == expected[page or 1]
        noted = {name: whole.get(name) for name in ("warnings", PAGES)}
        assert noted == {
            "warnings": None if page else [warning_of(place, "page 1 of 3")],
            PAGES: {place: 3},
        }
        first, *rest = streamed(server, *body["messages"])
        assert {name: first.get(name) for name in noted} == noted
        assert not any(name in chunk for chunk in rest for name in noted)


@pytest.mark.parametrize("page", [4, 0, -1, 1.5, "2", True])
def test_a_page_that_is_not_there(
    server: RunningServer, pictures: list[Image.Image], page: Any
) -> None:
    url = encoded_url(pages(pictures[:3]))
    status, reply = server.ask({"messages": [about_page(url, page)]})
    assert status == 400
    assert reply["error"]["message"].startswith(
        "messages[0].content[1]: the file has 3 pages. The last is page 3."
        if page == 4
        else "invalid messages[0]"
    )


def test_a_file_of_one_page(server: RunningServer, pictures: list[Image.Image]) -> None:
    url = data_url(pictures[0])
    assert (
        not {"warnings", PAGES}
        & server.ask({"messages": [about_page(url, 1)], "max_tokens": 1})[1].keys()
    )
    assert (
        "has 1 page. The last" in server.ask({"messages": [about_page(url, 2)]})[1]["error"]["message"]
    )


def test_what_is_noted_names_the_place_in_its_own_request(
    server: RunningServer, pictures: list[Image.Image]
) -> None:
    """Though the pixels were kept from another one."""
    url = encoded_url(pages(pictures[:2]))
    for before in ([], [user("Hello"), assistant("Hello", [])]):
        place = f"messages[{len(before)}].content[1]"
        _, reply = server.ask({"messages": [*before, about_page(url, None)], "max_tokens": 1})
        assert (reply["warnings"], reply[PAGES]) == ([warning_of(place, "page 1 of 2")], {place: 2})


# ---- choices


@pytest.mark.parametrize("question", ["Is there a circle?", "Is it {choices}?"])
def test_choices(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image], question: str
) -> None:
    [found] = nano.chat(pictures[0]).choose(question, choices=["yes", "no"])
    for _ in range(2):  # the second one from the kept prompt
        _, reply = server.ask({"messages": [user(question, pictures[0])], CHOICES: ["yes", "no"]})
        expected = [
            {"text": c.text, "probability": pytest.approx(c.probability, abs=1e-5)} for c in found
        ]
        assert reply[CHOICES] == expected
        [choice], best = reply["choices"], max(found, key=lambda each: each.probability)
        assert (choice["message"]["content"], choice["finish_reason"]) == (best.text, "stop")
    assert reply["usage"]["prompt_tokens_details"]["cached_tokens"] > 0


def test_the_details_have_the_mass_of_the_choices(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    for choices in (["yes", "no"], ["zebra", "quasar"]):
        answer = nano.chat(pictures[0]).ask("Is there a circle?", choices=choices)
        answer.text()
        asked = user("Is there a circle?", pictures[0])
        *_, end = streamed(server, asked, **{CHOICES: choices, DETAILED: True})
        assert end["flashsloth"]["choices_mass"] == pytest.approx(answer.record.choices_mass, rel=1e-3)
        assert end["flashsloth"]["warnings"] == answer.warnings
        assert bool(answer.warnings) == ("zebra" in choices)


def test_choices_that_would_take_long(server: RunningServer) -> None:
    """Neither are 64 orders of a long question encoded, nor 64 choices of a hundred snowmen
    computed."""
    snowmen, orders = (
        [f"{n} " + "\N{SNOWMAN}" * 90 for n in range(10, 74)],
        [f"choice {n}" for n in range(64)],
    )
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


# ---- explanations


def explain(server: RunningServer, *messages: Any) -> tuple[int, Any]:
    status, _, text = server.request("POST", EXPLAIN_PATH, {"messages": messages})
    return status, json.loads(text)


def test_maps_are_those_of_the_library(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Of a first question, and of a later one about several pictures."""
    first, talk = nano.chat(pictures[0]), nano.chat(*pictures[:2])
    said = {"role": "assistant", "content": talk.ask("Describe the picture.", max_tokens=20).text()}
    later = [user("Describe the picture.", *pictures[:2]), said, user(WHERE)]
    for chat, messages, near in ((first, [user(WHERE, pictures[0])], 1e-3), (talk, later, 1e-2)):
        chat.ask(WHERE, max_tokens=1).text()
        expected, (status, found) = chat.explain(), explain(server, *messages)
        assert (status, found["object"], found["unit"]) == (200, "chat.explanation", "times chance")
        for each, looked, stood_out in zip(
            found["pictures"], expected.looked, expected.stood_out, strict=True
        ):
            np.testing.assert_allclose(each["looked"], looked, atol=near)
            np.testing.assert_allclose(each["stood_out"], stood_out, atol=near)
        assert (found["share"], found["on_padding"]) == (pytest.approx(expected.share, abs=near), 0)


def test_answers_beside_an_explanation_go_on(
    server: RunningServer, pictures: list[Image.Image]
) -> None:
    """The same tokens as without it, and nothing stays behind."""
    question, options = user("Describe the picture.", pictures[0]), {"max_tokens": 60, **LONG}
    alone, _ = answer(server, question, **options)
    eventually(lambda: server.is_idle)
    with holding(server) as held, ThreadPoolExecutor() as pool:
        beside = pool.submit(answer, server, question, **options)
        eventually(lambda: server.scheduler.active)
        explained = pool.submit(explain, server, user(WHERE, pictures[1]))
        eventually(lambda: server.scheduler.waiting)  # for the next step of the answer
        held.release()
        assert explained.result()[0] == 200
        assert beside.result()[0] == alone
    eventually(lambda: server.is_idle)


@pytest.mark.parametrize(
    ("messages", "problem"),
    [([user(WHERE)], "no picture"), ([], "messages"), ([user("long " * 9000)], "context")],
)
def test_explanations_that_are_refused(
    server: RunningServer, messages: list[Any], problem: str
) -> None:
    status, refused = explain(server, *messages)
    assert status == 400
    assert problem in json.dumps(refused["error"])
    eventually(lambda: server.is_idle)
