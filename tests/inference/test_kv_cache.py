"""The KV cache: growth, stale values after the used length, and reuse of buffers."""

from __future__ import annotations

import gc
import math
import weakref

import pytest
import torch
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory
from flashsloth.inference.attention import MIN_CAPACITY, KeyValueCache
from generation.helpers import QUESTIONS, answer, driven, later, prompt, see

either_prefill = pytest.mark.parametrize("padded", [False, True], ids=["exact", "padded"])


@pytest.mark.parametrize("limit", [1, 100, 256, 512, 700, 2048])
def test_capacities_double_up_to_the_limit(limit: int) -> None:
    cache = KeyValueCache(torch.empty(2, 2, 1, 3, 0, 4), limit)
    assert cache.capacity == cache.nbytes == 0
    sizes = [0]
    for length in (*range(1, limit, 37), limit):
        cache.reserve(length, 0)
        assert (cache.capacity > sizes[-1]) == (length > sizes[-1])
        assert length <= cache.capacity <= limit
        assert cache.nbytes == 2 * 4 * 2 * 3 * 4 * cache.capacity
        sizes.append(cache.capacity)
    cache.reserve(1, 0)
    assert cache.capacity == sizes[-1]  # it never shrinks
    _, first, *larger = sorted(set(sizes))
    assert [first, *larger] == [first * 2**n for n in range(len(larger) + 1)]
    assert first == limit or MIN_CAPACITY <= first < 2 * MIN_CAPACITY
    assert sizes[-1] == limit


@either_prefill
def test_a_conversation_goes_on_after_growth_failed(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, padded: bool
) -> None:
    def out_of_memory(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("planted")

    engine = driven(nano, padded=padded).engine
    state, words = engine.new_state(), [5 + 7 * i % 300 for i in range(600)]
    engine.prefill(words[:100], state, None)
    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "new_zeros", out_of_memory)
        with pytest.raises(OutOfMemory):
            engine.prefill(words, state, None)
    assert state.ids == words[:100]
    got = engine.prefill(words[:590], state, None)
    torch.testing.assert_close(
        got, engine.prefill(words[:590], engine.new_state(), None), rtol=0, atol=1e-4
    )


# Stale values after the used length


def spoil(cache: KeyValueCache, used: int, value: float) -> None:
    with torch.inference_mode():
        cache.pairs[..., used:, :] = value


@either_prefill
@pytest.mark.parametrize("garbage", [1e30, math.nan])
def test_garbage_after_the_used_length_is_ignored(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], padded: bool, garbage: float
) -> None:
    """In a new buffer, before a prefill (also what overflowed: 0 * NaN is NaN), and before each
    decode."""
    model = driven(tiny_sloth, padded=padded)
    picture = see(model, pictures[1])
    first = prompt(model, QUESTIONS[0], picture.visual_tokens)
    tokens = answer(model, first, picture, 4)
    second = first + tokens + later(model.prompt, QUESTIONS[2])
    runs = []
    for spoiled in (False, True):
        state = model.engine.new_state()
        logits = []
        for ids in (first, second):
            if spoiled:
                state.cache.reserve(MIN_CAPACITY, 0)
                spoil(state.cache, len(state.ids), garbage)
            logits.append(model.engine.prefill(ids, state, picture).clone())
            for token in tokens:
                if spoiled:
                    spoil(state.cache, len(state.ids), -1e30)
                logits.append(model.engine.decode(token, state).clone())
        runs.append(torch.stack(logits))
    assert torch.isfinite(runs[0]).all()
    torch.testing.assert_close(runs[1], runs[0], rtol=0, atol=1e-5)


# Reuse of buffers


def test_sixty_conversations_on_one_buffer(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """Whether their answers are read to the end, closed, or dropped before or after a token. Without
    the garbage collector: a reference cycle would keep the buffers."""
    model, caches, sizes = driven(tiny_sloth, padded=False), set[int](), []
    gc.collect()
    gc.disable()
    try:
        for turn in range(60):
            chat = model.chat(*([pictures[turn // 4 % 4]] if turn % 4 == 0 else []))
            reply = chat.ask(QUESTIONS[turn % 3], max_tokens=5)
            if turn % 5 < 2:
                reply.text()
            elif turn % 5 < 4:
                next(reply.events())
            if turn % 5 == 2:
                reply.close()
            caches.add(id(chat.backend.state.cache))
            sizes.append(chat.backend.state.cache.nbytes)
            del chat, reply
    finally:
        gc.enable()
    assert len(caches) == 1
    assert len(set(sizes[20:])) == 1  # it has grown to the longest of them


def test_conversations_that_are_gone_leave_one_buffer(tiny_sloth: FlashSloth) -> None:
    """However many were open at once. It is used for the next one."""
    chats = [tiny_sloth.chat() for _ in range(5)]
    for chat in chats:
        chat.ask(QUESTIONS[0], max_tokens=2).text()
    caches = [weakref.ref(chat.backend.state.cache) for chat in chats]
    del chat, chats
    gc.collect()
    [kept] = [cache for reference in caches if (cache := reference()) is not None]
    assert tiny_sloth.caches.new_state().cache is kept
