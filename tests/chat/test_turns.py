"""Turns reuse the KV cache of earlier turns, also after an answer was stopped.

The expected answer is always that of a fresh conversation with the same history.
"""

from __future__ import annotations

from itertools import islice

import pytest
import torch
from PIL import Image

from chat.helpers import failing
from flashsloth.chat import Chat, FlashSloth
from generation.helpers import QUESTIONS, TOKENS, answer, counting, driven, prompt, see
from replies import said
from token_stream import prompt_ids


def opening(sloth: FlashSloth, chat: Chat) -> list[int]:
    """Return the ids before the first question."""
    block = [sloth.config.image_token_id] * chat.visual_tokens
    return sloth.prompt.conversation(chat.system, [(None, len(chat.images), None)], [block])


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("has_image", [True, False], ids=["picture", "text"])
def test_turns_reuse_the_cache(
    sloth: FlashSloth, pictures: list[Image.Image], has_image: bool, prepared: bool
) -> None:
    chat = sloth.chat(*([pictures[2]] if has_image else []))
    if prepared:
        chat.prefill()
    cached = len(opening(sloth, chat)) if prepared else 0
    for turn, question in enumerate(QUESTIONS):
        ids = prompt_ids(chat, question)
        with counting(sloth) as computed:
            reply = chat.ask(question, max_tokens=TOKENS)
            reply.text()
        assert reply.stats.input_tokens == len(ids)
        assert reply.stats.cached_tokens == cached
        if turn:
            assert cached > 0
        assert computed == [len(ids) - cached] + [1] * (len(computed) - 1)
        assert len(computed) in (len(reply.token_ids), len(reply.token_ids) + 1)
        picture = see(sloth, pictures[2]) if has_image else None
        assert reply.token_ids == answer(sloth, ids, picture), question
        # without `</s>`, or without the last token at the maximum length
        cached = len(ids) + len(computed) - 1


@pytest.mark.parametrize("turn", [1, 2])
def test_an_interrupt_within_prefill(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], turn: int
) -> None:
    chat = tiny_sloth.chat(pictures[0])
    with failing(tiny_sloth, 1, 1), pytest.raises(KeyboardInterrupt):
        chat.prefill()
    for _ in range(turn):
        chat.prefill()
    expected = tiny_sloth.chat(pictures[0]).ask(QUESTIONS[0], max_tokens=8)
    assert chat.ask(QUESTIONS[0], max_tokens=8).text() == expected.text()


@pytest.mark.parametrize("second", ["What do you see there?", "What do you", "How many?"])
def test_undo_and_ask_with_a_common_beginning(
    sloth: FlashSloth, pictures: list[Image.Image], second: str
) -> None:
    """The common words are computed again, as the query tokens must read the whole question."""
    chat = sloth.chat(pictures[0])
    chat.ask("What do you see?", max_tokens=TOKENS).text()
    chat.undo()
    asked = chat.ask(second, max_tokens=TOKENS)
    assert said(asked) == said(sloth.chat(pictures[0]).ask(second, max_tokens=TOKENS))
    # the newline
    assert asked.stats.cached_tokens == len(opening(sloth, chat)) + 1


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [False, True], ids=["in step", "ahead"])
@pytest.mark.parametrize("padded", [False, True], ids=["exact", "padded"])
def test_an_answer_closed_at_any_token(
    sloth: FlashSloth, pictures: list[Image.Image], padded: bool, ahead: bool
) -> None:
    """The next answer is that of a fresh state on the exact engine, and nothing is computed twice.
    `padded` and `ahead` imitate a CUDA device: bucket lengths with masks, and tokens that are read
    while the next ones are computed."""
    mode, picture = driven(sloth, padded=padded, ahead=ahead), see(sloth, pictures[1])
    long = "Describe the picture."  # nano answers with more than eight tokens
    whole = said(mode.chat(pictures[1]).ask(long, max_tokens=TOKENS))
    assert len(whole) >= 8
    for after in range(min(len(whole) + 1, 16)):
        chat = mode.chat(pictures[1])
        reply = chat.ask(long, max_tokens=TOKENS)
        read = [event.id for event in islice(reply.events(), after)]
        reply.close()
        assert read == reply.token_ids == whole[:after]
        assert [turn.token_ids for turn in chat.turns] == ([tuple(read)] if after else [])
        cached = len(chat.backend.state.ids)
        assert (cached > 0) == (after > 0)
        expected = answer(sloth, prompt_ids(chat, QUESTIONS[0]), picture, 8)
        assert said(chat.ask(QUESTIONS[0], max_tokens=8)) == expected
        assert chat.last_stats.cached_tokens == cached


def test_two_conversations_side_by_side(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """Their answers are read alternately, token by token."""
    chats = [sloth.chat(pictures[0]), sloth.chat(pictures[1])]
    replies = [
        chat.ask(question, max_tokens=TOKENS) for chat, question in zip(chats, QUESTIONS, strict=False)
    ]
    running = [reply.events() for reply in replies]
    while running:
        running = [events for events in running if next(events, None) is not None]
    for image, question, reply in zip(pictures, QUESTIONS, replies, strict=False):
        picture = see(sloth, image)
        assert reply.token_ids == answer(sloth, prompt(sloth, question, picture.visual_tokens), picture)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads(nano: FlashSloth, pictures: list[Image.Image], threads: int) -> None:
    def ids() -> list[int]:
        return said(nano.chat(pictures[1]).ask(QUESTIONS[0], max_tokens=TOKENS))

    expected, before = ids(), torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert ids() == expected != []
    finally:
        torch.set_num_threads(before)
