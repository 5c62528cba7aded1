"""Conversations through the public Python interface, with the built-in model."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from typing import Any

import pytest
from PIL import Image, ImageDraw

from flashsloth import devices
from flashsloth.chat import NO_PICTURE, NOT_TRAINED_HD, ONE_PICTURE, FlashSloth, Turn, local_model
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.errors import ContextTooLong, OptionError
from flashsloth.generation.answer_record import Finished, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import read_image
from paths import CASES, IMAGES
from replies import Asked, replies, texts


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    image = Image.new("RGB", (144, 144), "white")
    ImageDraw.Draw(image).ellipse((30, 30, 110, 110), fill="red")
    return image


def test_pieces_events_and_text(nano: FlashSloth, picture: Image.Image) -> None:
    """However an answer is read, and it can be read once."""
    chat = nano.chat(picture)
    answer = chat.ask("What do you see?")
    pieces = list(answer)
    assert len(pieces) > 3
    assert all(pieces)
    assert "".join(pieces) == answer.text() == chat.turns[-1].answer == answer.text().strip()
    assert list(answer) == []
    assert str(nano.chat(picture).ask("What do you see?")) == answer.text()
    events = nano.chat(picture).ask("What do you see?")
    *tokens, last = events.events()
    assert all(isinstance(event, Token) for event in tokens)
    assert isinstance(last, Finished)
    assert last.reason == events.reason == "stop"
    assert [t.id for t in tokens] == events.token_ids == answer.token_ids
    assert nano.config.end_token_id not in events.token_ids
    assert "".join(t.text for t in tokens) + last.text == answer.text()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stop": ["says"]},
        {"stop": ['s "S']},
        {"regex": "[a-z ]{3,20}"},
        {"schema": "text string, sure boolean", "max_tokens": 40},
    ],
    ids=str,
)
def test_a_decoder_that_drops_the_space_of_the_first_token(
    stripping: FlashSloth, nano: FlashSloth, options: dict[str, Any]
) -> None:
    """Answers are those of the same model with another decoder, alone and in a batch."""
    image = read_image(IMAGES / "stop-sign.png")
    answer, expected = (
        model.chat(image).ask("What does the sign say?", **options) for model in (stripping, nano)
    )
    assert "".join(answer) == expected.text()
    assert answer.token_ids == expected.token_ids
    answerer = BatchedAnswerer(stripping, AnswerSettings.of(options), 2)
    asked = [Asked(["What does the sign say?"], image) for _ in range(2)]
    assert [texts(reply) for reply in replies(answerer, asked)] == 2 * [[expected.text()]]


def test_words_of_a_decoder_that_drops_the_space_of_the_first_token(stripping: FlashSloth) -> None:
    chat = stripping.chat(IMAGES / "stop-sign.png")
    assert chat.ask("What does the sign say?").text() == 'It says "STOP".'
    assert chat.explain().words == ("It", "says", '"STOP".')
    chosen = chat.ask("What is it?", choices=["a dog", "a sign"])
    assert chosen.text() == "a sign"


def test_stats(nano: FlashSloth, picture: Image.Image) -> None:
    chat = nano.chat(picture)
    first = chat.ask("What do you see?")
    first.text()
    second = chat.ask("And which color?")
    second.text()
    one, two = first.stats, second.stats
    assert (one.visual_tokens, one.query_tokens, one.cached_tokens) == (
        nano.config.visual_tokens(False),
        9,
        0,
    )
    assert two.query_tokens == 18
    assert two.cached_tokens == one.input_tokens + one.output_tokens - 1 + (first.reason == "stop")
    assert one.image_ms > 0
    assert two.image_ms == 0


def test_an_unfinished_answer_is_closed_by_the_next_question(
    nano: FlashSloth, picture: Image.Image
) -> None:
    chat = nano.chat(picture)
    left = chat.ask("Describe this image.")
    piece = next(iter(left))
    chat.ask("And which color?").text()
    assert [turn.reason for turn in chat.turns] == ["interrupted", "stop"]
    assert chat.turns[0].answer == piece
    assert left.reason == "interrupted"
    assert left.stats is not None


def test_a_retry_replaces_the_turn_once_it_begins(nano: FlashSloth, picture: Image.Image) -> None:
    """What is saved meanwhile has the turn once."""
    chat = nano.chat(picture)
    chat.ask("What do you see?").text()
    with pytest.raises(ContextTooLong):
        chat.retry("word " * 3000).text()
    assert len(chat.turns) == 1
    answer = chat.retry("Describe this image.")
    next(answer.events())
    assert chat.turns == []
    answer.close()
    assert [(turn.question, turn.reason) for turn in chat.turns] == [
        ("Describe this image.", "interrupted")
    ]


def test_a_stop_string_ends_an_answer(nano: FlashSloth, picture: Image.Image) -> None:
    whole = nano.chat(picture).ask("What do you see?").text()
    word = whole.split()[2]
    answer = nano.chat(picture).ask("What do you see?", stop=[word])
    assert answer.text() == whole.partition(word)[0].rstrip()
    assert answer.reason == "stop"


ABOUT_NONE = ("Describe this image.", "what is on my photo", "THE SCREENSHOT says?", "that chart?")
WARNED = [
    *((0, False, question, [NO_PICTURE]) for question in ABOUT_NONE),
    (0, False, "Hello there", []),
    (1, False, "Describe this image.", []),
    (1, True, "What do you see?", [NOT_TRAINED_HD]),
    (2, False, "What do you see?", [ONE_PICTURE.format(2)]),
]


@pytest.mark.parametrize(("count", "hd", "question", "warnings"), WARNED)
def test_warnings(
    nano: FlashSloth, picture: Image.Image, count: int, hd: bool, question: str, warnings: list[str]
) -> None:
    """Once in a conversation, but about a missing picture for each question that means one."""
    chat = nano.chat(*[picture] * count, hd=hd)
    first = chat.ask(question, max_tokens=2)
    first.text()
    assert first.warnings == warnings
    assert first.stats.visual_tokens == count * nano.config.visual_tokens(hd)
    assert chat.ask("And which color?").warnings == []


def test_turns_that_count_too_many_pictures(nano: FlashSloth, picture: Image.Image) -> None:
    with pytest.raises(OptionError, match="2 pictures"):
        nano.chat(picture, turns=[Turn("a", "b", (), "stop", 2)])


def test_text_far_too_long_is_refused_before_it_is_encoded(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = nano.chat(system="")
    monkeypatch.setattr(nano.prompt, "text", lambda *_, **__: pytest.fail("encoded"))
    with pytest.raises(ContextTooLong, match="30,000,"):
        chat.ask("x" * 30_000_000).text()


def test_prefill_in_a_thread_changes_no_answer(nano: FlashSloth, picture: Image.Image) -> None:
    expected = nano.chat(picture).ask("What do you see?").text()
    chat = nano.chat(picture)
    thread = threading.Thread(target=chat.prefill)
    thread.start()
    assert chat.ask("What do you see?").text() == expected
    thread.join()


def test_a_deleted_conversation_is_freed_at_once(nano: FlashSloth, picture: Image.Image) -> None:
    """Its tensors do not wait for the garbage collector, which counts objects and not bytes."""
    gc.collect()
    gc.disable()
    try:
        chat = nano.chat(picture)
        chat.ask("What do you see?").text()
        left = chat.ask("And which color?")
        next(iter(left))
        left.close()
        reference = weakref.ref(chat)
        del chat, left
        assert reference() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "cases", [slice(0, 40, 4), pytest.param(slice(40), marks=pytest.mark.slow)], ids=str
)
def test_nano_gives_its_recorded_answers(nano: FlashSloth, cases: slice) -> None:
    """cases/make.py recorded them through transformers, with nano's own earlier answers in the context.
    Rounding may turn a close call: nearly all must be equal."""
    equal = total = 0
    for case in json.loads((CASES / "cases.json").read_text(encoding="utf-8"))[cases]:
        chat = nano.chat(CASES / case["image"])
        for turn in case["turns"]:
            equal += chat.ask(turn["question"]).text() == turn["model_answer"]
            total += 1
    assert total in (30, 120)
    assert equal >= 0.97 * total


def test_closing_an_answer_that_another_thread_reads(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = nano.chat()
    reply = chat.ask("Hello", max_tokens=4)
    reading, released = threading.Event(), threading.Event()
    step = nano.engine.step

    def slow(*args: Any) -> Any:
        reading.set()
        assert released.wait(10)
        return step(*args)

    monkeypatch.setattr(nano.engine, "step", slow)
    thread = threading.Thread(target=reply.text)
    thread.start()
    assert reading.wait(10)
    for call in (reply.close, chat.undo, lambda: chat.ask("And?")):
        with pytest.raises(RuntimeError, match="one thread"):
            call()
    released.set()
    thread.join()
    assert len(chat.turns) == 1


def test_the_heap_is_trimmed_every_so_many_chats(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    trims: list[object] = []
    monkeypatch.setattr(devices, "release_memory", trims.append)
    # private: the chats of other tests count, too
    monkeypatch.setattr(nano, "_chats", 0)
    for number in range(2 * local_model.TRIM_EVERY + 1):
        nano.chat()
        assert len(trims) == (number + 1) // local_model.TRIM_EVERY
