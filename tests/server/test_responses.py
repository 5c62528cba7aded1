"""The Responses protocol: its answers are those of the chat protocol, its shapes those of the official
client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest import mock

import openai
import pydantic
import pytest
from openai.types.responses import Response, ResponseErrorEvent, ResponseStreamEvent
from PIL import Image

from flashsloth.chat import FlashSloth, Turn
from flashsloth.errors import BadRequest
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.images.reader import read_image
from flashsloth.server.protocol import CHAT_PATH, IGNORED_HEADER, PAGES, RESPONSES_PATH
from flashsloth.server.responses import parse_responses_request
from flashsloth.server.running_answer import RunningAnswer
from server.helpers import RunningServer, alone, data_url, encoded_url, eventually, warning_of
from server.test_extensions import pages
from server.test_response_format import SCHEMA

SEE = "What do you see?"
EVENT: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(ResponseStreamEvent)
ORDER = ["created", "in_progress", "output_item.added", "content_part.added", "output_text.delta"]
ORDER += ["output_text.done", "content_part.done", "output_item.done"]


@pytest.fixture
def client(server: RunningServer) -> Iterator[openai.OpenAI]:
    """The official client, which checks each response and event with pydantic."""
    with server.client(_strict_response_validation=True) as client:
        yield client
    eventually(lambda: server.is_idle)


def message(*parts: Any, role: str = "user") -> dict[str, Any]:
    """Return a message of texts, pictures and other parts."""
    content = [
        {"type": "input_text", "text": part}
        if isinstance(part, str)
        else {"type": "input_image", "image_url": data_url(part), "detail": "auto"}
        if isinstance(part, Image.Image)
        else part
        for part in parts
    ]
    return {"role": role, "content": content}


def events(server: RunningServer, body: dict[str, Any], **headers: str) -> list[Any]:
    """Return the events of a stream as they were sent, each checked as the client's type of its
    name."""
    status, found, text = server.request("POST", RESPONSES_PATH, {**body, "stream": True}, headers)
    assert (status, found["content-type"]) == (200, "text/event-stream; charset=utf-8")
    sent = []
    for lines in text.decode().split("\n\n")[:-1]:
        name, data = [
            line.partition(": ")[2] for line in lines.split("\n") if not line.startswith(":")
        ] or ["", ""]
        if name:
            sent.append(EVENT.validate_json(data))
            assert (name, len(sent) - 1) == (sent[-1].type, sent[-1].sequence_number)
    return sent


# ---- answers


@pytest.mark.parametrize("limit", [3, 24])
def test_an_answer(
    server: RunningServer,
    client: openai.OpenAI,
    nano: FlashSloth,
    pictures: list[Image.Image],
    limit: int,
) -> None:
    """Whole, and as events."""
    answer = nano.chat(pictures[0], system="Be brief.").ask(SEE, max_tokens=limit)
    text = answer.text()
    body: dict[str, Any] = {"input": [message(SEE, pictures[0])], "instructions": "Be brief."}
    body |= {"max_output_tokens": limit, "temperature": 0}
    status = "incomplete" if answer.reason == "length" else "completed"
    assert status == ("incomplete" if limit == 3 else "completed")
    whole = client.responses.create(model="nano", **body)
    *sent, last = events(server, body)
    for each in (whole, last.response):
        assert (each.output_text, each.status, each.model) == (text, status, "nano")
        assert (each.incomplete_details and each.incomplete_details.reason) == (
            "max_output_tokens" if limit == 3 else None
        )
        usage = each.usage
        assert (usage.input_tokens, usage.output_tokens) == (
            answer.stats.input_tokens,
            answer.stats.output_tokens,
        )
        assert usage.total_tokens == usage.input_tokens + usage.output_tokens
        assert usage.output_tokens_details.reasoning_tokens == 0
        assert usage.input_tokens_details.image_tokens == answer.stats.visual_tokens
        assert (each.instructions, each.max_output_tokens, each.temperature) == ("Be brief.", limit, 0)
        assert each.store is False
    assert last.response.usage.input_tokens_details.cached_tokens > 0
    kinds = [each.type.removeprefix("response.") for each in sent]
    assert [*dict.fromkeys(kinds)] == ORDER
    assert last.type == f"response.{status}"
    assert "".join(each.delta for each in sent if each.type.endswith("delta")) == text
    ids = {each.response.id for each in (*sent, last) if hasattr(each, "response")}
    assert len(ids) == 1
    items = {each.item.id if hasattr(each, "item") else each.item_id for each in sent[2:]}
    assert items == {last.response.output[0].id}
    assert [each.response.status for each in sent[:2]] == ["in_progress"] * 2


def test_the_helpers_of_the_client(client: openai.OpenAI, pictures: list[Image.Image]) -> None:
    """Its stream puts the response together, and its parser reads the answer as a model."""

    class Thing(pydantic.BaseModel):
        number: int
        is_red: bool

    with client.responses.stream(
        model="nano", input=[message(SEE, pictures[0])], max_output_tokens=24
    ) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        assert stream.get_final_response().output_text == text != ""
    parsed = client.responses.parse(model="nano", input=[message(SEE, pictures[0])], text_format=Thing)
    assert isinstance(parsed.output_parsed, Thing)


def test_an_answer_of_a_schema(
    client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    wanted: Any = {"format": {"type": "json_schema", "name": "thing", "strict": True, "schema": SCHEMA}}
    got = client.responses.create(model="nano", input=[message("How many?", pictures[0])], text=wanted)
    answer = nano.chat(pictures[0]).ask("How many?", schema=SCHEMA)
    assert json.loads(got.output_text) == answer.value()
    assert got.usage is not None
    assert got.usage.input_tokens == answer.stats.input_tokens  # the schema is in the prompt
    assert got.text is not None
    assert got.text.format.model_dump(by_alias=True, exclude_unset=True) == wanted["format"]


def test_a_conversation(client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """The client sends the items of earlier responses again, also what another model thought."""
    items: list[Any] = []
    turns: list[Turn] = []
    thought = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]}
    for question, new in ((SEE, pictures[:1]), ("How many shapes?", []), ("Why?", [])):
        items.append(message(question, *new))
        got = client.responses.create(model="nano", input=items, max_output_tokens=24)
        assert (
            got.output_text == nano.chat(pictures[0], turns=turns).ask(question, max_tokens=24).text()
        )
        if turns:
            assert got.usage is not None
            assert got.usage.input_tokens_details.cached_tokens > nano.config.visual_tokens(False)
        items += [thought, *got.output]
        turns.append(Turn(question, got.output_text, (), "stop", len(new)))


def test_an_error_in_the_middle_of_a_stream(server: RunningServer) -> None:
    """It is an event, the last one, without what is private; an error before it has its status."""
    with mock.patch.object(DecodeLoop, "decode", side_effect=RuntimeError("a secret path")):
        *_, last = events(server, {"input": "Hello."})
    assert isinstance(last, ResponseErrorEvent)
    assert last.code == "server"
    assert "secret" not in last.message
    status, _, text = server.request("POST", RESPONSES_PATH, {"input": "long " * 9000, "stream": True})
    assert (status, json.loads(text)["error"]["code"]) == (400, "context_length_exceeded")


def test_progress(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages are comments, which readers of events skip."""

    async def stages(self: RunningAnswer) -> AsyncIterator[dict[str, Any]]:
        yield {"stage": "queued", "place": 1}

    monkeypatch.setattr(RunningAnswer, "stages", stages)
    body, header = {"input": "Hello.", "stream": True}, {"x-flashsloth-progress": "1"}
    text = server.request("POST", RESPONSES_PATH, body, header)[2].decode()
    assert text.startswith(': flashsloth {"stage":"queued","place":1}\n\nevent: response.created\n')
    assert events(server, body, **header)[-1].type == "response.completed"
    assert events(server, body)[0].type == "response.created"


# ---- pages


def file_part(path: str, **fields: Any) -> dict[str, Any]:
    return (
        {"type": "input_file", **fields} if path == RESPONSES_PATH else {"type": "file", "file": fields}
    )


def about_file(path: str, **fields: Any) -> dict[str, Any]:
    """Return a request about a file, in either protocol."""
    if path == RESPONSES_PATH:
        return {"input": [message(SEE, file_part(path, **fields))], "max_output_tokens": 24}
    content = [{"type": "text", "text": SEE}, file_part(path, **fields)]
    return {"messages": [{"role": "user", "content": content}], "max_tokens": 24}


def posted(server: RunningServer, path: str, body: Any) -> tuple[int, Any]:
    status, _, text = server.request("POST", path, body)
    return status, json.loads(text)


@pytest.mark.parametrize("path", [CHAT_PATH, RESPONSES_PATH])
def test_a_file(
    server: RunningServer, nano: FlashSloth, pictures: list[Image.Image], path: str
) -> None:
    """A PDF as a data: URL or as base64 alone. Its name says which page; without one a warning says
    so."""
    pdf = pages(pictures[:3], "PDF")
    url = encoded_url(pdf, "application/pdf")
    place = "input[0].content[1]" if path == RESPONSES_PATH else "messages[0].content[1]"
    for name, page in ((None, None), ("scan.pdf", None), ("scan.pdf#2", 2), ("#3", 3)):
        for data in (url, url.partition(",")[2]):
            named = {} if name is None else {"filename": name}
            status, reply = posted(server, path, about_file(path, file_data=data, **named))
            assert status == 200, reply
            expected = alone(nano, SEE, read_image(pdf, page=page or 1).image)[1]
            assert json.dumps(expected) in json.dumps(reply)
            assert reply.get("warnings") == (None if page else [warning_of(place, "page 1 of 3")])
            assert reply[PAGES] == {place: 3}
    status, reply = posted(server, path, about_file(path, file_data=url, filename="scan.pdf#4"))
    assert (status, reply["error"]["message"].split(".")[0]) == (
        400,
        f"{place}: the file has 3 pages".split(".")[0],
    )


@pytest.mark.parametrize("path", [CHAT_PATH, RESPONSES_PATH])
def test_files_that_are_not_sent(server: RunningServer, path: str) -> None:
    """No address is fetched, and no file of this machine is read or looked for."""
    place = "input[0].content[1]" if path == RESPONSES_PATH else "messages[0].content[1].file"
    for name in ("file_id", "file_url"):
        status, reply = posted(server, path, about_file(path, **{name: "https://example.org/a.pdf"}))
        assert (status, reply["error"]["param"]) == (400, f"{place}.{name}")
    for data in ("https://example.org/a.pdf", "file:///etc/passwd", "/etc/passwd", "", "%%%"):
        status, reply = posted(server, path, about_file(path, file_data=data))
        assert (status, reply["error"]["code"][:6]) == (400, "image_"), data
    for data in ("\ud800", "data:application/pdf;base64,\ud800"):
        status, reply = posted(server, path, about_file(path, file_data=data))
        assert (status, reply["error"]["code"]) == (400, "bad_request")
    with mock.patch("os.path.exists", side_effect=AssertionError("the machine's files were asked")):
        assert parse_responses_request(
            about_file(RESPONSES_PATH, file_data="AA", filename="/etc/passwd#2")
        )


# ---- requests; what is refused is in test_requests.py


def parsed(**fields: Any) -> Any:
    return parse_responses_request({"input": "Why?", **fields})


def test_all_fields() -> None:
    low = {"type": "input_image", "image_url": " data:image/png;base64,AAAA\n", "detail": "low"}
    said = {"type": "output_text", "text": "x", "annotations": [], "logprobs": []}
    items = [
        {"role": "system", "content": "B"},
        {"type": "message", "role": "user", "content": "one", "id": None},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {
            "type": "message",
            "role": "assistant",
            "id": "msg_1",
            "status": "completed",
            "content": [said],
        },
        message("two", low),
    ]
    fields = {"max_output_tokens": 7.0, "temperature": 1, "top_p": 0.5, "stream": True, "model": "nano"}
    request = parsed(input=items, instructions="A", truncation="auto", **fields)
    assert request.turns == (Turn("one", "x", (), "stop", 0), Turn("two", "", (), "stop", 1))
    assert [(each.url, each.param) for each in request.pictures] == [
        ("data:image/png;base64,AAAA", "input[4].content[1]")
    ]
    assert (request.settings.system, request.settings.max_tokens, request.settings.hd) == (
        "A\nB",
        7,
        False,
    )
    assert request.body.sampling == {"temperature": 1, "top_p": 0.5}
    assert (request.body.model, request.body.stream) == ("nano", True)
    assert request.body.flashsloth_overflow == "drop-oldest"
    assert request.ignored == ("input[].id", "input[].status")
    assert parsed().body.flashsloth_overflow == "error"
    assert parsed().repeated["max_output_tokens"] is None


IGNORED = {
    "store": True,
    "include": ["reasoning.encrypted_content"],
    "metadata": {"a": "b"},
    "tools": [],
}
IGNORED |= {
    "reasoning": {"effort": "low"},
    "parallel_tool_calls": True,
    "user": "me",
    "text": {"verbosity": "low"},
}


def test_a_header_names_what_is_ignored(server: RunningServer) -> None:
    body = {
        "input": [{"role": "assistant", "content": "Hello!"}, message("Hi")],
        "max_output_tokens": 1,
        **IGNORED,
    }
    status, headers, text = server.request("POST", RESPONSES_PATH, body)
    assert status == 200, text
    named = {*IGNORED} - {"text"} | {"text.verbosity", "input[0]"}
    assert {*headers[IGNORED_HEADER].split(", ")} == named
    response = Response.model_validate_json(text, strict=True)
    assert (response.store, response.tools, response.parallel_tool_calls) == (False, [], False)  # type: ignore[attr-defined]


def test_a_range_is_said_once() -> None:
    with pytest.raises(BadRequest) as caught:
        parsed(temperature=-1)
    assert "0.001 to 1000" in str(caught.value)
    assert "1000" not in caught.value.hint
