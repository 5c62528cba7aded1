"""`ask` and `chat` with a server that is none of FlashSloth's: what it is sent, what of its answers is
told, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

import photos
from cli.conftest import QUESTION, Cli
from flashsloth.chat import FlashSloth
from flashsloth.errors import AnswerIncomplete, ContextTooLong
from flashsloth.images.reader import read_image
from flashsloth.server import registry
from flashsloth.server.protocol import CHOICES, FIELDS_HEADER, IN_PROMPT, REGEX
from messages import record
from server.command_server import TOKEN, command_server
from server.foreign_server import (
    ANSWER,
    LOCATION,
    MODEL,
    USAGE,
    Foreign,
    cut,
    error,
    foreign_server,
    streamed,
    whole,
)
from server.helpers import eventually

pytestmark = pytest.mark.usefixtures("no_model")
SCHEMA = {"type": "object", "properties": {"color": {"type": "string"}}, "required": ["color"]}


@pytest.fixture
def foreign(home: Path) -> Iterator[Foreign]:
    with foreign_server() as stub:
        yield stub


@pytest.fixture
def asking(cli: Cli, picture: Path, foreign: Foreign) -> Cli:
    """`asking(…)` asks the stub QUESTION about the picture."""
    return lambda *words, **options: cli(
        "ask", picture, QUESTION, "--server", foreign.url, *words, **options
    )


# What is sent


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/api/v1", "/v1/chat/completions"])
def test_a_question(cli: Cli, picture: Path, foreign: Foreign, ending: str) -> None:
    """By the protocol alone: the picture is whole and in PNG, and what was not asked for is left to the
    server."""
    assert cli("ask", picture, QUESTION, "--server", f"{foreign.url}{ending}").ok.out == f"{ANSWER}\n"
    (listed, *_), (path, headers, body) = foreign.requests
    prefix = "/api" if "api" in ending else ""
    assert (listed, path) == (f"{prefix}/v1/models", f"{prefix}/v1/chat/completions")
    assert "Authorization" not in headers
    [message] = body.pop("messages")
    [shown, text] = message["content"]
    head, _, data = shown["image_url"]["url"].partition(",")
    assert (message["role"], text, head) == (
        "user",
        {"type": "text", "text": QUESTION},
        "data:image/png;base64",
    )
    sent = Image.open(io.BytesIO(base64.b64decode(data)))
    assert ImageChops.difference(sent, Image.open(picture)).getbbox() is None
    options = {"model": MODEL, "max_tokens": 512, "temperature": 0.0, "stream": True}
    assert body == {**options, "stream_options": {"include_usage": True}}


def test_all_that_can_be_asked_for(asking: Cli, foreign: Foreign) -> None:
    foreign.reply = streamed('{"color": "red"}')
    schema = ("--schema", json.dumps(SCHEMA), "--set", "schema_in_prompt=false")
    done = asking(
        "-m",
        "llava",
        "-s",
        "Be short.",
        *schema,
        "--temperature",
        "0.5",
        "--seed",
        "3",
        "--max-tokens",
        "9",
    )
    assert done.ok.out == '{"color": "red"}\n'
    body = foreign.asked
    assert [message["content"] for message in body["messages"][:1]] == ["Be short."]
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    sent = {name: body[name] for name in ("model", "temperature", "seed", "max_tokens")}
    assert sent == {"model": "llava", "temperature": 0.5, "seed": 3, "max_tokens": 9}
    assert asking("--set", "stop=END", "--set", "top_k=5").code == 0
    assert (foreign.asked["stop"], foreign.asked["top_k"]) == (["END"], 5)
    assert "flashsloth" not in json.dumps(foreign.requests).replace(foreign.url, "")


@pytest.fixture
def other_user(foreign: Foreign) -> Foreign:
    """The stub, which says that it is FlashSloth, with a model that was trained without schemas."""
    foreign.headers = {FIELDS_HEADER: "1"}
    facts = {"schema_in_prompt": False, "folder": "/"}
    foreign.models = json.dumps({"data": [{"id": MODEL, "flashsloth": facts}]}).encode()
    return foreign


def chosen(*choices: tuple[Any, Any]) -> tuple[int, str, bytes]:
    """Return a streamed answer "no" with these choices."""
    given = [{"text": text, "probability": probability} for text, probability in choices]
    status, kind, data = streamed("no")
    return (
        status,
        kind,
        data.replace(b"[DONE]", json.dumps({CHOICES: given}).encode() + b"\n\ndata: [DONE]"),
    )


@pytest.mark.parametrize("named", [(), ("-m", MODEL)])
def test_flashsloth_of_another_user(asking: Cli, other_user: Foreign, named: tuple[str, ...]) -> None:
    """It gets the fields of choices, expressions and schemas, and no others of this program."""
    other_user.reply = chosen(("yes", 0.25), ("no", 0.75))
    document = asking(*named, "--choices", "yes,no", "--json").document
    assert document["choices"] == [
        {"text": "yes", "probability": 0.25},
        {"text": "no", "probability": 0.75},
    ]
    sent: list[dict[str, Any]] = [other_user.asked]
    other_user.reply = streamed("12")
    assert asking(*named, "--regex", "[0-9]+").ok.out == "12\n"
    sent.append(other_user.asked)
    other_user.reply = streamed('{"color": "red"}')
    for words in ((), ("--set", "schema_in_prompt=true")):
        assert asking(*named, "--schema", json.dumps(SCHEMA), *words).ok.out == '{"color": "red"}\n'
        sent.append(other_user.asked)
    assert asking(*named).code == 0
    sent.append(other_user.asked)
    own = [{name: body[name] for name in body if name.startswith("flashsloth")} for body in sent]
    told = {IN_PROMPT: False}  # the question has it, or the model was not trained with it
    assert own == [{CHOICES: ["yes", "no"]}, {REGEX: "[0-9]+", **told}, told, told, {}]
    questions = [body["messages"][0]["content"][-1]["text"] for body in sent]
    assert [question.removeprefix(QUESTION) for question in questions[:3]] == ["", "", ""]
    assert json.dumps(SCHEMA["properties"], separators=(",", ":")) in questions[3]
    assert "flashsloth" not in json.dumps([body["messages"] for body in sent])
    # a plain question about a named model needs no list
    assert len(other_user.requests) == (9 if named else 10)


@pytest.mark.parametrize(
    "reply",
    [
        streamed("no"),
        chosen(("no", 0.75), ("yes", 0.25)),
        chosen(("yes", 0.25)),
        chosen(("yes", "\x1b"), ("no", 0.75)),
        chosen(("yes", float("nan")), ("no", 0.75)),
        chosen(("yes", -1), ("no", 2)),
    ],
)
def test_choices_that_are_not_those_of_the_question(
    asking: Cli, other_user: Foreign, reply: Any
) -> None:
    other_user.reply = reply
    done = asking("--choices", "yes,no")
    assert (done.code, "ended in the middle of the answer" in done.err) == (6, True)
    assert asking("--choices", "yes,no", "--json").error_document["code"] == "server"


def test_a_chat_with_flashsloth_of_another_user(cli: Cli, picture: Path, other_user: Foreign) -> None:
    lines = b"What?\n/set regex [0-9]\nWhat?\n"
    done = cli("chat", "--plain", picture, "--server", other_user.url, "-m", MODEL, input=lines)
    assert done.code == 0
    assert REGEX not in other_user.requests[0][2]
    assert other_user.requests[2][2][REGEX] == "[0-9]"
    assert "flashsloth_" not in json.dumps(other_user.asked["messages"])
    assert [path.rpartition("/v1/")[2] for path, *_ in other_user.requests[:3]] == [
        "chat/completions",
        "models",
        "chat/completions",
    ]


def test_a_real_flashsloth_of_another_user(
    cli: Cli, square: Path, nano: FlashSloth, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", TOKEN)
    expected = nano.chat(str(square)).ask("Is it red?", choices=["yes", "no"])
    expected.text()
    with command_server(nano) as other:
        words = ("ask", square, "Is it red?", "--server", other.record.url)
        for named in ((), ("-m", nano.name)):
            document = cli(*words, *named, "--choices", "yes,no", "--json").document
            for ours, theirs in zip(document["choices"], expected.choices or (), strict=True):
                assert ours["text"] == theirs.text
                assert ours["probability"] == pytest.approx(theirs.probability, abs=1e-4)
        assert re.fullmatch("[0-9]{2}\n", cli(*words, "--regex", "[0-9]{2}").ok.out)
        assert json.loads(cli(*words, "--schema", "red boolean").ok.out).keys() == {"red"}
        monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", "another-key")
        cli(*words, "-m", "nano", "--regex", "[0-9]{2}").refused(6, "FLASHSLOTH_SERVER_KEY")


def test_a_list_that_is_refused(asking: Cli, foreign: Foreign) -> None:
    """A named model need not be listed: what OpenAI's protocol has is asked."""
    foreign.models_status = 404
    asking("-m", MODEL, "--regex", "[0-9]+").refused(2, "regular expressions")
    foreign.reply = streamed('{"color": "red"}')
    assert asking("-m", MODEL, "--schema", json.dumps(SCHEMA)).ok.out == '{"color": "red"}\n'
    assert "flashsloth" not in json.dumps(foreign.asked)


def test_two_pictures(cli: Cli, picture: Path, square: Path, foreign: Foreign) -> None:
    """In order, before the question, and without a warning of what this project's models were trained
    on."""
    done = cli("ask", picture, square, "Which is red?", "--server", foreign.url)
    assert (done.out, done.err) == (f"{ANSWER}\n", "")
    *shown, text = foreign.asked["messages"][0]["content"]
    sizes = [
        Image.open(io.BytesIO(base64.b64decode(each["image_url"]["url"].partition(",")[2]))).size
        for each in shown
    ]
    assert (sizes, text["text"]) == ([(160, 120), (140, 140)], "Which is red?")


def sent_picture(foreign: Foreign) -> tuple[str, bytes]:
    """Return the kind and the bytes of the picture of the last question."""
    url = foreign.asked["messages"][-1]["content"][0]["image_url"]["url"]
    head, _, data = url.partition(";base64,")
    return head.removeprefix("data:image/"), base64.b64decode(data)


def test_pictures_as_they_are_seen(cli: Cli, foreign: Foreign) -> None:
    """A JPEG that is complete and upright goes with its own bytes, without metadata, all else as
    PNG."""
    image = photos.photo(photos.PATHS[0].name).resize((300, 200))
    upright = photos.turned(image, 1)
    files = {"upright.jpg": upright, "turned.jpg": photos.turned(image, 6), "cut.jpg": upright[:-900]}
    files["png.png"] = photos.encoded(image, "PNG", exif=Image.Exif(), dpi=(7, 7))
    for name, data in files.items():
        Path(name).write_bytes(data)
        for more in ((), ("--crop", "50%,0,50%,50%"), ("--set", "max_side=100")):
            assert cli("ask", name, QUESTION, "--server", foreign.url, *more).code == 0
            kind, sent = sent_picture(foreign)
            assert kind == ("jpeg" if name == "upright.jpg" and not more else "png")
            assert not [word for word in (b"Exif", b"eXIf", b"pHYs", b"iCCP", b"tEXt") if word in sent]
            shown = Image.open(io.BytesIO(sent)).convert("RGB")
            expected = read_image(name, crop=more[1] if "--crop" in more else None).image
            if "--set" in more:
                expected = expected.resize((100, 67), Image.Resampling.BICUBIC)
            assert ImageChops.difference(shown, expected).getbbox() is None, (name, more)
    words = ("--server", foreign.url, "--set", "max_side=300")
    assert cli("ask", "upright.jpg", QUESTION, *words).code == 0
    assert sent_picture(foreign)[0] == "jpeg"
    document = cli(
        "ask", "png.png", "-p", "What?", "--server", foreign.url, "--set", "max_side=99", "--json"
    )
    assert document.document["options"]["max_side"] == 99


def test_a_conversation(cli: Cli, picture: Path, foreign: Foreign, home: Path) -> None:
    """Earlier turns are sent as text. It is kept, and goes on with the same model."""
    (home / "config.toml").write_text("history = true\n")
    lines = f"{QUESTION}\nWhere?\n/stats\n/images\n/model\n".encode()
    talk = cli("chat", "--plain", picture, "--server", foreign.url, input=lines).ok
    assert talk.out == f"{ANSWER}\n{ANSWER}\n"
    assert f"{MODEL}, foreign model through " in talk.err
    assert "4 tokens · prompt 700 · foreign model\n" in talk.err
    assert not [word for word in ("context", "visual", "memory") if word in talk.err]
    roles = [message["role"] for message in foreign.asked["messages"]]
    assert (roles, foreign.asked["messages"][1]) == (
        ["user", "assistant", "user"],
        {"role": "assistant", "content": ANSWER},
    )
    assert cli("ask", "-c", "And?", "--server", foreign.url).ok.out == f"{ANSWER}\n"
    assert (len(foreign.asked["messages"]), foreign.asked["model"]) == (5, MODEL)
    assert "flashsloth" not in json.dumps(foreign.asked)


def test_turns_of_another_model_are_text(nano: FlashSloth, foreign: Foreign) -> None:
    from flashsloth.server.http_client import ForeignServer
    from flashsloth.server.remote_chat import RemoteModel

    earlier = nano.chat()
    earlier.ask("Hello", max_tokens=4).text()
    chat = RemoteModel.foreign(ForeignServer(foreign.url), "nano").chat(turns=earlier.turns)
    assert chat.ask("And?").text() == ANSWER
    assert foreign.asked["messages"][1] == {"role": "assistant", "content": earlier.turns[0].answer}


def test_keys(asking: Cli, foreign: Foreign, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is that of the variable, never one of a record, and in no message."""
    with command_server(nano) as own, registry.registered(own.record):
        assert asking().code == 0
        assert not [headers for _, headers, _ in foreign.requests if TOKEN in str(headers)]
        monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", "a-key-of-the-other")
        assert asking().code == 0
        assert [headers["Authorization"] for _, headers, _ in foreign.requests[2:]] == [
            "Bearer a-key-of-the-other"
        ] * 2
    for before in ("wrong key", "x" * 195):  # a long message is shortened
        foreign.reply = error(401, {"error": {"message": f"{before} a-key-of-the-other{'y' * 400}"}})
        done = asking()
        done.refused(6, "refused the request", "FLASHSLOTH_SERVER_KEY")
        assert "a-key" not in done.err
    foreign.reply = streamed("A red", reason="for a-key-of-the-other")
    done = asking()
    assert ("it says 'for (the key)'" in done.err, "a-key" in done.err) == (True, False)
    monkeypatch.setenv("FLASHSLOTH_SERVER_KEY", "two\nlines")
    asking().refused(2, "FLASHSLOTH_SERVER_KEY")


# What of an answer is told


@pytest.mark.parametrize(
    ("reply", "usage"),
    [
        (streamed("A red", " disc."), {"input_tokens": 700, "output_tokens": 4}),
        (streamed("A red", " disc.", usage=None), {}),
        (streamed("A red", " disc.", usage={"prompt_tokens": "7", "completion_tokens": -1}), {}),
        (whole(usage={**USAGE, "prompt_tokens_details": {"cached_tokens": 5}}), {"cached_tokens": 5}),
        (whole(), {}),
        *((streamed("A red", " disc.", usage=usage), {}) for usage in ("none", [7], 7, True)),
        (whole(usage={**USAGE, "prompt_tokens_details": [5]}), {"output_tokens": 4}),
        (whole(usage={"prompt_tokens": 10**400, "completion_tokens": 10**400}), {}),  # fits no float
    ],
)
def test_a_document(asking: Cli, foreign: Foreign, reply: Any, usage: dict[str, int]) -> None:
    """What the server does not tell is null."""
    foreign.reply = reply
    document = asking("--json").document
    assert (document["response"], document["finish_reason"], document["server"]) == (
        ANSWER,
        "stop",
        foreign.url,
    )
    assert document["model"] == {"name": MODEL, **dict.fromkeys(set(document["model"]) - {"name"})}
    told = {name: value for name, value in document["usage"].items() if value is not None}
    assert told.items() >= usage.items()
    assert usage or not told
    assert (document["token_ids"], document["options"]["hd"], document["memory"]) == (
        None,
        None,
        {"peak_bytes": None},
    )
    assert (document["timings"]["image_ms"], document["timings"]["ttft_ms"] > 0) == (None, True)
    assert (document["timings"]["tokens_per_second"] is None) == (
        "output_tokens" not in document["usage"] or not told
    )
    [image] = document["images"]
    assert {name for name, value in image.items() if value is None} >= {
        "visual_tokens",
        "seen_width",
        "cached",
    }
    assert image["width"] == 160


def test_each_picture(cli: Cli, picture: Path, square: Path, foreign: Foreign) -> None:
    words = ("ask", "--each", picture, square, "-p", QUESTION, "--server", foreign.url)
    assert cli(*words).ok.out == f"{picture}: {ANSWER}\n{square}: {ANSWER}\n"
    assert [row["token_ids"] for row in cli(*words, "--json").ok.rows] == [None, None]
    # a server that counts no tokens has not failed at a grammar
    foreign.reply = streamed('{"color": "r', reason="length", usage=None)
    found = cli(*words, "--schema", json.dumps(SCHEMA), "--json")
    assert [row["error"]["hint"] for row in found.rows] == 2 * [
        f"{AnswerIncomplete.hint} It ended in the value of /color."
    ]


def test_an_answer_that_is_cut(asking: Cli, foreign: Foreign) -> None:
    foreign.reply = streamed("A red", reason="length")
    assert "cut at 512 tokens" in asking().ok.err
    foreign.reply = streamed('{"color": "r', reason="length", usage=None)
    asking("--schema", json.dumps(SCHEMA)).refused(8, "was cut")
    foreign.reply = streamed("Sorry, I cannot do that.")
    ignored = asking("--schema", json.dumps(SCHEMA))
    ignored.refused(8, "ignores schemas")
    assert "--max-tokens" not in ignored.err  # a longer answer would not help


@pytest.mark.parametrize(
    ("reason", "said"),
    [("content_filter", "content filter"), ("tool_calls", "called a tool"), ("x\x1b", "'x\\x1b'")],
)
def test_another_reason_of_the_end(asking: Cli, foreign: Foreign, reason: str, said: str) -> None:
    """It is a warning: the answer may not be whole."""
    foreign.reply = streamed("A red", reason=reason)
    document = asking("--json").document
    assert document["finish_reason"] == "interrupted"
    [warning] = document["warnings"]
    assert said in warning
    assert said in asking().err


PLAIN = streamed("A red", " disc.")[2]
CHUNK = json.dumps({"choices": [{"delta": {"content": ANSWER}, "finish_reason": "stop"}]})
PARTS = [{"type": "text", "text": ANSWER}, {"type": "image_url", "text": None}]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"data", b"\xef\xbb\xbfdata"),  # of pieces that a gateway has joined
        PLAIN.replace(b"\r\n", b"\r"),
        PLAIN.replace(b"\r\n\r\n", b"\n"),  # without the lines that end events
        PLAIN.replace(b"data", b"event: message\nid: 7\nretry: 10\ndata"),
        b"data\n\ndata:\n\ndata: \n\n" + PLAIN,
        b"data: null\n\ndata: ping\n\n" + PLAIN,
        b"event: ping\ndata: 2026-08-28T10:00:00Z\n\n" + PLAIN,
        b"event: keep-alive\ndata: [1]\n\n" + PLAIN,
        PLAIN.replace(b"data: [DONE]\r\n\r\n", b""),
        PLAIN.replace(b'"stop"', b"null"),  # [DONE] ends it
        f"data: {CHUNK}".encode(),
        f"data:{json.dumps(json.loads(CHUNK), indent=0)}".replace("\n", "\ndata: ").encode(),
        json.dumps(json.loads(CHUNK), indent=1).encode(),
        CHUNK.replace(json.dumps(ANSWER), json.dumps(PARTS)).encode(),
        streamed(PARTS, [{"type": "thinking", "thinking": []}])[2],  # type: ignore[arg-type]
    ],
)
def test_streams_of_gateways(asking: Cli, foreign: Foreign, data: bytes) -> None:
    for kind in ("text/event-stream", "application/json"):
        foreign.reply = (200, kind, data)
        done = asking().ok
        assert (done.out, done.err) == (f"{ANSWER}\n", "")


def test_half_characters(cli: Cli, picture: Path, foreign: Foreign, home: Path) -> None:
    """Two halves that come in two pieces are one character. A half without the other can be neither
    saved nor exported, so it becomes a replacement character."""
    (home / "config.toml").write_text("history = true\n")
    foreign.reply = streamed("\ude00 A \ud800b", "\ud83d", "\ude00, \ud83d", "c", " \ud83d")
    said = "\ufffd A \ufffdb\U0001f600, \ufffdc \ufffd"
    lines = f"{QUESTION}\n/export talk.html\n/export talk.json\n".encode()
    talk = cli("chat", "--plain", picture, "--server", foreign.url, input=lines).ok
    assert talk.out == f"{said}\n"
    assert f'<div class="answer">{said}</div>' in Path("talk.html").read_text(encoding="utf-8")
    assert json.loads(Path("talk.json").read_text(encoding="utf-8"))["turns"][0]["answer"] == said
    assert json.loads(cli("sessions", "show", "--json").ok.out)["turns"][0]["answer"] == said


def test_a_full_context_of_another_flashsloth(asking: Cli, foreign: Foreign) -> None:
    """Its message ends with the hint, as all its messages do: it is said once."""
    message = f"the prompt is too long. {ContextTooLong.hint}"
    code = "context_length_exceeded"
    foreign.reply = error(400, {"error": {"message": message, "code": code}})
    done = asking()
    assert (done.code, done.err.count(ContextTooLong.hint)) == (9, 1)


# What is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--choices", "yes,yes please"), "choices"),
        (("--regex", "[0-9]+"), "regular expressions"),
        (("--hd",), "tiles"),
        (("--adapter", "/tmp"), "adapter"),
        (("--quant", "int4"), "Leave out --quant,"),
        (("--explain", "where.png"), "--explain"),
        (("--show-input", "input.png"), "--show-input"),
    ],
)
def test_what_the_protocol_does_not_have(
    asking: Cli, foreign: Foreign, words: tuple[str, ...], said: str
) -> None:
    asking(*words).refused(2, said)
    assert not [path for path, *_ in foreign.requests if "chat" in path]


def test_commands_that_the_protocol_does_not_have(cli: Cli, picture: Path, foreign: Foreign) -> None:
    foreign.reply = streamed("A red", reason="length")
    lines = b"What?\n/explain where.png\n/continue\n/set regex [0-9]\nWhat?\n/set regex off\n"
    talk = cli("chat", "--plain", picture, "--server", foreign.url, input=lines)
    assert (talk.code, talk.out) == (2, "A red\nA red\n")  # the expression was not set
    errors = [line for line in talk.err.splitlines() if line.startswith("error: ")]
    for said, missing in zip(errors, ("explanations", "continue", "regular"), strict=True):
        assert missing in said
    record(talk.err)
    assert "opened here" not in talk.err


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (error(401, {"error": {"message": "no key"}}), 6, "FLASHSLOTH_SERVER_KEY"),
        (
            error(404, {"object": "error", "message": "The model `x` does not exist.", "code": 404}),
            6,
            "-m",
        ),
        (error(404, {"detail": "Not Found"}), 6, "Not Found"),
        (error(429, {"error": {"message": "slow down"}}), 6, "is busy: slow down"),
        (error(500, {"error": "out of cards"}), 6, "failed: out of cards"),
        ((502, "text/html", b"<html>"), 6, "status 502"),
        ((301, "text/html", b""), 6, f"redirects the request: {LOCATION}"),
        (
            error(400, {"error": {"message": "too long", "code": "context_length_exceeded"}}),
            9,
            "too long",
        ),
        (
            error(
                400,
                {"error": {"message": "too long", "type": "exceed_context_size_error", "code": 400}},
            ),
            9,
            "too",
        ),
        (error(400, {"error": {"message": "\x1b[2J" + "x" * 9000, "code": ["?"]}}), 6, "failed"),
        (
            (200, "text/event-stream", b'event: error\ndata: {"error": {"message": "no room"}}\n\n'),
            6,
            "no room",
        ),
        (
            (200, "text/event-stream", b'data: {"object": "error", "message": "no room"}\n\n'),
            6,
            "no room",
        ),
        (error(200, {"error": {"message": "no room"}}), 6, "failed: no room"),
        ((200, "text/event-stream", b'data: {"choices": []}\n\n{"error": "no room"}'), 6, "no room"),
        ((200, "text/event-stream", b""), 6, "OpenAI's protocol"),
        ((200, "text/event-stream", b"data: [DONE]\n\n"), 6, "OpenAI's protocol"),
        (
            (200, "text/event-stream", b"data: out of memory\n\ndata: [DONE]\n\n"),
            6,
            "OpenAI's protocol",
        ),
        ((200, "text/event-stream", b"data: {]\n\n"), 6, "OpenAI's protocol"),
        ((200, "application/json", b"[" * 100_000), 6, "OpenAI's protocol"),
        (
            (200, "application/json", b'{"choices": [{"message": {"content": ["a"]}}]}'),
            6,
            "OpenAI's protocol",
        ),
        ((200, "text/html", b"<html>a login page</html>"), 6, "OpenAI's protocol"),
    ],
)
def test_errors(asking: Cli, foreign: Foreign, reply: Any, code: int, said: str) -> None:
    foreign.reply = reply
    done = asking()
    done.refused(code, said)
    assert "\x1b" not in done.err
    assert len(done.err) < 1500
    assert "ps`" not in done.err


def test_replies_of_too_many_values(asking: Cli, foreign: Foreign) -> None:
    """They would take 25 times their size in memory. A list of models may have ten times as many, and
    a text any number of brackets and commas."""
    many = {"more": ['"\\"', []] * 60_000}
    for reply in (whole(**many), (200, "text/event-stream", b"data: " + whole(**many)[2] + b"\n\n")):
        foreign.reply = reply
        asking().refused(6, "OpenAI's protocol")
    foreign.reply = error(500, {"error": {"message": "no room"}, **many})
    asking().refused(6, "failed: status 500")
    foreign.reply = whole()
    foreign.models = json.dumps({"data": [{"id": MODEL}], **many}).encode()
    assert asking().ok.out == f"{ANSWER}\n"
    foreign.models = json.dumps({"data": [{"id": MODEL}], "more": [[]] * 1_000_000}).encode()
    asking().refused(6, "OpenAI's protocol")
    foreign.reply = streamed('"[\\' * 150_000)
    assert asking("-m", MODEL).ok.out == '"[\\' * 150_000 + "\n"
    foreign.reply = (200, "application/json", json.dumps({"choices": []}).encode("utf-16"))
    asking("-m", MODEL).refused(6, "OpenAI's protocol")


def test_a_picture_that_is_refused_before_it_has_been_read(cli: Cli, home: Path) -> None:
    """As by nginx. The error is that of the server, not of the connection."""
    noise = Image.effect_noise((2400, 1800), 90).convert("RGB")
    noise.save("noise.png")
    reply = b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply)

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        cli("ask", "noise.png", QUESTION, "--server", url, "-m", "m").refused(6, "status 413")
        thread.join()


@pytest.mark.parametrize(
    "reply",
    [
        cut(streamed("A red", " disc."), "disc"),
        cut(streamed("A red"), '"stop"'),
        cut(streamed("A red", reason=None, usage=None), "data: [DONE]"),
        (200, "text/event-stream", streamed("A red")[2].replace(b"[DONE]", b"{]\r\ndata: [DONE]")),
    ],
)
def test_a_server_that_ends_in_the_middle(
    cli: Cli, picture: Path, foreign: Foreign, reply: Any
) -> None:
    """What came stays, as an interrupted turn, and is not taken for a whole answer."""
    foreign.reply = reply
    done = cli("ask", picture, QUESTION, "--server", foreign.url)
    assert (done.code, done.out) == (6, "A red\n")
    record(done.err)
    assert (
        cli("ask", picture, QUESTION, "--server", foreign.url, "--json").error_document["code"]
        == "server"
    )


def test_a_server_that_keeps_the_connection(asking: Cli, foreign: Foreign) -> None:
    """After the end of the stream nothing is awaited."""
    foreign.stays = threading.Event()
    for end in (b"\r\n", b"\n", b"\r"):
        foreign.reply = (200, "text/event-stream", PLAIN.replace(b"\r\n", end))
        assert asking().out == f"{ANSWER}\n"


def test_a_server_without_a_model(asking: Cli, foreign: Foreign) -> None:
    """It speaks the protocol, and may know models that it does not list. ollama lists null."""
    for models in (b'{"data": []}', b'{"object": "list", "data": null}'):
        foreign.models = models
        asking().refused(6, f"the server on {foreign.url} lists no model", "-m")
        assert asking("-m", "llava").ok.out == f"{ANSWER}\n"


@pytest.mark.parametrize(
    "models", [b"{}", b"[]", b'{"data": [{"id": 3}]}', b'{"data": [{"id": "\\n"}]}']
)
def test_a_list_of_models_that_is_none(asking: Cli, foreign: Foreign, models: bytes) -> None:
    foreign.models = models
    assert asking().code == 6
    assert asking("-m", "llava").ok.out == f"{ANSWER}\n"


def test_addresses(cli: Cli, picture: Path, foreign: Foreign, nano: FlashSloth) -> None:
    """A port and a host with a port mean a server of one's own alone, as do the addresses of the
    records."""
    for address in (str(foreign.port), f"localhost:{foreign.port}"):
        cli("ask", picture, QUESTION, "--server", address).refused(3, "server_not_found", "http://")
    login = cli("ask", picture, QUESTION, "--server", f"http://me:secret@127.0.0.1:{foreign.port}")
    login.refused(2, "FLASHSLOTH_SERVER_KEY")
    assert "secret" not in login.err
    assert foreign.requests == []
    cli("ask", picture, QUESTION, "--server", "http://127.0.0.1:1").refused(
        6, "does not answer", "Check its address"
    )
    for wrong in (
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:abc",
        "http://127.0.0.1:1/v1?x=1",
    ):
        cli("ask", picture, QUESTION, "--server", wrong).refused(2, wrong)
    with command_server(nano) as own, registry.registered(own.record):
        for address in (own.record.url, f"{own.record.url}/v1"):
            assert cli("ask", picture, QUESTION, "--server", address, "--json").document["token_ids"]


def test_ctrl_c_before_the_first_token(program: Any, picture: Path, foreign: Foreign) -> None:
    foreign.wait = threading.Event()
    process = program.start("ask", picture, QUESTION, "--server", foreign.url)
    eventually(lambda: len(foreign.requests) == 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
