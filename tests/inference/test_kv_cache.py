"""The KV cache: growth, stale values after the used length, and reuse of buffers."""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Iterator

import pytest
import torch
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory
from flashsloth.inference.kv_cache import MIN_CAPACITY, KeyValueCache
from generation.helpers import QUESTIONS, answer, driven, prompt, see
from token_stream import prompt_ids

LAYERS, HEADS, WIDTH = 2, 3, 4


def new_cache(limit: int) -> KeyValueCache:
    return KeyValueCache(torch.empty(LAYERS, 2, 1, HEADS, 0, WIDTH), limit)


def fill(cache: KeyValueCache, start: int, end: int) -> None:
    """Write a different value at every position of every layer."""
    positions = torch.arange(start, end)
    for layer in range(LAYERS):
        ramp = (positions + 1000.0 * layer)[None, :, None].expand(HEADS, -1, WIDTH)
        cache.write(layer, positions, torch.stack((ramp, -ramp)))


def holds(cache: KeyValueCache, end: int) -> bool:
    ramp = torch.arange(end)[None, :] + 1000.0 * torch.arange(LAYERS)[:, None]
    ramp = ramp[:, None, None, :, None].expand(-1, 1, HEADS, -1, WIDTH)
    return torch.equal(cache.pairs[:, 0, ..., :end, :], ramp) and torch.equal(cache.pairs[:, 1, ..., :end, :], -ramp)


@pytest.mark.parametrize("limit", [1, 100, 256, 512, 700, 2048])
def test_growth_keeps_the_used_positions(limit: int) -> None:
    cache = new_cache(limit)
    assert cache.capacity == cache.nbytes == 0
    used = 0
    capacities = []
    while used < limit:
        length = min(limit, used + 37)
        before = cache.capacity
        moved = cache.reserve(length, used)
        assert moved == (before != cache.capacity) == (length > before)
        assert length <= cache.capacity <= limit
        fill(cache, used, length)
        used = length
        assert holds(cache, used)
        capacities.append(cache.capacity)
        assert cache.nbytes == 2 * 4 * LAYERS * HEADS * WIDTH * cache.capacity
        assert not cache.pairs[..., used:, :].any()
    assert not cache.reserve(1, 0)  # it never shrinks
    sizes = sorted(set(capacities))
    assert sizes[-1] == limit
    assert all(large == 2 * small for small, large in itertools.pairwise(sizes))
    assert sizes[0] == limit or MIN_CAPACITY <= sizes[0] < 2 * MIN_CAPACITY


def test_growth_copies_only_the_used_positions() -> None:
    cache = new_cache(1024)
    cache.reserve(256, 0)
    fill(cache, 0, 256)
    cache.reserve(300, 100)
    assert holds(cache, 100)
    assert not cache.pairs[..., 100:, :].any()


def test_rows_survive_growth() -> None:
    """Rows of different lengths, taken before the whole grows, by a row's own growth, and more rows."""
    cache = KeyValueCache(torch.empty(LAYERS, 2, 2, HEADS, 0, WIDTH), 1024)
    rows = [cache.row(0), cache.row(1)]
    assert cache.reserve(20, 0)
    fill(rows[0], 0, 5)
    fill(rows[1], 0, 200)
    assert rows[1].reserve(300, 200)
    assert (cache.rows, cache.capacity, rows[0].capacity) == (2, 512, 512)
    fill(rows[1], 200, 300)
    assert cache.reserve(600, 300, rows=3)
    rows.append(cache.row(2))
    assert (cache.rows, cache.capacity, rows[2].rows) == (3, 1024, 1)
    assert not rows[2].pairs.any()
    assert holds(rows[0], 5)
    assert holds(rows[1], 300)
    cache.copy_row(1, 2, 300)
    rows[1].zero_tail(4)
    assert not rows[1].pairs[..., 4:, :].any()
    assert holds(rows[0], 5)
    assert holds(rows[1], 4)
    assert holds(rows[2], 300)


def test_each_row_appends_at_its_own_position() -> None:
    cache = KeyValueCache(torch.empty(LAYERS, 2, 3, HEADS, 0, WIDTH), 256)
    cache.reserve(9, 0)
    pair = torch.randn(2, 2, HEADS, WIDTH)
    cache.append(1, torch.arange(2), torch.tensor([7, 3]), pair)
    assert torch.equal(cache.pairs[1, :, 0, :, 7], pair[0])
    assert torch.equal(cache.pairs[1, :, 1, :, 3], pair[1])
    assert cache.pairs.count_nonzero() == pair.numel()


def refuse_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next allocation run out of memory."""
    real, calls = torch.Tensor.new_zeros, []

    def allocate(tensor: torch.Tensor, *shape: int) -> torch.Tensor:
        calls.append(shape)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("planted")
        return real(tensor, *shape)

    monkeypatch.setattr(torch.Tensor, "new_zeros", allocate)


def test_failed_growth_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = new_cache(1024)
    cache.reserve(10, 0)
    fill(cache, 0, 256)
    before = cache.pairs.data_ptr(), cache.pairs.shape
    refuse_once(monkeypatch)
    with pytest.raises(torch.OutOfMemoryError):
        cache.reserve(300, 256)
    assert (cache.pairs.data_ptr(), cache.pairs.shape) == before
    assert holds(cache, 256)
    assert cache.reserve(300, 256)
    assert holds(cache, 256)


def test_a_conversation_goes_on_after_growth_failed(
    nano: FlashSloth, monkeypatch: pytest.MonkeyPatch, padded: bool
) -> None:
    engine = driven(nano, padded=padded).engine
    state, words = engine.new_state(), [5 + 7 * i % 300 for i in range(600)]
    engine.prefill(words[:100], state, None)
    refuse_once(monkeypatch)
    with pytest.raises(OutOfMemory):
        engine.prefill(words, state, None)
    assert state.ids == words[:100]
    got = engine.prefill(words[:590], state, None)
    torch.testing.assert_close(got, engine.prefill(words[:590], engine.new_state(), None), rtol=0, atol=1e-4)


# Stale values after the used length


@pytest.fixture(params=[False, True], ids=["exact", "padded"])
def padded(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def spoil(cache: KeyValueCache, used: int, value: float) -> None:
    with torch.inference_mode():
        cache.pairs[..., used:, :] = value


@pytest.mark.parametrize("garbage", [1e30, math.nan])
def test_garbage_after_the_used_length_is_ignored(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], padded: bool, garbage: float
) -> None:
    """In a new buffer, before a prefill (also what overflowed: 0 * NaN is NaN), and before each decode."""
    model = driven(tiny_sloth, padded=padded)
    picture = see(model, pictures[1])
    first = prompt(model, QUESTIONS[0], picture.visual_tokens)
    tokens = answer(model, first, picture, 4)
    second = first + tokens + model.prompt.between_turns() + model.prompt.question(QUESTIONS[2])
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


def test_a_new_conversation_on_used_buffers(tiny_sloth: FlashSloth, pictures: list[Image.Image], padded: bool) -> None:
    sloth = tiny_sloth
    model = driven(sloth, padded=padded)
    chat = model.chat(pictures[0])
    for question in QUESTIONS:
        chat.ask(question, max_tokens=16).text()
    cache, size = chat.backend.state.cache, chat.backend.state.cache.nbytes
    del chat
    for number, question in ((1, QUESTIONS[0]), (2, QUESTIONS[1]), (None, "Hello.")):
        chat = model.chat(*([pictures[number]] if number else []))
        assert chat.backend.state.cache is cache
        assert chat.backend.state.ids == []
        ids = prompt_ids(chat, question)
        reply = chat.ask(question, max_tokens=16)
        reply.text()
        assert reply.stats is not None
        assert reply.stats.cached_tokens == 0
        picture = see(sloth, pictures[number]) if number else None
        unused = driven(sloth, padded=padded)
        assert reply.token_ids == answer(unused, ids, picture, 16)
        del chat, reply
    assert cache.nbytes == size


def test_simultaneous_conversations_have_separate_buffers(tiny_sloth: FlashSloth) -> None:
    engine = driven(tiny_sloth, padded=False).engine
    states = [engine.new_state() for _ in range(3)]
    assert len({id(state.cache) for state in states}) == 3
    first = states.pop(0).cache
    again = [engine.new_state() for _ in range(2)]
    assert again[0].cache is first
    assert len({id(state.cache) for state in (*states, *again)}) == 4


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Disable the garbage collector: a reference cycle would keep the buffers."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_sixty_conversations_on_one_buffer(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """Whether their answers are read to the end, closed, or dropped before or after a token."""
    model, caches, sizes = driven(tiny_sloth, padded=False), set[int](), []
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
    assert len(caches) == 1
    assert len(set(sizes[20:])) == 1  # it has grown to the longest of them
