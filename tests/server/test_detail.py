"""`hd=auto` in a server: each request decides for itself, in one loop with the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.server.protocol import CHOICES, DETAILED, EXPLAIN_PATH, HD, THRESHOLD
from paths import IMAGES
from replies import said
from server.command_server import command_server
from server.helpers import RunningServer, data_url, eventually, serving, user

SURE, UNSURE = IMAGES / "all-orange.png", IMAGES / "car-fish-star.png"
WHAT, WHO = "What is this?", "Who wrote this?"
AUTO = {HD: "auto", THRESHOLD: 0.9, "temperature": 0}


@pytest.fixture(scope="module")
def server(tiled: FlashSloth) -> Iterator[RunningServer]:
    with serving(lambda: tiled) as running:
        yield running


def asked(server: RunningServer, *messages: Any, **fields: Any) -> tuple[str, Any, Any]:
    """Return the text of an answer, why it was read from its tiles, and their number."""
    status, reply = server.ask({"messages": [*messages], **AUTO, **fields})
    assert status == 200, reply
    return (
        reply["choices"][0]["message"]["content"],
        reply.get("flashsloth_detail_reason"),
        reply.get("flashsloth_tiles"),
    )


def text(model: FlashSloth, picture: Path, question: str, *, hd: bool) -> str:
    return model.chat(picture, hd=hd).ask(question, temperature=0).text()


CASES = [
    (SURE, WHAT, "sure", 1),
    (UNSURE, WHAT, "unsure", 5),
    (SURE, WHO, "refusal", 5),
    (UNSURE, WHO, "refusal", 5),
]


@pytest.mark.slow
def test_many_clients_at_once(server: RunningServer, tiled: FlashSloth) -> None:
    """Also twice as many as there are slots: those that read again do not lose their place."""
    cases = CASES * 5
    with ThreadPoolExecutor(len(cases)) as clients:
        found = list(clients.map(lambda case: asked(server, user(case[1], Image.open(case[0]))), cases))
    expected = [
        (text(tiled, picture, question, hd=tiles == 5), reason, tiles)
        for picture, question, reason, tiles in cases
    ]
    assert found == expected
    eventually(lambda: server.is_idle)


def test_a_stream_begins_with_the_answer_that_is_kept(server: RunningServer, tiled: FlashSloth) -> None:
    for picture, question, reason, tiles in CASES:
        body = {"messages": [user(question, Image.open(picture))], **AUTO, "stream": True}
        _, _, sent = server.request("POST", "/v1/chat/completions", {**body, DETAILED: True})
        chunks = [line for line in sent.decode().splitlines() if line.startswith("data: {")]
        parsed = [json.loads(line.removeprefix("data: ")) for line in chunks]
        streamed = "".join(
            each["choices"][0]["delta"].get("content", "") for each in parsed if each["choices"]
        )
        assert streamed == text(tiled, picture, question, hd=tiles == 5)
        for details in (parsed[0]["flashsloth"], parsed[-1]["flashsloth"]):
            assert (details["detail_reason"], details["tiles"]) == (reason, tiles)


def test_choices(server: RunningServer) -> None:
    question = "Which color is the fish?"
    fields = {CHOICES: ["red", "blue", "grey"]}
    seen = user(question, Image.open(UNSURE))
    assert asked(server, seen, **fields)[1:] == ("sure", 1)
    assert asked(server, seen, **fields, **{THRESHOLD: 0.999})[1:] == ("unsure", 5)


def test_a_later_turn_keeps_the_tiles(server: RunningServer, tiled: FlashSloth) -> None:
    """Another conversation about the picture decides for itself, and so does a repeated question."""
    first = user(WHAT, Image.open(UNSURE))
    answer, reason, _ = asked(server, first)
    assert reason == "unsure"
    assert asked(server, first)[1:] == ("unsure", 5)
    later = [first, {"role": "assistant", "content": answer}, user("Is there a fish?")]
    found, *how = asked(server, *later)
    assert how == ["fixed", 5]
    chat = tiled.chat(UNSURE, hd=True)
    said(chat.ask(WHAT, temperature=0))
    assert found == chat.ask("Is there a fish?", temperature=0).text()
    other = [user("Where?", Image.open(UNSURE)), {"role": "assistant", "content": "There"}, user(WHAT)]
    assert asked(server, *other)[1] != "fixed"


@pytest.mark.parametrize(("threshold", "tiles"), [(0, 1), (1, 5)])
def test_the_ends_of_the_range(
    server: RunningServer, tiled: FlashSloth, threshold: float, tiles: int
) -> None:
    for picture, question, *_ in CASES:
        found = asked(server, user(question, Image.open(picture)), **{THRESHOLD: threshold})
        assert found == (text(tiled, picture, question, hd=tiles == 5), "fixed", tiles)


def test_the_model_s_default_unless_the_server_runs_with_auto(tiled: FlashSloth) -> None:
    """Of OpenAI's `detail`, high is the model's default also then."""
    url = data_url(Image.open(SURE))

    def seen(client: openai.OpenAI, detail: str, **extra: Any) -> Any:
        part = {"type": "image_url", "image_url": {"url": url, "detail": detail}}
        reply = client.chat.completions.create(
            model="",
            messages=[{"role": "user", "content": [part, {"type": "text", "text": WHAT}]}],  # type: ignore[misc, list-item]
            extra_body=extra,
        )
        return (reply.model_extra or {}).get("flashsloth_tiles"), reply.usage.prompt_tokens_details

    for defaults, auto in (({}, None), ({"hd": "auto", "detail_threshold": 0.9}, 1)):
        with serving(lambda: tiled, defaults=defaults) as running, running.client() as client:
            tiles, counts = seen(client, "auto")
            assert (tiles, counts.image_tokens) == (auto, 16 if auto else 80)
            assert seen(client, "high")[0] is None
            assert seen(client, "low")[0] is None
            assert seen(client, "auto", **{HD: True})[0] is None


def test_requests_that_are_refused(server: RunningServer) -> None:
    for name, value in ((HD, "yes"), (HD, 1), (THRESHOLD, 2), (THRESHOLD, "0.5")):
        status, reply = server.ask({"messages": [user(WHAT)], name: value})
        assert (status, reply["error"]["param"]) == (400, name)


def test_an_explanation_reads_one_tile(server: RunningServer) -> None:
    body = {"messages": [user(WHAT, Image.open(UNSURE))], **AUTO}
    status, _, _ = server.request("POST", EXPLAIN_PATH, body)
    assert status == 200


def test_our_own_client(tiled: FlashSloth) -> None:
    """A chat with the server gives what one in this process does, turn by turn."""
    with command_server(tiled) as served:
        for picture in (SURE, UNSURE):
            here, there = (model.chat(picture, hd="auto") for model in (tiled, served.model))
            for question in (WHAT, WHO, WHAT):
                one, other = (
                    chat.ask(question, detail_threshold=0.9, temperature=0) for chat in (here, there)
                )
                assert said(one) == said(other)
                assert one.record.detail_reason == other.record.detail_reason
                assert (one.record.tiles, here.hd) == (other.record.tiles, there.hd)
                assert one.record.visual_tokens == other.record.visual_tokens
