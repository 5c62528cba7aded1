"""Conversations with a model that a server has open, beside the same ones with the model in this
process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from PIL import Image

from flashsloth import errors
from flashsloth.chat import Chat, FlashSloth, Turn
from flashsloth.chat.chat import Answer
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.server import protocol, remote_chat
from flashsloth.server.remote_chat import RemoteModel
from server.command_server import TOKEN, CommandServer, command_server, forwarded, replying
from server.helpers import LONG, eventually
from server.test_response_format import SCHEMA

QUESTIONS = ("What is in the picture?", "What color is it?", "How many things are there?")
ANSWER_END = 3  # ids that close an answer of nano
OK, UNAVAILABLE = b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
COUNTS = ("input_tokens", "visual_tokens", "query_tokens", "output_tokens")


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


def say(chat: Chat, question: str, **options: Any) -> str:
    return chat.ask(question, **{"max_tokens": 16, **options}).text()


# what is asked in a chat; each answer is read to its end before the talk goes on
Talk = Callable[[Chat, list[Image.Image]], Iterator[Answer]]


def follow_up(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    for question in QUESTIONS:
        yield chat.ask(question, max_tokens=16)


def several_pictures(chat: Chat, pictures: list[Image.Image]) -> Iterator[Answer]:
    chat.prefill()
    yield chat.ask(QUESTIONS[0])
    chat.add_image(pictures[1])
    chat.add_image(pictures[2])
    chat.prefill()
    yield chat.ask(QUESTIONS[1])
    chat.remove_image(1)
    yield chat.ask(QUESTIONS[2])


def undo_and_retry(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    yield chat.ask(QUESTIONS[0], max_tokens=2)
    yield chat.continue_answer(max_tokens=3)
    yield chat.continue_answer()
    yield chat.ask(QUESTIONS[1])
    yield chat.retry()
    yield chat.retry(QUESTIONS[2], max_tokens=5)
    chat.undo()
    yield chat.ask(QUESTIONS[1])


def sampled(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    yield chat.ask(QUESTIONS[0], temperature=1.5, top_k=20, seed=7, max_tokens=16)
    yield chat.ask(QUESTIONS[0], stop=["a", "o"], repetition_penalty=1.3)


def without_the_picture(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    chat.remove_image(1)
    yield chat.ask("What is in the picture?")


def forgetful(chat: Chat, pictures: list[Image.Image]) -> Iterator[Answer]:
    """Turns are dropped with their pictures, unless no picture would be left."""
    chat.overflow = "drop-oldest"
    for question, added in (
        (QUESTIONS[0], []),
        (QUESTIONS[2], pictures[1:2]),
        (QUESTIONS[1], pictures[2:3]),
    ):
        for each in added:
            chat.add_image(each)
        yield chat.ask(question + " Look at it again." * 160, max_tokens=16)
    assert chat.forgotten == 2


def cut_short(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    answer = chat.ask(QUESTIONS[0], max_tokens=64)
    events = answer.events()
    for _ in range(2):
        next(events)
    answer.close()
    yield answer
    yield chat.ask(QUESTIONS[1])


def choices(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    for question in ("Is there a circle?", "Is it {choices}?"):
        yield chat.ask(question, choices=["yes", "no"])
    yield chat.ask("What is it?", max_tokens=8)


def structured(chat: Chat, _: list[Image.Image]) -> Iterator[Answer]:
    for wanted in (
        {"schema": SCHEMA},
        {"regex": "[0-9]{2}"},
        {"schema": SCHEMA, "schema_in_prompt": True},
    ):
        answer = chat.ask(QUESTIONS[2], **wanted)
        yield answer
        assert answer.value() is not None
    yield chat.ask(QUESTIONS[2], schema=SCHEMA, max_tokens=3)
    yield chat.continue_answer(schema=SCHEMA)


def heard(talk: Talk, chat: Chat, pictures: list[Image.Image]) -> tuple[list[Any], list[float]]:
    """Return what a program gets of a talk, and the probabilities and the mass of its choices."""
    answers, shares = [], []
    for answer in talk(chat, pictures):
        text = answer.text()
        counts = [getattr(answer.stats, name) for name in COUNTS]
        answers.append(
            (text, answer.reason, answer.token_ids, answer.warnings, answer.settings.sampling, counts)
        )
        shares += [choice.probability for choice in answer.choices or ()]
        shares += [answer.record.choices_mass] if answer.choices else []
    return [answers, chat.turns, chat.forgotten, chat.visual_tokens, chat.system], shares


TALKS = (
    follow_up,
    several_pictures,
    undo_and_retry,
    sampled,
    without_the_picture,
    cut_short,
    choices,
    structured,
)
SLOW = pytest.param(forgetful, False, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("talk", "hd"), [*((talk, False) for talk in TALKS), (several_pictures, True), SLOW]
)
def test_the_same_conversation(
    own: CommandServer, nano: FlashSloth, pictures: list[Image.Image], talk: Talk, hd: bool
) -> None:
    """Texts, ids, turns, reasons, counts and warnings are those of a chat in this process."""
    chats = [model.chat(pictures[0], hd=hd) for model in (own.model, nano)]
    there, here = (heard(talk, chat, pictures) for chat in chats)
    assert here[0][0]
    assert chats[1].context_used - chats[0].context_used == ANSWER_END
    for chat in chats:
        chat.prefill()
    assert chats[1].context_used == chats[0].context_used
    assert there[0] == here[0]
    assert there[1] == pytest.approx(here[1], abs=1e-5)
    assert own.model.facts.context_length == nano.facts.context_length


def test_a_restored_conversation(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    """Turns of another model come without ids: they are those that this model gives the text."""
    earlier = nano.chat(picture)
    say(earlier, QUESTIONS[0])
    begun = Turn(QUESTIONS[0], "There is", (), "length", 1)
    for turn in (earlier.turns[0], replace(earlier.turns[0], token_ids=()), begun):
        chats = [model.chat(picture, turns=[turn]) for model in (own.model, nano)]
        for chat in chats:
            if turn is begun:
                chat.continue_answer(max_tokens=8).text()
                assert list(chat.turns[0].token_ids[:2]) == nano.prompt.text(" There is")
            say(chat, QUESTIONS[1])
        there, here = (chat.turns for chat in chats)
        assert (there[0].answer, there[1]) == (here[0].answer, here[1])


def test_what_a_server_says_of_its_model(own: CommandServer, nano: FlashSloth) -> None:
    """All that a client needs, and no folder."""
    theirs = own.model.facts
    counts = {name: (*getattr(theirs, name),) for name in ("visual_tokens", "most_pixels")}
    facts = replace(theirs, load_ms=0.0, **counts)
    assert facts == replace(nano.facts, load_ms=0.0)
    _, _, listed = own.running.request(
        "GET", "/v1/models", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert str(nano.facts.folder).encode() not in listed
    told = replace(nano.facts, name="/home/me/model", adapter="/home/me/run/adapter/").published()
    assert (told["adapter"], "/home/me" in json.dumps(told)) == ("adapter", False)


def test_a_server_that_refuses(own: CommandServer, picture: Image.Image) -> None:
    """The error says why, and no turn is left."""
    for count, change, problem in (
        (17, {}, "refused the request: the request has 17 pictures"),
        (1, {"token": "another"}, "key is missing or wrong"),
        (1, {"stamp": "of other files"}, "files of the model have changed"),
    ):
        chat = replace(own.model, record=replace(own.record, **change)).chat(*[picture] * count)
        with pytest.raises(errors.ServerUnreachable, match=problem):
            say(chat, QUESTIONS[0])
        assert chat.turns == []
    for reply in (
        b"",
        OK + b'{"data": [{"id": "nano"}]}',
        OK + b'{"data": [{"flashsloth": {"picture_scale": {}}}]}',
    ):
        with replying(reply) as port, pytest.raises(errors.ServerUnreachable, match="does not answer"):
            RemoteModel.of(own.on_port(port).record, None, None)


def test_errors_are_the_same(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    def error_of(model: Any, **options: Any) -> tuple[type, str, str]:
        question = options.pop("question", QUESTIONS[0])
        with pytest.raises((errors.ContextTooLong, errors.OptionError)) as raised:
            model.chat(picture).ask(question, **options).text()
        return type(raised.value), str(raised.value), raised.value.hint

    cases: list[dict[str, Any]] = [
        {"question": "word " * 3000},
        {"question": "x" * 2_000_000},
        {"temperature": -1.0},
    ]
    for case in (*cases, {"max_tokens": 0}):
        assert error_of(own.model, **case) == error_of(nano, **case)
    with pytest.raises(errors.OptionError, match="no turn"):
        own.model.chat(picture).retry()
    begun = own.model.chat()
    say(begun, "Hello", max_tokens=2)
    with pytest.raises(errors.SchemaError, match="does not follow"):
        begun.continue_answer(schema=SCHEMA).text()


def test_closing_ends_the_computation(own: CommandServer, picture: Image.Image) -> None:
    cancelled = own.running.scheduler.counters["answers_cancelled"]
    answer = own.model.chat(picture).ask(QUESTIONS[0], max_tokens=2000, **LONG)
    next(answer.events())
    answer.close()
    assert answer.reason == "interrupted"
    eventually(lambda: own.running.is_idle)
    assert own.running.scheduler.counters["answers_cancelled"] == cancelled + 1


def test_a_question_during_a_prefill(
    own: CommandServer, nano: FlashSloth, picture: Image.Image
) -> None:
    chat = own.model.chat(picture)
    thread = threading.Thread(target=chat.prefill)
    thread.start()
    assert say(chat, QUESTIONS[0]) == say(nano.chat(picture), QUESTIONS[0])
    thread.join(30)
    assert not thread.is_alive()


# A server that ends


def asked_over(own: CommandServer, port: int, picture: Image.Image, whole: str) -> str:
    """Ask through a port. Return what came of it."""
    chat = own.on_port(port).chat(picture)
    answer, pieces = chat.ask(QUESTIONS[0]), list[str]()
    try:
        pieces.extend(event.text for event in answer.events())
    except errors.ServerUnreachable:
        assert (pieces, chat.turns) == ([], [])
        return "unanswered"
    except errors.ServerError:
        assert [(turn.reason, turn.answer) for turn in chat.turns] == [("interrupted", "".join(pieces))]
        return "part"
    assert ("".join(pieces), [turn.reason for turn in chat.turns]) == (whole, ["stop"])
    return "whole"


@pytest.mark.slow
def test_killed_at_a_dozen_moments(own: CommandServer, nano: FlashSloth, picture: Image.Image) -> None:
    """An answer that is cut after so many bytes is whole, or its error says that it is not."""
    whole, sent, found = nano.chat(picture).ask(QUESTIONS[0]).text(), list[bytes](), []
    with replying(lambda request: sent.append(forwarded(own.running.port, request)) or sent[0]) as port:
        assert asked_over(own, port, picture, whole) == "whole"
    last = sent[0].index(b"data: [DONE]")  # the reason of the answer has come before
    for limit in (0, 1, *sorted(Random(5).sample(range(4000), 20)), last, last + 9, 100_000):
        with replying(sent[0][:limit]) as port:
            found.append(asked_over(own, port, picture, whole))
    assert found == sorted(found, key=["unanswered", "part", "whole"].index)
    assert set(found) == {"unanswered", "part", "whole"}


ANSWERS = (
    *(
        b"",
        b"{}\n",
        b"data: {}\n",
        b"data: []\n",
        b"data: not json\n",
        b'data: {"choices": [{"delta": {"role": "',
    ),
    *(
        b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n',
        b'data: {"choices": [{"delta": {}}]}\n',
    ),
)


@pytest.mark.parametrize(
    ("content", "asks"), [*((each, True) for each in ANSWERS), (ANSWERS[-1], False)]
)
def test_a_reply_that_is_none(own: CommandServer, content: bytes, asks: bool) -> None:
    """Cut between its head and its end, of another version, or of another program; to a question or a
    prefill."""
    with replying(OK + content) as port:
        chat = own.on_port(port).chat(system="Another.")
        with pytest.raises(errors.ServerUnreachable):
            say(chat, "Hello") if asks else chat.prefill()
        assert chat.turns == []


@pytest.mark.parametrize("head", [OK + b"data: ", UNAVAILABLE])
def test_the_error_of_a_model_that_cannot_be_opened_again(own: CommandServer, head: bytes) -> None:
    error = {
        "code": errors.InvalidConfiguration.code,
        "message": "the file is wrong",
        "hint": "Correct it.",
    }
    with replying(head + json.dumps({"error": error}).encode() + b"\n") as port:
        with pytest.raises(errors.InvalidConfiguration, match="the file is wrong") as raised:
            own.on_port(port).chat().ask("Hello").text()
        assert raised.value.hint == "Correct it."


def test_tokens_that_arrive_together(own: CommandServer) -> None:
    """The speed of a whole answer is the server's; without its end, that of what came."""
    record = AnswerRecord(0.0)
    record.first, record.last = 1.0, 1.0001
    assert record.measure().decode_ms == pytest.approx(0.1)
    ended = dict.fromkeys(protocol.DETAILS.values(), 0) | {
        "reason": "stop",
        "warnings": [],
        "decode_ms": 50.0,
        "peak_bytes": 0,
    }
    last = {"choices": [{"delta": {}, "finish_reason": "stop"}], "flashsloth": ended}
    with replying(OK + b"data: " + json.dumps(last).encode() + b"\n") as port:
        assert not [*remote_chat.stream(own.on_port(port).record, {}, record)]
    assert record.measure().decode_ms == 50.0
