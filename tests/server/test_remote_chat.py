"""Conversations with a model that a server has open, beside the same ones with the model in this process."""

from __future__ import annotations

import http.server
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from flashsloth.chat import Chat, FlashSloth, Turn
from flashsloth.chat.conversation import Conversation
from flashsloth.errors import (
    ContextTooLong,
    InvalidConfiguration,
    OptionError,
    ServerError,
    ServerUnreachable,
)
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.events import Token
from flashsloth.server import client, command_protocol
from flashsloth.server.remote_chat import end_record
from flashsloth.server.security import AccessRules
from server.command_server import TOKEN, CommandServer, command_server, cut_after
from server.helpers import eventually

QUESTIONS = ("What is in the picture?", "What color is it?", "How many things are there?")
DIGITS = 60  # bytes by which the lengths of two answers may differ: their durations are written in full


@pytest.fixture
def picture(pictures: list[Image.Image]) -> Image.Image:
    return pictures[0]


@pytest.fixture(scope="module")
def own(nano: FlashSloth) -> Iterator[CommandServer]:
    with command_server(nano) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_left(own: CommandServer) -> Iterator[None]:
    yield
    eventually(lambda: own.running.is_idle)


Talk = Callable[[Chat, list[Image.Image]], None]


def say(chat: Chat, question: str, **options: Any) -> str:
    return chat.ask(question, **{"max_tokens": 16, **options}).text()


def turns(chat: Chat, _: list[Image.Image]) -> None:
    for question in QUESTIONS:
        say(chat, question)


def several_pictures(chat: Chat, pictures: list[Image.Image]) -> None:
    say(chat, QUESTIONS[0])
    chat.add_image(pictures[1])
    chat.add_image(pictures[2])
    say(chat, QUESTIONS[1])
    chat.remove_image(1)
    say(chat, QUESTIONS[2])


def second_thoughts(chat: Chat, _: list[Image.Image]) -> None:
    say(chat, QUESTIONS[0], max_tokens=2)
    chat.continue_answer(max_tokens=3).text()
    chat.continue_answer().text()
    say(chat, QUESTIONS[1])
    chat.retry().text()
    chat.retry(QUESTIONS[2], max_tokens=5).text()
    chat.undo()
    say(chat, QUESTIONS[1])


def sampled(chat: Chat, _: list[Image.Image]) -> None:
    say(chat, QUESTIONS[0], temperature=1.5, top_k=20, seed=7)
    say(chat, QUESTIONS[0], stop=["a", "o"], repetition_penalty=1.3)


def without_the_picture(chat: Chat, _: list[Image.Image]) -> None:
    chat.remove_image(1)
    say(chat, "What is in the picture?")


def long(chat: Chat, _: list[Image.Image]) -> None:
    chat.overflow = "drop-oldest"
    for question in QUESTIONS:
        say(chat, question + " Look at it again." * 90)


def read_ahead(chat: Chat, pictures: list[Image.Image]) -> None:
    chat.prefill()
    say(chat, QUESTIONS[0])
    chat.add_image(pictures[1])
    chat.prefill()
    say(chat, QUESTIONS[1])


def stopped(chat: Chat, _: list[Image.Image]) -> None:
    answer = chat.ask(QUESTIONS[0], max_tokens=64)
    events = answer.events()
    for _ in range(2):
        next(events)
    answer.close()
    say(chat, QUESTIONS[1])


TALKS = (turns, several_pictures, second_thoughts, sampled, without_the_picture, long, read_ahead, stopped)


@pytest.mark.parametrize("hd", [False, True], ids=["one tile", "tiles"])
@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.__name__)
def test_the_same_conversation(
    own: CommandServer, nano: FlashSloth, pictures: list[Image.Image], talk: Talk, hd: bool
) -> None:
    if hd and talk is long:
        pytest.skip("the same")
    chats: list[Chat] = []
    for model in (nano, own.model):
        chats.append(model.chat(pictures[0], system="Answer briefly.", hd=hd))
        talk(chats[-1], pictures)
    here, there = chats
    assert here.turns
    assert there.turns == here.turns
    assert there.forgotten == here.forgotten
    assert there.context_used == here.context_used
    assert there.visual_tokens == here.visual_tokens
    assert here.last_stats is not None
    assert there.last_stats is not None
    counts = ("input_tokens", "visual_tokens", "query_tokens", "output_tokens")
    assert [getattr(there.last_stats, name) for name in counts] == [getattr(here.last_stats, name) for name in counts]


def test_warnings_and_defaults(own: CommandServer, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    for images in ([], pictures[:1], pictures[:2]):
        asked = [model.chat(*images, hd=True).ask("What is in this picture?") for model in (nano, own.model)]
        assert asked[0].warnings == asked[1].warnings
        assert asked[0].sampling == asked[1].sampling
    assert own.model.chat().system == nano.chat().system
    assert own.model.context_length == nano.context_length


def test_a_restored_conversation(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    """Turns of another model come without ids, which the server makes of the text."""
    earlier = nano.chat(picture)
    say(earlier, QUESTIONS[0])
    for saved in (earlier.turns, [replace(turn, token_ids=()) for turn in earlier.turns]):
        here, there = (model.chat(picture, turns=saved) for model in (nano, own.model))
        assert say(there, QUESTIONS[1]) == say(here, QUESTIONS[1])


def test_an_answer_that_goes_on_without_ids(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    """Turns of another model are texts: their ids are those that this model gives them."""
    saved = [Turn(QUESTIONS[0], "There is", (), "length", 1)]
    there, here = (model.chat(picture, turns=saved) for model in (own.model, nano))
    for chat in (there, here):
        chat.continue_answer(max_tokens=8).text()
    assert there.turns == here.turns
    assert list(there.turns[0].token_ids[:2]) == nano.prompt.text(" There is")
    assert say(there, QUESTIONS[1]) == say(here, QUESTIONS[1])


def test_a_request_that_is_refused(own: CommandServer, picture: Image.Image) -> None:
    """The server answers, but not this: the error says why."""
    body = {"conversation": {}, "pictures": ["x" * 2**20]}
    with pytest.raises(ServerUnreachable, match="refused the request: "):
        client.post(own.record, command_protocol.CONTEXT_PATH, body)


def test_errors_are_the_same(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    def error_of(model: Any, **options: Any) -> tuple[type, str, str]:
        question = options.pop("question", QUESTIONS[0])
        with pytest.raises((ContextTooLong, OptionError)) as raised:
            model.chat(picture).ask(question, **options).text()
        return type(raised.value), str(raised.value), raised.value.hint

    cases: list[dict[str, Any]] = [
        {"question": "word " * 3000},
        {"question": "x" * 2_000_000},
        {"temperature": -1.0},
        {"max_tokens": 0},
    ]
    for case in cases:
        assert error_of(own.model, **case) == error_of(nano, **case)
    with pytest.raises(OptionError, match="no turn"):
        own.model.chat(picture).retry()


def test_closing_ends_the_computation(own: CommandServer, picture: Image.Image) -> None:
    cancelled = own.running.scheduler.counters.cancelled
    answer = own.model.chat(picture).ask(QUESTIONS[0], max_tokens=2000, stop=(), temperature=3.0, seed=1)
    next(answer.events())
    answer.close()
    eventually(lambda: own.running.is_idle)
    assert own.running.scheduler.counters.cancelled == cancelled + 1 or answer.reason == "interrupted"


def test_a_question_during_a_prefill(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    chat = own.model.chat(picture)
    thread = threading.Thread(target=chat.prefill)
    thread.start()
    assert say(chat, QUESTIONS[0]) == say(nano.chat(picture), QUESTIONS[0])
    thread.join(30)
    assert not thread.is_alive()


# A server that ends


def cut_and_check(own: CommandServer, picture: Image.Image, whole: str, limit: int) -> str:
    """Ask over a connection that is cut after some bytes. Return what came of it."""
    with cut_after(own.running.port, limit) as port:
        chat = own.on_port(port).chat(picture)
        answer, pieces = chat.ask(QUESTIONS[0]), list[str]()
        try:
            pieces.extend(event.text for event in answer.events())
        except ServerUnreachable:
            assert pieces == []
            assert chat.turns == []
            return "unanswered"
        except ServerError:
            assert [turn.reason for turn in chat.turns] == ["interrupted"]
            assert chat.turns[0].answer == "".join(pieces)
            return "part"
        assert "".join(pieces) == whole
        assert [turn.reason for turn in chat.turns] == ["stop"]
        return "whole"


def test_killed_at_every_stage(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    """An answer is whole, or its error says that it is not. A dozen random moments, and the edges."""
    whole = nano.chat(picture).ask(QUESTIONS[0]).text()
    draws = random.Random(5)
    limits = [0, 1, *(draws.randrange(1200) for _ in range(12)), 100_000]
    found = [cut_and_check(own, picture, whole, limit) for limit in limits]
    assert set(found) == {"unanswered", "part", "whole"}


@pytest.mark.slow
def test_killed_at_each_byte(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    whole = nano.chat(picture).ask(QUESTIONS[0]).text()
    """Durations in an answer have more or fewer digits, so that an answer ends some bytes earlier or later."""
    limits = range(0, 1500, 3)
    found = [cut_and_check(own, picture, whole, limit) for limit in limits]
    first = {kind: limits[found.index(kind)] for kind in ("unanswered", "part", "whole")}
    last = {kind: limits[len(found) - 1 - found[::-1].index(kind)] for kind in first}
    assert first["unanswered"] == 0
    assert last["unanswered"] - first["part"] < DIGITS
    assert last["part"] - first["whole"] < DIGITS
    assert last["whole"] == limits[-1]


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"not json\n",
        b'{"begin": {}}\n',
        b'{"begin": {"continued": ""}}\n',
        b'{"begin": ',
    ],
)
def test_an_answer_that_is_none(own: CommandServer, lines: bytes) -> None:
    with replying(lines) as port:
        chat = own.on_port(port).chat()
        with pytest.raises(ServerUnreachable):
            chat.ask("Hello").text()
        assert chat.turns == []


@pytest.mark.parametrize("status", [200, 503])
def test_the_error_of_a_model_that_cannot_be_opened_again(own: CommandServer, status: int) -> None:
    error = {"code": InvalidConfiguration.code, "message": "the file is wrong", "hint": "Correct it."}
    with replying(json.dumps({"error": error}).encode() + b"\n", status) as port:
        with pytest.raises(InvalidConfiguration, match="the file is wrong") as raised:
            own.on_port(port).chat().ask("Hello").text()
        assert raised.value.hint == "Correct it."


@contextmanager
def replying(content: bytes, status: int = 200) -> Iterator[int]:
    """Listen on a port, and reply with the same to every request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            yield other.server_port
        finally:
            other.shutdown()
            thread.join()


@pytest.mark.parametrize("content", [b"", b'{"name": "na', b"[]", b"3", b'{"name": "nano"}'])
def test_a_reply_that_is_none(own: CommandServer, content: bytes) -> None:
    """Cut between its head and its end, or of another version."""
    with replying(content) as port, pytest.raises(ServerUnreachable):
        client.facts(own.on_port(port).record)


def test_a_prefill_whose_reply_is_cut(own: CommandServer) -> None:
    with replying(b'{"image_ms"') as port, pytest.raises(ServerUnreachable):
        own.on_port(port).chat(system="Another.").prefill()


def test_other_files(own: CommandServer) -> None:
    """The server's model is not that of the files any more: refused before the first token."""
    chat = replace(own.model, facts=replace(own.model.facts, folder="/nowhere")).chat()
    tokens = []
    with pytest.raises(ServerUnreachable, match="files of the model have changed"):
        tokens += [event for event in chat.ask("Hello").events() if isinstance(event, Token)]
    assert tokens == []
    assert chat.turns == []


def test_files_that_changed_while_the_model_slept(own: CommandServer) -> None:
    """The server has opened the new ones: the conversation goes on, with a warning."""
    model = replace(own.model, facts=replace(own.model.facts, stamp="of the old files"))
    assert model.warning is None
    assert say(model.chat(), QUESTIONS[0])
    assert model.warning is not None
    assert "opened the new ones" in model.warning
    assert say(own.model.chat(), QUESTIONS[0])
    assert own.model.warning is None


# Requests that no client sends


def test_the_token_is_needed(own: CommandServer) -> None:
    for path in (command_protocol.MODEL_PATH, command_protocol.ANSWER_PATH, "/flashsloth/other"):
        for token in (None, "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}"):
            status, _, _ = own.running.request("GET", path, headers={"authorization": token} if token else {})
            assert status == 401
    with pytest.raises(ServerUnreachable):
        client.facts(replace(own.record, token="other"))
    assert own.running.request("GET", "/v1/models")[0] == 200


def test_without_a_token_nothing_is_served() -> None:
    assert not AccessRules().allows_token("Bearer ")
    assert not AccessRules().allows_token(None)


CONVERSATION = command_protocol.conversation_fields(Conversation("", False))
ASKED = {"question": "Hi", "sampling": {}, "max_tokens": 4, "stop": [], "continues": False, "replaces_last": False}


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": None},
        {"conversation": {}},
        {"conversation": {**CONVERSATION, "pictures": 3}},
        {"conversation": {**CONVERSATION, "forgotten": 3}},
        {"conversation": {**CONVERSATION, "turns": [["a"]]}},
        {"conversation": {**CONVERSATION, "turns": [["a", "b", [10**9], "stop", 5]]}},
        {"conversation": {**CONVERSATION, "turns": 5}},
        {"pictures": ["AAAA"]},
        {"pictures": ["not base64"]},
        {"pictures": 5},
        {"request": None},
        {"request": {**ASKED, "max_tokens": 0}},
        {"request": {**ASKED, "max_tokens": "x"}},
        {"request": {**ASKED, "continues": True}},
        {"request": {**ASKED, "replaces_last": True}},
        {"request": {**ASKED, "sampling": {"temperature": -1}}},
        {"request": {**ASKED, "sampling": {"other": 1}}},
        {"request": {**ASKED, "sampling": 3}},
    ],
    ids=str,
)
def test_bad_requests(own: CommandServer, change: dict[str, Any]) -> None:
    body = {"conversation": CONVERSATION, "pictures": [], "request": ASKED, **change}
    paths = (command_protocol.PREFILL_PATH, command_protocol.CONTEXT_PATH, command_protocol.EXPLAIN_PATH)
    for path in (command_protocol.ANSWER_PATH, *paths):
        status, _, _ = own.running.request("POST", path, body, {"authorization": f"Bearer {TOKEN}"})
        assert status in ((400,) if path == command_protocol.ANSWER_PATH else (200, 400))


@pytest.mark.parametrize("hd", [False, True])
def test_an_explanation(own: CommandServer, nano: FlashSloth, pictures: list[Image.Image], hd: bool) -> None:
    """Of the last turn and of an earlier one, as the model itself gives it."""
    found = []
    for model in (own.model, nano):
        chat = model.chat(pictures[0], hd=hd)
        say(chat, "Describe the picture.")
        chat.add_image(pictures[1])
        say(chat, "What color is it?")
        found.append((chat.explain(), chat.explain(0)))
    for there, here in zip(*found, strict=True):
        assert (there.question, there.answer, len(there.looked)) == (here.question, here.answer, len(here.looked))
        assert there.share == pytest.approx(here.share, abs=1e-4)
        for one, other in zip((*there.looked, *there.stood_out), (*here.looked, *here.stood_out), strict=True):
            assert abs(one - other).max() < 1e-3
        assert there.picture().size == here.picture().size


@pytest.mark.parametrize("turn", [1, -1, "x", None])
def test_a_turn_that_is_not_there(own: CommandServer, picture: Image.Image, turn: object) -> None:
    chat = own.model.chat(picture)
    say(chat, "Describe the picture.")
    body = chat.backend._body(chat) | {"turn": turn}  # type: ignore[attr-defined]
    path, key = command_protocol.EXPLAIN_PATH, {"authorization": f"Bearer {TOKEN}"}
    assert own.running.request("POST", path, body, key)[0] == 400


def test_tokens_that_arrive_together() -> None:
    """The speed of a whole answer is the server's; without its end, that of what came."""
    record = AnswerRecord(0.0)
    record.first, record.last = 1.0, 1.0001
    assert record.measure().decode_ms == pytest.approx(0.1)
    stats = {"cached_tokens": 3, "image_ms": 5.0, "decode_ms": 50.0}
    end_record(record, {"reason": "stop", "stats": stats})
    assert record.measure().decode_ms == 50.0
