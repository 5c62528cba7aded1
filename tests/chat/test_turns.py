"""Turns reuse the KV cache of earlier turns, also after an answer was stopped.

The expected answer is always that of a fresh conversation with the same history.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from PIL import Image

from flashsloth.chat import Chat, FlashSloth
from generation.helpers import QUESTIONS, TOKENS, answer, counting, prompt, see
from token_stream import prompt_ids


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("has_image", [True, False], ids=["picture", "text"])
def test_turns_reuse_the_cache(sloth: FlashSloth, pictures: list[Image.Image], has_image: bool, prepared: bool) -> None:
    chat = sloth.chat(*([pictures[2]] if has_image else []))
    if prepared:
        chat.prefill()
    cached = len(sloth.prompt.opening(chat.system, chat.visual_tokens)) if prepared else 0
    for turn, question in enumerate(QUESTIONS):
        ids = prompt_ids(chat, question)
        with counting(sloth) as computed:
            reply = chat.ask(question, max_tokens=TOKENS)
            reply.text()
        assert reply.stats is not None
        assert reply.stats.input_tokens == len(ids)
        assert reply.stats.cached_tokens == cached
        if turn:
            assert cached > 0
        assert computed == [len(ids) - cached] + [1] * (len(computed) - 1)
        assert len(computed) in (len(reply.token_ids), len(reply.token_ids) + 1)
        picture = see(sloth, pictures[2]) if has_image else None
        assert reply.token_ids == answer(sloth, ids, picture), question
        cached = len(ids) + len(computed) - 1  # without `</s>`, or without the last token at the maximum length


def replay(sloth: FlashSloth, chat: Chat, image: Image.Image) -> Chat:
    """Return a fresh conversation with the same history."""
    fresh = sloth.chat(image)
    fresh.turns = list(chat.turns)
    return fresh


@pytest.mark.parametrize("end", ["close", "ask again", "close events"])
@pytest.mark.parametrize("after", range(9))
def test_stopping_at_any_token(tiny_sloth: FlashSloth, pictures: list[Image.Image], after: int, end: str) -> None:
    chat = tiny_sloth.chat(pictures[1])
    reply = chat.ask(QUESTIONS[0], max_tokens=8)
    events = reply.events()
    read = [event.id for event in islice(events, after)]
    assert len(read) == after == len(reply.token_ids), "the model stopped by itself"
    if end == "close":
        reply.close()
    elif end == "close events":
        events.close()
    asked = chat.ask(QUESTIONS[1], max_tokens=8)
    assert [turn.token_ids for turn in chat.turns] == ([tuple(read)] if after else [])
    if after:
        assert chat.turns[0].reason == ("length" if after == 8 else "interrupted")
    expected = replay(tiny_sloth, chat, pictures[1]).ask(QUESTIONS[1], max_tokens=8)
    assert asked.text() == expected.text()
    assert asked.token_ids == expected.token_ids


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("forward", [1, 2, 5])
@pytest.mark.parametrize("turn", [1, 2])
def test_an_interrupt_within_a_forward(
    tiny_sloth: FlashSloth,
    pictures: list[Image.Image],
    break_layer: Callable[..., None],
    layer: int,
    forward: int,
    turn: int,
) -> None:
    chat = tiny_sloth.chat(pictures[0])
    if turn == 2:
        chat.ask(QUESTIONS[2], max_tokens=6).text()
    break_layer(layer, forward)
    reply = chat.ask(QUESTIONS[0], max_tokens=8)
    with pytest.raises(KeyboardInterrupt):
        reply.text()
    assert len(reply.token_ids) == forward - 1
    assert len(chat.turns) == turn - (forward == 1)  # without a token there is no turn
    asked = chat.ask(QUESTIONS[1], max_tokens=8)
    expected = replay(tiny_sloth, chat, pictures[0]).ask(QUESTIONS[1], max_tokens=8)
    assert asked.text() == expected.text()
    assert asked.token_ids == expected.token_ids
    assert asked.stats is not None
    assert asked.stats.cached_tokens > 0 or (turn == 1 and forward == 1)


@pytest.mark.parametrize("turn", [1, 2])
def test_an_interrupt_within_prefill(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], break_layer: Callable[..., None], turn: int
) -> None:
    chat = tiny_sloth.chat(pictures[0])
    break_layer(1, 1)
    with pytest.raises(KeyboardInterrupt):
        chat.prefill()
    for _ in range(turn):
        chat.prefill()
    expected = tiny_sloth.chat(pictures[0]).ask(QUESTIONS[0], max_tokens=8)
    assert chat.ask(QUESTIONS[0], max_tokens=8).text() == expected.text()


def test_undo_and_ask_again(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    chat = sloth.chat(pictures[0])
    for question in QUESTIONS:
        chat.ask(question, max_tokens=TOKENS).text()
    last = chat.undo()
    assert last is not None
    assert chat.ask(QUESTIONS[2], max_tokens=TOKENS).text() == last.answer
    chat.undo()
    chat.undo()
    expected = replay(sloth, chat, pictures[0]).ask(QUESTIONS[2], max_tokens=TOKENS)
    assert chat.ask(QUESTIONS[2], max_tokens=TOKENS).text() == expected.text()


@pytest.mark.parametrize("second", ["What do you see there?", "What do you", "What", "How many?"])
def test_undo_and_ask_with_a_common_beginning(sloth: FlashSloth, pictures: list[Image.Image], second: str) -> None:
    """The common words are computed again, as the query tokens must read the whole question."""
    chat = sloth.chat(pictures[0])
    chat.ask("What do you see?", max_tokens=TOKENS).text()
    chat.undo()
    asked = chat.ask(second, max_tokens=TOKENS)
    asked.text()
    expected = sloth.chat(pictures[0]).ask(second, max_tokens=TOKENS)
    expected.text()
    assert asked.token_ids == expected.token_ids
    assert asked.stats is not None
    assert asked.stats.cached_tokens == len(sloth.prompt.opening(chat.system, chat.visual_tokens)) + 1  # the newline


def test_two_conversations_side_by_side(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """Their answers are read alternately, token by token."""
    chats = [sloth.chat(pictures[0]), sloth.chat(pictures[1])]
    replies = [chat.ask(question, max_tokens=TOKENS) for chat, question in zip(chats, QUESTIONS, strict=False)]
    running = [reply.events() for reply in replies]
    while running:
        running = [events for events in running if next(events, None) is not None]
    for image, question, reply in zip(pictures, QUESTIONS, replies, strict=False):
        assert reply.token_ids == answer_alone(sloth, image, question)


def answer_alone(sloth: FlashSloth, image: Image.Image, question: str) -> list[int]:
    picture = see(sloth, image)
    return answer(sloth, prompt(sloth, question, picture.visual_tokens), picture)
